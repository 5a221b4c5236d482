"""A person who changes the arguments of a call: validated, judged and shown again, and told to the model."""

import pytest

from desktop.engine.errors import BadArguments, DecisionRejected
from desktop.engine.events import ConfirmationRequested, ConfirmationResolved, RunPaused, ToolCallFinished
from desktop.engine.gate import AllowAlways, AllowOnce, Deny, ScopeExact, ScopeTool
from desktop.engine.messages import CallState, JsonObject
from tests.bench import Bench, MakeBench
from tests.scripted import assert_valid, call, calls, results_of, text


async def asking(make_bench: MakeBench) -> tuple[Bench, str, str]:
    """A run that waits at a call of act on x: with its id and the binding of the call."""
    bench = await make_bench(gatherer=(calls(call("a", "act", name="x")), text("")), writer=(text("Answer."),))
    run_id = await bench.run()
    return bench, run_id, bench.told(ConfirmationRequested)[-1].binding


async def end(bench: Bench, run_id: str) -> None:
    await bench.decide(run_id, "a", Deny())
    await bench.resume(run_id)


async def test_an_edited_call_is_shown_again_before_it_is_allowed(make_bench: MakeBench) -> None:
    bench, run_id, shown = await asking(make_bench)
    assert await bench.session.edit(run_id, "a", {"name": "y"}, shown) is False
    gate = bench.told(ConfirmationRequested)[-1]
    assert (gate.arguments, gate.edited, gate.original_arguments) == ({"name": "y"}, True, {"name": "x"})
    assert gate.card.fields[0].text == "y"
    assert gate.binding != shown
    assert gate.reasons[-1] == "You changed the arguments that the model gave."
    assert gate.scopes[0].scope == ScopeExact(arguments={"name": "y"})
    assert bench.workshop.acts == []
    await bench.restart()
    assert (await bench.session.record(run_id)).gates == (gate,)
    await end(bench, run_id)


async def test_the_model_reads_what_the_person_changed(make_bench: MakeBench) -> None:
    bench, run_id, shown = await asking(make_bench)
    await bench.session.edit(run_id, "a", {"name": "y"}, shown)
    await bench.decide(run_id, "a")
    await bench.resume(run_id)
    assert bench.workshop.acts == ["y"]
    (result,) = results_of(bench.gatherer.requests[1])
    assert result.text == (
        '[The person changed the arguments of this call before allowing it. It ran with {"name":"y"}.]\ndid y'
    )
    assert_valid(bench.gatherer.requests[1])
    (record,) = (await bench.session.record(run_id)).calls
    assert (record.arguments, record.edited, record.allowed_by) == ({"name": "y"}, True, "person")
    assert (await bench.calls(run_id))[0].original_arguments == {"name": "x"}


async def test_a_decision_on_what_was_shown_before_the_edit_is_refused(make_bench: MakeBench) -> None:
    bench, run_id, shown = await asking(make_bench)
    await bench.session.edit(run_id, "a", {"name": "y"}, shown)
    for decision in (AllowOnce(), AllowAlways(scope=ScopeTool())):
        with pytest.raises(DecisionRejected, match=r"not .*what was shown|is not the one that was shown"):
            await bench.session.decide(run_id, "a", decision, shown)
    with pytest.raises(DecisionRejected, match="is not the one that was shown"):
        await bench.session.edit(run_id, "a", {"name": "z"}, shown)
    assert bench.told(ConfirmationResolved) == []
    assert await bench.session.grants() == []
    await end(bench, run_id)


async def test_bad_arguments_leave_the_call_as_it_was(make_bench: MakeBench) -> None:
    bench, run_id, shown = await asking(make_bench)
    wrong: list[JsonObject] = [{}, {"name": 1}, {"name": "y", "more": "z"}]
    for bad in wrong:
        with pytest.raises(BadArguments, match="do not fit its schema"):
            await bench.session.edit(run_id, "a", bad, shown)
    assert (await bench.calls(run_id))[0].binding == shown
    await end(bench, run_id)


