"""Copies of the whole database while it is in use, and one of them put in its place.

A restored copy is staged beside the database and takes its place when nothing has that open: at the next start.
"""

import os
import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from desktop.engine.errors import BadFile, StoreError
from desktop.engine.messages import utc_now
from desktop.engine.store.database import read_only
from desktop.engine.store.migrations import refuse_newer

_PAGES = 2048


def back_up(database: Path, target: Path) -> int:
    """Copy the database as it is at this moment into one file, check the copy, and only then put it there.

    Blocks: call it off the GUI's thread.

    Args:
        database: The database; it may be in use.
        target: The file, for the person alone; replaced where it is there.

    Returns:
        Bytes of the copy.

    Raises:
        StoreError: The database cannot be read, or the copy is damaged.
        OSError: The file cannot be written.
    """
    if target.exists() and target.samefile(database):
        raise StoreError("A backup cannot replace the database itself.", action="Choose another file.")
    with read_only(database) as source:
        return _copy(source, target)


def stage_restore(backup: Path, database: Path) -> None:
    """Check a backup and stage it: ``put_restore_in_place`` does the rest. Blocks.

    Args:
        backup: A file that ``back_up`` made, of this or an older version of the program.
        database: The database that it is to replace.

    Raises:
        BadFile: It is no backup, or a damaged one.
        StoreTooNew: A newer version of the program wrote it.
        OSError: It cannot be copied.
    """
    if not backup.is_file():
        raise BadFile(f"There is no file {str(backup)!r}.", action="Choose a backup.")
    try:
        with read_only(backup) as source:
            version = refuse_newer(source, backup)
            known = source.execute("SELECT 1 FROM sqlite_master WHERE name = 'conversations'").fetchone()
            if not version or known is None:
                raise BadFile(f"{backup.name!r} is no backup of this program.", action="Choose another file.")
            _copy(source, staged(database))
    except StoreError as error:
        if isinstance(error.__cause__, sqlite3.DatabaseError):
            raise BadFile(f"{backup.name!r} is no backup, or a damaged one.", action="Choose another file.") from error
        raise


def staged(database: Path) -> Path:
    """Where a backup waits to take the database's place."""
    return database.with_name(f"{database.name}.restore")


def put_restore_in_place(database: Path) -> Path | None:
    """Let a staged backup take the database's place, if one waits and nothing has the database open.

    Args:
        database: The database; nothing of this process may have it open.

    Returns:
        Where the database went that was there before; None where nothing was done.

    Raises:
        StoreError: A backup waits, and the database is in use by another process.
        OSError: A file cannot be moved.
    """
    waiting = staged(database)
    if not waiting.exists():
        return None
    aside = database.with_name(f"{database.name}.before-restore-{utc_now():%Y%m%d-%H%M%S}")
    if database.exists():
        _settle(database)
        for ending in ("-wal", "-shm"):  # of a database too damaged to be settled
            with suppress(FileNotFoundError):
                os.replace(f"{database}{ending}", f"{aside}{ending}")
        os.replace(database, aside)
    os.replace(waiting, database)
    return aside


def _settle(database: Path) -> None:
    """Bring all that was written into the one file; SQLite lets only one do that who is alone with it."""
    try:
        with closing(sqlite3.connect(database, isolation_level=None, timeout=1.0)) as db:
            mode = db.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
    except sqlite3.OperationalError as error:
        raise StoreError(
            "A restored backup waits, but another process has the database open.",
            action="Close the other window or command, then start again.",
        ) from error
    except sqlite3.DatabaseError:
        return  # it is damaged, which may be why a backup is wanted
    if mode != "delete":
        raise StoreError(
            "A restored backup waits, but another process has the database open.",
            action="Close the other window or command, then start again.",
        )


def _copy(source: sqlite3.Connection, target: Path) -> int:
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent)  # made 0600
    os.close(descriptor)
    try:
        with closing(sqlite3.connect(name, isolation_level=None)) as copy:
            source.backup(copy, pages=_PAGES, sleep=0)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, that can be moved and copied
            if (found := copy.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
                raise StoreError(f"The copy is damaged ({found}).", action="Look at the disk, then try again.")
        size = os.path.getsize(name)
        with open(name, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(name, target)
        return size
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
