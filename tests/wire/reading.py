"""Reads a model's stream whole, as the engine does."""

import contextlib
import traceback

from desktop.engine.errors import ModelError
from desktop.engine.models.base import Model, ModelChunk, TurnFinished
from desktop.engine.requests import ModelRequest, ModelTurn


async def chunks_of(model: Model, request: ModelRequest) -> list[ModelChunk]:
    """All chunks of a turn."""
    async with contextlib.aclosing(model.stream(request)) as stream:
        return [chunk async for chunk in stream]


async def turn_of(model: Model, request: ModelRequest) -> ModelTurn:
    """The finished turn."""
    last = (await chunks_of(model, request))[-1]
    assert isinstance(last, TurnFinished)
    return last.turn


def all_said(error: BaseException) -> str:
    """Everything that a log or a crash report could show of an error, what it was raised for included."""
    action = error.action if isinstance(error, ModelError) else ""
    return "\n".join((str(error), repr(error), action, *traceback.format_exception(error), repr(vars(error))))
