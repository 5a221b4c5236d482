"""The program as a process of its own: started, talked to on pipes or on a terminal, killed."""

import json
import os
import pty
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from desktop.paths import Paths

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-W", "error", "-m", "desktop")
PATIENCE_S = 60.0


def wait_until(check: Callable[[], Any]) -> Any:
    """Wait, with a bound, for the state of a process, a file or a store: the first result that is not empty."""
    end = time.monotonic() + PATIENCE_S
    while not (result := check()):
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)
    return result


@dataclass(frozen=True)
class Outcome:
    """How a process ended."""

    status: int
    stdout: str
    stderr: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events of ``--json``."""
        return [json.loads(line) for line in self.stdout.splitlines()]

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]

    @property
    def run_id(self) -> str:
        return str(self.events[0]["run_id"])


def types_of(events: list[dict[str, Any]]) -> list[str]:
    """The types in order, each row of deltas as one."""
    types = [event["type"] for event in events]
    return [
        kind for place, kind in enumerate(types) if not (kind.endswith("_delta") and place and types[place - 1] == kind)
    ]


def cortex(*arguments: str, stdin: str | None = None, folder: Path | None = None) -> Outcome:
    """Run the program to its end, with no terminal."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        input=stdin,
        stdin=None if stdin is not None else subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.fspath(ROOT)},
        timeout=PATIENCE_S,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Outcome(done.returncode, done.stdout, done.stderr)


@contextmanager
def started(*arguments: str, stdin: int = subprocess.DEVNULL) -> Iterator["subprocess.Popen[str]"]:
    """The program at work, with no terminal; ended by force where it has not ended by itself."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=stdin,
        stdout=pipe,
        stderr=pipe,
        text=True,
        env={**os.environ, "PYTHONPATH": os.fspath(ROOT)},
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=PATIENCE_S)


def ended(process: "subprocess.Popen[str]") -> Outcome:
    """Wait for the end of a process."""
    stdout, stderr = process.communicate(timeout=PATIENCE_S)
    assert "Traceback" not in stderr, stderr
    return Outcome(process.returncode, stdout, stderr)


class Screen:
    """A terminal with the program on it."""

    def __init__(self, process: "subprocess.Popen[bytes]", master: int) -> None:
        self.process = process
        self._master = master
        self.seen = ""

    def wait_for(self, words: str) -> None:
        """Read until the words are there, behind those that were waited for before."""
        end = time.monotonic() + PATIENCE_S
        start = len(self.seen)
        while words not in self.seen[start:]:
            assert time.monotonic() < end, f"{words!r} did not come: {self.seen}"
            if not self._read() and self.process.poll() is not None:
                assert words in self.seen[start:], f"ended without {words!r}: {self.seen}"

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def ended(self) -> int:
        """Wait for the end; returns the exit status."""
        wait_until(lambda: not self._read() and self.process.poll() is not None)
        status = self.process.wait(PATIENCE_S)
        assert "Traceback" not in self.seen, self.seen
        return status

    def _read(self) -> bool:
        ready, _, _ = select.select([self._master], [], [], 0.05)
        if not ready:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # Linux: the other side was closed
            return False
        self.seen += data.decode(errors="replace")
        return bool(data)


@contextmanager
def on_a_terminal(*arguments: str) -> Iterator[Screen]:
    """The program on a terminal of its own, which also sends it its signals."""
    setsid = shutil.which("setsid")
    if setsid is None:
        pytest.skip("setsid is not installed")
    master, slave = pty.openpty()
    try:
        process = subprocess.Popen(
            [setsid, "--ctty", *COMMAND, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "PYTHONPATH": os.fspath(ROOT)},
        )
        os.close(slave)
        try:
            yield Screen(process, master)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(PATIENCE_S)
    finally:
        os.close(master)


def kill(process: "subprocess.Popen[Any]") -> None:
    """As a crash or a power cut: the process gets to do nothing more."""
    process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE_S)


def rows(query: str, *values: object) -> list[tuple[Any, ...]]:
    """Rows of the program's database, as they are now; none where there is no database yet."""
    path = Paths.of_system().database
    if not path.exists():
        return []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as db:
        try:
            return db.execute(query, values).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):  # it is just being made
                return []
            raise


def processes_with(word: str) -> list[psutil.Process]:
    """Living processes, but for those of this test run, that have the word in their arguments."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and any(word in part for part in process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found
