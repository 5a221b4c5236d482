"""The list of conversations: several chosen at once, as in a file manager."""

from collections.abc import Sequence

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from desktop.engine.messages import ConversationInfo
from desktop.views.conversation_deeds import deeds_of
from desktop.views.conversation_list import ConversationList
from desktop.views.conversation_model import INFO_ROLE
from tests.views.finding import button
from tests.views.test_conversation_keeping import hit, told
from tests.views.test_conversation_list import TODAY, _chosen, _info, _rows

NONE = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@pytest.fixture
def rows(qtbot: QtBot) -> ConversationList:
    """Five conversations of two days and one in the folded archive; the first is open."""
    widget = ConversationList()
    widget.resize(260, 600)
    qtbot.addWidget(widget)
    with qtbot.waitActive(widget):
        widget.show()
    show(widget, [_info(n, days=n // 3) for n in range(5)] + [_info(5, archived=True)])
    widget.select("c0")
    widget.view.setFocus()
    return widget


def show(rows: ConversationList, infos: Sequence[ConversationInfo]) -> None:
    rows.show_conversations(infos, TODAY)


def click(
    rows: ConversationList, number: int, modifiers: Qt.KeyboardModifier = NONE, mouse: Qt.MouseButton = LEFT
) -> None:
    place = rows.view.visualRect(rows.model.index_of(f"c{number}")).center()
    QTest.mouseClick(rows.view.viewport(), mouse, modifiers, place)


def press(rows: ConversationList, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(rows.view, key, modifiers)


def ids(rows: ConversationList) -> list[str]:
    return [info.id for info in rows.view.chosen_infos]


def said(rows: ConversationList) -> str:
    """What the bar says; empty while it does not show."""
    return rows.choice_bar.text.whole_text if rows.choice_bar.isVisible() else ""


def test_ctrl_click_adds_and_removes_and_opens_nothing(rows: ConversationList) -> None:
    opened = _chosen(rows)
    click(rows, 3, CTRL)
    click(rows, 1, CTRL)
    assert (ids(rows), said(rows)) == (["c0", "c1", "c3"], "3 chosen")
    click(rows, 0, CTRL)
    assert (ids(rows), said(rows)) == (["c1", "c3"], "2 chosen")
    assert opened == []


def test_a_double_click_with_ctrl_is_two_clicks_and_renames_nothing(rows: ConversationList) -> None:
    renames = told(rows.view.rename_wanted)
    place = rows.view.visualRect(rows.model.index_of("c2")).center()
    QTest.mouseDClick(rows.view.viewport(), LEFT, CTRL, place)
    assert (ids(rows), renames) == (["c0"], [])


def test_shift_click_chooses_the_stretch_from_the_open_one_without_headings(rows: ConversationList) -> None:
    opened = _chosen(rows)
    rows.select("c1")
    click(rows, 4, SHIFT)
    assert (ids(rows), opened) == (["c1", "c2", "c3", "c4"], [])
    click(rows, 0, SHIFT)
    assert ids(rows) == ["c0", "c1"]
    assert all(index.data(INFO_ROLE) is not None for index in rows.view.selectedIndexes())


def test_shift_and_ctrl_click_adds_a_stretch(rows: ConversationList) -> None:
    click(rows, 3, CTRL)
    click(rows, 4, SHIFT | CTRL)
    assert ids(rows) == ["c0", "c3", "c4"]


def test_a_stretch_begins_at_what_was_opened_elsewhere_and_not_at_the_last_click(rows: ConversationList) -> None:
    click(rows, 0)
    rows.select("c3")
    click(rows, 4, SHIFT)
    assert ids(rows) == ["c3", "c4"]


def test_shift_with_arrows_extends_and_takes_back(rows: ConversationList) -> None:
    for _step in range(3):
        press(rows, Qt.Key.Key_Down, SHIFT)
    assert (ids(rows), said(rows)) == (["c0", "c1", "c2", "c3"], "4 chosen")
    press(rows, Qt.Key.Key_Up, SHIFT)
    assert ids(rows) == ["c0", "c1", "c2"]
    press(rows, Qt.Key.Key_End, SHIFT)
    assert ids(rows) == ["c0", "c1", "c2", "c3", "c4"]


def test_ctrl_with_arrows_and_space_chooses_one_by_one(rows: ConversationList) -> None:
    opened = _chosen(rows)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Space):
        press(rows, key, CTRL)
    assert (ids(rows), opened) == (["c0", "c2"], [])


def test_ctrl_a_chooses_all_that_are_shown(rows: ConversationList) -> None:
    press(rows, Qt.Key.Key_A, CTRL)
    assert (ids(rows), said(rows)) == (["c0", "c1", "c2", "c3", "c4"], "5 chosen")


@pytest.mark.parametrize("how", ["escape", "button"])
def test_escape_and_the_close_button_go_back_to_the_open_one(rows: ConversationList, how: str) -> None:
    opened = _chosen(rows)
    press(rows, Qt.Key.Key_A, CTRL)
    if how == "escape":
        press(rows, Qt.Key.Key_Escape)
    else:
        rows.choice_bar.end_button.click()
    assert (ids(rows), said(rows)) == (["c0"], "")
    assert rows.view.currentIndex() == rows.model.index_of("c0")
    assert opened == []


def test_the_keyboard_goes_back_to_the_rows_when_its_button_goes(rows: ConversationList) -> None:
    press(rows, Qt.Key.Key_A, CTRL)
    rows.choice_bar.end_button.setFocus()
    QTest.keyClick(rows.choice_bar.end_button, Qt.Key.Key_Escape)
    assert rows.view.hasFocus()
    assert said(rows) == ""


@pytest.mark.parametrize("how", ["click", "enter"])
def test_opening_one_ends_the_choice(rows: ConversationList, how: str) -> None:
    opened = _chosen(rows)
    press(rows, Qt.Key.Key_A, CTRL)
    if how == "click":
        click(rows, 2)
    else:
        press(rows, Qt.Key.Key_Home, CTRL)
        press(rows, Qt.Key.Key_Down, CTRL)
        press(rows, Qt.Key.Key_Return)
    assert opened == ids(rows)
    assert len(opened) == 1
    assert said(rows) == ""


def test_that_another_one_is_opened_elsewhere_ends_the_choice(rows: ConversationList) -> None:
    press(rows, Qt.Key.Key_A, CTRL)
    rows.select("c0")
    assert said(rows) == "5 chosen"
    rows.select("c3")
    assert (ids(rows), said(rows)) == (["c3"], "")


def test_a_click_beside_the_rows_goes_back_to_the_open_one(rows: ConversationList) -> None:
    click(rows, 3, CTRL)
    QTest.mouseClick(rows.view.viewport(), LEFT, NONE, QPoint(20, rows.view.viewport().height() - 4))
    assert (ids(rows), said(rows)) == (["c0"], "")


def test_what_is_chosen_stays_so_when_the_rows_change_and_what_goes_is_not_chosen(rows: ConversationList) -> None:
    click(rows, 3, CTRL)
    click(rows, 1, CTRL)
    show(rows, [_info(9), *(_info(n, days=1, running=n == 3) for n in range(4))])
    assert (ids(rows), said(rows)) == (["c0", "c1", "c3"], "3 chosen")
    rows.search.setText("1")
    assert (ids(rows), said(rows)) == ([], "")
    rows.search.clear()
    assert (ids(rows), said(rows)) == (["c0"], "")


def test_the_keyboard_stays_where_it_is_when_the_rows_change(rows: ConversationList) -> None:
    click(rows, 1, CTRL)
    press(rows, Qt.Key.Key_Down, CTRL)
    show(rows, [_info(9), *(_info(n) for n in range(4))])
    assert rows.view.currentIndex() == rows.model.index_of("c2")
    press(rows, Qt.Key.Key_Down, SHIFT)
    assert ids(rows) == ["c2", "c3"]


def test_found_titles_are_chosen_and_hits_of_messages_are_not(rows: ConversationList) -> None:
    rows.search.setText("title")
    press(rows, Qt.Key.Key_A, CTRL)
    assert ids(rows) == ["c0", "c1", "c2", "c3", "c4", "c5"]  # the archived one is shown here
    rows.show_hits("title", [hit(1, 5)])
    assert said(rows) == ""
    press(rows, Qt.Key.Key_A, CTRL)
    click(rows, 1, CTRL)
    press(rows, Qt.Key.Key_Down, SHIFT)
    assert len(ids(rows)) <= 1


def test_delete_and_the_buttons_tell_of_all_that_are_chosen(rows: ConversationList) -> None:
    deletions, archive = told(rows.delete_requested), told(rows.archive_requested)
    exports, opened = told(rows.export_requested), _chosen(rows)
    for number in (4, 2):
        click(rows, number, CTRL)
    press(rows, Qt.Key.Key_Delete)
    for name in ("Delete 3 conversations…", "Archive 3 conversations", "Export 3 conversations…"):
        button(rows, name).click()
    three = tuple(rows.model.index_of(each).data(INFO_ROLE) for each in ("c0", "c2", "c4"))
    assert deletions == [(three,), (three,)]
    assert archive == [(("c0", "c2", "c4"), True)]
    assert exports == [(("c0", "c2", "c4"),)]
    assert (opened, said(rows)) == ([], "3 chosen")


def menu_words(rows: ConversationList) -> list[str]:
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    words = [action.text() for action in menu.actions() if not action.isSeparator()]
    menu.close()
    return words


def open_menu(rows: ConversationList, number: int) -> list[str]:
    click(rows, number, mouse=RIGHT)
    viewport = rows.view.viewport()
    place = rows.view.visualRect(rows.model.index_of(f"c{number}")).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, viewport.mapToGlobal(place))
    QApplication.sendEvent(viewport, event)
    return menu_words(rows)


def test_the_menu_is_of_all_that_are_chosen_or_of_the_row_beside_them(rows: ConversationList) -> None:
    pins = told(rows.pin_requested)
    for number in (3, 2):
        click(rows, number, CTRL)
    assert open_menu(rows, 3) == [
        "Pin 3 conversations",
        "Archive 3 conversations",
        "Export 3 conversations…",
        "Delete 3 conversations…\tDel",
    ]
    assert said(rows) == "3 chosen"
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), rows.view.mapToGlobal(QPoint(0, 0)))
    QApplication.sendEvent(rows.view, event)
    assert menu_words(rows)[0] == "Pin 3 conversations"
    assert open_menu(rows, 1)[-1] == "Delete…"
    assert (ids(rows), said(rows), pins) == (["c1"], "", [])


