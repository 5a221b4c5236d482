"""Models that follow a script. A call too many is a fault, and so is a step that nobody asked for."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import NoReturn

from desktop.engine.messages import ModelInfo, StopReason, ToolCall, ToolResult, Usage
from desktop.engine.models.address import host_of
from desktop.engine.models.base import Model, ModelChunk, TextDelta, TurnFinished
from desktop.engine.models.registry import ModelEntry, Registry, Role
from desktop.engine.requests import CallPart, ModelRequest, ModelTurn, TextPart, ToolResults

Say = Callable[[str], None]
Play = Callable[[Say, ModelRequest], Awaitable[ModelTurn]]
"""An async function that streams text with ``say`` and returns the turn, raises, or waits."""
Step = ModelTurn | Exception | Play

USAGE = Usage(input_tokens=10, output_tokens=5, cost_usd=0.0)


def text(words: str) -> ModelTurn:
    """A turn of text alone: a summary, or an answer."""
    return ModelTurn(parts=(TextPart(text=words),) if words else (), usage=USAGE)


def call(call_id: str, tool: str, **arguments: str) -> ToolCall:
    return ToolCall(id=call_id, tool=tool, arguments=dict(arguments))


def calls(*wanted: ToolCall, words: str = "") -> ModelTurn:
    """A turn that calls tools."""
    said = (TextPart(text=words),) if words else ()
    parts = (*said, *(CallPart(call=one) for one in wanted))
    return ModelTurn(parts=parts, stop=StopReason.CALLS, usage=USAGE)


def forever(words: str = "") -> Play:
    """Streams some text, then waits until it is cancelled."""

    async def play(say: Say, request: ModelRequest) -> NoReturn:
        if words:
            say(words)
        await asyncio.Event().wait()
        raise AssertionError("nothing sets the event")

    return play


def breaks_off(words: str, fault: Exception) -> Play:
    """Streams some text, then fails."""

    async def play(say: Say, request: ModelRequest) -> NoReturn:
        say(words)
        await asyncio.sleep(0)  # the text goes out before the fault
        raise fault

    return play


class ScriptedModel:
    """Plays one step a call.

    Attributes:
        requests: What was sent, in order.
        closed: How many streams were opened and have ended.
    """

    def __init__(self, name: str, steps: Sequence[Step]) -> None:
        self.name = name
        self.requests: list[ModelRequest] = []
        self.closed = 0
        self._steps = deque(steps)
        self._unexpected = 0

    @property
    def info(self) -> ModelInfo:
        return ModelInfo(provider="demo", name=self.name, label=f"The {self.name}", host="this program")

    def then(self, *steps: Step) -> None:
        """More steps."""
        self._steps.extend(steps)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        self.requests.append(request)
        if not self._steps:
            self._unexpected += 1
            raise AssertionError(f"the {self.name} has no step for a call number {len(self.requests)}")
        step = self._steps.popleft()
        try:
            if isinstance(step, Exception):
                raise step
            if isinstance(step, ModelTurn):
                if step.text:
                    yield TextDelta(text=step.text)
                yield TurnFinished(turn=step)
                return
            async for chunk in _played(step, request):
                yield chunk
        finally:
            self.closed += 1

    async def aclose(self) -> None:
        pass

    def check(self) -> None:
        """Fail where the script was not followed to its end, or left."""
        assert not self._unexpected, f"the {self.name} was called {self._unexpected} times too often"
        assert not self._steps, f"the {self.name} was not asked for: {list(self._steps)}"
        assert self.closed == len(self.requests), f"a stream of the {self.name} was left open"


async def _played(step: Play, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
    said: asyncio.Queue[str | None] = asyncio.Queue()

    async def play() -> ModelTurn:
        try:
            return await step(said.put_nowait, request)
        finally:
            said.put_nowait(None)

    playing = asyncio.create_task(play())
    try:
        while (words := await said.get()) is not None:
            yield TextDelta(text=words)
        yield TurnFinished(turn=await playing)
    finally:
        playing.cancel()
        await asyncio.wait({playing})


class ScriptedConnector:
    """Gives the model of an entry's key, or raises what stands in its place."""

    def __init__(self, **models: "ScriptedModel | Exception") -> None:
        self.models = models

    async def connect(self, entry: ModelEntry) -> Model:
        model = self.models[entry.key]
        if isinstance(model, Exception):
            raise model
        return model

    def info(self, entry: ModelEntry) -> ModelInfo:
        host = host_of(entry.base_url) if entry.base_url else "this program"
        return ModelInfo(provider=entry.provider, name=entry.name, label=entry.label, host=host)


def registry() -> Registry:
    """A registry of one role, whose gatherer and writer are scripted."""
    models = [ModelEntry(key=key, provider="demo", name=key, label=f"The {key}") for key in ("gatherer", "writer")]
    return Registry(models, [Role(name="chat", label="Chat", orchestrator="gatherer", responder="writer")])


def results_of(request: ModelRequest) -> list[ToolResult]:
    """All results in a request, in order."""
    return [result for item in request.items if isinstance(item, ToolResults) for result in item.results]


def assert_valid(request: ModelRequest) -> None:
    """Every call in a request has its result right behind it, in order, by its id; no id is there twice."""
    seen: set[str] = set()
    for place, item in enumerate(request.items):
        if isinstance(item, ModelTurn) and item.calls:
            follower = request.items[place + 1]
            assert isinstance(follower, ToolResults)
            assert [one.id for one in item.calls] == [result.call_id for result in follower.results]
            assert not seen & {one.id for one in item.calls}
            seen |= {one.id for one in item.calls}
        elif isinstance(item, ToolResults):
            assert isinstance(request.items[place - 1], ModelTurn)
