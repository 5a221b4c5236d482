"""Conversations and loops beyond a model's context: refused in words, shortened, summarised, sent again smaller."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.errors import ContextExceeded, KeyMissing, RequestTooLong
from desktop.engine.events import AnswerFinished, HistoryLeftOut, HistorySummarised, Retrying, RunFailed, UsageReported
from desktop.engine.gate import Policy
from desktop.engine.limits import Limits
from desktop.engine.long_results import result_limits
from desktop.engine.messages import CallState, ToolCall
from desktop.engine.models.registry import ModelEntry
from desktop.engine.prompts import SUMMARISER
from desktop.engine.requests import ModelRequest
from desktop.engine.room import Room, context_of
from desktop.engine.store.records import StoredCall, StoredRound
from desktop.engine.store.run_briefs import briefs_of
from desktop.engine.tokens import estimate_tokens
from tests.bench import AT_ONCE, Bench, MakeBench
from tests.scripted import call, calls, results_of, text

SMALL = Limits(history_tokens=300, retry=AT_ONCE)
TOO_LONG = ContextExceeded("The model says that the request is too long (400).", action="Start anew.")


def said(request: ModelRequest) -> str:
    return request.model_dump_json()


def small_models(bench: Bench, tokens: int) -> None:
    """Give both models a context of so many tokens."""
    known = {key: entry.model_copy(update={"context_tokens": tokens}) for key, entry in bench.registry.models.items()}
    bench.registry.models = known


def test_size_is_the_registrys_or_what_the_vendors_models_have() -> None:
    def of(provider: str, **more: int) -> int:
        return context_of(
            ModelEntry.model_validate({"key": "k", "provider": provider, "name": "n", "label": "l", **more})
        )

    assert of("anthropic", context_tokens=9000) == 9000
    assert of("openai-compatible") < of("anthropic") < of("gemini")


@given(st.integers(1_000, 2_000_000), st.integers(0, 500_000), st.sampled_from([1.0, 0.5]))
def test_budgets_never_exceed_the_context(context: int, fixed: int, share: float) -> None:
    room = Room("M", context, share)
    history = room.history(24_000, fixed)
    evidence = room.evidence(24_000, fixed, history)
    assert history >= 0
    assert evidence >= 0
    assert room.tokens < context
    if fixed <= room.tokens:
        assert fixed + history + evidence <= room.tokens
        room.check(fixed, fixed)
    else:
        with pytest.raises(RequestTooLong):
            room.check(fixed, fixed)


async def test_giant_message_is_refused_in_words_before_anything_is_sent(make_bench: MakeBench) -> None:
    bench = await make_bench()
    small_models(bench, 8_000)
    await bench.run("word " * 8_000)
    await bench.run("word " * 8_000, tools_enabled=False)
    assert bench.gatherer.requests == bench.writer.requests == []
    for failed in bench.told(RunFailed):
        assert failed.too_long
        assert (await bench.session.record(failed.run_id)).fault == "too_long"
        assert failed.error.startswith("Your message is about 10,001 tokens long. The ")
        assert "can read 8,000 at once" in failed.error
        assert "Shorten it" in failed.action


async def test_a_model_that_is_not_asked_refuses_nothing(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text("A summary."),))
    entries = dict(bench.registry.models)
    entries["writer"] = entries["writer"].model_copy(update={"context_tokens": 8_000})
    bench.registry.models = entries
    told = await bench.run("word " * 8_000)
    assert (await bench.stored(told)).state == "failed"
    assert "The writer can read 8,000" in bench.told(RunFailed)[0].error
    run_id = await bench.run("word " * 8_000, answer="summary")
    assert (await bench.stored(run_id)).state == "done"


def a_round(number: int, *results: str) -> StoredRound:
    made = [
        StoredCall(
            call=ToolCall(id=f"{number}-{place}", tool="look"),
            round=number,
            side_effects=False,
            ruling=Policy.ALLOW,
            state=CallState.DONE,
            result=result,
        )
        for place, result in enumerate(results)
    ]
    return StoredRound(round=number, turn=calls(*(one.call for one in made)), calls=tuple(made))


@given(st.lists(st.integers(10, 8000), min_size=1, max_size=25))
@settings(max_examples=50)
def test_oldest_results_are_shortened_first_in_steps_and_stay_shortened(lengths: list[int]) -> None:
    rounds = [a_round(number, "x" * length) for number, length in enumerate(lengths, start=1)]
    room = 6_000
    steps = [result_limits(rounds[:end], 1_500, room) for end in range(1, len(rounds) + 1)]
    for past, (before, after) in zip(rounds, itertools.pairwise(steps), strict=False):
        assert all(old >= new for old, new in zip(itertools.chain(*before), itertools.chain(*after), strict=False)), (
            past
        )
    shown = [
        min(estimate_tokens(one.calls[0].result or ""), limit[0]) for one, limit in zip(rounds, steps[-1], strict=True)
    ]
    turns = sum(estimate_tokens(one.turn.model_dump_json()) for one in rounds)
    if turns + 200 * len(rounds) <= room:
        assert turns + sum(shown) <= room
    shortened = [limit[0] < 1_500 for limit in steps[-1]]
    whole_and_long = [not short and length > 800 for short, length in zip(shortened, lengths, strict=True)]
    if any(shortened):
        assert not any(whole_and_long[: max(place for place, short in enumerate(shortened) if short)])


async def test_long_loop_stays_inside_the_context_and_the_store_keeps_the_whole(make_bench: MakeBench) -> None:
    rounds = [calls(call(f"c{number}", "look", name="long " * 800)) for number in range(12)]
    bench = await make_bench(gatherer=(*rounds, text("Sum.")), writer=(text("A."),))
    small_models(bench, 26_000)
    run_id = await bench.run(max_rounds=50)
    for request in bench.gatherer.requests:
        assert estimate_tokens(said(request)) <= 26_000
    last = results_of(bench.gatherer.requests[-1])
    assert "left out here" in last[0].text
    assert "left out here" not in last[-1].text
    assert all("left out" not in (one.result or "") for one in await bench.calls(run_id))
    assert estimate_tokens(said(bench.writer.requests[0])) <= 26_000


async def test_request_that_the_provider_finds_too_long_is_sent_once_more_smaller(make_bench: MakeBench) -> None:
    bench = await make_bench(
        gatherer=(text(""), TOO_LONG, calls(call("a", "look", name="1")), TOO_LONG, text("Sum.")),
        writer=(text("An answer. " * 100), TOO_LONG, text("B.")),
        limits=Limits(history_tokens=1_000, retry=AT_ONCE),
    )
    conversation = await bench.conversation()
    await bench.run("First.", conversation)
    run_id = await bench.run("Second.", conversation)
    assert (await bench.stored(run_id)).state == "failed"  # too long twice in the loop
    await bench.resume(run_id)
    assert (await bench.stored(run_id)).state == "done"
    assert len(said(bench.gatherer.requests[2])) < len(said(bench.gatherer.requests[1]))
    assert len(said(bench.writer.requests[2])) <= len(said(bench.writer.requests[1]))
    told = bench.told(Retrying)
    assert len(told) == 2
    assert all("half of the history" in one.reason for one in told)
    assert len(await bench.calls(run_id)) == 1


async def talk(bench: Bench, conversation: str, turns: int, **options: object) -> None:
    for number in range(turns):
        await bench.run(f"Question {number}? " + "q" * 200, conversation, **options)


async def test_what_is_left_out_is_summarised_once_a_cut_and_the_next_goes_on_from_it(make_bench: MakeBench) -> None:
    bench = await make_bench(limits=SMALL)
    seen: list[ModelRequest] = []

    async def gather(say: object, request: ModelRequest) -> object:
        if request.system == SUMMARISER:
            seen.append(request)
            return text(f"Summary number {len(seen)}.")
        return text("")

    bench.gatherer.then(*[gather] * 40)  # type: ignore[arg-type]
    bench.writer.then(*(text(f"Answer {number}. " + "a" * 200) for number in range(10)))
    conversation = await bench.conversation()
    await talk(bench, conversation, 10)
    asked = len(bench.gatherer.requests) - 10
    assert asked == len(seen)
    assert 2 <= len(seen) <= 5  # at each cut, not at each turn
    assert "Question 0?" in said(seen[0])
    assert "Summary number 1." in said(seen[1])
    assert "Question 0?" not in said(seen[1])
    for brain in (bench.gatherer, bench.writer):
        last = said(brain.requests[-1])
        assert f"Summary number {len(seen)}." in last
        assert "earlier messages are left out here. A summary of what was said:" in last
        assert "Question 0?" not in last
    told = bench.told(HistorySummarised)
    assert told[-1].text == f"Summary number {len(seen)}."
    assert len(await bench.store.summaries.of_conversation(conversation)) == len(seen)
    record = await bench.session.record(told[-1].run_id)
    assert (record.left_out, record.left_out_summary) == (told[-1].left_out, told[-1].text)
    briefs = await briefs_of(bench.store.database, conversation)
    by_run = {one.run_id: one.left_out for one in told}
    assert [brief.left_out for brief in briefs] == [by_run.get(brief.run_id, 0) for brief in briefs]
    assert [brief.has_left_out_summary for brief in briefs] == [brief.run_id in by_run for brief in briefs]
    assert len(bench.told(UsageReported)) == 20 + len(seen)
    drained = 40 - len(bench.gatherer.requests)
    assert drained > 0
    bench.gatherer._steps.clear()


async def test_without_a_summary_the_plain_mark_stays_and_the_run_goes_on(make_bench: MakeBench) -> None:
    bench = await make_bench(limits=SMALL)

    async def gather(say: object, request: ModelRequest) -> object:
        if request.system == SUMMARISER:
            raise KeyMissing("There is no key.")
        return text("")

    bench.gatherer.then(*[gather] * 20)  # type: ignore[arg-type]
    bench.writer.then(*(text("a" * 200) for _ in range(4)))
    conversation = await bench.conversation()
    await talk(bench, conversation, 4)
    assert "earlier messages are left out here]" in said(bench.writer.requests[-1])
    assert bench.told(HistorySummarised) == []
    (*_, told) = bench.told(HistoryLeftOut)
    record = await bench.session.record(told.run_id)
    assert (record.left_out, record.left_out_summary) == (told.left_out, "")
    assert not (await briefs_of(bench.store.database, conversation))[-1].has_left_out_summary
    assert bench.told(RunFailed) == []
    bench.gatherer._steps.clear()


async def test_what_a_smaller_request_leaves_out_more_is_summarised_and_kept(make_bench: MakeBench) -> None:
    bench = await make_bench(limits=Limits(history_tokens=700, retry=AT_ONCE))
    said_too_long = False

    async def gather(say: object, request: ModelRequest) -> object:
        nonlocal said_too_long
        if request.system == SUMMARISER:
            return text("All of it.")
        if len(bench.told(AnswerFinished)) == 3 and not said_too_long:
            said_too_long = True
            raise TOO_LONG
        return text("")

    bench.gatherer.then(*[gather] * 20)  # type: ignore[arg-type]
    bench.writer.then(*(text("a" * 400) for _ in range(4)))
    conversation = await bench.conversation()
    await talk(bench, conversation, 3)
    assert bench.told(HistorySummarised) == []
    await talk(bench, conversation, 1)
    (told,) = bench.told(HistorySummarised)
    kinds = [event.type for event in bench.events if event.run_id == told.run_id]
    assert kinds[1:5] == ["round_started", "retrying", "usage_reported", "history_summarised"]
    opening = (await bench.stored(told.run_id)).opening
    assert opening is not None
    assert "All of it." in said(opening)
    assert (await bench.session.record(told.run_id)).left_out == told.left_out > 0
    bench.gatherer._steps.clear()


async def test_summary_off_the_record_is_in_memory_only(make_bench: MakeBench) -> None:
    bench = await make_bench(limits=SMALL)

    async def gather(say: object, request: ModelRequest) -> object:
        return text("Zanzibar." if request.system == SUMMARISER else "")

    bench.gatherer.then(*[gather] * 20)  # type: ignore[arg-type]
    bench.writer.then(*(text("a" * 200) for _ in range(4)))
    conversation = await bench.conversation(off_record=True)
    await talk(bench, conversation, 4)
    assert "Zanzibar." in said(bench.writer.requests[-1])
    assert list((await bench.off_record.summaries.of_conversation(conversation)).values())[-1] == "Zanzibar."
    await bench.close()
    assert all(b"Zanzibar" not in path.read_bytes() for path in bench.folder.iterdir() if path.is_file())
    bench.gatherer._steps.clear()