def test_deeds_are_named_by_what_is_not_true_of_all_yet() -> None:
    mixed = deeds_of([_info(0, pinned=True), _info(1), _info(2, off_record=True)])
    assert [(deed.words, len(deed.infos), deed.on) for deed in mixed] == [
        ("Pin 3 conversations", 3, True),
        ("Archive 3 conversations", 3, True),
        ("Export 2 conversations…", 2, True),
        ("Delete 3 conversations…", 3, True),
    ]
    alike = deeds_of([_info(0, pinned=True, archived=True, off_record=True) for _number in range(2)])
    assert [(deed.words, len(deed.infos), deed.on) for deed in alike][:3] == [
        ("Unpin 2 conversations", 2, False),
        ("Take 2 conversations out of the archive", 2, False),
        ("Export 2 conversations…", 0, True),
    ]


def test_assistive_technology_is_told_what_is_chosen_and_by_what_names(rows: ConversationList) -> None:
    for number in (3, 1):
        click(rows, number, CTRL)
    accessible = QAccessible.queryAccessibleInterface(rows.view)
    selected = [
        accessible.child(row).text(QAccessible.Text.Name)
        for row in range(accessible.childCount())
        if accessible.child(row).state().selected
    ]
    assert selected == ["Title 0", "Title 1", "Title 3"]
    bar = QAccessible.queryAccessibleInterface(rows.choice_bar)
    assert [bar.child(at).text(QAccessible.Text.Name) for at in range(bar.childCount())] == [
        "3 chosen",
        "Archive 3 conversations",
        "Export 3 conversations…",
        "Delete 3 conversations…",
        "Choose none",
    ]


