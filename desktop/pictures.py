"""Pictures made ready to attach: measured, turned into a format that all providers take, small enough, and a preview.

Decoding is bounded: the format is the one that the bytes showed, the size is looked at before anything is decoded, and
Qt refuses to allocate more. Needs Qt's image classes and no window; for a worker thread.
"""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from desktop.engine.errors import AttachmentRefused
from desktop.engine.media import media_type_of, quoted

MOST_PIXELS: Final = 64_000_000
"""A picture with more is not decoded: that takes 256 MB, which is what Qt allocates for one at most."""
PREVIEW_SIDE: Final = 256
_SENT_AS_THEY_ARE: Final = {"image/png": "png", "image/jpeg": "jpeg", "image/webp": "webp"}
_READ: Final = {**_SENT_AS_THEY_ARE, "image/gif": "gif", "image/bmp": "bmp", "image/tiff": "tiff"}
_MOST_SIDE: Final = 8_000
_MOST_BYTES: Final = 3_900_000
"""The smallest limits of any provider: Claude's. Base64 makes 5.2 MB of it."""
_SCALED_SIDES: Final = (3_072, 2_048, 1_568, 1_024)
"""No provider looks at more of one picture than the first."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture ready to attach.

    Attributes:
        data: Its bytes, as they came or made anew.
        media_type: PNG, JPEG or WebP.
        width: In pixels, upright.
        height: In pixels, upright.
        note: What was done to it; empty where nothing was.
        preview: A PNG of at most 256 pixels a side.
    """

    data: bytes
    media_type: str
    width: int
    height: int
    note: str
    preview: bytes


def make_ready(data: bytes, media_type: str, name: str) -> Picture:
    """Make a picture ready to attach.

    Args:
        data: A file.
        media_type: As found from its bytes.
        name: For the words of a refusal.

    Returns:
        The picture: as it came where every provider takes it so, else turned into PNG or JPEG, scaled down.

    Raises:
        AttachmentRefused: It is damaged, has too many pixels, or cannot be made small enough.
    """
    image, is_film = _decoded(data, media_type, name)
    width, height = image.width(), image.height()
    preview = _png(_within(image, PREVIEW_SIDE))
    fits = max(width, height) <= _MOST_SIDE and len(data) <= _MOST_BYTES
    if fits and media_type in _SENT_AS_THEY_ARE:
        return Picture(data, media_type, width, height, "", preview)
    if fits and len(made := _png(image)) <= _MOST_BYTES:
        note = "Sent as PNG, its first picture alone." if is_film else "Sent as PNG."
        return Picture(made, "image/png", width, height, note, preview)
    return _scaled(image, name, preview)


def _decoded(data: bytes, media_type: str, name: str) -> tuple[QImage, bool]:
    """The picture, upright, and whether it is the first of several."""
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(_READ[media_type].encode()))
    try:
        reader.setAutoDetectImageFormat(False)
        reader.setDecideFormatFromContent(False)
        reader.setAutoTransform(True)
        size = reader.size()
        if size.isValid() and size.width() * size.height() > MOST_PIXELS:
            raise AttachmentRefused(
                f"{quoted(name)} has {size.width():,} by {size.height():,} pixels, more than this program opens.",
                action="Make it smaller first.",
            )
        image = reader.read() if size.isValid() else QImage()
        if image.isNull():
            raise AttachmentRefused(
                f"{quoted(name)} cannot be opened: it is a damaged picture, or of a kind that is not read here.",
                action="Save it as PNG or JPEG, and attach that.",
            )
        return image, media_type == "image/gif" and reader.imageCount() > 1
    finally:
        # WORKAROUND(qt): PySide lets the buffer go before the reader, and the TIFF reader looks at it when it ends.
        reader.setDevice(None)  # type: ignore[arg-type]


def whole_picture(data: bytes) -> QImage:
    """A picture that was attached, upright.

    Raises:
        AttachmentRefused: It cannot be opened.
    """
    media_type = media_type_of(data, "The file")
    if media_type not in _READ:
        raise AttachmentRefused("The file is no picture any more.", action="Attach it again.")
    return _decoded(data, media_type, "The picture")[0]


def at_height(data: bytes, height: int) -> QImage:
    """A picture made for being drawn at a height.

    Args:
        data: One that was attached.
        height: In pixels; it is not made larger than it is.

    Returns:
        It, upright, in its own shape.

    Raises:
        AttachmentRefused: It cannot be opened.
    """
    image = whole_picture(data)
    if image.height() <= height:
        return image
    return image.scaledToHeight(max(1, height), Qt.TransformationMode.SmoothTransformation)


def picture_of(image: QImage) -> bytes:
    """A picture from the clipboard as PNG."""
    return _png(image)


def _scaled(image: QImage, name: str, preview: bytes) -> Picture:
    was = f"{image.width():,} \N{MULTIPLICATION SIGN} {image.height():,}"
    for side in _SCALED_SIDES:
        small = _within(image, side)
        for media_type, made in (("image/png", _png(small)), ("image/jpeg", _jpeg(small))):
            if len(made) <= _MOST_BYTES and not (media_type == "image/jpeg" and small.hasAlphaChannel()):
                is_smaller = small.width() < image.width()
                note = f"Made smaller: it was {was}." if is_smaller else "Packed anew to be small enough."
                return Picture(made, media_type, small.width(), small.height(), note, preview)
    raise AttachmentRefused(f"{quoted(name)} cannot be made small enough.", action="Make it smaller first.")


def _within(image: QImage, side: int) -> QImage:
    if max(image.width(), image.height()) <= side:
        return image
    size = QSize(side, side)
    return image.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)


def _png(image: QImage) -> bytes:
    return _saved(image, "PNG", -1)


def _jpeg(image: QImage) -> bytes:
    return _saved(image, "JPEG", 88)


def _saved(image: QImage, form: str, quality: int) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, form, quality)  # type: ignore[call-overload]
    return bytes(buffer.data().data())
