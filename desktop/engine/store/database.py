"""One SQLite file, one connection, one worker thread.

Every piece of work is a plain function of the connection that runs whole on the worker thread: a task that is
cancelled while it waits cannot leave half a transaction behind.
"""

import asyncio
import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from desktop.engine.errors import StoreBusy, StoreDamaged, StoreError, StoreFull
from desktop.engine.store.migrations import migrate, refuse_newer
from desktop.engine.store.reserve import Reserve
from desktop.engine.store.search_schema import watch_messages

T = TypeVar("T")
_PRIMARY = 0xFF
"""What of SQLite's extended codes names the kind of error."""


class Database:
    """The connection. Make one with ``await Database.open(path)``.

    Attributes:
        path: The file; None for a database in memory.
        before_commit: Run at the end of each transaction, on the worker thread; an exception rolls it back.
    """

    def __init__(self, path: Path | None, connection: sqlite3.Connection, worker: ThreadPoolExecutor) -> None:
        self.path = path
        self.before_commit: Callable[[sqlite3.Connection], None] = lambda connection: None
        self._connection = connection
        self._worker = worker
        self._reserve = Reserve(path) if path is not None else None

    @classmethod
    async def open(cls, path: Path | None) -> "Database":
        """Open the file, make it if it is not there, and bring it to this program's version.

        Args:
            path: The file; None for a database in memory.

        Raises:
            StoreTooNew: A newer program wrote it.
            StoreDamaged: It is no SQLite database, or a damaged one.
            StoreError: It cannot be opened.
        """
        worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        try:
            connection = await asyncio.get_running_loop().run_in_executor(worker, _connect, path)
        except BaseException:
            worker.shutdown(wait=False)
            raise
        database = cls(path, connection, worker)
        await asyncio.get_running_loop().run_in_executor(worker, database._renew_reserve)
        return database

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run a function that only reads.

        Args:
            work: Gets the connection, on the worker thread.
        """
        return await self._run(lambda: work(self._connection))

    async def write(
        self, work: Callable[[sqlite3.Connection], T], *, durable: bool = False, from_reserve: bool = False
    ) -> T:
        """Run a function in one transaction; an exception rolls it back.

        Args:
            work: Gets the connection, on the worker thread.
            durable: Whether it must survive a power failure too, and not only the end of the process.
            from_reserve: Whether it keeps what is on the screen: on a full disk it is given the room that was kept
                for that, and runs again.

        Raises:
            StoreFull: There is no room on the disk.
            StoreError: SQLite could not do it.
        """

        def transaction() -> T:
            connection = self._connection
            if durable:
                connection.execute("PRAGMA synchronous = FULL")
            try:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    result = work(connection)
                    self.before_commit(connection)
                    connection.execute("COMMIT")
                except BaseException:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
            finally:
                if durable:
                    connection.execute("PRAGMA synchronous = NORMAL")
            self._renew_reserve()
            return result

        return await self._run(lambda: self._with_room(transaction) if from_reserve else transaction())

    def _with_room(self, transaction: Callable[[], T]) -> T:
        """Run a transaction, with more and more room where that is what it lacks."""
        for make_room in (self._reuse_log, self._give_up_reserve):
            try:
                return transaction()
            except sqlite3.OperationalError as error:
                if not _lacks_room(error):
                    raise
            make_room()
        return transaction()

    def _give_up_reserve(self) -> None:
        if self._reserve is not None:
            self._reserve.give_up()
        self._reuse_log()

    def _reuse_log(self) -> None:
        """Bring the write-ahead log into the file, so that it is written from its beginning and need not grow.

        Where the file has no room to grow to its new size it is left: half of that would take the room for nothing.
        """
        if self.path is None:
            return
        with contextlib.suppress(sqlite3.OperationalError, OSError):
            pages, size = (self._connection.execute(f"PRAGMA {of}").fetchone()[0] for of in ("page_count", "page_size"))
            if pages * size - self.path.stat().st_size <= shutil.disk_usage(self.path.parent).free:
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()  # waits for nobody who reads

    def _renew_reserve(self) -> None:
        if self._reserve is not None:
            self._reserve.renew()

    async def empty_log(self) -> None:
        """Bring the write-ahead log into the file and cut it to nothing; another process that reads may hinder that."""
        await self.read(lambda db: db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())

    async def _run(self, work: Callable[[], T]) -> T:
        with errors_in_words(self.path):
            return await asyncio.get_running_loop().run_in_executor(self._worker, work)

    async def close(self) -> None:
        """Finish what is under way and close the file."""
        await asyncio.get_running_loop().run_in_executor(self._worker, self._connection.close)
        self._worker.shutdown(wait=True)


@contextlib.contextmanager
def read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that changes nothing, for long reads beside the store's own, and where no store is open.

    Args:
        path: The file.

    Raises:
        StoreDamaged: It is no SQLite database, or a damaged one.
        StoreError: It cannot be opened or read.
    """
    with errors_in_words(path):
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=10.0)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("BEGIN")  # one picture of the file, however long it is looked at
            yield connection
        finally:
            connection.close()


def _connect(path: Path | None) -> sqlite3.Connection:
    with errors_in_words(path):
        connection = sqlite3.connect(
            path if path is not None else ":memory:", isolation_level=None, check_same_thread=False, timeout=10.0
        )
        try:
            refuse_newer(connection, path)
            if path is not None:
                path.chmod(0o600)
            # What is off the record is in no file at all. Set first: a change drops the temporary triggers.
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            migrate(connection, path)
            watch_messages(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def _lacks_room(error: sqlite3.OperationalError) -> bool:
    """Whether room may help: a quota that is used up, or no room for the index of the log, is told as input/output."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    return code & _PRIMARY in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


@contextlib.contextmanager
def errors_in_words(path: Path | None) -> Iterator[None]:
    """Turn SQLite's errors into the store's.

    Args:
        path: The file that they are about; None for a database in memory.

    Raises:
        StoreError: In place of an `sqlite3.OperationalError`; `StoreFull` where the disk is full,
            `StoreBusy` where another program has it locked.
        StoreDamaged: In place of any other `sqlite3.DatabaseError` that is no bug of the program.
    """
    name = str(path) if path is not None else "the database in memory"
    try:
        yield
    except sqlite3.OperationalError as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)  # none: text in it is no UTF-8
        if code == sqlite3.SQLITE_FULL:
            raise StoreFull(
                f"There is no room left on the disk for {name}.", action="Free some space, then go on."
            ) from error
        if code & _PRIMARY == sqlite3.SQLITE_BUSY:
            raise StoreBusy(
                f"{name} could not be read or written ({error}).",
                action="Wait until the other program that uses it is done, then try again.",
            ) from error
        if code == sqlite3.SQLITE_CORRUPT:
            raise _damaged(name, error) from error
        raise StoreError(
            f"{name} could not be read or written ({error}).",
            action="Check that the folder exists, may be written to, and that the disk is not full.",
        ) from error
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
            raise
        raise _damaged(name, error) from error


def _damaged(name: str, error: sqlite3.DatabaseError) -> StoreDamaged:
    return StoreDamaged(
        f"{name} is damaged or is no database of this program ({error}).",
        action="Move the file aside and start again, or put a backup copy in its place.",
    )
