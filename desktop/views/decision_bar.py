"""The buttons of the confirmation dialog. None is default, and none is urged: all look alike."""

from typing import Literal

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from desktop.views.controls import Button, button_text, set_tool_tip
from desktop.views.flow_layout import FlowLayout
from desktop.views.theme import SPACE

Panel = Literal["choices", "reason", "conversation", "always", "edit"]
"""What the dialog asks: the choices, why not, what to remember for this conversation or always, other arguments."""


class _ReasonField(QLineEdit):
    """A line of text in which Enter does nothing."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
        else:
            super().keyPressEvent(event)


class ElidedButton(Button):
    """A button whose foreign words lose their middle where there is no room; all of them are its name and tool tip."""

    def __init__(self) -> None:
        super().__init__()
        self._whole = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_words(self, text: str) -> None:
        """Show these words: one line, literal."""
        self._whole = text
        self.setAccessibleName(text)
        set_tool_tip(self, text)
        self.updateGeometry()
        self._elide()

    def sizeHint(self) -> QSize:
        """Room for all words."""
        return QSize(self.fontMetrics().horizontalAdvance(self._whole) + 34, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Room for a few."""
        return QSize(120, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut anew."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideMiddle, max(0, self.width() - 34))
        self.setText(button_text(shown))


class DecisionBar(QWidget):
    """The choices, and for each panel the way back and the button that concludes it.

    Args:
        parent: The parent widget.

    Signals:
        allowed(): The call may run once.
        denied(str): The call may not run; the reason, empty where none was given.
        granted(): What the open panel grants is granted.
        applied(): The arguments of the form are to be checked.
        panel_wanted(str): The person wants another panel; ``choices`` is the way back.
    """

    allowed = Signal()
    denied = Signal(str)
    granted = Signal()
    applied = Signal()
    panel_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._panel: Panel = "choices"
        self._is_listening = True
        self._can: dict[str, bool] = {"grant": True, "edit": True, "apply": False}
        self._deny = Button("Deny")
        self._allow = Button("Allow once")
        self._openers: dict[str, Button] = {
            "reason": Button("Deny with reason…", name="Deny with reason"),
            "edit": Button("Edit…", name="Edit"),
            "conversation": Button("Allow for this conversation"),
            "always": Button("Always allow…", name="Always allow"),
        }
        self._reason = _ReasonField()
        self._reason.setAccessibleName("Reason")
        self._reason.setPlaceholderText("Why not? The model reads this.")
        self._reason.setMaxLength(2000)
        self._send = Button("Deny with this reason", kind="danger")
        self._confirm = ElidedButton()
        self._apply = Button("Review changes")
        opener = self._openers
        self._choices = QWidget()
        flow: list[list[QWidget]] = [
            [self._deny, opener["reason"], opener["edit"]],
            [self._allow, opener["conversation"], opener["always"]],
        ]
        self._choices.setLayout(FlowLayout(flow, SPACE))
        self._back = Button("Back", kind="flat")
        self._gap = QWidget()
        self._panel_row = QWidget()
        row = QHBoxLayout(self._panel_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(self._back)
        row.addWidget(self._reason, 1)
        row.addWidget(self._gap, 1)
        for button in (self._send, self._confirm, self._apply):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._choices)
        column.addWidget(self._panel_row)
        self._connect()
        self.show_panel("choices")

    def _connect(self) -> None:
        self._deny.clicked.connect(lambda: self.denied.emit(""))
        self._allow.clicked.connect(self.allowed)
        self._send.clicked.connect(lambda: self.denied.emit(self._reason.text().strip()))
        self._confirm.clicked.connect(self.granted)
        self._apply.clicked.connect(self.applied)
        self._reason.textChanged.connect(lambda _text: self._enable())
        for panel, button in self._openers.items():
            button.clicked.connect(lambda _checked=False, panel=panel: self.panel_wanted.emit(panel))
        self._back.clicked.connect(lambda: self.panel_wanted.emit("choices"))

    @property
    def panel(self) -> Panel:
        """What is asked now."""
        return self._panel

    def reset(self, *, can_grant: bool, can_edit: bool) -> None:
        """Show the choices for another call, with no reason.

        Args:
            can_grant: Whether there is anything a grant could cover.
            can_edit: Whether there are arguments to change.
        """
        self._can.update(grant=can_grant, edit=can_edit, apply=False)
        for panel in ("conversation", "always"):
            set_tool_tip(self._openers[panel], "" if can_grant else "This call can only be allowed once.")
        self._reason.clear()
        self.show_panel("choices")

    def show_panel(self, panel: Panel) -> None:
        """Show the buttons of a panel."""
        before, self._panel = self._panel, panel
        self._choices.setVisible(panel == "choices")
        self._panel_row.setVisible(panel != "choices")
        for widget in (self._reason, self._send):
            widget.setVisible(panel == "reason")
        self._gap.setVisible(panel != "reason")
        self._confirm.setVisible(panel in ("conversation", "always"))
        self._apply.setVisible(panel == "edit")
        self._enable()
        if panel == "reason":
            self._reason.setFocus(Qt.FocusReason.OtherFocusReason)
        elif panel == "choices" and before != panel:
            self._openers[before].setFocus(Qt.FocusReason.OtherFocusReason)

    def show_grant(self, words: str) -> None:
        """Say on the button what it grants: one line, literal."""
        self._confirm.show_words(words)

    def show_form(self, *, can_apply: bool, is_checking: bool) -> None:
        """Follow the form of the arguments.

        Args:
            can_apply: Whether its arguments can be checked.
            is_checking: Whether they are being checked.
        """
        self._can["apply"] = can_apply
        self._apply.setText("Checking…" if is_checking else "Review changes")
        self._enable()

    def set_listening(self, listening: bool) -> None:
        """Enable the buttons, or dim them."""
        self._is_listening = listening
        self._enable()

    def _enable(self) -> None:
        on = self._is_listening
        for button in (self._deny, self._allow, self._openers["reason"], self._back):
            button.setEnabled(on)
        for panel in ("conversation", "always"):
            self._openers[panel].setEnabled(on and self._can["grant"])
        self._openers["edit"].setEnabled(on and self._can["edit"])
        self._send.setEnabled(on and bool(self._reason.text().strip()))
        self._confirm.setEnabled(on)
        self._apply.setEnabled(on and self._can["apply"])
