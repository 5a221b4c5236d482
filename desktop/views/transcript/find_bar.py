"""The bar that finds words in the conversation: a field, the number of the hit, previous and next."""

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from desktop.views.controls import Button, label
from desktop.views.copy_button import compact
from desktop.views.icons import icon
from desktop.views.theme import SPACE, current_theme, is_theme_change

_TYPED_MS = 60
_SIDE = 4 * SPACE
_FIELD = 26 * SPACE
"""Width of the field; where there is no room for that beside the rest, it has a row of its own."""


class FindBar(QWidget):
    """Asks for words.

    Args:
        parent: The transcript.

    Signals:
        query_changed(str): The person looks for something else.
        step_requested(bool): The person wants the next hit; False for the one before.
        closed(): The person is done.
    """

    query_changed = Signal(str)
    step_requested = Signal(bool)
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Find in conversation")
        self._field = QLineEdit()
        self._field.setAccessibleName("Find")
        self._field.setPlaceholderText("Find in conversation")
        self._glass = self._field.addAction(
            icon("search", current_theme().muted), QLineEdit.ActionPosition.LeadingPosition
        )
        self._count = label("", "muted")
        self._count.setAccessibleName("Hits")
        self.buttons = (
            Button("", "caret-up", kind="flat", name="Previous hit"),
            Button("", "caret", kind="flat", name="Next hit"),
            Button("", "cross", kind="flat", name="Close"),
        )
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        self._grid.setSpacing(SPACE // 2)
        self._grid.setColumnStretch(0, 1)
        for button in self.buttons:
            compact(button, _SIDE)
        self._rows = 0
        self._arrange(1)
        self.buttons[0].clicked.connect(lambda: self._step(False))
        self.buttons[1].clicked.connect(lambda: self._step(True))
        self.buttons[2].clicked.connect(self.closed)
        self._typed = QTimer(self, singleShot=True, interval=_TYPED_MS)
        self._typed.timeout.connect(self._tell)
        self._field.textChanged.connect(lambda _text: self._typed.start())
        self._told = ""
        self.hide()

    @property
    def query(self) -> str:
        """What is looked for."""
        return self._field.text()

    def open(self, query: str = "") -> None:
        """Show the bar, with the keyboard in it.

        Args:
            query: What to look for; empty for what was looked for last.
        """
        if query:
            self._field.setText(query)
        self.show()
        self.raise_()
        self._field.selectAll()
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._tell()

    def fit(self, room: int) -> QSize:
        """Arrange its parts for a width: in one row, or in two where that is too narrow.

        Returns:
            How large it is then.
        """
        self._arrange(1)
        width = self._grid.minimumSize().width()
        if width > room:
            self._arrange(2)
        return QSize(min(room, width), self._grid.minimumSize().height())

    def _arrange(self, rows: int) -> None:
        if rows == self._rows:
            return
        self._rows = rows
        back, on, close = self.buttons
        parts: tuple[QWidget, ...] = (self._field, self._count, back, on, close)
        for each in parts:
            self._grid.removeWidget(each)
        if rows == 1:
            for column, each in enumerate(parts):
                self._grid.addWidget(each, 0, column)
        else:
            self._grid.addWidget(self._field, 0, 0, 1, 2)
            self._grid.addWidget(close, 0, 2)
            for column, each in enumerate(parts[1:4]):
                self._grid.addWidget(each, 1, column)
        for column in range(1, 5):
            is_button = column > 1 if rows == 1 else column < 3
            self._grid.setColumnMinimumWidth(column, _SIDE if is_button else 0)
        for row in range(2):
            self._grid.setRowMinimumHeight(row, _SIDE if row < rows else 0)
        widest = self.fontMetrics().horizontalAdvance("000,000 of 000,000")
        self._field.setMinimumWidth(_FIELD if rows == 1 else 0)
        self._count.setMinimumWidth(widest if rows == 1 else 0)
        self._count.setAlignment(Qt.AlignmentFlag.AlignCenter if rows == 1 else Qt.AlignmentFlag.AlignVCenter)
        self._count.setIndent(0 if rows == 1 else SPACE)

    def show_count(self, number: int, total: int, *, is_done: bool) -> None:
        """Show which hit of how many is the current one."""
        if not self.query:
            text = ""
        elif not total:
            text = "No hits" if is_done else "Searching…"
        else:
            text = f"{number:,} of {total:,}"
        if text != self._count.text():
            self._count.setText(text)

    @property
    def count_text(self) -> str:
        """What it says of the hits."""
        return self._count.text()

    def _tell(self) -> None:
        self._typed.stop()
        if self._told != self.query or not self.query:
            self._told = self.query
            self.query_changed.emit(self.query)

    def forget(self) -> None:
        """It was closed: the same words are looked for anew when it opens."""
        self._typed.stop()
        self._told = ""

    def _step(self, forward: bool) -> None:
        if self._typed.isActive():
            self._tell()
        else:
            self.step_requested.emit(forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on, with Shift back; Escape closes."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._step(not event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        elif event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Tint anew in a new theme."""
        super().changeEvent(event)
        if is_theme_change(event) and hasattr(self, "_glass"):
            self._glass.setIcon(icon("search", current_theme().muted))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what it stands on."""
        theme = current_theme()
        painter = QPainter(self)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.border, 1))
            painter.setBrush(theme.surface)
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), SPACE, SPACE)
        finally:
            painter.end()
