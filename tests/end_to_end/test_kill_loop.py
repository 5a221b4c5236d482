"""A run is killed at each of its stored steps: nothing is lost, done twice, or done without its decision."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from desktop.engine.store.audit_check import check
from desktop.engine.store.cut_calls import INTERRUPTED_CALL
from tests.end_to_end.kill_driver import ANSWER, REQUEST
from tests.end_to_end.program import PATIENCE_S, ROOT, wait_until

pytestmark = [pytest.mark.end_to_end, pytest.mark.skipif(os.name != "posix", reason="kills and forks of POSIX")]

OF_A_CALL = "call_id, state, result, decision, decided_by, arguments, side_effects"
ALLOWED = {
    "policy": "policy running policy -",
    "asked": "asked running person allow_conversation",
    "granted": "granted running grant -",
}
"""What each side effect must have found in the store when it happened: its start, and by whom it was allowed."""
UNDISTURBED = {"read-1": "done", "read-2": "done", "policy": "done", "asked": "done", "denied": "denied"}
UNDISTURBED |= {"granted": "done"}


@dataclass(frozen=True)
class Left:
    """What lies in a folder after the end of a process."""

    folder: Path

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        path = self.folder / "cortex.sqlite3"
        if not path.exists():
            return []
        with closing(sqlite3.connect(path)) as db:
            if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'grants'").fetchall():
                return []  # killed while it was made
            return db.execute(query).fetchall()

    @cached_property
    def calls(self) -> dict[str, dict[str, Any]]:
        names = OF_A_CALL.split(", ")
        rows = self.rows(f"SELECT {OF_A_CALL} FROM calls ORDER BY round, position")
        return {row[0]: dict(zip(names, row, strict=True)) for row in rows}

    @property
    def states(self) -> dict[str, str]:
        return {name: one["state"] for name, one in self.calls.items()}

    @cached_property
    def messages(self) -> list[tuple[Any, ...]]:
        return self.rows("SELECT role, text FROM messages ORDER BY position")

    @cached_property
    def marks(self) -> list[str]:
        path = self.folder / "marks.txt"
        return path.read_text().splitlines() if path.exists() else []

    def marks_of(self, name: str) -> list[str]:
        return [line for line in self.marks if line.split()[0] == name]

    def told(self, name: str) -> list[dict[str, Any]]:
        path = self.folder / f"{name}.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def under_way(self) -> set[str]:
        """The side effects that were started and have no result."""
        return {name for name, one in self.calls.items() if one["state"] == "running" and one["side_effects"]}


def of_type(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in events if event["type"] == kind]


def assert_stored_first(told: list[dict[str, Any]], left: Left) -> None:
    """What a process told before it was killed is in the store."""
    for event in of_type(told, "tool_call_requested"):
        assert event["call_id"] in left.calls
    for event in of_type(told, "tool_call_started"):
        assert left.states[event["call_id"]] != "waiting"
    for event in of_type(told, "tool_call_finished"):
        assert (left.states[event["call_id"]], left.calls[event["call_id"]]["result"]) == (
            event["state"],
            event["result"],
        )
    for event in of_type(told, "confirmation_resolved"):
        assert json.loads(left.calls[event["call_id"]]["decision"]) == event["decision"]
    for event in of_type(told, "answer_finished"):
        assert ("assistant", event["text"]) in left.messages


def assert_nothing_lost(killed: Left, end: Left) -> None:
    """All that was stored at a kill is there at the end."""
    assert end.messages[: len(killed.messages)] == killed.messages
    turns = "SELECT round, turn FROM rounds ORDER BY round"
    assert end.rows(turns)[: len(killed.rows(turns))] == killed.rows(turns)
    for name, one in killed.calls.items():
        after = end.calls[name]
        assert after["arguments"] == one["arguments"]
        if one["decision"] is not None:
            assert (after["decision"], after["decided_by"]) == (one["decision"], one["decided_by"])
        if one["state"] not in ("waiting", "running"):
            assert after == one
    assert end.marks[: len(killed.marks)] == killed.marks


def assert_whole(end: Left, unknown: set[str]) -> None:
    """The run came to its end, and each side effect happened once, or is unknown and happened at most once."""
    assert end.rows("SELECT state FROM runs") == [("done",)]
    assert end.messages == [("user", REQUEST), ("assistant", ANSWER)]
    assert end.states == UNDISTURBED | dict.fromkeys(unknown, "unknown")
    for name, allowed in ALLOWED.items():
        happened = end.marks_of(name)
        assert happened == [allowed] or (name in unknown and happened == [])
    assert {line.split()[0] for line in end.marks} <= set(ALLOWED)
    for name in unknown:
        assert end.calls[name]["result"] == INTERRUPTED_CALL
    with closing(sqlite3.connect(end.folder / "cortex.sqlite3")) as db:
        db.row_factory = sqlite3.Row
        report = check(db, None, None)
    assert (report.first_bad, report.problem) == (None, "")


@contextmanager
def driver(*arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """The driver at work."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "tests.end_to_end.kill_driver", *arguments],
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        text=True,
        cwd=ROOT,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=PATIENCE_S)


