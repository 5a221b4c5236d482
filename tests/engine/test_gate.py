"""The gate: policy, decisions and what the model reads of them; pure rules first, then inside a run."""

import pytest

from desktop.engine.errors import DecisionRejected
from desktop.engine.events import (
    ConfirmationRequested,
    ConfirmationResolved,
    RunPaused,
    ToolCallFinished,
    ToolCallStarted,
)
from desktop.engine.gate import (
    UNDECLARED,
    AllowOnce,
    Card,
    CardField,
    Deny,
    Effect,
    Policy,
    ScopeChoice,
    ScopeExact,
    ScopeTool,
    ToolFacts,
    binding,
    default_policy,
)
from desktop.engine.judging import Standing, judge
from desktop.engine.messages import CallState
from tests.bench import MakeBench
from tests.scripted import assert_valid, call, calls, results_of, text

READ = ToolFacts(name="look", effects=frozenset({Effect.READS_PRIVATE}), definition="1")
WRITE = ToolFacts(name="act", effects=frozenset({Effect.WRITES_LOCAL, Effect.DELETES}), definition="1")


@pytest.mark.parametrize("effect", list(Effect))
def test_only_reads_are_allowed_by_default(effect: Effect) -> None:
    reads = {Effect.READS_PRIVATE, Effect.READS_UNTRUSTED}
    assert default_policy(frozenset({effect})) is (Policy.ALLOW if effect in reads else Policy.ASK)


def test_a_tool_that_declares_nothing_asks() -> None:
    assert default_policy(UNDECLARED) is Policy.ASK


def test_a_block_wins_over_a_harmless_tool() -> None:
    verdict = judge(READ, {}, Standing(policies={"look": Policy.BLOCK}))
    assert verdict.ruling is Policy.BLOCK
    assert verdict.reasons == ("The person's policy blocks the tool 'look'.",)


def test_asking_says_why_and_what_the_tool_can_do() -> None:
    assert judge(WRITE, {}, Standing()).reasons == (
        "By default this tool asks.",
        "It changes files on this machine.",
        "It deletes.",
    )
    assert judge(READ, {}, Standing(policies={"look": Policy.ASK})).reasons == ("Your policy for this tool is to ask.",)


def test_a_policy_holds_for_the_exact_name_alone() -> None:
    policies = {"ac": Policy.ALLOW, "act2": Policy.ALLOW, "ACT": Policy.ALLOW}
    assert judge(WRITE, {}, Standing(policies=policies)).ruling is Policy.ASK


def test_a_binding_changes_with_each_thing_it_is_bound_to() -> None:
    base = binding("r", "c", WRITE, {"a": 1, "b": 2})
    assert base == binding("r", "c", WRITE, {"b": 2, "a": 1})
    others = {
        binding("r2", "c", WRITE, {"a": 1, "b": 2}),
        binding("r", "c2", WRITE, {"a": 1, "b": 2}),
        binding("r", "c", WRITE.model_copy(update={"name": "act2"}), {"a": 1, "b": 2}),
        binding("r", "c", WRITE.model_copy(update={"definition": "2"}), {"a": 1, "b": 2}),
        binding("r", "c", WRITE, {"a": 1, "b": 3}),
    }
    assert len(others | {base}) == 6


async def test_a_gate_shows_the_call_in_the_tools_words_and_the_models_apart(make_bench: MakeBench) -> None:
    wanted = calls(call("a", "act", name="x"), words="I must do it.")
    bench = await make_bench(gatherer=(wanted,))
    run_id = await bench.run()
    (gate,) = bench.told(ConfirmationRequested)
    assert gate == ConfirmationRequested(
        run_id=run_id,
        call_id="a",
        tool="act",
        arguments={"name": "x"},
        reasons=("By default this tool asks.", "It changes files on this machine."),
        card=Card(effect="Does act", fields=(CardField(label="Name", text="x"),)),
        stated_reason="I must do it.",
        binding=(await bench.calls(run_id))[0].binding,
        parameters=bench.workshop.toolbox().declarations[3].parameters,
        scopes=(
            ScopeChoice(scope=ScopeExact(arguments={"name": "x"}), words="act x with exactly these arguments"),
            ScopeChoice(scope=ScopeTool(), words="act with whatever arguments"),
        ),
    )
    assert bench.events[-1] == RunPaused(run_id=run_id, call_ids=("a",))


