"""What is said above the composer, and how long it stays."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.views.main_window import MainWindow


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    widget = MainWindow()
    qtbot.addWidget(widget)
    with qtbot.waitActive(widget):
        widget.show()
    return widget


def run_out(window: MainWindow) -> None:
    """Let the time of the notice be over, where it has one."""
    if window.notice.leaving.isActive():
        window.notice.leaving.timeout.emit()


def said(window: MainWindow) -> str:
    return window.notice.said[0]


def test_information_leaves_by_itself_but_not_what_can_be_acted_on_nor_what_is_grave(window: MainWindow) -> None:
    assert window.notice.leaving.interval() == 10_000
    window.set_notice("Exported 1 conversation.")
    run_out(window)
    assert said(window) == ""
    stays: list[Callable[[], None]] = [
        lambda: window.set_notice("Offline demo.", "Add keys"),
        lambda: window.set_notice("Exporting…", leaves=False),
        lambda: window.set_notice("It failed.", kind="danger"),
        lambda: window.notice.show_notice("Requests go elsewhere."),
    ]
    for say in stays:
        say()
        run_out(window)
        assert said(window) != ""


def test_it_stays_while_the_keyboard_is_in_it(window: MainWindow) -> None:
    window.set_notice("Exported 1 conversation.")
    window.notice.close_button.setFocus()
    run_out(window)
    assert said(window) == "Exported 1 conversation."
    assert window.notice.leaving.isActive()
    window.composer.setFocus()
    run_out(window)
    assert said(window) == ""


def test_it_stays_while_the_pointer_is_on_it(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    window.set_notice("Exported 1 conversation.")
    monkeypatch.setattr(window.notice, "underMouse", lambda: True)  # offscreen there is no pointer
    run_out(window)
    assert said(window) == "Exported 1 conversation."


def test_it_stays_while_the_window_is_not_looked_at(window: MainWindow, qtbot: QtBot) -> None:
    window.set_notice("Exported 1 conversation.")
    other = QWidget()
    qtbot.addWidget(other)
    with qtbot.waitActive(other):
        other.show()
        other.activateWindow()
    run_out(window)
    assert said(window) == "Exported 1 conversation."


def test_what_was_said_of_a_conversation_goes_with_it(window: MainWindow) -> None:
    window.set_notice("'texts' is a folder.", kind="danger")
    window.notice.leave_conversation()
    assert said(window) == ""
    window.set_notice("The audit log was changed.", "Open it", kind="danger")
    window.notice.leave_conversation()
    assert said(window) == "The audit log was changed."


class Flashes(QObject):
    """Watches for windows that are shown."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(repr(watched))
        return False


def test_no_part_of_the_window_is_a_window_of_its_own_for_a_moment(qtbot: QtBot) -> None:
    application, flashes = QApplication.instance(), Flashes()
    assert application is not None
    application.installEventFilter(flashes)
    try:
        widget = MainWindow()
        qtbot.addWidget(widget)
        widget.furnish()
        widget.set_notice("Something.", "Do it")
    finally:
        application.removeEventFilter(flashes)
    assert flashes.seen == []
