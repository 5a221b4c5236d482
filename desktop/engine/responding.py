"""From a gathered run to its answer: the handoff, the responder's stream, the finished message."""

import contextlib
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from desktop.engine.cancelling import to_the_end
from desktop.engine.events import AnswerFinished, Event, HandoffMessage, HandoffReady
from desktop.engine.fallback import Seat
from desktop.engine.handoff import to_request
from desktop.engine.messages import Brain, Message, MessageDetails
from desktop.engine.model_call import Called, Caller, usage_event
from desktop.engine.models.retry import RetryPolicy
from desktop.engine.prompts import NOTHING_GATHERED
from desktop.engine.requests import ModelTurn
from desktop.engine.store.records import StoredRun
from desktop.engine.store.store import Store


@dataclass(frozen=True, slots=True)
class Responding:
    """What the answer of one run is made with.

    Attributes:
        run: The run, its loop ended.
        handoff: The responder's request.
        seat: The responder.
        store: Where the run is kept.
        retry: How often and how long to try again.
    """

    run: StoredRun
    handoff: tuple[HandoffMessage, ...]
    seat: Seat
    store: Store
    retry: RetryPolicy


async def respond(work: Responding) -> AsyncGenerator[Event, None]:
    """Stream the answer and keep it.

    Args:
        work: The run and what its answer is made with.

    Yields:
        Events; the last is AnswerFinished.

    Raises:
        ModelError: No whole answer came; the evidence is kept.
    """
    run = work.run
    await work.store.runs.set_handoff(run.id, work.handoff)
    yield HandoffReady(run_id=run.id, messages=work.handoff)
    caller = Caller(
        run_id=run.id,
        conversation_id=run.conversation_id,
        brain=Brain.RESPONDER,
        policy=work.retry,
    )
    began = time.monotonic()
    turn = ModelTurn()
    async with contextlib.aclosing(work.seat.call(to_request(work.handoff), caller)) as items:
        async for item in items:
            if isinstance(item, Called):
                turn = item.turn
                await work.store.usage.add(item.spent)
                yield usage_event(item.spent)
            else:
                yield item
    answer_ms = round((time.monotonic() - began) * 1000)
    details = _details(work.seat, Brain.RESPONDER, turn, gather_ms=run.gather_ms, answer_ms=answer_ms)
    yield await _finish(work.store, run, turn.text, details)


async def answer_with_summary(
    run: StoredRun, summary: str, seat: Seat, store: Store, *, gathered: bool
) -> AsyncGenerator[Event, None]:
    """End a run with the summary as its answer (B7).

    Args:
        run: The run, its loop ended.
        summary: The orchestrator's.
        seat: The orchestrator.
        store: Where the run is kept.
        gathered: Whether any tool was called.

    Yields:
        AnswerFinished.
    """
    text = summary or ("The orchestrator wrote no summary of its results." if gathered else NOTHING_GATHERED)
    details = _details(seat, Brain.ORCHESTRATOR, ModelTurn(), gather_ms=run.gather_ms, answer_ms=0)
    yield await _finish(store, run, text, details)


async def _finish(store: Store, run: StoredRun, text: str, details: MessageDetails) -> AnswerFinished:
    message = Message(id=store.ids.new("m"), role="assistant", text=text, run_id=run.id, details=details)
    await to_the_end(store.runs.finish(run.id, "done", message))  # it is told, too: a stop comes too late here
    return AnswerFinished(
        run_id=run.id,
        text=text,
        model=details.model,
        label=details.label,
        fallback=details.fallback,
        stop_reason=details.stop,
        message_id=message.id,
        details=details,
    )


def _details(seat: Seat, brain: Brain, turn: ModelTurn, *, gather_ms: int, answer_ms: int) -> MessageDetails:
    info = seat.info
    return MessageDetails(
        model=info.name,
        label=info.label,
        provider=info.provider,
        host=info.host,
        brain=brain,
        fallback=seat.is_fallback,
        usage=turn.usage,
        gather_ms=gather_ms,
        answer_ms=answer_ms,
        stop=turn.stop,
        stop_detail=turn.stop_detail,
    )
