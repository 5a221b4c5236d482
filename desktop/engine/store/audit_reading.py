"""Reading the audit log: by page for a view, whole for an export."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime

from pydantic import ValidationError

from desktop.engine.audit import GRANT_STEPS, AuditEntry, AuditFilter, AuditHead, AuditLogId, AuditPage
from desktop.engine.errors import StoreDamaged
from desktop.engine.store.audit_chain import START

_ARGUMENTS = """COALESCE(a.arguments, (
    SELECT b.arguments FROM audit b
    WHERE b.run_id = a.run_id AND b.call_id = a.call_id AND b.number < a.number AND b.arguments IS NOT NULL
    ORDER BY b.number DESC LIMIT 1
), '')"""
_IS_GRANT = f"a.step IN ({', '.join(repr(step) for step in sorted(GRANT_STEPS))})"
_SEARCHED = ("tool", "state", "decided_by", "model", "decision", "grant_id", "run_id", "conversation_id", "call_id")


def has_log(db: sqlite3.Connection) -> bool:
    """Whether there is a log: a database of an earlier version has none."""
    return db.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'audit'").fetchone() is not None


def read_head(db: sqlite3.Connection) -> AuditHead:
    """The end of the log."""
    row = None
    if has_log(db):
        row = db.execute("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1").fetchone()
    return AuditHead(rows=0, hash=START) if row is None else AuditHead(rows=row["number"], hash=row["hash"])


def read_id(db: sqlite3.Connection) -> AuditLogId:
    """Which log it is; a database of an earlier version has no id of it."""
    try:
        row = db.execute("SELECT id, is_earlier FROM audit_log").fetchone()
    except sqlite3.OperationalError:
        row = None
    if row is None:
        return AuditLogId(id="", is_earlier=has_log(db))
    return AuditLogId(id=str(row["id"]), is_earlier=bool(row["is_earlier"]))


def read_page(db: sqlite3.Connection, wanted: AuditFilter, offset: int, limit: int) -> AuditPage:
    """Some rows, newest first.

    Args:
        db: Where.
        wanted: Which rows.
        offset: How many of them to leave out.
        limit: How many to read at most.

    Raises:
        StoreDamaged: A row cannot be read.
    """
    if not has_log(db):
        return AuditPage(entries=(), offset=0, total=0, up_to=0)
    newest = db.execute("SELECT COALESCE(MAX(number), 0) FROM audit").fetchone()[0]
    up_to = newest if wanted.up_to is None else min(wanted.up_to, newest)
    where, values = _conditions(wanted.model_copy(update={"up_to": up_to}))
    counted = f"SELECT COUNT(*), COUNT(*) FILTER (WHERE {_IS_GRANT}) FROM audit a WHERE {where}"
    total, grants = db.execute(counted, values).fetchone()
    rows = db.execute(
        f"SELECT a.*, {_ARGUMENTS} AS all_arguments FROM audit a WHERE {where} ORDER BY number DESC LIMIT ? OFFSET ?",
        (*values, limit, offset),
    )
    entries = tuple(_entry(row) for row in rows)
    return AuditPage(entries=entries, offset=offset, total=total, grants=grants, up_to=up_to)


def read_entries(db: sqlite3.Connection, wanted: AuditFilter) -> Iterator[AuditEntry]:
    """All rows of a filter, oldest first.

    Args:
        db: Where.
        wanted: Which rows.

    Yields:
        A row.

    Raises:
        StoreDamaged: A row cannot be read.
    """
    if not has_log(db):
        return
    where, values = _conditions(wanted)
    query = f"SELECT a.*, {_ARGUMENTS} AS all_arguments FROM audit a WHERE {where} ORDER BY number"
    for row in db.execute(query, values):
        yield _entry(row)


def read_tools(db: sqlite3.Connection) -> list[str]:
    """The names of all tools in the log, in alphabetical order."""
    if not has_log(db):
        return []
    return [row["tool"] for row in db.execute("SELECT DISTINCT tool FROM audit ORDER BY tool")]


def _conditions(wanted: AuditFilter) -> tuple[str, list[object]]:
    conditions, values = ["1"], list[object]()
    for column in ("tool", "state", "decided_by", "conversation_id"):
        if (value := getattr(wanted, column)) is not None:
            conditions.append(f"a.{column} = ?")
            values.append(value)
    if wanted.kind is not None:
        conditions.append(_IS_GRANT if wanted.kind == "grant" else f"NOT {_IS_GRANT}")
    for comparison, moment in ((">=", wanted.since), ("<", wanted.until)):
        if moment is not None:
            conditions.append(f"a.at {comparison} ?")
            values.append(_stored(moment))
    if wanted.up_to is not None:
        conditions.append("a.number <= ?")
        values.append(wanted.up_to)
    if wanted.text:
        parts = " OR ".join(rf"{column} LIKE ? ESCAPE '\'" for column in (_ARGUMENTS, *_SEARCHED))
        conditions.append(f"({parts})")
        literal = wanted.text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        values += [f"%{literal}%"] * (len(_SEARCHED) + 1)
    if not wanted.every_step:
        later = "later.run_id = a.run_id AND later.call_id = a.call_id AND later.number > a.number"
        if wanted.up_to is not None:
            later += " AND later.number <= ?"
            values.append(wanted.up_to)
        conditions.append(f"NOT EXISTS (SELECT 1 FROM audit later WHERE {later})")
    return " AND ".join(conditions), values


def _stored(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _entry(row: sqlite3.Row) -> AuditEntry:
    columns = dict(row)
    columns["arguments"] = columns.pop("all_arguments")
    if columns["step"] in GRANT_STEPS:
        columns["state"] = None
    columns["keyed"] = bool(columns["key_id"])
    try:
        return AuditEntry.model_validate(columns)
    except ValidationError as error:
        raise StoreDamaged(
            f"Row {row['number']} of the audit log cannot be read: it is not as this program writes it.",
            action="Verify the log; it says which rows are right.",
        ) from error
