"""Grants in the audit log: made, used up, revoked; each a row in the very transaction that does it."""

import json
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from desktop.engine.audit import AuditEntry, AuditFilter
from desktop.engine.gate import AllowAlways, Grant, Policy, ScopeFolder
from desktop.engine.messages import CallState
from desktop.engine.store.grants import insert_grant, use_grants
from desktop.engine.store.migration_audit_log_id import m009_audit_log_id
from desktop.engine.store.migrations import MIGRATIONS, migrate
from desktop.engine.store.store import Store
from tests.engine.store.test_audit import EVERY, begun, call, entries, exported, worked
from tests.engine.store.test_audit_check import KEY, path_of, unguarded

SCOPE = ScopeFolder(argument="path", folder="/home/ada/notes")
WORDS = "act anywhere under /home/ada/notes"
GRANTS = AuditFilter(kind="grant", every_step=True)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(tmp_path / "cortex.sqlite3")
    store.audit.use_key(KEY)
    yield store
    await store.close()


def grant(
    grant_id: str = "g1",
    *,
    conversation_id: str | None = None,
    uses_left: int | None = None,
    expires_at: datetime | None = None,
) -> Grant:
    return Grant(
        id=grant_id,
        tool="act",
        definition="d",
        scope=SCOPE,
        words=WORDS,
        conversation_id=conversation_id,
        uses_left=uses_left,
        expires_at=expires_at,
        created_at=datetime.now(UTC),
    )


async def keep(store: Store, made: Grant) -> None:
    await store.database.write(lambda db: insert_grant(db, made))


async def use(store: Store, grant_id: str) -> None:
    """Let a call through by it."""
    covered = call("a", ruling=Policy.ALLOW).model_copy(update={"decided_by": "grant", "grant_id": grant_id})
    await store.database.write(lambda db: use_grants(db, [covered], datetime.now(UTC)))


async def change(store: Store, statement: str) -> None:
    await store.database.write(lambda db: db.execute(statement))


def short(entry: AuditEntry) -> tuple[str, str, str]:
    return entry.step, entry.call_id, entry.decided_by


async def test_a_grant_stands_behind_the_decision_it_was_made_with(store: Store) -> None:
    run_id = await begun(store, call("a", path="notes.md"))
    ends = datetime(2027, 1, 1, tzinfo=UTC)
    made = grant(uses_left=3, expires_at=ends)
    await store.calls.decide(run_id, "a", AllowAlways(scope=SCOPE), "bound", made)
    rows = await entries(store)
    assert [short(row) for row in rows] == [
        ("requested", "a", ""),
        ("decided", "a", "person"),
        ("granted", "g1", "person"),
    ]
    row = rows[-1]
    assert (row.kind, row.state, row.tool, row.run_id, row.conversation_id) == ("grant", None, "act", "", "")
    assert json.loads(row.arguments) == {
        "words": WORDS,
        "scope": {"kind": "folder", "argument": "path", "folder": "/home/ada/notes"},
        "workspace": None,
        "uses": 3,
        "expires_at": ends.isoformat(),
    }
    assert row.decided_at is not None
    assert abs(row.at - row.decided_at) < timedelta(seconds=5)
    assert row.keyed
    assert (await store.audit.verify(KEY, await store.audit.head())).ok


async def test_the_last_use_of_a_grant_is_a_row_and_those_before_are_none(store: Store) -> None:
    await keep(store, grant(uses_left=2))
    await use(store, "g1")
    assert [short(row) for row in await entries(store)] == [("granted", "g1", "person")]
    await use(store, "g1")
    rows = await entries(store)
    assert [short(row) for row in rows] == [("granted", "g1", "person"), ("used_up", "g1", "grant")]
    assert rows[1].arguments == rows[0].arguments  # what it covered is known from either


async def test_a_grant_without_a_number_of_uses_is_never_used_up(store: Store) -> None:
    await keep(store, grant())
    await use(store, "g1")
    assert [row.step for row in await entries(store)] == ["granted"]


async def test_a_revoked_grant_is_revoked_once(store: Store) -> None:
    await keep(store, grant())
    await store.grants.revoke("g1")
    await store.grants.revoke("g1")
    assert [short(row) for row in await entries(store)] == [("granted", "g1", "person"), ("revoked", "g1", "person")]


async def test_a_grant_goes_with_its_conversation_and_the_log_says_so(store: Store) -> None:
    conversation = await store.conversations.create("/tmp")
    for name in ("live", "revoked"):
        await keep(store, grant(name, conversation_id=conversation.id))
    await store.grants.revoke("revoked")
    await change(store, "DELETE FROM conversations")
    rows = await entries(store)
    assert [short(row)[:2] for row in rows] == [
        ("granted", "live"),
        ("granted", "revoked"),
        ("revoked", "revoked"),
        ("revoked", "live"),
    ]
    assert rows[-1].conversation_id == conversation.id
    assert json.loads(rows[-1].arguments)["words"] == WORDS


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE grants SET scope = '{\"kind\":\"tool\"}', words = 'act with whatever arguments'",
        "UPDATE grants SET conversation_id = NULL",
        "UPDATE grants SET expires_at = NULL",
        "UPDATE grants SET uses_left = 99",
        "UPDATE grants SET uses_left = NULL",
    ],
)
async def test_a_grant_that_comes_to_cover_something_else_is_granted_anew(store: Store, statement: str) -> None:
    conversation = await store.conversations.create("/tmp")
    until = datetime.now(UTC) + timedelta(hours=1)
    await keep(store, grant(conversation_id=conversation.id, uses_left=2, expires_at=until))
    await change(store, statement)
    before, after = await entries(store)
    assert (before.step, after.step) == ("granted", "granted")
    assert (before.arguments, before.conversation_id) != (after.arguments, after.conversation_id)


