"""A run in a process that ends itself with SIGKILL at one of its stored steps, and then goes on in another process.

A call of it, by its first argument:

- ``each FOLDER WHEN``: once for every stored step, each in a folder of its own, until nothing is left to be killed;
- ``chain FOLDER STEPS``: one run, each process of which is killed behind so many stored steps;
- ``ask FOLDER [--approve]``: begins the run and ends at its gates, with ``--approve`` once they are decided;
- ``resume FOLDER [--approve]``: waits for a line on stdin, then goes on.

Each process is a fork of this one, which holds neither thread nor database: that saves it the imports.
"""

import asyncio
import os
import shutil
import signal
import sqlite3
import sys
import traceback
from collections.abc import AsyncGenerator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from desktop.engine.errors import DecisionRejected, RunBusy
from desktop.engine.events import Event
from desktop.engine.gate import AllowForConversation, Card, CardField, Decision, Deny, Effect, ScopeTool
from desktop.engine.limits import Limits
from desktop.engine.models.base import ModelChunk, TextDelta, TurnFinished
from desktop.engine.requests import ModelRequest, ModelTurn
from desktop.engine.running import Runner
from desktop.engine.session import Session
from desktop.engine.store.records import RunOptions
from desktop.engine.store.store import Store
from desktop.engine.tools.base import Tool, ToolContext, ToolOutput
from desktop.engine.tools.toolbox import Toolbox
from tests.bench import AT_ONCE
from tests.scripted import ScriptedConnector, ScriptedModel, call, calls, registry, text
from tests.scripted_tools import Named

REQUEST = "Do it."
ANSWER = "All of it."
TURNS = (
    calls(
        call("read-1", "look", name="read-1"),
        call("read-2", "look", name="read-2"),
        call("policy", "mark", name="policy"),
        call("asked", "act", name="asked"),
        call("denied", "act", name="denied"),
    ),
    calls(call("granted", "act", name="granted")),
    text("The summary."),
)
DECISIONS: dict[str, Decision] = {"asked": AllowForConversation(scope=ScopeTool()), "denied": Deny(reason="No.")}
MOST_STEPS = 100

_when, _kill_at, _steps = "", 0, 0


class _Killing(sqlite3.Connection):
    """Ends the process right before or right behind the COMMIT of one of its transactions."""

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        global _steps
        if sql != "COMMIT":
            return super().execute(sql, *parameters)
        _steps += 1
        if (_when, _steps) == ("before", _kill_at):
            os.kill(os.getpid(), signal.SIGKILL)
        done = super().execute(sql, *parameters)
        if (_when, _steps) == ("after", _kill_at):
            os.kill(os.getpid(), signal.SIGKILL)
        return done


def _arm(when: str, kill_at: int) -> None:
    global _when, _kill_at
    _when, _kill_at = when, kill_at
    connect = sqlite3.connect

    def armed(path: Any, **options: Any) -> sqlite3.Connection:
        is_the_store = path != ":memory:" and not options.get("uri")
        return connect(path, **options, factory=_Killing if is_the_store else sqlite3.Connection)

    sqlite3.connect = armed  # type: ignore[assignment]


class _Continuing(ScriptedModel):
    """Goes by what stands in the request: the turn behind those that are there."""

    def __init__(self, name: str, *turns: ModelTurn) -> None:
        super().__init__(name, ())
        self._turns = turns

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        past = sum(isinstance(item, ModelTurn) for item in request.items)
        turn = self._turns[past]
        if turn.text:
            yield TextDelta(text=turn.text)
        yield TurnFinished(turn=turn)


def _tools(folder: Path) -> Toolbox:
    """A read, and two side effects that write down what the store said of the call at that very moment."""

    async def look(arguments: Named, context: ToolContext) -> ToolOutput:
        return ToolOutput(f"saw {arguments.name}")

    async def act(arguments: Named, context: ToolContext) -> ToolOutput:
        with closing(sqlite3.connect(f"file:{folder / 'cortex.sqlite3'}?mode=ro", uri=True)) as db:
            stored = db.execute(
                "SELECT state, decided_by, coalesce(json_extract(decision, '$.kind'), '-') FROM calls"
                " WHERE call_id = ?",
                (arguments.name,),
            ).fetchone()
        with (folder / "marks.txt").open("a", encoding="utf-8") as file:
            file.write(" ".join((arguments.name, *stored)) + "\n")
        while (folder / "hold").exists():  # noqa: ASYNC110 - another process takes it away
            await asyncio.sleep(0.01)
        return ToolOutput(f"did {arguments.name}")

    async def card(arguments: Named, context: ToolContext) -> Card:
        return Card(effect="Acts", fields=(CardField(label="Name", text=arguments.name),))

    def tool(name: str, effect: Effect, run: Any) -> Tool[Named]:
        return Tool(
            name=name, description=name, arguments=Named, effects=frozenset({effect}), run=run, card=card, timeout_s=60
        )

    return Toolbox(
        (
            tool("look", Effect.READS_PRIVATE, look),
            tool("mark", Effect.WRITES_LOCAL, act),
            tool("act", Effect.WRITES_LOCAL, act),
        )
    )


