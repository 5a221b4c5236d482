"""The foot of the conversation list: its buttons, and in their place what is chosen while that is several."""

from __future__ import annotations  # the values are named for readers only: their import is not for the first paint

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from desktop.views.choice_bar import ChoiceBar
from desktop.views.controls import Button
from desktop.views.copy_button import compact
from desktop.views.theme import SPACE

if TYPE_CHECKING:
    from desktop.engine.messages import ConversationInfo


_NEW = ("New conversation", "New", "")
"""What the button says, by the room there is; its name is always the first."""


class ConversationFoot(QStackedWidget):
    """One in the place of the other, so that the rows above stay where they are.

    Args:
        parent: The parent widget.

    Attributes:
        new_button: The push button "New conversation".
        tools_button: The push button "Tools and grants".
        keys_button: The push button "API keys".
        choice_bar: Says how many are chosen, and what can be done with them.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.new_button = Button(_NEW[0], "plus", kind="flat")
        self.new_button.setToolTip("New conversation (Ctrl+N)")
        self.tools_button = Button(icon_name="shield", kind="flat", name="Tools and grants")
        self.keys_button = Button(icon_name="key", kind="flat", name="API keys")
        self.choice_bar = ChoiceBar()
        self._buttons = QWidget()
        row = QHBoxLayout(self._buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.new_button)
        row.addStretch(1)
        for each in (self.tools_button, self.keys_button):
            compact(each, 4 * SPACE)
            row.addWidget(each)
        self.addWidget(self._buttons)
        self.addWidget(self.choice_bar)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say as much on the button as has room beside the others."""
        super().resizeEvent(event)
        others = self.tools_button.sizeHint().width() + self.keys_button.sizeHint().width()
        for words in _NEW:
            self.new_button.setText(words)
            if self.new_button.sizeHint().width() + others <= event.size().width():
                break

    def show_choice(self, infos: Sequence[ConversationInfo]) -> None:
        """Show what is chosen, in the order of the list; the buttons where that is none."""
        if infos:
            self.choice_bar.show_choice(infos)
        self.setCurrentWidget(self.choice_bar if infos else self._buttons)
