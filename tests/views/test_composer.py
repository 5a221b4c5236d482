import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QAccessible, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from desktop.views.composer import Composer
from desktop.views.composer_row import elapsed_text


@pytest.fixture
def composer(qtbot: QtBot) -> Composer:
    widget = Composer()
    widget.resize(600, 200)
    qtbot.addWidget(widget)
    with qtbot.waitActive(widget):
        widget.show()
    widget.editor.setFocus()
    return widget


def _sent(composer: Composer) -> list[str]:
    sent: list[str] = []
    composer.submitted.connect(sent.append)
    return sent


def test_enter_sends_and_empties(composer: Composer) -> None:
    sent = _sent(composer)
    QTest.keyClicks(composer.editor, "hello")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert sent == ["hello"]
    assert composer.text == ""


def test_shift_enter_breaks_the_line(composer: Composer) -> None:
    sent = _sent(composer)
    QTest.keyClicks(composer.editor, "one")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(composer.editor, "two")
    assert composer.text == "one\ntwo"
    assert sent == []


def test_enter_in_a_composition_never_sends(composer: Composer) -> None:
    sent = _sent(composer)
    QTest.keyClicks(composer.editor, "x")
    QApplication.sendEvent(composer.editor, QInputMethodEvent("かな", []))
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert sent == []
    committed = QInputMethodEvent("", [])
    committed.setCommitString("仮名")
    QApplication.sendEvent(composer.editor, committed)
    assert sent == []
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert sent == ["x仮名"]


@pytest.mark.parametrize("text", ["", "  ", "\n\n"])
def test_an_empty_text_is_not_sent(composer: Composer, text: str) -> None:
    sent = _sent(composer)
    composer.set_text(text)
    assert not composer.send.isEnabled()
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert sent == []


def test_the_send_button_sends(composer: Composer) -> None:
    sent = _sent(composer)
    composer.set_text("hello")
    QTest.mouseClick(composer.send, Qt.MouseButton.LeftButton)
    assert sent == ["hello"]


def test_what_was_sent_can_be_brought_back(composer: Composer) -> None:
    QTest.keyClicks(composer.editor, "hello")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    composer.editor.undo()
    assert composer.text == "hello"


def test_while_a_run_works_stop_stands_for_send_and_what_is_written_can_be_queued(composer: Composer) -> None:
    sent = _sent(composer)
    composer.set_running(True)
    assert composer.stop.isVisible()
    assert not composer.send.isVisible()
    QTest.keyClicks(composer.editor, "next")
    assert composer.send.isVisible()
    assert composer.send.accessibleName() == "Queue"
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert sent == ["next"]
    assert not composer.send.isVisible()
    composer.set_running(False)
    assert composer.send.isVisible()
    assert composer.send.accessibleName() == "Send"
    assert not composer.stop.isVisible()


def test_escape_stops_only_while_a_run_works(composer: Composer) -> None:
    stops: list[bool] = []
    composer.stop_clicked.connect(lambda: stops.append(True))
    QTest.keyClick(composer.editor, Qt.Key.Key_Escape)
    assert stops == []
    composer.set_running(True)
    QTest.keyClick(composer.editor, Qt.Key.Key_Escape)
    assert stops == [True]


def test_the_stop_button_stops(composer: Composer, qtbot: QtBot) -> None:
    composer.set_running(True)
    with qtbot.waitSignal(composer.stop_clicked):
        QTest.mouseClick(composer.stop, Qt.MouseButton.LeftButton)


def test_focus_goes_from_stop_to_the_editor_when_the_run_ends(composer: Composer) -> None:
    composer.set_running(True)
    composer.stop.setFocus()
    composer.set_running(False)
    assert composer.editor.hasFocus()


def test_stop_shows_the_time_and_keeps_its_name(composer: Composer) -> None:
    composer.set_running(True)
    composer.set_elapsed(65.4)
    assert "1:05" in composer.stop.text()
    assert composer.stop.accessibleName() == "Stop"
    assert "At work for 1:05" in composer.stop.toolTip()
    composer.set_elapsed(66.4)
    assert "At work for 1:06" in composer.stop.toolTip()
    composer.set_running(True)  # as each word of an answer tells
    assert "1:06" in composer.stop.text()
    assert composer.stop.accessibleDescription() == "Stop the run (Esc)"


