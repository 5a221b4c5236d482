"""A disk without room: the run fails in words, nothing that was stored is lost, and it goes on when there is room."""

import asyncio
import sqlite3
from typing import Any

import pytest

from desktop.engine.errors import StoreFull
from desktop.engine.events import RunFailed
from desktop.engine.messages import CallState
from tests.bench import Bench, MakeBench
from tests.scripted import call, calls, forever, text


def fill_the_disk(bench: Bench) -> None:
    """No page more for the database: SQLite itself then says that the disk is full."""

    def work(db: sqlite3.Connection) -> None:
        db.execute("PRAGMA max_page_count = 1")  # the least it takes is what is there

    bench.store.database._worker.submit(work, bench.store.database._connection).result()


def free_the_disk(bench: Bench) -> None:
    connection = bench.store.database._connection
    bench.store.database._worker.submit(lambda: connection.execute("PRAGMA max_page_count = 1000000")).result()


LONG = "long " * 4000
"""More than fits into the pages that are there."""


async def test_a_full_disk_fails_the_run_in_words_and_loses_nothing(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "held_act", name="1")), text(LONG), text(LONG)))
    run_id = await bench.send(policies={"held_act": "allow"})
    await bench.workshop.begun("1")
    fill_the_disk(bench)
    bench.workshop.release("1")
    await bench.ended(run_id)
    failed = bench.events[-1]
    assert isinstance(failed, RunFailed)
    assert failed.error == f"There is no room left on the disk for {bench.path}."
    assert failed.action == "Free some space, then go on."
    assert await bench.states(run_id) == [CallState.DONE]
    free_the_disk(bench)
    bench.writer.then(text("Answer."))
    await bench.resume(run_id)
    assert bench.types[-1] == "run_finished"
    assert bench.workshop.acts == ["1"]


async def test_a_full_disk_in_a_read_says_so(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "held_look", name="1"), call("b", "held_look", name="2")),))
    run_id = await bench.send()
    await bench.workshop.begun("2")

    async def full(*args: Any, **kwargs: Any) -> None:
        raise StoreFull("There is no room left on the disk.", action="Free some space, then go on.")

    finish = bench.store.calls.finish
    bench.store.calls.finish = full  # type: ignore[method-assign, assignment]
    bench.workshop.release("1")
    await bench.ended(run_id)
    bench.store.calls.finish = finish  # type: ignore[method-assign]
    assert bench.events[-1] == RunFailed(
        run_id=run_id,
        error="There is no room left on the disk.",
        action="Free some space, then go on.",
        can_write_again=False,
    )
    assert "cancelled held_look 2" in bench.workshop.log


async def test_where_even_the_end_cannot_be_stored_it_is_told_and_the_run_goes_on_later(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text("S."),), writer=(text("Answer."), text("Answer.")))

    async def full(*args: Any, **kwargs: Any) -> None:
        raise StoreFull("There is no room left on the disk.", action="Free some space, then go on.")

    finish = bench.store.runs.finish
    bench.store.runs.finish = full  # type: ignore[method-assign]
    run_id = await bench.run()
    failed = bench.events[-1]
    assert isinstance(failed, RunFailed)
    assert failed.error == "There is no room left on the disk."
    assert failed.message is not None
    assert failed.message.text == "Answer."  # what came is not taken from the person
    assert (await bench.stored(run_id)).state == "running"  # nothing better could be stored
    bench.store.runs.finish = finish  # type: ignore[method-assign]
    await bench.resume(run_id)
    assert bench.types[-1] == "run_finished"


async def test_a_stop_that_cannot_be_stored_is_told(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text("S."),), writer=(forever("Half"), text("Answer.")))

    async def full(*args: Any, **kwargs: Any) -> None:
        raise StoreFull("There is no room left on the disk.", action="Free some space, then go on.")

    run_id = await bench.send()
    await bench.wait_for_type("answer_delta")
    finish = bench.store.runs.finish
    bench.store.runs.finish = full  # type: ignore[method-assign]
    await bench.session.stop(run_id)
    failed = bench.events[-1]
    assert isinstance(failed, RunFailed)
    assert failed.error.endswith("There is no room left on the disk.")
    bench.store.runs.finish = finish  # type: ignore[method-assign]
    await bench.resume(run_id)
    assert bench.types[-1] == "run_finished"


async def test_an_answer_is_whole_although_its_parts_could_not_be_kept_on_the_way(
    make_bench: MakeBench, caplog: pytest.LogCaptureFixture
) -> None:
    tried, go_on = asyncio.Event(), asyncio.Event()

    async def answer(say: Any, request: object) -> Any:
        say("Ans")
        await go_on.wait()
        say("wer.")
        return text("Answer.")

    async def full(*args: Any, **kwargs: Any) -> None:
        tried.set()
        raise StoreFull("There is no room left on the disk.")

    bench = await make_bench(gatherer=(text("S."),), writer=(answer,))
    bench.store.runs.save_partial = full  # type: ignore[method-assign]
    run_id = await bench.send()
    await tried.wait()
    go_on.set()
    await bench.ended(run_id)
    assert bench.types[-2:] == ["answer_finished", "run_finished"]
    assert "no room left" in caplog.text
