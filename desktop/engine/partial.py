"""Keeps what streams, as it comes: a kill in the middle loses at most half a second of it."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable

from desktop.engine.errors import StoreBusy, StoreError
from desktop.engine.events import (
    AnswerDelta,
    Event,
    FallbackUsed,
    OrchestratorDelta,
    Retrying,
    RoundStarted,
    UsageReported,
)
from desktop.engine.messages import Brain
from desktop.engine.store.runs import Runs

SAVE_EVERY_S = 0.5

_log = logging.getLogger(__name__)


class Partial:
    """The text of the turn under way.

    Args:
        runs: Where it is kept.
        run_id: The run.
        give_up: Called when the text cannot be kept any more: no more of it may be shown.

    Attributes:
        brain: Whose text it is; None before any came.
        text: All that came of the turn.
        fault: Why it cannot be kept; None while it can.
        is_whole: Whether that is all of it, and the turn is kept.
    """

    def __init__(self, runs: Runs, run_id: str, give_up: Callable[[], object]) -> None:
        self._runs = runs
        self._run_id = run_id
        self._give_up = give_up
        self.fault: StoreError | None = None
        self._changed = asyncio.Event()
        self._pieces: list[str] = []
        self.is_whole = False
        self.brain: Brain | None = None

    @property
    def text(self) -> str:
        """All that came of the turn."""
        return "".join(self._pieces)

    def follow(self, event: Event) -> None:
        """Take in an event: deltas grow the text, a retry, a fallback or the next turn voids it."""
        match event:
            case OrchestratorDelta(text=text):
                self._grow(Brain.ORCHESTRATOR, text)
            case AnswerDelta(text=text):
                self._grow(Brain.RESPONDER, text)
            case RoundStarted() | Retrying() | FallbackUsed():
                self._pieces.clear()
                self._changed.set()
            case UsageReported():
                self.is_whole = True

    def _grow(self, brain: Brain, text: str) -> None:
        if brain is not self.brain or self.is_whole:
            self._pieces.clear()
            self.brain = brain
            self.is_whole = False
        self._pieces.append(text)
        self._changed.set()

    @contextlib.asynccontextmanager
    async def kept(self) -> AsyncIterator["Partial"]:
        """Keep the text while the block runs."""
        keeper = asyncio.create_task(self._keep())
        try:
            yield self
        finally:
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeper
            if self.fault is not None:  # it may have come at the very end: the cancellation is to arrive in here
                await asyncio.sleep(0)

    async def _keep(self) -> None:
        while True:
            await self._changed.wait()
            await asyncio.sleep(SAVE_EVERY_S)
            self._changed.clear()
            if self.brain is not None:
                try:
                    await self._runs.save_partial(self._run_id, self.brain, self.text)
                except StoreBusy as error:  # that passes: with more text it is tried again
                    _log.warning("the text of run %s so far could not be stored: %s", self._run_id, error)
                except StoreError as error:
                    self.fault = error
                    self._give_up()
                    return