def test_where_a_role_uses_no_tools_the_switch_is_off_and_comes_back_as_it_was(composer: Composer) -> None:
    told: list[bool] = []
    composer.tools.toggled.connect(told.append)
    composer.set_tools_possible(False)
    assert (composer.tools.isChecked(), composer.tools.isEnabled()) == (False, False)
    assert composer.tools.accessibleDescription() == "The role, or the settings, use no tools."
    composer.set_tools_possible(True)
    assert (composer.tools.isChecked(), composer.tools.isEnabled()) == (True, True)
    assert told == []


@pytest.mark.parametrize(("seconds", "text"), [(0, "0 s"), (4.9, "4 s"), (60, "1:00"), (3725, "1:02:05")])
def test_elapsed_time_is_short(seconds: float, text: str) -> None:
    assert elapsed_text(seconds) == text


def test_accessible_names_and_roles(composer: Composer) -> None:
    role = QAccessible.Role
    expected = {
        composer.editor: ("Message", role.EditableText),
        composer.send: ("Send", role.Button),
        composer.stop: ("Stop", role.Button),
        composer.tools: ("Tools", role.CheckBox),
    }
    for widget, (name, its_role) in expected.items():
        accessible = QAccessible.queryAccessibleInterface(widget)
        assert (accessible.text(QAccessible.Text.Name), accessible.role()) == (name, its_role)


def test_a_draft_is_told_once_after_a_pause(composer: Composer, qtbot: QtBot) -> None:
    drafts: list[str] = []
    composer.draft_changed.connect(drafts.append)
    QTest.keyClicks(composer.editor, "draft")
    assert drafts == []
    qtbot.waitUntil(lambda: drafts == ["draft"], timeout=2000)


def test_a_draft_is_told_also_while_there_is_no_pause(composer: Composer, qtbot: QtBot) -> None:
    drafts: list[str] = []
    composer.draft_changed.connect(drafts.append)

    def type_on() -> bool:
        QTest.keyClicks(composer.editor, "x")
        return len(drafts) > 1

    qtbot.waitUntil(type_on, timeout=5000)


def test_a_draft_can_be_told_at_once(composer: Composer) -> None:
    drafts: list[str] = []
    composer.draft_changed.connect(drafts.append)
    QTest.keyClicks(composer.editor, "draft")
    composer.flush_draft()
    composer.flush_draft()
    assert drafts == ["draft"]


def test_a_text_put_in_by_the_program_is_no_draft(composer: Composer) -> None:
    drafts: list[str] = []
    composer.draft_changed.connect(drafts.append)
    composer.set_text("of another conversation")
    composer.flush_draft()
    assert drafts == []


def test_sending_empties_the_draft_before_it_tells(composer: Composer) -> None:
    told: list[str] = []
    composer.draft_changed.connect(lambda text: told.append(f"draft {text!r}"))
    composer.submitted.connect(lambda text: told.append(f"sent {text!r}"))
    QTest.keyClicks(composer.editor, "hello")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert told == ["draft ''", "sent 'hello'"]


def test_paste_is_plain_text(composer: Composer) -> None:
    source = QMimeData()
    source.setHtml("<h1>Big</h1>")
    source.setText("plain")
    composer.editor.insertFromMimeData(source)
    assert composer.text == "plain"


def test_the_editor_grows_to_its_share_and_then_scrolls(composer: Composer, qtbot: QtBot) -> None:
    composer.fit(600)
    one_line = composer.sizeHint().height()
    assert composer.editor.verticalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    composer.set_text("\n" * 5)
    qtbot.waitUntil(lambda: composer.sizeHint().height() > one_line)
    composer.set_text("\n" * 200)
    qtbot.waitUntil(lambda: composer.sizeHint().height() > 0.3 * 600)
    assert composer.sizeHint().height() <= 0.4 * 600
    assert composer.editor.verticalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAsNeeded


def test_tools_tells_the_persons_clicks_only(composer: Composer) -> None:
    told: list[bool] = []
    composer.tools_toggled.connect(told.append)
    composer.set_tools(False)
    assert told == []
    QTest.mouseClick(composer.tools, Qt.MouseButton.LeftButton)
    assert told == [True]


