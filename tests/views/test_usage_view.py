"""The view of usage and cost: what it says, what it asks for, what it exports."""

from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.engine.messages import Brain
from desktop.engine.usage_lines import UsageLine
from desktop.views import theme
from desktop.views.usage_chart import money, nice_top
from desktop.views.usage_view import UsageView

TODAY = date(2026, 11, 22)
GEMINI = UsageLine(
    day=TODAY, provider="gemini", model="gemini-3.8-flash", brain=Brain.ORCHESTRATOR, conversation_id="c_1",
    title="Launch", calls=3, input_tokens=3000, cache_write_tokens=700, output_tokens=300, cost_usd=0.5,
)  # fmt: skip
CLAUDE = UsageLine(
    day=TODAY - timedelta(days=2), provider="anthropic", model="claude-sonnet-5-5", brain=Brain.RESPONDER,
    conversation_id="c_2", title="Other <b>", calls=1, input_tokens=100, output_tokens=50, cost_usd=0.25,
)  # fmt: skip
UNPRICED = CLAUDE.model_copy(update={"model": "strange", "cost_usd": 0.0, "unpriced": 1})


@pytest.fixture
def view(qtbot: QtBot) -> UsageView:
    view = UsageView()
    qtbot.addWidget(view)
    view.show()
    view.show_lines([GEMINI, CLAUDE, UNPRICED], TODAY)
    return view


def cells(view: UsageView, column: int) -> list[str]:
    model = view.table.model()
    return [str(model.index(row, column).data()) for row in range(model.rowCount())]


def test_the_sum_never_takes_an_unknown_price_for_nothing(view: UsageView) -> None:
    assert view.sum.text() == "$0.7500 and 1 unknown · 3,600 tokens · 5 calls"
    view.show_lines([UNPRICED], TODAY)
    assert view.sum.text() == "cost unknown · 150 tokens · 1 call"
    assert cells(view, 7) == ["unknown"]


def test_the_table_groups_and_sorts(view: UsageView) -> None:
    assert cells(view, 0) == ["2026-11-22", "2026-11-20"]
    view.group.setCurrentText("By model")
    assert cells(view, 0) == ["gemini-3.8-flash", "claude-sonnet-5-5", "strange"]
    view.table.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    assert cells(view, 2) == ["100", "100", "3,000"]
    view.group.setCurrentText("By conversation")
    assert set(cells(view, 0)) == {"Launch", "Other <b>"}


def test_a_brain_can_be_looked_at_alone(view: UsageView) -> None:
    view.brain.setCurrentText("Orchestrator")
    assert view.sum.text() == "$0.5000 · 3,300 tokens · 3 calls"
    assert [line.model for line in view.lines] == ["gemini-3.8-flash"]


def test_a_time_is_asked_for(view: UsageView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.lines_wanted) as asked:
        view.span.setCurrentText("Last 7 days")
    assert asked.args == [date.today() - timedelta(days=6)]  # noqa: DTZ011
    with qtbot.waitSignal(view.lines_wanted) as asked:
        view.span.setCurrentText("All")
    assert asked.args == [None]


def test_the_plot_tells_of_each_day(view: UsageView) -> None:
    view.chart.resize(700, view.chart.height())
    words = {view.chart.words_at(x) for x in range(0, 700)}
    assert "" in words
    assert any(each.startswith("2026-11-22\n$0.5000\nOrchestrator: $0.50") for each in words)
    assert any(each.startswith("2026-11-20\n$0.2500 and 1 unknown") for each in words)
    assert "2026-11-21\nNo calls" in words
    assert view.chart.accessibleDescription() == "30 days; the dearest is 2026-11-22 with $0.50."


def test_where_no_price_is_known_the_plot_shows_tokens_and_says_so(view: UsageView) -> None:
    assert view.unknown.text().startswith("The price of 1 call is not known.")
    view.show_lines([UNPRICED], TODAY)
    assert view.unknown.text() == "No price is known: the plot shows tokens."
    assert view.chart.accessibleName() == "Tokens by day"
    assert view.chart.accessibleDescription() == "30 days; the largest is 2026-11-20 with 150."
    view.show_lines([GEMINI], TODAY)
    assert view.unknown.isHidden()
    assert view.chart.accessibleName() == "Cost by day"
    view.measure.setCurrentText("Plot of tokens")
    assert view.chart.accessibleDescription() == "30 days; the largest is 2026-11-22 with 3.3 k."


def test_a_day_whose_cost_is_partly_unknown_is_marked(view: UsageView, qtbot: QtBot) -> None:
    def ink() -> int:
        picture = view.chart.grab().toImage()
        wanted = theme.current_theme().warning.rgb()
        return sum(picture.pixel(x, y) == wanted for x in range(picture.width()) for y in range(picture.height()))

    assert ink() > 0
    view.show_lines([GEMINI, CLAUDE], TODAY)
    assert ink() == 0


def test_what_was_written_to_the_cache_has_a_column(view: UsageView) -> None:
    assert cells(view, 4) == ["700", "0"]


def test_nothing_to_show_is_said_and_no_empty_plot_is_drawn(view: UsageView) -> None:
    view.show_lines([], TODAY)
    assert view.chart.isHidden()
    assert view.table.isHidden()
    view.show_lines([GEMINI], TODAY)
    assert not view.chart.isHidden()


def test_what_is_shown_is_exported(view: UsageView, qtbot: QtBot) -> None:
    view.brain.setCurrentText("Responder")
    with qtbot.waitSignal(view.export_requested) as asked:
        view.export_button.click()
    assert asked.args == [(CLAUDE, UNPRICED)]
    view.show_lines([], TODAY)
    assert not view.export_button.isEnabled()
    assert view.sum.text() == "No model was called in this time."


@pytest.mark.parametrize(("value", "top"), [(0, 1), (0.013, 0.016), (0.9, 1), (1, 1), (2.2, 2.4), (70, 80), (9, 10)])
def test_axes_end_at_round_numbers(value: float, top: float) -> None:
    assert nice_top(value) == pytest.approx(top)


@pytest.mark.parametrize(("value", "words"), [(0, "$0.00"), (0.25, "$0.25"), (0.005, "$0.0050"), (1200, "$1,200.00")])
def test_amounts_have_the_digits_they_need(value: float, words: str) -> None:
    assert money(value) == words
