"""Tells assistive technology that a plain widget is a list, and its children the items."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget

_ROLE = "accessibleRole"
_makers: dict[int, Callable[[], QAccessibleInterface]] = {}
_kept: dict[int, QAccessibleInterface] = {}
"""Qt does not keep Python's half of an interface alive."""
_installed = False


def set_role(widget: QWidget, role: QAccessible.Role) -> None:
    """Give a widget a role; its name and description stay its own.

    Args:
        widget: A widget that nothing has asked for its interface yet.
        role: What it is.
    """
    _install()
    widget.setProperty(_ROLE, role.value)


def set_interface(widget: QWidget, make: Callable[[], QAccessibleInterface]) -> None:
    """Give a widget an interface of its own.

    Args:
        widget: A widget that nothing has asked for its interface yet.
        make: Makes the interface when it is asked for; it is kept as long as the widget lives.
    """
    _install()
    key = id(widget)
    _makers[key] = make
    widget.destroyed.connect(lambda: _makers.pop(key, None))


def _install() -> None:
    global _installed
    if not _installed:
        _installed = True
        QAccessible.installFactory(_make)


def _make(class_name: str, thing: QObject) -> QAccessibleInterface | None:
    if not isinstance(thing, QWidget):
        return None
    maker = _makers.get(id(thing))
    if maker is not None:
        return _keep(thing, maker())
    role = thing.property(_ROLE)
    if role is None:
        return None
    made = QAccessibleWidget(thing, QAccessible.Role(role))
    return _keep(thing, made)


def _keep(thing: QWidget, made: QAccessibleInterface) -> QAccessibleInterface:
    key = id(thing)
    _kept[key] = made
    thing.destroyed.connect(lambda: _kept.pop(key, None))
    return made