def test_the_folder_is_shown_literally_and_can_be_changed(composer: Composer, qtbot: QtBot) -> None:
    composer.set_workspace("/home/ada/R&D <b>")
    assert composer.folder.text().endswith("R&&D <b>")
    assert "<b>" not in composer.folder.toolTip()
    assert composer.folder.accessibleDescription() == "/home/ada/R&D <b>"
    with qtbot.waitSignal(composer.workspace_change_requested):
        QTest.mouseClick(composer.folder, Qt.MouseButton.LeftButton)


def test_all_of_it_is_reached_by_tab(composer: Composer) -> None:
    composer.set_workspace("/home/ada")
    composer.set_text("hello")
    reached = []
    for _ in range(5):
        focused = QApplication.focusWidget()
        assert focused is not None
        reached.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert reached == [composer.editor, composer.send, composer.attach, composer.folder, composer.tools]
    assert all(isinstance(each, QPushButton) for each in reached[1:4])


def test_the_send_tool_tip_is_literal(composer: Composer) -> None:
    composer.set_send_tooltip("coder: <i>Claude</i>")
    assert "<i>" not in composer.send.toolTip()


def _edited(composer: Composer) -> list[tuple[str, str]]:
    edited: list[tuple[str, str]] = []
    composer.edit_submitted.connect(lambda what, text: edited.append((what, text)))
    return edited


def test_an_edit_keeps_what_was_being_written_and_gives_it_back(composer: Composer, qtbot: QtBot) -> None:
    drafts: list[str] = []
    composer.draft_changed.connect(drafts.append)
    typed: list[tuple[str, str]] = []
    composer.edit_changed.connect(lambda what, text: typed.append((what, text)))
    edited, sent = _edited(composer), _sent(composer)
    QTest.keyClicks(composer.editor, "half a thought")
    composer.begin_edit("m1", "Old text", "Editing an earlier message")
    assert drafts == ["half a thought"]  # kept before the edit begins
    assert composer.edit_bar.isVisible()
    assert composer.text == "Old text"
    QTest.keyClicks(composer.editor, " and new")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert typed == [("m1", "Old text and new")]  # kept before it is sent
    assert edited == [("m1", "Old text and new")]
    assert sent == []
    assert composer.text == "half a thought"
    assert not composer.edit_bar.isVisible()
    assert drafts == ["half a thought"]


@pytest.mark.parametrize("running", [False, True])
def test_escape_leaves_an_edit_and_stops_nothing(composer: Composer, running: bool) -> None:
    stops: list[bool] = []
    composer.stop_clicked.connect(lambda: stops.append(True))
    composer.set_running(running)
    composer.set_text("mine")
    composer.begin_edit("m1", "Old text", "Editing an earlier message")
    composer.begin_edit("m2", "Another", "Editing an earlier message")
    QTest.keyClick(composer.editor, Qt.Key.Key_Escape)
    assert (composer.text, composer.edited, stops) == ("mine", "", [])


def test_what_is_typed_into_an_edit_is_told_and_it_is_left_after_that(composer: Composer, qtbot: QtBot) -> None:
    told: list[object] = []
    composer.edit_changed.connect(lambda what, text: told.append((what, text)))
    composer.edit_left.connect(told.append)
    composer.begin_edit("m1", "Old", "Editing an earlier message")
    with qtbot.waitSignal(composer.edit_changed):
        QTest.keyClicks(composer.editor, " and")
    QTest.keyClicks(composer.editor, " new")
    composer.cancel_edit()
    assert told == [("m1", "Old and"), ("m1", "Old and new"), "m1"]


def test_the_original_of_an_edit_comes_back_and_can_be_undone(composer: Composer) -> None:
    asked: list[str] = []
    composer.edit_reset_requested.connect(asked.append)
    composer.begin_edit("m1", "typed before", "Editing an earlier message", is_changed=True)
    QTest.mouseClick(composer.edit_bar.reset, Qt.MouseButton.LeftButton)
    assert asked == ["m1"]
    composer.take_original("Old")
    assert (composer.text, composer.edit_bar.reset.isVisible()) == ("Old", False)
    composer.editor.undo()
    assert composer.text == "typed before"


def test_cancel_leaves_an_edit(composer: Composer) -> None:
    composer.begin_edit("m1", "Old text", "Editing an earlier message")
    QTest.mouseClick(composer.edit_bar.cancel, Qt.MouseButton.LeftButton)
    assert (composer.text, composer.edited, composer.edit_bar.isVisible()) == ("", "", False)
    assert composer.editor.hasFocus()


