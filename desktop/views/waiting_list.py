"""The calls that wait for the person in other conversations."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.views.controls import ElidedLabel, label
from desktop.views.icons import icon_pixmap
from desktop.views.literal_text import one_line
from desktop.views.theme import SPACE, current_theme, is_theme_change

_MOST_ROWS = 3.5
"""Rows in sight; the half one says that there are more."""


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A run that waits.

    Attributes:
        run_id: The run.
        conversation_id: Its conversation.
        title: The conversation's title.
        tools: The names of the tools whose calls wait, in order.
    """

    run_id: str
    conversation_id: str
    title: str
    tools: tuple[str, ...]


def tools_words(tools: Sequence[str]) -> str:
    """The tools of waiting calls in short, each with how often: ``run_command, write_file (2)``."""
    counts: dict[str, int] = {}
    for tool in tools:
        counts[tool] = counts.get(tool, 0) + 1
    words = [one_line(tool, 40) + (f" ({count:,})" if count > 1 else "") for tool, count in counts.items()]
    return ", ".join(words[:5]) + (f" and {len(words) - 5} more" if len(words) > 5 else "")


class RowButton(QPushButton):
    """A waiting run: its title, and its tools below."""

    def __init__(self, row: WaitingRow) -> None:
        super().__init__()
        self.setProperty("kind", "row")
        self.setAutoDefault(False)
        title = one_line(row.title, 80) or "New conversation"
        tools = tools_words(row.tools)
        self.setAccessibleName(f"Review {title}")
        self.setAccessibleDescription(tools)
        self._lines = lines = QVBoxLayout(self)
        lines.setContentsMargins(SPACE, SPACE // 2, SPACE, SPACE // 2)
        lines.setSpacing(0)
        for text, kind in ((title, ""), (tools, "muted")):
            words = ElidedLabel(text, kind)
            words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            lines.addWidget(words)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Room for both lines; a style sheet's least height would win over a fixed one."""
        return QSize(80, self._lines.sizeHint().height() + 4)

    def minimumSizeHint(self) -> QSize:
        """The same height."""
        return self.sizeHint()


class WaitingList(QWidget):
    """Lists waiting runs. Hidden while there is none.

    Args:
        parent: The parent widget.

    Signals:
        chosen(str, str): The person wants to see a waiting run; its conversation, and the run.
    """

    chosen = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Waiting for you")
        self.rows: tuple[WaitingRow, ...] = ()
        self._icon = QLabel()
        self._title = label("Waiting for you", "heading")
        head = QHBoxLayout()
        head.setContentsMargins(SPACE // 2, 0, 0, 0)
        head.setSpacing(SPACE)
        head.addWidget(self._icon)
        head.addWidget(self._title, 1)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, SPACE // 2)
        column.setSpacing(SPACE // 2)
        column.addLayout(head)
        column.addWidget(self._scroll)
        self._tint()
        self.hide()

    def show_rows(self, rows: Sequence[WaitingRow]) -> None:
        """Show these waiting runs, in order."""
        if tuple(rows) == self.rows:
            return
        self.rows = tuple(rows)
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        height = 0
        for row in self.rows:
            button = RowButton(row)
            button.clicked.connect(lambda _checked=False, row=row: self.chosen.emit(row.conversation_id, row.run_id))
            column.addWidget(button)
            height = button.sizeHint().height()
        column.addStretch(1)
        self._scroll.setWidget(holder)
        holder.setAutoFillBackground(False)
        self._scroll.setFixedHeight(int(height * min(len(self.rows), _MOST_ROWS)))
        self._title.setText(f"Waiting for you ({len(self.rows)})" if len(self.rows) > 1 else "Waiting for you")
        self.setVisible(bool(self.rows))

    def changeEvent(self, event: QEvent) -> None:
        """Tint anew in a new theme."""
        super().changeEvent(event)
        if is_theme_change(event) and hasattr(self, "_icon"):
            self._tint()

    def _tint(self) -> None:
        self._icon.setPixmap(icon_pixmap("clock", current_theme().warning, 16, self.devicePixelRatioF()))
