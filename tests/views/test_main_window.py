import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.engine.messages import CallState, ConversationInfo, utc_now
from desktop.views.main_window import MainWindow
from desktop.views.side_panes import LEAST_CENTRE, PANES

SHIFT_CONTROL = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    widget = MainWindow()
    widget.furnish()
    qtbot.addWidget(widget)
    with qtbot.waitActive(widget):
        widget.show()
    widget.composer.setFocus()
    return widget


def _shown(window: MainWindow) -> dict[str, bool]:
    return {pane: window.panes.is_shown(pane) for pane in PANES}


def _centre_width(window: MainWindow) -> int:
    return window.panes.sizes()[1]


def test_the_title_names_conversation_and_program(window: MainWindow) -> None:
    window.set_title("Leases [*]")
    assert window.windowTitle().replace("[*][*]", "[*]") == "Leases [*] — Cortex Desktop"
    window.set_title("")
    assert window.windowTitle() == "New conversation — Cortex Desktop"


def test_a_message_goes_out_of_the_window(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.submitted) as told:
        QTest.keyClicks(window.composer.editor, "hello")
        QTest.keyClick(window.composer.editor, Qt.Key.Key_Return)
    assert told.args == ["hello"]


@pytest.mark.parametrize(
    ("key", "modifiers", "signal"),
    [
        (Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier, "new_conversation_requested"),
        (Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier, "settings_requested"),
    ],
)
def test_keys_tell(window: MainWindow, qtbot: QtBot, key: Qt.Key, modifiers: Qt.KeyboardModifier, signal: str) -> None:
    with qtbot.waitSignal(getattr(window, signal)):
        QTest.keyClick(window.composer.editor, key, modifiers)


def test_escape_in_the_composer_stops_a_run(window: MainWindow, qtbot: QtBot) -> None:
    window.set_running(True)
    with qtbot.waitSignal(window.stop_clicked):
        QTest.keyClick(window.composer.editor, Qt.Key.Key_Escape)


def test_keys_show_and_fold_the_panes_and_their_buttons_say_so(window: MainWindow) -> None:
    assert _shown(window) == {"conversations": True, "tools": True, "debug": False}
    QTest.keyClick(window.composer.editor, Qt.Key.Key_D, SHIFT_CONTROL)
    QTest.keyClick(window.composer.editor, Qt.Key.Key_T, SHIFT_CONTROL)
    assert _shown(window) == {"conversations": True, "tools": False, "debug": True}
    assert window.top_bar.debug_button.isChecked()
    assert not window.top_bar.tools_button.isChecked()
    QTest.keyClick(window.composer.editor, Qt.Key.Key_D, SHIFT_CONTROL)
    assert not window.panes.right.isVisible()


def test_the_menu_button_folds_the_conversations(window: MainWindow) -> None:
    QTest.mouseClick(window.top_bar.list_button, Qt.MouseButton.LeftButton)
    assert not window.conversations.isVisible()
    assert not window.top_bar.list_button.isChecked()
    QTest.mouseClick(window.top_bar.list_button, Qt.MouseButton.LeftButton)
    assert window.conversations.isVisible()


@pytest.mark.parametrize(("width", "height"), [(620, 440), (720, 500), (900, 600), (1280, 800), (3840, 2160)])
def test_the_transcript_is_never_squeezed(window: MainWindow, width: int, height: int) -> None:
    window.toggle_pane("debug")
    window.resize(width, height)
    assert window.width() == width
    assert _centre_width(window) >= LEAST_CENTRE


def test_a_pane_that_folded_for_room_comes_back_with_it(window: MainWindow) -> None:
    window.resize(640, 600)
    assert _shown(window) == {"conversations": True, "tools": False, "debug": False}
    assert not window.top_bar.tools_button.isChecked()
    window.resize(1280, 800)
    assert _shown(window) == {"conversations": True, "tools": True, "debug": False}


def test_a_pane_asked_for_in_a_narrow_window_is_shown_and_the_other_side_folds(window: MainWindow) -> None:
    window.resize(640, 600)
    window.toggle_pane("tools")
    assert _shown(window) == {"conversations": False, "tools": True, "debug": False}
    window.toggle_pane("conversations")
    assert _shown(window) == {"conversations": True, "tools": False, "debug": False}


def test_a_pane_keeps_its_width_over_folding(window: MainWindow) -> None:
    window.panes.setSizes([300, 600, 378])
    window.panes.splitterMoved.emit(300, 1)
    before = window.panes.sizes()
    window.toggle_pane("conversations")
    window.toggle_pane("conversations")
    assert window.panes.sizes() == before


