"""The tool loop: model, gate, tools, and again, until the model calls nothing more.

The loop holds nothing that the store does not. It reads where the run stands from the store, does the next step,
stores it, tells it. A fresh start, a decision, a restart and a crash all enter here, by the same path.
"""

import contextlib
import time
from collections.abc import AsyncGenerator, Sequence

from desktop.engine.context import round_request
from desktop.engine.errors import ModelError
from desktop.engine.events import Event, RoundStarted, RunPaused, SummaryReady, ToolCallRequested
from desktop.engine.messages import Brain
from desktop.engine.model_call import Called, Caller, usage_event
from desktop.engine.prompts import ROUND_LIMIT
from desktop.engine.requests import CallPart, ModelTurn, Part, TextPart, UserText
from desktop.engine.settling import Gathering, finished, settle
from desktop.engine.store.records import StoredRound
from desktop.engine.tokens import trim_middle
from desktop.engine.verdicts import judge_calls

RESULT_LIMIT_TOKENS = 12_000
"""What one result may have in a request to the orchestrator."""


async def gather(work: Gathering) -> AsyncGenerator[Event, None]:
    """Work a run's tool loop, from wherever it stands, to its summary or to a gate.

    Args:
        work: The run and what it works with.

    Yields:
        Events; the last is SummaryReady or RunPaused.

    Raises:
        ModelError: The model gave no usable turn, and no summary could be made.
        StoreError: A step could not be kept; nothing after it was done.
    """
    began = time.monotonic()
    rounds = await work.store.calls.rounds(work.run_id)
    while True:
        if rounds and rounds[-1].is_open:
            await work.store.audit.before_growth()
            settled: StoredRound | None = None
            async with contextlib.aclosing(settle(work, rounds[-1])) as items:
                async for item in items:
                    if isinstance(item, StoredRound):
                        settled = item
                        continue
                    yield item
                    if isinstance(item, RunPaused):
                        return
            rounds = [*rounds[:-1], settled] if settled else await work.store.calls.rounds(work.run_id)
            continue
        if rounds and not rounds[-1].calls:
            summary = rounds[-1].turn.text.strip()
            await work.store.runs.set_summary(work.run_id, summary, _gather_ms(work, began))
            yield SummaryReady(run_id=work.run_id, text=summary)
            return
        next_round = _last_round if len(rounds) >= work.options.max_rounds else _model_round
        async with contextlib.aclosing(next_round(work, rounds, began)) as items:
            async for item in items:
                if isinstance(item, StoredRound):
                    rounds = [*rounds, item]
                else:
                    yield item


def _gather_ms(work: Gathering, began: float) -> int:
    return work.gathered_ms + round((time.monotonic() - began) * 1000)


async def _model_round(
    work: Gathering, rounds: Sequence[StoredRound], began: float
) -> AsyncGenerator[Event | StoredRound, None]:
    """Call the model once; keep its turn with a verdict on each call; tell the calls; last, give the round as kept."""
    number = len(rounds) + 1
    yield RoundStarted(run_id=work.run_id, round=number, of=work.options.max_rounds)
    request = round_request(work.opening, rounds, RESULT_LIMIT_TOKENS, work.rounds_tokens)
    turn, spent = ModelTurn(), None
    async with contextlib.aclosing(work.seat.call(request, _caller(work))) as items:
        async for item in items:
            if isinstance(item, Called):
                turn, spent = item.turn, item.spent
            else:
                yield item
    taken = {call.call.id for past in rounds for call in past.calls}
    turn = _with_unique_ids(turn, taken)
    if turn.calls:
        await work.store.audit.before_growth()
    judged = await judge_calls(work, turn.calls, number)
    gather_ms = _gather_ms(work, began)
    calls = await work.store.calls.add_round(work.run_id, number, turn, judged, spent=spent, gather_ms=gather_ms)
    if spent is not None:
        yield usage_event(spent)
    for call in calls:
        yield ToolCallRequested(
            run_id=work.run_id,
            call_id=call.call.id,
            tool=call.call.tool,
            arguments=call.call.arguments,
            round=number,
        )
    for call in calls:
        if not call.state.is_open:
            yield finished(work.run_id, call)
    yield StoredRound(round=number, turn=turn, calls=tuple(calls))


async def _last_round(
    work: Gathering, rounds: Sequence[StoredRound], began: float
) -> AsyncGenerator[Event | StoredRound, None]:
    """The limit is reached: ask once for a summary, without tools; if that fails, make one from the results."""
    opening = round_request(work.opening, rounds, RESULT_LIMIT_TOKENS, work.rounds_tokens)
    request = opening.model_copy(
        update={"items": (*opening.items, UserText(text=ROUND_LIMIT)), "allow_calls": False},
    )
    turn, spent = ModelTurn(), None
    with contextlib.suppress(ModelError):
        async with contextlib.aclosing(work.seat.call(request, _caller(work))) as items:
            async for item in items:
                if isinstance(item, Called):
                    turn, spent = item.turn, item.spent
                else:
                    yield item
    text_only = turn.model_copy(update={"parts": tuple(part for part in turn.parts if isinstance(part, TextPart))})
    if not text_only.text.strip():
        text_only = ModelTurn(parts=(TextPart(text=_summary_of(rounds)),))
    number, gather_ms = len(rounds) + 1, _gather_ms(work, began)
    await work.store.calls.add_round(work.run_id, number, text_only, (), spent=spent, gather_ms=gather_ms)
    if spent is not None:
        yield usage_event(spent)
    yield StoredRound(round=number, turn=text_only)


def _summary_of(rounds: Sequence[StoredRound]) -> str:
    """A summary made from the results alone."""
    lines = ["The limit of tool rounds was reached before the model wrote a summary. The results, in order:"]
    for past in rounds:
        for call in past.calls:
            lines.append(f"- {call.call.tool}, {call.state.value}: {trim_middle(call.result or '', 200, 'result')}")
    return "\n".join(lines)


def _caller(work: Gathering) -> Caller:
    return Caller(
        run_id=work.run_id,
        conversation_id=work.conversation_id,
        brain=Brain.ORCHESTRATOR,
        policy=work.retry,
    )


def _with_unique_ids(turn: ModelTurn, taken: set[str]) -> ModelTurn:
    """The turn, each call with an id that no other call of the run has: some servers number every round from 0."""
    parts: list[Part] = []
    for part in turn.parts:
        if isinstance(part, CallPart):
            call_id, suffix = part.call.id, 2
            while call_id in taken:
                call_id, suffix = f"{part.call.id}~{suffix}", suffix + 1
            taken.add(call_id)
            part = CallPart(call=part.call.model_copy(update={"id": call_id}))
        parts.append(part)
    return turn.model_copy(update={"parts": tuple(parts)})