def test_another_conversation_ends_an_edit(composer: Composer) -> None:
    edited = _edited(composer)
    composer.begin_edit("m1", "Old text", "Editing an earlier message")
    composer.set_text("the draft there")
    assert not composer.edit_bar.isVisible()
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert edited == []


def test_up_edits_the_last_message_only_where_nothing_is_written(composer: Composer) -> None:
    asked: list[bool] = []
    composer.edit_last_requested.connect(lambda: asked.append(True))
    QTest.keyClicks(composer.editor, "x")
    QTest.keyClick(composer.editor, Qt.Key.Key_Up)
    assert asked == []
    QTest.keyClick(composer.editor, Qt.Key.Key_Backspace)
    QTest.keyClick(composer.editor, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert asked == []
    QTest.keyClick(composer.editor, Qt.Key.Key_Up)
    assert asked == [True]


@pytest.mark.parametrize(
    ("written", "quoted", "whole"),
    [
        ("", "one\n\ntwo\n", "> one\n>\n> two\n\n"),
        ("before", "one", "before\n\n> one\n\n"),
        ("before\n", "one", "before\n\n> one\n\n"),
        ("before", "  \n", "before"),
    ],
)
def test_a_quotation_stands_in_a_paragraph_of_its_own(
    composer: Composer, written: str, quoted: str, whole: str
) -> None:
    composer.set_text(written)
    composer.send.setFocus()
    composer.quote(quoted)
    assert composer.text == whole
    assert composer.editor.hasFocus()
    composer.editor.insertPlainText("reply")
    assert composer.text == whole + "reply"


def test_a_quotation_comes_where_the_cursor_is_and_is_undone_at_once(composer: Composer) -> None:
    composer.set_text("before after")
    cursor = composer.editor.textCursor()
    cursor.setPosition(len("before "))
    composer.editor.setTextCursor(cursor)
    composer.quote("one")
    assert composer.text == "before \n\n> one\n\nafter"
    composer.editor.undo()
    assert composer.text == "before after"


def test_the_button_says_what_ends_an_edit(composer: Composer) -> None:
    composer.begin_edit("m1", "Old text", "Editing an earlier message")
    assert composer.send.accessibleName() == "Send"
    composer.begin_edit("q1", "Queued text", "Editing a queued message", "Save")
    assert composer.send.accessibleName() == "Save"
    composer.set_running(True)
    assert composer.send.accessibleName() == "Save"
    composer.cancel_edit()
    composer.set_text("more")
    assert composer.send.accessibleName() == "Queue"


def test_no_button_of_the_row_is_cut_in_a_narrow_window(composer: Composer) -> None:
    composer.set_workspace("/home/ada/Documents/Cortex")
    composer.set_running(True)
    composer.set_elapsed(75)
    composer.set_text("more")
    for width in (600, 320):
        composer.resize(width, 120)
        QApplication.processEvents()
        for each in (composer.folder, composer.tools, composer.stop, composer.send):
            assert each.width() >= each.sizeHint().width(), (width, each.accessibleName())
    assert composer.folder.text() == ""
    composer.resize(600, 120)
    assert "Cortex" in composer.folder.text()


def test_a_long_text_is_shown_where_the_caret_is(composer: Composer, qtbot: QtBot) -> None:
    editor = composer.editor
    editor.insert("A line.\n" * 5_000)
    qtbot.waitUntil(lambda: editor.height() > 100)
    qtbot.waitUntil(lambda: editor.viewport().rect().contains(editor.cursorRect()))


def test_each_paragraph_takes_its_direction_from_its_text(composer: Composer, qtbot: QtBot) -> None:
    editor = composer.editor
    editor.setPlainText("مرحبا بالعالم\nHello, world\n\u05e9\u05dc\u05d5\u05dd")

    def begins_at_the_right() -> list[bool]:
        cursor, found = editor.textCursor(), []
        for at in (0, 14, 27):
            cursor.setPosition(at)
            found.append(editor.cursorRect(cursor).center().x() > editor.viewport().width() / 2)
        return found

    qtbot.waitUntil(lambda: begins_at_the_right() == [True, False, True])
