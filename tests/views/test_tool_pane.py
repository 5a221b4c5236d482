import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QContextMenuEvent, QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListWidget, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.engine.messages import CallState
from desktop.engine.run_record import RoundRecord, RunRecord
from desktop.views import call_rows
from desktop.views.call_details import CallDetails
from desktop.views.call_text import arguments_text, gate_words, telling_argument
from desktop.views.literal_view import LiteralView
from desktop.views.tool_pane import ToolPane
from tests.views.finding import child
from tests.views.gallery_panes import run_record


@pytest.fixture
def pane(qtbot: QtBot) -> ToolPane:
    view = ToolPane()
    qtbot.addWidget(view)
    view.resize(340, 600)
    view.show()
    return view


def names(pane: ToolPane) -> list[str]:
    """What a screen reader finds in the list."""
    table = QAccessible.queryAccessibleInterface(child(pane, QListWidget))
    children = [table.child(number) for number in range(table.childCount())]
    assert all(child.role() == QAccessible.Role.ListItem for child in children)
    return [child.text(QAccessible.Text.Name) for child in children]


def field(pane: ToolPane, name: str) -> LiteralView:
    return next(view for view in pane.findChildren(LiteralView) if view.accessibleName() == name)


def visible_buttons(pane: ToolPane, name: str) -> list[QPushButton]:
    return [each for each in pane.findChildren(QPushButton) if each.accessibleName() == name and each.isVisible()]


def test_pane_and_items_have_their_roles_and_names(pane: ToolPane) -> None:
    pane.show_run(run_record())
    interface = QAccessible.queryAccessibleInterface(pane)
    assert interface.role() == QAccessible.Role.Pane
    assert interface.text(QAccessible.Text.Name) == "Tool calls"
    assert names(pane) == [
        "Round 1", "list_directory done", "read_file done",
        "Round 2", "fetch_page done", "calculate failed", "run_command denied", "save_note blocked",
        "run_command unknown",
        "Round 3", "read_file running", "write_file waiting", "edit_file waiting",
    ]  # fmt: skip


def test_a_call_goes_through_its_states_live(pane: ToolPane) -> None:
    pane.begin_round(1, 8)
    pane.add_call("c1", "read_file", {"path": "a"}, 1)
    seen = [names(pane)[1]]
    pane.set_state("c1", CallState.RUNNING)
    seen.append(names(pane)[1])
    pane.finish_call("c1", CallState.DONE, "text", 12, True)
    seen.append(names(pane)[1])
    assert seen == ["read_file waiting", "read_file running", "read_file done"]
    assert names(pane)[0] == "Round 1 of 8"


def test_calls_stand_under_their_round(pane: ToolPane) -> None:
    pane.begin_round(1, 8)
    pane.begin_round(2, 8)
    pane.add_call("b", "second", {}, 2)
    pane.add_call("a", "first", {}, 1)
    assert names(pane) == ["Round 1 of 8", "first waiting", "Round 2 of 8", "second waiting"]


def test_unknown_call_ids_are_ignored(pane: ToolPane) -> None:
    pane.set_state("none", CallState.RUNNING)
    pane.finish_call("none", CallState.DONE, "", 0, False)
    pane.select_call("none")
    assert names(pane) == []


def test_only_a_call_that_a_gate_asks_for_offers_review(qtbot: QtBot, pane: ToolPane) -> None:
    pane.begin_round(1, 8)
    pane.add_call("c1", "write_file", {"path": "a"}, 1)
    assert visible_buttons(pane, "Review write_file") == []
    pane.set_state("c1", CallState.WAITING)
    (button,) = visible_buttons(pane, "Review write_file")
    with qtbot.waitSignal(pane.review_requested) as told:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert told.args == ["c1"]
    pane.select_call("c1")
    (button,) = visible_buttons(pane, "Review…")
    with qtbot.waitSignal(pane.review_requested) as told:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert told.args == ["c1"]
    pane.set_state("c1", CallState.RUNNING)
    assert visible_buttons(pane, "Review…") == []
    qtbot.waitUntil(lambda: visible_buttons(pane, "Review write_file") == [])


