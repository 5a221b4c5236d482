"""A run followed to its end on a terminal: its gates put to the person, Ctrl+C and the system's requests heard."""

import asyncio
import contextlib
import signal
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any

from desktop.assembly import Engine
from desktop.engine.errors import EngineError
from desktop.engine.events import ConfirmationRequested, Event, RunFailed, RunFinished, RunPaused, RunStopped
from desktop.engine.gate import Decision
from desktop.engine.store.ids import OFF_RECORD_PREFIX
from desktop.exit_status import DONE, FAILED, STOPPED, TERMINATED, WAITING
from desktop.terminal import Terminal


@dataclass
class Follower:
    """Takes the engine's events: prints them and remembers how the run ended, and its gates.

    Attributes:
        terminal: Where they are shown.
        gates: By call.
        end: The event that the run ended or paused with.
        nobody_asks: Set when a question that is on the screen has become void.
    """

    terminal: Terminal
    gates: dict[str, ConfirmationRequested] = field(default_factory=dict)
    end: Event | None = None
    nobody_asks: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, event: Event) -> None:
        """Take one event of the run."""
        match event:
            case ConfirmationRequested():
                self.gates[event.call_id] = event
            case RunFinished() | RunStopped() | RunFailed() | RunPaused():
                self.end = event
                if not isinstance(event, RunPaused):
                    self.nobody_asks.set()
        self.terminal.show(event)


async def follow(engine: Engine, follower: Follower, run_id: str) -> int:
    """Wait for the run's end, asking at its gates where a person sits at the terminal.

    Args:
        engine: Works the run; its events go to the follower.
        follower: Remembers them.
        run_id: The run.

    Returns:
        The exit status.
    """
    with _signals(engine, follower, run_id) as terminated:
        while True:
            await engine.session.wait(run_id)
            if terminated.is_set():
                return TERMINATED
            match follower.end:
                case RunFinished():
                    return DONE
                case RunStopped():
                    return STOPPED
                case RunPaused(call_ids=call_ids):
                    follower.end = None
                    if not await _ask_person(engine, follower, run_id, call_ids):
                        if terminated.is_set():
                            return TERMINATED
                        return await _leave_waiting(engine, follower, run_id, call_ids)
                case _:
                    return FAILED


async def _ask_person(engine: Engine, follower: Follower, run_id: str, call_ids: tuple[str, ...]) -> bool:
    """Put each gate to the person; returns whether the run goes on."""
    all_decided = False
    for call_id in call_ids:
        gate = follower.gates[call_id]
        decision = await _decision_on(gate, follower)
        if follower.end is not None:  # stopped at the prompt
            return True
        if decision is None:
            return False
        all_decided = await engine.session.decide(run_id, call_id, decision, gate.binding)
    if all_decided:
        await engine.session.resume(run_id)
    return all_decided


async def _decision_on(gate: ConfirmationRequested, follower: Follower) -> Decision | None:
    """What the person says; None where nobody can be asked, they leave it, or the question becomes void meanwhile."""
    question = asyncio.ensure_future(follower.terminal.ask(gate))
    void = asyncio.ensure_future(follower.nobody_asks.wait())
    try:
        await asyncio.wait({question, void}, return_when=asyncio.FIRST_COMPLETED)
        return question.result() if question.done() else None
    finally:
        question.cancel()
        void.cancel()
        await asyncio.wait({question, void})


async def _leave_waiting(engine: Engine, follower: Follower, run_id: str, call_ids: tuple[str, ...]) -> int:
    if run_id.startswith(OFF_RECORD_PREFIX):
        follower.terminal.complain(
            "This run is off the record, so it cannot be kept waiting for a decision; it is stopped.",
            "Allow the tool with --allow, or run it on a terminal.",
        )
        await engine.session.stop(run_id)
        return FAILED
    follower.terminal.note(f"The run waits, stored. Go on with: cortex-desktop resume {run_id} --approve CALL_ID")
    for call_id in call_ids:
        follower.terminal.note(f"  {call_id}  {follower.gates[call_id].tool}")
    return WAITING


@contextlib.contextmanager
def _signals(engine: Engine, follower: Follower, run_id: str) -> Iterator[asyncio.Event]:
    """Ctrl+C stops the run; a request to terminate puts it aside, its tools ended."""
    loop = asyncio.get_running_loop()
    terminated = asyncio.Event()
    tasks: set[asyncio.Task[None]] = set()

    def begin(work: Coroutine[Any, Any, None]) -> None:
        task = loop.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async def stop() -> None:
        with contextlib.suppress(EngineError):
            await engine.session.stop(run_id)

    def terminate() -> None:
        terminated.set()
        follower.nobody_asks.set()
        begin(engine.session.close())

    try:
        loop.add_signal_handler(signal.SIGINT, lambda: begin(stop()))
        loop.add_signal_handler(signal.SIGTERM, terminate)
        loop.add_signal_handler(signal.SIGHUP, terminate)
    except (NotImplementedError, AttributeError):  # Windows: Ctrl+C alone, through the interpreter
        signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(lambda: begin(stop())))
    try:
        yield terminated
    finally:
        with contextlib.suppress(NotImplementedError, AttributeError):
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                loop.remove_signal_handler(number)
