from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QSystemTrayIcon, QWidget
from pytestqt.qtbot import QtBot

from desktop.views.literal_text import one_line
from desktop.views.main_window import MainWindow
from desktop.views.notifier import Notifier, waiting_words
from desktop.views.waiting_list import RowButton, WaitingList, WaitingRow, tools_words
from tests.views.finding import button
from tests.views.hostile import HOSTILE

ROWS = (
    WaitingRow("r2", "v2", "Leases", ("fetch_page", "fetch_page")),
    WaitingRow("r3", "v3", "Photos", ("run_command", "write_file")),
)


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    view = MainWindow()
    qtbot.addWidget(view)
    view.show()
    return view


def labels(widget: QWidget) -> list[str]:
    return [each.text() for each in widget.findChildren(QLabel) if each.text()]


def test_nothing_waiting_takes_no_room(window: MainWindow) -> None:
    assert not window.conversations.waiting.isVisible()
    window.set_waiting(ROWS)
    assert window.conversations.waiting.isVisible()
    window.set_waiting(())
    assert not window.conversations.waiting.isVisible()
    assert not window.top_bar.waiting_button.isVisible()


def test_waiting_runs_are_listed_with_their_tools(window: MainWindow) -> None:
    window.set_waiting(ROWS)
    rows = window.conversations.waiting.findChildren(RowButton)
    assert [each.accessibleName() for each in rows] == ["Review Leases", "Review Photos"]
    assert [each.accessibleDescription() for each in rows] == ["fetch_page (2)", "run_command, write_file"]
    assert "Waiting for you (2)" in labels(window.conversations.waiting)


def test_chosen_run_is_told_after_the_draft(window: MainWindow) -> None:
    told: list[Any] = []
    window.draft_changed.connect(told.append)
    window.waiting_chosen.connect(lambda *chosen: told.append(chosen))
    window.set_waiting(ROWS)
    window.composer.editor.setPlainText("half a thought")
    QTest.mouseClick(button(window, "Review Photos"), Qt.MouseButton.LeftButton)
    assert told == ["half a thought", ("v3", "r3")]


def test_folded_list_leaves_a_count_in_the_top_bar(window: MainWindow) -> None:
    window.set_waiting(ROWS)
    assert not window.top_bar.waiting_button.isVisible()
    window.toggle_pane("conversations")
    assert window.top_bar.waiting_button.isVisible()
    assert window.top_bar.waiting_button.text().strip() == "2"
    QTest.mouseClick(window.top_bar.waiting_button, Qt.MouseButton.LeftButton)
    assert window.conversations.waiting.isVisible()
    assert not window.top_bar.waiting_button.isVisible()


def test_tools_and_grants_are_asked_for(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.tools_settings_requested):
        QTest.mouseClick(button(window, "Tools and grants"), Qt.MouseButton.LeftButton)


def test_many_waiting_runs_are_scrolled(qtbot: QtBot) -> None:
    view = WaitingList()
    qtbot.addWidget(view)
    view.resize(240, 600)
    view.show_rows([WaitingRow(f"r{n}", f"v{n}", f"Conversation {n}", ("write_file",)) for n in range(50)])
    view.show()
    row = view.findChildren(RowButton)[0]
    assert view.sizeHint().height() < 6 * row.sizeHint().height()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_titles_and_tools_stay_literal(window: MainWindow, text: str) -> None:
    window.set_waiting([WaitingRow("r1", "v1", text, (text,) * 3)])
    for each in window.conversations.waiting.findChildren(QLabel):
        assert each.textFormat() == Qt.TextFormat.PlainText or not each.text()
        assert not any(character in each.text() for character in "\u202e\u200b\x1b\x00\u2066\ufeff\n")
    (row,) = window.conversations.waiting.findChildren(RowButton)
    assert row.accessibleName() == f"Review {one_line(text, 80) or 'New conversation'}"
    assert row.width() <= window.conversations.width()


def test_tools_are_counted_and_cut() -> None:
    assert tools_words(["a", "b", "a"]) == "a (2), b"
    assert tools_words([f"t{n}" for n in range(9)]) == "t0, t1, t2, t3, t4 and 4 more"