def test_chosen_call_shows_whole_arguments_and_result(qtbot: QtBot, pane: ToolPane) -> None:
    with qtbot.waitSignal(pane.call_selected) as told:
        pane.show_run(run_record())
        pane.select_call("c3")
    assert told.args == ["c3"]
    result = field(pane, "Result")
    assert "evil‹U+202E›.example" in result.toPlainText()  # noqa: RUF001
    assert "\u202e" not in result.toPlainText()
    assert field(pane, "Arguments").toPlainText() == "url: https://example.org/launch"
    copy = visible_buttons(pane, "Copy result")[0]
    QTest.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == run_record().calls[2].result


def test_results_from_outside_are_marked(pane: ToolPane) -> None:
    pane.show_run(run_record())
    details = child(pane, CallDetails)
    pane.select_call("c3")
    assert details._outside.isVisible()
    pane.select_call("c2")
    assert not details._outside.isVisible()


def test_rounds_fold_and_a_selection_unfolds(qtbot: QtBot, pane: ToolPane) -> None:
    pane.show_run(run_record())
    calls = child(pane, QListWidget)
    QTest.mouseClick(calls.viewport(), Qt.MouseButton.LeftButton, pos=calls.visualItemRect(calls.item(0)).center())
    assert calls.item(1).isHidden()
    assert calls.item(0).data(call_rows.IS_FOLDED)
    pane.select_call("c1")
    assert not calls.item(1).isHidden()
    calls.setCurrentRow(0)
    QTest.keyClick(calls, Qt.Key.Key_Left)
    assert calls.item(1).isHidden()
    QTest.keyClick(calls, Qt.Key.Key_Right)
    assert not calls.item(1).isHidden()


def test_showing_the_run_again_keeps_the_chosen_call(pane: ToolPane) -> None:
    pane.show_run(run_record())
    pane.select_call("c2")
    pane.show_run(run_record())
    assert pane.selected_call == "c2"


def test_clear_leaves_nothing(pane: ToolPane) -> None:
    pane.show_run(run_record())
    pane.select_call("c2")
    pane.clear()
    assert names(pane) == []
    assert not child(pane, CallDetails).isVisible()


@pytest.mark.parametrize("result", ["x" * 1_000_000, "\n" * 400_000, "\u200b" * 300_000, "a\n" * 500_000])
def test_a_huge_result_does_not_freeze_and_comes_whole(qtbot: QtBot, pane: ToolPane, result: str) -> None:
    pane.begin_round(1, 8)
    pane.add_call("c1", "fetch_page", {}, 1)
    pane.select_call("c1")
    began = time.perf_counter()
    pane.finish_call("c1", CallState.DONE, result, 12, True)
    assert time.perf_counter() - began < 1.5
    view = field(pane, "Result")
    assert view.raw_text == result
    qtbot.waitUntil(lambda: view.is_complete, timeout=20_000)
    shown = view.toPlainText().replace("‹⋯›\n", "").replace("‹U+200B›", "\u200b")  # noqa: RUF001
    assert shown == result


def test_the_telling_argument_is_short() -> None:
    assert telling_argument({"content": "long", "path": "a\nb"}) == "a b"
    assert telling_argument({"n": 3}) == '{"n": 3}'
    assert telling_argument({}) == ""


def test_arguments_read_line_by_line() -> None:
    assert arguments_text({"path": "a", "n": 3, "content": "x\ny"}) == "path: a\nn: 3\ncontent:\nx\ny"
    assert arguments_text({}) == "(none)"


def test_call_that_was_changed_and_how_it_was_allowed_is_told(pane: ToolPane) -> None:
    pane.show_run(run_record())
    pane.select_call("c2")
    details = child(pane, CallDetails)
    assert not details._gate.isVisible()
    pane.mark_call("c2", allowed_by="grant")
    assert details._gate.text() == "Allowed by what you remembered"
    pane.mark_call("c2", arguments={"path": "other.md"})
    assert details._gate.text() == "Changed by you · allowed by what you remembered"
    assert field(pane, "Arguments").toPlainText() == "path: other.md"
    pane.mark_call("none", allowed_by="person")
    rows = child(pane, QListWidget)
    assert rows.currentItem().data(call_rows.IS_EDITED)
    assert names(pane)[2] == "read_file done"
    assert gate_words(run_record().calls[0].model_copy(update={"allowed_by": "policy"})) == "Allowed by your policy"


