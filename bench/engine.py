"""A real session on a real SQLite file, its models the real SDKs against the loopback server."""

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.line import NotMeasured
from desktop.engine.events import Event, RunFailed
from desktop.engine.limits import Limits
from desktop.engine.models.connect import Connector
from desktop.engine.models.registry import ModelEntry, Registry, Role
from desktop.engine.running import Runner
from desktop.engine.session import Session
from desktop.engine.store.records import RunOptions
from desktop.engine.store.store import Store
from desktop.engine.tools.base import Tool
from desktop.engine.tools.builtin import builtin_tools
from desktop.engine.tools.toolbox import Toolbox

API_VERSION = "v1beta"
GATHERER, WRITER = "gemini-3.8-flash", "claude-sonnet-5-5"


class _Keys:
    async def get(self, provider: str) -> str | None:
        return f"key-of-{provider}"


@dataclass
class BenchEngine:
    """The session and what it told.

    Attributes:
        session: The session.
        store: Its store.
        folder: The workspace.
        on_event: Called with each event.
    """

    session: Session
    store: Store
    folder: Path
    on_event: Callable[[Event], None] = field(default=lambda _event: None)

    async def conversation(self) -> str:
        """A new conversation's id."""
        return (await self.store.conversations.create(str(self.folder))).id

    async def work(self, conversation_id: str, **options: Any) -> str:
        """Work a run to its end or its pause.

        Returns:
            Its id.
        """
        chosen = RunOptions(
            orchestrator=GATHERER,
            responder=WRITER,
            root=str(self.folder),
            inject_datetime=False,
            **{"max_rounds": 100, **options},
        )
        run_id, _ = await self.session.send(conversation_id, "Look at it.", chosen)
        await self.session.wait(run_id)
        return run_id

    def take(self, event: Event) -> None:
        """Take an event of the session."""
        if isinstance(event, RunFailed):
            raise NotMeasured(f"the run failed: {event.error}")
        self.on_event(event)


@contextlib.asynccontextmanager
async def bench_engine(
    folder: Path, url: str, more_tools: Sequence[Tool[Any]] = (), limits: Limits | None = None
) -> AsyncIterator[BenchEngine]:
    """An engine for the length of a block.

    Args:
        folder: For its database and workspace.
        url: The model server.
        more_tools: Beside the built-in ones.
        limits: Budgets; the usual ones where none are given.
    """
    store, off_record = await Store.open(folder / "cortex.sqlite3"), await Store.open(None)
    connector = Connector(_Keys(), {"GOOGLE_GENAI_API_VERSION": API_VERSION})
    models = [
        ModelEntry(key=GATHERER, provider="gemini", name=GATHERER, label="Gatherer", base_url=url),
        ModelEntry(key=WRITER, provider="anthropic", name=WRITER, label="Writer", base_url=url),
    ]
    runner = Runner(
        registry=Registry(models, [Role(name="chat", label="Chat", orchestrator=GATHERER, responder=WRITER)]),
        connector=connector,
        toolbox=Toolbox((*builtin_tools(), *more_tools)),
        limits=limits or Limits(),
    )
    engine: BenchEngine

    def listen(event: Event) -> None:
        engine.take(event)

    session = Session(store=store, off_record=off_record, runner=runner, listener=listen)
    engine = BenchEngine(session, store, folder)
    try:
        yield engine
    finally:
        await session.close()
        await connector.aclose()
        await store.close()
        await off_record.close()
