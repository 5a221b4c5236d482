# ruff: noqa: RUF001 - hostile characters are among what these tests are about
"""What the confirmation dialog asks beyond yes and no: what to remember, and other arguments."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.engine.events import ConfirmationRequested
from desktop.engine.gate import (
    AllowAlways,
    AllowForConversation,
    Card,
    CardField,
    ScopeChoice,
    ScopeExact,
    ScopeFolder,
    ScopeTool,
    TaintSource,
)
from desktop.views.argument_editor import ArgumentEditor
from desktop.views.call_decision import CallDecision
from desktop.views.confirmation_dialog import ConfirmationDialog
from desktop.views.edit_form import EditForm
from desktop.views.edit_text import EditText
from desktop.views.grant_panel import GrantPanel
from desktop.views.grant_words import always_words, conversation_words, expiry_of, rehearsal_words
from desktop.views.literal_text import as_line, literal, one_line_both_ends, with_bounded_lines
from desktop.views.literal_view import LiteralView
from desktop.views.marked_line import MarkedLine
from desktop.views.scope_row import ScopeRow
from tests.views.finding import button, child
from tests.views.gates import LONG_MS, Show, dialog_opener, heard, plain_window
from tests.views.hostile import HOSTILE

EXACT, FOLDER = ScopeExact(arguments={"path": "a.md"}), ScopeFolder(argument="path", folder="/home/ada")
SCOPES = (
    ScopeChoice(scope=EXACT, words="write_file of a.md with exactly this content"),
    ScopeChoice(
        scope=FOLDER, words="write_file anywhere under /home/ada", rehearsal=("b.md", "c.md"), rehearsal_count=3
    ),
    ScopeChoice(scope=ScopeTool(), words="write_file, whatever its arguments", rehearsal_count=1),
)
PARAMETERS: dict[str, Any] = {
    "type": "object",
    "properties": {"path": {"type": "string"}, "content": {"type": "string"}, "mode": {"type": "integer"}},
    "required": ["path", "content"],
}
ARGUMENTS: dict[str, Any] = {"path": "a.md", "content": "one\ntwo\n"}
TAINT = TaintSource(tool="fetch_page", subject="https://example.org", call_id="c0", run_id="r1")
PANELS = ["Deny with reason", "Edit", "Allow for this conversation", "Always allow"]


def request(call_id: str = "c1", **update: Any) -> ConfirmationRequested:
    return ConfirmationRequested(
        run_id="r1",
        call_id=call_id,
        tool="write_file",
        arguments=ARGUMENTS,
        reasons=("By default this tool asks.",),
        card=Card(effect="Writes a.md", fields=(CardField(label="Path", text="a.md"),)),
        binding=f"binding of {call_id}",
        parameters=PARAMETERS,
        scopes=SCOPES,
    ).model_copy(update=update)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    return plain_window(qtbot)


@pytest.fixture
def shown(qtbot: QtBot, window: QWidget) -> Show:
    return dialog_opener(qtbot, window, request)


def click(dialog: QWidget, name: str) -> None:
    QTest.mouseClick(button(dialog, name), Qt.MouseButton.LeftButton)


def confirm_button(dialog: ConfirmationDialog) -> QPushButton:
    return child(dialog, CallDecision).bar._confirm


def panel(dialog: ConfirmationDialog) -> GrantPanel:
    return child(dialog, GrantPanel)


def editor(dialog: ConfirmationDialog, name: str) -> EditText:
    (found,) = [each for each in dialog.findChildren(EditText) if each.accessibleName() == name]
    return found


def visible_labels(dialog: QWidget) -> list[str]:
    return [each.text() for each in dialog.findChildren(QLabel) if each.isVisible() and each.text()]


# Remembering.


def test_narrowest_scope_is_chosen_at_first(shown: Show) -> None:
    dialog = shown()
    click(dialog, "Allow for this conversation")
    radios = dialog.findChildren(QRadioButton)
    assert [each.accessibleName() for each in radios] == [choice.words for choice in SCOPES]
    assert [each.isChecked() for each in radios] == [True, False, False]
    assert [each.toPlainText() for each in dialog.findChildren(LiteralView) if each.accessibleName() == "Scope"] == [
        choice.words for choice in SCOPES
    ]


def test_grant_for_the_conversation_is_told_with_its_scope(shown: Show) -> None:
    dialog = shown()
    told = heard(dialog)
    click(dialog, "Allow for this conversation")
    assert confirm_button(dialog).accessibleName() == f"Allow in this conversation: {SCOPES[0].words}"
    assert not child(panel(dialog), QSpinBox).isVisible()
    QTest.mouseClick(panel(dialog).rows[1].words.viewport(), Qt.MouseButton.LeftButton)
    assert confirm_button(dialog).accessibleName() == f"Allow in this conversation: {SCOPES[1].words}"
    assert told == []
    QTest.mouseClick(confirm_button(dialog), Qt.MouseButton.LeftButton)
    assert told == [("r1", "c1", AllowForConversation(scope=FOLDER), "binding of c1")]


def test_lasting_grant_is_told_with_its_limits(shown: Show) -> None:
    dialog = shown()
    told = heard(dialog)
    click(dialog, "Always allow")
    assert confirm_button(dialog).accessibleName() == f"Always allow: {SCOPES[0].words}"
    panel(dialog).uses.setValue(5)
    panel(dialog).until.setCurrentText("1 hour")
    assert confirm_button(dialog).accessibleName() == f"Allow 5 more times for 1 hour: {SCOPES[0].words}"
    before = datetime.now(UTC)
    QTest.mouseClick(confirm_button(dialog), Qt.MouseButton.LeftButton)
    ((_, _, decision, _),) = told
    assert isinstance(decision, AllowAlways)
    assert (decision.scope, decision.uses) == (EXACT, 5)
    assert decision.expires_at is not None
    assert timedelta(0) <= decision.expires_at - before - timedelta(hours=1) < timedelta(minutes=1)


def test_lasting_grant_has_no_limits_unless_told(shown: Show) -> None:
    dialog = shown()
    told = heard(dialog)
    click(dialog, "Always allow")
    QTest.mouseClick(confirm_button(dialog), Qt.MouseButton.LeftButton)
    assert told == [("r1", "c1", AllowAlways(scope=EXACT), "binding of c1")]


def test_limits_are_offered_in_words(shown: Show) -> None:
    dialog = shown()
    click(dialog, "Always allow")
    until = child(panel(dialog), QComboBox)
    assert [until.itemText(n) for n in range(until.count())] == ["No end", "1 hour", "Today", "30 days"]


@pytest.mark.parametrize(
    ("until", "end"),
    [
        ("hour", datetime(2026, 11, 12, 22, 30, tzinfo=UTC)),
        ("today", datetime(2026, 11, 12, 23, 0, tzinfo=UTC)),
        ("month", datetime(2026, 12, 12, 21, 30, tzinfo=UTC)),
        ("no_end", None),
    ],
)
def test_expiry_is_utc_and_the_day_ends_where_the_person_is(until: Any, end: datetime | None) -> None:
    from datetime import timezone

    now = datetime(2026, 11, 12, 22, 30, tzinfo=timezone(timedelta(hours=1)))
    assert expiry_of(until, now) == end


def test_button_says_what_is_granted() -> None:
    assert always_words("x", None, "no_end") == "Always allow: x"
    assert always_words("x", 1, "no_end") == "Allow 1 more time: x"
    assert always_words("x", None, "today") == "Allow today: x"
    assert always_words("x", 2, "month") == "Allow 2 more times for 30 days: x"
    assert conversation_words("a\u202e\nb") == "Allow in this conversation: a‹U+202E› b"


def test_rehearsal_is_counted_and_can_be_looked_at(shown: Show) -> None:
    dialog = shown()
    click(dialog, "Always allow")
    rows = panel(dialog).rows
    assert rehearsal_words(0) in visible_labels(rows[0])
    assert rows[0].more is None
    assert rows[1].more is not None
    assert rows[1].more.text().strip() == "Would have let through 3 past calls"
    assert not rows[1].rehearsal.isVisible()
    QTest.mouseClick(rows[1].more, Qt.MouseButton.LeftButton)
    assert rows[1].rehearsal.isVisible()
    assert rows[1].rehearsal.toPlainText() == "b.md\nc.md\n… and 1 more"
    assert rows[0].radio.isChecked()


def test_tainted_run_is_told_that_grants_will_not_do(shown: Show) -> None:
    dialog = shown(request(tainted_by=(TAINT, TAINT)))
    click(dialog, "Always allow")
    (line,) = panel(dialog).findChildren(MarkedLine)
    assert "still asks before it changes or sends anything" in line.text
    assert "fetch_page https://example.org and 1 more" in line.text
    dialog.show_requests([request()])
    click(dialog, "Always allow")
    assert panel(dialog).findChildren(MarkedLine) == []


def test_what_tainted_the_run_is_listed_with_the_reasons(shown: Show) -> None:
    earlier = TAINT.model_copy(update={"run_id": "r0", "subject": "b\nforged line"})
    dialog = shown(request(tainted_by=(TAINT, earlier)))
    (view,) = [each for each in dialog.findChildren(LiteralView) if each.accessibleName() == "Read from outside"]
    assert view.toPlainText() == (
        "fetch_page https://example.org\nfetch_page b forged line (earlier in this conversation)"
    )


def test_call_without_scopes_or_arguments_offers_neither(shown: Show) -> None:
    dialog = shown(request(scopes=(), parameters={}, arguments={}))
    for name in ("Allow for this conversation", "Always allow", "Edit"):
        assert not button(dialog, name).isEnabled()
    for name in ("Allow once", "Deny"):
        assert button(dialog, name).isEnabled()


# Editing.


def test_edit_is_filled_with_the_arguments_and_told_with_the_binding(shown: Show) -> None:
    dialog = shown()
    told = heard(dialog)
    click(dialog, "Edit")
    assert (editor(dialog, "path").text, editor(dialog, "content").text) == ("a.md", "one\ntwo\n")
    assert not button(dialog, "Review changes").isEnabled()
    editor(dialog, "path").setPlainText("b.md")
    click(dialog, "Review changes")
    assert told == [("r1", "c1", {"path": "b.md", "content": "one\ntwo\n"}, "binding of c1")]
    assert not button(dialog, "Review changes").isEnabled()
    assert dialog.isVisible()


def test_edited_call_comes_back_as_changed_behind_the_guard(shown: Show) -> None:
    dialog = shown(guard_ms=LONG_MS)
    dialog._guard.stand_down()
    click(dialog, "Edit")
    dialog._guard.stand_down()
    editor(dialog, "path").setPlainText("b.md")
    click(dialog, "Review changes")
    told = heard(dialog)
    after = {**ARGUMENTS, "path": "b.md"}
    dialog.show_requests(
        [request(arguments=after, edited=True, original_arguments=ARGUMENTS, binding="another binding")]
    )
    assert dialog.is_guarding
    assert visible_labels(dialog).count("Your changes") == 1
    (changes,) = [each for each in dialog.findChildren(LiteralView) if each.accessibleName() == "Your changes"]
    assert changes.toPlainText() == "@@ path @@\n-a.md\n+b.md"
    assert not button(dialog, "Allow once").isEnabled()
    dialog._guard.stand_down()
    click(dialog, "Allow once")
    assert [binding for *_, binding in told] == ["another binding"]


def test_refused_edit_says_why_and_keeps_what_was_typed(shown: Show) -> None:
    dialog = shown()
    click(dialog, "Edit")
    editor(dialog, "path").setPlainText("../b.md")
    click(dialog, "Review changes")
    dialog.show_edit_error("other", "not this one")
    dialog.show_edit_error("c1", "path: leads \u202eout")
    form = child(dialog, EditForm)
    assert form.problem.isVisible()
    assert form.problem.toPlainText() == "path: leads ‹U+202E›out"
    assert editor(dialog, "path").text == "../b.md"
    assert button(dialog, "Review changes").isEnabled()


def test_check_that_is_not_waited_for_lets_the_form_be_used_again(shown: Show) -> None:
    dialog = shown()
    told = heard(dialog)
    click(dialog, "Edit")
    editor(dialog, "path").setPlainText("b.md")
    click(dialog, "Review changes")
    click(dialog, "Back")
    click(dialog, "Edit")
    assert editor(dialog, "path").isEnabled()
    click(dialog, "Review changes")
    assert len(told) == 2


def test_what_was_typed_is_kept_over_back_and_another_call(shown: Show) -> None:
    dialog = shown(request(), request("c2"))
    click(dialog, "Edit")
    editor(dialog, "path").setPlainText("b.md")
    click(dialog, "Back")
    calls = child(dialog, QListWidget)
    calls.setCurrentRow(1)
    calls.setCurrentRow(0)
    click(dialog, "Edit")
    assert editor(dialog, "path").text == "b.md"
    assert button(dialog, "Review changes").isEnabled()


def test_another_call_that_comes_up_leaves_the_open_form(shown: Show) -> None:
    dialog = shown()
    click(dialog, "Edit")
    editor(dialog, "path").setPlainText("b.md")
    dialog.show_requests([request(), request("c2")])
    assert editor(dialog, "path").isVisible()
    assert editor(dialog, "path").text == "b.md"


def test_hidden_characters_are_named_under_their_field(qtbot: QtBot, shown: Show) -> None:
    dialog = shown(request(arguments={"path": "a\u202egpj.exe", "content": "x"}))
    click(dialog, "Edit")
    lines = [each for each in dialog.findChildren(MarkedLine) if each.isVisible()]
    assert [each.text for each in lines] == ["Holds characters that cannot be seen here: ‹U+202E›"]
    editor(dialog, "content").setPlainText("y\u200b")
    qtbot.waitUntil(lambda: len([each for each in dialog.findChildren(MarkedLine) if each.isVisible()]) == 2)


# Nothing is decided by accident.


@pytest.mark.parametrize("opened", PANELS)
@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_A, Qt.Key.Key_D])
def test_no_key_decides_in_a_panel(shown: Show, opened: str, key: Qt.Key) -> None:
    dialog = shown(request(), request("c2"))
    told = heard(dialog)
    click(dialog, opened)
    others = [
        each
        for each in dialog.findChildren(QWidget)
        if each.isVisible() and not (isinstance(each, QPushButton) and each.accessibleName() != "Past calls")
    ]
    for widget in [dialog, *others]:
        for modifier in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.AltModifier,
            Qt.KeyboardModifier.ControlModifier,
        ):
            QTest.keyClick(widget, key, modifier)
            popup = QApplication.activePopupWidget()
            if popup is not None:
                popup.close()
    assert told == []
    assert dialog.isVisible()
    assert not any(each.isDefault() or each.autoDefault() for each in dialog.findChildren(QPushButton))


@pytest.mark.parametrize("opened", PANELS)
def test_escape_leaves_the_panel_and_then_the_dialog(shown: Show, opened: str) -> None:
    dialog = shown()
    told = heard(dialog)
    click(dialog, opened)
    assert not button(dialog, "Allow once").isVisible()
    QTest.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert button(dialog, "Allow once").isVisible()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert told == []
    assert len(dialog.requests) == 1


@pytest.mark.parametrize("opened", PANELS)
def test_second_click_of_a_double_click_decides_nothing(shown: Show, opened: str) -> None:
    dialog = shown(guard_ms=LONG_MS)
    dialog._guard.stand_down()
    told = heard(dialog)
    click(dialog, opened)
    assert dialog.is_guarding
    for each in dialog.findChildren(QPushButton):
        QTest.mouseDClick(each, Qt.MouseButton.LeftButton)
    assert told == []
    dialog._guard.stand_down()
    click(dialog, "Back")
    assert dialog.is_guarding
    for each in dialog.findChildren(QPushButton):
        QTest.mouseDClick(each, Qt.MouseButton.LeftButton)
    assert told == []


def test_choices_are_dimmed_while_the_guard_is_up_and_the_focus_comes_back(qtbot: QtBot, shown: Show) -> None:
    dialog = shown(guard_ms=1)
    qtbot.waitUntil(lambda: not dialog.is_guarding)
    dialog._guard._guard_ms = LONG_MS
    click(dialog, "Always allow")
    grant = panel(dialog)
    choices = [*(row.radio for row in grant.rows), grant.uses, grant.until]
    assert not any(each.isEnabled() for each in choices)
    assert all(row.words.isEnabled() for row in grant.rows)
    dialog._guard.stand_down()
    assert all(each.isEnabled() for each in choices)
    assert dialog.focusWidget() is grant.rows[0].radio


def test_limits_are_equally_tall(shown: Show) -> None:
    dialog = shown()
    click(dialog, "Always allow")
    assert panel(dialog).uses.height() == panel(dialog).until.height()


def test_long_scope_keeps_its_end_on_the_button(qtbot: QtBot, shown: Show) -> None:
    folder = "/home/ada/" + "deep/" * 60 + "the-telling-end"
    scope = ScopeChoice(scope=ScopeTool(), words=f"write_file anywhere under {folder}")
    dialog = shown(request(scopes=(scope,)))
    click(dialog, "Always allow")
    qtbot.waitUntil(lambda: confirm_button(dialog).text().startswith("Always allow: write_file"))
    assert confirm_button(dialog).text().endswith("the-telling-end")
    assert confirm_button(dialog).accessibleName().endswith("the-telling-end")


def test_panel_closes_with_the_call_it_was_opened_for(shown: Show) -> None:
    dialog = shown(request(), request("c2"))
    told = heard(dialog)
    click(dialog, "Always allow")
    child(dialog, QListWidget).setCurrentRow(1)
    assert button(dialog, "Allow once").isVisible()
    assert not confirm_button(dialog).isVisible()
    click(dialog, "Always allow")
    dialog.remove_request("c2")
    assert button(dialog, "Allow once").isVisible()
    assert told == []


# Hostile text.


def assert_on_screen(dialog: ConfirmationDialog, *buttons: QPushButton) -> None:
    assert dialog.height() <= 0.8 * dialog.screen().availableGeometry().height()
    assert dialog.width() <= 800
    for each in buttons:
        assert each.isVisible()
        assert dialog.rect().contains(QRect(each.mapTo(dialog, QPoint(0, 0)), each.size()))
        assert not each.visibleRegion().isEmpty()


def assert_literal(dialog: ConfirmationDialog) -> None:
    hidden = "\u202e\u200b\x1b\x00\u2066\ufeff"
    for label in dialog.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText or not label.text()
        assert not any(character in label.text() for character in hidden)
    for each in dialog.findChildren(QPushButton):
        assert not any(character in each.text() for character in hidden)
        assert "&" not in each.text().replace("&&", "")
    assert dialog.findChildren(QTextEdit) == []
    for view in dialog.findChildren(QPlainTextEdit):
        if not isinstance(view, EditText):
            assert view.isReadOnly()
            assert not any(character in view.toPlainText() for character in hidden)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_scopes_and_taint_stay_literal_and_buttons_on_screen(qtbot: QtBot, shown: Show, text: str) -> None:
    scopes = tuple(
        ScopeChoice(scope=ScopeTool(), words=text, rehearsal=(text,) * 20, rehearsal_count=10**9) for _ in range(4)
    )
    taint = TaintSource(tool=text, subject=text, call_id="c", run_id="r0")
    dialog = shown(request(scopes=scopes, tainted_by=(taint,) * 30), request("c2"))
    names = ("Deny", "Deny with reason", "Edit", "Allow once", "Allow for this conversation", "Always allow")
    assert_on_screen(dialog, *(button(dialog, name) for name in names))
    click(dialog, "Always allow")
    for row in dialog.findChildren(ScopeRow):
        assert row.more is not None
        row.more.click()
    qtbot.waitUntil(lambda: all(view.is_complete for view in dialog.findChildren(LiteralView)), timeout=20_000)
    assert_on_screen(dialog, confirm_button(dialog), button(dialog, "Back"))
    assert_literal(dialog)
    row = panel(dialog).rows[0]
    expected = with_bounded_lines(literal(text, lines=True)).translate({0xFDD0: "\ufffd", 0xFDD1: "\ufffd"})
    assert row.words.toPlainText() == expected
    shown_line = with_bounded_lines(literal(as_line(text))).translate({0xFDD0: "\ufffd", 0xFDD1: "\ufffd"})
    assert row.rehearsal.toPlainText().startswith(shown_line)
    assert confirm_button(dialog).accessibleName() == f"Always allow: {one_line_both_ends(text, 160)}"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_arguments_are_edited_without_loss_and_buttons_on_screen(shown: Show, text: str) -> None:
    arguments: dict[str, Any] = {"path": text, text[:50]: text, "other": [text], "plain": "x"}
    described = {"type": "string", "description": text[:20_000]}
    dialog = shown(request(arguments=arguments, parameters={"properties": {"path": described}}), request("c2"))
    told = heard(dialog)
    click(dialog, "Edit")
    assert_on_screen(dialog, button(dialog, "Back"), button(dialog, "Review changes"))
    assert_literal(dialog)
    assert child(dialog, EditForm).arguments() == arguments
    editor(dialog, "plain").setPlainText("y")
    click(dialog, "Review changes")
    assert [edit[2] for edit in told] == [{**arguments, "plain": "y"}]
    dialog.show_edit_error("c1", text[:20_000] or "wrong")
    assert_on_screen(dialog, button(dialog, "Back"), button(dialog, "Review changes"))
    assert_literal(dialog)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_changes_stay_literal_and_buttons_on_screen(qtbot: QtBot, shown: Show, text: str) -> None:
    before: dict[str, Any] = {"path": "a.md", text[:200]: 1}
    dialog = shown(request(edited=True, original_arguments=before, arguments={"path": text}))
    qtbot.waitUntil(lambda: all(view.is_complete for view in dialog.findChildren(LiteralView)), timeout=20_000)
    assert_on_screen(dialog, button(dialog, "Allow once"), button(dialog, "Always allow"))
    assert_literal(dialog)


def test_every_editor_is_named(shown: Show) -> None:
    dialog = shown()
    click(dialog, "Edit")
    assert [each.field.name for each in dialog.findChildren(ArgumentEditor)] == ["path", "content", "mode"]
    assert {each.accessibleName() for each in dialog.findChildren(EditText)} == {"path", "content", "mode"}
