"""The tool loop, from a message to its answer: whole event lists, and what the models were sent."""

import pytest

from desktop.engine.context import round_request
from desktop.engine.errors import KeyRejected
from desktop.engine.events import (
    AnswerDelta,
    AnswerFinished,
    ConfirmationRequested,
    ConfirmationResolved,
    Event,
    HandoffMessage,
    HandoffReady,
    OrchestratorDelta,
    RoundStarted,
    RunFinished,
    RunPaused,
    RunStarted,
    SummaryReady,
    ToolCallFinished,
    ToolCallRequested,
    ToolCallStarted,
    UsageReported,
)
from desktop.engine.gate import AllowOnce, Card, CardField
from desktop.engine.messages import Brain, CallState, StopReason, ToolCall
from desktop.engine.prompts import ORCHESTRATOR, RESPONDER, ROUND_LIMIT
from desktop.engine.requests import ToolResults, UserText
from tests.bench import MakeBench
from tests.scripted import assert_valid, call, calls, results_of, text


def usage(run_id: str, brain: Brain, model: str) -> UsageReported:
    return UsageReported(
        run_id=run_id, brain=brain, model=model, input_tokens=10, cached_tokens=0, output_tokens=5, cost_usd=0.0
    )


def done(run_id: str, call_id: str, tool: str, result: str) -> ToolCallFinished:
    return ToolCallFinished(
        run_id=run_id, call_id=call_id, tool=tool, state=CallState.DONE, result=result, duration_ms=0
    )


def answered(run_id: str, handoff: tuple[HandoffMessage, ...], answer: str) -> list[Event]:
    """The events of an answer, to the run's end."""
    return [
        HandoffReady(run_id=run_id, messages=handoff),
        AnswerDelta(run_id=run_id, text=answer),
        usage(run_id, Brain.RESPONDER, "writer"),
        AnswerFinished(
            run_id=run_id,
            text=answer,
            model="writer",
            label="The writer",
            fallback=False,
            stop_reason=StopReason.END,
        ),
        RunFinished(run_id=run_id),
    ]


def handoff_of(request: str, evidence: str, summary: str) -> tuple[HandoffMessage, ...]:
    final = (
        f"<request>\n{request}\n</request>\n\n<evidence>\n{evidence}\n</evidence>\n\n<summary>\n{summary}\n</summary>"
    )
    return (HandoffMessage(role="system", text=RESPONDER.strip()), HandoffMessage(role="user", text=final))


async def test_events_of_a_run_without_tools(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text(""),), writer=(text("Hello."),))
    conversation = await bench.conversation()
    run_id = await bench.run("Hi!", conversation)
    handoff = handoff_of("Hi!", "No tool was called.", "The gathering model wrote no summary.")
    assert bench.steady() == [
        RunStarted(run_id=run_id, conversation_id=conversation),
        RoundStarted(run_id=run_id, round=1, of=8),
        usage(run_id, Brain.ORCHESTRATOR, "gatherer"),
        SummaryReady(run_id=run_id, text=""),
        *answered(run_id, handoff, "Hello."),
    ]


async def test_events_of_a_run_with_a_read(make_bench: MakeBench) -> None:
    wanted = call("a", "look", name="notes")
    bench = await make_bench(gatherer=(calls(wanted, words="I look."), text("Notes seen.")), writer=(text("Here."),))
    conversation = await bench.conversation()
    run_id = await bench.run("What is there?", conversation)
    handoff = handoff_of("What is there?", '[1] look {"name": "notes"} (id a, done)\nsaw notes', "Notes seen.")
    assert bench.steady() == [
        RunStarted(run_id=run_id, conversation_id=conversation),
        RoundStarted(run_id=run_id, round=1, of=8),
        OrchestratorDelta(run_id=run_id, text="I look."),
        usage(run_id, Brain.ORCHESTRATOR, "gatherer"),
        ToolCallRequested(run_id=run_id, call_id="a", tool="look", arguments={"name": "notes"}, round=1),
        ToolCallStarted(run_id=run_id, call_id="a"),
        done(run_id, "a", "look", "saw notes"),
        RoundStarted(run_id=run_id, round=2, of=8),
        OrchestratorDelta(run_id=run_id, text="Notes seen."),
        usage(run_id, Brain.ORCHESTRATOR, "gatherer"),
        SummaryReady(run_id=run_id, text="Notes seen."),
        *answered(run_id, handoff, "Here."),
    ]


