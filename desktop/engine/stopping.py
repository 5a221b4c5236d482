"""Stopping single calls of a run at work: each tool runs in a task of its own, which can be ended alone."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from desktop.engine.tools.base import ToolOutput
from desktop.engine.tools.threads import EndedBeforeEffect

_log = logging.getLogger(__name__)

PATIENCE_S = 15.0
"""How long a stopped tool has to end: longer than ending the hardest tree of processes takes."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A call that the person stopped, and that gave no result.

    Attributes:
        without_effect: Whether it is sure that it changed nothing.
        in_time: Whether it has ended. Where it has not, nobody waits for it any more.
    """

    without_effect: bool
    in_time: bool = True


@dataclass(slots=True)
class _Wish:
    """What the person wants of one call, and whether that has come about."""

    stop: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)


class Stops:
    """The calls of one run at work, and which of them the person stopped.

    Args:
        patience_s: How long a stopped tool has to end.
    """

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._wishes: dict[str, _Wish] = {}
        self._strays: set[asyncio.Task[Any]] = set()  # held, or the loop might forget them

    def stop(self, call_id: str) -> Callable[[], Awaitable[object]]:
        """End a call, also one whose tool is only about to begin. That it is stopped is stored before.

        Returns:
            Waits until the call's result is stored.
        """
        wish = self._wish(call_id)
        wish.stop.set()
        return wish.closed.wait

    def close(self, call_id: str) -> None:
        """Say that the call's result is stored."""
        self._wish(call_id).closed.set()

    async def run(self, call_id: str, tool: Callable[[], Coroutine[Any, Any, ToolOutput]]) -> ToolOutput | Ended:
        """Run a tool until it has a result, or the person stops it.

        Args:
            call_id: The call.
            tool: Begins it.

        Returns:
            Its result, also where it came just before the stop reached it; else how it ended.

        Raises:
            CancelledError: The run was stopped; the tool has ended.
        """
        wish = self._wish(call_id)
        if wish.stop.is_set():
            return Ended(without_effect=True)
        working = asyncio.create_task(_to_its_end(tool()), name=f"call {call_id}")
        stopped = asyncio.create_task(wish.stop.wait())
        try:
            await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                working.cancel()
                await asyncio.wait({working}, timeout=self._patience_s)
            if working.done():
                return working.result()
            _log.warning("a stopped call did not end within %g seconds", self._patience_s)
            return Ended(without_effect=False, in_time=False)
        except asyncio.CancelledError:
            await self._end(working)
            raise
        finally:
            stopped.cancel()
            if not working.done():
                self._strays.add(working)
                working.add_done_callback(self._strays.discard)

    async def _end(self, working: "asyncio.Task[Any]") -> None:
        """End a tool with its run, also when that is asked for twice."""
        working.cancel()
        loop = asyncio.get_running_loop()
        end = loop.time() + self._patience_s
        while not working.done() and (left := end - loop.time()) > 0:
            try:
                await asyncio.wait({working}, timeout=left)
            except asyncio.CancelledError:
                continue

    def _wish(self, call_id: str) -> _Wish:
        return self._wishes.setdefault(call_id, _Wish())


async def _to_its_end(tool: Coroutine[Any, Any, ToolOutput]) -> ToolOutput | Ended:
    try:
        return await tool
    except EndedBeforeEffect:
        return Ended(without_effect=True)
    except asyncio.CancelledError:
        return Ended(without_effect=False)
