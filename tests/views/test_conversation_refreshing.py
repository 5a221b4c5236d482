"""The list of conversations while it changes under the person's hands."""

import random

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.engine.messages import ConversationInfo
from desktop.views.changing_rows import longest_rising
from desktop.views.conversation_list import ConversationList
from desktop.views.conversation_model import ConversationModel, rows_of
from tests.views.test_conversation_keeping import hit, title_fields, told
from tests.views.test_conversation_list import TODAY, _chosen, _info, _rows


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """A list beside another field."""
    widget = QWidget()
    column = QVBoxLayout(widget)
    column.addWidget(ConversationList())
    elsewhere = QLineEdit()
    elsewhere.setObjectName("elsewhere")
    column.addWidget(elsewhere)
    widget.resize(260, 400)
    qtbot.addWidget(widget)
    with qtbot.waitActive(widget):
        widget.show()
    return widget


@pytest.fixture
def rows(window: QWidget) -> ConversationList:
    """Forty conversations, of which the first is open."""
    widget = window.findChild(ConversationList)
    assert isinstance(widget, ConversationList)
    widget.show_conversations(forty(), TODAY)
    widget.select("c0")
    return widget


def forty(*changed: ConversationInfo) -> list[ConversationInfo]:
    others = {info.id for info in changed}
    return [*changed, *(_info(n) for n in range(40) if f"c{n}" not in others)]


def walk_to(rows: ConversationList, number: int) -> None:
    rows.view.setFocus()
    while rows.view.currentIndex() != rows.model.index_of(f"c{number}"):
        QTest.keyClick(rows.view, Qt.Key.Key_Down)


def leave(rows: ConversationList) -> None:
    elsewhere = rows.window().findChild(QLineEdit, "elsewhere")
    assert isinstance(elsewhere, QLineEdit)
    elsewhere.setFocus()


def test_a_title_is_typed_to_its_end_while_the_list_changes(rows: ConversationList, qtbot: QtBot) -> None:
    renamed, opened = told(rows.renamed), _chosen(rows)
    rows.rename("c3")
    (field,) = title_fields(rows)
    place = field.geometry()
    QTest.keyClicks(field, "Two ")
    rows.show_conversations(forty(_info(50), _info(3, "Made by a model", days=-1)), TODAY)
    rows.select("c0")
    rows.show_conversations(forty(_info(50, running=True)), TODAY)
    assert (title_fields(rows), field.text(), field.hasFocus()) == ([field], "Two ", True)
    assert field.geometry() == place
    assert rows.view.visualRect(rows.model.index_of("c3")).height() == place.height()
    QTest.keyClicks(field, "words more")
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not title_fields(rows))
    assert (renamed, opened) == ([("c3", "Two words more")], [])
    qtbot.waitUntil(lambda: _rows(rows)[1] == "Title 0")
    assert "Title 50" in _rows(rows)
    assert rows.view.currentIndex() == rows.model.index_of("c3")


def test_what_was_renamed_is_what_delete_asks_about(rows: ConversationList, qtbot: QtBot) -> None:
    asked = told(rows.delete_requested)
    walk_to(rows, 2)
    QTest.keyClick(rows.view, Qt.Key.Key_F2)
    (field,) = title_fields(rows)
    field.selectAll()
    QTest.keyClicks(field, "Mine")
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not title_fields(rows))
    rows.show_conversations(forty(_info(2, "Mine", days=-1)), TODAY)
    rows.select("c0")
    QTest.keyClick(rows.view, Qt.Key.Key_Delete)
    ((infos,),) = asked
    assert [info.title for info in infos] == ["Mine"]


def test_the_keyboards_row_stays_when_rows_move_and_the_new_conversation_is_stored(rows: ConversationList) -> None:
    rows.select("")
    walk_to(rows, 5)
    rows.show_conversations(forty(_info(60), _info(30, days=-1)), TODAY)
    rows.select("c60")
    assert rows.view.currentIndex() == rows.model.index_of("c5")


def test_the_open_one_is_marked_again_when_the_keyboard_leaves_the_rows(rows: ConversationList) -> None:
    walk_to(rows, 5)
    leave(rows)
    assert rows.view.currentIndex() == rows.model.index_of("c0")
    rows.show_conversations(forty(_info(60)), TODAY)
    assert rows.view.currentIndex() == rows.model.index_of("c0")


