"""What the window's menu and its palette offer, as values."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from desktop.views.controls import Button, button_text
from desktop.views.icons import icon
from desktop.views.theme import current_theme


@dataclass(frozen=True, slots=True)
class Command:
    """One thing the person can do.

    Attributes:
        id: What is told when it is chosen.
        title: Its words: "Back up…".
        icon_name: An icon of resources/icons.
        keys: Its shortcut as Qt writes it: "Ctrl+N"; empty for none.
        group: Commands of one number stand together in the menu; the palette ignores it. 0 is not in the menu.
        also: Other words it is found by in the palette.
    """

    id: str
    title: str
    icon_name: str
    keys: str = ""
    group: int = 0
    also: str = ""


class MenuButton(Button):
    """The button "Menu": what has no button of its own.

    Signals:
        chosen(str): A command was chosen; its id.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(icon_name="more", kind="flat", name="Menu", parent=parent)
        self._commands: tuple[Command, ...] = ()
        self.clicked.connect(self._open)

    def show_commands(self, commands: Sequence[Command]) -> None:
        """Offer these, in order."""
        self._commands = tuple(command for command in commands if command.group)

    def _open(self) -> None:
        menu = QMenu(self)
        menu.setAccessibleName("Menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        group = self._commands[0].group if self._commands else 0
        for command in self._commands:
            if command.group != group:
                menu.addSeparator()
                group = command.group
            # The keys are shown, and not bound a second time.
            text = button_text(command.title) + (f"\t{command.keys}" if command.keys else "")
            action = menu.addAction(icon(command.icon_name, current_theme().muted), text)
            action.triggered.connect(lambda _checked=False, chosen=command.id: self.chosen.emit(chosen))
        place = self.mapToGlobal(self.rect().bottomRight())
        menu.popup(place - QPoint(menu.sizeHint().width(), 0))
