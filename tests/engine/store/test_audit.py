"""The audit log: every step of a call is in it, in its very transaction, in order, and nothing can be taken back."""

import csv
import io
import json
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop.engine.audit import AuditEntry, AuditFilter, AuditHead
from desktop.engine.errors import DecisionRejected, StoreDamaged
from desktop.engine.gate import AllowOnce, Deny, Grant, Policy, ScopeTool
from desktop.engine.messages import Brain, CallState, JsonObject, ModelInfo, ToolCall, Usage
from desktop.engine.requests import ModelTurn
from desktop.engine.store.audit_reader import AuditReader
from desktop.engine.store.grants import insert_grant
from desktop.engine.store.records import RunOptions, StoredCall
from desktop.engine.store.store import Store
from desktop.engine.store.usage import Spent

OPTIONS = RunOptions(orchestrator="gatherer", responder="writer", root="/tmp")
EVERY = AuditFilter(every_step=True)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(tmp_path / "cortex.sqlite3")
    yield store
    await store.close()


def call(
    call_id: str,
    tool: str = "act",
    ruling: Policy = Policy.ASK,
    state: CallState = CallState.WAITING,
    *,
    side_effects: bool = True,
    **arguments: object,
) -> StoredCall:
    given: JsonObject = dict(arguments)  # type: ignore[arg-type]
    return StoredCall(
        call=ToolCall(id=call_id, tool=tool, arguments=given),
        round=1,
        side_effects=side_effects,
        ruling=ruling,
        binding="bound",
        state=state,
        decided_by="policy" if ruling is Policy.ALLOW or state is CallState.BLOCKED else "",
        result=None if state.is_open else "It was not run.",
    )


async def begun(store: Store, *calls: StoredCall) -> str:
    """A run at work, with a first round of these calls."""
    conversation = await store.conversations.create("/tmp")
    run_id, _ = await store.runs.create(conversation.id, "Do it.", OPTIONS)
    await store.calls.add_round(run_id, 1, ModelTurn(), calls)
    return run_id


async def worked(store: Store, one: StoredCall, state: CallState = CallState.DONE) -> str:
    """A run whose one call was allowed by the person, and ran."""
    run_id = await begun(store, one)
    await store.calls.decide(run_id, one.call.id, AllowOnce(), "bound")
    await store.calls.start(run_id, one)
    await store.calls.finish(run_id, one.call.id, state, "ok", untrusted=False, duration_ms=7)
    return run_id


async def entries(store: Store, wanted: AuditFilter = EVERY) -> list[AuditEntry]:
    """Oldest first."""
    return list(reversed((await store.audit.page(wanted)).entries))


def short(entry: AuditEntry) -> tuple[str, str, str]:
    return entry.step, entry.state.value if entry.state is not None else "", entry.decided_by


async def test_each_step_of_a_call_is_a_row(store: Store) -> None:
    run_id = await worked(store, call("a", path="notes.md", content="x"))
    rows = await entries(store)
    assert [short(row) for row in rows] == [
        ("requested", "waiting", ""),
        ("decided", "waiting", "person"),
        ("started", "running", "person"),
        ("finished", "done", "person"),
    ]
    assert [row.number for row in rows] == [1, 2, 3, 4]
    last = rows[-1]
    assert (last.run_id, last.call_id, last.tool, last.round, last.ruling) == (run_id, "a", "act", 1, "ask")
    assert last.arguments == '{"content":"x","path":"notes.md"}'
    assert last.decision == '{"kind":"allow_once"}'
    assert last.duration_ms == 7
    assert last.requested_at is not None
    assert last.decided_at is not None
    assert last.started_at is not None
    assert last.finished_at is not None
    assert last.requested_at <= last.decided_at <= last.started_at <= last.finished_at <= datetime.now(UTC)
    assert not last.keyed


@pytest.mark.parametrize(
    ("one", "decider"),
    [
        (call("a", ruling=Policy.ALLOW), "policy"),
        (call("a", ruling=Policy.BLOCK, state=CallState.BLOCKED), "policy"),
        (call("a", ruling=Policy.BLOCK, state=CallState.FAILED), ""),
        (call("a", ruling=Policy.ASK), ""),
    ],
)
async def test_who_decided_is_said_where_somebody_has(store: Store, one: StoredCall, decider: str) -> None:
    await begun(store, one)
    assert [row.decided_by for row in await entries(store)] == [decider]


