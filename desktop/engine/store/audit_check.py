"""Checking the audit log: the chain computed again, its end held against the anchored head, its guards looked for.

What each kind of tampering comes to:

- a row edited, swapped, inserted or removed in the middle: its hash, or the next one's, does not fit, or its number is
  missing;
- rows cut from the end: the log is shorter than the anchored head says;
- the whole log computed again without the key, or put back from an older copy: the anchored head is not in it;
- a guard dropped: it is missing from the schema.
"""

import hmac
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field

from desktop.engine.audit import AuditHead, AuditReport
from desktop.engine.store.audit_chain import START, UNKEYED, key_id, row_hash
from desktop.engine.store.audit_reading import has_log
from desktop.engine.store.audit_schema import GUARDS
from desktop.engine.store.migrations import MIGRATIONS, m003_audit

_GONE = "The whole log is gone from the database."


@dataclass(slots=True)
class _Walk:
    """What a walk over the rows has met so far.

    Attributes:
        rows: How many rows.
        checked: How many were computed again and found right.
        first_bad: The first that is wrong.
        problem: What is wrong with it.
        locked: Rows made with a key that cannot be had, so that nobody can tell.
        first_open: The first of the rows without a key that no later keyed row seals.
        unkeyed: How many rows were made without a key.
        last_sealed: The last of them that a later row with a key, or the head, seals.
        anchored: The stored hash of the row that the head names.
    """

    rows: int = 0
    checked: int = 0
    first_bad: int | None = None
    problem: str = ""
    locked: int = 0
    first_open: int | None = None
    unkeyed: int = 0
    last_sealed: int = 0
    anchored: str | None = None
    kinds: set[str] = field(default_factory=set)


def check(db: sqlite3.Connection, key: bytes | None, head: AuditHead | None, why_no_key: str = "") -> AuditReport:
    """Check the log of a database.

    Args:
        db: Where; its rows are read as bytes would have it, so the connection should serve nothing else meanwhile.
        key: The key; None where it cannot be had.
        head: The anchored head; None where none was anchored, or it cannot be had.
        why_no_key: Why the place of both cannot be used, in words; empty where it can.

    Returns:
        What was found. It is ``ok`` only where every row was computed again and found right.
    """
    if not has_log(db):
        return _without_table(db, head)
    walk = _walk(db, key, head)
    if walk.first_bad is None and head is not None and head.rows and walk.anchored != head.hash:
        _hold_against(walk, head)
    if walk.first_bad is None and not walk.problem and (missing := _missing_guards(db)):
        walk.problem = (
            f"The rows fit together, but what guards them in the database is gone or changed: {', '.join(missing)}. "
            "Somebody has prepared to change the log."
        )
    if walk.first_bad is None and not walk.problem and walk.locked:
        walk.problem = (
            f"{_rows(walk.locked)} could not be checked: they are chained with a key that "
            f"{'the keyring does not hold.' if not why_no_key else f'cannot be had now. {why_no_key}'}"
        )
    return AuditReport(
        ok=not walk.problem,
        rows=walk.rows,
        checked=walk.checked,
        first_bad=walk.first_bad,
        problem=walk.problem,
        unproven=_unproven(walk, head, why_no_key),
    )


def _without_table(db: sqlite3.Connection, head: AuditHead | None) -> AuditReport:
    if head is not None and head.rows:
        problem = f"{_GONE} The keyring says that it had {_rows(head.rows)}."
        return AuditReport(ok=False, rows=0, checked=0, first_bad=1, problem=problem)
    was_made = db.execute("PRAGMA user_version").fetchone()[0] > MIGRATIONS.index(m003_audit)
    return AuditReport(ok=not was_made, rows=0, checked=0, problem=_GONE if was_made else "")