def gated(pane: ToolPane, count: int = 2) -> None:
    pane.begin_round(1, 8)
    for number in range(count):
        pane.add_call(f"c{number}", f"tool_{number}", {"path": "a"}, 1)
        pane.set_state(f"c{number}", CallState.WAITING)


def told(interface: QAccessibleInterface) -> Iterator[tuple[QAccessible.Role, str]]:
    """What assistive technology finds in a widget."""
    for number in range(interface.childCount()):
        child = interface.child(number)
        if not child.state().invisible:
            yield child.role(), child.text(QAccessible.Text.Name)
            yield from told(child)


def test_the_buttons_of_rows_are_found_by_assistive_technology(pane: ToolPane) -> None:
    gated(pane)
    found = list(told(QAccessible.queryAccessibleInterface(pane)))
    button = QAccessible.Role.Button
    assert [each for each in found if each[0] == button] == [(button, "Review tool_0"), (button, "Review tool_1")]
    assert (QAccessible.Role.ListItem, "tool_0 waiting") in found


def test_the_buttons_of_rows_follow_their_rows(qtbot: QtBot, pane: ToolPane) -> None:
    gated(pane, 30)
    calls = child(pane, QListWidget)
    (button,) = visible_buttons(pane, "Review tool_3")

    def is_placed() -> bool:
        row = calls.visualItemRect(calls.item(4)).translated(calls.viewport().mapTo(pane, QPoint(0, 0)))
        return row.contains(QRect(button.mapTo(pane, QPoint(0, 0)), button.size()))

    qtbot.waitUntil(is_placed)
    calls.verticalScrollBar().setValue(70)
    assert is_placed()
    pane.resize(500, 500)
    qtbot.waitUntil(is_placed)
    assert button.mapTo(pane, QPoint(0, 0)).x() > 340
    pane._fold(calls.item(0), True)
    qtbot.waitUntil(lambda: visible_buttons(pane, "Review tool_3") == [])
    pane._fold(calls.item(0), False)
    qtbot.waitUntil(lambda: button.isVisible() and is_placed())
    pane.clear()
    assert visible_buttons(pane, "Review tool_3") == []


