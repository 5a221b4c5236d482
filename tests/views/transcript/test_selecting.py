"""Selecting and copying over messages, by the mouse and by keys."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from desktop.views.message_actions import MessageAction
from desktop.views.transcript import Transcript
from desktop.views.transcript.menu import context_menu
from desktop.views.transcript.pointer import link_tool_tip
from desktop.views.transcript.selection import Selection, everything
from tests.views.finding import button
from tests.views.transcript.conftest import many, said

ANSWER = "First [1], then [a link](https://example.org/x).\n\nThe second paragraph.\n\nLast words."


def point_of(view: Transcript, index: int, slot: int, position: int) -> QPoint:
    area = view.caret_area((index, slot, position))
    return QPoint(int(area.x()) + view.left + 1, int(area.center().y()) - view.scroller.top)


def drag(view: Transcript, start: QPoint, end: QPoint) -> None:
    port = view.viewport()
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(port, (start + end) / 2)
    QTest.mouseMove(port, end)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=end)


def copied(view: Transcript, *, plain: bool = False) -> str:
    held = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(view, Qt.Key.Key_C, held | Qt.KeyboardModifier.ShiftModifier if plain else held)
    return QGuiApplication.clipboard().text()


@pytest.fixture
def two(transcript: Transcript) -> Transcript:
    """A question and an answer with a link and a chip."""
    messages = [said(1, "What is it?", "user", run_id="r1"), said(2, ANSWER, run_id="r1")]
    transcript.show_conversation(messages, {"r1": ["c1"]})
    transcript.activateWindow()
    return transcript


def test_a_drag_over_messages_selects_and_copies_both(two: Transcript) -> None:
    drag(two, point_of(two, 0, 0, 5), point_of(two, 1, 1, 3))
    assert two.selection == Selection((0, 0, 5), (1, 1, 3))
    assert copied(two) == "is it?\n\nFirst [1], then [a link](https://example.org/x).\n\nThe"


def test_a_whole_message_copies_as_its_source(two: Transcript) -> None:
    two.select(everything(two.column))
    assert copied(two) == f"What is it?\n\n{ANSWER}"
    two.select(None)
    two.focus_previous_message()
    assert copied(two) == ANSWER


def test_two_clicks_select_a_word_and_three_a_paragraph(two: Transcript) -> None:
    place = point_of(two, 1, 1, 6)
    QTest.mouseClick(two.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(two.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert copied(two) == "second"
    QTest.mousePress(two.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseRelease(two.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert copied(two) == "The second paragraph."


def test_shift_and_a_click_extend_the_selection(two: Transcript) -> None:
    drag(two, point_of(two, 1, 1, 4), point_of(two, 1, 1, 6))
    QTest.mouseClick(
        two.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, point_of(two, 1, 2, 4)
    )
    assert two.selection == Selection((1, 1, 4), (1, 2, 4))


def test_keys_extend_the_selection(two: Transcript) -> None:
    shift, control = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
    QTest.mouseClick(two.viewport(), Qt.MouseButton.LeftButton, pos=point_of(two, 1, 1, 4))
    two.setFocus()
    QTest.keyClick(two, Qt.Key.Key_Right, shift)
    assert copied(two) == "s"
    QTest.keyClick(two, Qt.Key.Key_Right, shift | control)
    assert copied(two) == "second"
    QTest.keyClick(two, Qt.Key.Key_End, shift)
    assert copied(two) == "second paragraph."
    QTest.keyClick(two, Qt.Key.Key_Down, shift)
    assert two.selection is not None
    assert two.selection.end[:2] == (1, 2)
    QTest.keyClick(two, Qt.Key.Key_Home, shift | control)
    assert two.selection == Selection((1, 1, 4), (0, 0, 0))
    QTest.keyClick(two, Qt.Key.Key_A, control)
    assert copied(two, plain=True).startswith("What is it?")


def test_a_drag_below_the_view_scrolls_it(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation(many(20))
    transcript.scroller.move_to(0)
    transcript.refresh()
    port = transcript.viewport()
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=QPoint(400, 300))
    QTest.mouseMove(port, QPoint(400, port.height() + 60))
    qtbot.waitUntil(lambda: transcript.scroller.top > 200)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=QPoint(400, port.height() + 60))
    assert not transcript.pointer._edge.isActive()
    assert transcript.selection is not None
    assert transcript.caret_area(transcript.selection.end).top() > 300


def test_links_are_followed_by_a_click_and_real_targets_told(qtbot: QtBot, two: Transcript) -> None:
    with qtbot.waitSignal(two.link_activated) as told:
        QTest.mouseClick(two.viewport(), Qt.MouseButton.LeftButton, pos=point_of(two, 1, 0, 18))
    assert told.args == ["https://example.org/x"]
    with qtbot.waitSignal(two.evidence_activated) as told:
        QTest.mouseClick(two.viewport(), Qt.MouseButton.LeftButton, pos=point_of(two, 1, 0, 7))
    assert told.args == ["c1"]
    assert link_tool_tip("https://example.org/\u202ex") == "https://example.org/‹U+202E›x"  # noqa: RUF001
    assert link_tool_tip("https://xn--80ak6aa92e.com/") == "https://xn--80ak6aa92e.com/"
    assert "Host: xn--80ak6aa92e.com" in link_tool_tip("https://аррӏе.com/")  # noqa: RUF001


def test_links_are_reached_by_tab_and_followed_by_enter(qtbot: QtBot, two: Transcript) -> None:
    two.focus_previous_message()
    QTest.keyClick(two, Qt.Key.Key_Tab)
    QTest.keyClick(two, Qt.Key.Key_Tab)
    with qtbot.waitSignal(two.link_activated) as told:
        QTest.keyClick(two, Qt.Key.Key_Return)
    assert told.args == ["https://example.org/x"]


def test_a_control_is_pressed_by_a_click(transcript: Transcript) -> None:
    transcript.show_conversation([said(1, "copy this")])
    segment = transcript.column.layout(0).segment(0)
    area = transcript.column.layout(0).from_slot(0, segment.controls()[0].area)
    point = transcript.from_message(0, area).center().toPoint()
    QTest.mouseClick(transcript.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert segment.pressed == 1  # type: ignore[attr-defined]


def test_focus_moves_from_message_to_message_and_shows_what_can_be_done(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation(many(30))
    transcript.activateWindow()
    for expected in (29, 28, 27):
        transcript.focus_previous_message()
        assert transcript.current == expected
        assert transcript.column.top(expected) >= transcript.scroller.top
        assert transcript.footers.of(expected) is not None
        assert transcript.footers.of(expected + 1) is None
    transcript.focus_next_message()
    assert transcript.current == 28
    transcript.set_actions(lambda message: [MessageAction("edit", "Edit", "edit")])
    with qtbot.waitSignal(transcript.message_action) as told:
        QTest.mouseClick(button(transcript, "Edit"), Qt.MouseButton.LeftButton)
    assert told.args == ["28", "edit"]


def test_answers_can_be_written_again_and_messages_copied(qtbot: QtBot, two: Transcript) -> None:
    two.focus_previous_message()
    QTest.mouseClick(button(two, "Copy message"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == ANSWER
    with qtbot.waitSignal(two.message_action) as told:
        QTest.mouseClick(button(two, "Write again"), Qt.MouseButton.LeftButton)
    assert told.args == [two.column.messages[1].id, "write_again"]


def entries(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.text()]


def test_context_menu_offers_what_can_be_done_here(qtbot: QtBot, two: Transcript) -> None:
    place = QPointF(point_of(two, 1, 0, 18))
    assert entries(context_menu(two, place)) == ["Copy link", "Copy message", "Open in reader", "Select all"]
    drag(two, point_of(two, 1, 1, 0), point_of(two, 1, 1, 3))
    menu = context_menu(two, QPointF(point_of(two, 1, 1, 2)))
    assert entries(menu)[:3] == ["Copy", "Copy as plain text", "Quote selection"]
    with qtbot.waitSignal(two.quote_requested) as told:
        next(action for action in menu.actions() if action.text() == "Quote selection").trigger()
    assert told.args == ["The"]


def test_reader_shows_one_message_and_loads_nothing(qtbot: QtBot, two: Transcript) -> None:
    reader = two.open_reader(1)
    assert reader is not None
    qtbot.addWidget(reader)
    assert "The second paragraph." in reader.page.toPlainText()
    assert reader.page.isReadOnly()
    assert not reader.page.openLinks()
    reader.close()
    QApplication.processEvents()


@pytest.fixture
def real(qtbot: QtBot) -> Transcript:
    """An answer of real segments, with code between two paragraphs."""
    view = Transcript()
    qtbot.addWidget(view)
    view.setGeometry(60, 60, 700, 500)
    view.show()
    qtbot.waitExposed(view)
    view.show_conversation([said(1, "Before.\n\n```sh\nls\n# a comment\n```\nAfter.\n\n- one\n- two")])
    return view


def test_part_of_code_keeps_its_fence_beside_other_text(qtbot: QtBot, real: Transcript) -> None:
    real.select(Selection((0, 0, 0), (0, 1, 2)))
    assert copied(real) == "Before.\n\n```sh\nls\n```"
    real.select(Selection((0, 1, 3), (0, 2, 6)))
    assert copied(real) == "```sh\n# a comment\n```\nAfter."
    real.select(Selection((0, 1, 3), (0, 1, 12)))
    assert copied(real) == "# a comme"
    with qtbot.waitSignal(real.quote_requested) as told:
        real.quote()
    assert told.args == ["```sh\n# a comme\n```"]


def test_plain_copy_keeps_blocks_apart(real: Transcript) -> None:
    real.select(everything(real.column))
    assert copied(real, plain=True) == "Before.\n\nls\n# a comment\n\nAfter.\n\n- one\n- two"