def _walk(db: sqlite3.Connection, key: bytes | None, head: AuditHead | None) -> _Walk:
    walk = _Walk()
    own_id = key_id(key)
    before = START
    for row in _raw_rows(db):
        walk.rows += 1
        stored = row.pop("hash")
        number, made_with = row["number"], row["key_id"]
        if head is not None and number == head.rows:
            walk.anchored = str(stored)
        if walk.first_bad is not None:
            continue
        if number != walk.rows:
            walk.first_bad, walk.problem = walk.rows, f"Row {walk.rows:,} is missing."
            continue
        if made_with == UNKEYED:
            walk.first_open = walk.first_open or walk.rows
            walk.unkeyed += 1
            if head is not None and walk.rows <= head.rows:
                walk.last_sealed = walk.rows
        elif key is None:
            walk.locked += 1
            walk.first_open = None
            before = str(stored)
            continue
        elif made_with != own_id:
            walk.first_bad = walk.rows
            walk.problem = (
                f"Row {walk.rows:,} is chained with another key than the one in the keyring. The key was replaced "
                "there, or the keyring was made anew, or the row is a forgery; which of them cannot be told."
            )
            continue
        made = row_hash(None if made_with == UNKEYED else key, before, row)
        if not hmac.compare_digest(made, str(stored).encode("ascii", "replace").decode()):
            walk.first_bad = walk.rows
            walk.problem = (
                f"Row {walk.rows:,} is not as it was written, or a row before it was put in, taken out or exchanged."
            )
            continue
        if made_with != UNKEYED:
            if walk.first_open is not None:
                walk.last_sealed = walk.rows - 1
            walk.first_open = None
        walk.checked += 1
        before = made
    return walk


def _raw_rows(db: sqlite3.Connection) -> Iterator[dict[str, object]]:
    """The rows in order; text that is no UTF-8 comes as text that no honest row holds."""
    factory = db.text_factory
    db.text_factory = lambda content: content.decode("utf-8", "surrogateescape")
    try:
        for row in db.execute("SELECT * FROM audit ORDER BY number"):
            yield dict(row)
    finally:
        db.text_factory = factory


def _hold_against(walk: _Walk, head: AuditHead) -> None:
    if walk.anchored is None:
        walk.first_bad = walk.rows + 1
        walk.problem = (
            f"The end was cut off: the keyring says that there were {_rows(head.rows)}, and there are "
            f"{walk.rows:,}. Or an older copy of the database was put in its place."
        )
    else:
        walk.first_bad = head.rows
        walk.problem = (
            f"Row {head.rows:,} is not the one whose hash the keyring holds: the log, or its end, was written anew."
        )


def _missing_guards(db: sqlite3.Connection) -> list[str]:
    rows = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'")
    there = {row["name"]: row["sql"] for row in rows}
    return [name for name, sql in GUARDS.items() if there.get(name) != sql]


def _unproven(walk: _Walk, head: AuditHead | None, why_no_key: str) -> tuple[str, ...]:
    """What even a sound chain leaves open."""
    if walk.first_bad is not None or not (walk.rows or why_no_key):
        return ()
    said: list[str] = []
    anchored = head.rows if head is not None else 0
    first_open = walk.first_open
    sealed = walk.unkeyed
    if first_open is not None and walk.rows > anchored:
        sealed -= walk.rows - max(first_open, anchored + 1) + 1
        first = max(first_open, anchored + 1)
        said.append(
            f"{_span(first, walk.rows)} chained without a key, since there was no keyring to hold one. Anybody who can "
            "write to the database could have changed them and computed the chain again."
        )
    if sealed:
        said.append(
            f"{_rows(sealed)}, the last of them row {walk.last_sealed:,}, were chained without a key and sealed later: "
            "a change since then would show, one before then does not."
        )
    if head is None:
        reason = why_no_key or "The keyring holds no head of the log yet."
        said.append(f"Whether rows were cut off at the end cannot be seen. {reason}")
    elif walk.rows > anchored:
        said.append(
            f"{_span(anchored + 1, walk.rows)} younger than what the keyring holds: the program is still at work, or "
            "ended before it could note them there. Whether more rows followed them cannot be seen."
        )
    return tuple(said)


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _span(first: int, last: int) -> str:
    return f"Row {first:,} is" if first == last else f"Rows {first:,} to {last:,} are"