def test_assistive_technology_opens_one_and_adds_to_several(rows: ConversationList) -> None:
    opened = _chosen(rows)
    click(rows, 3, CTRL)
    accessible = QAccessible.queryAccessibleInterface(rows.view)
    row = rows.model.index_of("c1").row()
    accessible.child(row).actionInterface().doAction("Toggle")
    assert (ids(rows), opened) == (["c0", "c1", "c3"], [])
    accessible.child(row).actionInterface().doAction("Toggle")
    assert (ids(rows), opened) == (["c0", "c3"], [])
    press(rows, Qt.Key.Key_Escape)
    accessible.child(row).actionInterface().doAction("Toggle")
    assert (ids(rows), opened) == (["c1"], ["c1"])


def test_a_press_that_slips_over_rows_chooses_none_of_them(rows: ConversationList) -> None:
    opened = _chosen(rows)
    places = [rows.view.visualRect(rows.model.index_of(f"c{number}")).center() for number in (1, 2)]
    QTest.mousePress(rows.view.viewport(), LEFT, NONE, places[0])
    QTest.mouseMove(rows.view.viewport(), places[1])
    QTest.mouseRelease(rows.view.viewport(), LEFT, NONE, places[1])
    assert len(ids(rows)) == 1
    assert opened == []


def test_ten_thousand_are_chosen_at_once(rows: ConversationList) -> None:
    show(rows, [_info(number) for number in range(10_000)])
    press(rows, Qt.Key.Key_A, CTRL)
    assert said(rows) == "10,000 chosen"
    assert len(_rows(rows)) > 10_000
