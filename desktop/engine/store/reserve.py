"""Room kept beside the database, so that what is on the screen can be stored although the disk is full."""

import contextlib
import os
import shutil
import time
from pathlib import Path

RESERVE_BYTES = 1 << 20
"""Takes the end of a run three times over: its text in the log, in the file and in the search, up to some 300 kB."""
_LEFT_FOR_OTHERS_BYTES = 1 << 20
"""What must stay free beside it: the reserve is not to be what fills the disk."""
_LOOK_EVERY_S = 5.0


class Reserve:
    """A file that takes up room until that is needed.

    Args:
        database: The database file. All processes that use it share the reserve.
    """

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}.reserve")
        self._is_there = False
        self._looked_at = -_LOOK_EVERY_S

    def give_up(self) -> None:
        """Give the room back to the disk."""
        self._is_there = False
        self._looked_at = time.monotonic()  # not taken again before what needs it is written
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def renew(self) -> None:
        """Take the room where it is not taken and the disk has enough; else nothing happens, and it is tried later."""
        if self._is_there or time.monotonic() - self._looked_at < _LOOK_EVERY_S:
            return
        self._looked_at = time.monotonic()
        try:
            if self._path.exists() and self._path.stat().st_size >= RESERVE_BYTES:
                self._is_there = True
            elif shutil.disk_usage(self._path.parent).free >= RESERVE_BYTES + _LEFT_FOR_OTHERS_BYTES:
                self._take()
                self._is_there = True
        except OSError:  # no room for it, or a place that cannot be written to
            self.give_up()

    def _take(self) -> None:
        with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, RESERVE_BYTES)
            else:  # bytes that no file system can shrink or leave out
                file.write(os.urandom(RESERVE_BYTES))
