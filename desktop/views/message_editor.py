"""The editor of the composer."""

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

_SHIFTS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.AltModifier
"""With one of these, Enter breaks the line."""


class MessageEditor(QPlainTextEdit):
    """Plain text that grows with its lines. Enter submits; Shift+Enter breaks the line.

    Attributes:
        most_height: The height it grows to, in device-independent pixels; beyond it scrolls.

    Signals:
        enter_pressed(): Enter, outside an input method's composition.
        up_in_empty(): Up, where nothing is written.
    """

    enter_pressed = Signal()
    up_in_empty = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.most_height = 240
        self._composing = False
        self.setAccessibleName("Message")
        self.setPlaceholderText("Write a message")
        self.setTabChangesFocus(True)
        self.setProperty("kind", "bare")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self._fit())
        self._fit()

    def sizeHint(self) -> QSize:
        """As high as its lines, between one and the most."""
        return QSize(super().sizeHint().width(), min(self._height_of(self._lines()), self._most()))

    def minimumSizeHint(self) -> QSize:
        """One line."""
        return QSize(120, self._height_of(1))

    def set_most_height(self, height: int) -> None:
        """Set the height it grows to, in device-independent pixels."""
        self.most_height = height
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Submit on Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & _SHIFTS:
            event.accept()
            if not self._composing and not event.isAutoRepeat():
                self.enter_pressed.emit()
            return
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier
        if event.key() == Qt.Key.Key_Up and plain and self.document().isEmpty() and not self._composing:
            event.accept()
            self.up_in_empty.emit()
            return
        super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Remember whether an input method composes: its Enter is not ours."""
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Take text only."""
        return source.hasText()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste as plain text."""
        self.insertPlainText(source.text())
        self.ensureCursorVisible()

    def _fit(self) -> None:
        overflows = self._height_of(self._lines()) > self._most()
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if overflows else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
        self.updateGeometry()

    def _lines(self) -> int:
        # A plain text document's height is counted in lines, not in pixels.
        return max(1, round(self.document().size().height()))

    def _most(self) -> int:
        return max(self.most_height, self._height_of(1))

    def _height_of(self, lines: int) -> int:
        return lines * self.fontMetrics().lineSpacing() + 2 * round(self.document().documentMargin()) + 2
