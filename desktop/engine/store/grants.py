"""Grants: decisions that the person wants remembered."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from pydantic import TypeAdapter

from desktop.engine.errors import UnknownName
from desktop.engine.gate import Grant, Policy, Scope
from desktop.engine.grants import is_live, used
from desktop.engine.messages import utc_now
from desktop.engine.store.database import Database
from desktop.engine.store.records import StoredCall

_SCOPE: TypeAdapter[Scope] = TypeAdapter(Scope)

GONE = "The grant that covered it was used up, revoked or ended just then."
REVOKED = "You revoked the grant that covered it."


class Grants:
    """Reads and revokes grants. One is made together with the decision that it comes from, in ``Calls.decide``.

    Args:
        database: Where.
        now: The time now, aware.
    """

    def __init__(self, database: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._now = now

    async def all(self) -> list[Grant]:
        """All grants, the revoked and used up ones too, newest first. One that cannot be read is left out."""
        return await self._database.read(lambda db: _grants(db, "TRUE"))

    async def get(self, grant_id: str) -> Grant | None:
        """One grant, whether it holds or not; None where there is none of this id, or it cannot be read."""
        found = await self._database.read(lambda db: _grants(db, "id = ?", grant_id))
        return found[0] if found else None

    async def live(self, conversation_id: str) -> list[Grant]:
        """The grants that hold now in a conversation, newest first."""
        found = await self._database.read(
            lambda db: _grants(
                db, "revoked_at IS NULL AND (conversation_id IS NULL OR conversation_id = ?)", conversation_id
            )
        )
        return [grant for grant in found if is_live(grant, self._now())]

    async def revoke(self, grant_id: str) -> list[tuple[str, str]]:
        """End a grant. What it let through and has not begun yet waits for the person again.

        Returns:
            The calls that wait again: (run id, call id).

        Raises:
            UnknownName: There is no grant of this id.
        """

        def work(db: sqlite3.Connection) -> list[tuple[str, str]]:
            changed = db.execute(
                "UPDATE grants SET revoked_at = COALESCE(revoked_at, ?) WHERE id = ?",
                (self._now().isoformat(), grant_id),
            ).rowcount
            if not changed:
                raise UnknownName(f"There is no grant {grant_id!r}.", action="Look at the list of grants.")
            where = "grant_id = ? AND state = 'waiting' AND decided_by = 'grant'"
            rows = db.execute(f"SELECT run_id, call_id FROM calls WHERE {where}", (grant_id,)).fetchall()
            db.execute(
                "UPDATE calls SET ruling = 'ask', reasons = ?, decided_by = '', grant_id = NULL, decided_at = NULL"
                f" WHERE {where}",
                (json.dumps([REVOKED]), grant_id),
            )
            return [(row["run_id"], row["call_id"]) for row in rows]

        return await self._database.write(work, durable=True)


def insert_grant(db: sqlite3.Connection, grant: Grant) -> None:
    """Keep a new grant, inside the transaction of the decision it comes from."""
    db.execute(
        "INSERT INTO grants (id, tool, definition, scope, words, conversation_id, workspace, uses_left, expires_at,"
        " created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            grant.id,
            grant.tool,
            grant.definition,
            grant.scope.model_dump_json(),
            grant.words,
            grant.conversation_id,
            grant.workspace,
            grant.uses_left,
            grant.expires_at.astimezone(UTC).isoformat() if grant.expires_at is not None else None,
            grant.created_at.isoformat(),
        ),
    )


def use_grants(db: sqlite3.Connection, calls: Sequence[StoredCall], now: datetime) -> list[StoredCall]:
    """Count the uses of grants, inside the transaction that keeps the verdicts.

    Args:
        db: In a transaction.
        calls: As judged a moment ago.
        now: Aware.

    Returns:
        The calls; one whose grant does not hold any more asks.
    """
    kept = []
    for call in calls:
        if call.grant_id is not None:
            found = _grants(db, "id = ?", call.grant_id)
            if found and is_live(found[0], now):
                grant = used(found[0], now)
                db.execute(
                    "UPDATE grants SET uses_left = ?, use_count = ?, last_used_at = ? WHERE id = ?",
                    (grant.uses_left, grant.use_count, now.isoformat(), grant.id),
                )
            else:
                changes = {"ruling": Policy.ASK, "reasons": (GONE,), "grant_id": None, "decided_by": ""}
                call = call.model_copy(update=changes)
        kept.append(call)
    return kept


def _grants(db: sqlite3.Connection, where: str, *values: str) -> list[Grant]:
    found = []
    for row in db.execute(f"SELECT * FROM grants WHERE {where} ORDER BY created_at DESC, id DESC", values):
        try:
            found.append(_grant(row))
        except ValueError:  # damaged, or of a newer program: it lets nothing through
            continue
    return found


def _grant(row: sqlite3.Row) -> Grant:
    return Grant(
        id=row["id"],
        tool=row["tool"],
        definition=row["definition"],
        scope=_SCOPE.validate_json(row["scope"]),
        words=row["words"],
        conversation_id=row["conversation_id"],
        workspace=row["workspace"],
        uses_left=row["uses_left"],
        expires_at=row["expires_at"],
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
        use_count=row["use_count"],
        revoked_at=row["revoked_at"],
    )
