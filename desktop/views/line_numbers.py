"""The numbers beside the lines of a text: painted, never part of the text, so that they are not selected or copied."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop.views.theme import SPACE, current_theme

Numbers = tuple[int | None, ...]
"""The numbers of a line, a column each; None leaves the place empty."""


class LineNumbers(QWidget):
    """Paints the numbers of the lines in sight. Assistive technology reads the text without them.

    Args:
        text: Whose lines; it leaves room of `room` at its left, and places this there.
    """

    def __init__(self, text: QPlainTextEdit) -> None:
        super().__init__(text)
        self._text = text
        self._numbers: Sequence[Numbers] = ()
        self._widths: tuple[int, ...] = ()
        text.updateRequest.connect(self._follow)
        self.hide()

    def show_numbers(self, numbers: Sequence[Numbers]) -> None:
        """Show these numbers, for each line of the text one."""
        self._numbers = numbers
        columns = max((len(line) for line in numbers), default=0)
        most = [max((line[n] or 0 for line in numbers if n < len(line)), default=0) for n in range(columns)]
        self._widths = tuple(self._width_of(each) for each in most) if any(most) else ()
        self.setVisible(bool(self._widths))
        self.update()

    def _width_of(self, number: int) -> int:
        return self._text.fontMetrics().horizontalAdvance("9" * len(str(number))) + SPACE if number else 0

    @property
    def room(self) -> int:
        """The width that it needs, in pixels; 0 where no line has a number."""
        return sum(self._widths) + SPACE // 2 if self._widths else 0

    def sizeHint(self) -> QSize:
        """As wide as the longest numbers."""
        return QSize(self.room, 0)

    def _follow(self, _rect: QRect, dy: int) -> None:
        if dy:
            self.scroll(0, dy)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the numbers of the lines in sight."""
        painter = QPainter(self)
        try:
            painter.setPen(current_theme().muted)
            painter.setFont(self._text.font())
            self._paint(painter, event.rect())
        finally:
            painter.end()

    def _paint(self, painter: QPainter, rect: QRect) -> None:
        text = self._text
        block = text.firstVisibleBlock()
        top = text.blockBoundingGeometry(block).translated(text.contentOffset()).top()
        while block.isValid() and top <= rect.bottom() and block.blockNumber() < len(self._numbers):
            height = text.blockBoundingRect(block).height()
            left = 0
            for number, width in zip(self._numbers[block.blockNumber()], self._widths, strict=False):
                if number is not None:
                    place = QRect(left, int(top), width - SPACE // 2, int(height))
                    painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, str(number))
                left += width
            top += height
            block = block.next()
