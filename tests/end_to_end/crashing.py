"""Real crashes: a process ends by a signal that would leave a core, with its stacks told before."""

import os
import resource
import signal
import sys
from pathlib import Path

from tests.end_to_end.desktop_session import PATIENCE_S, Program, wait_until

COMMAND = ("sh", "-c", 'ulimit -c "$(ulimit -Hc)"; exec "$@"', "sh", sys.executable, "-m", "desktop")
"""The program, allowed to leave a core of any size where the system allows it."""


def leaves_cores() -> bool:
    """Whether a crash on this system leaves a core in the folder of the process, where its limit allows one."""
    pattern = Path("/proc/sys/kernel/core_pattern").read_text(encoding="ascii").strip()
    endless = resource.getrlimit(resource.RLIMIT_CORE)[1] == resource.RLIM_INFINITY
    return endless and not pattern.startswith("|") and "/" not in pattern


def crash(program: Program) -> None:
    """Let the program crash with a segmentation fault, with the fault handler of Python on."""
    os.kill(program.pid, signal.SIGSEGV)
    wait_until(lambda: not program.is_running, "the crash", PATIENCE_S)
    assert "Fatal Python error: Segmentation fault" in program.complaints
