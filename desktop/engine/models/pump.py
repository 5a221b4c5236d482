"""Runs an SDK's stream so that it can be closed at once, whatever the SDK nests inside.

The SDKs stack async generators: closing the outermost leaves the inner ones, and with them the connection, to the
garbage collector, which on the qasync loop cannot run their clean-up. A task that is cancelled unwinds them all, from
the inside out.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

_T = TypeVar("_T")


@dataclass(frozen=True)
class _End:
    fault: BaseException | None


async def pumped(
    open_stream: Callable[[], Awaitable[AsyncIterator[_T]]],
    *,
    silence_s: float,
    translate: Callable[[Exception], Exception | None],
) -> AsyncGenerator[_T, None]:
    """Yield what a stream yields. Close it with ``contextlib.aclosing``: that unwinds the stream and its connection.

    Args:
        open_stream: Sends the request and returns the stream.
        silence_s: Seconds to wait for the stream to open, and then for each of its items, before a TimeoutError.
        translate: From what the stream raised to what is raised here; None for a bug, which goes up as it is.

    Yields:
        The items, in order.

    Raises:
        Exception: What ``translate`` made of the stream's exception, without the exception as its context.
    """
    arrived: asyncio.Queue[_T | _End] = asyncio.Queue()
    task = asyncio.create_task(_run(open_stream, silence_s, translate, arrived))
    try:
        while not isinstance(item := await arrived.get(), _End):
            yield item
    finally:
        task.cancel()
        await asyncio.wait({task})
    if item.fault is not None:
        raise item.fault


async def _run(
    open_stream: Callable[[], Awaitable[AsyncIterator[_T]]],
    silence_s: float,
    translate: Callable[[Exception], Exception | None],
    arrived: "asyncio.Queue[_T | _End]",
) -> None:
    fault: BaseException | None = None
    try:
        async with asyncio.timeout(silence_s):
            stream = await open_stream()
        while True:
            async with asyncio.timeout(silence_s):
                item = await anext(stream)
            arrived.put_nowait(item)
    except StopAsyncIteration:
        pass
    except Exception as error:  # nothing is swallowed: it is raised again on the other side of the queue
        fault = translate(error) or error
    finally:
        arrived.put_nowait(_End(fault))
