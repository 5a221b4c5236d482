"""A session on a store of its own, its models scripted, its events kept; it can be crashed and started again."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from desktop.engine.events import ConfirmationRequested, Event
from desktop.engine.gate import AllowOnce, Decision
from desktop.engine.limits import Limits
from desktop.engine.messages import CallState
from desktop.engine.models.base import Connects
from desktop.engine.models.registry import Registry
from desktop.engine.models.retry import RetryPolicy
from desktop.engine.running import Runner
from desktop.engine.session import Session
from desktop.engine.store.records import RunOptions, StoredCall, StoredRun
from desktop.engine.store.store import Store
from tests.scripted import ScriptedConnector, ScriptedModel, Step, registry
from tests.scripted_tools import Workshop

T = TypeVar("T")
EventT = TypeVar("EventT")
MakeBench = Callable[..., Awaitable["Bench"]]

AT_ONCE = RetryPolicy(attempts=3, base_s=0.0)
_PATIENCE_S = 20.0


class Bench:
    """What most tests of the run stand on.

    Args:
        folder: Where the database lies.
        gatherer: Steps of the orchestrator.
        writer: Steps of the responder.
        limits: Budgets and retries.
        connector: In the place of the two scripted models.

    Attributes:
        events: All that was told, in order.
        workshop: The tools.
    """

    def __init__(
        self,
        folder: Path,
        *,
        gatherer: tuple[Step, ...] = (),
        writer: tuple[Step, ...] = (),
        limits: Limits | None = None,
        connector: Connects | None = None,
    ) -> None:
        self.folder = folder
        self.path = folder / "cortex.sqlite3"
        self.gatherer = ScriptedModel("gatherer", gatherer)
        self.writer = ScriptedModel("writer", writer)
        self.connector: Connects = connector or ScriptedConnector(gatherer=self.gatherer, writer=self.writer)
        self.workshop = Workshop()
        self.limits = limits or Limits(retry=AT_ONCE)
        self.registry: Registry = registry()
        self.events: list[Event] = []
        self.on_event: Callable[[Event], None] = lambda event: None
        self._told = asyncio.Event()
        self._is_open = False

    async def open(self) -> "Bench":
        """Open the store and a session on it, as the program does at its start."""
        self.store = await Store.open(self.path)
        self.off_record = await Store.open(None)
        self.recovered = await self.store.runs.recover()
        runner = Runner(
            registry=self.registry, connector=self.connector, toolbox=self.workshop.toolbox(), limits=self.limits
        )
        self.session = Session(store=self.store, off_record=self.off_record, runner=runner, listener=self._listen)
        self._is_open = True
        return self

    async def close(self) -> None:
        """Close as the program does at its end; a second time does nothing."""
        if not self._is_open:
            return
        self._is_open = False
        await self.session.close()
        await self.store.close()
        await self.off_record.close()

    async def restart(self) -> None:
        """A fresh session on the same file."""
        await self.close()
        await self.open()

    async def crashed(self, folder: Path) -> "Bench":
        """A fresh session on what a kill would leave right now, while this one is still at work.

        Models are shared with this one; the tools and the events are its own.
        """
        folder.mkdir()  # noqa: ASYNC240 - a test may block
        after = Bench(folder, limits=self.limits, connector=self.connector)
        after.gatherer, after.writer = self.gatherer, self.writer
        with closing(sqlite3.connect(self.path)) as source, closing(sqlite3.connect(after.path)) as target:
            source.backup(target)
            target.execute("UPDATE runs SET owner = '1:0.00' WHERE owner IS NOT NULL")  # a process that is gone
            target.commit()
        return await after.open()

    def _listen(self, event: Event) -> None:
        self.events.append(event)
        self._told.set()
        self._told = asyncio.Event()
        self.on_event(event)

    async def wait_for(self, found: Callable[[Event], bool]) -> Event:
        """The first event that fits, told before or from now on."""
        async with asyncio.timeout(_PATIENCE_S):
            seen = 0
            while True:
                for event in self.events[seen:]:
                    if found(event):
                        return event
                seen = len(self.events)
                await self._told.wait()

    async def wait_for_type(self, kind: str) -> Event:
        """The first event of a type."""
        return await self.wait_for(lambda event: event.type == kind)

    def options(self, **changes: Any) -> RunOptions:
        return RunOptions(
            **{
                "orchestrator": "gatherer",
                "responder": "writer",
                "root": str(self.folder),
                "inject_datetime": False,
                **changes,
            }
        )

    async def conversation(self, *, off_record: bool = False) -> str:
        store = self.off_record if off_record else self.store
        return (await store.conversations.create(str(self.folder))).id

    async def send(self, text: str = "Do it.", conversation_id: str | None = None, **options: Any) -> str:
        """Begin a run, in a new conversation where none is named."""
        where = conversation_id or await self.conversation()
        run_id, _ = await self.session.send(where, text, self.options(**options))
        return run_id

    async def ended(self, run_id: str) -> None:
        """Wait until a run is not at work."""
        async with asyncio.timeout(_PATIENCE_S):
            await self.session.wait(run_id)

    async def run(self, text: str = "Do it.", conversation_id: str | None = None, **options: Any) -> str:
        """Begin a run and wait for its end or its pause."""
        run_id = await self.send(text, conversation_id, **options)
        await self.ended(run_id)
        return run_id

    async def resume(self, run_id: str) -> None:
        """Go on with a run, and wait for its end or its pause."""
        await self.session.resume(run_id)
        await self.ended(run_id)

    async def decide(self, run_id: str, call_id: str, decision: Decision | None = None) -> bool:
        """Decide on a waiting call as it was shown last; allow it where nothing else is said."""
        gate = [
            event for event in self.events if isinstance(event, ConfirmationRequested) and event.call_id == call_id
        ][-1]
        return await self.session.decide(run_id, call_id, decision or AllowOnce(), gate.binding)

    async def stored(self, run_id: str) -> StoredRun:
        return await self.session.store_of(run_id).runs.get(run_id)

    async def calls(self, run_id: str) -> list[StoredCall]:
        rounds = await self.session.store_of(run_id).calls.rounds(run_id)
        return [one for past in rounds for one in past.calls]

    async def states(self, run_id: str) -> list[CallState]:
        return [one.state for one in await self.calls(run_id)]

    @property
    def types(self) -> list[str]:
        """The types of all events, in order."""
        return [event.type for event in self.events]

    def told(self, kind: type[EventT]) -> list[EventT]:
        """All events of a class."""
        return [event for event in self.events if isinstance(event, kind)]

    def steady(self) -> list[Event]:
        """All events, without what no two runs have in common: durations, and ids that the store made."""
        return [_steady(event) for event in self.events]

    def check(self) -> None:
        """Fail where the scripts were not followed to their ends."""
        self.gatherer.check()
        self.writer.check()


def _steady(event: Event) -> Event:
    changes: dict[str, Any] = {"duration_ms": 0, "message_id": "", "details": None, "message": None, "binding": ""}
    changes |= {"parameters": {}, "scopes": ()}  # told by the tool and by the store; tested where they are made
    return event.model_copy(update={name: value for name, value in changes.items() if hasattr(event, name)})


async def until(check: Callable[[], Awaitable[T | None]]) -> T:
    """Wait for the state of something that tells nobody, such as a file: the first result that is not empty."""
    async with asyncio.timeout(_PATIENCE_S):
        while not (result := await check()):  # noqa: ASYNC110 - nothing tells it
            await asyncio.sleep(0.01)
    return result