async def test_an_allowed_call_runs_and_its_decision_is_told(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "act", name="x")), text("Done.")), writer=(text("Answer."),))
    run_id = await bench.run()
    assert bench.workshop.acts == []
    assert await bench.decide(run_id, "a") is True
    assert bench.events[-1] == ConfirmationResolved(run_id=run_id, call_id="a", decision=AllowOnce())
    assert bench.workshop.acts == []  # deciding runs nothing by itself
    await bench.resume(run_id)
    assert bench.workshop.acts == ["x"]
    assert bench.types[-1] == "run_finished"


async def test_a_denied_call_is_never_run_and_the_model_reads_the_denial(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "act", name="x")), text("Denied.")), writer=(text("Answer."),))
    run_id = await bench.run()
    await bench.decide(run_id, "a", Deny())
    await bench.resume(run_id)
    assert bench.workshop.log == []
    assert bench.told(ToolCallStarted) == []
    (result,) = results_of(bench.gatherer.requests[1])
    assert result.state is CallState.DENIED
    assert result.text == "The person denied this call; it was not run. Do not call it again with the same arguments."
    assert result.is_error
    assert_valid(bench.gatherer.requests[1])


async def test_the_reason_of_a_denial_reaches_the_model(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "act", name="x")), text("")), writer=(text("Answer."),))
    run_id = await bench.run()
    await bench.decide(run_id, "a", Deny(reason="Ask me on Monday."))
    await bench.resume(run_id)
    assert results_of(bench.gatherer.requests[1])[0].text.endswith("The person's reason: Ask me on Monday.")


async def test_a_blocked_call_is_not_put_to_the_person_and_the_model_reads_why(make_bench: MakeBench) -> None:
    wanted = calls(call("a", "act", name="x"), call("b", "look", name="y"))
    bench = await make_bench(gatherer=(wanted, text("")), writer=(text("Answer."),))
    run_id = await bench.run(policies={"act": "block"})
    assert bench.told(ConfirmationRequested) == []
    assert bench.workshop.acts == []
    assert await bench.states(run_id) == [CallState.BLOCKED, CallState.DONE]
    assert results_of(bench.gatherer.requests[1])[0].text == (
        "The person's policy blocks the tool 'act'. It was not run; do not call it again."
    )
    assert bench.types[-1] == "run_finished"


async def test_a_blocked_read_is_not_run(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "look", name="x")), text("")), writer=(text("Answer."),))
    await bench.run(policies={"look": "block"})
    assert bench.workshop.log == []


async def test_a_call_of_a_tool_beyond_the_access_level_is_never_asked_about_or_run(make_bench: MakeBench) -> None:
    wanted = calls(call("a", "admin_act", name="x"))
    bench = await make_bench(gatherer=(wanted, text("")), writer=(text("Answer."),))
    await bench.run(access="user", policies={"admin_act": "allow"})
    assert bench.told(ConfirmationRequested) == []
    assert bench.workshop.log == []


async def test_while_a_call_waits_reads_run_and_no_side_effect_does(make_bench: MakeBench) -> None:
    wanted = calls(call("a", "held_act", name="1"), call("b", "act", name="2"), call("c", "look", name="3"))
    bench = await make_bench(gatherer=(wanted, text("")), writer=(text("Answer."),))
    run_id = await bench.run(policies={"act": "allow"})
    assert bench.events[-1] == RunPaused(run_id=run_id, call_ids=("a",))
    assert bench.workshop.log == ["begin look 3", "end look 3"]
    assert await bench.states(run_id) == [CallState.WAITING, CallState.WAITING, CallState.DONE]
    bench.workshop.release("1")
    await bench.decide(run_id, "a")
    await bench.resume(run_id)
    assert bench.workshop.log[2:] == ["begin held_act 1", "end held_act 1", "begin act 2", "end act 2"]


