"""Stop of one call: it ends, the run goes on, and the state says no more than is sure."""

import asyncio
import contextlib
import dataclasses
import os
import secrets
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from desktop.engine.errors import DecisionRejected, RunBusy
from desktop.engine.events import ToolCallFinished, ToolCallStarted
from desktop.engine.gate import Card, Effect
from desktop.engine.limits import Limits
from desktop.engine.messages import CallState
from desktop.engine.requests import ModelRequest, ModelTurn
from desktop.engine.store.call_stops import CANCELLED_BY_PERSON, DID_NOT_END, STOPPED_BY_PERSON
from desktop.engine.store.owner import this_process
from desktop.engine.tools.base import Tool, ToolContext, ToolOutput
from desktop.engine.tools.edits import edit_tools
from desktop.engine.tools.shell import shell_tools
from desktop.engine.tools.threads import StopFlag
from desktop.engine.tools.toolbox import Toolbox
from tests.bench import AT_ONCE, Bench, MakeBench
from tests.scripted import assert_valid, call, calls, results_of, text
from tests.scripted_tools import Named

CANCELLED, UNKNOWN, DONE, RUNNING = CallState.CANCELLED, CallState.UNKNOWN, CallState.DONE, CallState.RUNNING


async def scripted(make_bench: MakeBench, *turns: ModelTurn, **options: Any) -> Bench:
    """A bench whose models end well behind these turns."""
    return await make_bench(gatherer=(*turns, text("The summary.")), writer=(text("The answer."),), **options)


def give(bench: Bench, *tools: Tool[Any]) -> None:
    """Let the session use these tools."""
    bench.session.runner = dataclasses.replace(bench.session.runner, toolbox=Toolbox(tools))


def tool(name: str, run: Callable[[Named, ToolContext], Awaitable[ToolOutput]], *effects: Effect) -> Tool[Named]:
    async def card(arguments: Named, context: ToolContext) -> Card:
        return Card(effect=f"Does {name}")

    return Tool(name=name, description=name, arguments=Named, effects=frozenset(effects), run=run, card=card)


async def answers(bench: Bench, run_id: str) -> ModelRequest:
    """Let the run go on to its answer; gives what the model read."""
    await bench.ended(run_id)
    assert bench.types[-2:] == ["answer_finished", "run_finished"]
    assert (await bench.stored(run_id)).state == "done"
    assert_valid(bench.gatherer.requests[-1])
    return bench.gatherer.requests[-1]


async def test_a_stopped_read_is_cancelled_and_only_that_one(make_bench: MakeBench) -> None:
    wanted = calls(*(call(one, "held_look", name=one) for one in "abc"))
    bench = await scripted(make_bench, wanted)
    run_id = await bench.send()
    for name in "abc":
        await bench.workshop.begun(name)
    assert await bench.session.stop_call(run_id, "b") is CANCELLED
    assert bench.workshop.log[3:] == ["cancelled held_look b"]
    assert [one.call_id for one in bench.told(ToolCallFinished)] == ["b"]
    assert await bench.states(run_id) == [RUNNING, CANCELLED, RUNNING]
    bench.workshop.release("a")
    bench.workshop.release("c")
    results = results_of(await answers(bench, run_id))
    assert [one.state for one in results] == [DONE, CANCELLED, DONE]
    assert results[1].text == CANCELLED_BY_PERSON


async def test_a_stopped_side_effect_is_unknown_and_the_next_one_runs(make_bench: MakeBench) -> None:
    bench = await scripted(make_bench, calls(call("a", "held_act", name="1"), call("b", "act", name="2")))
    run_id = await bench.send(policies={"act": "allow", "held_act": "allow"})
    await bench.workshop.begun("1")
    assert await bench.session.stop_call(run_id, "a") is UNKNOWN
    results = results_of(await answers(bench, run_id))
    assert [(one.state, one.text) for one in results] == [(UNKNOWN, STOPPED_BY_PERSON), (DONE, "did 2")]
    assert bench.workshop.acts == ["1", "2"]
    assert [one.call_id for one in bench.told(ToolCallFinished)] == ["a", "b"]


async def test_a_call_in_the_queue_is_cancelled_and_never_begins(make_bench: MakeBench) -> None:
    wanted = calls(call("a", "held_act", name="1"), call("b", "act", name="2"), call("c", "act", name="3"))
    bench = await scripted(make_bench, wanted)
    run_id = await bench.send(policies={"act": "allow", "held_act": "allow"})
    await bench.workshop.begun("1")
    states = await asyncio.gather(*(bench.session.stop_call(run_id, "b") for _ in range(3)))
    assert states == [CANCELLED] * 3
    assert [one.call_id for one in bench.told(ToolCallFinished)] == ["b"]  # told once
    bench.workshop.release("1")
    results = results_of(await answers(bench, run_id))
    assert [one.state for one in results] == [DONE, CANCELLED, DONE]
    assert bench.workshop.acts == ["1", "3"]
    assert "b" not in [one.call_id for one in bench.told(ToolCallStarted)]


