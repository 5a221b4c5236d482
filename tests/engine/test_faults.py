"""What goes wrong around a run: it is told in words, nothing that was there is lost, nothing half is called whole."""

from pathlib import Path

import pytest

from desktop.engine.errors import (
    KeyMissing,
    KeyRejected,
    Overloaded,
    RateLimited,
    RequestBlocked,
    StreamCut,
)
from desktop.engine.events import (
    AnswerDelta,
    AnswerFinished,
    OrchestratorDelta,
    Retrying,
    RunFailed,
    UsageReported,
)
from desktop.engine.messages import Brain, Message, StopReason
from tests.bench import Bench, MakeBench, until
from tests.scripted import ScriptedConnector, breaks_off, call, calls, forever, text


async def messages_of(bench: Bench, run_id: str) -> list[Message]:
    return await bench.store.conversations.messages((await bench.stored(run_id)).conversation_id)


async def test_a_fault_that_may_pass_is_tried_again_visibly(make_bench: MakeBench) -> None:
    bench = await make_bench(
        gatherer=(RateLimited("Too many requests."), text("Summary.")),
        writer=(Overloaded("Too much to do."), Overloaded("Still."), text("Answer.")),
    )
    run_id = await bench.run()
    assert bench.told(Retrying) == [
        Retrying(run_id=run_id, attempt=2, wait_s=0, reason="Too many requests.", brain=Brain.ORCHESTRATOR),
        Retrying(run_id=run_id, attempt=2, wait_s=0, reason="Too much to do.", brain=Brain.RESPONDER),
        Retrying(run_id=run_id, attempt=3, wait_s=0, reason="Still.", brain=Brain.RESPONDER),
    ]
    assert bench.types[-1] == "run_finished"
    assert len(bench.told(UsageReported)) == 2
    assert bench.gatherer.requests[0] == bench.gatherer.requests[1]


async def test_retries_are_bounded_and_the_run_then_fails_in_words(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(Overloaded("Too much to do.", action="Wait a while."),) * 3)
    run_id = await bench.run()
    assert bench.events[-1] == RunFailed(
        run_id=run_id, error="Too much to do. Given up after 3 tries.", action="Wait a while.", can_write_again=False
    )
    stored = await bench.stored(run_id)
    assert (stored.state, stored.error, stored.action) == (
        "failed",
        "Too much to do. Given up after 3 tries.",
        "Wait a while.",
    )


async def test_text_of_a_try_that_failed_is_void(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text(""),), writer=(breaks_off("Wrong sta", StreamCut("Cut.")), text("Right.")))
    run_id = await bench.run()
    assert [event.text for event in bench.told(AnswerDelta)] == ["Wrong sta", "Right."]
    assert [one.text for one in await messages_of(bench, run_id)] == ["Do it.", "Right."]


async def test_a_stream_that_is_cut_is_no_whole_answer_and_its_text_is_kept_and_marked(make_bench: MakeBench) -> None:
    half = breaks_off("Half an ans", StreamCut("The stream ended early.", action="Write it again."))
    bench = await make_bench(gatherer=(text("Summary."),), writer=(half,) * 3)
    run_id = await bench.run()
    assert bench.told(AnswerFinished) == []
    message = (await messages_of(bench, run_id))[-1]
    assert message.text == "Half an ans"
    assert message.details is not None
    assert message.details.stop is StopReason.CUT
    assert message.details.label == "The writer"
    failed = bench.events[-1]
    assert isinstance(failed, RunFailed)
    assert failed.message == message
    assert failed.can_write_again


async def test_a_summary_that_is_cut_is_no_answer(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(breaks_off("Half a summ", StreamCut("Cut.")),) * 3)
    run_id = await bench.run()
    assert [event.text for event in bench.told(OrchestratorDelta)] == ["Half a summ"] * 3
    assert (await bench.stored(run_id)).summary is None
    assert [one.role for one in await messages_of(bench, run_id)] == ["user"]
    assert bench.types[-1] == "run_failed"


async def test_a_blocked_request_says_so_in_words(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(RequestBlocked("A safety rule blocked it.", action="Ask in other words."),))
    run_id = await bench.run()
    assert bench.events[-1] == RunFailed(
        run_id=run_id, error="A safety rule blocked it.", action="Ask in other words.", can_write_again=False
    )


async def test_a_run_that_failed_goes_on_from_where_it_stood(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "look", name="1")), KeyRejected("No."), text("S.")))
    bench.writer.then(text("Answer."))
    run_id = await bench.run()
    assert bench.types[-1] == "run_failed"
    await bench.resume(run_id)
    assert bench.workshop.log == ["begin look 1", "end look 1"]
    assert bench.types[-1] == "run_finished"


