"""A scroll bar that is painted again only where its handle would stand elsewhere."""

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QAbstractSlider, QScrollBar, QStyle, QStyleOptionSlider, QWidget

_UNSEEN = 0.02
"""Pixels by which the handle may be moved late."""
_SOON_MS = 100
"""How late."""


class CalmScrollBar(QScrollBar):
    """A vertical scroll bar for what grows all the time: in a long conversation one more line moves no pixel of it.

    Args:
        parent: The parent widget.

    Attributes:
        is_told: Whether it is being told where to stand, not moved by the person, when ``valueChanged`` comes.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._painted = QRect()
        self._place = (0.0, 0.0)
        self._next = (0, 0, 0)
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self._take)
        self.is_told = False

    def stand(self, page: int, most: int, value: int) -> None:
        """Take another place that the view has; a little later where that moves nothing of the handle.

        Args:
            page: Height of what shows.
            most: The greatest value.
            value: The height that is at the top.
        """
        share = self.height() / max(1, most + page)
        top, length = value * share, page * share
        is_seen = abs(top - self._place[0]) + abs(length - self._place[1]) >= _UNSEEN
        self._next = page, most, value
        if is_seen or page != self.pageStep():
            self._place = top, length
            self._take()
        elif not self._soon.isActive():
            self._soon.start()

    def _take(self) -> None:
        """Take the values; each that changes asks all who listen."""
        self._soon.stop()
        page, most, value = self._next
        if (page, most, value) == (self.pageStep(), self.maximum(), self.value()):
            return
        was_told, self.is_told = self.is_told, True  # its coming and going resizes the view, which tells it again
        self.setPageStep(page)
        if most > self.maximum():  # the range always holds both values, or the bar would choose one
            self.setMaximum(most)
            self.setValue(value)
        else:
            self.setValue(value)
            self.setMaximum(most)
        self.is_told = was_told
        if self._handle() != self._painted:
            self.update()

    def sliderChange(self, change: QAbstractSlider.SliderChange) -> None:
        """Paint again where that shows."""
        if not self.is_told and self._handle() != self._painted:
            super().sliderChange(change)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Note where the handle stands."""
        self._painted = self._handle()
        super().paintEvent(event)

    def _handle(self) -> QRect:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        part = QStyle.SubControl.SC_ScrollBarSlider
        return self.style().subControlRect(QStyle.ComplexControl.CC_ScrollBar, option, part, self)
