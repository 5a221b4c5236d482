"""Everything that is read of the audit log, also where no store is open."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import IO, TypeVar

from desktop.engine.audit import AuditFilter, AuditHead, AuditLogId, AuditPage, AuditReport
from desktop.engine.store.audit_check import check
from desktop.engine.store.audit_export import ExportFormat, Redact, write_entries
from desktop.engine.store.audit_reading import read_entries, read_head, read_id, read_page, read_tools
from desktop.engine.store.database import read_only

T = TypeVar("T")
Target = Callable[[], AbstractContextManager[IO[str]]]


class AuditReader:
    """Reads the log of a database file, on threads of its own, and changes nothing.

    Args:
        path: The file; a log that is not there is an empty one.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path

    async def head(self) -> AuditHead:
        """The end of the log now."""
        return await self._read(read_head)

    async def id(self) -> AuditLogId:
        """Which log it is."""
        return await self._read(read_id)

    async def page(self, wanted: AuditFilter, offset: int = 0, limit: int = 200) -> AuditPage:
        """Some rows, newest first.

        Args:
            wanted: Which rows.
            offset: How many of them to leave out.
            limit: How many to read at most.

        Raises:
            StoreDamaged: A row cannot be read.
        """
        return await self._read(lambda db: read_page(db, wanted, offset, limit))

    async def tools(self) -> list[str]:
        """The names of all tools in the log, in alphabetical order."""
        return await self._read(read_tools)

    async def verify(self, key: bytes | None, head: AuditHead | None, why_no_key: str = "") -> AuditReport:
        """Compute the whole chain again, and compare.

        Args:
            key: As it is in its safe place; None where it cannot be had.
            head: As it was anchored there; None where it was not, or cannot be had.
            why_no_key: Why they cannot be had, in words; empty where they can.

        Raises:
            StoreError: The database cannot be read.
        """
        return await self._read(lambda db: check(db, key, head, why_no_key))

    async def export(self, wanted: AuditFilter, target: Target, form: ExportFormat, redact: Redact) -> int:
        """Write rows, oldest first.

        Args:
            wanted: Which rows.
            target: Opens what is written to, for text and with ``newline=""``, on the reading thread.
            form: JSON lines or CSV.
            redact: Takes keys out of text.

        Returns:
            How many rows.

        Raises:
            StoreDamaged: A row cannot be read; those before it are written.
            OSError: The target cannot be written to.
        """

        def write(db: sqlite3.Connection) -> int:
            with target() as opened:
                return write_entries(read_entries(db, wanted), opened, form, redact)

        return await self._read(write)

    async def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Read beside the store's own connection: a long read holds nobody up."""
        path = self.path

        def read() -> T:
            if path is None or not path.exists():
                with closing(sqlite3.connect(":memory:")) as empty:
                    return work(empty)
            with read_only(path) as connection:
                return work(connection)

        return await asyncio.to_thread(read)