async def test_a_missing_key_of_the_writer_loses_nothing_that_was_gathered(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "look", name="1")), text("Summary.")))
    assert isinstance(bench.connector, ScriptedConnector)
    bench.connector.models["writer"] = KeyMissing("There is no API key.", action="Add it.")
    run_id = await bench.run()
    failed = bench.events[-1]
    assert isinstance(failed, RunFailed)
    assert (failed.error, failed.action, failed.can_write_again) == ("There is no API key.", "Add it.", True)
    bench.connector.models["writer"] = bench.writer
    bench.writer.then(text("Answer."))
    await bench.session.write_again(run_id)
    await bench.ended(run_id)
    assert bench.workshop.log == ["begin look 1", "end look 1"]
    assert bench.types[-1] == "run_finished"


async def test_a_bug_ends_its_run_in_words_and_is_logged_without_its_text(
    make_bench: MakeBench, caplog: pytest.LogCaptureFixture
) -> None:
    bench = await make_bench(gatherer=(ZeroDivisionError("planted"),))
    run_id = await bench.run()
    assert bench.events[-1] == RunFailed(
        run_id=run_id,
        error="Something went wrong inside the program; its log has the details.",
        action="Try it again.",
        can_write_again=False,
    )
    assert "ZeroDivisionError" in caplog.text
    assert "planted" not in caplog.text


async def test_a_bug_in_one_run_leaves_the_others_alone(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(forever("I"), ZeroDivisionError("bug")))
    other = await bench.send("Other.")
    await bench.wait_for_type("orchestrator_delta")
    await bench.run("Buggy.")
    assert bench.session.running == {other}
    await bench.session.stop(other)


async def test_partial_text_of_an_answer_is_in_the_store_before_it_is_whole(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text(""),), writer=(forever("Half an ans"),))
    run_id = await bench.send()

    async def kept() -> bool:
        stored = await bench.stored(run_id)
        return (stored.partial_brain, stored.partial_text) == (Brain.RESPONDER, "Half an ans")

    await until(kept)
    await bench.session.stop(run_id)


async def test_a_crash_in_the_answer_keeps_its_stored_text_marked_as_cut(make_bench: MakeBench, tmp_path: Path) -> None:
    bench = await make_bench(gatherer=(text("S."),), writer=(forever("Half an ans"), text("Whole.")))
    run_id = await bench.send()

    async def kept() -> str:
        return (await bench.stored(run_id)).partial_text

    await until(kept)
    after = await bench.crashed(tmp_path / "after")
    await bench.session.stop(run_id)
    cut = (await messages_of(after, run_id))[-1]
    assert cut.text == "Half an ans"
    assert cut.details is not None
    assert cut.details.stop is StopReason.CUT
    assert (cut.details.brain, cut.details.model, cut.details.label) == (Brain.RESPONDER, "writer", "writer")
    await after.session.write_again(run_id)
    await after.ended(run_id)
    assert [one.text for one in await messages_of(after, run_id)] == ["Do it.", "Whole."]
    await after.close()


async def test_close_in_the_answer_keeps_all_that_had_arrived_marked_as_cut(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text("S."),), writer=(forever("Half an ans"), text("Whole.")))
    run_id = await bench.send()
    await bench.wait_for_type("answer_delta")  # just now: not yet stored
    await bench.restart()
    cut = (await messages_of(bench, run_id))[-1]
    assert cut.text == "Half an ans"
    assert cut.details is not None
    assert cut.details.stop is StopReason.CUT
    await bench.resume(run_id)
    assert [one.text for one in await messages_of(bench, run_id)] == ["Do it.", "Whole."]


async def test_a_crash_after_the_answer_does_not_cut_it(make_bench: MakeBench, tmp_path: Path) -> None:
    """What a keeper writes late must not pass for the text of the next answer."""
    bench = await make_bench(gatherer=(text("S."),), writer=(text("Whole."), forever("New")))
    run_id = await bench.run()
    await bench.store.runs.save_partial(run_id, Brain.RESPONDER, "Whole.")  # as late as can be
    await bench.session.write_again(run_id)
    await bench.wait_for(lambda event: isinstance(event, AnswerDelta) and event.text == "New")
    after = await bench.crashed(tmp_path / "after")
    await bench.session.stop(run_id)
    message = (await messages_of(after, run_id))[-1]
    assert message.text == "Whole."
    assert message.details is not None
    assert message.details.stop is StopReason.END
    await after.close()


async def test_a_stored_run_that_is_damaged_is_refused_in_words_and_keeps_nothing_from_starting(
    make_bench: MakeBench, tmp_path: Path
) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "held_look", name="1")),))
    run_id = await bench.send()
    await bench.workshop.begun("1")
    await bench.store.database.write(lambda db: db.execute("UPDATE calls SET reasons = '{'"))
    after = await bench.crashed(tmp_path / "after")
    assert after.recovered == [run_id]
    stored = await after.stored(run_id)
    assert stored.state == "failed"
    assert "cannot be read" in stored.error
    await after.resume(run_id)
    failed = after.events[-1]
    assert isinstance(failed, RunFailed)
    assert "cannot be read" in failed.error
    await after.close()
    await bench.session.stop(run_id)
    assert (await bench.stored(run_id)).state == "stopped"
