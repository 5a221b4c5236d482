"""Gemini and Claude on loopback, on a thread of their own, for programs that a test starts."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TypeVar

from tests.end_to_end.desktop_session import PATIENCE_S
from tests.wire import claude
from tests.wire.server import Exchange, Step, WireServer, wire_server

T = TypeVar("T")

GEMINI_KEY = "AIza-of-no-worth-0123456789"
CLAUDE_KEY = "sk-ant-of-no-worth-0123456789"
NO_TITLES = "[conversations]\nmake_titles = false\n"
"""Settings for programs whose script of Claude holds answers alone: a title is one request more."""


@dataclass
class Providers:
    """Two scripted servers.

    Attributes:
        gemini: The orchestrator's.
        claude: The responder's.
    """

    gemini: WireServer
    claude: WireServer

    @property
    def addresses(self) -> dict[str, str]:
        """The variables that lead the program there."""
        return {"GOOGLE_GEMINI_BASE_URL": self.gemini.url, "ANTHROPIC_BASE_URL": self.claude.url}

    @property
    def variables(self) -> dict[str, str]:
        """The same, and keys."""
        return {**self.addresses, "GEMINI_API_KEY": GEMINI_KEY, "ANTHROPIC_API_KEY": CLAUDE_KEY}


@dataclass
class Held:
    """An answer of Claude that stops in the middle until it is let go.

    Attributes:
        before: What is streamed at once.
        after: What is streamed when it was let go.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    _go: threading.Event = field(default_factory=threading.Event)

    def let_go(self) -> None:
        """Let the rest be streamed."""
        self._go.set()

    async def step(self, exchange: Exchange) -> None:
        """Answer a request."""
        whole = claude.turn(claude.text(0, *self.before, *self.after))
        at = next(number for number, event in enumerate(whole) if b"content_block_start" in event)
        events = whole[at].split(b"\n\n")
        first = 1 + len(self.before)
        await exchange.start(headers=claude.SSE)
        for event in (*whole[:at], *(each + b"\n\n" for each in events[:first])):
            await exchange.chunk(event)
        await asyncio.to_thread(self._go.wait, PATIENCE_S)
        for event in (*(each + b"\n\n" for each in events[first:] if each), *whole[at + 1 :]):
            await exchange.chunk(event)
        await exchange.end()


@contextlib.contextmanager
def providers(*, gemini: tuple[Step, ...] = (), claude: tuple[Step, ...] = ()) -> Iterator[Providers]:
    """Both servers for the length of a block; their faults are raised at its end."""

    @contextlib.asynccontextmanager
    async def both() -> AsyncIterator[Providers]:
        async with wire_server() as for_gemini, wire_server() as for_claude:
            for_gemini.script(*gemini)
            for_claude.script(*claude)
            yield Providers(for_gemini, for_claude)

    with in_thread(both) as made:
        yield made


@contextlib.contextmanager
def in_thread(open_servers: Callable[[], AbstractAsyncContextManager[T]]) -> Iterator[T]:
    """Servers on a loop and a thread of their own for the length of a block; their faults are raised at its end."""
    ready: Future[tuple[T, asyncio.AbstractEventLoop, asyncio.Event]] = Future()
    ended: Future[None] = Future()

    async def serve() -> None:
        async with open_servers() as made:
            done = asyncio.Event()
            ready.set_result((made, asyncio.get_running_loop(), done))
            await done.wait()

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:  # told to the thread that waits
            (ended if ready.done() else ready).set_exception(error)
        else:
            ended.set_result(None)

    thread = threading.Thread(target=run, name="providers")
    thread.start()
    made, loop, done = ready.result(PATIENCE_S)
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(PATIENCE_S)
    ended.result(0)