async def test_an_allowed_call_behind_a_gate_is_cancelled_while_the_run_waits(make_bench: MakeBench) -> None:
    bench = await scripted(make_bench, calls(call("a", "act", name="1"), call("b", "held_act", name="2")))
    run_id = await bench.run(policies={"act": "allow"})
    assert await bench.states(run_id) == [CallState.WAITING] * 2
    assert await bench.session.stop_call(run_id, "a") is CANCELLED
    with pytest.raises(DecisionRejected, match="waits for your decision"):
        await bench.session.stop_call(run_id, "b")
    await bench.decide(run_id, "b")
    await bench.session.resume(run_id)
    bench.workshop.release("2")
    assert [one.state for one in results_of(await answers(bench, run_id))] == [CANCELLED, DONE]
    assert bench.workshop.acts == ["2"]


async def test_a_call_that_has_ended_keeps_its_result(make_bench: MakeBench) -> None:
    bench = await scripted(make_bench, calls(call("a", "look", name="1")), calls(call("b", "held_look", name="2")))
    run_id = await bench.send()
    await bench.workshop.begun("2")
    assert await bench.session.stop_call(run_id, "a") is DONE
    assert (await bench.calls(run_id))[0].result == "saw 1"
    with pytest.raises(DecisionRejected, match="no call 'z'"):
        await bench.session.stop_call(run_id, "z")
    bench.workshop.release("2")
    await answers(bench, run_id)


async def test_a_call_that_ends_between_the_stored_stop_and_its_cancellation_keeps_its_result(
    make_bench: MakeBench,
) -> None:
    bench = await scripted(make_bench, calls(call("a", "held_act", name="1")))
    run_id = await bench.send(policies={"held_act": "allow"})
    await bench.workshop.begun("1")
    stop = bench.store.calls.stop

    async def slow_stop(*args: Any, **kwargs: Any) -> Any:
        kept = await stop(*args, **kwargs)
        bench.workshop.release("1")
        await bench.wait_for_type("tool_call_finished")
        return kept

    bench.store.calls.stop = slow_stop  # type: ignore[method-assign]
    assert await bench.session.stop_call(run_id, "a") is DONE
    assert [one.text for one in results_of(await answers(bench, run_id))] == ["did 1"]
    assert bench.types.count("tool_call_finished") == 1


async def test_a_tool_that_finishes_in_spite_of_the_stop_keeps_its_result(make_bench: MakeBench) -> None:
    began = asyncio.Event()

    async def finishes(arguments: Named, context: ToolContext) -> ToolOutput:
        began.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return ToolOutput("done all the same")

    bench = await scripted(make_bench, calls(call("a", "finishes", name="1")))
    give(bench, tool("finishes", finishes, Effect.WRITES_LOCAL))
    run_id = await bench.send(policies={"finishes": "allow"})
    await began.wait()
    assert await bench.session.stop_call(run_id, "a") is DONE
    assert [one.text for one in results_of(await answers(bench, run_id))] == ["done all the same"]


async def test_a_tool_that_does_not_react_is_unknown_and_the_run_goes_on(make_bench: MakeBench) -> None:
    began, let_go = asyncio.Event(), asyncio.Event()

    async def deaf(arguments: Named, context: ToolContext) -> ToolOutput:
        began.set()
        while not let_go.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await let_go.wait()
        return ToolOutput("too late")

    limits = Limits(retry=AT_ONCE, stop_patience_s=0.05)
    bench = await scripted(make_bench, calls(call("a", "deaf", name="1")), limits=limits)
    give(bench, tool("deaf", deaf, Effect.READS_PRIVATE))
    run_id = await bench.send()
    await began.wait()
    assert await bench.session.stop_call(run_id, "a") is UNKNOWN
    assert [one.text for one in results_of(await answers(bench, run_id))] == [DID_NOT_END]
    let_go.set()
    await asyncio.gather(*(task for task in asyncio.all_tasks() if task.get_name() == "call a"))
    assert await bench.states(run_id) == [UNKNOWN]  # what comes late changes nothing


@pytest.mark.skipif(sys.platform == "win32", reason="the folder is opened another way there")
@pytest.mark.parametrize(("path", "state"), [("new.txt", CANCELLED), ("folder/new.txt", UNKNOWN)])
async def test_a_write_that_was_ended_before_its_file_changed_is_cancelled_for_sure(
    make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch, path: str, state: CallState
) -> None:
    """Where it had made a folder by then, it is not."""
    bench = await scripted(make_bench, calls(call("a", "write_file", path=path, content="new")))
    give(bench, *edit_tools())
    loop, reached = asyncio.get_running_loop(), asyncio.Event()
    check = StopFlag.check

    def held(flag: StopFlag) -> None:
        loop.call_soon_threadsafe(reached.set)
        while True:
            check(flag)

    monkeypatch.setattr(StopFlag, "check", held)
    run_id = await bench.send(policies={"write_file": "allow"})
    await reached.wait()
    assert await bench.session.stop_call(run_id, "a") is state
    assert not (bench.folder / path).exists()
    await answers(bench, run_id)


