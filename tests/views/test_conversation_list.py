from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.engine.messages import ConversationInfo
from desktop.views.conversation_list import ConversationList
from desktop.views.conversation_model import age_group, rows_of

NOW = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)
TODAY = NOW.astimezone().date()


def _info(number: int, title: str = "", days: int = 0, **marks: Any) -> ConversationInfo:
    return ConversationInfo(
        id=f"c{number}",
        title=title or f"Title {number}",
        updated_at=NOW - timedelta(days=days, minutes=number),
        workspace="/home/ada",
        **marks,
    )


@pytest.fixture
def conversations(qtbot: QtBot) -> ConversationList:
    widget = ConversationList()
    widget.resize(260, 600)
    qtbot.addWidget(widget)
    with qtbot.waitActive(widget):
        widget.show()
    return widget


def _rows(widget: ConversationList) -> list[str]:
    return [str(widget.model.index(row).data()) for row in range(widget.model.rowCount())]


def _chosen(widget: ConversationList) -> list[str]:
    chosen: list[str] = []
    widget.chosen.connect(chosen.append)
    return chosen


@pytest.mark.parametrize(
    ("days", "group"),
    [
        (-1, "Today"),
        (0, "Today"),
        (1, "Yesterday"),
        (2, "Previous 7 days"),
        (7, "Previous 7 days"),
        (8, "Previous 30 days"),
        (31, "Older"),
    ],
)
def test_age_groups(days: int, group: str) -> None:
    today = date(2026, 11, 12)
    assert age_group(today - timedelta(days=days), today) == group


def test_newest_first_under_headings(conversations: ConversationList) -> None:
    conversations.show_conversations([_info(3, days=40), _info(1), _info(2, days=1), _info(0)], TODAY)
    assert _rows(conversations) == ["Today", "Title 0", "Title 1", "Yesterday", "Title 2", "Older", "Title 3"]


def test_search_filters_titles_by_all_words_in_any_case(conversations: ConversationList) -> None:
    conversations.show_conversations([_info(0, "Lease OFFERS compared"), _info(1, "Offers"), _info(2, "Other")], TODAY)
    conversations.search.setText("offers lease")
    assert _rows(conversations) == ["Today", "Lease OFFERS compared"]
    conversations.search.setText("zebra")
    assert _rows(conversations) == []
    conversations.search.clear()
    assert len(_rows(conversations)) == 4


def test_enter_in_the_search_opens_the_first_hit(conversations: ConversationList) -> None:
    chosen = _chosen(conversations)
    conversations.show_conversations([_info(0, "One"), _info(1, "Two")], TODAY)
    conversations.search.setText("two")
    QTest.keyClick(conversations.search, Qt.Key.Key_Return)
    assert chosen == ["c1"]


