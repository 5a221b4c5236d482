"""The pump unwinds a stream at once, also on a loop that cleans up no async generators (qasync)."""

import asyncio
import contextlib
import gc
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import pytest

from desktop.engine.models.base import Model
from desktop.engine.models.gemini import GeminiModel
from desktop.engine.models.openai_compatible import OpenAICompatibleModel
from desktop.engine.models.pump import pumped
from desktop.engine.requests import ModelRequest, UserText
from tests.wire import gemini, openai
from tests.wire.reading import chunks_of
from tests.wire.server import wire_server

ASK = ModelRequest(items=(UserText(text="hello"),))


def no_translation(error: Exception) -> Exception | None:
    return None


class Nest:
    """A stream of generators inside generators, as the SDKs have it."""

    def __init__(self) -> None:
        self.unwound: list[str] = []

    async def inner(self) -> AsyncGenerator[int, None]:
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            self.unwound.append("inner")

    async def outer(self) -> AsyncGenerator[int, None]:
        try:
            async for item in self.inner():
                yield item
        finally:
            self.unwound.append("outer")

    async def open(self) -> AsyncIterator[int]:
        return self.outer()


async def test_closing_unwinds_from_the_inside_out() -> None:
    nest = Nest()
    async with contextlib.aclosing(pumped(nest.open, silence_s=10, translate=no_translation)) as items:
        assert await anext(items) == 1
    assert nest.unwound == ["inner", "outer"]


async def test_items_that_came_before_a_fault_are_yielded_and_the_fault_has_no_context() -> None:
    async def stream() -> AsyncGenerator[int, None]:
        yield 1
        yield 2
        raise ValueError("a secret")

    async def open_stream() -> AsyncIterator[int]:
        return stream()

    items = pumped(open_stream, silence_s=10, translate=lambda error: LookupError(type(error).__name__))
    assert [await anext(items), await anext(items)] == [1, 2]
    with pytest.raises(LookupError) as caught:
        await anext(items)
    assert str(caught.value) == "ValueError"
    assert caught.value.__context__ is None


async def test_bug_goes_up_as_it_is() -> None:
    async def open_stream() -> AsyncIterator[int]:
        raise ZeroDivisionError

    items = pumped(open_stream, silence_s=10, translate=no_translation)
    with pytest.raises(ZeroDivisionError):
        await anext(items)


@pytest.fixture
def unraisable(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    seen: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", seen.append)
    return seen


@pytest.mark.parametrize("provider", ["gemini", "openai"])
async def test_sdk_leaves_nothing_to_a_loop_without_hooks(provider: str, unraisable: list[Any]) -> None:
    hooks = sys.get_asyncgen_hooks()
    async with wire_server() as server:
        model: Model
        if provider == "gemini":
            model = GeminiModel("g", "G", "key", server.url)
            chunk = gemini.chunk(gemini.text("a"))
            server.script(gemini.says("a"), gemini.keeps_open(chunk))
        else:
            model = OpenAICompatibleModel("o", "O", "key", server.url)
            server.script(openai.says("a"), openai.keeps_open(openai.text("a")))
        sys.set_asyncgen_hooks(None, None)
        try:
            await chunks_of(model, ASK)
            gc.collect()
            async with contextlib.aclosing(model.stream(ASK)) as stream:
                await anext(stream)
            gc.collect()
        finally:
            sys.set_asyncgen_hooks(*hooks)
        await model.aclose()
    assert unraisable == []
