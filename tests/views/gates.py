"""A confirmation dialog over a window, for the tests of the gates."""

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.engine.events import ConfirmationRequested
from desktop.views.confirmation_dialog import ConfirmationDialog

Show = Callable[..., ConfirmationDialog]
LONG_MS = 60_000


def plain_window(qtbot: QtBot) -> QWidget:
    """A window to ask over."""
    result = QWidget()
    qtbot.addWidget(result)
    result.resize(800, 600)
    result.show()
    return result


def dialog_opener(qtbot: QtBot, window: QWidget, default: Callable[[], ConfirmationRequested]) -> Show:
    """What opens the dialog over a window.

    Args:
        qtbot: Waits for it.
        window: The window.
        default: Makes the call that is asked about where none is given.
    """

    def show(*requests: ConfirmationRequested, guard_ms: int = 0) -> ConfirmationDialog:
        dialog = ConfirmationDialog(window, guard_ms=guard_ms)
        dialog.show_requests(requests or (default(),))
        dialog.open()
        qtbot.waitExposed(dialog)
        dialog.activateWindow()
        return dialog

    return show


def heard(dialog: ConfirmationDialog) -> list[Any]:
    """What the dialog tells from now on: decisions and edits."""
    told: list[Any] = []
    dialog.decided.connect(lambda *decision: told.append(decision))
    dialog.edited.connect(lambda *edit: told.append(edit))
    return told