def test_a_click_opens_once(conversations: ConversationList) -> None:
    chosen = _chosen(conversations)
    conversations.show_conversations([_info(0), _info(1)], TODAY)
    place = conversations.view.visualRect(conversations.model.index(2)).center()
    QTest.mouseClick(conversations.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen == ["c1"]


def test_arrows_look_and_enter_opens(conversations: ConversationList) -> None:
    conversations.show_conversations([_info(0), _info(1, days=1)], TODAY)
    conversations.select("c0")
    chosen = _chosen(conversations)
    conversations.view.setFocus()
    QTest.keyClick(conversations.view, Qt.Key.Key_Down)
    assert chosen == []
    QTest.keyClick(conversations.view, Qt.Key.Key_Return)
    assert chosen == ["c1"]


def test_assistive_technology_opens_a_row(conversations: ConversationList) -> None:
    chosen = _chosen(conversations)
    conversations.show_conversations([_info(0), _info(1)], TODAY)
    row = QAccessible.queryAccessibleInterface(conversations.view).child(2)
    row.actionInterface().doAction("Toggle")
    assert chosen == ["c1"]


def test_select_marks_and_tells_nothing(conversations: ConversationList) -> None:
    chosen = _chosen(conversations)
    conversations.show_conversations([_info(0), _info(1)], TODAY)
    conversations.select("c1")
    assert conversations.view.currentIndex().data() == "Title 1"
    conversations.select("")
    assert not conversations.view.currentIndex().isValid()
    assert chosen == []


def test_the_selected_stays_selected_when_the_rows_change(conversations: ConversationList) -> None:
    conversations.show_conversations([_info(0), _info(1)], TODAY)
    conversations.select("c1")
    conversations.show_conversations([_info(2), _info(0), _info(1)], TODAY)
    assert conversations.view.currentIndex().data() == "Title 1"


def test_headings_cannot_be_chosen(conversations: ConversationList) -> None:
    chosen = _chosen(conversations)
    conversations.show_conversations([_info(0)], TODAY)
    place = conversations.view.visualRect(conversations.model.index(0)).center()
    QTest.mouseClick(conversations.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen == []


def test_marks_are_spoken_and_a_new_mark_keeps_the_row(conversations: ConversationList) -> None:
    conversations.show_conversations([_info(0), _info(1, running=True, off_record=True)], TODAY)
    resets: list[bool] = []
    conversations.model.modelReset.connect(lambda: resets.append(True))
    conversations.show_conversations([_info(0, waiting=True), _info(1, running=True, off_record=True)], TODAY)
    accessible = QAccessible.queryAccessibleInterface(conversations.view)
    spoken = [accessible.child(row).text(QAccessible.Text.Name) for row in range(accessible.childCount())]
    assert spoken == ["Today", "Title 0, waiting for you", "Title 1, running, off the record"]
    assert resets == []


def test_foreign_titles_are_one_literal_line(conversations: ConversationList) -> None:
    conversations.show_conversations([_info(0, "<b>two</b>\nlines")], TODAY)
    index = conversations.model.index(1)
    assert index.data() == "<b>two</b> lines"
    assert "<b>" not in index.data(Qt.ItemDataRole.ToolTipRole)


def test_accessible_names(conversations: ConversationList) -> None:
    accessible = QAccessible.queryAccessibleInterface(conversations.view)
    assert (accessible.text(QAccessible.Text.Name), accessible.role()) == ("Conversations", QAccessible.Role.List)
    button = QAccessible.queryAccessibleInterface(conversations.new_button)
    assert (button.text(QAccessible.Text.Name), button.role()) == ("New conversation", QAccessible.Role.Button)


def test_the_buttons_tell(conversations: ConversationList, qtbot: QtBot) -> None:
    with qtbot.waitSignal(conversations.new_requested):
        QTest.mouseClick(conversations.new_button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(conversations.keys_requested):
        QTest.mouseClick(conversations.keys_button, Qt.MouseButton.LeftButton)


def test_ten_thousand_conversations_are_grouped_at_once() -> None:
    rows = rows_of([_info(number) for number in range(10_000)], "", TODAY)
    assert len(rows) > 10_000


@pytest.mark.parametrize("points", [9, 14])
@pytest.mark.parametrize(("width", "is_whole"), [(200, False), (480, True)])
def test_no_button_of_the_foot_is_cut(
    conversations: ConversationList, width: int, is_whole: bool, points: int, qtbot: QtBot
) -> None:
    font = conversations.font()
    font.setPointSize(points)
    conversations.new_button.setFont(font)
    conversations.resize(width, 600)
    buttons = (conversations.new_button, conversations.tools_button, conversations.keys_button)
    qtbot.waitUntil(lambda: all(each.width() >= each.sizeHint().width() for each in buttons))
    assert conversations.keys_button.geometry().right() <= conversations.foot.width()
    assert ("New conversation" in conversations.new_button.text()) == (is_whole)
    assert conversations.new_button.accessibleName() == "New conversation"
