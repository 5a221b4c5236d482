"""The bar that finds words in the conversation: a field, the number of the hit, previous and next."""

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from desktop.views.controls import Button, label
from desktop.views.copy_button import compact
from desktop.views.icons import icon
from desktop.views.theme import SPACE, current_theme, is_theme_change

_TYPED_MS = 60
_SIDE = 4 * SPACE


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
        self._field.setMinimumWidth(26 * SPACE)
        self._glass = self._field.addAction(
            icon("search", current_theme().muted), QLineEdit.ActionPosition.LeadingPosition
        )
        self._count = label("", "muted")
        self._count.setAccessibleName("Hits")
        self._count.setMinimumWidth(self.fontMetrics().horizontalAdvance("000,000 of 000,000"))
        self._count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.buttons = (
            Button("", "caret-up", kind="flat", name="Previous hit"),
            Button("", "caret", kind="flat", name="Next hit"),
            Button("", "cross", kind="flat", name="Close"),
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        row.setSpacing(SPACE // 2)
        row.addWidget(self._field, 1)
        row.addWidget(self._count)
        for button in self.buttons:
            compact(button, _SIDE)
            row.addWidget(button)
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
        self.adjustSize()
        self.show()
        self.raise_()
        self._field.selectAll()
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._tell()

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
