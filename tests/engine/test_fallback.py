"""A model that fails for good is followed by the next of its seat: nothing gathered is lost, no tool runs twice."""

import dataclasses
import hashlib
from pathlib import Path
from typing import Any

import pytest

from desktop.engine.errors import (
    ConnectionLost,
    KeyMissing,
    KeyRejected,
    ModelError,
    ModelUnavailable,
    ModelUnusable,
    Overloaded,
    QuotaExhausted,
    RequestBlocked,
    RequestRefused,
    StreamCut,
)
from desktop.engine.events import (
    EVENT,
    AnswerDelta,
    AnswerFinished,
    ConfirmationRequested,
    FallbackUsed,
    RunFailed,
    ToolCallStarted,
)
from desktop.engine.gate import AllowOnce
from desktop.engine.messages import Attachment, Brain, Message
from desktop.engine.models.registry import ModelEntry, Registry, Role
from tests.bench import Bench, MakeBench, until
from tests.scripted import (
    ScriptedConnector,
    ScriptedModel,
    Step,
    assert_valid,
    breaks_off,
    call,
    calls,
    forever,
    results_of,
    text,
)

HERE = "http://127.0.0.1:11434/v1"
FINAL = [
    KeyMissing("No key."),
    KeyRejected("The key was refused."),
    QuotaExhausted("Nothing left."),
    ModelUnavailable("It has gone."),
    ModelUnusable("It cannot be used."),
]


class Spares:
    """Further models of a bench, by name: those whose name begins with "local" run on this machine."""

    def __init__(self, bench: Bench, **scripts: tuple[Step, ...]) -> None:
        self.models = {name: ScriptedModel(name, steps) for name, steps in scripts.items()}
        assert isinstance(bench.connector, ScriptedConnector)
        bench.connector.models |= self.models
        self.install(bench)

    def install(self, bench: Bench) -> None:
        entries = [_entry(name) for name in ("gatherer", "writer", *self.models)]
        roles = [Role(name="chat", label="Chat", orchestrator="gatherer", responder="writer")]
        bench.session.runner = dataclasses.replace(bench.session.runner, registry=Registry(entries, roles))

    def check(self) -> None:
        for model in self.models.values():
            model.check()


def _entry(name: str) -> ModelEntry:
    if name.startswith("local"):
        return ModelEntry(key=name, provider="openai-compatible", name=name, label=f"The {name}", base_url=HERE)
    return ModelEntry(key=name, provider="gemini", name=name, label=f"The {name}")


async def answer_of(bench: Bench, run_id: str) -> Message:
    messages = await bench.store.conversations.messages((await bench.stored(run_id)).conversation_id)
    return messages[-1]


@pytest.mark.parametrize("fault", FINAL, ids=lambda fault: type(fault).__name__)
async def test_the_next_gatherer_goes_on_in_the_middle_of_the_loop(make_bench: MakeBench, fault: ModelError) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "look", name="1")), fault), writer=(text("Answer."),))
    spares = Spares(bench, spare=(calls(call("b", "look", name="2")), text("Summary.")))
    run_id = await bench.run(orchestrator_fallbacks=("spare",))
    assert bench.told(FallbackUsed) == [
        FallbackUsed(
            run_id=run_id,
            from_model="The gatherer",
            to="The spare",
            reason=str(fault),
            brain=Brain.ORCHESTRATOR,
        )
    ]
    assert bench.workshop.log == ["begin look 1", "end look 1", "begin look 2", "end look 2"]
    first, second = spares.models["spare"].requests
    assert [one.call_id for one in results_of(first)] == ["a"]
    assert [one.call_id for one in results_of(second)] == ["a", "b"]
    assert_valid(second)
    assert first == bench.gatherer.requests[1], "the same request, finished rounds and all"
    assert (await bench.stored(run_id)).summary == "Summary."
    spares.check()