class Tray(QSystemTrayIcon):
    """A tray icon that remembers its messages, where no desktop has a tray."""

    def __init__(self) -> None:
        super().__init__(QIcon())
        self.messages: list[tuple[str, str]] = []

    def show(self) -> None:
        pass

    def showMessage(self, title: str, text: str, *_more: Any) -> None:
        self.messages.append((title, text))


def test_notification_is_shown_while_the_person_looks_elsewhere(qtbot: QtBot) -> None:
    window, tray = QWidget(), Tray()
    qtbot.addWidget(window)
    notifier = Notifier(window, tray, is_looked_at=lambda: False)
    notifier.notify("A decision is needed", waiting_words(["run_command", "write_file"]))
    assert tray.messages == [("A decision is needed", "run_command, write_file wait for your decision.")]


def test_no_notification_while_the_person_looks_at_the_program(qtbot: QtBot) -> None:
    window, tray = QWidget(), Tray()
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    Notifier(window, tray).notify("A decision is needed", "x")
    assert tray.messages == []


def test_without_a_tray_the_window_alone_is_marked(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    notifier = Notifier(window, is_looked_at=lambda: False)
    notifier.notify("A decision is needed", "x")
    notifier.clear()


class Service:
    """A notification service that works, or does not."""

    def __init__(self, works: bool) -> None:
        self.works = works
        self.shown: list[tuple[str, str]] = []
        self.click: Callable[[], None] = lambda: None

    def show(self, title: str, text: str, on_click: Callable[[], None], on_failure: Callable[[], None]) -> None:
        if self.works:
            self.shown.append((title, text))
            self.click = on_click
        else:
            on_failure()

    def withdraw(self) -> None:
        self.shown.clear()


def test_desktops_own_service_goes_before_the_tray_and_a_click_tells_what_it_was_about(qtbot: QtBot) -> None:
    window, tray, service = QWidget(), Tray(), Service(works=True)
    qtbot.addWidget(window)
    notifier = Notifier(window, tray, lambda: service, is_looked_at=lambda: False)
    notifier.notify("A decision is needed", waiting_words(["run_command"]), "r1")
    assert service.shown == [("A decision is needed", "run_command waits for your decision.")]
    assert tray.messages == []
    with qtbot.waitSignal(notifier.activated) as told:
        service.click()
    assert told.args == ["r1"]
    assert service.shown == []


def test_tray_shows_what_the_service_cannot(qtbot: QtBot) -> None:
    window, tray = QWidget(), Tray()
    qtbot.addWidget(window)
    Notifier(window, tray, lambda: Service(works=False), is_looked_at=lambda: False).notify("A", "b", "r1")
    assert tray.messages == [("A", "b")]


def test_calls_off_the_record_are_told_without_a_word_of_them() -> None:
    assert waiting_words([]) == "A call waits for your decision."


def test_click_on_the_notification_is_told(qtbot: QtBot) -> None:
    window, tray = QWidget(), Tray()
    qtbot.addWidget(window)
    notifier = Notifier(window, tray)
    with qtbot.waitSignal(notifier.activated):
        tray.messageClicked.emit()
    with qtbot.waitSignal(notifier.activated):
        tray.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_notification_is_one_short_line_without_mark_up(qtbot: QtBot, text: str) -> None:
    window, tray = QWidget(), Tray()
    qtbot.addWidget(window)
    Notifier(window, tray, is_looked_at=lambda: False).notify(text, waiting_words([text]))
    for each in tray.messages[0]:
        assert len(each) <= 200
        assert not any(character in each for character in "<>&\n\u202e\u200b\x1b\x00")


def test_row_buttons_are_reached_by_tab_and_pressed_by_space(qtbot: QtBot) -> None:
    view = WaitingList()
    qtbot.addWidget(view)
    view.show_rows(ROWS)
    view.show()
    rows = view.findChildren(QPushButton)
    assert all(each.focusPolicy() & Qt.FocusPolicy.TabFocus for each in rows)
    with qtbot.waitSignal(view.chosen) as told:
        QTest.keyClick(rows[0], Qt.Key.Key_Space)
    assert told.args == ["v2", "r2"]