async def test_what_a_grant_lets_through_is_the_grants_until_it_is_revoked(store: Store) -> None:
    grant = Grant(id="g1", tool="act", definition="d", scope=ScopeTool(), words="act", created_at=datetime.now(UTC))
    await store.database.write(lambda db: insert_grant(db, grant))
    granted = call("a", ruling=Policy.ALLOW).model_copy(update={"decided_by": "grant", "grant_id": "g1"})
    await begun(store, granted)
    await store.grants.revoke("g1")
    assert [(row.grant_id, row.ruling, *short(row)) for row in await entries(store)] == [
        ("g1", "", "granted", "", "person"),
        ("g1", "allow", "requested", "waiting", "grant"),
        ("g1", "", "revoked", "", "person"),
        (None, "ask", "judged_again", "waiting", ""),
    ]


async def test_edited_arguments_that_are_blocked_are_two_rows(store: Store) -> None:
    run_id = await begun(store, call("a", path="old"))
    blocked = call("a", ruling=Policy.BLOCK, state=CallState.BLOCKED, path="new")
    await store.calls.edit(run_id, blocked, "bound")
    assert [(row.arguments, *short(row)) for row in await entries(store)] == [
        ('{"path":"old"}', "requested", "waiting", ""),
        ('{"path":"new"}', "edited", "blocked", "policy"),
        ('{"path":"new"}', "finished", "blocked", "policy"),
    ]


async def test_a_denial_is_the_persons_with_its_reason(store: Store) -> None:
    run_id = await begun(store, call("a"))
    await store.calls.decide(run_id, "a", Deny(reason="not now"), "bound")
    await store.calls.finish(run_id, "a", CallState.DENIED, "Denied.", untrusted=False, duration_ms=0)
    last = (await entries(store))[-1]
    assert short(last) == ("finished", "denied", "person")
    assert json.loads(last.decision or "") == {"kind": "deny", "reason": "not now"}


async def test_a_rejected_decision_leaves_no_row(store: Store) -> None:
    run_id = await begun(store, call("a"))
    with pytest.raises(DecisionRejected):
        await store.calls.decide(run_id, "a", AllowOnce(), "another binding")
    assert len(await entries(store)) == 1
    await store.calls.decide(run_id, "a", AllowOnce(), "bound")
    assert [row.step for row in await entries(store)] == ["requested", "decided"]


async def test_the_calls_of_a_stopped_run_are_closed_in_the_log_too(store: Store) -> None:
    run_id = await begun(store, call("a", ruling=Policy.ALLOW), call("b"))
    await store.calls.start(run_id, call("a", ruling=Policy.ALLOW))
    await store.runs.finish(run_id, "stopped", None)
    assert [(row.call_id, *short(row)) for row in await entries(store)] == [
        ("a", "requested", "waiting", "policy"),
        ("b", "requested", "waiting", ""),
        ("a", "started", "running", "policy"),
        ("a", "finished", "unknown", "policy"),
        ("b", "finished", "cancelled", ""),
    ]


async def test_what_ran_when_the_program_ended_is_in_the_log(store: Store) -> None:
    look = call("look", ruling=Policy.ALLOW, side_effects=False)
    act = call("act", ruling=Policy.ALLOW)
    run_id = await begun(store, look, act)
    await store.calls.start(run_id, look)
    await store.calls.start(run_id, act)
    await store.runs.interrupt(run_id)
    assert [(row.call_id, *short(row)[:2]) for row in (await entries(store))[-2:]] == [
        ("look", "put_back", "waiting"),
        ("act", "finished", "unknown"),
    ]


async def test_a_transaction_that_fails_leaves_no_row(store: Store) -> None:
    run_id = await begun(store, call("a"))

    def work(db: sqlite3.Connection) -> None:
        db.execute("UPDATE calls SET state = 'done' WHERE run_id = ?", (run_id,))
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError):
        await store.database.write(work)
    await store.conversations.create("/elsewhere")
    assert len(await entries(store)) == 1


