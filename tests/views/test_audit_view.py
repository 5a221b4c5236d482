"""The audit view: pages on demand, filters, a row in full, a check in words."""

import re
from typing import get_args

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.engine.audit import AuditEntry, AuditFilter, AuditPage, AuditReport, AuditStep
from desktop.engine.messages import CallState
from desktop.views import theme
from desktop.views.audit_filter_bar import GRANTS
from desktop.views.audit_table import ARGUMENTS, COLUMNS, DECIDED_BY, PAGE, STATE, STEP, TOOL, AuditModel
from desktop.views.audit_text import STEPS, facts_of, short_arguments, whole_arguments
from desktop.views.audit_view import AuditView
from tests.views.gallery_audit import entry, grant_entry, page

DISPLAY = Qt.ItemDataRole.DisplayRole


@pytest.fixture
def view(qtbot: QtBot) -> AuditView:
    widget = AuditView()
    qtbot.addWidget(widget)
    widget.open()
    return widget


def wants(view: AuditView) -> list[tuple[AuditFilter, int]]:
    """What the view asks for from now on."""
    asked: list[tuple[AuditFilter, int]] = []
    view.rows_wanted.connect(lambda wanted, offset: asked.append((wanted, offset)))
    return asked


def cells(view: AuditView, row: int) -> list[str]:
    model = view.table.model()
    return [model.index(row, column).data(DISPLAY) for column in range(len(COLUMNS))]


def test_title_and_names(view: AuditView) -> None:
    assert view.windowTitle() == "Audit"
    view.show_page(view.filters.wanted, page(3))
    names: dict[QWidget, str] = {
        view: "Audit",
        view.table: "Audit log",
        view.verify_button: "Verify",
        view.export_button: "Export",
        view.refresh_button: "Refresh",
        view.close_button: "Close",
        view.filters.search: "Search the audit log",
        view.filters.every_step: "Every step",
        view.details.arguments: "Arguments",
    }
    for widget, name in names.items():
        assert QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name) == name
    boxes = (view.filters.tool, view.filters.state, view.filters.decided_by, view.filters.time, view.filters.here)
    # On Linux a combo box's name is its text, to Qt.
    assert [box.accessibleName() for box in boxes] == ["Tool", "State", "Decided by", "Time", "Conversations"]


def test_enter_closes_and_exports_nothing(view: AuditView) -> None:
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert view.isVisible()
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert not view.isVisible()


def test_rows_are_shown_newest_first_and_the_newest_is_chosen(view: AuditView) -> None:
    asked = wants(view)
    view.refresh()
    assert asked == [(AuditFilter(), 0)]
    view.show_page(AuditFilter(), page(9))
    assert view.count.text() == "9 calls"
    shown = cells(view, 0)
    assert (shown[TOOL], shown[STATE], shown[DECIDED_BY]) == ("search_files", "cancelled", "—")
    assert cells(view, 1)[DECIDED_BY] == "Policy"
    assert cells(view, 4)[DECIDED_BY] == "You"
    assert cells(view, 2)[DECIDED_BY] == "Nobody yet"
    assert view.table.currentIndex().row() == 0
    assert view.details.facts["Call"] == "call_9"


