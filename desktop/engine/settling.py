"""Bringing the calls of a round to their results: denials, gates, reads together, side effects in order."""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Any

from desktop.engine.asking import confirmation, still_granted
from desktop.engine.errors import EngineError
from desktop.engine.events import Event, RunPaused, ToolCallFinished, ToolCallStarted
from desktop.engine.fallback import Seat
from desktop.engine.gate import Deny, binding
from desktop.engine.messages import CallState, canonical
from desktop.engine.models.retry import RetryPolicy
from desktop.engine.requests import ModelRequest
from desktop.engine.site import Site
from desktop.engine.stopping import Ended, Stops
from desktop.engine.store.call_stops import DID_NOT_END, outcome_of_stop
from desktop.engine.store.records import StoredCall, StoredRound
from desktop.engine.tools.base import Tool

_PARALLEL_READS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering(Site):
    """What the loop of one run works with, beside what there is around its calls.

    Attributes:
        opening: What every round's request begins with.
        seat: The orchestrator.
        retry: How often and how long to try again.
        gathered_ms: Milliseconds that earlier stretches of the loop took.
        stops: Which of its calls the person stopped.
        rounds_tokens: What all turns and results may have together in a request.
    """

    opening: ModelRequest
    seat: Seat
    retry: RetryPolicy
    gathered_ms: int = 0
    stops: Stops = field(default_factory=Stops)
    rounds_tokens: int = sys.maxsize


async def settle(work: Gathering, current: StoredRound) -> AsyncGenerator[Event | StoredRound, None]:
    """Bring the open calls of a round to their results, as far as no decision is missing.

    Denied calls are closed; gates are announced; reads run together; then, once no call waits for the person,
    side effects run one after the other.

    Args:
        work: The run.
        current: Its last round.

    Yields:
        Events; the last is RunPaused where a decision is missing. Where there was nothing but reads, last the round as
        it is stored now.
    """
    for call in current.calls:
        if call.state is CallState.WAITING and isinstance(call.decision, Deny):
            async for event in _deny(work, call):
                yield event
    for call in current.calls:
        if call.needs_decision:
            yield await confirmation(work, call, current.turn)
    reads = [call for call in current.calls if call.may_run and not call.side_effects]
    done: dict[str, ToolCallFinished] = {}
    async with contextlib.aclosing(_run_together(work, reads)) as events:
        async for event in events:
            yield event
            if isinstance(event, ToolCallFinished):
                done[event.call_id] = event
    if all(call.call.id in done or not call.state.is_open for call in current.calls):
        # Nothing but reads: no decision can have come, and no side effect waits.
        yield current.model_copy(update={"calls": tuple(_with(call, done.get(call.call.id)) for call in current.calls)})
        return
    async with contextlib.aclosing(_act(work)) as events:
        async for event in events:
            yield event


async def _act(work: Gathering) -> AsyncGenerator[Event, None]:
    """Once no call of the last round waits for the person, run its side effects one after the other; else pause."""
    current = (await work.store.calls.rounds(work.run_id))[-1]  # decisions may have come while the reads ran
    waiting = tuple(call.call.id for call in current.calls if call.needs_decision)
    if waiting:
        await work.store.runs.pause(work.run_id)
        yield RunPaused(run_id=work.run_id, call_ids=waiting)
        return
    for call in current.calls:
        if call.state is CallState.WAITING and isinstance(call.decision, Deny):
            async for event in _deny(work, call):
                yield event
        elif call.may_run:
            async with contextlib.aclosing(_run_one(work, call)) as events:
                async for event in events:
                    yield event


async def _deny(work: Gathering, call: StoredCall) -> AsyncGenerator[Event, None]:
    reason = call.decision.reason.strip() if isinstance(call.decision, Deny) else ""
    text = "The person denied this call; it was not run. Do not call it again with the same arguments."
    if reason:
        text += f" The person's reason: {reason}"
    async for event in _close(work, call, CallState.DENIED, text):
        yield event


async def _run_together(work: Gathering, calls: Sequence[StoredCall]) -> AsyncGenerator[Event, None]:
    """Run read-only calls at the same time, at most ``_PARALLEL_READS`` of them; tell what happens as it happens."""
    if not calls:
        return
    if fit := [call for call in calls if _unfit(work, call) is None]:
        started = await work.store.calls.start(work.run_id, *fit)
        calls = [call for call in calls if call in started or call not in fit]
    told: asyncio.Queue[Event | None] = asyncio.Queue()
    room = asyncio.Semaphore(_PARALLEL_READS)

    async def run(call: StoredCall) -> None:
        async with room, contextlib.aclosing(_run_one(work, call, is_started=True)) as events:
            async for event in events:
                told.put_nowait(event)

    async def run_all() -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for call in calls:
                    group.create_task(run(call))
        finally:
            told.put_nowait(None)

    running = asyncio.create_task(run_all())
    try:
        while (event := await told.get()) is not None:
            yield event
        try:
            await running
        except ExceptionGroup as faults:
            raise _first(faults) from None
    finally:
        if not running.done():
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running


