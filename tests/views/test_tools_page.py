from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.engine.gate import Grant, ScopeTool
from desktop.views.grant_words import grant_facts
from desktop.views.literal_text import one_line_both_ends
from desktop.views.literal_view import LiteralView
from desktop.views.tools_page import NO_GRANTS, ToolRow, ToolsDialog
from tests.views.finding import button
from tests.views.hostile import HOSTILE

NOW = datetime(2026, 11, 12, 14, 2, tzinfo=UTC)
ROWS = (
    ToolRow("read_file", "Reads a file.", ("reads your files, notes or history",), None, "allow", "user"),
    ToolRow("run_command", "Runs a command.", ("deletes", "runs a program"), "block", "ask", "admin"),
)


def grant(grant_id: str = "g1", **update: Any) -> Grant:
    return Grant(
        id=grant_id,
        tool="write_file",
        definition="d",
        scope=ScopeTool(),
        words="write_file anywhere under /home/ada",
        created_at=NOW - timedelta(days=3),
    ).model_copy(update=update)


@pytest.fixture
def dialog(qtbot: QtBot) -> ToolsDialog:
    view = ToolsDialog(now=lambda: NOW)
    qtbot.addWidget(view)
    view.show_tools(ROWS)
    view.open()
    return view


def labels(widget: QWidget) -> list[str]:
    return [each.text() for each in widget.findChildren(QLabel) if each.isVisibleTo(widget) and each.text()]


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_tools_show_effects_access_and_policy(dialog: ToolsDialog) -> None:
    assert labels(dialog.tools["run_command"]) == ["run_command", "admins only", "Deletes; runs a program"]
    policies = {name: view.policy.currentText() for name, view in dialog.tools.items()}
    assert policies == {"read_file": "Default (allow)", "run_command": "Block"}
    assert dialog.tools["read_file"].policy.accessibleName() == "Policy for read_file"


def test_chosen_policy_is_told_and_the_default_is_empty(dialog: ToolsDialog) -> None:
    told: list[tuple[str, str]] = []
    dialog.policy_chosen.connect(lambda *chosen: told.append(chosen))
    combo = dialog.tools["run_command"].policy
    for index in range(combo.count()):
        combo.setCurrentIndex(index)
        combo.activated.emit(index)
    assert told == [("run_command", each) for each in ("", "allow", "ask", "block")]


def test_policies_shown_again_tell_nothing_and_keep_the_rows(dialog: ToolsDialog) -> None:
    told: list[Any] = []
    dialog.policy_chosen.connect(lambda *chosen: told.append(chosen))
    before = dialog.tools["read_file"]
    changed = ToolRow("read_file", "Reads a file.", ("reads your files, notes or history",), "ask", "allow", "user")
    dialog.show_tools((changed, ROWS[1]))
    assert dialog.tools["read_file"] is before
    assert before.policy.currentData() == "ask"
    dialog.show_tools(ROWS[:1])
    assert list(dialog.tools) == ["read_file"]
    assert told == []


def test_empty_ledger_says_how_it_fills(dialog: ToolsDialog) -> None:
    dialog.show_grants([])
    assert NO_GRANTS in labels(dialog)
    dialog.show_grants([grant()])
    assert NO_GRANTS not in labels(dialog)


def test_grant_is_revoked_only_after_a_second_word(dialog: ToolsDialog) -> None:
    told: list[str] = []
    dialog.grant_revoked.connect(told.append)
    dialog.show_grants([grant(), grant("g2")])
    row = dialog.grants["g2"]
    click(row.revoke_button)
    assert "It will ask again." in labels(row)
    click(row.keep_button)
    assert told == []
    click(row.revoke_button)
    click(row.sure_button)
    click(row.sure_button)
    assert told == ["g2"]
    dialog.show_grants([grant()])
    assert list(dialog.grants) == ["g1"]


def test_audit_log_is_asked_for(qtbot: QtBot, dialog: ToolsDialog) -> None:
    with qtbot.waitSignal(dialog.audit_requested):
        click(button(dialog, "Audit log"))


def test_revoked_grants_are_left_out_and_ended_ones_come_last(dialog: ToolsDialog) -> None:
    ended = grant("old", expires_at=NOW - timedelta(hours=1))
    used_up = grant("used", uses_left=0)
    dialog.show_grants([ended, used_up, grant("gone", revoked_at=NOW), grant("new")])
    assert list(dialog.grants) == ["new", "old", "used"]


@pytest.mark.parametrize(
    ("update", "facts"),
    [
        ({}, "Always · since 9 Nov 2026, 14:02 · not used yet"),
        ({"conversation_id": "v1"}, "In one conversation · since 9 Nov 2026, 14:02 · not used yet"),
        (
            {"use_count": 1, "last_used_at": NOW, "uses_left": 1, "expires_at": NOW + timedelta(days=1)},
            "Always · since 9 Nov 2026, 14:02 · used 1 time, last today 14:02 · 1 use left · until 13 Nov 2026, 14:02",
        ),
        (
            {"expires_at": NOW},
            "Always · since 9 Nov 2026, 14:02 · not used yet · ended today 14:02",
        ),
    ],
)
def test_facts_of_a_grant(update: dict[str, Any], facts: str) -> None:
    assert grant_facts(grant(**update), NOW) == facts


def test_enter_presses_nothing_and_escape_closes(dialog: ToolsDialog) -> None:
    told: list[str] = []
    dialog.grant_revoked.connect(told.append)
    dialog.show_grants([grant()])
    click(dialog.grants["g1"].revoke_button)
    for widget in [dialog, *dialog.findChildren(QPushButton)]:
        QTest.keyClick(widget, Qt.Key.Key_Return)
    assert told == []
    assert dialog.isVisible()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_tools_and_grants_stay_literal_and_buttons_on_screen(
    qtbot: QtBot, dialog: ToolsDialog, text: str
) -> None:
    dialog.show_tools([ToolRow(text, text, (text, text), None, "ask", "admin")])
    dialog.show_grants([grant(tool=text, words=text)])
    row = dialog.grants["g1"]
    words = next(view for view in row.findChildren(LiteralView))
    qtbot.waitUntil(lambda: words.is_complete and row.revoke_button.isVisible(), timeout=20_000)
    hidden = "\u202e\u200b\x1b\x00\u2066\ufeff"
    for each in dialog.findChildren(QLabel):
        assert each.textFormat() == Qt.TextFormat.PlainText or not each.text()
        assert not any(character in each.text() for character in hidden)
    assert dialog.width() <= 800
    for pressed in (row.revoke_button, button(dialog, "Close")):
        assert pressed.isVisible()
        assert pressed.mapTo(dialog, pressed.rect().bottomRight()).x() < dialog.width()
        assert pressed.mapTo(dialog, pressed.rect().bottomRight()).y() < dialog.height()
    assert one_line_both_ends(text, 120) in row.revoke_button.accessibleName()
