"""Usage added up: by day, model, conversation and brain; an unknown price is never 0."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from desktop.engine.messages import Brain, ModelInfo, Usage
from desktop.engine.model_call import usage_event
from desktop.engine.store.ids import OFF_RECORD_PREFIX
from desktop.engine.store.store import Store
from desktop.engine.store.usage import Spent
from desktop.engine.usage_lines import UsageLine, as_csv, by_day, cost_words, totals, whole

MONDAY = date(2026, 11, 16)


def line(number: int, **changes: object) -> UsageLine:
    values: dict[str, object] = {
        "day": MONDAY + timedelta(days=number // 2),
        "provider": "gemini",
        "model": "gemini-3.8-flash",
        "brain": Brain.ORCHESTRATOR,
        "conversation_id": f"c_{number % 3}",
        "title": f"Title {number % 3}",
        "calls": 1,
        "input_tokens": 100,
        "output_tokens": 10,
        "cost_usd": 0.25,
    }
    return UsageLine.model_validate({**values, **changes})


def test_totals_by_anything_add_up_to_the_whole() -> None:
    lines = [line(number) for number in range(7)]
    for by in ("day", "model", "conversation", "brain"):
        found = totals(lines, by)
        assert sum(total.calls for total in found) == 7
        assert sum(total.cost_usd for total in found) == whole(lines).cost_usd == 1.75
    assert [total.key for total in totals(lines, "day")] == ["2026-11-19", "2026-11-18", "2026-11-17", "2026-11-16"]
    assert totals(lines, "conversation")[0].name == "Title 0"


def test_the_dearest_comes_first_and_brains_stand_apart() -> None:
    lines = [line(0), line(1, model="claude-sonnet-5-5", brain=Brain.RESPONDER, cost_usd=2.0)]
    assert [total.name for total in totals(lines, "model")] == ["claude-sonnet-5-5", "gemini-3.8-flash"]
    assert whole(lines).of_brain == {Brain.ORCHESTRATOR: 0.25, Brain.RESPONDER: 2.0}
    assert whole(lines).tokens_of_brain == {Brain.ORCHESTRATOR: 110, Brain.RESPONDER: 110}


def test_days_without_calls_are_there() -> None:
    days = by_day([line(0), line(5)], MONDAY - timedelta(days=1), MONDAY + timedelta(days=3))
    assert [day.calls for day in days] == [0, 1, 0, 1, 0]


@pytest.mark.parametrize(
    ("cost", "unpriced", "calls", "words"),
    [
        (0.0, 0, 3, "no cost"),
        (0.0, 3, 3, "unknown"),
        (0.5, 1, 3, "$0.5000 and 1 unknown"),
        (0.0, 1, 3, "no cost and 1 unknown"),
        (1234.5, 0, 3, "$1,234.50"),
        (0.0, 0, 0, "no cost"),
    ],
)
def test_an_unknown_price_is_never_nothing(cost: float, unpriced: int, calls: int, words: str) -> None:
    assert cost_words(cost, unpriced, calls) == words


def test_csv_says_unknown_by_an_empty_field_and_starts_no_formula() -> None:
    hostile = line(1, title="=HYPERLINK(1)", cost_usd=0.0, unpriced=1)
    rows = list(csv.DictReader(io.StringIO(as_csv([line(0), hostile]))))
    assert [row["cost_usd"] for row in rows] == ["0.25", ""]
    assert rows[1]["title"] == "'=HYPERLINK(1)"


async def test_what_a_call_off_the_record_wrote_to_the_cache_counts_too(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "cortex.sqlite3")
    spent = Spent(
        "c",
        "r",
        Brain.RESPONDER,
        ModelInfo(provider="anthropic", name="m", label="", host=""),
        Usage(input_tokens=10, cached_tokens=2, cache_write_tokens=7, output_tokens=1, cost_usd=0.5),
    )
    await store.usage.add_of(usage_event(spent), OFF_RECORD_PREFIX)
    (kept,) = await store.usage.lines()
    assert (kept.cached_tokens, kept.cache_write_tokens, kept.conversation_id) == (2, 7, "")
    await store.close()


async def test_the_store_groups_what_calls_took(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "cortex.sqlite3")
    conversation = await store.conversations.create("/nowhere", "chat")
    flash = ModelInfo(provider="gemini", name="gemini-3.8-flash", label="", host="")
    other = ModelInfo(provider="openai-compatible", name="strange", label="", host="example.org")
    for model, cost in ((flash, 0.5), (flash, 0.25), (other, None)):
        usage = Usage(input_tokens=10, cache_write_tokens=3, output_tokens=5, cost_usd=cost)
        await store.usage.add(Spent(conversation.id, "r_1", Brain.ORCHESTRATOR, model, usage))
    await store.usage.add(Spent(OFF_RECORD_PREFIX, OFF_RECORD_PREFIX, Brain.RESPONDER, flash, Usage(cost_usd=1.0)))
    await store.usage.add(Spent("c_deleted", "r_2", Brain.RESPONDER, flash, Usage(cost_usd=0.125)))
    lines = await store.usage.lines()
    assert whole(lines).calls == 5
    found = {(each.model, each.conversation_id): each for each in lines}
    assert found["gemini-3.8-flash", conversation.id].cost_usd == 0.75
    assert found["gemini-3.8-flash", conversation.id].calls == 2
    assert found["gemini-3.8-flash", conversation.id].cache_write_tokens == 6
    assert [event.cache_write_tokens for event in await store.usage.of_run("r_1")] == [3, 3, 3]
    assert found["strange", conversation.id].unpriced == 1
    assert {total.name for total in totals(lines, "conversation")} == {
        "New conversation",
        "Off the record",
        "Deleted conversations",
    }
    assert await store.usage.lines(datetime.now(UTC) + timedelta(hours=1)) == []
    assert await store.usage.cost_since(datetime.now(UTC) - timedelta(hours=1)) == 1.875
    await store.close()
