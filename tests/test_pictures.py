"""Pictures and files made ready to attach: bounded, measured, small enough; and what is refused in words."""

import os
import struct
import sys
import zlib
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage, QImageReader

from desktop.attaching import PASTED_TEXT, prepare_bytes, prepare_file, prepare_text
from desktop.engine.errors import AttachmentRefused
from desktop.engine.media import MOST_BYTES, media_type_of
from desktop.pictures import PREVIEW_SIDE, at_height, make_ready


def saved(image: QImage, form: str) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, form)  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def plain(width: int, height: int) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#336699"))
    return image


def noise(width: int, height: int) -> QImage:
    return QImage(os.urandom(width * height * 3), width, height, width * 3, QImage.Format.Format_RGB888).copy()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it has so many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_picture_that_all_providers_take_stays_as_it_is(form: str) -> None:
    data = saved(plain(80, 60), form)
    prepared = prepare_bytes(data, "a")
    assert prepared.data == data
    one = prepared.attachment
    assert (one.media_type, one.width, one.height, one.note) == (f"image/{form.lower()}", 80, 60, "")
    assert prepared.preview is not None
    assert QImage.fromData(prepared.preview).width() <= PREVIEW_SIDE


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize(("height", "expected"), [(30, (40, 30)), (60, (80, 60)), (600, (80, 60)), (0, (1, 1))])
def test_a_picture_is_made_for_a_height_and_never_larger_than_it_is(
    form: str, height: int, expected: tuple[int, int]
) -> None:
    image = at_height(saved(plain(80, 60), form), height)
    assert (image.width(), image.height()) == expected


def test_what_cannot_be_opened_is_made_for_no_height() -> None:
    for data in (saved(plain(80, 60), "PNG")[:60], bomb(60_000, 60_000), b"text", b"%PDF-1.7"):
        with pytest.raises(AttachmentRefused):
            at_height(data, 100)


@pytest.mark.parametrize("form", ["BMP", "TIFF"])
def test_other_pictures_become_png_and_that_is_told(form: str) -> None:
    one = prepare_bytes(saved(plain(80, 60), form), "a.bin").attachment
    assert (one.media_type, one.width, one.note) == ("image/png", 80, "Sent as PNG.")


def test_a_picture_with_too_long_a_side_is_made_smaller_and_that_is_told() -> None:
    one = prepare_bytes(saved(plain(9000, 90), "PNG"), "wide.png").attachment
    assert (one.width, one.height) == (3072, 30)
    assert one.note == "Made smaller: it was 9,000 \N{MULTIPLICATION SIGN} 90."


def test_a_picture_of_too_many_bytes_is_made_small_enough() -> None:
    data = saved(noise(1600, 1600), "PNG")
    assert len(data) > 3_900_000
    prepared = prepare_bytes(data, "noise.png")
    assert len(prepared.data) <= 3_900_000
    assert prepared.attachment.media_type == "image/jpeg"
    assert prepared.attachment.size == len(prepared.data)
    assert prepared.attachment.note == "Packed anew to be small enough."


def test_a_picture_that_unpacks_to_gigabytes_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(AttachmentRefused, match="30,000 by 30,000 pixels"):
        prepare_bytes(bomb(30_000, 30_000), "bomb.png")
    assert QImageReader.allocationLimit() == 256  # and Qt's own bound stands behind it


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\nnothing", b"RIFF1234WEBPVP8 ", saved(plain(9, 9), "PNG")[:60]])
def test_a_damaged_picture_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(AttachmentRefused, match="damaged picture"):
        prepare_bytes(data, "a.png")


def test_an_svg_is_text_and_is_never_drawn() -> None:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><image href='file:///etc/passwd'/></svg>"
    prepared = prepare_bytes(svg, "a.svg")
    assert (prepared.attachment.media_type, prepared.preview) == ("text/plain", None)
    with pytest.raises(AttachmentRefused):
        make_ready(svg, "image/png", "a.png")  # the format is the one that the bytes showed, and no other


def test_text_and_pasted_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello", encoding="utf-16")
    assert prepare_file(str(tmp_path / "a.txt")).attachment.tokens == 2
    pasted = prepare_text("many\nlines \ud800")
    assert (pasted.attachment.name, pasted.data) == (PASTED_TEXT, b"many\nlines ?")


def test_folders_lost_files_and_pipes_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(AttachmentRefused, match="is a folder"):
        prepare_file(str(tmp_path))
    with pytest.raises(AttachmentRefused, match="cannot be read"):
        prepare_file(str(tmp_path / "gone.txt"))
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(AttachmentRefused, match="cannot be read"):
        prepare_file(str(tmp_path / "loop"))


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX pipes and sparse files")
def test_a_pipe_is_refused_without_waiting_and_a_huge_file_without_reading(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(AttachmentRefused, match="no ordinary file"):
        prepare_file(str(tmp_path / "pipe"))
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(AttachmentRefused, match="larger than 50 MB"):
        prepare_file(str(tmp_path / "huge"))


def test_no_picture_type_is_found_that_is_not_read() -> None:
    for data in (b"GIF89a", b"BM\x00\x00\x00\x00\x00\x00\x00\x00", b"II*\x00", b"MM\x00*"):
        with pytest.raises(AttachmentRefused, match="damaged picture"):
            make_ready(data, media_type_of(data, "x"), "x")
