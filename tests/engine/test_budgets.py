"""Budgets: no model call is made past them, nothing is lost, and the person may go on."""

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop.engine.budgets import BudgetKind, raised, start_of_day
from desktop.engine.estimating import estimate
from desktop.engine.events import RunFailed, UsageReported
from desktop.engine.messages import Brain, ModelInfo, Usage
from desktop.engine.models.registry import ModelEntry, Registry, Role
from desktop.engine.requests import ModelTurn
from desktop.engine.store.ids import OFF_RECORD_PREFIX
from desktop.engine.store.records import RunOptions
from desktop.engine.store.run_briefs import briefs_of
from desktop.engine.store.usage import Spent
from tests.bench import Bench, MakeBench
from tests.scripted import ScriptedConnector, ScriptedModel, call, calls, text

FLASH = ModelInfo(provider="gemini", name="gemini-3.8-flash", label="Flash", host="example.org")
NAMELESS = ModelInfo(provider="openai-compatible", name="nobody-knows-it", label="Nameless", host="example.org")


class Priced(ScriptedModel):
    """A scripted model that costs what another one does."""

    def __init__(self, name: str, info: ModelInfo) -> None:
        super().__init__(name, ())
        self._info = info

    @property
    def info(self) -> ModelInfo:
        return self._info


def dear(turn: ModelTurn) -> ModelTurn:
    """A turn that took a million tokens."""
    return turn.model_copy(update={"usage": Usage(input_tokens=1_000_000, output_tokens=10)})


async def bench_of(make_bench: MakeBench, info: ModelInfo = FLASH) -> Bench:
    gatherer, writer = Priced("gatherer", info), Priced("writer", info)
    bench = await make_bench(connector=ScriptedConnector(gatherer=gatherer, writer=writer))
    bench.gatherer, bench.writer = gatherer, writer
    bench.session.runner = dataclasses.replace(bench.session.runner, all_usage=bench.store.usage)
    return bench


async def cost_of(bench: Bench) -> float:
    return sum(event.cost_usd or 0.0 for event in bench.told(UsageReported))


async def test_a_run_stops_before_the_call_that_would_pass_its_budget(make_bench: MakeBench) -> None:
    bench = await bench_of(make_bench)
    bench.gatherer.then(dear(calls(call("a", "act", name="1"))))
    run_id = await bench.run(policies={"act": "allow"}, run_budget_usd=0.01)
    failed = bench.events[-1]
    assert isinstance(failed, RunFailed)
    assert failed.over_budget == "run"
    assert await cost_of(bench) > 0.01
    assert failed.error.startswith(
        f"This run has cost ${await cost_of(bench):.4f}, and the next request at least $0.00"
    )
    assert failed.error.endswith("over the budget of $0.01.")
    assert len(bench.gatherer.requests) == 1
    assert bench.workshop.acts == ["1"]
    bench.gatherer.then(text("Summary."))
    bench.writer.then(text("Answer."))
    await bench.session.go_on_over_budget(run_id, "run")
    await bench.ended(run_id)
    assert bench.types[-1] == "run_finished"
    assert bench.workshop.acts == ["1"], "nothing is done twice"


async def test_a_raised_budget_is_reached_again(make_bench: MakeBench) -> None:
    bench = await bench_of(make_bench)
    bench.gatherer.then(dear(calls(call("a", "look", name="1"))))
    run_id = await bench.run(run_budget_usd=0.01)
    bench.gatherer.then(dear(calls(call("b", "look", name="2"))))
    await bench.session.go_on_over_budget(run_id, "run")
    await bench.ended(run_id)
    assert [event.over_budget for event in bench.told(RunFailed)] == ["run", "run"]
    assert len(bench.gatherer.requests) == 2


async def test_a_first_request_too_dear_is_not_sent(make_bench: MakeBench) -> None:
    bench = await bench_of(make_bench)
    await bench.run("word " * 400_000, run_budget_usd=0.01)
    assert isinstance(bench.events[-1], RunFailed)
    assert bench.gatherer.requests == []


async def test_the_day_counts_all_runs_and_those_off_the_record(make_bench: MakeBench) -> None:
    bench = await bench_of(make_bench)
    spent = Spent(OFF_RECORD_PREFIX, OFF_RECORD_PREFIX, Brain.RESPONDER, FLASH, Usage(cost_usd=2.0))
    await bench.store.usage.add(spent)
    run_id = await bench.run(day_budget_usd=2.0)
    failed = bench.events[-1]
    assert isinstance(failed, RunFailed)
    assert failed.over_budget == "day"
    assert failed.error.startswith("All runs of today have cost $2.0000")
    bench.gatherer.then(text("Summary."))
    bench.writer.then(text("Answer."))
    await bench.session.go_on_over_budget(run_id, "day")
    await bench.ended(run_id)
    assert bench.types[-1] == "run_finished"


