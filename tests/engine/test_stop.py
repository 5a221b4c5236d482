"""Stop ends a run at once, wherever it is; what had arrived is kept, and the history stays valid."""

import asyncio
from typing import Any

import pytest

from desktop.engine.errors import Overloaded, RunBusy
from desktop.engine.events import AnswerDelta, Retrying, RunStopped, ToolCallFinished, ToolCallStarted
from desktop.engine.limits import Limits
from desktop.engine.messages import Brain, CallState, Message, StopReason
from desktop.engine.models.retry import RetryPolicy
from desktop.engine.records import can_write_again
from desktop.engine.store.cut_calls import CANCELLED_CALL, STOPPED_CALL
from desktop.engine.store.run_briefs import briefs_of
from tests.bench import Bench, MakeBench
from tests.scripted import Say, assert_valid, call, calls, forever, results_of, text


async def stopped_message(bench: Bench, run_id: str) -> Message:
    """The message that a stopped run left, as stored; the last event tells the same."""
    messages = await bench.store.conversations.messages((await bench.stored(run_id)).conversation_id)
    (message,) = [one for one in messages if one.role == "assistant" and one.run_id == run_id]
    again = can_write_again(await bench.stored(run_id))
    assert bench.events[-1] == RunStopped(run_id=run_id, message=message, can_write_again=again)
    assert message.details is not None
    assert message.details.stop is StopReason.STOPPED
    assert (await bench.stored(run_id)).state == "stopped"
    assert bench.session.running == frozenset()
    return message


async def goes_on(bench: Bench, run_id: str) -> None:
    """The next run of the conversation works, and so does going on with the stopped one, on a valid history."""
    conversation = (await bench.stored(run_id)).conversation_id
    bench.gatherer.then(text("Next."), text("Again."))
    bench.writer.then(text("The next answer."), text("The first answer."))
    await bench.run("And now?", conversation)
    await bench.resume(run_id)
    assert bench.types[-1] == "run_finished"
    for request in bench.gatherer.requests:
        assert_valid(request)


async def test_stop_in_the_orchestrators_stream(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(forever("I thi"),))
    run_id = await bench.send()
    await bench.wait_for_type("orchestrator_delta")
    await bench.session.stop(run_id)
    assert bench.gatherer.closed == 1  # the stream has ended
    message = await stopped_message(bench, run_id)
    assert message.text == ""  # what gathers writes no answer
    assert message.details is not None
    assert message.details.brain is Brain.ORCHESTRATOR
    assert (await bench.session.record(run_id)).cut_words == "I thi"
    (brief,) = await briefs_of(bench.store.database, (await bench.stored(run_id)).conversation_id)
    assert brief.has_cut_words
    assert not bench.told(RunStopped)[0].can_write_again
    await goes_on(bench, run_id)
    assert (await bench.session.record(run_id)).cut_words == ""


async def test_stop_in_the_stream_of_what_will_be_the_answer_keeps_it(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(forever("I thi"),))
    run_id = await bench.send(answer="summary")
    await bench.wait_for_type("orchestrator_delta")
    await bench.session.stop(run_id)
    assert (await stopped_message(bench, run_id)).text == "I thi"


async def test_stop_before_the_answers_first_word_leaves_no_summary_as_the_answer(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text("The summary."),), writer=(forever(),))
    run_id = await bench.send()
    await bench.wait_for_type("handoff_ready")
    await bench.session.stop(run_id)
    assert (await stopped_message(bench, run_id)).text == ""
    record = await bench.session.record(run_id)
    assert (record.summary, record.cut_words) == ("The summary.", "")
    assert bench.told(RunStopped)[0].can_write_again


async def test_stop_before_the_first_step(make_bench: MakeBench) -> None:
    bench = await make_bench()
    run_id = await bench.send()
    await bench.session.stop(run_id)
    assert (await stopped_message(bench, run_id)).text == ""
    await goes_on(bench, run_id)


async def test_stop_in_a_read_cancels_it(make_bench: MakeBench) -> None:
    wanted = calls(call("a", "held_look", name="1"), call("b", "held_look", name="2"), call("c", "act", name="3"))
    bench = await make_bench(gatherer=(wanted,))
    run_id = await bench.send(policies={"act": "allow"})
    await bench.workshop.begun("2")
    await bench.session.stop(run_id)
    assert sorted(bench.workshop.log[2:]) == ["cancelled held_look 1", "cancelled held_look 2"]
    assert [(one.state, one.result) for one in await bench.calls(run_id)] == [(CallState.CANCELLED, CANCELLED_CALL)] * 3
    assert [event.call_id for event in bench.told(ToolCallFinished)] == ["a", "b", "c"]
    await stopped_message(bench, run_id)
    await goes_on(bench, run_id)
    assert [one.state for one in results_of(bench.gatherer.requests[-1])] == [CallState.CANCELLED] * 3


async def test_stop_in_a_side_effect_leaves_it_unknown_and_the_rest_cancelled(make_bench: MakeBench) -> None:
    wanted = calls(call("a", "act", name="1"), call("b", "held_act", name="2"), call("c", "act", name="3"))
    bench = await make_bench(gatherer=(wanted,))
    run_id = await bench.send(policies={"act": "allow", "held_act": "allow"})
    await bench.workshop.begun("2")
    await bench.session.stop(run_id)
    assert bench.workshop.log[-1] == "cancelled held_act 2"
    assert [(one.state, one.result) for one in await bench.calls(run_id)] == [
        (CallState.DONE, "did 1"),
        (CallState.UNKNOWN, STOPPED_CALL),
        (CallState.CANCELLED, CANCELLED_CALL),
    ]
    await stopped_message(bench, run_id)
    await goes_on(bench, run_id)
    assert bench.workshop.acts == ["1", "2"]


