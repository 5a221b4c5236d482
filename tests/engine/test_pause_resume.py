"""A stored history with open calls is the paused run: restarts, crashes and decisions share one path."""

from pathlib import Path

import pytest

from desktop.engine.errors import RunBusy, RunNotFound
from desktop.engine.events import (
    ConfirmationRequested,
    RoundStarted,
    RunPaused,
    RunStarted,
    ToolCallFinished,
)
from desktop.engine.gate import Deny
from desktop.engine.messages import CallState
from desktop.engine.requests import Opaque
from desktop.engine.store.cut_calls import INTERRUPTED_CALL
from tests.bench import Bench, MakeBench
from tests.scripted import assert_valid, call, calls, forever, results_of, text


async def test_a_paused_run_leaves_no_task(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "act", name="x")),))
    run_id = await bench.run()
    assert bench.session.running == frozenset()
    assert (await bench.stored(run_id)).state == "waiting"


async def test_the_task_has_let_go_of_a_run_when_its_pause_is_told(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "act", name="x")),))
    at_work: list[frozenset[str]] = []
    bench.on_event = lambda event: at_work.append(bench.session.running) if isinstance(event, RunPaused) else None
    await bench.run()
    assert at_work == [frozenset()]


async def test_a_paused_run_goes_on_in_a_fresh_session_on_the_same_file(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "act", name="x")), text("Done.")), writer=(text("Answer."),))
    run_id = await bench.run()
    shown = bench.told(ConfirmationRequested)[0]
    await bench.restart()
    assert (await bench.session.record(run_id)).gates == (shown,)
    bench.events = [shown]
    await bench.decide(run_id, "a")
    await bench.resume(run_id)
    assert bench.workshop.acts == ["x"]
    assert bench.events[2] == RunStarted(
        run_id=run_id, conversation_id=(await bench.stored(run_id)).conversation_id, resumed=True
    )
    assert bench.types[-1] == "run_finished"


async def test_a_decision_outlives_a_restart(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "act", name="x")), text("")), writer=(text("Answer."),))
    run_id = await bench.run()
    await bench.decide(run_id, "a", Deny(reason="No."))
    await bench.restart()
    await bench.resume(run_id)
    assert results_of(bench.gatherer.requests[1])[0].text.endswith("The person's reason: No.")


async def test_a_resumed_run_can_meet_further_gates(make_bench: MakeBench) -> None:
    rounds = (calls(call("a", "act", name="1")), calls(call("b", "act", name="2")), text(""))
    bench = await make_bench(gatherer=rounds, writer=(text("Answer."),))
    run_id = await bench.run()
    for call_id in ("a", "b"):
        assert bench.events[-1] == RunPaused(run_id=run_id, call_ids=(call_id,))
        await bench.decide(run_id, call_id)
        await bench.restart()
        await bench.resume(run_id)
    assert bench.workshop.acts == ["1", "2"]
    assert bench.types[-1] == "run_finished"


async def test_the_round_limit_counts_over_pauses_and_restarts(make_bench: MakeBench) -> None:
    rounds = (calls(call("a", "act", name="1")), calls(call("b", "act", name="2")), text("So far."))
    bench = await make_bench(gatherer=rounds, writer=(text("Answer."),))
    run_id = await bench.run(max_rounds=2)
    for call_id in ("a", "b"):
        await bench.decide(run_id, call_id)
        await bench.restart()
        await bench.resume(run_id)
    assert [event.round for event in bench.told(RoundStarted)] == [1, 2]
    assert [request.allow_calls for request in bench.gatherer.requests] == [True, True, False]


async def test_what_a_resumed_run_sends_begins_byte_for_byte_as_before(make_bench: MakeBench) -> None:
    """Thought signatures hold only for the request that they were made for."""
    opaque = Opaque(provider="demo", model="gatherer", content={"signature": "c2lnbmVk"})
    first = calls(call("a", "look", name="1"), words="First.").model_copy(update={"opaque": opaque})
    second = calls(call("b", "act", name="2"))
    bench = await make_bench(gatherer=(first, second, text("Done.")), writer=(text("Answer."),))
    run_id = await bench.run("Do all of it.", inject_datetime=True)
    await bench.decide(run_id, "b")
    await bench.restart()
    await bench.resume(run_id)
    before, after = bench.gatherer.requests[1:3]
    assert after.system.encode() == before.system.encode()
    assert after.tools == before.tools
    assert [item.model_dump_json() for item in after.items[: len(before.items)]] == [
        item.model_dump_json() for item in before.items
    ]
    assert after.items[1] == first  # the opaque part too