def test_when_the_keyboards_row_goes_its_neighbour_takes_it_and_nothing_is_opened(rows: ConversationList) -> None:
    opened = _chosen(rows)
    walk_to(rows, 5)
    for gone in (5, 6):
        rows.show_conversations([_info(n) for n in range(40) if not 5 <= n <= gone], TODAY)
        assert rows.view.currentIndex() == rows.model.index_of(f"c{gone + 1}")
    rows.show_conversations([_info(n) for n in range(3)], TODAY)
    assert rows.view.currentIndex() == rows.model.index_of("c2")
    assert opened == []


def test_a_list_that_was_scrolled_stays_at_what_is_looked_at(rows: ConversationList) -> None:
    leave(rows)
    bar = rows.view.verticalScrollBar()
    bar.setValue(20)
    place = rows.view.visualRect(rows.model.index_of("c22"))
    assert rows.view.viewport().rect().contains(place)
    rows.show_conversations(forty(_info(70, days=-1), _info(39, days=-1)), TODAY)
    rows.select("c0")
    assert rows.view.visualRect(rows.model.index_of("c22")) == place
    bar.setValue(0)
    rows.show_conversations(forty(_info(71, days=-1)), TODAY)
    assert bar.value() == 0


def test_hits_come_without_taking_the_row_that_is_walked_to(rows: ConversationList) -> None:
    rows.search.setText("title")
    walk_to(rows, 2)
    rows.show_hits("title", [hit(1, 5)])
    assert rows.view.currentIndex() == rows.model.index_of("c2")


def random_rows(chance: random.Random) -> list[ConversationInfo]:
    return [
        _info(n, days=chance.randrange(40), pinned=chance.random() < 0.1, running=chance.random() < 0.1)
        for n in chance.sample(range(30), chance.randrange(30))
    ]


def test_the_rows_change_by_what_is_different() -> None:
    chance = random.Random(7)
    model = ConversationModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)  # a warning fails
    resets = told(model.modelReset)
    for _turn in range(200):
        kept = {}
        for number in range(model.rowCount()):
            if (info := model.info_at(number)) is not None:
                kept[info.id] = QPersistentModelIndex(model.index(number))
        wanted = rows_of(random_rows(chance), "", TODAY)
        model.show_rows(wanted)
        assert model._rows == wanted
        for each, index in kept.items():
            assert model.index_of(each) == (index if index.isValid() else model.index(-1))
    assert resets == []
    assert tester.model() is model


def test_one_that_comes_to_the_top_is_the_only_one_that_moves() -> None:
    model = ConversationModel()
    moves, inserts, removals = told(model.rowsMoved), told(model.rowsInserted), told(model.rowsRemoved)
    model.show_rows(rows_of([_info(n) for n in range(10)], "", TODAY))
    model.show_rows(rows_of([_info(n, days=-(n == 7)) for n in range(10)], "", TODAY))
    assert len(inserts) == 1
    assert [(first, to) for _parent, first, _last, _target, to in moves] == [(8, 1)]
    assert removals == []


def test_the_longest_rising_stretch() -> None:
    assert longest_rising([]) == set()
    assert longest_rising([3, 0, 1, 2]) == {0, 1, 2}
    assert longest_rising([1, 2, 0, 3]) == {1, 2, 3}


def test_assistive_technology_reads_moved_rows_at_their_new_places(rows: ConversationList) -> None:
    QAccessible.setActive(True)  # else Qt tells it of no change
    try:
        accessible = QAccessible.queryAccessibleInterface(rows.view)
        before = [accessible.child(number).text(QAccessible.Text.Name) for number in range(accessible.childCount())]
        assert before[:2] == ["Today", "Title 0"]
        rows.show_conversations(forty(_info(7, days=-1), _info(80, days=-2))[:-1], TODAY)
        names = [accessible.child(number).text(QAccessible.Text.Name) for number in range(accessible.childCount())]
        assert names == _rows(rows)
        assert names[:5] == ["Today", "Title 80", "Title 7", "Title 0", "Title 1"]
    finally:
        QAccessible.setActive(False)
