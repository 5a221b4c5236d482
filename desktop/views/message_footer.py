"""What shows under a message while it is hovered or focused: its actions, then its details. Versions show always."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from desktop.views.controls import Button, ElidedLabel, label
from desktop.views.copy_button import CopyButton, compact
from desktop.views.message_actions import COPY, STEADY, MessageAction
from desktop.views.theme import SPACE

HEIGHT = 4 * SPACE
"""The room that a message reserves for it."""


class MessageFooter(QWidget):
    """The actions and details of one message.

    Args:
        details: The line of details.
        markdown: Gives the message's Markdown.
        actions: What can be done with it, in order.
        parent: The message.

    Signals:
        chosen(str): The person chose an action; its id. Copying is done here.
    """

    chosen = Signal(str)

    def __init__(
        self, details: str, markdown: Callable[[], str], actions: Sequence[MessageAction], parent: QWidget
    ) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE // 2)
        self._buttons: list[Button] = []
        self._passing: list[QWidget] = []
        for action in actions:
            made = self._make(action, markdown)
            row.addWidget(made)
            if action.id not in STEADY:
                self._passing.append(made)
        self.is_steady = len(self._passing) < len(actions)
        self._details = ElidedLabel(details, "muted", self)
        self._details.setAccessibleName("Details")
        self._passing.append(self._details)
        row.addWidget(self._details, 1)
        self._rest = QWidget(self)  # keeps the steady part in its place while the rest is away
        self._rest.hide()
        row.addWidget(self._rest, 1)

    def _make(self, action: MessageAction, markdown: Callable[[], str]) -> QWidget:
        if not action.icon:
            return self._words(action)
        if action.id == COPY:
            button: Button = CopyButton(markdown, action.label, self)
        else:
            button = Button("", action.icon, kind="flat", name=action.label, parent=self)
            button.clicked.connect(lambda: self.chosen.emit(action.id))
        button.setEnabled(action.enabled)
        compact(button, HEIGHT - 4)
        self._buttons.append(button)
        return button

    def _words(self, action: MessageAction) -> QLabel:
        words = label(action.label, "muted")
        words.setAccessibleName(f"Version {action.label}")
        words.setParent(self)
        return words

    def fold(self, folded: bool) -> None:
        """Show the versions alone, or all."""
        for widget in self._passing:
            widget.setVisible(not folded)
        self._rest.setVisible(folded)

    def set_focus_policy(self, policy: Qt.FocusPolicy) -> None:
        """Say whether Tab stops at the actions."""
        for button in self._buttons:
            button.setFocusPolicy(policy)