async def test_a_crash_at_the_gate_loses_nothing(make_bench: MakeBench, tmp_path: Path) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "act", name="x")), text("")), writer=(text("Answer."),))
    run_id = await bench.run()
    after = await bench.crashed(tmp_path / "after")
    after.events = list(bench.told(ConfirmationRequested))
    await after.decide(run_id, "a")
    await after.resume(run_id)
    assert after.workshop.acts == ["x"]
    assert after.types[-1] == "run_finished"
    await after.close()


async def test_a_crash_while_reads_run_beside_a_gate_waits_at_the_gate(make_bench: MakeBench, tmp_path: Path) -> None:
    wanted = calls(call("a", "held_look", name="1"), call("b", "act", name="2"))
    bench = await make_bench(gatherer=(wanted, text("")), writer=(text("Answer."),))
    run_id = await bench.send()
    await bench.workshop.begun("1")
    after = await bench.crashed(tmp_path / "after")
    await bench.session.stop(run_id)
    assert after.recovered == [run_id]
    assert (await after.stored(run_id)).state == "waiting"
    after.events = list(bench.told(ConfirmationRequested))
    after.workshop.release("1")
    await after.decide(run_id, "b")
    await after.resume(run_id)
    assert after.workshop.log == ["begin held_look 1", "end held_look 1", "begin act 2", "end act 2"]
    await after.close()


async def test_a_side_effect_that_was_under_way_at_a_crash_is_unknown_told_and_never_run_again(
    make_bench: MakeBench, tmp_path: Path
) -> None:
    wanted = calls(call("a", "held_act", name="1"), call("b", "act", name="2"))
    bench = await make_bench(gatherer=(wanted, text("")), writer=(text("Answer."),))
    run_id = await bench.send(policies={"held_act": "allow", "act": "allow"})
    await bench.workshop.begun("1")
    after = await bench.crashed(tmp_path / "after")
    await bench.session.stop(run_id)
    assert (await after.stored(run_id)).state == "interrupted"
    assert await after.states(run_id) == [CallState.UNKNOWN, CallState.WAITING]
    assert [one.state for one in (await after.session.record(run_id)).calls] == [CallState.UNKNOWN, CallState.WAITING]
    await after.resume(run_id)
    assert after.workshop.acts == ["2"]
    assert [(event.call_id, event.state) for event in after.told(ToolCallFinished)] == [
        ("a", CallState.UNKNOWN),
        ("b", CallState.DONE),
    ]
    results = results_of(bench.gatherer.requests[1])
    assert (results[0].state, results[0].text) == (CallState.UNKNOWN, INTERRUPTED_CALL)
    assert_valid(bench.gatherer.requests[1])
    assert "(id a, unknown)" in bench.writer.requests[0].items[-1].model_dump_json()
    await after.close()


async def test_a_read_that_was_under_way_at_a_crash_runs_again(make_bench: MakeBench, tmp_path: Path) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "held_look", name="1")), text("")), writer=(text("Answer."),))
    run_id = await bench.send()
    await bench.workshop.begun("1")
    after = await bench.crashed(tmp_path / "after")
    await bench.session.stop(run_id)
    after.workshop.release("1")
    await after.resume(run_id)
    assert after.workshop.log == ["begin held_look 1", "end held_look 1"]
    assert await after.states(run_id) == [CallState.DONE]
    await after.close()


async def test_a_crash_while_the_orchestrator_streams_asks_it_again(make_bench: MakeBench, tmp_path: Path) -> None:
    bench = await make_bench(gatherer=(forever("I thi"), text("Summary.")), writer=(text("Answer."),))
    run_id = await bench.send()
    await bench.wait_for_type("orchestrator_delta")
    after = await bench.crashed(tmp_path / "after")
    await bench.session.stop(run_id)
    assert (await after.stored(run_id)).state == "interrupted"
    await after.resume(run_id)
    assert bench.gatherer.requests[0] == bench.gatherer.requests[1]
    assert after.types[-1] == "run_finished"
    await after.close()


