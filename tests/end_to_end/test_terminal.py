"""Gates and signals of the command line: on a real terminal, and with commands at work."""

import fcntl
import os
import signal
import termios
from pathlib import Path

import pytest

from tests.end_to_end.program import cortex, ended, on_a_terminal, processes_with, rows, started, types_of, wait_until

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(os.name != "posix", reason="signals and terminals of POSIX"),
]

WRITE = 'write "hello" to hello.txt'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


@pytest.fixture
def hold(root: Path) -> str:
    """A request for a command that leaves a mark and then waits until somebody writes to a pipe."""
    pipe = root / "gate.pipe"
    os.mkfifo(pipe)
    return f"run `echo mark >> marks.txt; cat {pipe} > released.txt`"


def test_a_gate_is_asked_on_a_terminal_and_yes_runs_it(root: Path) -> None:
    with on_a_terminal("ask", "--demo", "--root", str(root), WRITE) as screen:
        screen.wait_for("Allow once? [yes / conversation / always / no / why not / later] ")
        assert "Confirm tool call: " in screen.seen
        lines = [line.rstrip() for line in screen.seen.split("\r\n")]
        assert "  Path:" in lines  # one thing a line
        assert "    hello.txt" in lines
        assert not (root / "hello.txt").exists()
        screen.type("perhaps\r")
        screen.wait_for("Allow once?")
        screen.type("yes\r")
        assert screen.ended() == 0
    assert (root / "hello.txt").read_text() == "hello\n"
    assert "was written" in screen.seen


def test_a_denial_with_its_reason_is_taken_on_a_terminal(root: Path) -> None:
    with on_a_terminal("ask", "--demo", "--root", str(root), WRITE) as screen:
        screen.wait_for("Allow once?")
        screen.type("why not\r")
        screen.wait_for("Why not?")
        screen.type("Not today.\r")
        assert screen.ended() == 0
    assert not (root / "hello.txt").exists()
    assert "**denied**" in screen.seen
    assert "The person's reason: Not today." in screen.seen


@pytest.mark.parametrize("keys", ["later\r", "\x04"])
def test_a_gate_can_be_left_waiting_on_a_terminal(root: Path, keys: str) -> None:
    with on_a_terminal("ask", "--demo", "--root", str(root), WRITE) as screen:
        screen.wait_for("Allow once?")
        screen.type(keys)
        assert screen.ended() == 3
    assert rows("SELECT state FROM runs") == [("waiting",)]


def test_pause_asks_nobody_on_a_terminal(root: Path) -> None:
    with on_a_terminal("ask", "--demo", "--root", str(root), "--pause", WRITE) as screen:
        assert screen.ended() == 3
    assert "Allow once?" not in screen.seen


def test_ctrl_c_at_the_question_stops_the_run(root: Path) -> None:
    with on_a_terminal("ask", "--demo", "--root", str(root), WRITE) as screen:
        screen.wait_for("Allow once?")
        screen.type("\x03")
        assert screen.ended() == 130
    assert rows("SELECT state FROM runs") == [("stopped",)]
    assert rows("SELECT state FROM calls") == [("cancelled",)]


def test_a_request_to_terminate_at_the_question_leaves_the_run_waiting(root: Path) -> None:
    with on_a_terminal("ask", "--demo", "--root", str(root), WRITE) as screen:
        screen.wait_for("Allow once?")
        screen.process.send_signal(signal.SIGTERM)
        assert screen.ended() == 143
    assert rows("SELECT state FROM runs") == [("waiting",)]


def test_ctrl_c_while_the_message_is_read_ends_the_program_quietly() -> None:
    ours, theirs = os.pipe()
    with started("ask", "--demo", "-", stdin=ours) as process:
        os.write(theirs, b"The message has beg")
        wait_until(lambda: fcntl.ioctl(ours, termios.FIONREAD, bytes(4)) == bytes(4))  # the program has taken it
        process.send_signal(signal.SIGINT)
        done = ended(process)
    os.close(ours)
    os.close(theirs)
    assert (done.status, done.stdout, done.stderr) == (130, "", "")


def test_ctrl_c_stops_a_command_with_all_its_processes(root: Path, hold: str) -> None:
    with started("ask", "--demo", "--root", str(root), "--allow", "run_command", "--json", hold) as process:
        wait_until((root / "marks.txt").exists)
        assert processes_with(str(root / "gate.pipe"))
        process.send_signal(signal.SIGINT)
        done = ended(process)
    assert done.status == 130
    assert types_of(done.events)[-2:] == ["tool_call_finished", "run_stopped"]
    assert done.events[-2]["state"] == "unknown"
    assert processes_with(str(root / "gate.pipe")) == []
    assert rows("SELECT state FROM runs") == [("stopped",)]


def test_a_request_to_terminate_puts_the_run_aside_and_resume_goes_on(root: Path, hold: str) -> None:
    with started("ask", "--demo", "--root", str(root), "--allow", "run_command", "--json", hold) as process:
        wait_until((root / "marks.txt").exists)
        process.send_signal(signal.SIGTERM)
        aside = ended(process)
    assert aside.status == 143
    assert processes_with(str(root / "gate.pipe")) == []
    assert rows("SELECT state FROM runs") == [("interrupted",)]
    done = cortex("resume", aside.run_id, "--json")
    assert done.status == 0
    assert [event["state"] for event in done.of_type("tool_call_finished")] == ["unknown"]
    assert (root / "marks.txt").read_text() == "mark\n"
    assert "**unknown**" in done.of_type("answer_finished")[0]["text"]


def test_a_grant_is_chosen_by_number_on_a_terminal(root: Path) -> None:
    with on_a_terminal("ask", "--demo", "--root", str(root), WRITE) as screen:
        screen.wait_for("Allow once?")
        screen.type("always\r")
        screen.wait_for("Grant which?")
        screen.type("\r")  # back
        screen.wait_for("Allow once?")
        screen.type("c\r")
        screen.wait_for("Grant which?")
        assert "1  write_file hello.txt with exactly these arguments" in screen.seen
        screen.type("1\r")
        assert screen.ended() == 0
    assert (root / "hello.txt").read_text() == "hello\n"
    assert "write_file hello.txt with exactly these arguments" in cortex("grants", "list").stdout
