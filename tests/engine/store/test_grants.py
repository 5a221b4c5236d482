"""Grants in the store: made with their decision, counted with their verdict, revoked at once, kept over restarts."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.engine.errors import DecisionRejected, UnknownName
from desktop.engine.events import ConfirmationRequested, RunPaused, ToolCallFinished
from desktop.engine.gate import AllowAlways, AllowForConversation, Grant, ScopeExact, ScopeTool
from desktop.engine.messages import CallState, utc_now
from desktop.engine.store.grants import GONE, REVOKED, use_grants
from desktop.engine.store.migrations import MIGRATIONS, migrate
from desktop.engine.store.store import Store
from tests.bench import Bench, MakeBench
from tests.scripted import call, calls, text


def acts(*names: str) -> tuple[object, ...]:
    """A round for each name, and an end."""
    return (*(calls(call(f"c{number}", "act", name=name)) for number, name in enumerate(names)), text(""))


async def granted(bench: Bench, decision: AllowAlways | AllowForConversation) -> str:
    """Decide on the first call of a run, and go on with it."""
    run_id = await bench.run()
    await bench.decide(run_id, "c0", decision)
    await bench.resume(run_id)
    return run_id


async def grants(bench: Bench) -> list[Grant]:
    return await bench.session.grants()


async def test_a_grant_is_kept_with_the_decision_and_outlives_a_restart(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(*acts("x", "y"), *acts("z")), writer=(text("1"), text("2")))
    await granted(bench, AllowAlways(scope=ScopeTool()))
    await bench.restart()
    await bench.run()
    assert bench.workshop.acts == ["x", "y", "z"]
    (one,) = await grants(bench)
    assert (one.words, one.use_count, one.uses_left, one.conversation_id) == (
        "act with whatever arguments",
        2,
        None,
        None,
    )
    assert one.last_used_at is not None
    assert len(bench.told(ConfirmationRequested)) == 1


async def test_a_grant_for_a_conversation_ends_with_it(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(*acts("x", "y"), calls(call("c9", "act", name="z"))), writer=(text("1"),))
    await granted(bench, AllowForConversation(scope=ScopeTool()))
    assert bench.workshop.acts == ["x", "y"]
    elsewhere = await bench.run()
    assert await bench.states(elsewhere) == [CallState.WAITING]


async def test_a_grant_for_some_uses_ends_with_the_last_of_them(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=acts("x", "y", "z"))
    run_id = await granted(bench, AllowAlways(scope=ScopeTool(), uses=1))
    assert bench.workshop.acts == ["x", "y"]
    assert bench.events[-1] == RunPaused(run_id=run_id, call_ids=("c2",))
    assert [(one.uses_left, one.use_count) for one in await grants(bench)] == [(0, 1)]
    bench.gatherer.then()
    await bench.decide(run_id, "c2")
    bench.writer.then(text("Answer."))
    await bench.resume(run_id)


async def test_of_two_calls_of_a_round_a_grant_for_one_use_lets_one_through(make_bench: MakeBench) -> None:
    rounds = (calls(call("c0", "act", name="x")), calls(call("a", "act", name="1"), call("b", "act", name="2")))
    bench = await make_bench(gatherer=rounds)
    run_id = await granted(bench, AllowAlways(scope=ScopeTool(), uses=1))
    assert bench.events[-1] == RunPaused(run_id=run_id, call_ids=("b",))
    assert [one.decided_by for one in await bench.calls(run_id)] == ["person", "grant", ""]
    assert bench.workshop.acts == ["x"]  # no side effect of a round runs while a call of it waits


async def test_a_grant_that_another_process_used_up_meanwhile_lets_nothing_through(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("c0", "act", name="x")),))
    run_id = await bench.run()
    await bench.decide(run_id, "c0", AllowAlways(scope=ScopeTool(), uses=1))
    (one,) = await grants(bench)
    (done,) = await bench.calls(run_id)
    judged = done.model_copy(update={"ruling": "allow", "decided_by": "grant", "grant_id": one.id, "decision": None})
    for ruling, reasons in (("allow", done.reasons), ("ask", (GONE,))):
        (kept,) = await bench.store.database.write(lambda db: use_grants(db, [judged], utc_now()))
        assert (kept.ruling, kept.reasons, kept.grant_id) == (ruling, reasons, one.id if ruling == "allow" else None)
    assert (await grants(bench))[0].use_count == 1


async def test_a_verdict_that_is_not_kept_uses_nothing(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("c0", "act", name="x")),))
    run_id = await bench.run()
    await bench.decide(run_id, "c0", AllowAlways(scope=ScopeTool(), uses=1))
    (one,) = await grants(bench)
    (first,) = await bench.calls(run_id)
    judged = first.model_copy(update={"ruling": "allow", "decided_by": "grant", "grant_id": one.id})
    rounds = await bench.store.calls.rounds(run_id)
    with pytest.raises(Exception, match="UNIQUE"):  # the round is there already
        await bench.store.calls.add_round(run_id, 1, rounds[0].turn, [judged])
    assert await grants(bench) == [one]


async def test_a_grant_for_a_time_ends_with_it(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=acts("x", "y"))
    run_id = await bench.run()
    soon = utc_now() + timedelta(hours=1)
    with pytest.raises(DecisionRejected, match="has passed already"):
        await bench.decide(run_id, "c0", AllowAlways(scope=ScopeTool(), expires_at=utc_now() - timedelta(hours=1)))
    await bench.decide(run_id, "c0", AllowAlways(scope=ScopeTool(), expires_at=soon))
    assert [one.expires_at for one in await grants(bench)] == [soon]
    past = (utc_now() - timedelta(seconds=1)).isoformat()
    await bench.store.database.write(lambda db: db.execute("UPDATE grants SET expires_at = ?", (past,)))
    await bench.resume(run_id)
    assert bench.events[-1] == RunPaused(run_id=run_id, call_ids=("c1",))
    bench.writer.then(text("Answer."))
    await bench.decide(run_id, "c1")
    await bench.resume(run_id)


async def test_a_grant_must_cover_the_call_it_is_made_for(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("c0", "act", name="x")),))
    run_id = await bench.run()
    with pytest.raises(DecisionRejected, match="does not cover the call 'c0' itself"):
        await bench.decide(run_id, "c0", AllowAlways(scope=ScopeExact(arguments={"name": "y"})))
    assert await grants(bench) == []
    assert (await bench.calls(run_id))[0].decision is None


async def test_a_decision_that_is_refused_leaves_no_grant(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=acts("x"), writer=(text("1"),))
    run_id = await granted(bench, AllowAlways(scope=ScopeTool()))
    with pytest.raises(DecisionRejected, match="does not wait"):
        await bench.decide(run_id, "c0", AllowAlways(scope=ScopeTool()))
    assert len(await grants(bench)) == 1
    assert await bench.states(run_id) == [CallState.DONE]


async def test_a_revoked_grant_lets_nothing_more_through(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(*acts("x", "y"), calls(call("c9", "act", name="z"))), writer=(text("1"),))
    await granted(bench, AllowAlways(scope=ScopeTool()))
    (one,) = await grants(bench)
    await bench.session.revoke(one.id)
    run_id = await bench.run()
    assert await bench.states(run_id) == [CallState.WAITING]
    (ended,) = await grants(bench)
    assert ended.revoked_at is not None
    with pytest.raises(UnknownName, match="g_none"):
        await bench.session.revoke("g_none")


async def test_what_a_revoked_grant_let_through_and_has_not_begun_waits_again(make_bench: MakeBench) -> None:
    rounds = (
        calls(call("c0", "act", name="x")),
        calls(call("a", "act", name="1"), call("b", "held_act", name="2")),
        text(""),
    )
    bench = await make_bench(gatherer=rounds, writer=(text("Answer."),))
    run_id = await granted(bench, AllowAlways(scope=ScopeTool()))
    assert bench.events[-1] == RunPaused(run_id=run_id, call_ids=("b",))
    (one,) = await grants(bench)
    await bench.session.revoke(one.id)
    gate = bench.events[-1]
    assert isinstance(gate, ConfirmationRequested)
    assert (gate.call_id, gate.reasons) == ("a", (REVOKED,))
    bench.workshop.release("2")
    assert await bench.decide(run_id, "b") is False
    assert await bench.decide(run_id, "a") is True
    await bench.resume(run_id)
    assert bench.workshop.acts == ["x", "1", "2"]


async def test_a_damaged_grant_lets_nothing_through(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(*acts("x"), calls(call("c9", "act", name="z"))), writer=(text("1"),))
    await granted(bench, AllowAlways(scope=ScopeTool()))
    await bench.store.database.write(lambda db: db.execute("""UPDATE grants SET scope = '{"kind": "galaxy"}'"""))
    run_id = await bench.run()
    assert await bench.states(run_id) == [CallState.WAITING]
    assert await grants(bench) == []


async def test_off_the_record_a_grant_stays_in_memory(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=acts("x", "y"), writer=(text("1"),))
    conversation = await bench.conversation(off_record=True)
    run_id = await bench.run("Do it.", conversation)
    await bench.decide(run_id, "c0", AllowAlways(scope=ScopeTool()))
    await bench.resume(run_id)
    assert bench.workshop.acts == ["x", "y"]
    assert await bench.store.grants.all() == []
    (one,) = await grants(bench)
    await bench.session.revoke(one.id)


async def test_a_granted_call_is_looked_at_again_before_it_runs(make_bench: MakeBench, tmp_path: Path) -> None:
    rounds = (
        calls(call("c0", "act", name="x")),
        calls(call("a", "act", name="1"), call("b", "held_act", name="2")),
        text(""),
    )
    bench = await make_bench(gatherer=rounds, writer=(text("Answer."),))
    run_id = await granted(bench, AllowAlways(scope=ScopeTool()))
    narrow = ScopeExact(arguments={"name": "another"}).model_dump_json()
    await bench.store.database.write(lambda db: db.execute("UPDATE grants SET scope = ?", (narrow,)))
    bench.workshop.release("2")
    await bench.decide(run_id, "b")
    await bench.resume(run_id)
    assert bench.workshop.acts == ["x", "2"]
    closed = next(event for event in bench.told(ToolCallFinished) if event.call_id == "a")
    assert (closed.state, closed.result) == (
        CallState.FAILED,
        "What this call leads to changed after it was allowed; the call was not run.",
    )


async def test_the_calls_of_an_older_database_say_who_decided(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        migrate(db, path, MIGRATIONS[:1])
        db.execute("INSERT INTO conversations VALUES ('c', 't', 'chat', '/tmp', '', '2026-01-01', '2026-01-01')")
        db.execute(
            "INSERT INTO runs (id, conversation_id, state, options, started_at) VALUES ('r', 'c', 'done', '{}', '')"
        )
        db.execute("INSERT INTO rounds VALUES ('r', 1, '{}', '')")
        allowed, blocked = ("allow", "done", None), ("block", "blocked", None)
        asked = ("ask", "done", '{"kind": "allow_once"}')
        rows = (allowed, asked, ("ask", "waiting", None), blocked, ("block", "failed", None))
        for position, (ruling, state, decision) in enumerate(rows):
            db.execute(
                "INSERT INTO calls (run_id, call_id, round, position, tool, arguments, side_effects, ruling, reasons,"
                " binding, state, decision) VALUES ('r', ?, 1, ?, 'act', '{}', 1, ?, '[]', '', ?, ?)",
                (str(position), position, ruling, state, decision),
            )
    store = await Store.open(path)
    ((only,),) = ([past.calls for past in await store.calls.rounds("r")],)
    await store.close()
    assert [one.decided_by for one in only] == ["policy", "person", "", "policy", ""]
    assert {(one.grant_id, one.edited, one.tainted_by) for one in only} == {(None, False, ())}
