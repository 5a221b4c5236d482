"""Whether a database file is sound."""

import sqlite3
import time
from pathlib import Path

_STEPS = 20_000
"""Steps of SQLite's machine between two looks at the clock; some milliseconds."""


def first_fault(path: Path, *, within_s: float | None = None) -> str | None:
    """Look through a database for damage.

    Args:
        path: The file; one that is not there is sound.
        within_s: Seconds after which it stops looking; None to look to the end.

    Returns:
        The first fault in SQLite's words, or None where none was found.

    Raises:
        TimeoutError: The time was over; no fault was found until then.
        sqlite3.OperationalError: The file cannot be opened or read, which says nothing of its content.
    """
    if not path.exists():
        return None
    connection = sqlite3.connect(path, isolation_level=None, timeout=10.0)
    try:
        if within_s is not None:
            until = time.monotonic() + within_s
            connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            raise TimeoutError from error
        if is_damage(error):
            return str(error)
        raise
    finally:
        connection.close()
    return None if found == "ok" else str(found)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether an error says that the file is damaged, or no database at all."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