async def test_events_of_a_run_with_a_gate(make_bench: MakeBench) -> None:
    wanted = calls(call("a", "act", name="x"), call("b", "look", name="y"), words="I act.")
    bench = await make_bench(gatherer=(wanted, text("Done.")), writer=(text("It is done."),))
    conversation = await bench.conversation()
    run_id = await bench.run("Act!", conversation)
    await bench.decide(run_id, "a")
    await bench.resume(run_id)
    evidence = '[1] act {"name": "x"} (id a, done)\ndid x\n\n[2] look {"name": "y"} (id b, done)\nsaw y'
    assert bench.steady() == [
        RunStarted(run_id=run_id, conversation_id=conversation),
        RoundStarted(run_id=run_id, round=1, of=8),
        OrchestratorDelta(run_id=run_id, text="I act."),
        usage(run_id, Brain.ORCHESTRATOR, "gatherer"),
        ToolCallRequested(run_id=run_id, call_id="a", tool="act", arguments={"name": "x"}, round=1),
        ToolCallRequested(run_id=run_id, call_id="b", tool="look", arguments={"name": "y"}, round=1),
        ConfirmationRequested(
            run_id=run_id,
            call_id="a",
            tool="act",
            arguments={"name": "x"},
            reasons=("By default this tool asks.", "It changes files on this machine."),
            card=Card(effect="Does act", fields=(CardField(label="Name", text="x"),)),
            stated_reason="I act.",
        ),
        ToolCallStarted(run_id=run_id, call_id="b"),
        done(run_id, "b", "look", "saw y"),
        RunPaused(run_id=run_id, call_ids=("a",)),
        ConfirmationResolved(run_id=run_id, call_id="a", decision=AllowOnce()),
        RunStarted(run_id=run_id, conversation_id=conversation, resumed=True),
        ToolCallStarted(run_id=run_id, call_id="a"),
        done(run_id, "a", "act", "did x"),
        RoundStarted(run_id=run_id, round=2, of=8),
        OrchestratorDelta(run_id=run_id, text="Done."),
        usage(run_id, Brain.ORCHESTRATOR, "gatherer"),
        SummaryReady(run_id=run_id, text="Done."),
        *answered(run_id, handoff_of("Act!", evidence, "Done."), "It is done."),
    ]


async def test_each_round_is_sent_all_before_it(make_bench: MakeBench) -> None:
    first, second = calls(call("a", "look", name="1"), words="One."), calls(call("b", "look", name="2"))
    bench = await make_bench(gatherer=(first, second, text("Done.")), writer=(text("Answer."),))
    run_id = await bench.run("Look twice.")
    assert [len(request.items) for request in bench.gatherer.requests] == [1, 3, 5]
    last = bench.gatherer.requests[-1]
    assert last.items[0] == UserText(text="Look twice.")
    assert last.items[1] == first
    assert last.items[3] == second
    assert last.system.startswith(ORCHESTRATOR.strip())
    assert [tool.name for tool in last.tools] == list(bench.workshop.toolbox().names)
    stored = await bench.stored(run_id)
    assert stored.opening is not None
    assert bench.gatherer.requests[0] == stored.opening
    assert last == round_request(stored.opening, (await bench.store.calls.rounds(run_id))[:2], 12_000)


async def test_reads_of_a_round_run_together(make_bench: MakeBench) -> None:
    wanted = calls(call("a", "held_look", name="1"), call("b", "held_look", name="2"))
    bench = await make_bench(gatherer=(wanted, text("")), writer=(text("Answer."),))
    run_id = await bench.send()
    await bench.workshop.begun("1")
    await bench.workshop.begun("2")  # although the first has not ended
    bench.workshop.release("2")
    await bench.wait_for(lambda event: isinstance(event, ToolCallFinished) and event.call_id == "b")
    bench.workshop.release("1")
    await bench.ended(run_id)
    assert bench.workshop.log[2:] == ["end held_look 2", "end held_look 1"]


