"""Who has a database open: a lock beside it, shared by all that use it and whole for the one that replaces it."""

import os
from pathlib import Path
from typing import IO

if os.name == "posix":
    import fcntl


class InUse:
    """A hold on a database file, until `release` or the end of the process.

    Args:
        database: The file; the lock lies beside it, so that it stays when the file is replaced.

    Raises:
        OSError: The lock cannot be made.
    """

    def __init__(self, database: Path) -> None:
        path = database.with_name(f"{database.name}.lock")
        self._file: IO[bytes] = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        self._lock(alone=False)

    def alone(self) -> bool:
        """Ask to be the only one, and stay so until `share` or `release`.

        Returns:
            Whether nobody else has the database open. Without locks (Windows) always True: there a file that
            somebody has open cannot be moved away, which ends in an error all the same.
        """
        return self._lock(alone=True)

    def share(self) -> None:
        """Let others in again."""
        self._lock(alone=False)

    def release(self) -> None:
        """Give it up."""
        self._file.close()

    def _lock(self, *, alone: bool) -> bool:
        if os.name != "posix":
            return True
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB if alone else fcntl.LOCK_SH)
        except BlockingIOError:
            fcntl.flock(self._file, fcntl.LOCK_SH)  # a refused change of the lock may have let go of it
            return False
        return True
