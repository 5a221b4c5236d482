"""A scroll bar that is painted again only where its handle would stand elsewhere."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSlider, QScrollBar, QStyle, QWidget

_PARTS = 2
"""Places that the handle has in one pixel."""


class CalmScrollBar(QScrollBar):
    """A vertical scroll bar for what grows all the time: in a long conversation one more line moves no pixel of it.

    Args:
        parent: The parent widget.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._painted: tuple[int, ...] = ()

    def sliderChange(self, change: QAbstractSlider.SliderChange) -> None:
        """Paint again where that shows."""
        now = self._handle()
        if now != self._painted or change == QAbstractSlider.SliderChange.SliderOrientationChange:
            self._painted = now
            super().sliderChange(change)

    def _handle(self) -> tuple[int, ...]:
        """Where the handle stands, and its length; empty where all there is shows."""
        most, page = self.maximum() - self.minimum(), self.pageStep()
        if most <= 0:
            return ()
        room = _PARTS * self.height()
        begin = QStyle.sliderPositionFromValue(0, most, self.value() - self.minimum(), room)
        return begin, room * page // (most + page), room, int(self.isEnabled())
