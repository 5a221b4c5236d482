"""The small pictures of attachments, by hash: asked for when one is first drawn, and kept while they are in use."""

from collections import OrderedDict
from functools import cache

from PySide6.QtCore import QByteArray, QObject, Signal
from PySide6.QtGui import QImage

_MOST_KEPT = 200


class AttachmentPictures(QObject):
    """Holds previews for all that draws attachments.

    Signals:
        wanted(str): A picture of this hash was to be drawn and is not here. Told once, until it is forgotten.
        arrived(str): It is here now: draw again.
    """

    wanted = Signal(str)
    arrived = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._kept: OrderedDict[str, QImage | None] = OrderedDict()

    def get(self, hash: str) -> QImage | None:
        """The picture; None while it is not here, or where there is none."""
        if hash in self._kept:
            self._kept.move_to_end(hash)
            return self._kept[hash]
        self._keep(hash, None)
        self.wanted.emit(hash)
        return self._kept.get(hash)

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