def test_tool_calls_and_debug_share_the_height_as_the_person_left_it(window: MainWindow) -> None:
    window.toggle_pane("debug")
    tools, debug = window.panes.right.sizes()
    assert abs(tools - debug) <= 2
    window.panes.right.setSizes([3 * tools // 2, debug - tools // 2])
    window.panes.right.splitterMoved.emit(3 * tools // 2, 1)
    before = window.panes.right.sizes()
    window.toggle_pane("debug")
    window.toggle_pane("debug")
    assert abs(window.panes.right.sizes()[0] - before[0]) <= 2


def test_a_pane_dragged_to_nothing_is_folded(window: MainWindow) -> None:
    left, centre, right = window.panes.sizes()
    window.panes.setSizes([0, centre + left, right])
    window.panes.splitterMoved.emit(0, 1)
    assert _shown(window)["conversations"] is False
    assert not window.top_bar.list_button.isChecked()
    window.toggle_pane("conversations")
    assert window.panes.sizes()[0] == left


def test_the_layout_comes_back(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(760, 600)  # the offscreen screen is 800 wide
    window.toggle_pane("debug")
    window.toggle_pane("conversations")
    saved = window.save_layout()
    other = MainWindow()
    other.furnish()
    qtbot.addWidget(other)
    other.restore_layout(saved)
    other.show()
    assert _shown(other) == _shown(window)
    assert other.size() == window.size()
    assert other.save_layout()["panes"] == saved["panes"]


@pytest.mark.parametrize(
    "values", [{}, {"geometry": "?", "left_width": "wide", "panes": "nonsense", "tools_share": "x"}]
)
def test_a_damaged_layout_does_no_harm(window: MainWindow, values: dict[str, str]) -> None:
    window.restore_layout(values)
    assert _centre_width(window) >= LEAST_CENTRE


def test_a_pending_draft_is_told_before_another_conversation_is_opened(window: MainWindow) -> None:
    told: list[str] = []
    window.draft_changed.connect(lambda text: told.append(f"draft {text}"))
    window.conversation_chosen.connect(lambda conversation: told.append(f"chosen {conversation}"))
    info = ConversationInfo(id="c1", title="One", updated_at=utc_now(), workspace="/home/ada")
    window.conversations.show_conversations([info])
    QTest.keyClicks(window.composer.editor, "half")
    place = window.conversations.view.visualRect(window.conversations.model.index(1)).center()
    QTest.mouseClick(window.conversations.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert told == ["draft half", "chosen c1"]


def test_the_keyboard_stays_in_the_list_while_several_are_chosen(window: MainWindow) -> None:
    infos = [ConversationInfo(id=f"c{n}", title=f"{n}", updated_at=utc_now(), workspace="/home/ada") for n in range(3)]
    rows = window.conversations
    rows.show_conversations(infos)
    rows.view.setFocus()
    window.show_start_page(False)
    assert window.composer.editor.hasFocus()
    rows.view.setFocus()
    QTest.keyClick(rows.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    window.show_start_page(False)
    assert rows.view.hasFocus()


def test_closing_is_the_programs_decision(window: MainWindow) -> None:
    told: list[str] = []
    window.draft_changed.connect(lambda text: told.append(f"draft {text}"))
    window.closed.connect(lambda: told.append("closed"))
    QTest.keyClicks(window.composer.editor, "half")
    window.close()
    assert told == ["draft half", "closed"]
    assert window.isVisible()
    window.finish_close()
    assert not window.isVisible()


def test_a_first_start_has_choices_and_no_composer(window: MainWindow) -> None:
    window.show_start_page(True, first_start=True)
    assert window.start_page.is_first_start
    assert not window.composer.isVisible()
    assert window.start_page.keys.hasFocus()
    window.show_start_page(False)
    assert window.transcript.isVisible()
    assert window.composer.isVisible()


def test_an_example_fills_the_composer(window: MainWindow) -> None:
    window.show_start_page(True)
    card = window.start_page.examples[0]
    QTest.mouseClick(card, Qt.MouseButton.LeftButton)
    assert window.composer.text == card.title
    assert window.composer.editor.hasFocus()


def test_a_notice_has_words_and_an_action(window: MainWindow, qtbot: QtBot) -> None:
    window.set_notice("The answer is missing.", "Write again", "danger")
    assert window.notice.isVisible()
    with qtbot.waitSignal(window.notice_action) as told:
        QTest.mouseClick(window.notice.action, Qt.MouseButton.LeftButton)
    assert told.args == ["Write again"]
    window.set_notice("")
    assert not window.notice.isVisible()


def test_a_notice_can_be_dismissed(window: MainWindow, qtbot: QtBot) -> None:
    window.set_notice("ANTHROPIC_BASE_URL is in force.")
    assert not window.notice.action.isVisible()
    with qtbot.waitSignal(window.notice.dismissed):
        QTest.mouseClick(window.notice.close_button, Qt.MouseButton.LeftButton)
    assert not window.notice.isVisible()


def test_roles_are_offered_and_only_a_choice_is_told(window: MainWindow) -> None:
    told: list[str] = []
    window.role_chosen.connect(told.append)
    window.set_roles(["chat", "coder"], "coder")
    assert window.top_bar.role.currentText() == "coder"
    assert told == []
    QTest.keyClick(window.top_bar.role, Qt.Key.Key_Up)
    assert told == ["chat"]


def test_switches_tell_the_persons_clicks_only(window: MainWindow) -> None:
    told: list[bool] = []
    window.off_record_toggled.connect(told.append)
    window.set_off_record(True)
    assert told == []
    QTest.mouseClick(window.top_bar.off_record, Qt.MouseButton.LeftButton)
    assert told == [False]
    window.set_off_record(True, changeable=False)
    assert not window.top_bar.off_record.isEnabled()


def test_the_model_line_names_both_brains(window: MainWindow) -> None:
    window.set_models("Gemini 3.8 Flash", "Claude Sonnet 5.5", "chat: Claude Sonnet 5.5")
    assert window.top_bar.models.whole_text == "Gemini 3.8 Flash → Claude Sonnet 5.5"
    assert "Claude Sonnet 5.5" in window.composer.send.toolTip()
    window.set_models("", "Claude Sonnet 5.5", "")
    assert window.top_bar.models.whole_text == "Claude Sonnet 5.5"


def test_accessible_names_and_roles(window: MainWindow) -> None:
    role = QAccessible.Role
    expected = {
        window.top_bar.off_record: ("Off the record", role.CheckBox),
        window.composer.tools: ("Tools", role.CheckBox),
        window.status_line.status: ("Status", role.StaticText),
        window.conversations.new_button: ("New conversation", role.Button),
        window.conversations.view: ("Conversations", role.List),
        window.composer.editor: ("Message", role.EditableText),
    }
    for widget, (name, its_role) in expected.items():
        accessible = QAccessible.queryAccessibleInterface(widget)
        assert (accessible.text(QAccessible.Text.Name), accessible.role()) == (name, its_role)


def test_no_label_guesses_rich_text_and_every_button_has_a_name(window: MainWindow) -> None:
    labels = [each for each in window.top_bar.findChildren(QLabel) + window.status_line.findChildren(QLabel)]
    assert labels
    assert all(each.textFormat() == Qt.TextFormat.PlainText for each in labels)
    for part in (window.top_bar, window.composer, window.conversations, window.start_page):
        assert all(button.accessibleName() for button in part.findChildren(QPushButton))


def test_the_top_bar_is_reached_by_tab(window: MainWindow) -> None:
    window.top_bar.list_button.setFocus()
    reached = []
    for _ in range(6):
        focused = QApplication.focusWidget()
        assert focused is not None
        reached.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    bar = window.top_bar
    assert reached == [bar.list_button, bar.role, bar.model_menu, bar.off_record, bar.tools_button, bar.debug_button]


def test_status_and_totals_are_shown(window: MainWindow) -> None:
    window.set_status("Ready")
    window.set_totals("12 tokens")
    assert window.status_line.status.text() == "Ready"
    assert window.status_line.totals.text() == "12 tokens"


def test_nothing_in_the_window_is_described_by_markup(window: MainWindow) -> None:
    window.set_workspace("/home/ada")
    window.set_notice("Something.", "Do it")
    told = [
        QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Description)
        for widget in window.findChildren(QWidget)
    ]
    assert "API keys" in told
    assert [text for text in told if "<p" in text] == []


@pytest.mark.parametrize("gone", ["hidden", "disabled", "its pane hidden", "deleted"])
def test_focus_goes_to_the_editor_when_what_had_it_goes_away(window: MainWindow, qtbot: QtBot, gone: str) -> None:
    button = QPushButton("Review…", window.tool_pane)
    button.show()
    button.setFocus()
    assert button.hasFocus()
    if gone == "hidden":
        button.hide()
    elif gone == "disabled":
        button.setEnabled(False)
    elif gone == "its pane hidden":
        window.panes.toggle("tools")
    else:
        button.deleteLater()
        qtbot.waitUntil(lambda: window.focusWidget() is not button)
        QTest.keyClick(window, Qt.Key.Key_Tab)
    assert window.composer.editor.hasFocus()


def test_tab_still_goes_from_one_to_the_next(window: MainWindow) -> None:
    window.composer.set_text("hello")
    QTest.keyClick(window.composer.editor, Qt.Key.Key_Tab)
    assert window.composer.send.hasFocus()


@pytest.mark.parametrize("from_row", [True, False])
def test_focus_comes_to_the_editor_after_review_and_its_decision(window: MainWindow, from_row: bool) -> None:
    pane = window.tool_pane
    pane.begin_round(1, 8)
    pane.add_call("c1", "write_file", {"path": "a"}, 1)
    pane.set_state("c1", CallState.WAITING)
    window.transcript.set_outcome("A tool call waits.", "review", "Review…")
    names = "Review write_file" if from_row else "Review…"
    (review,) = (
        each for each in window.findChildren(QPushButton) if each.accessibleName() == names and each.isVisible()
    )
    review.setFocus()
    pane.set_state("c1", CallState.RUNNING)
    window.transcript.set_outcome(None)
    assert window.composer.editor.hasFocus()


def test_a_conversation_that_is_read_anew_leaves_the_keyboard_among_the_conversations(window: MainWindow) -> None:
    window.conversations.show_conversations([ConversationInfo(id="a", title="A", updated_at=utc_now(), workspace="/")])
    window.conversations.rename("a")
    field = window.focusWidget()
    window.show_start_page(False, is_same=True)
    assert window.focusWidget() is field
    assert field.accessibleName() == "Title"
    window.show_start_page(False)
    assert window.focusWidget() is window.composer.editor
