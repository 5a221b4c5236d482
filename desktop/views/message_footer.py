"""What shows under a message while it is hovered or focused: its actions, then its details."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.views.controls import Button, ElidedLabel
from desktop.views.copy_button import CopyButton, compact
from desktop.views.theme import SPACE

HEIGHT = 4 * SPACE
"""The room that a message reserves for it."""


class MessageFooter(QWidget):
    """The actions and details of one message.

    Args:
        details: The line of details.
        markdown: Gives the message's Markdown.
        can_write_again: Whether the answer can be written again.
        parent: The message.

    Signals:
        write_again_requested(): The person wants the answer written again.
    """

    write_again_requested = Signal()

    def __init__(self, details: str, markdown: Callable[[], str], *, can_write_again: bool, parent: QWidget) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE // 2)
        self._buttons: list[Button] = [CopyButton(markdown, "Copy message", self)]
        if can_write_again:
            again = Button("", "retry", kind="flat", name="Write again", parent=self)
            again.clicked.connect(self.write_again_requested)
            self._buttons.append(again)
        for button in self._buttons:
            compact(button, HEIGHT - 4)
            row.addWidget(button)
        self._details = ElidedLabel(details, "muted", self)
        self._details.setAccessibleName("Details")
        row.addWidget(self._details, 1)

    def set_focus_policy(self, policy: Qt.FocusPolicy) -> None:
        """Say whether Tab stops at the actions."""
        for button in self._buttons:
            button.setFocusPolicy(policy)