def test_a_hundred_thousand_rows_are_asked_for_by_page(qtbot: QtBot, view: AuditView) -> None:
    asked = wants(view)
    view.show_page(AuditFilter(), page(100_000))
    assert view.table.model().rowCount() == 100_000
    for _ in range(3):
        view.table.verticalScrollBar().setValue(50_000)
        QApplication.processEvents()
    with qtbot.waitSignal(view.rows_wanted):
        view.table.viewport().repaint()
    qtbot.waitUntil(lambda: bool(asked))
    offsets = {offset for _, offset in asked}
    assert offsets <= {50_000 // PAGE * PAGE, 50_000 // PAGE * PAGE + PAGE}
    wanted, offset = asked[0]
    assert wanted == AuditFilter(up_to=100_000)  # pages fit together while the log grows
    assert cells(view, offset)[0] == "…"
    view.show_page(wanted, page(100_000, offset))
    assert cells(view, offset)[TOOL] == entry(100_000 - offset).tool
    asked.clear()
    assert cells(view, offset + 3)[TOOL]
    assert not asked


def test_what_scrolls_past_is_not_asked_for(qtbot: QtBot) -> None:
    model = AuditModel()
    asked: list[int] = []
    model.page_wanted.connect(asked.append)
    model.show_first(page(100_000))
    for row in range(0, 100_000, PAGE):
        model.entry(row)
    with qtbot.waitSignal(model.page_wanted):
        pass
    assert asked == [99_600, 99_800]


def test_only_some_pages_are_kept(qtbot: QtBot) -> None:
    model = AuditModel()
    model.show_first(page(100_000))
    for offset in range(PAGE, 40 * PAGE, PAGE):
        model.show_more(page(100_000, offset))
    assert model.entry(0) is None
    assert model.entry(39 * PAGE) == entry(100_000 - 39 * PAGE)


def test_the_model_keeps_qts_rules(qtbot: QtBot) -> None:
    model = AuditModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    model.show_first(page(450))
    model.show_more(page(450, 400))
    model.show_first(page(2))
    model.clear()
    assert model.rowCount() == 0
    assert tester.model() is model


def test_rows_of_a_filter_that_is_not_wanted_any_more_are_left(view: AuditView) -> None:
    old = view.filters.wanted
    view.filters.state.setCurrentText("Denied")
    view.show_page(old, page(9))
    assert view.table.model().rowCount() == 0
    view.show_page(AuditFilter(state=CallState.DENIED), page(1))
    assert view.count.text() == "1 call"


def test_each_field_filters(view: AuditView) -> None:
    asked = wants(view)
    view.show_tools(["read_file", "run_command"])
    view.show_conversation("c_1")
    view.filters.tool.setCurrentIndex(2)
    view.filters.decided_by.setCurrentText("You")
    view.filters.here.setCurrentText("This conversation")
    view.filters.every_step.setChecked(True)
    assert asked[-1][0] == AuditFilter(tool="run_command", decided_by="person", conversation_id="c_1", every_step=True)
    view.filters.decided_by.setCurrentText("Nobody")
    assert asked[-1][0].decided_by == ""
    view.filters.time.setCurrentText("Last 7 days")
    assert asked[-1][0].since is not None
    view.show_tools(["read_file", "run_command", "save_note"])
    assert view.filters.tool.currentData() == "run_command"
    count = len(asked)
    view.show_tools(["read_file"])
    assert view.filters.tool.currentText() == "All tools"
    assert len(asked) == count  # what is offered is no wish of the person


def test_typing_is_waited_out(qtbot: QtBot, view: AuditView) -> None:
    asked = wants(view)
    with qtbot.waitSignal(view.rows_wanted):
        QTest.keyClicks(view.filters.search, "rm -rf")
    assert [wanted.text for wanted, _ in asked] == ["rm -rf"]
    QTest.keyClicks(view.filters.search, "!")
    QTest.keyClick(view.filters.search, Qt.Key.Key_Return)
    assert [wanted.text for wanted, _ in asked] == ["rm -rf", "rm -rf!"]
    assert view.isVisible()


def test_a_conversation_is_offered_only_where_one_is_open(view: AuditView) -> None:
    assert not view.filters.here.isVisible()
    view.show_conversation("c_1")
    assert view.filters.here.isVisible()
    view.filters.here.setCurrentIndex(1)
    view.show_conversation(None)
    assert view.filters.wanted.conversation_id is None


def test_steps_have_a_column_where_all_are_listed(view: AuditView) -> None:
    view.show_page(view.filters.wanted, page(3))
    assert view.table.isColumnHidden(STEP)
    view.filters.every_step.setChecked(True)
    view.show_page(view.filters.wanted, page(3))
    assert not view.table.isColumnHidden(STEP)
    assert view.count.text() == "3 rows"


def test_a_row_is_shown_in_full_and_literally(view: AuditView) -> None:
    view.show_page(view.filters.wanted, page(10))
    view.table.selectRow(0)
    assert view.details.arguments.raw_text == whole_arguments(entry(10))
    assert "‹U+202E›" in view.details.arguments.toPlainText()  # noqa: RUF001 - a mark
    view.table.selectRow(9)
    facts = view.details.facts
    assert (facts["Decision"], facts["Reason"], facts["Decided by"]) == ("Denied", "Not that one.", "You")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.250", facts["Finished"])
    assert facts["Chained"] == "with the key"
    assert "Took" not in facts


def test_foreign_text_cannot_deceive(view: AuditView) -> None:
    evil = entry(1).model_copy(
        update={"tool": "a\u202eb<b>c</b>", "model": "x\u200by", "arguments": "{broken \u202e", "decision": "hm\u202e"}
    )
    view.show_page(view.filters.wanted, AuditPage(entries=(evil,), offset=0, total=1, up_to=1))
    shown = cells(view, 0)
    assert shown[TOOL] == "a‹U+202E›b<b>c</b>"  # noqa: RUF001
    assert shown[ARGUMENTS] == "{broken ‹U+202E›"  # noqa: RUF001
    assert view.details.facts["Model"] == "x‹U+200B›y"  # noqa: RUF001
    assert view.details.facts["Decision"] == "hm‹U+202E›"  # noqa: RUF001
    tip = view.table.model().index(0, TOOL).data(Qt.ItemDataRole.ToolTipRole)
    assert "<b>" not in tip


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        ('{"kind":"allow_once"}', {"Decision": "Allowed once"}),
        (
            '{"kind":"allow_always","scope":{"kind":"tool"}}',
            {"Decision": "Always allowed", "Scope": "write_file with whatever arguments"},
        ),
        (
            '{"kind":"allow_always","scope":{"kind":"command","words":["git","status"],"more":true}}',
            {"Scope": "write_file beginning with `git status`"},
        ),
        ('{"kind":"allow_always","scope":{"kind":"of_the_future"}}', {"Scope": '{"kind": "of_the_future"}'}),
        ('{"kind":"of_the_future"}', {"Decision": '{"kind":"of_the_future"}'}),
        ("[]", {"Decision": "[]"}),
    ],
)
def test_a_decision_is_said_in_words(decision: str, words: dict[str, str]) -> None:
    facts = dict(facts_of(entry(10).model_copy(update={"decision": decision})))
    assert words.items() <= facts.items()


