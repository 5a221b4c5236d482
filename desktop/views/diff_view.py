"""The view of a unified diff: one text, or its two sides beside each other."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor, QTextFormat
from PySide6.QtWidgets import QFrame, QHBoxLayout, QTextEdit, QVBoxLayout, QWidget

from desktop.views.diff_rows import DiffRow, RowKind, diff_rows, shown_kinds, side_by_side
from desktop.views.literal_text import literal
from desktop.views.literal_view import LiteralView
from desktop.views.theme import Theme, current_theme, is_theme_change

_MOST_COLOURED = 3000
"""Lines of a diff that are coloured; the signs stand in all of them."""
_LINES = 14


class _DiffText(LiteralView):
    """Lines of a diff: signs and colours; long lines are scrolled."""

    def __init__(self, name: str) -> None:
        super().__init__(name, most_lines=_LINES, is_fixed=True, wraps=False)
        self._kinds: list[RowKind] = []
        self.completed.connect(self._colour)

    def show_rows(self, text: str, kinds: Iterable[RowKind]) -> None:
        """Show a text, and say what each of its lines is."""
        self.show_text(text)
        self._kinds = [kind for kind, _ in zip(kinds, range(_MOST_COLOURED), strict=False)]
        self._colour()

    def _colour(self) -> None:
        if not self.is_complete:
            return  # each mark is moved with each line that comes: that takes seconds for long texts
        theme = current_theme()
        block = self.document().begin()
        marks: list[QTextEdit.ExtraSelection] = []
        for kind in self._kinds:
            if not block.isValid():
                break
            if kind != "same":
                mark = QTextEdit.ExtraSelection()
                mark.cursor = QTextCursor(block)
                mark.format = _ink(kind, theme)
                marks.append(mark)
            block = block.next()
        self.setExtraSelections(marks)

    def changeEvent(self, event: QEvent) -> None:
        """Colour anew in a new theme."""
        super().changeEvent(event)
        if is_theme_change(event) and hasattr(self, "_kinds"):
            self._colour()


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
        self.unified = _DiffText(literal(name))
        self.unified.show_rows(diff, (row.kind for row in diff_rows(diff)))
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
        for name, rows in zip(names, side_by_side(self._diff), strict=True):
            view = _DiffText(literal(name))
            view.show_rows(_text(rows), shown_kinds(rows))
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


def _text(rows: list[DiffRow]) -> str:
    return "\n".join(row.text for row in rows)
