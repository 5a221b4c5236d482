"""What a file is, found from its bytes and not from its name; and text in whatever encoding it comes. Pure."""

import codecs
import hashlib
import re
import unicodedata
import zlib
from collections.abc import Iterator
from pathlib import PurePath
from typing import Final

from desktop.engine.errors import AttachmentRefused
from desktop.engine.messages import Attachment
from desktop.engine.tokens import estimate_tokens

MOST_BYTES: Final = 50 * 1024 * 1024
"""A larger file is not attached: no provider takes more in one request."""
_LONGEST_NAME: Final = 200
_SUFFIX: Final = 20

_PICTURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
_OTHERS: Final = (
    (b"PK\x03\x04", "a ZIP archive, or a document in the form of one (Word, Excel, OpenDocument)"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3\x00", "a database"),
    (b"ID3", "a sound recording"),
    (b"OggS", "a sound recording or a film"),
    (b"fLaC", "a sound recording"),
    (b"\x1aE\xdf\xa3", "a film"),
)
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
"""What no text holds; a form feed, a vertical tab and an escape (of coloured terminal output) it may."""
_PAGE: Final = re.compile(rb"/Type\s{0,8}/Page(?![A-Za-z])")
_COUNT: Final = re.compile(
    rb"/Type\s*/Pages\b[^>]{0,400}?/Count\s+(\d{1,6})|/Count\s+(\d{1,6})[^>]{0,400}?/Type\s*/Pages\b"
)
_OBJECT_STREAM: Final = re.compile(rb"/Type\s*/ObjStm\b[^>]{0,400}>>\s*stream\r?\n")
_MOST_STREAMS, _MOST_UNPACKED = 50, 1 << 20


def media_type_of(data: bytes, name: str) -> str:
    """What a file is.

    Args:
        data: The whole of it.
        name: What it is called, for the words of a refusal.

    Returns:
        ``image/…``, ``application/pdf`` or ``text/plain``. SVG is text: it is never drawn.

    Raises:
        AttachmentRefused: It is something that no model reads as it is.
    """
    for magic, media_type in _PICTURES:
        if data.startswith(magic) and not (magic == b"BM" and data[6:10] != bytes(4)):
            return media_type
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if b"%PDF-" in data[:1024]:
        return "application/pdf"
    what = next((words for magic, words in _OTHERS if data.startswith(magic)), "")
    if data[4:8] == b"ftyp":
        is_picture = data[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis")
        what = "a HEIC or AVIF picture" if is_picture else "a film or a sound recording"
    if data[:4] == b"RIFF":
        what = "a sound recording or a film"
    if not what and decode_text(data) is not None:
        return "text/plain"
    what = f"It is {what}" if what else "It is neither text, a picture nor a PDF"
    hint = "Save it as PNG or JPEG first." if "picture" in what and "HEIC" in what else "Save it as PDF or text first."
    raise AttachmentRefused(f"{quoted(name)} cannot be attached. {what}, which no model reads as it is.", action=hint)


def decode_text(data: bytes) -> str | None:
    """The text of a file: UTF-8, UTF-16 and UTF-32 with and without their marks, else Windows-1252.

    Args:
        data: The whole of it.

    Returns:
        The text without a byte order mark, its line ends as line feeds; None where it is no text.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _clean(_decoded(data[len(mark) :], encoding))
    if text := _decoded(data, "utf-8"):
        cleaned = _clean(text)
        if cleaned is not None:
            return cleaned
    if data == b"":
        return ""
    if b"\x00" in data:
        head = data[:4096]
        even, odd = head[::2].count(0), head[1::2].count(0)
        if max(even, odd) * 4 < len(head) or min(even, odd) * 8 > max(even, odd):
            return None
        return _clean(_decoded(data, "utf-16-be" if even > odd else "utf-16-le"))
    if sum(byte >= 0x80 for byte in data[:65536]) * 10 > 4 * len(data[:65536]):
        return None  # no European text has so many accents: packed or encrypted data
    return _clean(_decoded(data, "cp1252"))


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _clean(text: str | None) -> str | None:
    """The text with line feeds; None where it holds controls that no text has."""
    if text is None or _CONTROLS.search(text):
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def page_count(data: bytes) -> int:
    """How many pages a PDF has, as far as that can be seen without a PDF reader; 0 where it cannot.

    Args:
        data: The whole of it. Streams of objects are unpacked, at most 50 of a megabyte each.
    """
    pages = len(_PAGE.findall(data))
    counts = [*_counts(data)]
    for place, match in enumerate(_OBJECT_STREAM.finditer(data)):
        if place == _MOST_STREAMS:
            break
        try:
            packed = data[match.end() : match.end() + _MOST_UNPACKED]
            unpacked = zlib.decompressobj().decompress(packed, _MOST_UNPACKED)
        except zlib.error:
            continue
        pages += len(_PAGE.findall(unpacked))
        counts += _counts(unpacked)
    return max(counts, default=pages)


def _counts(data: bytes) -> Iterator[int]:
    for match in _COUNT.finditer(data):
        yield int(match[1] or match[2])


def clean_name(name: str) -> str:
    """A file's name without its folder, in characters that can be stored; at most 200 of them, its end kept."""
    name = PurePath(name.replace("\\", "/")).name or "file"
    name = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    if len(name) > _LONGEST_NAME:
        name = f"{name[: _LONGEST_NAME - _SUFFIX - 1]}…{name[-_SUFFIX:]}"
    return name


def quoted(name: str) -> str:
    """A file's name for a sentence: what breaks lines or steers the drawing is written out."""
    return repr(clean_name(name))


def describe(data: bytes, name: str) -> Attachment:
    """A file as an attachment. A picture's size is the caller's to add.

    Args:
        data: The whole of it.
        name: What it is called.

    Raises:
        AttachmentRefused: It is empty, too large, or something that no model reads.
    """
    if not data:
        raise AttachmentRefused(f"{quoted(name)} is empty.", action="Choose a file with something in it.")
    if len(data) > MOST_BYTES:
        raise too_large(name)
    media_type = media_type_of(data, name)
    text = decode_text(data) if media_type.startswith("text/") else None
    return Attachment(
        hash=hashlib.sha256(data).hexdigest(),
        name=clean_name(name),
        media_type=media_type,
        size=len(data),
        pages=page_count(data) if media_type == "application/pdf" else 0,
        tokens=estimate_tokens(text) if text is not None else 0,
    )


def too_large(name: str) -> AttachmentRefused:
    """The refusal of a file that is too large for any model."""
    return AttachmentRefused(
        f"{quoted(name)} is larger than {MOST_BYTES >> 20} MB.",
        action="Attach a part of it, or put it into the conversation's folder, where tools can read it.",
    )
