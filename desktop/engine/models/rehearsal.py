"""Lets an SDK do in a worker thread what it leaves for its first request, so that the GUI's loop does not stand still.

The SDKs build their schemas and import a third of themselves when the first answer comes: 40 to 100 ms at one go.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import Final

import anyio.lowlevel
import httpx2

from desktop.engine.messages import ModelInfo
from desktop.engine.models.base import ModelChunk
from desktop.engine.requests import ModelRequest, ToolDeclaration, UserText

INFO: Final = ModelInfo(provider="rehearsal", name="rehearsal", label="rehearsal", host="rehearsal.invalid")
URL: Final = "http://rehearsal.invalid"
_REQUEST: Final = ModelRequest(
    system="rehearsal",
    items=(UserText(text="rehearsal"),),
    tools=(ToolDeclaration(name="rehearsal", description="rehearsal", parameters={"type": "object"}),),
)


def rehearse(
    stream: Callable[[httpx2.AsyncClient, ModelRequest], AsyncGenerator[ModelChunk, None]], answer: bytes
) -> None:
    """Stream a turn that never leaves the process. For a worker thread: it has a loop of its own.

    Args:
        stream: Streams a turn through the given HTTP client.
        answer: The server-sent events that the client answers with.
    """

    async def run() -> None:
        await anyio.lowlevel.checkpoint()  # httpcore2 loads its half of anyio when it opens the first connection
        transport = httpx2.MockTransport(
            lambda request: httpx2.Response(200, headers={"Content-Type": "text/event-stream"}, content=answer)
        )
        async with (
            httpx2.AsyncClient(transport=transport) as http,
            contextlib.aclosing(stream(http, _REQUEST)) as chunks,
        ):
            async for _ in chunks:
                pass

    # Named outright: the program's policy may be to make Qt's loops.
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(run())
