"""Keeps this process's memory out of crash dumps: API keys, and conversations off the record, are in it."""

import contextlib
from pathlib import Path

_FILTER = Path("/proc/self/coredump_filter")
_NOTHING = "0"
"""No mapping is dumped, whoever writes the dump: core(5), "Controlling which mappings are written"."""


def keep_memory_out() -> None:
    """Leave no core from now on, from this process and those that it starts.

    A service that takes cores over a pipe need not mind the limit (systemd-coredump does, and keeps nothing). On Linux
    what such a one gets is emptied too: it holds the threads' registers and the names of mapped files, and no memory.
    Where a system has neither limit nor filter, nothing is changed.

    PR_SET_DUMPABLE would prevent the registers as well, and with them the desktop's file dialogs: its portals serve no
    process that they cannot look up, https://github.com/flatpak/xdg-desktop-portal/issues/785.
    """
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        # The hard limit stays: whoever debugs the program can raise the soft one from outside.
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    with contextlib.suppress(OSError):
        _FILTER.write_text(_NOTHING, encoding="ascii")
