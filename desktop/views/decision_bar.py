"""The buttons of the confirmation dialog. None is default, and none is urged: all look alike."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedLayout, QWidget

from desktop.views.controls import Button
from desktop.views.theme import SPACE


class _ReasonField(QLineEdit):
    """A line of text in which Enter does nothing."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
        else:
            super().keyPressEvent(event)


class DecisionBar(QWidget):
    """Allow once, deny, deny with a reason.

    Args:
        parent: The parent widget.

    Signals:
        allowed(): The call may run once.
        denied(str): The call may not run; the reason, empty where none was given.
    """

    allowed = Signal()
    denied = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._deny = Button("Deny", name="Deny")
        self._deny_with_reason = Button("Deny with reason…", name="Deny with reason")
        self._allow = Button("Allow once", name="Allow once")
        self._back = Button("Back", kind="flat")
        self._reason = _ReasonField()
        self._reason.setAccessibleName("Reason")
        self._reason.setPlaceholderText("Why not? The model reads this.")
        self._reason.setMaxLength(2000)
        self._send = Button("Deny with this reason", kind="danger")
        self._deny.clicked.connect(lambda: self.denied.emit(""))
        self._deny_with_reason.clicked.connect(self._ask_reason)
        self._allow.clicked.connect(self.allowed)
        self._back.clicked.connect(self._go_back)
        self._send.clicked.connect(lambda: self.denied.emit(self._reason.text().strip()))
        self._reason.textChanged.connect(lambda text: self._send.setEnabled(bool(text.strip())))
        self._choices = _row(self._deny, self._deny_with_reason, None, self._allow)
        self._words = _row(self._back, self._reason, self._send)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._choices)
        self._stack.addWidget(self._words)
        for button in self.findChildren(Button):
            button.setAutoDefault(False)
            button.setDefault(False)
        self._send.setEnabled(False)

    def reset(self) -> None:
        """Show the choices, with no reason."""
        self._reason.clear()
        self._stack.setCurrentWidget(self._choices)

    def set_listening(self, listening: bool) -> None:
        """Enable the buttons, or dim them."""
        for button in (self._deny, self._deny_with_reason, self._allow, self._back):
            button.setEnabled(listening)
        self._send.setEnabled(listening and bool(self._reason.text().strip()))

    def _ask_reason(self) -> None:
        self._stack.setCurrentWidget(self._words)
        self._reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go_back(self) -> None:
        self._stack.setCurrentWidget(self._choices)
        self._deny_with_reason.setFocus(Qt.FocusReason.OtherFocusReason)


def _row(*widgets: QWidget | None) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(SPACE)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget)
    return holder
