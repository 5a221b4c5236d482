"""The button behind the model line: which model gathers, and which answers, in the open conversation."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from desktop.views.controls import Button, button_text

_SEATS = {"orchestrator": "Gathers", "responder": "Answers"}
_OF_ROLE = "As the role says"


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model that can be chosen.

    Attributes:
        name: Its name in the registry.
        label: What is shown.
        provider: Who serves it.
    """

    name: str
    label: str
    provider: str


class ModelMenu(Button):
    """A menu of models for each seat.

    Attributes:
        chosen: By seat (``orchestrator``, ``responder``), the name of the model that the person chose; the role's
            where there is none.
        seats: By seat, its menu of models.

    Signals:
        model_chosen(str, str): The seat, and the model's name; empty for the role's own.
        settings_requested(): The person wants to see the models and roles.
    """

    model_chosen = Signal(str, str)
    settings_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(icon_name="chevron-down", kind="flat", name="Choose models", parent=parent)
        self.chosen: dict[str, str] = {}
        self._choices: tuple[ModelChoice, ...] = ()
        menu = QMenu(self)
        self.seats = {seat: menu.addMenu(words) for seat, words in _SEATS.items()}
        menu.addSeparator()
        menu.addAction("Models and roles…").triggered.connect(lambda: self.settings_requested.emit())
        self.setMenu(menu)
        self.setStyleSheet("QPushButton::menu-indicator { image: none; width: 0px; }")
        self._build()

    def show_choices(self, choices: Sequence[ModelChoice], chosen: dict[str, str]) -> None:
        """Offer these models; nothing is told.

        Args:
            choices: In order.
            chosen: By seat, the name of the chosen one.
        """
        self._choices = tuple(choices)
        self.chosen = dict(chosen)
        self._build()

    def clear_choice(self) -> None:
        """Leave both seats to the role; nothing is told."""
        self.chosen = {}
        self._build()

    def _build(self) -> None:
        for seat, menu in self.seats.items():
            for group in menu.findChildren(QActionGroup):
                group.deleteLater()
            menu.clear()
            group = QActionGroup(menu)
            current = self.chosen.get(seat, "")
            self._offer(menu, group, seat, "", _OF_ROLE, is_chosen=not current)
            menu.addSeparator()
            for choice in self._choices:
                self._offer(menu, group, seat, choice.name, choice.label, is_chosen=choice.name == current)

    def _offer(self, menu: QMenu, group: QActionGroup, seat: str, name: str, words: str, *, is_chosen: bool) -> None:
        action = QAction(button_text(words), menu)
        action.setCheckable(True)
        action.setChecked(is_chosen)
        group.addAction(action)
        menu.addAction(action)
        action.triggered.connect(lambda: self._choose(seat, name))

    def _choose(self, seat: str, name: str) -> None:
        if name:
            self.chosen[seat] = name
        else:
            self.chosen.pop(seat, None)
        self.model_chosen.emit(seat, name)
