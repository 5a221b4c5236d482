"""One call of a model as a run makes it: with retries, told as events, its usage priced."""

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from desktop.engine.events import AnswerDelta, Event, OrchestratorDelta, Retrying, UsageReported
from desktop.engine.messages import Brain, ModelInfo
from desktop.engine.models.base import Model, TextDelta, ThinkingDelta, TurnFinished
from desktop.engine.models.prices import price_of
from desktop.engine.models.retry import RetryNotice, RetryPolicy, stream_with_retries
from desktop.engine.requests import ModelRequest, ModelTurn
from desktop.engine.store.usage import Spent


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls.

    Attributes:
        run_id: The run.
        conversation_id: Its conversation.
        brain: Which brain.
        policy: How often and how long to try again.
    """

    run_id: str
    conversation_id: str
    brain: Brain
    policy: RetryPolicy


@dataclass(frozen=True, slots=True)
class Called:
    """A call that brought a whole turn.

    Attributes:
        turn: The turn, with its cost.
        spent: Its usage, for the caller to keep and then to tell.
    """

    turn: ModelTurn
    spent: Spent


async def call_model(model: Model, request: ModelRequest, caller: Caller) -> AsyncGenerator[Event | Called, None]:
    """Stream one turn.

    Args:
        model: Which model.
        request: What to send.
        caller: Who calls.

    Yields:
        Deltas and retry notices as events; last, the turn with its usage. A Retrying event voids the deltas before it.

    Raises:
        ModelError: No usable turn came.
    """
    async with contextlib.aclosing(stream_with_retries(model, request, caller.policy)) as chunks:
        async for chunk in chunks:
            match chunk:
                case TextDelta():
                    yield _delta(caller, chunk.text)
                case ThinkingDelta():
                    pass
                case RetryNotice():
                    yield Retrying(
                        run_id=caller.run_id,
                        attempt=chunk.attempt,
                        wait_s=chunk.wait_s,
                        reason=chunk.reason,
                        brain=caller.brain,
                    )
                case TurnFinished():
                    turn = await _priced(chunk.turn, model.info)
                    spent = Spent(caller.conversation_id, caller.run_id, caller.brain, model.info, turn.usage)
                    yield Called(turn, spent)


def _delta(caller: Caller, text: str) -> Event:
    if caller.brain is Brain.ORCHESTRATOR:
        return OrchestratorDelta(run_id=caller.run_id, text=text)
    return AnswerDelta(run_id=caller.run_id, text=text)


async def _priced(turn: ModelTurn, info: ModelInfo) -> ModelTurn:
    cost = await price_of(info, turn.usage)
    return turn.model_copy(update={"usage": turn.usage.model_copy(update={"cost_usd": cost})})


def usage_event(spent: Spent) -> UsageReported:
    """The event that tells what was kept."""
    usage = spent.usage
    return UsageReported(
        run_id=spent.run_id,
        brain=spent.brain,
        model=spent.model.name,
        input_tokens=usage.input_tokens,
        cached_tokens=usage.cached_tokens,
        output_tokens=usage.output_tokens,
        cost_usd=usage.cost_usd,
        thinking_tokens=usage.thinking_tokens,
        cache_write_tokens=usage.cache_write_tokens,
    )