async def test_a_grant_that_is_made_to_hold_again_is_granted_anew(store: Store) -> None:
    await keep(store, grant())
    await store.grants.revoke("g1")
    await change(store, "UPDATE grants SET revoked_at = NULL")
    assert [row.step for row in await entries(store)] == ["granted", "revoked", "granted"]


async def test_a_damaged_scope_does_not_keep_a_grant_from_its_end(store: Store) -> None:
    await keep(store, grant())
    await change(store, "UPDATE grants SET scope = '{damaged'")
    await store.grants.revoke("g1")
    rows = await entries(store)
    assert [row.step for row in rows] == ["granted", "granted", "revoked"]
    assert json.loads(rows[-1].arguments)["scope"] == "{damaged"


async def test_a_transaction_that_fails_leaves_no_row(store: Store) -> None:
    def work(db: sqlite3.Connection) -> None:
        insert_grant(db, grant())
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError):
        await store.database.write(work)
    await store.conversations.create("/elsewhere")
    assert await entries(store) == []


async def test_calls_and_grants_are_told_apart_and_counted(store: Store) -> None:
    await worked(store, call("a"))
    await keep(store, grant("g1"))
    await keep(store, grant("g2"))
    await store.grants.revoke("g2")

    async def found(wanted: AuditFilter) -> tuple[list[str], int, int]:
        page = await store.audit.page(wanted)
        return [row.call_id for row in reversed(page.entries)], page.total, page.grants

    assert await found(AuditFilter()) == (["a", "g1", "g2"], 3, 2)
    assert await found(AuditFilter(kind="call")) == (["a"], 1, 0)
    assert await found(AuditFilter(kind="grant")) == (["g1", "g2"], 2, 2)
    assert await found(GRANTS) == (["g1", "g2", "g2"], 3, 3)
    assert await found(AuditFilter(text="home/ada/notes")) == (["g1", "g2"], 2, 2)
    assert await found(AuditFilter(state=CallState.DONE)) == (["a"], 1, 0)


async def test_grants_are_exported(store: Store) -> None:
    await keep(store, grant())
    (line,) = (await exported(store, "json")).splitlines()
    row = json.loads(line)
    assert (row["step"], row["state"], row["arguments"]["words"]) == ("granted", None, WORDS)
    assert WORDS in await exported(store, "csv")


async def test_a_changed_row_of_a_grant_shows(store: Store) -> None:
    await keep(store, grant())
    await store.grants.revoke("g1")
    unguarded(path_of(store), "UPDATE audit SET step = 'used_up' WHERE number = 2")
    assert (await store.audit.verify(KEY, await store.audit.head())).first_bad == 2


async def test_off_the_record_grants_are_logged_in_memory() -> None:
    store = await Store.open(None)
    await keep(store, grant())
    assert [row.step for row in await entries(store, EVERY)] == ["granted"]
    await store.close()


def drop_column(db: sqlite3.Connection, *, column: str) -> None:
    db.execute(f"ALTER TABLE runs DROP COLUMN {column}")


def drop_table(db: sqlite3.Connection, *, table: str) -> None:
    db.execute(f"DROP TABLE {table}")


async def test_an_earlier_log_still_verifies_and_says_that_it_is_one(tmp_path: Path) -> None:
    path = tmp_path / "cortex.sqlite3"
    known = MIGRATIONS.index(m009_audit_log_id)
    store = await Store.open(path)
    store.audit.use_key(KEY)
    await worked(store, call("a"))
    head = await store.audit.head()
    for column in ("left_out", "left_out_to", "over_budget", "needed_usd", "fault"):  # of later steps
        await store.database.write(partial(drop_column, column=column))
    await store.database.write(lambda db: db.execute("DROP TABLE audit_log"))
    await store.database.write(lambda db: db.execute("DROP TABLE history_summaries"))  # of a later step
    await store.database.write(lambda db: db.execute("DROP TABLE queue_attachments"))  # of the step after it
    for table in ("edit_attachments", "edits"):  # of a later step
        await store.database.write(partial(drop_table, table=table))
    await store.database.read(lambda db: db.execute(f"PRAGMA user_version = {known}"))
    assert (await store.audit.id()).id == ""
    assert (await store.audit.id()).is_earlier
    await store.close()

    again = await Store.open(path)
    again.audit.use_key(KEY)
    await keep(again, grant())
    log_id = await again.audit.id()
    assert (len(log_id.id), log_id.is_earlier) == (16, True)
    report = await again.audit.verify(KEY, head)
    assert (report.ok, report.checked) == (True, 5)
    await again.close()


async def test_each_database_has_a_log_of_its_own(tmp_path: Path) -> None:
    ids = []
    for name in ("one", "two"):
        store = await Store.open(tmp_path / name)
        ids.append(await store.audit.id())
        await store.close()
    assert ids[0].id != ids[1].id
    assert not ids[0].is_earlier


def test_the_migration_runs_on_its_own() -> None:
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db, None)
    assert db.execute("SELECT COUNT(*) FROM audit_log").fetchone() == (1,)
    db.close()
