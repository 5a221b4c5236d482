"""The audit log: each step of each tool call and grant, appended in the very transaction that makes it, and chained."""

import contextlib
import json
import sqlite3
from collections.abc import Awaitable, Callable
from typing import TypeVar

from desktop.engine.audit import AuditHead
from desktop.engine.messages import canonical, utc_now
from desktop.engine.store.audit_chain import key_id, row_hash
from desktop.engine.store.audit_grants import grant_columns
from desktop.engine.store.audit_reader import AuditReader
from desktop.engine.store.audit_reading import read_head
from desktop.engine.store.audit_schema import watch
from desktop.engine.store.database import Database

T = TypeVar("T")

_CALL = """
SELECT c.*, r.conversation_id, o.created_at AS requested_at,
    COALESCE(
        (SELECT model FROM audit a WHERE a.run_id = c.run_id AND a.call_id = c.call_id ORDER BY number LIMIT 1),
        (SELECT model FROM usage u WHERE u.run_id = c.run_id AND u.brain = 'orchestrator' ORDER BY id DESC LIMIT 1),
        CASE WHEN json_valid(r.options) THEN json_extract(r.options, '$.orchestrator') END,
        ''
    ) AS model,
    (SELECT arguments FROM audit a WHERE a.run_id = c.run_id AND a.call_id = c.call_id AND arguments IS NOT NULL
        ORDER BY number DESC LIMIT 1) AS known_arguments
FROM calls c JOIN runs r ON r.id = c.run_id JOIN rounds o ON o.run_id = c.run_id AND o.round = c.round
WHERE c.run_id = ? AND c.call_id = ?
"""
_KEPT = (
    "run_id", "conversation_id", "call_id", "round", "model", "tool", "ruling", "binding", "decision", "decided_by",
    "grant_id", "state", "requested_at", "decided_at", "started_at", "finished_at", "duration_ms",
)  # fmt: skip
"""The columns that are taken from the call as they are."""


async def no_wait() -> None:
    """Sees to nothing."""


class AuditLog(AuditReader):
    """Appends to the log and reads it. Only what commits is in it, and nothing that commits is not.

    Args:
        database: Where; its calls and grants are watched from now on.

    Attributes:
        on_growth: Called on the store's thread when rows were appended that are about to be committed.
        before_growth: Awaited where a step of a run is about to append rows: the log's key is seen to.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(database.path)
        self._database = database
        self._key: bytes | None = None
        self.on_growth: Callable[[], None] = lambda: None
        self.before_growth: Callable[[], Awaitable[None]] = no_wait
        database.before_commit = self._append_touched

    @classmethod
    async def open(cls, database: Database) -> "AuditLog":
        """The log of a database, watching its calls and grants."""
        await database.read(watch)
        return cls(database)

    def use_key(self, key: bytes) -> None:
        """Chain with this key from the next row on; until then rows are chained without one, and marked so."""
        self._key = key

    async def holds(self, head: AuditHead) -> bool:
        """Whether the log still has the row that was its end once, with the same hash."""
        return await self._database.read(lambda db: _holds(db, head))

    async def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self._database.path is None:
            return await self._database.read(work)
        return await super()._read(work)

    def _append_touched(self, db: sqlite3.Connection) -> None:
        touched = db.execute("SELECT * FROM temp.audit_touched ORDER BY rowid").fetchall()
        if not touched:
            return
        db.execute("DELETE FROM temp.audit_touched")
        for row in touched:
            if row["grant_row"] is not None:
                self._append(db, row["step"], grant_columns(db, row["step"], row["grant_row"], utc_now().isoformat()))
                continue
            call = db.execute(_CALL, (row["run_id"], row["call_id"])).fetchone()
            if call is not None:  # deleted with its conversation in the same step
                self._append(db, row["step"], _call_columns(call))
        self.on_growth()

    def _append(self, db: sqlite3.Connection, step: str, columns: dict[str, object]) -> None:
        head = read_head(db)
        row: dict[str, object] = {
            **columns,
            "number": head.rows + 1,
            "at": utc_now().isoformat(),
            "step": step,
            "key_id": key_id(self._key),
        }
        row["hash"] = row_hash(self._key, head.hash, row)
        names = ", ".join(row)
        marks = ", ".join("?" for _ in row)
        db.execute(f"INSERT INTO audit ({names}) VALUES ({marks})", tuple(row.values()))


def _call_columns(call: sqlite3.Row) -> dict[str, object]:
    arguments = _canonical(call["arguments"])
    columns: dict[str, object] = {name: call[name] for name in _KEPT}
    return columns | {"arguments": None if arguments == call["known_arguments"] else arguments}


def _holds(db: sqlite3.Connection, head: AuditHead) -> bool:
    if head.rows == 0:
        return True
    row = db.execute("SELECT hash FROM audit WHERE number = ?", (head.rows,)).fetchone()
    return row is not None and row["hash"] == head.hash


def _canonical(arguments: str) -> str:
    """Stored arguments in their one spelling; damaged ones stay as they are."""
    with contextlib.suppress(ValueError):
        # A model can send half a surrogate pair, which no database takes: it stays the escape that it was in JSON.
        arguments = canonical(json.loads(arguments)).encode("utf-8", "backslashreplace").decode()
    return arguments
