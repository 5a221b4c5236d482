"""One call of a model as a run makes it: with retries, told as events, its usage priced and kept."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from desktop.engine.events import AnswerDelta, Event, OrchestratorDelta, Retrying, UsageReported
from desktop.engine.messages import Brain, ModelInfo, ModelRequest, ModelTurn, Usage
from desktop.engine.models.base import Model, TextDelta, ThinkingDelta, TurnFinished
from desktop.engine.models.prices import cost_usd
from desktop.engine.models.retry import RetryNotice, RetryPolicy, stream_with_retries
from desktop.engine.store.usage import UsageLog


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and where its usage is kept.

    Attributes:
        run_id: The run.
        conversation_id: Its conversation.
        brain: Which brain.
        usage: Where usage is kept.
        policy: How often and how long to try again.
    """

    run_id: str
    conversation_id: str
    brain: Brain
    usage: UsageLog
    policy: RetryPolicy


async def call_model(model: Model, request: ModelRequest, caller: Caller) -> AsyncGenerator[Event | ModelTurn, None]:
    """Stream one turn.

    Args:
        model: Which model.
        request: What to send.
        caller: Who calls.

    Yields:
        Deltas, retry notices and usage as events; last, the turn with its cost. A Retrying event voids the
        deltas before it.

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
                    await _keep_usage(turn.usage, model.info, caller)
                    yield _usage_event(turn.usage, model.info, caller)
                    yield turn


def _delta(caller: Caller, text: str) -> Event:
    if caller.brain is Brain.ORCHESTRATOR:
        return OrchestratorDelta(run_id=caller.run_id, text=text)
    return AnswerDelta(run_id=caller.run_id, text=text)


async def _priced(turn: ModelTurn, info: ModelInfo) -> ModelTurn:
    """The turn with its cost; the price list is read in a worker thread, since its first use takes long."""
    cost = await asyncio.to_thread(
        cost_usd, info.provider, info.name, turn.usage, is_local=info.is_local, host=info.host
    )
    return turn.model_copy(update={"usage": turn.usage.model_copy(update={"cost_usd": cost})})


async def _keep_usage(usage: Usage, info: ModelInfo, caller: Caller) -> None:
    await caller.usage.add(
        conversation_id=caller.conversation_id, run_id=caller.run_id, brain=caller.brain, model=info, usage=usage
    )


def _usage_event(usage: Usage, info: ModelInfo, caller: Caller) -> Event:
    return UsageReported(
        run_id=caller.run_id,
        brain=caller.brain,
        model=info.name,
        input_tokens=usage.input_tokens,
        cached_tokens=usage.cached_tokens,
        output_tokens=usage.output_tokens,
        cost_usd=usage.cost_usd,
        thinking_tokens=usage.thinking_tokens,
    )
