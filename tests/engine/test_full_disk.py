"""A disk without room: the run fails in words, nothing that was stored is lost, and it goes on when there is room."""

import asyncio
import sqlite3
from typing import Any

import pytest

from desktop.engine.errors import StoreBusy, StoreError, StoreFull
from desktop.engine.events import RunEndStored, RunFailed
from desktop.engine.messages import CallState
from desktop.engine.store.reserve import RESERVE_BYTES
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


async def test_an_answer_is_whole_although_another_program_had_the_database_locked_on_the_way(
    make_bench: MakeBench, caplog: pytest.LogCaptureFixture
) -> None:
    tried, go_on = asyncio.Event(), asyncio.Event()

    async def answer(say: Any, request: object) -> Any:
        say("Ans")
        await go_on.wait()
        say("wer.")
        return text("Answer.")

    async def locked(*args: Any, **kwargs: Any) -> None:
        tried.set()
        raise StoreBusy("The database is locked.")

    bench = await make_bench(gatherer=(text("S."),), writer=(answer,))
    bench.store.runs.save_partial = locked  # type: ignore[method-assign]
    run_id = await bench.send()
    await tried.wait()
    go_on.set()
    await bench.ended(run_id)
    assert bench.types[-2:] == ["answer_finished", "run_finished"]
    assert "The database is locked." in caplog.text


def no_room(bench: Bench, *, also_at_the_end: bool = False) -> None:
    """What streams cannot be stored any more; nor, where there is no reserve, the end of the run."""

    async def full(*args: Any, **kwargs: Any) -> None:
        raise StoreFull("There is no room left on the disk.", action="Free some space, then go on.")

    bench.store.runs.save_partial = full  # type: ignore[method-assign]
    if also_at_the_end:
        bench.store.runs.finish = full  # type: ignore[method-assign]


def room(bench: Bench) -> None:
    """All can be stored again."""
    for name in ("save_partial", "finish"):
        bench.store.runs.__dict__.pop(name, None)


async def test_an_answer_that_cannot_be_stored_any_more_stops_at_once_and_what_came_is_kept(
    make_bench: MakeBench,
) -> None:
    bench = await make_bench(gatherer=(text("S."),), writer=(forever("Half"),))
    no_room(bench)
    run_id = await bench.send()
    await bench.ended(run_id)  # although the model would write for ever
    failed = bench.events[-1]
    assert isinstance(failed, RunFailed)
    assert (failed.error, failed.action) == ("There is no room left on the disk.", "Free some space, then go on.")
    assert (failed.is_stored, failed.can_write_again) == (True, True)
    run = await bench.stored(run_id)
    assert (run.state, run.error) == ("failed", "There is no room left on the disk.")
    assert (await bench.store.conversations.messages(run.conversation_id))[-1] == failed.message
    assert failed.message is not None
    assert failed.message.text == "Half"


async def test_gathering_that_cannot_be_stored_any_more_stops_at_once(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(forever("Hm"),))
    no_room(bench)
    run_id = await bench.send()
    await bench.ended(run_id)
    assert bench.types[-1] == "run_failed"
    assert (await bench.stored(run_id)).state == "failed"


async def test_a_fault_of_the_disk_stops_the_run_too(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text("S."),), writer=(forever("Half"),))
    run_id = await bench.send()
    await bench.wait_for_type("handoff_ready")
    connection = bench.store.database._connection
    bench.store.database._worker.submit(lambda: connection.execute("PRAGMA query_only = ON")).result()  # as read-only
    await bench.ended(run_id)
    failed = bench.events[-1]
    assert isinstance(failed, RunFailed)
    assert "readonly database" in failed.error
    assert not failed.is_stored
    bench.store.database._worker.submit(lambda: connection.execute("PRAGMA query_only = OFF")).result()
    await bench.wait_for_type("run_end_stored")


async def test_an_end_that_could_not_be_stored_is_stored_as_soon_as_there_is_room(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text("S."),), writer=(forever("Half"),))
    no_room(bench, also_at_the_end=True)
    run_id = await bench.send()
    await bench.ended(run_id)
    failed = bench.events[-1]
    assert isinstance(failed, RunFailed)
    assert not failed.is_stored
    assert failed.message is not None
    run = await bench.stored(run_id)
    assert bench.session.unkept.conversations == {run.conversation_id}
    record = await bench.session.record(run_id)
    assert (record.state, record.answer, record.is_stored) == ("failed", "Half", False)
    with pytest.raises(StoreError, match="no room"):
        await bench.send("Another.", run.conversation_id)
    room(bench)
    stored = await bench.wait_for_type("run_end_stored")
    assert isinstance(stored, RunEndStored)
    assert stored.message is not None
    assert (stored.message.id, stored.message.text) == (failed.message.id, "Half")
    assert bench.types.count("run_failed") == 1
    assert (await bench.stored(run_id)).state == "failed"
    assert (await bench.session.record(run_id)).is_stored
    assert (await bench.store.conversations.messages(run.conversation_id))[-1] == stored.message
    assert not bench.session.unkept.conversations


async def test_an_end_that_could_not_be_stored_is_stored_when_the_program_closes(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text("S."),), writer=(forever("Half"),))
    no_room(bench, also_at_the_end=True)
    run_id = await bench.send()
    await bench.ended(run_id)
    room(bench)
    await bench.restart()
    run = await bench.stored(run_id)
    assert run.state == "failed"
    assert (await bench.store.conversations.messages(run.conversation_id))[-1].text == "Half"


async def test_the_end_of_a_run_and_a_draft_take_the_room_that_is_kept_for_them(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text("S."),), writer=(forever("Half"),))
    reserve = bench.path.with_name("cortex.sqlite3.reserve")
    run_id = await bench.send()
    await bench.wait_for_type("answer_delta")
    assert reserve.stat().st_size == RESERVE_BYTES
    conversation_id = (await bench.stored(run_id)).conversation_id
    fill_the_disk(bench)
    with pytest.raises(StoreFull):
        await bench.store.notes.save_note("A note", LONG)
    assert reserve.exists()  # it is for what is on the screen
    with pytest.raises(StoreFull):
        await bench.store.conversations.set_draft(conversation_id, LONG)
    assert not reserve.exists()
    free_the_disk(bench)
    await bench.session.stop(run_id)