async def test_changed_arguments_are_a_row_of_their_own_and_kept_once(store: Store) -> None:
    run_id = await begun(store, call("a", path="old"))
    change = """UPDATE calls SET arguments = '{ "path": "new" }' WHERE run_id = ?"""
    await store.database.write(lambda db: db.execute(change, (run_id,)))
    await store.calls.decide(run_id, "a", AllowOnce(), "bound")
    rows = await entries(store)
    assert [(row.step, row.arguments) for row in rows] == [
        ("requested", '{"path":"old"}'),
        ("edited", '{"path":"new"}'),
        ("decided", '{"path":"new"}'),
    ]
    kept = await store.database.read(lambda db: db.execute("SELECT arguments FROM audit ORDER BY number").fetchall())
    assert [row["arguments"] for row in kept] == ['{"path":"old"}', '{"path":"new"}', None]


async def test_the_model_is_the_one_that_was_used(store: Store) -> None:
    conversation = await store.conversations.create("/tmp")
    run_id, _ = await store.runs.create(conversation.id, "Do it.", OPTIONS)
    info = ModelInfo(provider="gemini", name="gemini-3.8-flash", label="Gemini", host="")
    await store.usage.add(Spent(conversation.id, run_id, Brain.ORCHESTRATOR, info, Usage()))
    await store.calls.add_round(run_id, 1, ModelTurn(), [call("a")])
    assert [row.model for row in await entries(store)] == ["gemini-3.8-flash"]
    assert [row.model for row in (await entries(store, EVERY))] == ["gemini-3.8-flash"]


async def test_without_usage_the_model_is_the_one_that_was_asked_for(store: Store) -> None:
    await begun(store, call("a"))
    assert [row.model for row in await entries(store)] == ["gatherer"]


async def test_half_a_surrogate_pair_is_kept_as_its_escape(store: Store) -> None:
    await begun(store, call("a", text="\ud800 und \u202e"))
    (row,) = await entries(store)
    assert row.arguments == '{"text":"\\ud800 und \u202e"}'


async def test_the_log_outlives_its_conversation(store: Store) -> None:
    await worked(store, call("a"))
    for table in ("messages", "calls", "rounds", "runs", "conversations"):
        await store.database.write(lambda db, table=table: db.execute(f"DELETE FROM {table}"))  # type: ignore[misc]
    assert len(await entries(store)) == 4
    assert (await store.audit.verify(None, None)).ok


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit",
        "UPDATE audit SET state = 'denied'",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE number = 2",
        "REPLACE INTO audit SELECT * FROM audit",
        "INSERT INTO audit SELECT 9, at, step, run_id, conversation_id, call_id, round, model, tool, arguments, ruling,"
        " binding, decision, decided_by, grant_id, state, requested_at, decided_at, started_at, finished_at,"
        " duration_ms, key_id, hash FROM audit WHERE number = 1",
    ],
)
async def test_the_log_can_only_be_appended_to(store: Store, statement: str) -> None:
    await worked(store, call("a"))
    before = await entries(store)
    with pytest.raises(sqlite3.IntegrityError, match="only appended to"):
        await store.database.write(lambda db: db.execute(statement))
    assert await entries(store) == before


async def test_rows_are_filtered(store: Store) -> None:
    await worked(store, call("a", "write_file", path="100%_sure.md"))
    run_id = await begun(store, call("b", "run_command", command="ls"), call("c", "read_file", Policy.ALLOW))
    conversation = (await store.runs.get(run_id)).conversation_id

    async def found(**wanted: object) -> list[str]:
        return [row.call_id for row in await entries(store, AuditFilter.model_validate(wanted))]

    assert await found() == ["a", "b", "c"]  # of each call the latest step
    assert await found(tool="run_command") == ["b"]
    assert await found(state="waiting") == ["b", "c"]
    assert await found(state="waiting", every_step=True) == ["a", "a", "b", "c"]
    assert await found(decided_by="policy") == ["c"]
    assert await found(decided_by="") == ["b"]
    assert await found(conversation_id=conversation) == ["b", "c"]
    assert await found(text="100%_SURE") == ["a"]
    assert await found(text="%") == ["a"]
    assert await found(text="_sure") == ["a"]
    assert await found(text="1000") == []
    assert await found(text="\\") == []
    now = datetime.now(UTC)
    assert await found(since=now) == []
    assert await found(since=now - timedelta(hours=1), until=now.astimezone()) == ["a", "b", "c"]
    assert await found(until=now - timedelta(hours=1)) == []
    assert await store.audit.tools() == ["read_file", "run_command", "write_file"]


