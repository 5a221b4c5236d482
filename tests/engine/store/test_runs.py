"""Runs in the store: one process works on a run, and what a process left behind is found again."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from desktop.engine.errors import DecisionRejected, RunBusy, RunNotFound, StoreDamaged, UnknownName
from desktop.engine.gate import AllowOnce, Deny, Policy
from desktop.engine.messages import Brain, CallState, Message, ToolCall
from desktop.engine.requests import ModelTurn
from desktop.engine.store.owner import is_alive, this_process
from desktop.engine.store.records import RunOptions, RunState, StoredCall
from desktop.engine.store.store import Store
from tests.bench import until

OPTIONS = RunOptions(orchestrator="gatherer", responder="writer", root="/tmp")
WAITING: tuple[RunState, ...] = ("waiting",)
WAITING_OR_FAILED: tuple[RunState, ...] = ("waiting", "failed")
ROOT = Path(__file__).parents[3]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(tmp_path / "cortex.sqlite3")
    yield store
    await store.close()


async def begun(store: Store, *calls: StoredCall) -> str:
    """A run at work, with a first round of these calls."""
    conversation = await store.conversations.create("/tmp")
    run_id, _ = await store.runs.create(conversation.id, "Do it.", OPTIONS)
    if calls:
        await store.calls.add_round(run_id, 1, ModelTurn(), calls)
    return run_id


def stored(call_id: str, ruling: Policy = Policy.ASK, *, side_effects: bool = True) -> StoredCall:
    return StoredCall(
        call=ToolCall(id=call_id, tool="act"), round=1, side_effects=side_effects, ruling=ruling, binding="bound"
    )


async def orphan(store: Store, run_id: str) -> None:
    """As if the process that works on the run had been killed."""
    await store.database.write(lambda db: db.execute("UPDATE runs SET owner = '1:0.00' WHERE id = ?", (run_id,)))


async def states(store: Store, run_id: str) -> list[CallState]:
    return [call.state for past in await store.calls.rounds(run_id) for call in past.calls]


async def test_a_run_keeps_what_it_was_begun_with(store: Store) -> None:
    conversation = await store.conversations.create("/tmp")
    options = OPTIONS.model_copy(update={"policies": {"act": Policy.BLOCK}, "tools": ("act",), "max_rounds": 3})
    run_id, message = await store.runs.create(conversation.id, "Do it.", options)
    run = await store.runs.get(run_id)
    assert (run.options, run.request, run.state) == (options, "Do it.", "running")
    assert await store.conversations.messages(conversation.id) == [message]


async def test_one_of_two_claims_wins(store: Store, tmp_path: Path) -> None:
    run_id = await begun(store, stored("a"))
    await store.runs.pause(run_id)
    other = await Store.open(tmp_path / "cortex.sqlite3")
    await other.runs.claim(run_id, WAITING)
    with pytest.raises(RunBusy, match="already at work"):
        await store.runs.claim(run_id, WAITING)
    await other.close()


CLAIM = """
import asyncio, sys
from pathlib import Path
from desktop.engine.errors import RunBusy
from desktop.engine.store.store import Store

async def main(path, run_id):
    store = await Store.open(Path(path))
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        await store.runs.claim(run_id, ("waiting",))
        print("won", flush=True)
    except RunBusy:
        print("lost", flush=True)
    sys.stdin.readline()
    await store.close()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_one_of_several_processes_wins_a_run(store: Store, tmp_path: Path) -> None:
    run_id = await begun(store, stored("a"))
    await store.runs.pause(run_id)
    command = [sys.executable, "-c", CLAIM, os.fspath(tmp_path / "cortex.sqlite3"), run_id]
    pipe = subprocess.PIPE
    processes = [
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT)  # noqa: ASYNC220 - a test may block
        for _ in range(3)
    ]
    said = []
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        assert process.stdout is not None
        said.append(process.stdout.readline().strip())
    for process in processes:
        process.communicate("\n", timeout=20)
    assert sorted(said) == ["lost", "lost", "won"]
    assert await store.runs.recover() == [run_id]  # the winner has gone
    await store.runs.claim(run_id, WAITING)


async def test_a_claim_names_the_states_it_takes(store: Store) -> None:
    run_id = await begun(store)
    await store.runs.finish(run_id, "done", None)
    with pytest.raises(RunBusy, match="This run is done"):
        await store.runs.claim(run_id, WAITING_OR_FAILED)
    with pytest.raises(RunNotFound):
        await store.runs.claim("r_none", WAITING)


async def test_a_run_of_a_living_process_is_left_to_it(store: Store) -> None:
    run_id = await begun(store)
    assert await store.runs.recover() == []
    assert (await store.runs.get(run_id)).state == "running"


async def test_recovery_finds_a_run_at_the_gate_waiting(store: Store) -> None:
    run_id = await begun(store, stored("a"))
    await orphan(store, run_id)
    assert await store.runs.recover() == [run_id]
    assert (await store.runs.get(run_id)).state == "waiting"
    assert [one[0] for one in await store.runs.unfinished()] == [run_id]


