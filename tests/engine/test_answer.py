"""From a gathered run to its answer: handoff, direct chat, summary as answer, and writing again."""

import pytest

from desktop.engine.errors import KeyRejected, RunBusy
from desktop.engine.events import AnswerFinished, HandoffReady, RunFailed, RunStopped
from desktop.engine.handoff import to_request
from desktop.engine.limits import Limits
from desktop.engine.messages import Brain, StopReason
from desktop.engine.prompts import DIRECT, NOTHING_GATHERED
from desktop.engine.requests import UserText
from tests.bench import AT_ONCE, Bench, MakeBench
from tests.scripted import USAGE, call, calls, forever, text


async def texts_of(bench: Bench, run_id: str) -> list[str]:
    conversation = (await bench.stored(run_id)).conversation_id
    return [one.text for one in await bench.store.conversations.messages(conversation)]


async def test_the_stored_handoff_is_what_the_model_received(make_bench: MakeBench) -> None:
    bench = await make_bench(
        gatherer=(text(""), calls(call("a", "look", name="1")), text("Summary.")), writer=(text("One."), text("Two."))
    )
    conversation = await bench.conversation()
    await bench.run("First?", conversation)
    run_id = await bench.run("Second?", conversation)
    stored = (await bench.stored(run_id)).handoff
    assert stored is not None
    assert to_request(stored) == bench.writer.requests[1]
    assert bench.told(HandoffReady)[1].messages == stored
    assert [message.role for message in stored] == ["system", "user", "assistant", "user"]
    assert (await bench.session.record(run_id)).handoff == stored


async def test_the_responder_gets_no_tools(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "look", name="1")), text("")), writer=(text("Answer."),))
    await bench.run()
    assert bench.writer.requests[0].tools == ()


async def test_a_message_keeps_how_it_came_to_be(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text("S."),), writer=(text("Answer."),))
    run_id = await bench.run()
    conversation = (await bench.stored(run_id)).conversation_id
    message = (await bench.store.conversations.messages(conversation))[-1]
    told = bench.told(AnswerFinished)[0]
    assert (message.id, message.text, message.details) == (told.message_id, told.text, told.details)
    details = message.details
    assert details is not None
    assert (details.model, details.label, details.provider, details.host) == (
        "writer",
        "The writer",
        "demo",
        "this program",
    )
    assert (details.brain, details.fallback, details.stop, details.usage) == (
        Brain.RESPONDER,
        False,
        StopReason.END,
        USAGE,
    )


async def test_an_answer_that_reached_its_limit_says_so(make_bench: MakeBench) -> None:
    cut = text("As far as").model_copy(update={"stop": StopReason.MAX_TOKENS, "stop_detail": "length"})
    bench = await make_bench(gatherer=(text(""),), writer=(cut,))
    await bench.run()
    (finished,) = bench.told(AnswerFinished)
    assert finished.stop_reason is StopReason.MAX_TOKENS
    assert finished.details is not None
    assert finished.details.stop_detail == "length"


async def test_direct_chat_calls_no_orchestrator_and_sends_the_request_alone(make_bench: MakeBench) -> None:
    bench = await make_bench(writer=(text("Hello."),))
    await bench.run("Hi!", tools_enabled=False)
    assert bench.types == [
        "run_started",
        "handoff_ready",
        "answer_delta",
        "usage_reported",
        "answer_finished",
        "run_finished",
    ]
    (request,) = bench.writer.requests
    assert request.items == (UserText(text="Hi!"),)
    assert request.system == DIRECT.strip()


async def test_direct_chat_ignores_a_wish_for_a_summary(make_bench: MakeBench) -> None:
    bench = await make_bench(writer=(text("Hello."),))
    await bench.run(tools_enabled=False, answer="summary")
    assert bench.told(AnswerFinished)[0].text == "Hello."


async def test_a_summary_can_be_the_answer(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "look", name="1")), text("What I found.")))
    run_id = await bench.run(answer="summary")
    (finished,) = bench.told(AnswerFinished)
    assert (finished.text, finished.model, finished.label) == ("What I found.", "gatherer", "The gatherer")
    assert finished.details is not None
    assert finished.details.brain is Brain.ORCHESTRATOR
    assert bench.types[-3:] == ["summary_ready", "answer_finished", "run_finished"]
    assert await texts_of(bench, run_id) == ["Do it.", "What I found."]


async def test_a_summary_as_answer_with_nothing_gathered_says_so(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text("  "),))
    await bench.run(answer="summary")
    assert bench.told(AnswerFinished)[0].text == NOTHING_GATHERED


async def test_a_summary_as_answer_that_was_not_written_is_not_called_nothing_gathered(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "look", name="1")), text("")))
    await bench.run(answer="summary")
    assert bench.told(AnswerFinished)[0].text == "The orchestrator wrote no summary of its results."