async def test_results_go_back_in_the_order_of_the_calls_each_by_its_id(make_bench: MakeBench) -> None:
    wanted = calls(call("a", "held_look", name="1"), call("b", "look", name="2"), call("c", "act", name="3"))
    bench = await make_bench(gatherer=(wanted, text("")), writer=(text("Answer."),))
    run_id = await bench.send(policies={"act": "allow"})
    await bench.wait_for(lambda event: isinstance(event, ToolCallFinished) and event.call_id == "b")
    bench.workshop.release("1")
    await bench.ended(run_id)
    results = bench.gatherer.requests[1].items[-1]
    assert isinstance(results, ToolResults)
    assert [(one.call_id, one.tool, one.text) for one in results.results] == [
        ("a", "held_look", "saw 1"),
        ("b", "look", "saw 2"),
        ("c", "act", "did 3"),
    ]


async def test_side_effects_run_one_after_the_other_in_order(make_bench: MakeBench) -> None:
    wanted = calls(call("a", "held_act", name="1"), call("b", "act", name="2"), call("c", "act", name="3"))
    bench = await make_bench(gatherer=(wanted, text("")), writer=(text("Answer."),))
    run_id = await bench.send(policies={"act": "allow", "held_act": "allow"})
    await bench.workshop.begun("1")
    assert await bench.states(run_id) == [CallState.RUNNING, CallState.WAITING, CallState.WAITING]
    bench.workshop.release("1")
    await bench.ended(run_id)
    assert bench.workshop.log == [
        "begin held_act 1",
        "end held_act 1",
        "begin act 2",
        "end act 2",
        "begin act 3",
        "end act 3",
    ]


async def test_reads_of_a_round_end_before_its_side_effects_begin(make_bench: MakeBench) -> None:
    wanted = calls(call("a", "act", name="1"), call("b", "look", name="2"))
    bench = await make_bench(gatherer=(wanted, text("")), writer=(text("Answer."),))
    await bench.run(policies={"act": "allow"})
    assert bench.workshop.log == ["begin look 2", "end look 2", "begin act 1", "end act 1"]


async def test_what_goes_wrong_with_a_tool_becomes_an_error_result_and_the_run_goes_on(make_bench: MakeBench) -> None:
    wanted = calls(
        call("a", "refuse", name="1"),
        call("b", "crash", name="2"),
        call("c", "dawdle", name="3"),
        ToolCall(id="d", tool="look", arguments={"nam": 4}),
        call("e", "fly", name="5"),
        call("f", "look", name="6"),
    )
    bench = await make_bench(gatherer=(wanted, text("")), writer=(text("Answer."),))
    run_id = await bench.run()
    texts = {one.call_id: one.text for one in results_of(bench.gatherer.requests[1])}
    assert texts["a"] == "1 cannot be done."
    assert texts["b"].startswith("The tool 'crash' failed because of a fault in the program (RuntimeError).")
    assert texts["c"] == "dawdle was ended: it took longer than 0.01 seconds."
    assert texts["d"].startswith("The arguments of 'look' do not fit its schema: name: Field required")
    assert texts["e"].startswith("There is no tool 'fly'. The tools: look,")
    assert texts["f"] == "saw 6"
    assert await bench.states(run_id) == [CallState.FAILED] * 5 + [CallState.DONE]
    assert "cancelled dawdle 3" in bench.workshop.log
    assert bench.types[-1] == "run_finished"


async def test_a_bug_in_a_tool_leaves_none_of_its_text_in_the_log(
    make_bench: MakeBench, caplog: pytest.LogCaptureFixture
) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "crash", name="planted")), text("")), writer=(text("A."),))
    await bench.run()
    assert "crash" in caplog.text
    assert "RuntimeError" in caplog.text
    assert "scripted_tools.py" in caplog.text  # where it was
    assert "planted" not in caplog.text


