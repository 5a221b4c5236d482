"""Ends the process though work goes on that nobody waits for."""

import contextlib
import os
import sys
import threading
from collections.abc import Callable
from typing import NoReturn
from weakref import WeakSet

_unattended: "WeakSet[threading.Thread]" = WeakSet()


def start_unattended(name: str, work: Callable[[], None]) -> None:
    """Do work on a thread that cannot hold up the program's end: a keyring that waits for its password, imports.

    Args:
        name: Of the thread.
        work: Raises nothing.
    """
    thread = threading.Thread(target=work, name=name, daemon=True)
    _unattended.add(thread)
    thread.start()


def leave(status: int) -> NoReturn:
    """End the process.

    Where unattended work goes on, it ends on the spot. Python would unwind such a thread in the middle of whatever it
    is in, and a module in Rust or C++ aborts the process then: https://github.com/python/cpython/issues/87135.

    Args:
        status: The exit status.
    """
    if any(thread.is_alive() for thread in _unattended):
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):  # nobody reads any more
                stream.flush()
        os._exit(status)
    sys.exit(status)
