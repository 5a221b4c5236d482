"""Tells assistive technology that a plain widget is a list, and its children the items."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget

_ROLE = "accessibleRole"
_kept: dict[int, QAccessibleInterface] = {}
"""Qt does not keep Python's half of an interface alive."""
_installed = False


def set_role(widget: QWidget, role: QAccessible.Role) -> None:
    """Give a widget a role; its name and description stay its own.

    Args:
        widget: A widget that nothing has asked for its interface yet.
        role: What it is.
    """
    global _installed
    if not _installed:
        _installed = True
        QAccessible.installFactory(_make)
    widget.setProperty(_ROLE, role.value)


def _make(class_name: str, thing: QObject) -> QAccessibleInterface | None:
    role = thing.property(_ROLE) if isinstance(thing, QWidget) else None
    if role is None or not isinstance(thing, QWidget):
        return None
    key = id(thing)
    made = QAccessibleWidget(thing, QAccessible.Role(role))
    _kept[key] = made
    thing.destroyed.connect(lambda: _kept.pop(key, None))
    return made
