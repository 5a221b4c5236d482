"""What a file is, found from its bytes; text in all its encodings; names that can be stored."""

import hashlib
import zlib

import pytest

from desktop.engine.errors import AttachmentRefused
from desktop.engine.media import MOST_BYTES, clean_name, decode_text, describe, media_type_of, page_count, quoted


@pytest.mark.parametrize(
    ("data", "name", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\nrest", "x.txt", "image/png"),
        (b"\xff\xd8\xff\xe0rest", "x", "image/jpeg"),
        (b"RIFF1234WEBPVP8 ", "x", "image/webp"),
        (b"GIF89a...", "x", "image/gif"),
        (b"BM\x00\x01\x00\x00\x00\x00\x00\x00", "x", "image/bmp"),
        (b"BMW is a brand of cars", "x.png", "text/plain"),
        (b"junk\n%PDF-1.4\n", "x", "application/pdf"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "x.svg", "text/plain"),
        (b"print('hello')", "x.exe", "text/plain"),
    ],
)
def test_the_bytes_say_what_it_is_and_not_the_name(data: bytes, name: str, media_type: str) -> None:
    assert media_type_of(data, name) == media_type


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"PK\x03\x04rest", "ZIP archive"),
        (b"\x7fELF\x02", "a program"),
        (b"\x00\x00\x00\x18ftypheic", "HEIC"),
        (b"\x00\x00\x00\x18ftypmp42", "film"),
        (b"RIFF1234WAVEfmt ", "sound recording"),
        (bytes(range(256)) * 4, "neither text, a picture nor a PDF"),
        (b"\x80\x90\xa0\xb0\xc0\xd0" * 50, "neither text"),
    ],
)
def test_what_no_model_reads_is_refused_in_words(data: bytes, says: str) -> None:
    with pytest.raises(AttachmentRefused, match=says) as refused:
        media_type_of(data, "x.png")
    assert refused.value.action


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_text_is_read_in_its_encoding(encoding: str) -> None:
    text = "Zo\xeb wrote: na\xefve caf\xe9 prices rose\nby 3 percent in all of the regions\n"
    assert decode_text(text.replace("\n", "\r\n").encode(encoding)) == text


def test_what_only_looks_like_text_is_none() -> None:
    assert decode_text(b"abc\x00def") is None
    assert decode_text(b"\xef\xbb\xbfabc\x01") is None
    assert decode_text(b"\xff\xfe\x00") is None  # half a character
    assert decode_text(b"") == ""


def test_pages_are_counted_also_in_packed_objects() -> None:
    plain = b"%PDF-1.4 /Type /Pages /Count 3 ... /Type/Page /Type /Page /Type /Page>>"
    assert page_count(plain) == 3
    packed = zlib.compress(b"<</Type/Pages/Kids[]/Count 12>>")
    stream = b"<</Type/ObjStm/Filter/FlateDecode>>\nstream\n" + packed + b"\nendstream"
    assert page_count(b"%PDF-1.7 " + stream) == 12
    assert page_count(b"%PDF-1.7 <</Type/ObjStm>>stream\nnot packed") == 0


def test_a_name_is_kept_as_it_is_but_for_what_cannot_be_stored() -> None:
    assert clean_name("/home/ada/../plan.pdf") == "plan.pdf"
    assert clean_name("C:\\temp\\plan.pdf") == "plan.pdf"
    assert clean_name("caf\udce9.txt") == "caf?.txt"
    assert clean_name("e\u0301.txt") == "\xe9.txt"
    assert len(clean_name("x" * 300 + ".pdf")) == 200
    assert clean_name("x" * 300 + ".pdf").endswith("x.pdf")
    assert clean_name("a\u202egnp.exe") == "a\u202egnp.exe"
    assert "\u202e" not in quoted("a\u202egnp.exe")
    assert "\n" not in quoted("a\nb")


def test_an_attachment_knows_its_hash_size_and_tokens() -> None:
    one = describe(b"hello world, hello world", "a.txt")
    assert (one.media_type, one.size, one.tokens, one.pages) == ("text/plain", 24, 7, 0)
    assert one.hash == hashlib.sha256(b"hello world, hello world").hexdigest()


def test_empty_and_huge_files_are_refused() -> None:
    with pytest.raises(AttachmentRefused, match="is empty"):
        describe(b"", "a.txt")
    with pytest.raises(AttachmentRefused, match="larger than 50 MB"):
        describe(bytes(MOST_BYTES + 1), "a.txt")
