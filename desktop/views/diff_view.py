"""The view of a unified diff: one text, or its two sides beside each other."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QMimeData, Qt
from PySide6.QtGui import QColor, QResizeEvent, QTextBlock, QTextCharFormat, QTextCursor, QTextFormat
from PySide6.QtWidgets import QFrame, QHBoxLayout, QTextEdit, QVBoxLayout, QWidget

from desktop.views.diff_rows import DiffRow, RowKind, diff_rows, shown_rows, side_by_side
from desktop.views.diff_words import Span, changed_words
from desktop.views.documents import drawable
from desktop.views.line_numbers import LineNumbers, Numbers
from desktop.views.literal_text import LINE_BREAK_MARK, literal
from desktop.views.literal_view import LiteralView
from desktop.views.theme import Theme, current_theme, is_theme_change

_MOST_COMPARED = 800
"""Characters of a line whose words are compared with those of another."""
_LINES = 14


class _DiffText(LiteralView):
    """Lines of a diff: signs, colours and numbers; long lines are scrolled.

    Only the lines in sight are coloured, so that a diff of any length is.
    """

    def __init__(self, name: str, *, copies_signs: bool) -> None:
        super().__init__(name, most_lines=_LINES, is_fixed=True, wraps=False)
        self._copies_signs = copies_signs
        self._rows: list[DiffRow] = []
        self._words: dict[int, list[Span]] = {}
        self._numbers = LineNumbers(self)
        self.completed.connect(self._colour)

    def show_rows(self, rows: Sequence[DiffRow], numbers: Callable[[DiffRow], Numbers]) -> None:
        """Show rows.

        Args:
            rows: In order.
            numbers: The numbers that stand beside a row.
        """
        self._words.clear()
        self._rows = list(shown_rows(rows))
        self.show_text("\n".join(row.text for row in rows))
        self._numbers.show_numbers([numbers(row) for row in self._rows])
        self.setViewportMargins(self._numbers.room, 0, 0, 0)
        self._colour()

    def _colour(self) -> None:
        theme = current_theme()
        bottom = self.viewport().height()
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        marks: list[QTextEdit.ExtraSelection] = []
        while block.isValid() and top <= bottom and block.blockNumber() < len(self._rows):
            marks += self._marks(block, self._rows[block.blockNumber()], theme)
            top += self.blockBoundingRect(block).height()
            block = block.next()
        self.setExtraSelections(marks)

    def _marks(self, block: QTextBlock, row: DiffRow, theme: Theme) -> list[QTextEdit.ExtraSelection]:
        if row.kind == "same":
            return []
        whole = QTextEdit.ExtraSelection()
        whole.cursor = QTextCursor(block)
        whole.format = _ink(row.kind, theme)
        marks = [whole]
        for start, end in self._changed(block, row):
            words = QTextEdit.ExtraSelection()
            words.cursor = QTextCursor(block)
            text = block.text()
            words.cursor.setPosition(block.position() + _units(text[:start]))
            words.cursor.setPosition(block.position() + _units(text[:end]), QTextCursor.MoveMode.KeepAnchor)
            words.format = _strong_ink(row.kind, theme)
            marks.append(words)
        return marks

    def _changed(self, block: QTextBlock, row: DiffRow) -> list[Span]:
        """The words of a line that changed, in characters of its text with its sign."""
        if row.other is None or len(row.other) > _MOST_COMPARED:
            return []
        number = block.blockNumber()
        if number not in self._words:
            other = drawable(literal(row.other, lines=True))
            self._words[number] = [(a + 1, b + 1) for a, b in changed_words(block.text()[1:], other[1:])]
        return self._words[number]

    def createMimeDataFromSelection(self) -> QMimeData:
        """The chosen lines whole: pieces of overlong ones together, and where it is one side no signs and no gaps."""
        cursor = self.textCursor()
        first, last = cursor.selectionStart(), cursor.selectionEnd()
        lines: list[str] = []
        block = self.document().findBlock(first)
        while block.isValid() and block.position() <= last:
            row = self._rows[block.blockNumber()] if block.blockNumber() < len(self._rows) else DiffRow("same", "")
            start = max(0, first - block.position())
            part = _cut(block.text(), start, last - block.position())
            goes_on = bool(lines) and lines[-1].endswith(LINE_BREAK_MARK)
            if goes_on:
                lines[-1] = lines[-1].removesuffix(LINE_BREAK_MARK) + part
            elif self._copies_signs or row.kind == "head":
                lines.append(part)
            elif row.kind != "gap":
                lines.append(part[1:] if start == 0 else part)
            block = block.next()
        data = QMimeData()
        data.setText("\n".join(lines))
        return data

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Colour what comes into sight."""
        super().scrollContentsBy(dx, dy)
        if dy:
            self._colour()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the numbers beside the text."""
        super().resizeEvent(event)
        room = self.contentsRect()
        self._numbers.setGeometry(room.left(), self.viewport().y(), self._numbers.room, self.viewport().height())
        self._colour()

    def changeEvent(self, event: QEvent) -> None:
        """Colour anew in a new theme."""
        super().changeEvent(event)
        if is_theme_change(event) and hasattr(self, "_numbers"):
            self._colour()
            self._numbers.update()


def _units(text: str) -> int:
    """Its length as Qt counts: in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cut(text: str, start: int, end: int) -> str:
    """A part of a text by UTF-16 units."""
    if text.isascii():
        return text[start:end]
    units = text.encode("utf-16-le", "surrogatepass")[2 * start : 2 * max(start, end)]
    return units.decode("utf-16-le", "replace")


