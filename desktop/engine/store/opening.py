"""Opens the store of the program: looked through first, and rescued where it is damaged."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from desktop.engine.errors import StoreDamaged, StoreError
from desktop.engine.store.database import errors_in_words, read_only
from desktop.engine.store.health import first_fault
from desktop.engine.store.in_use import InUse
from desktop.engine.store.rescue import Rescued, rescue
from desktop.engine.store.store import Store

_log = logging.getLogger(__name__)

CHECK_S = 2.0
"""How long the start may wait for the check; a database too large for it is checked to its end afterwards."""


@dataclass(frozen=True, slots=True)
class OpenedStore:
    """A store, and how it came to be open.

    Attributes:
        store: The store.
        rescued: What was saved from a damaged file; None where it was sound.
        looked_through: Whether the check came to its end; else `late_fault` is for afterwards.
        hold: Says that this process uses the file; released when the store is closed.
    """

    store: Store
    rescued: Rescued | None
    looked_through: bool
    hold: InUse


async def open_checked(path: Path) -> OpenedStore:
    """Look through the database, rescue what can be read of a damaged one, and open it.

    Args:
        path: The database file; made where it is not there.

    Raises:
        StoreDamaged: It is damaged and cannot be replaced now, as another process has it open.
        StoreError: It cannot be opened; the error says why.
    """
    hold = await asyncio.to_thread(_hold, path)
    looked_through = True
    try:
        try:
            rescued = await asyncio.to_thread(_checked, path, hold)
        except TimeoutError:
            rescued, looked_through = None, False
        try:
            store = await Store.open(path)
        except StoreDamaged as error:  # sound in its pages and damaged in what they say
            rescued = await asyncio.to_thread(_rescued, path, hold, str(error.__cause__ or error))
            store = await Store.open(path)
    except BaseException:
        hold.release()
        raise
    return OpenedStore(store, rescued, looked_through, hold)


async def late_fault(path: Path) -> str | None:
    """Look through a database to its end, beside the store that has it open; for those too large at the start.

    A fault is noted beside the file, so that the next start takes the time to find and mend it.

    Returns:
        The fault in SQLite's words, or None.
    """

    def look() -> str | None:
        with errors_in_words(path):
            fault = first_fault(path)
        if fault is not None:
            _note(path).touch(mode=0o600)
        return fault

    return await asyncio.to_thread(look)


def _note(path: Path) -> Path:
    return path.with_name(f"{path.name}.faulty")


def _hold(path: Path) -> InUse:
    try:
        return InUse(path)
    except OSError as error:
        raise StoreError(
            f"{path} could not be opened ({error.strerror}).",
            action="Check that the folder exists and may be written to.",
        ) from error


def _checked(path: Path, hold: InUse) -> Rescued | None:
    if _made(path).exists():  # a crash came between the rescue and the change of files
        with read_only(_made(path)) as db:
            rows = {"messages": db.execute("SELECT COUNT(*) FROM messages").fetchone()[0]}
        return _replaced(path, hold, "found at the last start", rows, ())
    with errors_in_words(path):
        fault = first_fault(path, within_s=None if _note(path).exists() else CHECK_S)
    if fault is None:
        _note(path).unlink(missing_ok=True)
        return None
    return _rescued(path, hold, fault)


def _made(path: Path) -> Path:
    return path.with_name(f"{path.name}.rescued")


def _rescued(path: Path, hold: InUse, fault: str) -> Rescued:
    """Put a new database with what can be read in place of the damaged one, which is kept aside."""
    _be_alone(path, hold, fault)
    _log.error("the database is damaged (%s): rescuing what can be read", fault)
    part = path.with_name(f"{path.name}.rescuing")
    try:
        _remove(part)
        with errors_in_words(part):
            rows, unread = rescue(path, part)
        part.replace(_made(path))
    except OSError as error:
        raise _irreplaceable(path, fault, error) from error
    finally:
        hold.share()
    return _replaced(path, hold, fault, rows, unread)


def _replaced(path: Path, hold: InUse, fault: str, rows: dict[str, int], unread: tuple[str, ...]) -> Rescued:
    """Change the files. Each step may be the last before a crash: the next start goes on here."""
    _be_alone(path, hold, fault)
    folder = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}")
    try:
        folder.mkdir(mode=0o700)
        for suffix in ("-wal", "-shm", ""):
            old = path.with_name(path.name + suffix)
            if old.exists():
                old.replace(folder / old.name)
        _made(path).replace(path)
        _note(path).unlink(missing_ok=True)
    except OSError as error:
        raise _irreplaceable(path, fault, error) from error
    finally:
        hold.share()
    return Rescued(fault, folder / path.name, rows, unread)


def _be_alone(path: Path, hold: InUse, fault: str) -> None:
    if not hold.alone():
        raise StoreDamaged(
            f"{path} is damaged ({fault}), and another window or command of this program has it open.",
            action="End that one, then start again: what can be read will be recovered.",
        )


def _irreplaceable(path: Path, fault: str, error: OSError) -> StoreDamaged:
    return StoreDamaged(
        f"{path} is damaged ({fault}), and could not be replaced ({error.strerror}).",
        action="Check that its folder may be written to and has room, then start again.",
    )


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
