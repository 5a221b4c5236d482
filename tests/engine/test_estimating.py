"""The estimate of a message: it counts the requests that are then sent, with persona, files and a long history."""

import hashlib
from collections.abc import Sequence
from typing import Any, Literal

import pytest

from desktop.engine.errors import BadPersona, RequestTooLong
from desktop.engine.estimating import estimate
from desktop.engine.events import HistorySummarised, RunFailed
from desktop.engine.limits import Limits
from desktop.engine.messages import Attachment, Brain
from desktop.engine.prompts import SUMMARISER
from desktop.engine.requests import ModelRequest, ModelTurn
from desktop.engine.store.records import RunOptions
from desktop.engine.tokens import request_tokens
from tests.bench import AT_ONCE, Bench, MakeBench
from tests.scripted import text

PLAN = Attachment(
    hash=hashlib.sha256(b"plan").hexdigest(), name="plan.txt", media_type="text/plain", size=4, tokens=700
)
PAGES = Attachment(
    hash=hashlib.sha256(b"pages").hexdigest(), name="pages.pdf", media_type="application/pdf", size=5, pages=3
)
DATA = {PLAN.hash: b"plan", PAGES.hash: b"pages"}


def persona(name: str) -> str:
    return "Answer like a librarian. " * {"": 1, "long.md": 40}[name]


def sent(bench: Bench, gathered: int, written: int) -> int:
    """The tokens of all requests but the first so many to each brain."""
    requests = [*bench.gatherer.requests[gathered:], *bench.writer.requests[written:]]
    return sum(request_tokens(request, "demo") for request in requests)


async def estimated(
    bench: Bench, where: str | None, words: str, options: RunOptions, files: Sequence[Attachment] = ()
) -> int:
    store = bench.store if where is None else bench.session.store_of(where)
    return (await estimate(bench.session.runner, store, where, words, options, files)).input_tokens


async def run(bench: Bench, where: str, words: str, options: RunOptions, files: Sequence[Attachment] = ()) -> None:
    store = bench.session.store_of(where)
    for one in files:
        await store.attachments.add_to_draft(where, one, DATA[one.hash])
    run_id, _ = await bench.session.send(where, words, options, files)
    await bench.ended(run_id)


def test_a_message_goes_to_those_brains_that_read_it() -> None:
    def who(*, tools_enabled: bool, answer: Literal["responder", "summary"]) -> tuple[Brain, ...]:
        return RunOptions(orchestrator="g", responder="w", root="/", tools_enabled=tools_enabled, answer=answer).brains

    assert who(tools_enabled=True, answer="responder") == (Brain.ORCHESTRATOR, Brain.RESPONDER)
    assert who(tools_enabled=False, answer="responder") == (Brain.RESPONDER,)
    assert who(tools_enabled=True, answer="summary") == (Brain.ORCHESTRATOR,)
    assert who(tools_enabled=False, answer="summary") == (Brain.RESPONDER,)


@pytest.mark.parametrize("off_record", [False, True])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"persona": "long.md"},
        {"tools_enabled": False, "persona": "long.md"},
        {"answer": "summary"},
        {"tools": ("look",)},
    ],
)
async def test_an_estimate_is_the_count_of_what_is_then_sent(
    make_bench: MakeBench, changes: dict[str, Any], off_record: bool
) -> None:
    bench = await make_bench(limits=Limits(history_tokens=400, retry=AT_ONCE, read_persona=persona))
    options = bench.options(**changes)
    is_answered = options.answer == "responder"

    async def gather(say: object, request: ModelRequest) -> ModelTurn:
        if request.system == SUMMARISER:
            return text("What was said before.")
        return text("" if is_answered else "A summary. " * 20)

    async def write(say: object, request: ModelRequest) -> ModelTurn:
        return text("What was said before." if request.system == SUMMARISER else "An answer. " * 20)

    bench.gatherer.then(*[gather] * 20)
    bench.writer.then(*[write] * 20)
    where = await bench.conversation(off_record=off_record)
    files: dict[int, tuple[Attachment, ...]] = {1: (PLAN,), 2: (PAGES,), 8: (PLAN, PAGES)}
    compared = []
    for number in range(9):
        words, attached = f"Question {number}? " + "q" * 150, files.get(number, ())
        known = await bench.session.store_of(where).summaries.of_conversation(where)
        expected = await estimated(bench, where, words, options, attached)
        began = len(bench.gatherer.requests), len(bench.writer.requests)
        await run(bench, where, words, options, attached)
        if known == await bench.session.store_of(where).summaries.of_conversation(where):
            assert sent(bench, *began) == expected, number
            compared.append(number)
    assert {0, 1, 2, 8} <= set(compared)
    assert len(compared) < 9  # somewhere the history was cut, and a summary made that no estimate knows beforehand
    assert bench.told(HistorySummarised)
    assert bench.told(RunFailed) == []
    bench.gatherer._steps.clear()
    bench.writer._steps.clear()


async def test_a_conversation_that_is_not_stored_yet_is_estimated_as_it_begins(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text(""),), writer=(text("An answer."),))
    options = bench.options()
    expected = await estimated(bench, None, "Begin.", options)
    await run(bench, await bench.conversation(), "Begin.", options)
    assert sent(bench, 0, 0) == expected


async def test_what_cannot_be_sent_is_not_estimated(make_bench: MakeBench) -> None:
    def unreadable(name: str) -> str:
        raise BadPersona("It cannot be read.", action="Mend it.")

    bench = await make_bench(limits=Limits(retry=AT_ONCE, read_persona=unreadable))
    with pytest.raises(BadPersona):
        await estimated(bench, None, "Begin.", bench.options())
    with pytest.raises(RequestTooLong):
        await estimated(bench, None, "word " * 2_000_000, bench.options())
