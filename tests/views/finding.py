"""Finds widgets for the tests of the panes."""

from typing import TypeVar

from PySide6.QtWidgets import QPushButton, QWidget

Kind = TypeVar("Kind", bound=QWidget)


def child(parent: QWidget, kind: type[Kind]) -> Kind:
    """The first widget of a kind."""
    found = parent.findChild(kind)
    assert isinstance(found, kind), f"no {kind.__name__}"
    return found


def button(parent: QWidget, name: str) -> QPushButton:
    """The one button of a name."""
    (found,) = [each for each in parent.findChildren(QPushButton) if each.accessibleName() == name]
    return found