def _ink(kind: RowKind, theme: Theme) -> QTextCharFormat:
    result = QTextCharFormat()
    result.setProperty(QTextFormat.Property.FullWidthSelection, True)
    colours = {"added": theme.success, "removed": theme.danger, "head": theme.muted}
    if kind in colours:
        result.setForeground(colours[kind])
    if kind in ("added", "removed"):
        shade = QColor(colours[kind])
        shade.setAlphaF(0.12)
        result.setBackground(shade)
    elif kind == "gap":
        result.setBackground(theme.raised)
    return result


def _strong_ink(kind: RowKind, theme: Theme) -> QTextCharFormat:
    """For the words that changed: on a ground that can be told from the line's by its strength alone."""
    result = QTextCharFormat()
    colour = theme.success if kind == "added" else theme.danger
    ground = QColor(colour)
    ground.setAlphaF(0.28)
    result.setBackground(ground)
    result.setForeground(theme.text)
    return result


class DiffView(QWidget):
    """Shows a diff, unified or side by side.

    Args:
        name: What it is, for assistive technology.
        diff: Unified; anything, of any length.
        is_side_by_side: How it begins.

    Attributes:
        unified: The whole diff as it came.
        sides: What was and what will be; empty until they are wanted.
    """

    def __init__(self, name: str, diff: str, *, is_side_by_side: bool = False) -> None:
        super().__init__()
        self._diff = diff
        self._name = name
        self.unified = _DiffText(literal(name), copies_signs=True)
        self.unified.show_rows(list(diff_rows(diff)), lambda row: (row.old, row.new))
        self.sides: list[LiteralView] = []
        self._pair = QWidget()
        self._row = QHBoxLayout(self._pair)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.unified)
        column.addWidget(self._pair)
        self.set_side_by_side(is_side_by_side)

    def set_side_by_side(self, on: bool) -> None:
        """Show the two sides, or the one text."""
        if on and not self.sides:
            self._make_sides()
        self.unified.setVisible(not on)
        self._pair.setVisible(on)

    def _make_sides(self) -> None:
        names = (f"{self._name} before", f"{self._name} after")
        views = []
        numbers: tuple[Callable[[DiffRow], Numbers], ...] = (lambda row: (row.old,), lambda row: (row.new,))
        for name, rows, number in zip(names, side_by_side(self._diff), numbers, strict=True):
            view = _DiffText(literal(name), copies_signs=False)
            view.show_rows(rows, number)
            views.append(view)
        left, right = views
        hairline = QFrame()
        hairline.setProperty("kind", "hairline")
        hairline.setFixedWidth(1)
        for widget in (left, hairline, right):
            self._row.addWidget(widget, int(widget is not hairline))
        for view in views:
            self._row.setAlignment(view, Qt.AlignmentFlag.AlignTop)
        for one, other in ((left, right), (right, left)):
            one.verticalScrollBar().valueChanged.connect(other.verticalScrollBar().setValue)
            one.horizontalScrollBar().valueChanged.connect(other.horizontalScrollBar().setValue)
        self.sides = [left, right]