def _options(folder: Path) -> RunOptions:
    return RunOptions(
        orchestrator="gatherer",
        responder="writer",
        root=str(folder),
        inject_datetime=False,
        policies={"mark": "allow"},
    )


async def _work(folder: Path, name: str, *, approve: bool, to_the_end: bool, wait: bool = False) -> None:
    """A process from its start to its end: begins the run where there is none, else goes on with it."""
    store, off_record = await Store.open(folder / "cortex.sqlite3"), await Store.open(None)
    await store.runs.recover()
    connector = ScriptedConnector(gatherer=_Continuing("gatherer", *TURNS), writer=_Continuing("writer", text(ANSWER)))
    runner = Runner(registry=registry(), connector=connector, toolbox=_tools(folder), limits=Limits(retry=AT_ONCE))
    with (folder / f"{name}.jsonl").open("w", encoding="utf-8") as told:

        def tell(event: Event) -> None:
            told.write(event.model_dump_json() + "\n")
            told.flush()

        session = Session(store=store, off_record=off_record, runner=runner, listener=tell)
        if wait:
            print("ready", flush=True)
            sys.stdin.readline()
        try:
            await _go_on(session, store, folder, approve=approve, to_the_end=to_the_end)
        except (RunBusy, DecisionRejected) as refusal:
            print(f"refused: {refusal}", flush=True)
        await session.close()
    await store.close()
    await off_record.close()


async def _go_on(session: Session, store: Store, folder: Path, *, approve: bool, to_the_end: bool) -> None:
    known = await store.database.read(lambda db: db.execute("SELECT id FROM runs").fetchall())
    if known:
        run_id = str(known[0]["id"])
        if (await store.runs.get(run_id)).state == "done":
            return
    else:
        conversation = await store.conversations.create(str(folder))
        run_id, _ = await session.send(conversation.id, REQUEST, _options(folder))
        await session.wait(run_id)
    while (state := (await store.runs.get(run_id)).state) != "done":
        assert state in ("waiting", "interrupted", "running"), state
        for gate in (await session.record(run_id)).gates:
            if approve:
                await session.decide(run_id, gate.call_id, DECISIONS[gate.call_id], gate.binding)
        if not to_the_end:
            return
        await session.resume(run_id)
        await session.wait(run_id)
    print("done", flush=True)


def _process(folder: Path, name: str, when: str = "", kill_at: int = 0) -> bool:
    """A process of its own; returns whether it was killed."""
    pid = os.fork()
    if not pid:
        status = 1
        try:
            _arm(when, kill_at)
            asyncio.run(_work(folder, name, approve=True, to_the_end=True))
            status = 0
        except BaseException:  # whatever it is, this process must not go on as its parent
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(status)
    _, status = os.waitpid(pid, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert killed or os.waitstatus_to_exitcode(status) == 0, status
    return killed


def _keep(folder: Path, place: Path) -> None:
    """Copy what a kill left."""
    place.mkdir()
    for path in [path for path in folder.iterdir() if path.is_file()]:
        shutil.copy(path, place)


def _each(folder: Path, when: str) -> None:
    for step in range(1, MOST_STEPS):
        place = folder / f"{step:02}"
        place.mkdir()
        killed = _process(place, "first", when, step)
        _keep(place, place / "killed")
        if not killed:
            return
        assert not _process(place, "second")
    raise AssertionError("the run had no end")


def _chain(folder: Path, steps: int) -> None:
    for number in range(MOST_STEPS):
        killed = _process(folder, f"process-{number:02}", "after", steps)
        _keep(folder, folder / f"killed-{number:02}")
        if not killed:
            return
    raise AssertionError("the run had no end")


def main(what: str, folder: Path, *rest: str) -> None:
    approve = "--approve" in rest
    does: dict[str, Callable[[], None]] = {
        "each": lambda: _each(folder, rest[0]),
        "chain": lambda: _chain(folder, int(rest[0])),
        "ask": lambda: asyncio.run(_work(folder, "ask", approve=approve, to_the_end=False)),
        "resume": lambda: asyncio.run(
            _work(folder, f"resume-{os.getpid()}", approve=approve, to_the_end=True, wait=True)
        ),
    }
    does[what]()
    assert not [name for name in sys.modules if name.startswith("PySide6")]


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