def test_arguments_that_are_no_object_are_shown_as_they_are() -> None:
    odd: AuditEntry = entry(1).model_copy(update={"arguments": "[1]"})
    assert (short_arguments(odd), whole_arguments(odd)) == ("[1]", "[1]")


def test_the_chosen_call_stays_chosen(view: AuditView) -> None:
    view.show_page(view.filters.wanted, page(9))
    view.table.selectRow(4)
    view.refresh()
    view.show_page(view.filters.wanted, page(12))
    assert view.table.currentIndex().row() == 7
    assert view.details.facts["Call"] == "call_5"


def test_nothing_is_said_in_words(view: AuditView) -> None:
    view.show_page(view.filters.wanted, page(0))
    assert not view.table.isVisible()
    assert view._nothing.text().startswith("No tool was called yet.")
    assert not view.export_button.isEnabled()
    view.filters.state.setCurrentText("Denied")
    view.show_page(view.filters.wanted, AuditPage(entries=(), offset=0, total=0, up_to=7))
    assert view._nothing.text() == "Nothing fits this filter."


def test_a_check_is_asked_for_once_and_told_in_words(qtbot: QtBot, view: AuditView) -> None:
    with qtbot.waitSignal(view.verify_requested):
        view.verify_button.click()
    assert not view.verify_button.isEnabled()
    view.show_report(AuditReport(ok=False, rows=9, checked=4, first_bad=5, problem="Row 5 is missing."))
    assert view.verify_button.isEnabled()
    assert view.report.text.text() == ("The audit log is not intact. Row 5 is missing. 4 rows before that are right.")
    view.show_report(AuditReport(ok=True, rows=9, checked=9, unproven=("What <b>follows</b> cannot be seen.",)))
    assert view.report.text.text().endswith("What <b>follows</b> cannot be seen.")
    assert view.report.text.textFormat() == Qt.TextFormat.PlainText