async def test_a_model_of_unknown_price_asks_before_it_runs_under_a_budget(make_bench: MakeBench) -> None:
    bench = await bench_of(make_bench, NAMELESS)
    run_id = await bench.run(run_budget_usd=5.0)
    failed = bench.events[-1]
    assert isinstance(failed, RunFailed)
    assert failed.over_budget == "price"
    assert failed.error == "The price of Nameless is not known, so that no budget can hold for it."
    bench.gatherer.then(text("Summary."))
    bench.writer.then(text("Answer."))
    await bench.session.go_on_over_budget(run_id, "price")
    await bench.ended(run_id)
    assert bench.types[-1] == "run_finished"
    assert {event.cost_usd for event in bench.told(UsageReported)} == {None}


async def test_a_local_model_needs_no_budget(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text("Summary."),), writer=(text("Answer."),))
    await bench.run(run_budget_usd=0.000001, day_budget_usd=0.000001)
    assert bench.types[-1] == "run_finished"


@pytest.mark.parametrize("kind", ["run", "day", "price"])
async def test_after_a_restart_it_is_known_which_budget_was_reached_and_the_choice_holds(
    make_bench: MakeBench, kind: BudgetKind
) -> None:
    bench = await bench_of(make_bench, NAMELESS if kind == "price" else FLASH)
    of_run, of_day = (0.0, 0.01) if kind == "day" else (0.01, 0.0)
    run_id = await bench.run("word " * 400_000, run_budget_usd=of_run, day_budget_usd=of_day)
    await bench.restart()
    record = await bench.session.record(run_id)
    assert (record.state, record.over_budget) == ("failed", kind)
    (brief,) = await briefs_of(bench.store.database, record.conversation_id)
    assert brief.over_budget == kind
    bench.gatherer.then(text("Summary."))
    bench.writer.then(text("Answer."))
    await bench.session.go_on_over_budget(run_id, kind)
    await bench.ended(run_id)
    assert bench.types[-1] == "run_finished"
    assert (await bench.session.record(run_id)).over_budget == ""


async def test_going_on_makes_room_for_the_call_that_was_asked_about(make_bench: MakeBench) -> None:
    bench = await bench_of(make_bench)
    run_id = await bench.run("word " * 400_000, run_budget_usd=0.01)
    needed = (await bench.stored(run_id)).needed_usd
    assert needed > 0.02
    bench.gatherer.then(dear(text("Summary.")))
    await bench.session.go_on_over_budget(run_id, "run")
    await bench.ended(run_id)
    assert len(bench.gatherer.requests) == 1
    assert (await bench.stored(run_id)).options.run_budget_usd == pytest.approx(needed + 0.01)
    assert [event.over_budget for event in bench.told(RunFailed)] == ["run", "run"], "and asks once more for the next"


def test_raising_changes_only_what_was_asked_for() -> None:
    options = RunOptions(orchestrator="g", responder="w", root="/", run_budget_usd=1.0, day_budget_usd=5.0)
    assert raised(options, "run", 3.5).run_budget_usd == 4.5
    assert raised(options, "run", 0.2).run_budget_usd == 2.0
    assert raised(options, "day", 3.5) == options.model_copy(update={"day_budget_usd": 0.0})
    assert raised(options, "price", 3.5) == options.model_copy(update={"allow_unpriced": True})


def test_the_day_begins_at_this_machines_midnight() -> None:
    now = datetime(2026, 11, 22, 18, 6, tzinfo=UTC)
    midnight = start_of_day(now).astimezone()
    assert (midnight.hour, midnight.minute, midnight.second) == (0, 0, 0)
    assert 0 <= (now - start_of_day(now)).total_seconds() < 86_400


async def test_an_estimate_counts_both_brains_and_names_what_has_no_price(
    make_bench: MakeBench, tmp_path: Path
) -> None:
    bench = await make_bench()
    entries = [
        ModelEntry(key="flash", provider="gemini", name="gemini-3.8-flash", label="Flash"),
        ModelEntry(
            key="nameless",
            provider="openai-compatible",
            name="x",
            label="Nameless",
            base_url="http://h.test",
            context_tokens=200_000,
        ),
    ]
    registry = Registry(entries, [Role(name="chat", label="Chat", orchestrator="flash", responder="nameless")])
    runner = dataclasses.replace(bench.session.runner, registry=registry)
    options = bench.options(orchestrator="flash", responder="nameless")
    short = await estimate(runner, bench.store, None, "word", options)
    long = await estimate(runner, bench.store, None, "word " * 100_000, options)
    assert short.unpriced == long.unpriced == ("Nameless",)
    assert long.input_tokens - short.input_tokens == pytest.approx(2 * 125_000, rel=0.01)
    assert long.cost_usd > short.cost_usd > 0
    alone = await estimate(
        runner, bench.store, None, "word " * 100_000, bench.options(tools_enabled=False, responder="flash")
    )
    assert alone.unpriced == ()
    assert alone.input_tokens == pytest.approx(125_000, rel=0.01)
