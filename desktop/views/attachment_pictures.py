"""The pictures of attachments, by hash: asked for when one is first drawn, and kept while they are in use."""

from collections import OrderedDict
from functools import cache

from PySide6.QtCore import QByteArray, QObject, Signal
from PySide6.QtGui import QImage

_MOST_KEPT = 200
_MOST_LARGER_BYTES = 128_000_000
"""More than a screen shows at once, so that what is in view does not drive out each other."""


class AttachmentPictures(QObject):
    """Holds previews, and larger pictures where those are too small, for all that draws attachments.

    Signals:
        wanted(str): A picture of this hash was to be drawn and is not here. Told once, until it is forgotten.
        larger_wanted(str, int): One of at least so many pixels in height was to be drawn. Told once, until it is
            forgotten or more are wanted.
        arrived(str): It is here now: draw again.
    """

    wanted = Signal(str)
    larger_wanted = Signal(str, int)
    arrived = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._kept: OrderedDict[str, QImage | None] = OrderedDict()
        self._larger: OrderedDict[str, QImage] = OrderedDict()
        self._heights_asked: dict[str, int] = {}

    def get(self, hash: str) -> QImage | None:
        """The picture; None while it is not here, or where there is none."""
        if hash in self._kept:
            self._kept.move_to_end(hash)
            return self._kept[hash]
        self._keep(hash, None)
        self.wanted.emit(hash)
        return self._kept.get(hash)

    def at_height(self, hash: str, height: int) -> QImage | None:
        """The picture for being drawn at a height; the best there is until it is here.

        Args:
            hash: Of the attachment.
            height: In pixels of the device; not more than the attachment has.
        """
        small = self.get(hash)
        if small is None or small.height() >= height:
            return small
        if self._heights_asked.get(hash, 0) < height:
            self._heights_asked[hash] = height
            self.larger_wanted.emit(hash, height)
        if hash not in self._larger:
            return small
        self._larger.move_to_end(hash)
        return self._larger[hash]

    def put_larger(self, hash: str, image: QImage) -> None:
        """Take a picture that is larger than its preview."""
        self._larger[hash] = image
        self._larger.move_to_end(hash)
        while len(self._larger) > 1 and sum(each.sizeInBytes() for each in self._larger.values()) > _MOST_LARGER_BYTES:
            forgotten, _ = self._larger.popitem(last=False)
            self._heights_asked.pop(forgotten, None)
        self.arrived.emit(hash)

    def put(self, hash: str, png: bytes) -> None:
        """Take a picture.

        Args:
            hash: Of the attachment.
            png: A small PNG that this program made.
        """
        image = QImage.fromData(QByteArray(png)) if png.startswith(b"\x89PNG") else QImage()
        if not image.isNull():
            self._keep(hash, image)
            self.arrived.emit(hash)

    def _keep(self, hash: str, image: QImage | None) -> None:
        self._kept[hash] = image
        self._kept.move_to_end(hash)
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)


@cache
def shared_pictures() -> AttachmentPictures:
    """The pictures of this program: the composer, the transcript and whoever loads them share them.

    They are QImages, as a QPixmap must not outlive the application.
    """
    return AttachmentPictures()