def test_what_is_exported_is_what_is_filtered(qtbot: QtBot, view: AuditView) -> None:
    view.filters.state.setCurrentText("Denied")
    view.show_page(view.filters.wanted, page(3))
    with qtbot.waitSignal(view.export_requested) as told:
        view.export_button.click()
    assert told.args == [AuditFilter(state=CallState.DENIED)]
    view.allow_export(False)
    view.show_page(view.filters.wanted, page(3))
    assert not view.export_button.isEnabled()


def test_a_problem_lets_pages_be_asked_for_again(qtbot: QtBot, view: AuditView) -> None:
    asked = wants(view)
    view.show_page(AuditFilter(), page(1000))
    with qtbot.waitSignal(view.rows_wanted):
        assert cells(view, 500)[0] == "…"
    view.show_problem("The database could not be read.")
    assert view.report.isVisible()
    with qtbot.waitSignal(view.rows_wanted):
        assert cells(view, 500)[0] == "…"
    assert [offset for _, offset in asked] == [400, 400]


def test_icons_follow_the_theme(qapp: QApplication, view: AuditView) -> None:
    view.show_page(view.filters.wanted, page(3))
    index = view.table.model().index(0, STATE)
    before = index.data(Qt.ItemDataRole.DecorationRole).toImage()
    theme.apply(qapp, "dark")
    assert index.data(Qt.ItemDataRole.DecorationRole).toImage() != before


def test_every_step_has_words() -> None:
    assert set(STEPS) == set(get_args(AuditStep))


def grants_page(*numbers: int) -> AuditPage:
    """A page of grants alone."""
    entries = tuple(grant_entry(number) for number in numbers)
    return AuditPage(entries=entries, offset=0, total=len(entries), grants=len(entries), up_to=99)


@pytest.mark.parametrize(
    ("number", "state", "decider"), [(0, "granted", "You"), (17, "used up", "Grant"), (34, "revoked", "You")]
)
def test_a_grant_reads_as_what_it_covers(view: AuditView, number: int, state: str, decider: str) -> None:
    view.show_page(view.filters.wanted, grants_page(number))
    words = "write_file anywhere under /home/ada/Documents/Cortex"
    shown = cells(view, 0)
    assert (shown[TOOL], shown[ARGUMENTS], shown[STATE], shown[DECIDED_BY]) == ("write_file", words, state, decider)
    assert view.details.arguments.raw_text == words
    facts = view.details.facts
    assert facts[f"{state.capitalize()} by"] == ("Its last use" if state == "used up" else "You")
    assert facts["Uses"] == "5"
    assert facts["Until"].startswith("2027-")
    assert "Model" not in facts
    assert "Run" not in facts


def test_grants_are_not_counted_as_calls(view: AuditView) -> None:
    view.show_page(AuditFilter(), grants_page(0))
    assert view.count.text() == "1 grant"
    view.show_page(view.filters.wanted, page(17))
    assert view.count.text() == "1 grant"  # of a filter that is not wanted any more
    view.refresh()
    view.show_page(AuditFilter(), page(17))
    assert view.count.text() == "16 calls, 1 grant"


def test_grants_alone_can_be_wanted(view: AuditView) -> None:
    asked = wants(view)
    view.filters.state.setCurrentIndex(view.filters.state.findText(GRANTS))
    assert asked == [(AuditFilter(kind="grant"), 0)]


def test_a_damaged_grant_is_shown_as_it_is(view: AuditView) -> None:
    damaged = grant_entry(0).model_copy(update={"arguments": '{"uses":"many","expires_at":"soon"}'})
    assert short_arguments(damaged) == '{"uses": "many", "expires_at": "soon"}'
    assert dict(facts_of(damaged))["Until"] == "soon"
    assert whole_arguments(damaged.model_copy(update={"arguments": "{damaged"})) == "{damaged"