async def test_a_fault_that_may_pass_is_tried_again_before_the_next_model_is(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(Overloaded("Too much."),) * 3, writer=(text("Answer."),))
    spares = Spares(bench, spare=(text("Summary."),))
    await bench.run(orchestrator_fallbacks=("spare",))
    relevant = [kind for kind in bench.types if kind in ("retrying", "fallback_used", "summary_ready")]
    assert relevant == ["retrying", "retrying", "fallback_used", "summary_ready"]
    spares.check()


async def test_the_next_writer_voids_what_the_first_had_written_and_the_message_says_so(make_bench: MakeBench) -> None:
    half = breaks_off("Half an ans", StreamCut("The stream ended early."))
    bench = await make_bench(gatherer=(text("Summary."),), writer=(half,) * 3)
    spares = Spares(bench, spare=(text("Whole."),))
    run_id = await bench.run(responder_fallbacks=("spare",))
    told = [event for event in bench.events if isinstance(event, AnswerDelta | FallbackUsed)]
    assert [type(event) for event in told] == [AnswerDelta] * 3 + [FallbackUsed, AnswerDelta]
    message = await answer_of(bench, run_id)
    assert message.text == "Whole."
    assert message.details is not None
    assert (message.details.label, message.details.fallback) == ("The spare", True)
    (finished,) = bench.told(AnswerFinished)
    assert (finished.model, finished.label, finished.fallback) == ("spare", "The spare", True)
    spares.check()


async def test_without_a_fault_nothing_is_called_a_fallback(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text("Summary."),), writer=(text("Answer."),))
    spares = Spares(bench, spare=())
    run_id = await bench.run(orchestrator_fallbacks=("spare",), responder_fallbacks=("spare",))
    message = await answer_of(bench, run_id)
    assert message.details is not None
    assert not message.details.fallback
    assert bench.told(FallbackUsed) == []
    spares.check()


async def test_a_summary_as_answer_names_the_model_that_wrote_it(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(KeyMissing("No key."),))
    spares = Spares(bench, spare=(text("Summary."),))
    run_id = await bench.run(orchestrator_fallbacks=("spare",), answer="summary")
    details = (await answer_of(bench, run_id)).details
    assert details is not None
    assert (details.label, details.fallback) == ("The spare", True)
    spares.check()


@pytest.mark.parametrize("fault", [RequestBlocked("Blocked."), RequestRefused("Refused.")], ids=["blocked", "refused"])
async def test_a_blocked_or_refused_request_goes_to_no_other_model(make_bench: MakeBench, fault: ModelError) -> None:
    bench = await make_bench(gatherer=(fault,))
    Spares(bench, spare=())
    await bench.run(orchestrator_fallbacks=("spare",))
    failed = bench.events[-1]
    assert isinstance(failed, RunFailed)
    assert failed.error == str(fault)


async def test_when_all_fail_each_is_named_and_the_first_is_the_one_to_mend(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(KeyMissing("No key.", action="Add it."),))
    spares = Spares(bench, spare=(ModelUnavailable("It has gone.", action="Choose another."),))
    await bench.run(orchestrator_fallbacks=("spare", "vanished"))
    failed = bench.events[-1]
    assert isinstance(failed, RunFailed)
    assert failed.error == "The gatherer: No key. Then The spare: It has gone."
    assert (failed.action, failed.needs_key) == ("Add it.", True)
    spares.check()


async def test_a_run_of_which_all_failed_begins_with_the_first_again(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(KeyMissing("No key."), text("Summary.")), writer=(text("Answer."),))
    spares = Spares(bench, spare=(ModelUnavailable("It has gone."),))
    run_id = await bench.run(orchestrator_fallbacks=("spare",))
    await bench.resume(run_id)
    assert bench.types[-1] == "run_finished"
    details = (await answer_of(bench, run_id)).details
    assert details is not None
    assert not details.fallback
    spares.check()


