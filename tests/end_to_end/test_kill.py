"""A real process is killed in the middle and started again: nothing is lost, and nothing is done twice."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from desktop.engine.messages import CallState, StopReason
from tests.bench import Bench
from tests.end_to_end.program import (
    PATIENCE_S,
    ROOT,
    cortex,
    kill,
    on_a_terminal,
    rows,
    started,
    types_of,
    wait_until,
)
from tests.scripted import text

pytestmark = [pytest.mark.end_to_end, pytest.mark.skipif(os.name != "posix", reason="kills and pipes of POSIX")]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "notes.md").write_text("Milk and eggs.\n")
    return folder


@pytest.fixture
def pipe(root: Path) -> Path:
    """What a command waits for; a command that outlives its program is let go at the end."""
    path = root / "gate.pipe"
    os.mkfifo(path)
    return path


def release(pipe: Path) -> None:
    """Let whoever waits at the pipe go on; where nobody does, do nothing."""
    try:
        writer = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:  # nobody reads
        return
    os.close(writer)


def test_killed_at_the_gate_the_run_waits_where_it_was(root: Path) -> None:
    request = 'read notes.md and write "hello" to hello.txt'
    with on_a_terminal("ask", "--demo", "--root", str(root), request) as screen:
        screen.wait_for("Allow once?")
        kill(screen.process)
    ((run_id, _),) = rows("SELECT id, state FROM runs")
    again = cortex("resume", run_id, "--json")
    assert again.status == 3
    (gate,) = again.of_type("confirmation_requested")
    assert (gate["call_id"], gate["arguments"]) == ("demo-2", {"path": "hello.txt", "content": "hello\n"})
    assert not (root / "hello.txt").exists()
    done = cortex("resume", run_id, "--approve", "demo-2", "--json")
    assert done.status == 0
    assert [event["call_id"] for event in done.of_type("tool_call_started")] == ["demo-2"]  # the read was done
    assert (root / "hello.txt").read_text() == "hello\n"
    answer = done.of_type("answer_finished")[0]["text"]
    assert "Milk and eggs." in answer
    assert "**hello.txt** was written." in answer
    assert rows("SELECT role, text FROM messages ORDER BY position") == [("user", request), ("assistant", answer)]


def test_killed_at_the_gate_after_a_decision_the_decision_holds(root: Path) -> None:
    request = 'write "one" to one.txt and write "two" to two.txt'
    with on_a_terminal("ask", "--demo", "--root", str(root), request) as screen:
        screen.wait_for("Allow once?")
        screen.type("yes\r")
        screen.wait_for("Allow once?")
        kill(screen.process)
    ((run_id,),) = rows("SELECT id FROM runs")
    assert sorted(path.name for path in root.iterdir()) == ["notes.md"]
    done = cortex("resume", run_id, "--deny", "demo-2", "--json")
    assert done.status == 0
    assert [event["state"] for event in done.of_type("tool_call_finished")] == ["denied", "done"]
    assert sorted(path.name for path in root.iterdir()) == ["notes.md", "one.txt"]


def test_killed_in_a_side_effect_it_is_unknown_told_and_not_run_again(root: Path, pipe: Path) -> None:
    request = f"read notes.md and run `echo mark >> marks.txt; cat {pipe}` and write 'after' to after.txt"
    allow = ("--allow", "run_command", "--allow", "write_file")
    with started("ask", "--demo", "--root", str(root), *allow, request) as process:
        wait_until((root / "marks.txt").exists)
        assert rows("SELECT call_id, state FROM calls WHERE state = 'running'") == [("demo-2", "running")]
        kill(process)
    try:
        ((run_id, state),) = rows("SELECT id, state FROM runs")
        assert state == "running"  # nobody could tidy up
        done = cortex("resume", run_id, "--json")
    finally:
        release(pipe)
    assert done.status == 0
    assert types_of(done.events)[:2] == ["run_started", "tool_call_finished"]
    assert [(event["call_id"], event["state"]) for event in done.of_type("tool_call_finished")] == [
        ("demo-2", "unknown"),
        ("demo-3", "done"),
    ]
    assert [event["call_id"] for event in done.of_type("tool_call_started")] == ["demo-3"]
    assert (root / "marks.txt").read_text() == "mark\n"
    assert (root / "after.txt").read_text() == "after\n"
    answer = done.of_type("answer_finished")[0]["text"]
    assert "Milk and eggs." in answer
    assert "**unknown**" in answer


@pytest.mark.asyncio
async def test_killed_in_the_answer_its_text_is_kept_and_marked_as_cut(tmp_path: Path) -> None:
    words = "Half an answer, with more to co"
    process = subprocess.Popen(  # noqa: ASYNC220 - a test may block
        [sys.executable, "-m", "tests.end_to_end.answering", str(tmp_path), words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        run_id = process.stdout.readline().strip()

        def kept() -> list[Any]:
            with closing(sqlite3.connect(tmp_path / "cortex.sqlite3", timeout=10)) as db:
                return db.execute("SELECT 1 FROM runs WHERE partial_text = ?", (words,)).fetchall()

        wait_until(kept)
        kill(process)
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE_S)
    bench = await Bench(tmp_path, writer=(text("The whole answer."),)).open()
    assert bench.recovered == [run_id]
    conversation = (await bench.stored(run_id)).conversation_id
    cut = (await bench.store.conversations.messages(conversation))[-1]
    assert (cut.role, cut.text) == ("assistant", words)
    assert cut.details is not None
    assert cut.details.stop is StopReason.CUT
    assert (await bench.session.record(run_id)).can_write_again
    await bench.session.write_again(run_id)
    await bench.ended(run_id)
    assert bench.workshop.log == []  # no tool ran again
    assert await bench.states(run_id) == [CallState.DONE]
    assert [one.text for one in await bench.store.conversations.messages(conversation)] == [
        "Do it.",
        "The whole answer.",
    ]
    await bench.close()
    bench.check()
