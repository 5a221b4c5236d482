"""The column of a transcript: rows with a height each, laid out only where they are looked at."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from desktop.engine.messages import Message
from desktop.views.accessible_list import set_role
from desktop.views.controls import Button, label
from desktop.views.icons import icon_pixmap
from desktop.views.message_canvas import GUTTER
from desktop.views.message_footer import HEIGHT as FOOTER
from desktop.views.message_view import MessageView
from desktop.views.theme import SPACE, current_theme, is_theme_change

ROW_GAP = SPACE

NoteKind = Literal["info", "danger"]
"""How a run ended: as the person wanted it or may expect, or it failed."""


class NoteView(QWidget):
    """A line between messages: how a run ended, and what can be done.

    Args:
        text: What happened.
        action_label: Text of the action's button; empty for none.
        kind: ``danger`` for a failure: it is marked, and not in the muted colour.
        parent: The column.

    Signals:
        activated(): The action's button was pressed.
    """

    activated = Signal()

    def __init__(self, text: str, action_label: str, kind: NoteKind, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon = QLabel() if kind == "danger" else None
        self.setAccessibleName(text)
        row = QHBoxLayout(self)
        row.setContentsMargins(GUTTER, 0, GUTTER, 0)
        row.setSpacing(SPACE)
        if self._icon is not None:
            row.addWidget(self._icon)
            self._tint()
        words = label(text, "muted" if kind == "info" else "", wrap=True)
        words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row.addWidget(words, 1)
        self._button = Button(action_label) if action_label else None
        if self._button is not None:
            self._button.clicked.connect(self.activated)
            row.addSpacing(SPACE)
            row.addWidget(self._button)

    def changeEvent(self, event: QEvent) -> None:
        """Tint the mark anew with the theme."""
        super().changeEvent(event)
        if is_theme_change(event) and hasattr(self, "_icon"):
            self._tint()

    def _tint(self) -> None:
        if self._icon is not None:
            self._icon.setPixmap(icon_pixmap("warning", current_theme().danger, 20, self.devicePixelRatioF()))

    def lay_out(self, width: int) -> int:
        """The height in a width."""
        layout = self.layout()
        return max(5 * SPACE, layout.heightForWidth(width) if layout is not None else 0) + SPACE

    def retire(self) -> None:
        """Take the action away: the conversation has gone on."""
        if self._button is not None:
            self._button.hide()


@dataclass(slots=True, eq=False)
class Row:
    """One row of the column.

    Attributes:
        message: What it shows; None for a note.
        evidence: Call ids that the message's chips lead to.
        view: Its widget, once it was looked at.
        height: Its height, estimated until it was laid out.
        width: The width it was laid out in; 0 before.
    """

    message: Message | None
    evidence: tuple[str, ...] = ()
    view: MessageView | NoteView | None = None
    height: int = 0
    width: int = 0


class Column(QWidget):
    """The rows, one below the other, in a readable measure.

    Args:
        make_view: Makes the widget of a message's row.

    Attributes:
        rows: From the top.
        tail: The widget below the last row.
    """

    def __init__(self, make_view: Callable[[Row], MessageView], tail: QWidget) -> None:
        super().__init__()
        set_role(self, QAccessible.Role.List)
        self.setAccessibleName("Transcript")
        self.rows: list[Row] = []
        self.tail = tail
        tail.setParent(self)
        self._make_view = make_view
        self._tops: list[int] = [0]
        self._measure = 0

    def show_rows(self, rows: list[Row]) -> None:
        """Show other rows in place of those there are."""
        for row in self.rows:
            discard(row)
        self.rows = rows
        for row in rows:
            self.estimate(row)
        self.place()

    def set_width(self, width: int) -> bool:
        """Take a width.

        Returns:
            Whether the measure changed, so that rows must be laid out anew.
        """
        before = self._measure
        readable = self.fontMetrics().averageCharWidth() * 88
        self._measure = max(160, min(width - 2 * SPACE, readable + 2 * GUTTER))
        self.resize(width, self.height())
        return self._measure != before

    def is_laid_out(self, row: Row) -> bool:
        """Whether a row's height is its real one."""
        return row.view is not None and row.width == self._measure

    def lay_out(self, row: Row) -> None:
        """Make a row's widget where it has none, and lay it out in the measure. Call ``place`` afterwards."""
        if row.view is None:
            row.view = self._make_view(row)
            self._put_in_order(row.view, self.rows.index(row))
            row.view.show()
        row.height = row.view.lay_out(self._measure)
        row.width = self._measure

    def _put_in_order(self, view: QWidget, index: int) -> None:
        """Give a new widget its place among the children, which is the order assistive technology reads in."""
        below = next((row.view for row in self.rows[index + 1 :] if row.view is not None), None)
        view.stackUnder(below if below is not None else self.tail)

    def estimate(self, row: Row) -> None:
        """Guess a row's height from its text."""
        if row.message is not None and row.width == 0:
            line = self.fontMetrics().lineSpacing() * 1.38
            lines = sum(1 + len(each) // 78 for each in row.message.text.split("\n")) if row.message.text else 1
            row.height = int(lines * line) + FOOTER

    def place(self) -> None:
        """Put all rows where they belong after heights changed."""
        top = 2 * SPACE
        left = (self.width() - self._measure) // 2
        self._tops = []
        for row in self.rows:
            self._tops.append(top)
            if row.view is not None:
                row.view.setGeometry(left, top, self._measure, row.height)
            top += row.height + ROW_GAP
        height = self.tail.sizeHint().height() if not self.tail.isHidden() else 0
        self.tail.setGeometry(left, top, self._measure, height)
        self.resize(self.width(), top + height + 2 * SPACE)

    def top_of(self, row: Row) -> int:
        """Where a row begins."""
        return self._tops[self.rows.index(row)]

    def row_at(self, y: int) -> int:
        """Index of the row at a height; the nearest one above where there is a gap."""
        return max(0, bisect_right(self._tops, y) - 1)

    def between(self, top: int, bottom: int) -> Sequence[Row]:
        """The rows that show between two heights."""
        return self.rows[self.row_at(top) : self.row_at(bottom) + 1] if self.rows else []

    def remove(self, row: Row) -> None:
        """Take a row out."""
        self.rows.remove(row)
        discard(row)


def discard(row: Row) -> None:
    """Let a row's widget go."""
    if row.view is not None:
        row.view.hide()
        row.view.deleteLater()
        row.view = None
        row.width = 0