class TestFromThisMachineElsewhere:
    async def run(self, make_bench: MakeBench, names: tuple[str, ...], **options: Any) -> tuple[Bench, Spares]:
        bench = await make_bench(writer=(text("Answer."),) if options.pop("works") else ())
        last: tuple[Step, ...] = (text("Summary."),) if options.pop("asked") else ()
        scripts = dict.fromkeys(names[:-1], (ModelUnavailable("It has gone."),)) | {names[-1]: last}
        spares = Spares(bench, **scripts)
        await bench.run(orchestrator=names[0], orchestrator_fallbacks=names[1:], **options)
        spares.check()
        return bench, spares

    async def test_a_local_model_is_not_followed_by_one_elsewhere(self, make_bench: MakeBench) -> None:
        bench, _ = await self.run(make_bench, ("local", "paid"), works=False, asked=False)
        failed = bench.events[-1]
        assert isinstance(failed, RunFailed)
        assert failed.error == (
            "It has gone. The paid did not take over: the model that failed runs on this machine, and the role lets"
            " none elsewhere, or that costs, take its place."
        )
        assert bench.told(FallbackUsed) == []

    async def test_unless_the_role_says_so(self, make_bench: MakeBench) -> None:
        bench, _ = await self.run(make_bench, ("local", "paid"), works=True, asked=True, fallback_to_paid=True)
        assert bench.types[-1] == "run_finished"

    async def test_another_local_one_behind_it_is_found(self, make_bench: MakeBench) -> None:
        bench = await make_bench(writer=(text("Answer."),))
        spares = Spares(bench, local=(ModelUnavailable("Gone."),), paid=(), local_two=(text("Summary."),))
        await bench.run(orchestrator="local", orchestrator_fallbacks=("paid", "local_two"))
        assert [event.to for event in bench.told(FallbackUsed)] == ["The local_two"]
        spares.check()

    async def test_a_local_one_may_take_over_from_elsewhere_and_is_not_followed_back(
        self, make_bench: MakeBench
    ) -> None:
        bench, _ = await self.run(make_bench, ("paid", "local", "paid_too"), works=False, asked=False)
        assert [event.to for event in bench.told(FallbackUsed)] == ["The local"]
        assert bench.types[-1] == "run_failed"

    async def test_also_a_resumed_run_keeps_to_it(self, make_bench: MakeBench, tmp_path: Path) -> None:
        bench = await make_bench(gatherer=())
        spares = Spares(
            bench,
            local=(calls(call("w", "act", name="1")),),
            paid=(),
        )
        run_id = await bench.run(orchestrator="local", orchestrator_fallbacks=("paid",))
        after = await bench.crashed(tmp_path / "after")
        spares.install(after)
        spares.models["local"].then(ModelUnavailable("It has gone."))
        await after.session.decide(run_id, "w", *_allowed(bench))
        await after.resume(run_id)
        failed = after.events[-1]
        assert isinstance(failed, RunFailed)
        assert "The paid did not take over" in failed.error
        spares.check()
        await after.close()


def _allowed(bench: Bench) -> tuple[Any, str]:
    return AllowOnce(), bench.told(ConfirmationRequested)[-1].binding


async def test_a_pause_and_a_crash_keep_who_took_over_and_what_was_done(make_bench: MakeBench, tmp_path: Path) -> None:
    bench = await make_bench(
        gatherer=(calls(call("a", "look", name="1")), KeyRejected("Refused.")), writer=(text("Answer."),)
    )
    spares = Spares(bench, spare=(calls(call("w", "act", name="2")), text("Summary.")))
    run_id = await bench.run(orchestrator_fallbacks=("spare",))
    assert bench.types[-1] == "run_paused"
    after = await bench.crashed(tmp_path / "after")
    spares.install(after)
    await after.session.decide(run_id, "w", *_allowed(bench))
    await after.resume(run_id)
    assert after.types[-1] == "run_finished"
    assert after.told(FallbackUsed) == [], "the one that failed is not asked again in this run"
    assert after.workshop.log == ["begin act 2", "end act 2"]
    assert [event.call_id for event in after.told(ToolCallStarted)] == ["w"]
    spares.check()
    await after.close()