async def test_a_round_goes_on_when_the_last_of_its_gates_is_decided(make_bench: MakeBench) -> None:
    wanted = calls(call("a", "act", name="1"), call("b", "act", name="2"))
    bench = await make_bench(gatherer=(wanted, text("")), writer=(text("Answer."),))
    run_id = await bench.run()
    assert await bench.decide(run_id, "b") is False
    assert await bench.decide(run_id, "a", Deny()) is True
    await bench.resume(run_id)
    assert bench.workshop.acts == ["2"]
    assert await bench.states(run_id) == [CallState.DENIED, CallState.DONE]


async def test_a_run_that_is_resumed_too_early_pauses_again_and_runs_nothing(make_bench: MakeBench) -> None:
    wanted = calls(call("a", "act", name="1"), call("b", "act", name="2"))
    bench = await make_bench(gatherer=(wanted,))
    run_id = await bench.run()
    await bench.decide(run_id, "a")
    await bench.resume(run_id)
    assert bench.events[-1] == RunPaused(run_id=run_id, call_ids=("b",))
    assert bench.workshop.acts == []


async def test_a_decision_of_another_binding_is_refused(make_bench: MakeBench) -> None:
    wanted = calls(call("a", "act", name="1"), call("b", "act", name="2"))
    bench = await make_bench(gatherer=(wanted,))
    run_id = await bench.run()
    of_a = bench.told(ConfirmationRequested)[0].binding
    for wrong in ("", "0" * 64, of_a):
        with pytest.raises(DecisionRejected, match="is not the one that was shown"):
            await bench.session.decide(run_id, "b", AllowOnce(), wrong)
    assert bench.told(ConfirmationResolved) == []
    assert [one.decision for one in await bench.calls(run_id)] == [None, None]


async def test_a_decision_is_used_once(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "act", name="x")), text("")), writer=(text("Answer."),))
    run_id = await bench.run()
    await bench.decide(run_id, "a", Deny())
    with pytest.raises(DecisionRejected, match="decided before"):
        await bench.decide(run_id, "a", AllowOnce())
    await bench.resume(run_id)
    assert bench.workshop.acts == []
    with pytest.raises(DecisionRejected, match="does not wait for a decision: it is denied"):
        await bench.decide(run_id, "a", AllowOnce())


async def test_a_decision_on_an_unknown_call_is_refused(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "act", name="x")),))
    run_id = await bench.run()
    gate = bench.told(ConfirmationRequested)[0]
    with pytest.raises(DecisionRejected, match="has no call 'z'"):
        await bench.session.decide(run_id, "z", AllowOnce(), gate.binding)
    with pytest.raises(DecisionRejected, match="has no call 'a'"):
        await bench.session.decide("r_none", "a", AllowOnce(), gate.binding)


async def test_a_read_that_needed_no_decision_takes_none(make_bench: MakeBench) -> None:
    wanted = calls(call("a", "look", name="x"), call("b", "act", name="y"))
    bench = await make_bench(gatherer=(wanted,))
    run_id = await bench.run()
    with pytest.raises(DecisionRejected, match="it is done"):
        await bench.session.decide(run_id, "a", AllowOnce(), (await bench.calls(run_id))[0].binding)


async def test_decided_while_reads_still_run_the_round_goes_on_without_a_second_pause(make_bench: MakeBench) -> None:
    wanted = calls(call("a", "held_look", name="1"), call("b", "act", name="2"))
    bench = await make_bench(gatherer=(wanted, text("")), writer=(text("Answer."),))
    run_id = await bench.send()
    await bench.workshop.begun("1")
    assert await bench.decide(run_id, "b") is True
    bench.workshop.release("1")
    await bench.session.resume(run_id)  # as a front end does after the last decision
    await bench.ended(run_id)
    assert "run_paused" not in bench.types
    assert bench.types.count("run_started") == 1
    assert bench.workshop.acts == ["2"]


async def test_an_approved_call_whose_tool_changed_meanwhile_is_not_run(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "act", name="x")), text("")), writer=(text("Answer."),))
    run_id = await bench.run()
    await bench.decide(run_id, "a")
    await bench.store.database.write(lambda db: db.execute("""UPDATE calls SET arguments = '{"name": "evil"}'"""))
    await bench.resume(run_id)
    assert bench.workshop.acts == []
    (finished,) = bench.told(ToolCallFinished)
    assert (finished.state, finished.result) == (
        CallState.FAILED,
        "The tool or the arguments changed after the decision; the call was not run.",
    )