async def test_close_puts_runs_aside_and_the_next_session_goes_on(make_bench: MakeBench) -> None:
    wanted = calls(call("a", "look", name="1"), call("b", "held_look", name="2"))
    bench = await make_bench(gatherer=(wanted, text("")), writer=(text("Answer."),))
    run_id = await bench.send()
    await bench.workshop.begun("2")
    await bench.wait_for(lambda event: isinstance(event, ToolCallFinished))
    await bench.restart()
    assert bench.workshop.log[-1] == "cancelled held_look 2"
    assert not {"run_stopped", "run_failed", "run_finished"} & set(bench.types)
    assert (await bench.stored(run_id)).state == "interrupted"
    assert await bench.states(run_id) == [CallState.DONE, CallState.WAITING]
    bench.workshop.release("2")
    await bench.resume(run_id)
    assert bench.types[-1] == "run_finished"


async def test_close_in_a_side_effect_makes_it_unknown(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "held_act", name="1")), text("")), writer=(text("Answer."),))
    run_id = await bench.send(policies={"held_act": "allow"})
    await bench.workshop.begun("1")
    await bench.restart()
    assert await bench.states(run_id) == [CallState.UNKNOWN]
    await bench.resume(run_id)
    assert bench.workshop.acts == ["1"]
    assert [event.state for event in bench.told(ToolCallFinished)] == [CallState.UNKNOWN]


async def test_close_right_after_a_send_loses_nothing(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text(""),), writer=(text("Answer."),))
    run_id = await bench.send()
    await bench.restart()
    assert (await bench.stored(run_id)).state == "interrupted"
    await bench.resume(run_id)
    assert bench.types[-1] == "run_finished"


async def test_a_run_is_recovered_only_when_its_process_is_gone(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(forever(), text("")), writer=(text("Answer."),))
    run_id = await bench.send()
    await bench.wait_for_type("round_started")
    assert await bench.store.runs.recover() == []
    assert (await bench.stored(run_id)).state == "running"
    await bench.restart()
    await bench.resume(run_id)


async def test_one_of_two_sessions_goes_on_with_a_run(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "held_act", name="x")), text("")), writer=(text("Answer."),))
    run_id = await bench.run()
    other = await Bench(bench.folder, connector=bench.connector).open()
    await bench.decide(run_id, "a")
    await bench.session.resume(run_id)
    await bench.workshop.begun("x")
    with pytest.raises(RunBusy, match="already at work"):
        await other.session.resume(run_id)
    with pytest.raises(RunBusy, match="already at work"):
        await other.session.stop(run_id)
    await other.close()
    bench.workshop.release("x")
    await bench.ended(run_id)
    assert bench.workshop.acts == ["x"]


async def test_a_run_that_is_done_does_not_go_on(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text(""),), writer=(text("Answer."),))
    run_id = await bench.run()
    with pytest.raises(RunBusy, match="This run is done"):
        await bench.session.resume(run_id)
    with pytest.raises(RunNotFound, match="r_none"):
        await bench.session.resume("r_none")


async def test_a_run_does_not_go_on_beside_another_of_its_conversation(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "act", name="x")), forever("Busy.")))
    conversation = await bench.conversation()
    first = await bench.run("First.", conversation)
    second = await bench.send("Second.", conversation)
    await bench.decide(first, "a", Deny())
    await bench.wait_for_type("orchestrator_delta")
    with pytest.raises(RunBusy, match="still at work"):
        await bench.session.resume(first)
    await bench.session.stop(second)


async def test_a_conversation_is_not_kept_busy_by_a_process_that_is_gone(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "act", name="x")), text("")), writer=(text("Answer."),))
    conversation = await bench.conversation()
    first = await bench.run("First.", conversation)
    await bench.store.database.write(  # as a command line that was killed leaves it, while this process lives
        lambda db: db.execute("UPDATE runs SET state = 'running', owner = '1:0.00' WHERE id = ?", (first,))
    )
    second = await bench.run("Second.", conversation)
    assert (await bench.stored(first)).state == "waiting"
    assert (await bench.stored(second)).state == "done"


async def test_a_run_whose_process_is_gone_can_be_gone_on_with_at_once(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "act", name="x")), text("")), writer=(text("Answer."),))
    run_id = await bench.run()
    await bench.decide(run_id, "a")
    await bench.store.database.write(lambda db: db.execute("UPDATE runs SET state = 'running', owner = '1:0.00'"))
    await bench.resume(run_id)
    assert bench.types[-1] == "run_finished"