def test_the_buttons_of_rows_are_reached_by_tab_in_order_and_come_into_view(qtbot: QtBot, pane: ToolPane) -> None:
    gated(pane, 30)
    pane.activateWindow()
    calls = child(pane, QListWidget)
    calls.setFocus()
    qtbot.waitUntil(calls.hasFocus)
    focus: QWidget | None = calls
    for number in range(30):
        assert focus is not None
        QTest.keyClick(focus, Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        assert focus is not None
        assert focus.accessibleName() == f"Review tool_{number}"
    assert calls.viewport().rect().contains(calls.visualItemRect(calls.item(30)))
    assert focus is not None
    with qtbot.waitSignal(pane.review_requested) as asked:
        QTest.keyClick(focus, Qt.Key.Key_Space)
    assert asked.args == ["c29"]


def test_the_wheel_scrolls_the_list_also_over_a_button(qtbot: QtBot, pane: ToolPane) -> None:
    gated(pane, 30)
    bar = child(pane, QListWidget).verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    (button,) = visible_buttons(pane, "Review tool_1")
    holder = button.parentWidget()  # where the button, which takes no wheel, leaves it to
    assert holder is not None
    centre = button.geometry().center()
    event = QWheelEvent(
        QPointF(centre), QPointF(holder.mapToGlobal(centre)), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(holder, event)
    assert bar.value() > 0


def described(pane: ToolPane, row: int) -> str:
    table = QAccessible.queryAccessibleInterface(child(pane, QListWidget))
    return str(table.child(row).text(QAccessible.Text.Description))


def test_a_round_that_ended_without_calls_says_so(pane: ToolPane) -> None:
    pane.begin_round(1, 8)
    assert described(pane, 0) == ""
    pane.begin_round(2, 8)
    assert described(pane, 0) == "no calls"
    pane.add_call("c1", "read_file", {}, 2)
    pane.begin_round(3, 8)
    pane.end_rounds()
    assert names(pane) == ["Round 1 of 8", "Round 2 of 8", "read_file waiting", "Round 3 of 8"]
    assert [described(pane, row) for row in (0, 1, 3)] == ["no calls", "", "no calls"]
    pane.add_call("c2", "read_file", {}, 3)
    assert described(pane, 3) == ""


@pytest.mark.parametrize(("state", "words"), [("running", ""), ("done", "no calls"), ("failed", "no calls")])
def test_a_stored_run_that_has_ended_says_of_its_last_round_that_it_made_no_calls(
    pane: ToolPane, state: str, words: str
) -> None:
    last = RoundRecord(round=2, system="", request="", tools=(), response="")
    first = last.model_copy(update={"round": 1})
    pane.show_run(
        RunRecord.model_validate({"run_id": "r", "conversation_id": "c", "state": state, "rounds": (first, last)})
    )
    assert [described(pane, row) for row in (0, 1)] == ["no calls", words]


def test_a_running_call_shows_its_time_and_a_stop_button_after_a_moment(pane: ToolPane, qtbot: QtBot) -> None:
    pane.begin_round(1, 8)
    pane.add_call("c1", "run_command", {"command": "sleep 9"}, 1)
    pane.add_call("c2", "read_file", {"path": "a"}, 1)
    pane.set_state("c1", CallState.RUNNING)
    pane.set_state("c2", CallState.RUNNING)
    assert visible_buttons(pane, "Stop run_command") == []  # a quick call flashes nothing
    pane.finish_call("c2", CallState.DONE, "text", 12, True)
    qtbot.waitUntil(lambda: bool(visible_buttons(pane, "Stop run_command")))
    assert visible_buttons(pane, "Stop read_file") == []
    row = child(pane, QListWidget).item(1)
    qtbot.waitUntil(lambda: row.data(call_rows.ELAPSED) == "1 s")
    with qtbot.waitSignal(pane.stop_requested) as told:
        visible_buttons(pane, "Stop run_command")[0].click()
    assert told.args == ["c1"]
    assert row.data(call_rows.ELAPSED) == "stopping"
    assert visible_buttons(pane, "Stop run_command") == []
    pane.finish_call("c1", CallState.UNKNOWN, "stopped", 1500, False)
    assert names(pane)[1] == "run_command unknown"
    assert row.data(call_rows.ELAPSED) is None


def test_delete_stops_what_runs_or_is_queued_and_nothing_else(pane: ToolPane, qtbot: QtBot) -> None:
    pane.begin_round(1, 8)
    states = {"runs": CallState.RUNNING, "queued": None, "gated": CallState.WAITING, "done": CallState.DONE}
    for call_id, state in states.items():
        pane.add_call(call_id, "act", {}, 1)
        if state is not None:
            pane.set_state(call_id, state)
    told: list[str] = []
    pane.stop_requested.connect(told.append)
    for call_id in states:
        pane.select_call(call_id)
        QTest.keyClick(child(pane, QListWidget), Qt.Key.Key_Delete)
    assert told == ["runs", "queued"]


def test_the_menu_of_a_running_row_stops_it(pane: ToolPane, qtbot: QtBot) -> None:
    pane.begin_round(1, 8)
    pane.add_call("c1", "run_command", {}, 1)
    pane.set_state("c1", CallState.RUNNING)
    rows = child(pane, QListWidget)
    place = rows.visualItemRect(rows.item(1)).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, rows.viewport().mapToGlobal(place))
    QApplication.sendEvent(rows.viewport(), event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    (action,) = menu.actions()
    assert action.text() == "Stop run_command"
    with qtbot.waitSignal(pane.stop_requested):
        action.trigger()
    menu.close()


def test_a_round_that_is_known_by_its_call_alone_is_counted_too(pane: ToolPane) -> None:
    pane.show_run(
        RunRecord.model_validate({"run_id": "r", "conversation_id": "c", "state": "running", "max_rounds": 8})
    )
    pane.add_call("c1", "calculate", {}, 1)
    assert names(pane) == ["Round 1 of 8", "calculate waiting"]