async def test_a_second_edit_keeps_what_the_model_gave_and_an_edit_back_is_none(make_bench: MakeBench) -> None:
    bench, run_id, shown = await asking(make_bench)
    await bench.session.edit(run_id, "a", {"name": "y"}, shown)
    await bench.session.edit(run_id, "a", {"name": "z"}, bench.told(ConfirmationRequested)[-1].binding)
    assert bench.told(ConfirmationRequested)[-1].original_arguments == {"name": "x"}
    await bench.session.edit(run_id, "a", {"name": "x"}, bench.told(ConfirmationRequested)[-1].binding)
    gate = bench.told(ConfirmationRequested)[-1]
    assert (gate.edited, gate.original_arguments, gate.binding) == (False, None, shown)
    await end(bench, run_id)


async def test_an_edited_call_waits_although_a_grant_covers_it(make_bench: MakeBench) -> None:
    rounds = (calls(call("a", "act", name="x")), calls(call("b", "act", name="y")), text(""))
    bench = await make_bench(gatherer=rounds, writer=(text("Answer."),))
    run_id = await bench.run()
    await bench.decide(run_id, "a", AllowAlways(scope=ScopeExact(arguments={"name": "x"})))
    await bench.resume(run_id)
    gate = bench.told(ConfirmationRequested)[-1]
    assert await bench.session.edit(run_id, "b", {"name": "x"}, gate.binding) is False
    assert bench.workshop.acts == ["x"]
    await bench.decide(run_id, "b")
    await bench.resume(run_id)
    assert bench.workshop.acts == ["x", "x"]


async def test_an_edit_that_policy_blocks_closes_the_call(make_bench: MakeBench) -> None:
    bench, run_id, shown = await asking(make_bench)
    await bench.store.database.write(
        lambda db: db.execute("""UPDATE runs SET options = json_set(options, '$.policies', json('{"act": "block"}'))""")
    )
    assert await bench.session.edit(run_id, "a", {"name": "y"}, shown) is True
    (finished,) = bench.told(ToolCallFinished)
    assert finished.state is CallState.BLOCKED
    await bench.resume(run_id)
    assert bench.workshop.acts == []
    (record,) = (await bench.session.record(run_id)).calls
    assert (record.state, record.allowed_by) == (CallState.BLOCKED, "")


async def test_an_edited_call_is_judged_by_what_was_read_meanwhile(make_bench: MakeBench) -> None:
    wanted = calls(call("a", "act", name="x"), call("b", "browse", name="page"))
    bench = await make_bench(gatherer=(wanted, text("")), writer=(text("Answer."),))
    run_id = await bench.run()
    before = bench.told(ConfirmationRequested)[-1]
    assert before.tainted_by == ()
    await bench.session.edit(run_id, "a", {"name": "y"}, before.binding)
    assert [source.tool for source in bench.told(ConfirmationRequested)[-1].tainted_by] == ["browse"]
    await end(bench, run_id)


async def test_what_does_not_wait_cannot_be_edited(make_bench: MakeBench) -> None:
    bench, run_id, shown = await asking(make_bench)
    with pytest.raises(DecisionRejected, match="has no call 'z'"):
        await bench.session.edit(run_id, "z", {"name": "y"}, shown)
    await bench.decide(run_id, "a")
    with pytest.raises(DecisionRejected, match="decided before"):
        await bench.session.edit(run_id, "a", {"name": "y"}, shown)
    await bench.resume(run_id)
    with pytest.raises(DecisionRejected, match="it is done"):
        await bench.session.edit(run_id, "a", {"name": "y"}, shown)
    assert bench.workshop.acts == ["x"]


async def test_an_edit_of_one_call_leaves_the_others_waiting(make_bench: MakeBench) -> None:
    wanted = calls(call("a", "act", name="1"), call("b", "act", name="2"))
    bench = await make_bench(gatherer=(wanted, text("")), writer=(text("Answer."),))
    run_id = await bench.run()
    assert bench.events[-1] == RunPaused(run_id=run_id, call_ids=("a", "b"))
    await bench.session.edit(run_id, "a", {"name": "3"}, bench.told(ConfirmationRequested)[0].binding)
    assert await bench.decide(run_id, "a") is False
    assert await bench.decide(run_id, "b") is True
    await bench.resume(run_id)
    assert bench.workshop.acts == ["3", "2"]
