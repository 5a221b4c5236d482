"""Keeps this process's memory out of crash dumps: API keys, and conversations off the record, are in it."""

import contextlib
from pathlib import Path

_FILTER = Path("/proc/self/coredump_filter")
_NOTHING = "0"
"""No mapping is dumped, whoever writes the dump: core(5), "Controlling which mappings are written"."""


def keep_memory_out() -> None:
    """Write no core from now on, in this process and in those that it starts.

    On Linux a service that takes cores over a pipe (systemd-coredump, Apport) does not mind the limit, so the dump it
    gets is emptied too: it holds registers and the names of mapped files, and no memory. Where a system has neither
    limit nor filter, nothing is changed.
    """
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        # The hard limit stays: whoever debugs the program can raise the soft one from outside.
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    with contextlib.suppress(OSError):
        _FILTER.write_text(_NOTHING, encoding="ascii")