async def test_an_id_that_came_before_in_the_run_is_made_unique(make_bench: MakeBench) -> None:
    bench = await make_bench(
        gatherer=(
            calls(call("0", "look", name="1"), call("0", "look", name="2")),
            calls(call("0", "look", name="3")),
            text(""),
        ),
        writer=(text("Answer."),),
    )
    run_id = await bench.run()
    assert [one.call.id for one in await bench.calls(run_id)] == ["0", "0~2", "0~3"]
    assert [(one.call_id, one.text) for one in results_of(bench.gatherer.requests[-1])] == [
        ("0", "saw 1"),
        ("0~2", "saw 2"),
        ("0~3", "saw 3"),
    ]
    assert_valid(bench.gatherer.requests[-1])  # the turns name the calls as the results do


async def test_an_untrusted_result_is_marked(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "browse", name="1")), text("")), writer=(text("Answer."),))
    await bench.run()
    assert [event.untrusted for event in bench.told(ToolCallFinished)] == [True]
    assert results_of(bench.gatherer.requests[-1])[0].untrusted
    assert "(id a, done, from outside)" in bench.told(HandoffReady)[0].messages[-1].text


async def test_at_the_round_limit_the_model_is_asked_once_without_tools(make_bench: MakeBench) -> None:
    looks = (calls(call("a", "look", name="1")), calls(call("b", "look", name="2")))
    bench = await make_bench(gatherer=(*looks, text("So far.")), writer=(text("Answer."),))
    await bench.run(max_rounds=2)
    assert [(event.round, event.of) for event in bench.told(RoundStarted)] == [(1, 2), (2, 2)]
    assert [request.allow_calls for request in bench.gatherer.requests] == [True, True, False]
    assert bench.gatherer.requests[-1].items[-1] == UserText(text=ROUND_LIMIT)
    assert bench.told(SummaryReady)[0].text == "So far."
    assert bench.types[-1] == "run_finished"


async def test_calls_made_in_spite_of_the_limit_are_not_run(make_bench: MakeBench) -> None:
    more = calls(call("b", "look", name="2"), words="I want more.")
    bench = await make_bench(gatherer=(calls(call("a", "look", name="1")), more), writer=(text("Answer."),))
    run_id = await bench.run(max_rounds=1)
    assert [one.call.id for one in await bench.calls(run_id)] == ["a"]
    assert bench.told(SummaryReady)[0].text == "I want more."


async def test_where_the_last_summary_fails_one_is_made_from_the_results(make_bench: MakeBench) -> None:
    bench = await make_bench(
        gatherer=(calls(call("a", "look", name="1"), call("b", "refuse", name="2")), KeyRejected("No.")),
        writer=(text("Answer."),),
    )
    await bench.run(max_rounds=1)
    assert bench.told(SummaryReady)[0].text == (
        "The limit of tool rounds was reached before the model wrote a summary. The results, in order:\n"
        "- look, done: saw 1\n"
        "- refuse, failed: 2 cannot be done."
    )
    assert bench.types[-1] == "run_finished"


async def test_the_model_sees_only_the_tools_of_the_access_level_cut_to_the_list(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text(""), text("")), writer=(text("A."), text("B.")))
    await bench.run(access="user")
    assert "admin_act" not in {tool.name for tool in bench.gatherer.requests[0].tools}
    await bench.run(access="user", tools=("look", "admin_act"))
    assert [tool.name for tool in bench.gatherer.requests[1].tools] == ["look"]


async def test_a_turn_is_stored_before_it_is_told(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "held_look", name="1")), text("")), writer=(text("A."),))
    run_id = await bench.send()
    await bench.wait_for_type("tool_call_requested")
    assert [one.call.id for one in await bench.calls(run_id)] == ["a"]
    await bench.workshop.begun("1")
    assert await bench.states(run_id) == [CallState.RUNNING]
    bench.workshop.release("1")
    await bench.ended(run_id)


async def test_a_stream_that_ends_without_a_turn_is_no_answer(make_bench: MakeBench) -> None:
    """A model that breaks its promise is tried again, and never taken for one that said nothing."""
    bench = await make_bench()

    class Silent:
        info = bench.writer.info

        async def stream(self, request: object) -> object:
            return
            yield

        async def aclose(self) -> None: ...

    bench.connector.models["writer"] = Silent()  # type: ignore[attr-defined]
    await bench.run(tools_enabled=False)
    assert bench.types.count("retrying") == 2
    assert bench.types[-1] == "run_failed"