def ended(process: "subprocess.Popen[str]", stdin: str = "") -> str:
    """Wait for its end; returns what it said."""
    stdout, stderr = process.communicate(stdin, timeout=PATIENCE_S)
    assert (process.returncode, stderr) == (0, "")
    return stdout


def made(path: Path) -> str:
    path.mkdir()
    return str(path)


def test_killed_at_each_stored_step_it_goes_on_and_repeats_nothing(tmp_path: Path) -> None:
    places = {when: made(tmp_path / when) for when in ("before", "after")}
    with ExitStack() as both:
        for process in [both.enter_context(driver("each", place, when)) for when, place in places.items()]:
            ended(process)
    met: set[tuple[str, bool]] = set()
    for when in places:
        *points, last = sorted((tmp_path / when).iterdir())
        assert_whole(Left(last), set())
        assert len(points) > 20
        for point in points:
            end, killed = Left(point), Left(point / "killed")
            unknown = killed.under_way
            met |= {(name, bool(killed.marks_of(name))) for name in unknown}
            assert_stored_first(end.told("first"), killed)
            assert_nothing_lost(killed, end)
            assert_whole(end, unknown)
            second = end.told("second")
            again = {event["call_id"] for event in of_type(second, "tool_call_started")}
            assert not again & {name for name, state in killed.states.items() if state not in ("waiting", "running")}
            assert not again & unknown
            assert unknown == {
                event["call_id"] for event in of_type(second, "tool_call_finished") if event["state"] == "unknown"
            }
            for name in unknown:
                assert end.marks_of(name) == killed.marks_of(name)
    assert met == {(name, happened) for name in ALLOWED for happened in (False, True)}  # the kills fell everywhere


@pytest.mark.parametrize("steps", [5, 6, 7, 9])  # fewer, and the longest of its steps would never be whole
def test_killed_again_and_again_it_comes_to_its_end(tmp_path: Path, steps: int) -> None:
    place = made(tmp_path / "chain")
    with driver("chain", place, str(steps)) as process:
        ended(process)
    end = Left(tmp_path / "chain")
    lives = sorted(path for path in end.folder.iterdir() if path.name.startswith("killed-"))
    assert len(lives) > 3
    unknown: set[str] = set()
    started: list[str] = []
    told: set[str] = set()
    for number, life in enumerate(lives):
        left, events = Left(life), end.told(f"process-{number:02}")
        unknown |= left.under_way
        assert_stored_first(events, left)
        assert_nothing_lost(left, end)
        started += [event["call_id"] for event in of_type(events, "tool_call_started")]
        told |= {event["call_id"] for event in of_type(events, "tool_call_finished") if event["state"] == "unknown"}
    assert_whole(end, unknown)
    assert told == unknown
    for name in ALLOWED:
        assert started.count(name) <= 1
    assert "denied" not in started


def test_of_two_processes_one_goes_on_with_a_run_and_the_other_says_so(tmp_path: Path) -> None:
    place = made(tmp_path / "run")
    with driver("ask", place, "--approve") as process:
        ended(process)
    hold = tmp_path / "run" / "hold"
    hold.touch()
    with driver("resume", place) as one, driver("resume", place) as other:
        for process in (one, other):
            assert process.stdout is not None
            assert process.stdin is not None
            assert process.stdout.readline() == "ready\n"
        for process in (one, other):
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        first = wait_until(lambda: [process for process in (one, other) if process.poll() is not None])
        (loser,) = first
        winner = other if loser is one else one
        assert ended(loser).startswith("refused: This run is already at work, perhaps in another window.")
        hold.unlink()
        assert ended(winner) == "done\n"
    assert_whole(Left(tmp_path / "run"), set())


def change_arguments(folder: Path) -> None:
    """As somebody with another program would."""
    with closing(sqlite3.connect(folder / "cortex.sqlite3")) as db:
        changed = db.execute("""UPDATE calls SET arguments = '{"name": "evil"}' WHERE state = 'waiting'""").rowcount
        db.commit()
    assert changed == 3


def test_arguments_that_change_behind_the_dialog_take_no_decision(tmp_path: Path) -> None:
    place = made(tmp_path / "run")
    with driver("ask", place) as process:
        ended(process)
    change_arguments(tmp_path / "run")
    with driver("resume", place, "--approve") as process:
        assert ended(process, "\n") == "ready\nrefused: The call 'asked', or its tool, is not what was shown.\n"
    end = Left(tmp_path / "run")
    assert {end.states[name] for name in ("policy", "asked", "denied")} == {"waiting"}
    assert end.marks == []


def test_arguments_that_change_between_the_decision_and_its_execution_are_not_run(tmp_path: Path) -> None:
    place = made(tmp_path / "run")
    with driver("ask", place, "--approve") as process:
        ended(process)
    change_arguments(tmp_path / "run")
    with driver("resume", place) as process:
        assert ended(process, "\n") == "ready\ndone\n"
    end = Left(tmp_path / "run")
    assert end.states == UNDISTURBED | {"policy": "failed", "asked": "failed"}
    for name in ("policy", "asked"):  # what policy allowed is bound to its arguments too
        assert end.calls[name]["result"].endswith("arguments changed after the decision; the call was not run.")
    assert end.marks == [ALLOWED["granted"]]