def _first(faults: ExceptionGroup[Exception]) -> Exception:
    """One of the faults that reads met together, a bug before others: a full disk, say, is the same for all."""
    return min(faults.exceptions, key=lambda fault: isinstance(fault, EngineError))


def _unfit(work: Gathering, call: StoredCall) -> str | None:
    """Why an allowed call cannot run, for the model; None where it can."""
    tool = work.toolbox.get(call.call.tool)
    if tool is None:
        return f"There is no tool {call.call.tool!r} any more."
    if binding(work.run_id, call.call.id, tool.facts, call.call.arguments) != call.binding:
        return "The tool or the arguments changed after the decision; the call was not run."
    return None


async def _run_one(work: Gathering, call: StoredCall, *, is_started: bool = False) -> AsyncGenerator[Event, None]:
    """Run one allowed call: its start is stored before it runs, its result before it is told."""
    unfit, tool = _unfit(work, call), work.toolbox.get(call.call.tool)
    if unfit is None and tool is not None and call.decided_by == "grant" and not await still_granted(work, tool, call):
        unfit = "What this call leads to changed after it was allowed; the call was not run."
    if unfit is not None or tool is None:
        async for end in _close(work, call, CallState.FAILED, unfit or ""):
            yield end
        return
    if not is_started and not await work.store.calls.start(work.run_id, call):
        return  # the person stopped it just before: that is stored and told
    yield ToolCallStarted(run_id=work.run_id, call_id=call.call.id)
    async with contextlib.aclosing(_worked(work, call, tool)) as events:
        async for event in events:
            yield event


async def _worked(work: Gathering, call: StoredCall, tool: Tool[Any]) -> AsyncGenerator[Event, None]:
    """Bring a started call to its result: the tool's, or what became of it where the person stopped it."""
    began = time.monotonic()
    output = await work.stops.run(call.call.id, lambda: work.toolbox.call(tool, call.call.arguments, work.context))
    duration_ms = round((time.monotonic() - began) * 1000)
    if isinstance(output, Ended):
        state, text = outcome_of_stop(side_effects=call.side_effects, without_effect=output.without_effect)
        if not output.in_time:
            state, text = CallState.UNKNOWN, DID_NOT_END
        untrusted = False
    else:
        state = CallState.FAILED if output.failed else CallState.DONE
        text, untrusted = _edit_in_words(call) + output.text, tool.is_untrusted
    async for event in _close(work, call, state, text, untrusted=untrusted, duration_ms=duration_ms):
        yield event


def _edit_in_words(call: StoredCall) -> str:
    """What the model reads of the person's change to its call."""
    if call.original_arguments is None:
        return ""
    before, after = call.original_arguments, call.call.arguments
    changed = {name: value for name, value in after.items() if name not in before or before[name] != value}
    left_out = [name for name in before if name not in after]
    words = f"[The person changed the arguments of this call before allowing it. It ran with {canonical(changed)}"
    return f"{words}{f', and without {chr(44).join(left_out)}' if left_out else ''}.]\n"


def _with(call: StoredCall, end: ToolCallFinished | None) -> StoredCall:
    """The call as its end was stored."""
    if end is None:
        return call
    return call.model_copy(update=end.model_dump(include={"state", "result", "untrusted", "duration_ms"}))


async def _close(
    work: Gathering,
    call: StoredCall,
    state: CallState,
    text: str,
    *,
    untrusted: bool = False,
    duration_ms: int = 0,
) -> AsyncGenerator[ToolCallFinished, None]:
    """Store a call's result and tell it; one that has a result, since the person stopped it, keeps that."""
    if await work.store.calls.finish(
        work.run_id, call.call.id, state, text, untrusted=untrusted, duration_ms=duration_ms
    ):
        end = {"state": state, "result": text, "untrusted": untrusted, "duration_ms": duration_ms}
        yield finished(work.run_id, call.model_copy(update=end))
    work.stops.close(call.call.id)


def finished(run_id: str, call: StoredCall) -> ToolCallFinished:
    """The event of a closed call."""
    return ToolCallFinished(
        run_id=run_id,
        call_id=call.call.id,
        tool=call.call.tool,
        state=call.state,
        result=call.result or "",
        duration_ms=call.duration_ms or 0,
        untrusted=call.untrusted,
    )
