# ruff: noqa: RUF001 - hostile characters are what these tests are about
import time

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.engine.events import ConfirmationRequested
from desktop.engine.gate import AllowOnce, Card, CardField, Decision, Deny
from desktop.views import theme
from desktop.views.confirmation_dialog import ConfirmationDialog
from desktop.views.literal_text import literal, with_bounded_lines
from desktop.views.literal_view import LiteralView
from tests.views.finding import button, child
from tests.views.gates import LONG_MS, Show, dialog_opener, heard, plain_window
from tests.views.hostile import HOSTILE


def request(
    call_id: str = "c1", text: str = "notes.md", style: str = "plain", run_id: str = "r1"
) -> ConfirmationRequested:
    field = CardField.model_validate({"label": "Path", "text": text, "style": style})
    return ConfirmationRequested(
        run_id=run_id,
        call_id=call_id,
        tool="write_file",
        arguments={"path": text},
        reasons=("By default this tool asks.",),
        card=Card(effect="Writes notes.md", fields=(field,)),
        stated_reason="I must.",
        binding=f"binding of {call_id}",
    )


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    return plain_window(qtbot)


@pytest.fixture
def shown(qtbot: QtBot, window: QWidget) -> Show:
    return dialog_opener(qtbot, window, request)


def click(qtbot: QtBot, widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_dialog_and_buttons_have_their_names(shown: Show) -> None:
    dialog = shown()
    interface = QAccessible.queryAccessibleInterface(dialog)
    assert interface.role() == QAccessible.Role.Dialog
    assert interface.text(QAccessible.Text.Name) == "Confirm tool call"
    assert dialog.windowTitle() == "Confirm tool call"
    names = {each.accessibleName() for each in dialog.findChildren(QPushButton) if each.isVisible()}
    allow = {"Allow once", "Allow for this conversation", "Always allow"}
    assert names == {"Deny", "Deny with reason", "Edit", *allow}


def test_several_calls_are_counted_in_the_title_and_listed(shown: Show) -> None:
    dialog = shown(request("a"), request("b"), request("c"))
    assert dialog.windowTitle() == "Confirm 3 tool calls"
    assert QAccessible.queryAccessibleInterface(dialog).text(QAccessible.Text.Name) == "Confirm tool call"
    assert child(dialog, QListWidget).count() == 3


def test_it_is_modal_to_its_window_only(shown: Show) -> None:
    assert shown().windowModality() == Qt.WindowModality.WindowModal


@pytest.mark.parametrize(("name", "decision"), [("Allow once", AllowOnce()), ("Deny", Deny())])
def test_a_decision_is_told_with_what_it_is_bound_to(qtbot: QtBot, shown: Show, name: str, decision: Decision) -> None:
    dialog = shown()
    decisions = heard(dialog)
    click(qtbot, button(dialog, name))
    assert decisions == [("r1", "c1", decision, "binding of c1")]
    assert not dialog.isVisible()


def test_a_denial_with_a_reason_needs_the_reason_and_its_button(qtbot: QtBot, shown: Show) -> None:
    dialog = shown()
    decisions = heard(dialog)
    click(qtbot, button(dialog, "Deny with reason"))
    send = button(dialog, "Deny with this reason")
    assert not send.isEnabled()
    field = child(dialog, QLineEdit)
    qtbot.waitUntil(lambda: dialog.focusWidget() is field)
    QTest.keyClicks(field, "wrong file")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert decisions == []
    click(qtbot, send)
    assert decisions == [("r1", "c1", Deny(reason="wrong file"), "binding of c1")]


def test_back_leaves_the_reason_unsent(qtbot: QtBot, shown: Show) -> None:
    dialog = shown()
    decisions = heard(dialog)
    click(qtbot, button(dialog, "Deny with reason"))
    click(qtbot, button(dialog, "Back"))
    assert button(dialog, "Allow once").isVisible()
    assert decisions == []


def test_a_call_is_decided_once(qtbot: QtBot, shown: Show) -> None:
    dialog = shown(request("a"), request("b"))
    decisions = heard(dialog)
    click(qtbot, button(dialog, "Allow once"))
    click(qtbot, button(dialog, "Deny"))
    assert [(call, decision.kind) for _, call, decision, _ in decisions] == [("a", "allow_once"), ("b", "deny")]
    assert not dialog.isVisible()


@pytest.mark.parametrize(
    "key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_A, Qt.Key.Key_D, Qt.Key.Key_Y]
)
def test_no_key_decides_from_elsewhere(qtbot: QtBot, shown: Show, key: Qt.Key) -> None:
    dialog = shown(request("a"), request("b"))
    decisions = heard(dialog)
    others = [each for each in dialog.findChildren(QWidget) if each.isVisible() and not isinstance(each, QPushButton)]
    for widget in [dialog, *others]:
        for modifier in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.AltModifier,
            Qt.KeyboardModifier.ControlModifier,
        ):
            QTest.keyClick(widget, key, modifier)
    assert decisions == []
    assert dialog.isVisible()


