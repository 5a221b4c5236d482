"""Runs that ended and whose end could not be stored, on a full disk say: tried again until it can be."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from desktop.engine.errors import StoreError
from desktop.engine.events import Event, RunEndStored, RunFailed, RunStopped

KEEP_EVERY_S = 2.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class UnkeptEnd:
    """The end of one run.

    Attributes:
        run_id: The run.
        conversation_id: Its conversation; empty where that is not known.
        told: What the person was told in the place of it; None for nothing.
        keep: Stores it, and returns what is to be told of that.
    """

    run_id: str
    conversation_id: str
    told: RunFailed | None
    keep: Callable[[], Awaitable[list[Event]]]


class UnkeptEnds:
    """Stores the ends as soon as that can be done.

    Args:
        tell: Called with events.
    """

    def __init__(self, tell: Callable[[Event], None]) -> None:
        self._tell = tell
        self._ends: dict[str, UnkeptEnd] = {}
        self._turn = asyncio.Lock()
        self._trying: asyncio.Task[None] | None = None

    @property
    def conversations(self) -> frozenset[str]:
        """The conversations of these runs: the store takes the runs for being at work."""
        return frozenset(end.conversation_id for end in self._ends.values())

    def told_of(self, run_id: str) -> RunFailed | None:
        """What was told of the end of a run that is not stored; None of all others."""
        end = self._ends.get(run_id)
        return end.told if end is not None else None

    def add(self, end: UnkeptEnd) -> None:
        """Take an end, to store it once that can be done."""
        _log.error("the end of run %s could not be stored", end.run_id)
        self._ends[end.run_id] = end
        if self._trying is None or self._trying.done():
            self._trying = asyncio.create_task(self._keep_trying(), name="ends of runs")

    async def keep(self) -> None:
        """Store them now.

        Raises:
            StoreError: One still cannot be stored; it stays for later, as do those behind it.
        """
        async with self._turn:
            for end in list(self._ends.values()):
                events = await end.keep()
                del self._ends[end.run_id]
                for event in events if end.told is None else _as_late(end.told, events):
                    self._tell(event)

    async def close(self) -> None:
        """Try for the last time."""
        if self._trying is not None:
            self._trying.cancel()
            await asyncio.wait([self._trying])
        with contextlib.suppress(StoreError):
            await self.keep()

    async def _keep_trying(self) -> None:
        while self._ends:
            await asyncio.sleep(KEEP_EVERY_S)
            with contextlib.suppress(StoreError):
                await self.keep()


def _as_late(told: RunFailed, events: list[Event]) -> list[Event]:
    """What is told of an end that is stored after it was told: what it closed, and that it is stored."""
    ends = [event for event in events if isinstance(event, RunStopped | RunFailed)]
    message = ends[0].message if ends else told.message
    stored = RunEndStored(run_id=told.run_id, message=message)
    return [*(event for event in events if not isinstance(event, RunStopped | RunFailed)), stored]
