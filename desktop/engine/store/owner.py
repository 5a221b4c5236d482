"""Which process works on a run, and whether it still lives."""

import os
import sys
from functools import cache
from pathlib import Path

import psutil


@cache
def this_process() -> str:
    """A name of this process that no later process of the same id shares."""
    return f"{os.getpid()}:{_started(os.getpid())}"


def is_alive(owner: str) -> bool:
    """Whether the process of that name still runs.

    Args:
        owner: What ``this_process`` gave in that process.
    """
    pid, _, started = owner.partition(":")
    try:
        return _started(int(pid)) == started
    except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError, ValueError):
        return False
    except (psutil.AccessDenied, PermissionError):
        return True


def _started(pid: int) -> str:
    """When a process was started, in a way that stays the same when the clock is set.

    On Linux psutil counts from the time of the system's start, which moves with the clock: a living process would
    seem to be another one, and its run would be taken from it.
    """
    if sys.platform != "linux":
        return f"{psutil.Process(pid).create_time():.2f}"
    # field 22 of proc_pid_stat(5), ticks since the system's start; the name before it may hold spaces and brackets
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    if fields[0] in ("Z", "X"):
        raise ProcessLookupError(f"process {pid} has ended and waits to be taken note of")
    return f"{Path('/proc/sys/kernel/random/boot_id').read_text(encoding='ascii').strip()}:{fields[19]}"