async def test_a_crash_in_the_answer_of_a_fallback_marks_what_is_kept(make_bench: MakeBench, tmp_path: Path) -> None:
    bench = await make_bench(gatherer=(text("S."),), writer=(KeyMissing("No key."), text("Whole.")))
    spares = Spares(bench, spare=(forever("Half an ans"),))
    run_id = await bench.send(responder_fallbacks=("spare",))

    async def kept() -> str:
        return (await bench.stored(run_id)).partial_text

    await until(kept)
    after = await bench.crashed(tmp_path / "after")
    spares.install(after)
    await bench.session.stop(run_id)
    for one in (bench, after):
        details = (await answer_of(one, run_id)).details
        assert details is not None
        assert (details.model, details.fallback) == ("spare", True)
    await after.session.write_again(run_id)
    await after.ended(run_id)
    details = (await answer_of(after, run_id)).details
    assert details is not None
    assert (details.model, details.fallback) == ("writer", False), "to write again is to try the first again"
    spares.check()
    await after.close()


async def test_at_the_round_limit_the_next_model_writes_the_summary(make_bench: MakeBench) -> None:
    bench = await make_bench(
        gatherer=(calls(call("a", "look", name="1")), ConnectionLost("Nobody there.")), writer=(text("Answer."),)
    )
    bench.gatherer.then(ConnectionLost("Nobody there."), ConnectionLost("Nobody there."))
    spares = Spares(bench, spare=(text("Summary."),))
    run_id = await bench.run(orchestrator_fallbacks=("spare",), max_rounds=1)
    assert (await bench.stored(run_id)).summary == "Summary."
    spares.check()


def test_the_event_is_told_with_the_names_of_the_contract() -> None:
    event = FallbackUsed(run_id="r", from_model="A", to="B", reason="Gone.", brain=Brain.RESPONDER)
    written = event.model_dump_json()
    assert written == ('{"run_id":"r","type":"fallback_used","from":"A","to":"B","reason":"Gone.","brain":"responder"}')
    assert EVENT.validate_json(written) == event
    assert EVENT.dump_json(event).decode() == written


PICTURE = Attachment(hash=hashlib.sha256(b"png").hexdigest(), name="p.png", media_type="image/png", size=3)


async def _send_picture(bench: Bench, **options: Any) -> None:
    where = await bench.conversation()
    await bench.store.attachments.add_to_draft(where, PICTURE, b"png")
    run_id, _ = await bench.session.send(where, "What is it?", bench.options(**options), [PICTURE])
    await bench.ended(run_id)


def _read_text_alone(bench: Bench, *names: str) -> None:
    registry = bench.session.runner.registry
    blind = [
        entry.model_copy(update={"inputs": ()} if name in names else {}) for name, entry in registry.models.items()
    ]
    bench.session.runner = dataclasses.replace(
        bench.session.runner, registry=Registry(blind, list(registry.roles.values()))
    )


async def test_a_model_that_cannot_take_the_picture_is_passed_over(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(KeyMissing("No key."),), writer=(text("A cat."),))
    spares = Spares(bench, blind=(), seeing=(text("Summary."),))
    _read_text_alone(bench, "blind")
    await _send_picture(bench, orchestrator_fallbacks=("blind", "seeing"))
    assert [event.to for event in bench.told(FallbackUsed)] == ["The seeing"]
    assert bench.types[-1] == "run_finished"
    spares.check()


async def test_where_none_can_take_it_the_failure_says_so(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(KeyMissing("No key.", action="Add it."),))
    spares = Spares(bench, blind=())
    _read_text_alone(bench, "blind")
    await _send_picture(bench, orchestrator_fallbacks=("blind",))
    failed = bench.events[-1]
    assert isinstance(failed, RunFailed)
    words = "No key. The blind did not take over: The blind reads text alone, no pictures."
    assert (failed.error, failed.action) == (words, "Add it.")
    spares.check()
