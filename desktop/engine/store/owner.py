"""Which process works on a run, and whether it still lives."""

import os
from functools import cache

import psutil


@cache
def this_process() -> str:
    """A name of this process that no later process of the same id shares."""
    return f"{os.getpid()}:{psutil.Process().create_time():.2f}"


def is_alive(owner: str) -> bool:
    """Whether the process of that name still runs.

    Args:
        owner: What ``this_process`` gave in that process.
    """
    pid, _, created = owner.partition(":")
    try:
        return f"{psutil.Process(int(pid)).create_time():.2f}" == created
    except (psutil.NoSuchProcess, ValueError):
        return False
    except psutil.AccessDenied:
        return True