def test_no_button_is_default(shown: Show) -> None:
    dialog = shown()
    assert not any(each.isDefault() or each.autoDefault() for each in dialog.findChildren(QPushButton))


def test_space_on_the_focused_button_decides(qtbot: QtBot, shown: Show) -> None:
    dialog = shown()
    decisions = heard(dialog)
    button(dialog, "Deny").setFocus()
    QTest.keyClick(button(dialog, "Deny"), Qt.Key.Key_Space)
    assert len(decisions) == 1


def test_escape_and_closing_leave_the_run_waiting(qtbot: QtBot, shown: Show) -> None:
    dialog = shown()
    decisions = heard(dialog)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    dialog.open()
    dialog.close()
    assert decisions == []
    assert len(dialog.requests) == 1


def test_focus_begins_on_the_arguments(qtbot: QtBot, shown: Show) -> None:
    dialog = shown()
    qtbot.waitUntil(lambda: dialog.focusWidget() is not None)
    focus = dialog.focusWidget()
    assert isinstance(focus, LiteralView)
    assert focus.accessibleName() == "Path"


def test_input_is_ignored_at_first(qtbot: QtBot, shown: Show) -> None:
    dialog = shown(guard_ms=LONG_MS)
    decisions = heard(dialog)
    for name in ("Allow once", "Deny", "Deny with reason"):
        each = button(dialog, name)
        assert not each.isEnabled()
        click(qtbot, each)
        each.setEnabled(True)  # even were it enabled, the guard hears nothing
        click(qtbot, each)
        each.setFocus()
        QTest.keyClick(each, Qt.Key.Key_Space)
        each.setEnabled(False)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert decisions == []
    assert dialog.isVisible()


def test_input_is_heard_after_the_guard(qtbot: QtBot, shown: Show) -> None:
    dialog = shown(guard_ms=1)
    decisions = heard(dialog)
    qtbot.waitUntil(lambda: not dialog.is_guarding)
    assert button(dialog, "Allow once").isEnabled()
    click(qtbot, button(dialog, "Allow once"))
    assert len(decisions) == 1


def test_guard_lasts_700_ms_unless_told_otherwise(qtbot: QtBot) -> None:
    dialog = ConfirmationDialog()
    qtbot.addWidget(dialog)
    assert dialog._guard._timer.interval() == 700


def test_guard_rises_when_another_call_comes_up_by_itself(qtbot: QtBot, shown: Show) -> None:
    dialog = shown(request("a"), request("b"), guard_ms=LONG_MS)
    decisions = heard(dialog)
    dialog._guard.stand_down()
    click(qtbot, button(dialog, "Allow once"))
    assert dialog.is_guarding
    click(qtbot, button(dialog, "Allow once"))
    assert [call for _, call, _, _ in decisions] == ["a"]


def test_guard_rises_when_what_is_asked_changes(shown: Show) -> None:
    dialog = shown(guard_ms=LONG_MS)
    dialog._guard.stand_down()
    dialog.show_requests([request(), request("new")])
    assert not dialog.is_guarding
    dialog.show_requests([request(text="other.md")])
    assert dialog.is_guarding


def test_guard_does_not_rise_when_the_person_chooses_another_call(qtbot: QtBot, shown: Show) -> None:
    dialog = shown(request("a"), request("b", "second.md"), guard_ms=LONG_MS)
    dialog._guard.stand_down()
    calls = child(dialog, QListWidget)
    QTest.mouseClick(calls.viewport(), Qt.MouseButton.LeftButton, pos=calls.visualItemRect(calls.item(1)).center())
    assert not dialog.is_guarding
    decisions = heard(dialog)
    click(qtbot, button(dialog, "Deny"))
    assert [call for _, call, _, _ in decisions] == ["b"]


def test_guard_leaves_other_windows_alone(qtbot: QtBot, shown: Show) -> None:
    other = QPushButton("other")
    qtbot.addWidget(other)
    other.show()
    shown(guard_ms=LONG_MS)
    with qtbot.waitSignal(other.clicked):
        other.click()


