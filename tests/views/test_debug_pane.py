import pytest
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtWidgets import QListWidget, QPushButton, QTableWidget
from pytestqt.qtbot import QtBot

from desktop.engine.events import HandoffMessage, UsageReported
from desktop.engine.messages import Brain, Usage
from desktop.views.debug_pane import DebugPane
from desktop.views.debug_tables import RoundList, TimeLine
from desktop.views.literal_view import LiteralView
from desktop.views.message_details import tokens_text
from tests.views.finding import child
from tests.views.gallery_panes import run_record


@pytest.fixture
def pane(qtbot: QtBot) -> DebugPane:
    view = DebugPane()
    qtbot.addWidget(view)
    view.show()
    return view


def text(pane: DebugPane, name: str) -> LiteralView:
    """A text, its tab opened."""
    found = next(view for view in pane.findChildren(LiteralView) if view.accessibleName() == name)
    for index in range(pane.tabs.count()):
        tab = pane.tabs.widget(index)
        if tab is not None and tab.isAncestorOf(found):
            pane.tabs.setCurrentIndex(index)
    return found


def usage(cost: float | None, brain: Brain = Brain.RESPONDER) -> UsageReported:
    return UsageReported(
        run_id="r", brain=brain, model="m", input_tokens=1200, cached_tokens=1000, output_tokens=34, cost_usd=cost
    )


def cells(pane: DebugPane) -> list[list[str]]:
    table = child(pane, QTableWidget)
    found = []
    for row in range(table.rowCount()):
        items = [table.item(row, column) for column in range(table.columnCount())]
        found.append([item.text() if item is not None else "" for item in items])
    return found


def test_pane_texts_and_tabs_have_their_names(pane: DebugPane) -> None:
    interface = QAccessible.queryAccessibleInterface(pane)
    assert interface.role() == QAccessible.Role.Pane
    assert interface.text(QAccessible.Text.Name) == "Debug"
    assert [pane.tabs.tabText(n) for n in range(pane.tabs.count())] == [
        "Summary", "Handoff", "Rounds", "Time line", "Usage",
    ]  # fmt: skip
    for name in ("Summary", "Handoff"):
        field = QAccessible.queryAccessibleInterface(text(pane, name))
        assert field.role() == QAccessible.Role.EditableText
        assert field.text(QAccessible.Text.Name) == name
        assert text(pane, name).isReadOnly()


def test_handoff_is_shown_exactly_under_role_headers(pane: DebugPane) -> None:
    pane.set_handoff([HandoffMessage(role="system", text="Be kind.\n"), HandoffMessage(role="user", text="<b>[1]</b>")])
    assert text(pane, "Handoff").toPlainText() == "── system ──\nBe kind.\n\n\n── user ──\n<b>[1]</b>"


def test_a_text_is_put_together_when_its_tab_is_opened(pane: DebugPane) -> None:
    handoff = next(view for view in pane.findChildren(LiteralView) if view.accessibleName() == "Handoff")
    pane.set_handoff([HandoffMessage(role="user", text="first")])
    pane.set_handoff([HandoffMessage(role="user", text="second")])
    assert handoff.raw_text == ""
    assert text(pane, "Handoff") is handoff
    assert handoff.toPlainText() == "── user ──\nsecond"
    pane.clear()
    assert handoff.raw_text == ""


def test_rounds_show_what_was_sent_and_came(pane: DebugPane) -> None:
    pane.show_run(run_record())
    rounds = child(pane, RoundList)
    assert rounds.count() == 3
    rounds.setCurrentRow(0)
    shown = text(pane, "Round").toPlainText()
    for part in ("You gather facts.", '"What do my notes say?"', "read_file: Reads a file.", '"parts": []'):
        assert part in shown


def test_the_newest_round_is_shown_unless_another_was_chosen(pane: DebugPane) -> None:
    records = run_record().rounds
    rounds = child(pane, RoundList)
    pane.set_rounds(records[:1])
    pane.set_rounds(records[:2])
    assert rounds.currentRow() == 1
    rounds.setCurrentRow(0)
    pane.set_rounds(records)
    assert rounds.currentRow() == 0


def test_unknown_price_is_said_and_summed_as_a_lower_bound(pane: DebugPane) -> None:
    pane.add_usage(usage(0.01, Brain.ORCHESTRATOR))
    assert cells(pane) == [["Gathers", "m", "1,200", "1,000", "34", "$0.0100"]]
    pane.add_usage(usage(None))
    assert cells(pane) == [
        ["Gathers", "m", "1,200", "1,000", "34", "$0.0100"],
        ["Writes", "m", "1,200", "1,000", "34", "unknown"],
        ["Total", "", "2,400", "2,000", "68", "≥ $0.0100"],
    ]
    pane.add_usage(usage(0.02))
    assert [row[0] for row in cells(pane)] == ["Gathers", "Writes", "Writes", "Total"]


def test_moments_stand_with_their_time(pane: DebugPane) -> None:
    pane.add_moment("Round 1", 0)
    pane.add_moment("Waits\nfor you", 4230)
    line: QListWidget = child(pane, TimeLine)
    assert [line.item(row).text() for row in range(line.count())] == ["0 ms Round 1", "4.2 s Waits for you"]


def test_summary_is_copied_as_it_came(qtbot: QtBot, pane: DebugPane) -> None:
    pane.set_summary("a\u200bb")
    next(each for each in pane.findChildren(QPushButton) if each.accessibleName() == "Copy summary").click()
    assert QGuiApplication.clipboard().text() == "a\u200bb"
    assert text(pane, "Summary").toPlainText() == "a‹U+200B›b"  # noqa: RUF001


def test_clear_leaves_nothing(pane: DebugPane) -> None:
    pane.show_run(run_record())
    pane.add_usage(usage(0.1))
    pane.add_moment("x", 1)
    pane.clear()
    assert text(pane, "Summary").toPlainText() == text(pane, "Handoff").toPlainText() == ""
    assert child(pane, RoundList).count() == child(pane, TimeLine).count() == 0
    assert cells(pane) == []


def test_tokens_read_from_the_cache_and_written_to_it_are_told_apart() -> None:
    usage = Usage(input_tokens=3212, cached_tokens=3000, cache_write_tokens=200, output_tokens=90)
    assert tokens_text(usage) == "3,212 (3,000 from cache, 200 to cache) → 90 tokens"
    assert tokens_text(Usage(input_tokens=5, output_tokens=1)) == "5 → 1 tokens"