async def test_recovery_closes_side_effects_under_way_as_unknown_and_lets_reads_wait(store: Store) -> None:
    calls = (
        stored("a", Policy.ALLOW),
        stored("b", Policy.ALLOW, side_effects=False),
        stored("c", Policy.ALLOW),
    )
    run_id = await begun(store, *calls)
    await store.calls.start(run_id, calls[0])
    await store.calls.start(run_id, calls[1])
    await orphan(store, run_id)
    await store.runs.recover()
    assert await states(store, run_id) == [CallState.UNKNOWN, CallState.WAITING, CallState.WAITING]
    assert (await store.runs.get(run_id)).state == "interrupted"


async def test_recovery_keeps_a_cut_answer_once(store: Store) -> None:
    run_id = await begun(store)
    await store.runs.save_partial(run_id, Brain.RESPONDER, "Half an ans")
    await orphan(store, run_id)
    await store.runs.recover()
    assert await store.runs.recover() == []
    conversation = (await store.runs.get(run_id)).conversation_id
    texts = [(one.role, one.text) for one in await store.conversations.messages(conversation)]
    assert texts == [("user", "Do it."), ("assistant", "Half an ans")]


async def test_recovery_makes_no_message_of_what_the_orchestrator_wrote(store: Store) -> None:
    run_id = await begun(store)
    await store.runs.save_partial(run_id, Brain.ORCHESTRATOR, "I thi")
    await orphan(store, run_id)
    await store.runs.recover()
    conversation = (await store.runs.get(run_id)).conversation_id
    assert [one.role for one in await store.conversations.messages(conversation)] == ["user"]


async def test_partial_text_of_a_run_that_has_ended_is_not_kept(store: Store) -> None:
    run_id = await begun(store)
    await store.runs.finish(run_id, "done", None)
    await store.runs.save_partial(run_id, Brain.RESPONDER, "late")
    assert (await store.runs.get(run_id)).partial_text == ""


async def test_a_run_ends_once(store: Store) -> None:
    run_id = await begun(store, stored("a"))
    message = Message(id="m1", role="assistant", text="Done.", run_id=run_id)
    closed = await store.runs.finish(run_id, "stopped", message)
    assert [call.state for call in closed or ()] == [CallState.CANCELLED]
    assert await store.runs.finish(run_id, "done", message.model_copy(update={"id": "m2"})) is None
    assert (await store.runs.get(run_id)).state == "stopped"


async def test_a_call_starts_only_with_leave(store: Store) -> None:
    asked, denied, allowed = stored("a"), stored("b"), stored("c")
    run_id = await begun(store, asked, denied, allowed)
    await store.calls.decide(run_id, "b", Deny(), "bound")
    await store.calls.decide(run_id, "c", AllowOnce(), "bound")
    for call in (asked, denied, allowed.model_copy(update={"binding": "other"})):
        with pytest.raises(DecisionRejected, match="may not start"):
            await store.calls.start(run_id, call)
    await store.calls.start(run_id, allowed)
    with pytest.raises(DecisionRejected, match="may not start"):
        await store.calls.start(run_id, allowed)  # leave was for once


async def test_a_run_of_an_unknown_schema_is_refused_in_words(store: Store) -> None:
    run_id = await begun(store)
    await store.database.write(
        lambda db: db.execute("UPDATE runs SET options = json_replace(options, '$.version', 99)")
    )
    with pytest.raises(StoreDamaged, match="cannot be read") as refused:
        await store.runs.get(run_id)
    assert refused.value.action


@pytest.mark.parametrize("column", ["arguments", "reasons", "state", "decision"])
async def test_a_call_that_is_damaged_is_refused_in_words(store: Store, column: str) -> None:
    run_id = await begun(store, stored("a"))
    await store.database.write(lambda db: db.execute(f"UPDATE calls SET {column} = '{{'"))
    with pytest.raises(StoreDamaged, match="cannot be read"):
        await store.calls.rounds(run_id)
    await orphan(store, run_id)
    assert await store.runs.recover() == [run_id]  # and nobody is kept from the rest
    assert (await store.runs.get(run_id)).state in ("failed", "interrupted")


async def test_a_run_needs_a_conversation(store: Store) -> None:
    with pytest.raises(UnknownName, match="c_none"):
        await store.runs.create("c_none", "Do it.", OPTIONS)


def test_this_process_is_alive_and_others_of_its_number_are_not() -> None:
    assert is_alive(this_process())
    assert not is_alive(f"{os.getpid()}:1")
    assert not is_alive("nonsense")


def test_a_process_that_has_ended_is_not_alive() -> None:
    code = "from desktop.engine.store.owner import this_process; print(this_process())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not is_alive(done.stdout.strip())


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX has processes that ended and are still listed")
async def test_a_process_that_was_killed_and_not_taken_note_of_is_not_alive() -> None:
    code = "from desktop.engine.store.owner import this_process; print(this_process(), flush=True); input()"
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=pipe, stdout=pipe, text=True)  # noqa: ASYNC220
    assert process.stdin is not None
    assert process.stdout is not None
    owner = process.stdout.readline().strip()
    assert is_alive(owner)
    process.kill()

    async def is_gone() -> bool:
        return not is_alive(owner)

    await until(is_gone)
    process.communicate()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system keeps the time itself")
def test_a_clock_that_is_set_makes_no_process_seem_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time a process was started at, as the clock tells it, moves when the clock is set."""
    mine = this_process()
    started = psutil.Process.create_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: started(self) + 3600)
    this_process.cache_clear()
    try:
        assert is_alive(mine)
        assert this_process() == mine
    finally:
        this_process.cache_clear()