def test_a_request_that_is_gone_leaves_the_list_and_the_last_closes(shown: Show) -> None:
    dialog = shown(request("a"), request("b", run_id="r2"))
    dialog.remove_request("a", "r2")
    dialog.remove_request("none")
    assert [each.call_id for each in dialog.requests] == ["a", "b"]
    dialog.remove_request("a")
    assert dialog.windowTitle() == "Confirm tool call"
    dialog.remove_request("b")
    assert not dialog.isVisible()


def test_effect_reasons_and_the_models_words_stand_apart(shown: Show) -> None:
    dialog = shown()
    texts = {view.accessibleName(): view.toPlainText() for view in dialog.findChildren(LiteralView)}
    assert texts == {
        "Effect": "Writes notes.md",
        "Why it asks": "By default this tool asks.",
        "Path": "notes.md",
        "The model says": "I must.",
    }
    assert any(each.text() == "The model says:" for each in dialog.findChildren(QLabel))


def test_hosts_that_deceive_are_named(shown: Show) -> None:
    dialog = shown(request(text="https://аррӏе.com/x and https://google.com@evil.example/"))
    labels = [each.text() for each in dialog.findChildren(QLabel)]
    assert "Leads to xn--80ak6aa92e.com" in labels
    assert "Leads to evil.example" in labels


def test_a_diff_keeps_its_signs_and_has_colours(shown: Show) -> None:
    dialog = shown(request(text="--- a\n+++ a\n@@ -1 +1 @@\n-old\n+new", style="diff"))
    view = next(each for each in dialog.findChildren(LiteralView) if each.accessibleName() == "Path")
    assert view.toPlainText() == "--- a\n+++ a\n@@ -1 +1 @@\n-old\n+new"
    assert len(view.extraSelections()) == 5


def literal_fields(dialog: ConfirmationDialog) -> list[LiteralView]:
    return dialog.findChildren(LiteralView)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("style", ["plain", "command", "diff"])
def test_hostile_input_is_literal_and_buttons_stay_on_screen(qtbot: QtBot, shown: Show, text: str, style: str) -> None:
    hostile = request().model_copy(
        update={
            "tool": text[:5000],
            "reasons": (text[:20_000],),
            "stated_reason": text[:20_000],
            "card": Card.model_validate(
                {"effect": text[:20_000], "fields": [{"label": text[:5000], "text": text, "style": style}]}
            ),
        }
    )
    began = time.perf_counter()
    dialog = shown(hostile, request("b"))
    qtbot.waitUntil(lambda: all(view.is_complete for view in literal_fields(dialog)), timeout=20_000)
    assert time.perf_counter() - began < 10
    screen = dialog.screen().availableGeometry()
    assert dialog.height() <= 0.8 * screen.height()
    assert dialog.width() <= 800
    for name in ("Allow once", "Deny", "Deny with reason"):
        each = button(dialog, name)
        corner = each.mapTo(dialog, QPoint(0, 0))
        assert each.isVisible()
        assert dialog.rect().contains(QRect(corner, each.size()))
        assert not each.visibleRegion().isEmpty()
    field = dialog._call.card.fields[0] if dialog._call.card is not None else None
    assert field is not None
    expected = with_bounded_lines(literal(text, lines=True)).translate({0xFDD0: "\ufffd", 0xFDD1: "\ufffd"})
    assert field.toPlainText() == expected
    for label in dialog.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText or not label.text()
        assert label.width() <= dialog.width()
    assert dialog.findChildren(QTextEdit) == []
    for editor in dialog.findChildren(QPlainTextEdit):
        assert editor.isReadOnly()
        assert not any(character in editor.toPlainText() for character in "\u202e\u200b\x1b\x00\u2066\ufeff")
    dialog.deleteLater()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_focus_of_a_boxed_field_is_the_edge_of_its_box(
    qapp: QApplication, qtbot: QtBot, shown: Show, scheme: theme.Scheme
) -> None:
    theme.apply(qapp, scheme)
    dialog = shown()
    field = next(each for each in literal_fields(dialog) if each.accessibleName() == "Path")
    box = field.parentWidget()
    assert box is not None
    row = box.height() // 2

    def left_edge() -> list[bool]:
        accent = theme.current_theme().accent
        assert box is not None
        picture = box.grab().toImage()
        return [picture.pixelColor(x, row) == accent for x in range(8)]

    field.clearFocus()
    assert not any(left_edge())
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    assert left_edge() == [True, True] + 6 * [False]  # one line of 2 pixels, and none inside
    field.clearFocus()
    assert not any(left_edge())
