"""Running one process to its end, with bounded output, and ending it with all its descendants."""

import asyncio
import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from desktop.engine.tools.threads import finish

_HEAD_BYTES = 32_768
_TAIL_BYTES = 32_768
_GRACE_S = 1.0
_DRAIN_S = 1.0
_LONGEST_KILL_S = 10.0
_POLL_S = 0.01
_FREE_BYTES = 4_000_000  # so much output is read at full speed
_BREATH_S = 0.002
_MARK = "CORTEX_COMMAND"
"""Carries a random word into every descendant's environment; so those are found that left the tree and the session."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a process ended.

    Attributes:
        output: What it wrote to standard output and standard error, as it came; the middle left out, marked, if long.
        exit_code: Negative for a signal; None where it was ended for taking too long.
        left_running: How many processes it left behind, which were ended.
    """

    output: str
    exit_code: int | None
    left_running: int


class _Output(asyncio.SubprocessProtocol):
    """Keeps the head and the tail of what a process writes."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.exited: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[None] = loop.create_future()
        self._loop = loop
        self._pipe: asyncio.ReadTransport | None = None
        self._head = bytearray()
        self._tail = bytearray()
        self._total = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.SubprocessTransport):
            pipe = transport.get_pipe_transport(1)
            self._pipe = pipe if isinstance(pipe, asyncio.ReadTransport) else None

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self._total += len(data)
        room = _HEAD_BYTES - len(self._head)
        self._head += data[:room]
        self._tail += data[room:]
        del self._tail[:-_TAIL_BYTES]
        if self._total > _FREE_BYTES and self._pipe is not None:
            # a flood must not keep the loop from all else
            self._pipe.pause_reading()
            self._loop.call_later(_BREATH_S, self._resume)

    def _resume(self) -> None:
        if self._pipe is not None and not self._pipe.is_closing():
            self._pipe.resume_reading()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        self._pipe = None
        if not self.closed.done():
            self.closed.set_result(None)

    def process_exited(self) -> None:
        if not self.exited.done():
            self.exited.set_result(None)

    @property
    def text(self) -> str:
        left_out = self._total - len(self._head) - len(self._tail)
        gap = f"\n[… {left_out:,} bytes of output are left out here …]\n".encode() if left_out else b""
        return (bytes(self._head) + gap + bytes(self._tail)).decode(errors="replace")


async def run_process(
    command: str | Sequence[str], folder: Path, environment: Mapping[str, str], timeout_s: float
) -> Outcome:
    """Run a process with no input, and end everything it started.

    Args:
        command: Arguments, the program first; or a text for the system's shell.
        folder: Where it runs.
        environment: All of its environment.
        timeout_s: After so many seconds it is ended.

    Returns:
        How it ended. Never waits for processes left in the background: they are ended, too.

    Raises:
        OSError: It could not be started.
        CancelledError: After all of its processes have ended.
    """
    mark = secrets.token_hex(16)
    options: dict[str, Any] = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.STDOUT,
        "cwd": folder,
        "env": {**environment, _MARK: mark},
    }
    if sys.platform == "win32":
        options["creationflags"] = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    else:
        options["start_new_session"] = True
    loop = asyncio.get_running_loop()
    starting: asyncio.Task[tuple[asyncio.SubprocessTransport, _Output]] = asyncio.ensure_future(
        loop.subprocess_shell(_Output, command, **options)
        if isinstance(command, str)
        else loop.subprocess_exec(_Output, *command, **options)
    )
    in_time = True
    left_running = 0
    try:
        # cancelled while it starts, asyncio would kill the first process only
        transport, output = await asyncio.shield(starting)
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.shield(output.exited)
        except TimeoutError:
            in_time = False
    finally:
        left_running = await finish(_end(starting, mark))
    if in_time:
        return Outcome(output.text, transport.get_returncode(), left_running)
    return Outcome(output.text, None, 0)


async def _end(starting: "asyncio.Task[tuple[asyncio.SubprocessTransport, _Output]]", mark: str) -> int:
    """End all processes of a command, take in what they still had written, and let go of the pipe."""
    try:
        transport, output = await starting
    except OSError:
        return 0
    try:
        count = await asyncio.to_thread(_end_tree, transport.get_pid(), mark, output.exited.done())
        with contextlib.suppress(TimeoutError):
            # all writers have ended: what is still in the pipe comes at once
            await asyncio.wait_for(asyncio.shield(output.closed), _DRAIN_S)
            await asyncio.wait_for(asyncio.shield(output.exited), _DRAIN_S)
        return count
    finally:
        transport.close()


def _end_tree(pid: int, mark: str, exited: bool) -> int:
    """End a process and all its descendants: politely, and after a grace by force, until none is left.

    Args:
        pid: The process; leader of its own group where the system has groups.
        mark: The word in the environment of its descendants.
        exited: Whether the process itself has ended and been waited for, so that its id may belong to another by now.

    Returns:
        How many processes there were beside the first.
    """
    found = _descendants(pid, mark, exited)
    # what bubblewrap itself needs was not left behind by the command
    count = len([process for process in found if process.pid != pid and not _has_name(process, "bwrap")])
    if not found:
        return 0
    for process in found:
        # bubblewrap ends its whole sandbox at once when it is asked to end: those inside are asked first
        if process.pid != pid or not _has_name(process, "bwrap"):
            _ask_to_end(process)
    _wait(found, _GRACE_S)
    alive = _descendants(pid, mark, exited)  # those started meanwhile, too
    end = time.monotonic() + _LONGEST_KILL_S
    while alive and time.monotonic() < end:
        for process in alive:
            with contextlib.suppress(psutil.Error):
                process.kill()
        _wait(alive, 0.2)
        alive = _descendants(pid, mark, exited)
    return count


def _wait(processes: list[psutil.Process], timeout_s: float) -> list[psutil.Process]:
    """Wait until processes have ended; returns those that have not."""
    # psutil's own wait would take our child's exit status away from asyncio, and waits for zombies, too
    end = time.monotonic() + timeout_s
    alive = [process for process in processes if _lives(process)]
    while alive and time.monotonic() < end:
        time.sleep(_POLL_S)
        alive = [process for process in alive if _lives(process)]
    return alive


def _ask_to_end(process: psutil.Process) -> None:
    with contextlib.suppress(psutil.Error):
        process.terminate()
        if sys.platform != "win32":
            process.send_signal(signal.SIGCONT)  # a stopped process hears nothing


def _has_name(process: psutil.Process, name: str) -> bool:
    try:
        return process.name() == name
    except psutil.Error:
        return False


def _descendants(pid: int, mark: str, exited: bool) -> list[psutil.Process]:
    """The living processes that a command started, itself included, however they were detached."""
    found: set[psutil.Process] = set()
    if not exited:
        with contextlib.suppress(psutil.Error):
            first = psutil.Process(pid)
            found |= {first, *first.children(recursive=True)}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError, ValueError):
            if process.pid != os.getpid() and (
                _in_group(process.pid, pid, exited) or process.environ().get(_MARK) == mark
            ):
                found |= {process, *process.children(recursive=True)}
    found.discard(psutil.Process())
    return [process for process in found if _lives(process)]


def _in_group(candidate: int, group: int, exited: bool) -> bool:
    """Whether a process is in the command's group or session."""
    if sys.platform == "win32":
        return False
    # the id of a group in use is not given to a new process, so this holds after the leader's end, too; the leader's
    # own number may be another's then
    if exited and candidate == group:
        return False
    return os.getpgid(candidate) == group or os.getsid(candidate) == group


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