async def test_pages_fit_together_while_the_log_grows(store: Store) -> None:
    for number in range(5):
        await worked(store, call(f"c{number}"))
    first = await store.audit.page(AuditFilter(), 0, 2)
    assert ([row.call_id for row in first.entries], first.total, first.up_to) == (["c4", "c3"], 5, 20)
    await worked(store, call("later"))
    rest = await store.audit.page(AuditFilter(up_to=first.up_to), 2, 9)
    assert ([row.call_id for row in rest.entries], rest.total) == (["c2", "c1", "c0"], 5)


async def test_reading_a_long_log_does_not_hold_the_store_up(store: Store) -> None:
    await worked(store, call("a"))
    reader = AuditReader(store.audit.path)
    assert await reader.head() == await store.audit.head()
    assert (await reader.page(EVERY)).entries == (await store.audit.page(EVERY)).entries


async def test_off_the_record_the_log_is_in_memory(tmp_path: Path) -> None:
    store = await Store.open(None)
    await worked(store, call("a"))
    assert [row.step for row in await entries(store)] == ["requested", "decided", "started", "finished"]
    assert (await store.audit.verify(None, None)).ok
    assert await store.audit.holds(await store.audit.head())
    await store.close()
    assert not os.listdir(tmp_path)


async def test_no_temporary_file_can_come_of_watching(store: Store) -> None:
    assert await store.database.read(lambda db: db.execute("PRAGMA temp_store").fetchone()[0]) == 2  # in memory


async def exported(store: Store, form: str, wanted: AuditFilter = EVERY) -> str:
    target = io.StringIO(newline="")
    hide = lambda text: text.replace("sk-secret", "[redacted]")  # noqa: E731
    await store.audit.export(wanted, lambda: nullcontext(target), form, hide)  # type: ignore[arg-type]
    return target.getvalue()


async def test_json_lines_hold_every_row_with_its_arguments_as_an_object(store: Store) -> None:
    run_id = await worked(store, call("a", key="sk-secret", text="\ud800ü\n"))
    lines = [json.loads(line) for line in (await exported(store, "json")).splitlines()]
    assert [line["number"] for line in lines] == [1, 2, 3, 4]
    assert lines[-1]["arguments"] == {"key": "[redacted]", "text": "\ud800ü\n"}
    assert lines[-1]["decision"] == {"kind": "allow_once"}
    assert (lines[-1]["run_id"], lines[-1]["decided_by"], lines[-1]["state"]) == (run_id, "person", "done")


async def test_csv_opens_in_a_spreadsheet_and_holds_no_formula(store: Store) -> None:
    await worked(store, call("a", "=cmd|'/c calc'!A1", text='say "hi",\nnow'))
    rows = list(csv.DictReader(io.StringIO(await exported(store, "csv"), newline="")))
    assert [row["step"] for row in rows] == ["requested", "decided", "started", "finished"]
    assert rows[-1]["tool"] == "'=cmd|'/c calc'!A1"
    assert json.loads(rows[-1]["arguments"]) == {"text": 'say "hi",\nnow'}


async def test_a_row_that_cannot_be_read_is_named(store: Store) -> None:
    await worked(store, call("a"))
    await store.database.write(lambda db: db.execute("DROP TRIGGER audit_keeps_content"))
    await store.database.write(lambda db: db.execute("UPDATE audit SET state = 'hm' WHERE number = 4"))
    with pytest.raises(StoreDamaged, match=r"Row 4 of the audit log cannot be read"):
        await store.audit.page(EVERY)


async def test_a_database_without_a_log_has_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    sqlite3.connect(path).close()
    for reader in (AuditReader(path), AuditReader(tmp_path / "none.sqlite3")):
        assert (await reader.page(EVERY)).total == 0
        assert await reader.tools() == []
        assert (await reader.head()).rows == 0
        assert (await reader.verify(None, None)).ok
        gone = await reader.verify(None, AuditHead(rows=3, hash="0" * 64))
        assert (gone.ok, gone.first_bad) == (False, 1)
        assert "3 rows" in gone.problem
    assert os.listdir(tmp_path) == ["old.sqlite3"]
