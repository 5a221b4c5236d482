"""The list of conversations: hits, pins, the archive, names, deletion."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from desktop.engine.search import SearchHit
from desktop.views.ask_box import AskBox
from desktop.views.conversation_list import ConversationList
from desktop.views.conversation_model import INFO_ROLE
from tests.views.test_conversation_list import NOW, TODAY, _info, _rows


@pytest.fixture
def rows(qtbot: QtBot) -> ConversationList:
    widget = ConversationList()
    widget.resize(260, 600)
    qtbot.addWidget(widget)
    with qtbot.waitActive(widget):
        widget.show()
    return widget


def hit(conversation: int, message: int, passage: str = "the needle") -> SearchHit:
    return SearchHit(
        conversation_id=f"c{conversation}",
        title=f"Title {conversation}",
        message_id=f"m{message}",
        role="assistant",
        created_at=NOW,
        passage=passage,
        marks=((4, 10),),
    )


def told(signal: Any) -> list[tuple[Any, ...]]:
    values: list[tuple[Any, ...]] = []
    signal.connect(lambda *each: values.append(each))
    return values


def test_pinned_come_first_and_archived_last_and_folded(rows: ConversationList) -> None:
    rows.show_conversations([_info(0), _info(1, pinned=True, days=9), _info(2, archived=True), _info(3)], TODAY)
    assert _rows(rows) == ["Pinned", "Title 1", "Today", "Title 0", "Title 3", "Archived"]
    heading = rows.model.index(5)
    assert heading.data(Qt.ItemDataRole.AccessibleTextRole) == "Archived, 1, folded"
    QTest.mouseClick(
        rows.view.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        rows.view.visualRect(heading).center(),
    )
    assert _rows(rows)[-2:] == ["Archived", "Title 2"]
    rows.view.setCurrentIndex(rows.model.index(5))
    QTest.keyClick(rows.view, Qt.Key.Key_Return)
    assert _rows(rows)[-1] == "Archived"


def test_archived_titles_are_found(rows: ConversationList) -> None:
    rows.show_conversations([_info(0, "Café", archived=True)], TODAY)
    rows.search.setText("cafe")
    assert _rows(rows) == ["Archived", "Café"]


def test_typing_has_the_texts_searched_once_after_a_pause(rows: ConversationList, qtbot: QtBot) -> None:
    asked = told(rows.search_changed)
    with qtbot.waitSignal(rows.search_changed):
        QTest.keyClicks(rows.search, "needle")
    assert asked == [("needle",)]


def test_hits_stand_under_the_titles_by_conversation(rows: ConversationList) -> None:
    rows.show_conversations([_info(0, "Needlework"), _info(1)], TODAY)
    rows.search.setText("needle")
    rows.show_hits("other", [hit(9, 9)])
    rows.show_hits("needle", [hit(1, 5), hit(2, 6), hit(1, 4, "old needle")])
    assert _rows(rows) == [
        *("Today", "Needlework", "In messages"),
        *("Title 1", "the needle", "old needle", "Title 2", "the needle"),
    ]
    assert rows.model.index(4).data(Qt.ItemDataRole.AccessibleTextRole) == "Assistant: the needle"
    rows.search.clear()
    assert _rows(rows) == ["Today", "Needlework", "Title 1"]


def test_a_hit_leads_to_its_message_by_click_and_by_enter(rows: ConversationList) -> None:
    chosen = told(rows.hit_chosen)
    rows.search.setText("needle")
    rows.show_hits("needle", [hit(1, 5), hit(1, 4)])
    place = rows.view.visualRect(rows.model.index(3)).center()
    QTest.mouseClick(rows.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    QTest.keyClick(rows.search, Qt.Key.Key_Return)
    assert chosen == [("c1", "m4", "needle"), ("c1", "m5", "needle")]


def title_fields(rows: ConversationList) -> list[QLineEdit]:
    return [each for each in rows.findChildren(QLineEdit) if each.accessibleName() == "Title" and each.isVisible()]


def test_f2_renames_in_place_and_escape_does_not(rows: ConversationList, qtbot: QtBot) -> None:
    renamed = told(rows.renamed)
    rows.show_conversations([_info(0)], TODAY)
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Return):
        rows.view.show_current(rows.model.index_of("c0"))
        QTest.keyClick(rows.view, Qt.Key.Key_F2)
        (field,) = title_fields(rows)
        field.selectAll()
        QTest.keyClicks(field, f"Mine {key.name}")
        QTest.keyClick(field, key)
        qtbot.waitUntil(lambda: not title_fields(rows))
    assert renamed == [("c0", "Mine Key_Return")]


def test_delete_asks_for_deletion(rows: ConversationList) -> None:
    asked = told(rows.delete_requested)
    rows.show_conversations([_info(0)], TODAY)
    rows.view.show_current(rows.model.index_of("c0"))
    QTest.keyClick(rows.view, Qt.Key.Key_Delete)
    assert asked == [((_info(0),),)]


def test_the_context_menu_tells_what_is_wanted(rows: ConversationList) -> None:
    pins, archive, exports = told(rows.pin_requested), told(rows.archive_requested), told(rows.export_requested)
    rows.show_conversations([_info(0, pinned=True)], TODAY)
    index = rows.model.index_of("c0")
    assert index.data(INFO_ROLE) is not None
    rows.view.menu_wanted.emit(index, rows.mapToGlobal(rows.rect().center()), True)
    menu = rows.findChild(QMenu)
    assert isinstance(menu, QMenu)
    words = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert words == ["Rename\tF2", "Unpin", "Archive", "Export…", "Delete…\tDel"]
    for action in menu.actions()[1:4]:
        action.trigger()
    assert (pins, archive, exports) == ([(("c0",), False)], [(("c0",), True)], [(("c0",),)])
    menu.close()


def test_the_menu_shows_the_lists_keys_where_the_keyboard_is_in_the_list(rows: ConversationList) -> None:
    rows.show_conversations([_info(0)], TODAY)
    index = rows.model.index_of("c0")
    words = []
    for by_keyboard in (True, False):
        rows.view.menu_wanted.emit(index, rows.mapToGlobal(rows.rect().center()), by_keyboard)
        *_earlier, menu = rows.findChildren(QMenu)
        words.append(menu.actions()[0].text())
        menu.close()
    assert words == ["Rename\tF2", "Rename"]


def test_nothing_is_deleted_by_enter(qtbot: QtBot, rows: ConversationList) -> None:
    done: list[bool] = []
    box = AskBox(rows, "Delete conversation", "<b>It</b> goes.", "Delete", lambda: done.append(True))
    box.open()
    QTest.keyClick(box, Qt.Key.Key_Return)
    QTest.keyClick(box.cancel_button, Qt.Key.Key_Return)
    assert done == []
    box.do_button.click()
    assert done == [True]


def test_an_archived_one_is_renamed_in_the_unfolded_archive(rows: ConversationList) -> None:
    rows.show_conversations([_info(0), _info(1, archived=True)], TODAY)
    rows.rename("c1")
    (field,) = title_fields(rows)
    assert field.text() == "Title 1"


def test_it_is_said_that_nothing_holds_the_words_when_the_texts_were_searched(rows: ConversationList) -> None:
    def said() -> list[str]:
        return [each.text() for each in rows.findChildren(QLabel) if each.text() and each.isVisibleTo(rows)]

    rows.show_conversations([_info(0)], TODAY)
    rows.search.setText("zebra")
    assert said() == ["Searching…"]
    rows.show_hits("zebra", [])
    assert said() == ["Nothing holds “zebra”."]
    rows.search.clear()
    assert said() == []
