"""The budget dialog: what it says, and that no stray key spends money."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.views.budget_dialog import BudgetDialog

WORDS = "This run has cost $1.2000, and the next request at least $0.0300 more: over the budget of $1.00."


@pytest.fixture
def dialog(qtbot: QtBot) -> BudgetDialog:
    dialog = BudgetDialog(guard_ms=0)
    qtbot.addWidget(dialog)
    dialog.ask("r_1", "run", WORDS)
    qtbot.waitUntil(lambda: dialog.isVisible() and dialog.isActiveWindow())
    return dialog


def test_enter_and_escape_spend_nothing(dialog: BudgetDialog, qtbot: QtBot) -> None:
    told: list[tuple[str, str]] = []
    dialog.go_on_chosen.connect(lambda run_id, kind: told.append((run_id, kind)))
    QTest.keyClick(dialog.stay_button, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    dialog.ask("r_1", "run", WORDS)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert told == []


def test_going_on_is_told_with_its_run_and_budget(dialog: BudgetDialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(dialog.go_on_chosen) as told:
        dialog.go_on_button.click()
    assert told.args == ["r_1", "run"]
    assert not dialog.isVisible()


def test_a_fresh_dialog_hears_nothing_for_a_moment(qtbot: QtBot) -> None:
    dialog = BudgetDialog(guard_ms=60_000)
    qtbot.addWidget(dialog)
    dialog.ask("r_1", "day", WORDS)
    QTest.mouseClick(dialog.go_on_button, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()


def test_it_tells_a_screen_reader_all_of_it(dialog: BudgetDialog) -> None:
    assert dialog.accessibleDescription().startswith(WORDS)
    assert dialog.stay_button.hasFocus()
