"""A scroll bar that is painted again only where its handle would stand elsewhere."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QAbstractSlider, QScrollBar, QStyle, QStyleOptionSlider, QWidget


class CalmScrollBar(QScrollBar):
    """A vertical scroll bar for what grows all the time: in a long conversation one more line moves no pixel of it.

    Args:
        parent: The parent widget.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._painted = QRect()
        self._is_set = True

    def stand(self, page: int, most: int, value: int) -> None:
        """Take another place; the person did not bring it there, so that ``valueChanged`` is not told.

        Args:
            page: Height of what shows.
            most: The greatest value.
            value: The height that is at the top.
        """
        if (page, most, value) == (self.pageStep(), self.maximum(), self.value()):
            return
        self._is_set = False
        self.setPageStep(page)
        if most >= self.maximum():  # the range always holds both values, or the bar would choose one
            self.setRange(0, most)
        was_blocked = self.blockSignals(True)
        self.setValue(value)
        self.blockSignals(was_blocked)
        self.setRange(0, most)
        self._is_set = True
        if self._handle() != self._painted:
            self.update()

    def sliderChange(self, change: QAbstractSlider.SliderChange) -> None:
        """Paint again where that shows."""
        if self._is_set and self._handle() != self._painted:
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