async def test_a_failed_responder_keeps_the_evidence_and_writing_again_runs_no_tool(make_bench: MakeBench) -> None:
    bench = await make_bench(
        gatherer=(calls(call("a", "look", name="1")), text("Summary.")), writer=(KeyRejected("No."), text("Answer."))
    )
    run_id = await bench.run()
    failed = bench.events[-1]
    assert isinstance(failed, RunFailed)
    assert failed.can_write_again
    assert (await bench.session.record(run_id)).can_write_again
    bench.events.clear()
    await bench.session.write_again(run_id)
    await bench.ended(run_id)
    assert bench.types == [
        "run_started",
        "handoff_ready",
        "answer_delta",
        "usage_reported",
        "answer_finished",
        "run_finished",
    ]
    assert bench.writer.requests[0] == bench.writer.requests[1]
    assert bench.workshop.log == ["begin look 1", "end look 1"]
    assert len(bench.gatherer.requests) == 2


async def test_writing_again_supersedes_the_message_and_later_runs_see_the_new_one_alone(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text(""), text("")), writer=(text("Old."), text("New."), text("Later.")))
    run_id = await bench.run()
    await bench.session.write_again(run_id)
    await bench.ended(run_id)
    assert await texts_of(bench, run_id) == ["Do it.", "New."]
    await bench.run("And?", (await bench.stored(run_id)).conversation_id)
    assert "New." in bench.writer.requests[2].model_dump_json()
    assert "Old." not in bench.writer.requests[2].model_dump_json()


async def test_an_answer_that_fails_when_it_is_written_again_leaves_the_old_one(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text(""),), writer=(text("Old."), KeyRejected("No.")))
    run_id = await bench.run()
    await bench.session.write_again(run_id)
    await bench.ended(run_id)
    assert bench.types[-1] == "run_failed"
    assert await texts_of(bench, run_id) == ["Do it.", "Old."]


async def test_an_answer_that_is_stopped_before_a_word_of_it_came_leaves_the_old_one(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text(""),), writer=(text("Old."), forever()))
    run_id = await bench.run()
    bench.events.clear()
    await bench.session.write_again(run_id)
    await bench.wait_for_type("handoff_ready")
    await bench.session.stop(run_id)
    assert bench.events[-1] == RunStopped(run_id=run_id, can_write_again=True)
    assert await texts_of(bench, run_id) == ["Do it.", "Old."]


async def test_writing_again_needs_whole_evidence(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "act", name="1")),))
    run_id = await bench.run()
    with pytest.raises(RunBusy, match="evidence of this run is not whole"):
        await bench.session.write_again(run_id)
    await bench.session.stop(run_id)
    assert not (await bench.session.record(run_id)).can_write_again


async def test_evidence_is_trimmed_with_a_mark_and_the_store_keeps_the_whole(make_bench: MakeBench) -> None:
    long = "long " * 2000
    bench = await make_bench(
        gatherer=(calls(call("a", "look", name=long), call("b", "look", name="short")), text("")),
        writer=(text("Answer."),),
        limits=Limits(evidence_tokens=200, retry=AT_ONCE),
    )
    run_id = await bench.run()
    evidence = bench.told(HandoffReady)[0].messages[-1].text
    assert "characters of this result are left out here" in evidence
    assert "saw short" in evidence
    whole, short = [one.result for one in await bench.calls(run_id)]
    assert (whole, short) == (f"saw {long}", "saw short")


async def test_persona_stands_first_then_the_instructions_then_time_and_mode(make_bench: MakeBench) -> None:
    bench = await make_bench(
        gatherer=(text(""),), writer=(text("A."), text("B.")), limits=Limits(persona="I am Ada.", retry=AT_ONCE)
    )
    conversation = await bench.conversation(off_record=True)
    run_id = await bench.run("Hi!", conversation, inject_datetime=True)
    system = bench.writer.requests[0].system
    began = (await bench.stored(run_id)).started_at.astimezone()
    assert system.startswith("I am Ada.\n\nYou answer the person.")
    time, mode = system.split("\n\n")[-2:]
    assert time == f"Date: {began:%A, %d %B %Y}. The exact time stands with the request."
    for brain in (bench.gatherer, bench.writer):
        asked = brain.requests[0].items[-1]
        assert isinstance(asked, UserText)
        assert f"[Asked on {began:%A, %d %B %Y, at %H:%M} (" in asked.text
    assert mode == "Current mode: Off The Record."
    gatherer = bench.gatherer.requests[0].system
    assert "Ada" not in gatherer
    assert gatherer.split("\n\n")[-2:] == [time, mode]
    await bench.run("Hi!", tools_enabled=False, inject_mode=True)
    assert bench.writer.requests[1].system.startswith("I am Ada.")
    assert "Date" not in bench.writer.requests[1].system
    assert "Asked on" not in bench.writer.requests[1].model_dump_json()
    assert "Current mode" not in bench.writer.requests[1].system


async def test_the_mode_is_told_only_where_the_role_wants_it(make_bench: MakeBench) -> None:
    bench = await make_bench(writer=(text("A."),))
    conversation = await bench.conversation(off_record=True)
    await bench.run("Hi!", conversation, tools_enabled=False, inject_mode=False)
    assert "Off The Record" not in bench.writer.requests[0].system