async def test_stop_returns_when_the_tool_has_ended(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "held_look", name="1")),))
    run_id = await bench.send()
    await bench.workshop.begun("1")
    await bench.session.stop(run_id)
    assert "cancelled held_look 1" in bench.workshop.log


async def test_stop_during_the_wait_for_a_retry(make_bench: MakeBench) -> None:
    limits = Limits(retry=RetryPolicy(base_s=3000.0, cap_s=3000.0))
    bench = await make_bench(gatherer=(Overloaded("Too much to do."),), limits=limits)
    run_id = await bench.send()
    event = await bench.wait_for_type("retrying")
    assert isinstance(event, Retrying)
    assert event.wait_s >= 1500
    await bench.session.stop(run_id)
    await stopped_message(bench, run_id)
    await goes_on(bench, run_id)


async def test_stop_at_the_gate_closes_the_call(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "act", name="1")),))
    run_id = await bench.run()
    await bench.session.stop(run_id)
    assert await bench.states(run_id) == [CallState.CANCELLED]
    assert [event.state for event in bench.told(ToolCallFinished)] == [CallState.CANCELLED]
    await stopped_message(bench, run_id)
    await goes_on(bench, run_id)
    assert bench.workshop.acts == []


async def test_stop_at_the_gate_after_a_restart(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "act", name="1")),))
    run_id = await bench.run()
    await bench.restart()
    await bench.session.stop(run_id)
    await stopped_message(bench, run_id)


async def test_stop_in_the_answer_keeps_what_had_arrived(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text("Summary."),), writer=(forever("Half an ans"),))
    run_id = await bench.send()
    await bench.wait_for_type("answer_delta")
    await bench.session.stop(run_id)
    message = await stopped_message(bench, run_id)
    assert message.text == "Half an ans"
    assert message.details is not None
    assert message.details.brain is Brain.RESPONDER
    assert message.details.label == "The writer"
    assert "answer_finished" not in bench.types
    conversation = (await bench.stored(run_id)).conversation_id
    bench.gatherer.then(text(""))
    bench.writer.then(text("Next."))
    await bench.run("And now?", conversation)
    assert "Half an ans" in bench.writer.requests[-1].model_dump_json()


async def test_stop_after_the_limit_keeps_the_words_of_the_last_turn_alone(make_bench: MakeBench) -> None:
    first = calls(call("a", "look", name="1"), words="I look.")
    bench = await make_bench(gatherer=(first, forever("In the e")))
    run_id = await bench.send(max_rounds=1)
    await bench.wait_for(lambda event: event.type == "orchestrator_delta" and event.text == "In the e")
    await bench.session.stop(run_id)
    assert (await stopped_message(bench, run_id)).text == ""
    assert (await bench.session.record(run_id)).cut_words == "In the e"


async def test_stop_while_the_answer_is_stored_leaves_a_run_that_is_done_and_told(make_bench: MakeBench) -> None:
    """The last write cannot be taken back: the run ends as it would have without the stop."""
    bench = await make_bench(gatherer=(text(""),), writer=(text("Answer."),))
    finishing = asyncio.Event()
    finish = bench.store.runs.finish

    async def watched(*args: Any, **kwargs: Any) -> Any:
        finishing.set()
        return await finish(*args, **kwargs)

    bench.store.runs.finish = watched  # type: ignore[method-assign]
    run_id = await bench.send()
    await finishing.wait()
    with_stop = asyncio.create_task(bench.session.stop(run_id))
    await with_stop
    assert (await bench.stored(run_id)).state == "done"
    assert bench.types[-2:] == ["answer_finished", "run_finished"]


async def test_stop_of_a_run_that_is_done_says_so(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text(""),), writer=(text("Answer."),))
    run_id = await bench.run()
    with pytest.raises(RunBusy, match="This run is done"):
        await bench.session.stop(run_id)


async def test_stopping_twice_at_once_stops_once(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(forever("I"),))
    run_id = await bench.send()
    await bench.wait_for_type("orchestrator_delta")
    await asyncio.gather(bench.session.stop(run_id), bench.session.stop(run_id))
    assert bench.types.count("run_stopped") == 1
    await stopped_message(bench, run_id)


async def test_stop_from_inside_an_event_stops(make_bench: MakeBench) -> None:
    async def chatter(say: Say, request: object) -> Any:
        while True:
            say("word ")
            await asyncio.sleep(0)

    bench = await make_bench(gatherer=(text(""),), writer=(chatter,))
    stops: list[asyncio.Task[None]] = []

    def stop_at_the_third_word(event: object) -> None:
        if isinstance(event, AnswerDelta) and len(bench.told(AnswerDelta)) == 3:
            stops.append(asyncio.create_task(bench.session.stop(event.run_id)))

    bench.on_event = stop_at_the_third_word
    run_id = await bench.run()
    await stops[0]
    message = await stopped_message(bench, run_id)
    assert message.text == "word " * len(bench.told(AnswerDelta))


async def test_a_call_that_was_told_as_started_is_told_as_ended(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "held_act", name="1")),))
    run_id = await bench.send(policies={"held_act": "allow"})
    await bench.workshop.begun("1")
    await bench.session.stop(run_id)
    assert [event.call_id for event in bench.told(ToolCallStarted)] == ["a"]
    assert [event.call_id for event in bench.told(ToolCallFinished)] == ["a"]
