"""A run at work: the task that works its steps, and what ends it early turned into a stored state and events."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from desktop.engine.budgets import BudgetReached
from desktop.engine.cancelling import to_the_end
from desktop.engine.endings import Failure, fail_run, put_run_aside, stop_run
from desktop.engine.errors import EngineError, KeyMissing, KeyRejected, RequestTooLong, StoreError, trace_of
from desktop.engine.events import Event, RunFailed, RunFinished, RunPaused, RunStarted, UsageReported
from desktop.engine.messages import UNSTORED, Brain, Message, MessageDetails, StopReason
from desktop.engine.partial import Partial
from desktop.engine.running import Runner
from desktop.engine.stopping import Stops
from desktop.engine.store.ids import OFF_RECORD_PREFIX
from desktop.engine.store.records import RunFault
from desktop.engine.store.store import Store
from desktop.engine.unkept import UnkeptEnd

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Around:
    """What a run works with.

    Attributes:
        store: Where it is kept.
        on_disk: Where usage is counted of a run that is not kept.
        runner: Works its steps.
        tell: Called with every event.
        follow_up: Called when a run has come to its good end, after that was told.
    """

    store: Store
    on_disk: Store
    runner: Runner
    tell: Callable[[Event], None]
    follow_up: Callable[[str], Awaitable[None]]


class RunTask:
    """A run at work in this process. It begins as soon as it is made.

    Args:
        run_id: The run, claimed by this process.
        around: What it works with.
        ended: Called when it works no more, before its last event is told.
        resumed: Whether it was begun before.

    Attributes:
        run_id: The run.
        partial: The turn under way.
        put_aside: Set when the program closes: leave the run as a crash would, to go on at the next start.
        unkept: Its end, where that could not be stored.
        task: The task.
    """

    def __init__(self, run_id: str, around: Around, ended: Callable[["RunTask"], None], *, resumed: bool) -> None:
        self.run_id = run_id
        self.partial = Partial(around.store.runs, run_id, lambda: self.task.cancel())
        self.put_aside = False
        self.unkept: UnkeptEnd | None = None
        self._conversation_id = ""
        self._message_id = around.store.ids.new("m")  # of what came of an answer that breaks off
        self._around = around
        self._ended = ended
        self._stops = Stops(around.runner.limits.stop_patience_s)
        self._began = False
        self._ended_early = False
        self.task = asyncio.create_task(self._work(resumed=resumed), name=f"run {run_id}")

    def end(self) -> None:
        """Cancel the task. One that was cancelled before its first step would never run its endings."""
        self._ended_early = True
        if self._began:
            self.task.cancel()

    async def stop_call(self, call_id: str) -> None:
        """End a running call, after that was stored; returns when its result is stored, or the run works no more."""
        closed = asyncio.ensure_future(self._stops.stop(call_id)())
        try:
            await asyncio.wait({closed, self.task}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            closed.cancel()

    async def _work(self, *, resumed: bool) -> None:
        self._began = True
        around, last = self._around, list[Event]()
        try:
            if self._ended_early:
                raise asyncio.CancelledError
            steps = around.runner.steps(around.store, self.run_id, resumed=resumed, stops=self._stops)
            async with self.partial.kept(), contextlib.aclosing(steps) as events:
                async for event in events:
                    self.partial.follow(event)
                    if isinstance(event, RunStarted):
                        self._conversation_id = event.conversation_id
                    if isinstance(event, UsageReported) and around.store is not around.on_disk:
                        await around.on_disk.usage.add_of(event, OFF_RECORD_PREFIX)
                    if isinstance(event, RunPaused | RunFinished):
                        last = [event]  # told when the task has let go of the run
                    else:
                        around.tell(event)
        except asyncio.CancelledError:
            last = await self._cut_short()
        except EngineError as error:
            reached = error if isinstance(error, BudgetReached) else None
            last = await self._failed(
                Failure(
                    str(error),
                    error.action,
                    fault=_fault_of(error),
                    over_budget=reached.kind if reached is not None else "",
                    needed_usd=reached.needed_usd if reached is not None else 0.0,
                )
            )
        except Exception as bug:  # the one catch-all: a bug ends its run in words, and nothing else
            _log.error("run %s ended in a bug: %s", self.run_id, trace_of(bug))
            why = "Something went wrong inside the program; its log has the details."
            last = await self._failed(Failure(why, "Try it again."))
        finally:
            self._ended(self)
        for event in last:
            around.tell(event)
        if any(isinstance(event, RunFinished) for event in last):
            await around.follow_up(self.run_id)

    async def _cut_short(self) -> list[Event]:
        store, registry, partial = self._around.store, self._around.runner.registry, self.partial
        if partial.fault is not None and not self._ended_early:
            return await self._failed(Failure(str(partial.fault), partial.fault.action))
        if self.put_aside:
            return await self._kept(lambda: put_run_aside(store, self.run_id, partial))
        return await self._kept(lambda: stop_run(store, self.run_id, registry, partial, self._message_id))

    async def _failed(self, why: Failure) -> list[Event]:
        store, registry = self._around.store, self._around.runner.registry
        return await self._kept(
            lambda: fail_run(store, self.run_id, registry, self.partial, why, self._message_id), why
        )

    async def _kept(
        self, keep: Callable[[], Coroutine[Any, Any, list[Event]]], why: Failure | None = None
    ) -> list[Event]:
        """Store the end; where that cannot be done the person is told all the same, with what came of the answer."""
        try:
            return await to_the_end(keep())
        except StoreError as fault:
            error = str(fault) if why is None or why.error == str(fault) else f"{why.error} {fault}"
            action = fault.action or (why.action if why is not None else "")
        message = None
        if self.partial.brain is Brain.RESPONDER and self.partial.text:
            details = MessageDetails(model="", label="", stop=StopReason.CUT, stop_detail=UNSTORED)
            message = Message(
                id=self._message_id, role="assistant", text=self.partial.text, run_id=self.run_id, details=details
            )
        told = RunFailed(
            run_id=self.run_id,
            error=error,
            action=action,
            message=message,
            is_stored=False,
        )
        self.unkept = UnkeptEnd(self.run_id, self._conversation_id, told, keep)
        return [told]


def _fault_of(error: EngineError) -> RunFault:
    if isinstance(error, KeyMissing | KeyRejected):
        return "key"
    return "too_long" if isinstance(error, RequestTooLong) else ""
