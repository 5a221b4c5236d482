"""The line that says how many conversations are chosen, with what can be done with them."""

from __future__ import annotations  # the values are named for readers only: their import is not for the first paint

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.views.controls import Button, ElidedLabel, set_tool_tip
from desktop.views.conversation_deeds import Deed, Verb, deeds_of
from desktop.views.copy_button import compact
from desktop.views.theme import SPACE

if TYPE_CHECKING:
    from desktop.engine.messages import ConversationInfo

_SIDE = 3 * SPACE + SPACE // 2  # so that the words have room in the narrowest pane
_OFFERED: tuple[tuple[Verb, str, str], ...] = (
    ("archive", "archive", "Archive"),
    ("export", "export", "Export…"),
    ("delete", "trash", "Delete…"),
)
"""What has a button, with its icon, and its name until there is a choice. A pin is in the menu alone: it is seldom
wanted for several."""


class ChoiceBar(QWidget):
    """Stands at the list's foot while several conversations are chosen.

    Args:
        parent: The parent widget.

    Attributes:
        text: The label that says how many: "3 chosen".
        end_button: The push button "Choose none".

    Signals:
        wanted(object): The person wants a `Deed` done.
        ended(): The person is through with choosing.
    """

    wanted = Signal(object)
    ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._deeds: dict[Verb, Deed] = {}
        self.text = ElidedLabel(kind="muted", parent=self)
        self._buttons = {verb: self._button(icon_name, name) for verb, icon_name, name in _OFFERED}
        self.end_button = self._button("cross", "Choose none")
        set_tool_tip(self.end_button, "Choose none (Esc)")
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE + SPACE // 2, 0, 0, 0)  # its words stand under those of the rows
        row.setSpacing(0)
        row.addWidget(self.text, 1)
        for verb, button in self._buttons.items():
            button.clicked.connect(lambda _checked=False, verb=verb: self.wanted.emit(self._deeds[verb]))
            row.addWidget(button)
        row.addWidget(self.end_button)
        self.end_button.clicked.connect(lambda: self.ended.emit())

    def show_choice(self, infos: Sequence[ConversationInfo]) -> None:
        """Say how many are chosen, and offer what can be done with them.

        Args:
            infos: Several, in the order of the list.
        """
        self._deeds = {deed.verb: deed for deed in deeds_of(infos)}
        for verb, button in self._buttons.items():
            deed = self._deeds[verb]
            button.setAccessibleName(deed.words)
            set_tool_tip(button, f"{deed.words} ({deed.keys})" if deed.keys else deed.words)
            button.setEnabled(bool(deed.infos))
        words = f"{len(infos):,} chosen"
        if words != self.text.whole_text:
            self.text.show_text(words)
            self.text.setAccessibleName(words)
            if QAccessible.isActive():
                QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def _button(self, icon_name: str, name: str) -> Button:
        button = Button(icon_name=icon_name, kind="flat", name=name, parent=self)
        compact(button, _SIDE)
        return button
