"""No part of a window shows as a window of its own while that is made and opened: it would flash on the desk."""

from collections.abc import Callable

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from desktop.views.persona_dialog import PersonaDialog, PersonaFile
from desktop.views.usage_view import UsageView
from tests.views import (
    gallery,
    gallery_audit,
    gallery_editing,
    gallery_finding,
    gallery_gates,
    gallery_panes,
    gallery_settings,
)
from tests.views.gallery_usage import usage_lines


class Watch(QObject):
    """Notes the windows that are shown and belong to no other."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[QWidget] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.Show
            and isinstance(watched, QWidget)
            and watched.isWindow()
            and watched.parentWidget() is None
            and watched.windowType() is not Qt.WindowType.Popup
        ):
            self.shown.append(watched)
        return False


def personas() -> QWidget:
    dialog = PersonaDialog()
    dialog.show_files([PersonaFile("default.md", True, True), PersonaFile("poet.md", True, False)], "default.md")
    return dialog


def usage() -> QWidget:
    view = UsageView()
    view.show_lines(usage_lines())
    return view


STATES: dict[str, Callable[[], QWidget]] = {
    "personas": personas,
    "usage": usage,
    **{f"settings-{name}": state for name, state in gallery_settings.STATES.items()},
    **{f"window-{state.__name__}": state for state in (*gallery.STATES, *gallery_finding.STATES)},
    **gallery_audit.SCENES,
    **gallery_editing.SCENES,
    **gallery_gates.SCENES,
    **gallery_panes.SCENES,
}


@pytest.mark.parametrize("name", STATES)
def test_nothing_but_the_window_shows_as_one(name: str, qapp: QApplication) -> None:
    watch = Watch()
    qapp.installEventFilter(watch)
    try:
        made = STATES[name]()
        if isinstance(made, QDialog):
            made.open()
        else:
            made.show()
        qapp.processEvents()
    finally:
        qapp.removeEventFilter(watch)
    expected = [made]
    while (parent := expected[-1].parentWidget()) is not None:
        expected.append(parent)
    stray = [f"{each} {each.accessibleName()}" for each in watch.shown if each not in expected]
    shiboken6.delete(expected[-1])  # what the scene put around it would stand before the windows of later tests
    assert stray == []