@pytest.mark.skipif(sys.platform == "win32", reason="speaks sh")
async def test_a_stopped_command_ends_with_all_its_processes(make_bench: MakeBench) -> None:
    """Also with a child that ignores TERM, and one that forked twice into a session of its own."""

    async def no_sandbox() -> None:
        return None

    marker = f"9{secrets.randbelow(10**8)}"
    deaf = f'trap "" TERM HUP; while :; do sleep {marker}; done'
    line = f"(setsid sh -c '{deaf}' &); sh -c '{deaf}' & echo > ready; sleep {marker}"
    bench = await scripted(make_bench, calls(call("a", "run_command", command=line)))
    give(bench, *shell_tools(no_sandbox))
    pipe = bench.folder / "ready"
    os.mkfifo(pipe)
    run_id = await bench.send(policies={"run_command": "allow"}, access="admin")
    await asyncio.to_thread(pipe.read_text)
    while len(living(marker)) < 5:  # noqa: ASYNC110 - two shells and three sleeps, in whatever order they come
        await asyncio.sleep(0.01)
    assert await bench.session.stop_call(run_id, "a") is UNKNOWN
    assert living(marker) == []
    assert [one.text for one in results_of(await answers(bench, run_id))] == [STOPPED_BY_PERSON]


def living(marker: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if marker in " ".join(process.cmdline()) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


@pytest.mark.parametrize(("kind", "state"), [("held_look", CANCELLED), ("held_act", UNKNOWN)])
async def test_a_kill_right_behind_the_stored_stop_does_not_bring_the_call_back(
    make_bench: MakeBench, tmp_path: Path, kind: str, state: CallState
) -> None:
    bench = await scripted(make_bench, calls(call("a", kind, name="1")))
    run_id = await bench.send(policies={"held_act": "allow"})
    await bench.workshop.begun("1")
    await bench.store.calls.stop(run_id, "a", at_work=True)
    after = await bench.crashed(tmp_path / "after")
    assert await after.states(run_id) == [state]
    await after.resume(run_id)
    assert [(one.call_id, one.state) for one in after.told(ToolCallFinished)] == [("a", state)]
    assert after.workshop.log == []
    await after.close()
    await bench.session.stop(run_id)


async def test_stop_of_the_run_ends_a_call_that_is_being_stopped(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "held_act", name="1")),))
    run_id = await bench.send(policies={"held_act": "allow"})
    await bench.workshop.begun("1")
    async with asyncio.timeout(10):
        await asyncio.gather(bench.session.stop_call(run_id, "a"), bench.session.stop(run_id))
    assert await bench.states(run_id) == [UNKNOWN]
    assert bench.types.count("tool_call_finished") == 1
    assert bench.types[-1] == "run_stopped"


async def test_off_the_record_it_works_the_same(make_bench: MakeBench) -> None:
    bench = await scripted(make_bench, calls(call("a", "held_look", name="1")))
    run_id = await bench.send(conversation_id=await bench.conversation(off_record=True))
    await bench.workshop.begun("1")
    assert await bench.session.stop_call(run_id, "a") is CANCELLED
    await answers(bench, run_id)


async def test_a_call_of_another_process_is_refused_in_words(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "act", name="1")),))
    run_id = await bench.run()
    with contextlib.closing(sqlite3.connect(bench.path)) as db:
        db.execute("UPDATE runs SET state = 'running', owner = ?", (this_process().replace(":", ":9"),))
        db.commit()
    with pytest.raises(RunBusy, match="at work in another window or process"):
        await bench.session.stop_call(run_id, "a")
    assert await bench.states(run_id) == [CallState.WAITING]


async def test_a_stopped_call_stands_in_the_audit_log(make_bench: MakeBench) -> None:
    bench = await scripted(make_bench, calls(call("a", "held_act", name="1"), call("b", "act", name="2")))
    run_id = await bench.send(policies={"act": "allow", "held_act": "allow"})
    await bench.workshop.begun("1")
    await bench.session.stop_call(run_id, "b")
    await bench.session.stop_call(run_id, "a")
    await answers(bench, run_id)
    log = await steps_of(bench)
    assert log["a"] == ["requested", "started", "stopped", "finished"]
    assert log["b"] == ["requested", "stopped", "finished"]
    assert (await bench.store.audit.verify(None, None)).ok


async def steps_of(bench: Bench) -> dict[str, list[str]]:
    rows = await bench.store.database.read(
        lambda db: db.execute("SELECT call_id, step FROM audit ORDER BY number").fetchall()
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["call_id"], []).append(row["step"])
    return found
