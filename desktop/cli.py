"""The engine without a window: ``ask``, ``resume`` and ``grants``."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desktop.assembly import Engine, open_engine, run_options
from desktop.attaching import Prepared, prepare_file
from desktop.deciding import Wish, decide_as_told
from desktop.engine.errors import (
    AttachmentRefused,
    BadArguments,
    DecisionRejected,
    EngineError,
    RunNotFound,
    UnknownName,
)
from desktop.engine.events import (
    ConfirmationRequested,
    Event,
    RunFailed,
    RunFinished,
    RunPaused,
    RunStopped,
)
from desktop.engine.gate import Access, Decision, Policy
from desktop.engine.store.ids import OFF_RECORD_PREFIX
from desktop.grants_cli import show_or_revoke
from desktop.log import start_logging
from desktop.os_keyring import os_keyring
from desktop.paths import Paths
from desktop.redaction import Redactor
from desktop.secrets import KEYRING_ASKS, KeyStore
from desktop.settings import Settings
from desktop.terminal import Terminal

DONE, FAILED, BAD_USAGE, WAITING, STOPPED, TERMINATED = 0, 1, 2, 3, 130, 143


class _BadUsage(Exception):
    """What was asked for cannot be; says why."""


def run(arguments: argparse.Namespace) -> int:
    """Do ``ask``, ``resume`` or ``grants``.

    Args:
        arguments: As parsed.

    Returns:
        The exit status.
    """
    is_run = arguments.command != "grants"
    terminal = Terminal(as_json=is_run and arguments.json, may_ask=is_run and not arguments.pause)
    try:
        if arguments.command == "ask":
            text = _text_of(arguments)  # not on the loop, which would keep Ctrl+C from it
            return asyncio.run(_ask(arguments, text, terminal))
        return asyncio.run((_resume if is_run else _grants)(arguments, terminal))
    except KeyboardInterrupt:  # before there was a run to stop
        return STOPPED
    except (_BadUsage, AttachmentRefused, UnknownName, DecisionRejected, RunNotFound, BadArguments) as error:
        terminal.complain(str(error), getattr(error, "action", ""))
        return BAD_USAGE
    except EngineError as error:
        terminal.complain(str(error), error.action)
        return FAILED
    except OSError as error:
        terminal.complain(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "))
        return FAILED


@dataclass
class _Follower:
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
        match event:
            case ConfirmationRequested():
                self.gates[event.call_id] = event
            case RunFinished() | RunStopped() | RunFailed() | RunPaused():
                self.end = event
                if not isinstance(event, RunPaused):
                    self.nobody_asks.set()
        self.terminal.show(event)


@contextlib.asynccontextmanager
async def _opened(terminal: Terminal, *, demo: bool) -> AsyncIterator[tuple[Engine, Settings, _Follower]]:
    paths = Paths.of_system()
    await asyncio.to_thread(paths.make)
    redactor = Redactor()
    stop_logging = start_logging(paths.log_file, redactor)
    terminal.redact = redactor.redact
    settings, problems = Settings.load(paths.settings_file)
    for problem in problems:
        terminal.complain(str(problem))
    if demo:
        settings.override(Settings.demo, True)
    follower = _Follower(terminal)
    keys = KeyStore(on_key=redactor.add, load=os_keyring)
    keys.thread.on_waiting = lambda is_waiting: terminal.note(KEYRING_ASKS) if is_waiting else None
    engine = await open_engine(paths, settings, keys, follower.take)
    if engine.opened.rescued is not None:
        terminal.complain(engine.opened.rescued.words)
    for variable, address in engine.connector.redirections().items():
        terminal.note(f"{variable} is in force: {address}")
    try:
        yield engine, settings, follower
    finally:
        await engine.close()
        stop_logging()


async def _ask(arguments: argparse.Namespace, text: str, terminal: Terminal) -> int:
    prepared: dict[str, Prepared] = {}
    for path in arguments.attach:
        file = await _prepared(path)
        prepared.setdefault(file.attachment.hash, file)
    attachments = [one.attachment for one in prepared.values()]
    for one in attachments:
        if one.note:
            terminal.note(f"{one.name!r}: {one.note}")
    async with _opened(terminal, demo=arguments.demo) as (engine, settings, follower):
        _check_tools(engine, [*arguments.allow, *arguments.block])
        root = _root_of(arguments.root)
        store = engine.off_record if arguments.off_record else engine.store
        if arguments.conversation:
            if arguments.off_record:
                raise _BadUsage("--off-record begins a conversation of its own; leave --conversation out.")
            conversation = await store.conversations.get(arguments.conversation)
            if arguments.root is None:
                root = Path(conversation.workspace)
            else:
                await store.conversations.set_workspace(conversation.id, str(root))
        policies = dict.fromkeys(arguments.allow, Policy.ALLOW) | dict.fromkeys(arguments.block, Policy.BLOCK)
        options = run_options(
            engine.session.runner.registry,
            settings,
            role=arguments.role or (conversation.role if arguments.conversation else None),
            root=root,
            tools_enabled=not arguments.no_tools,
            responder=not arguments.no_responder,
            access=Access(arguments.access) if arguments.access else None,
            max_rounds=arguments.max_rounds,
            policies=policies,
            models=conversation.models if arguments.conversation else None,
        )
        engine.session.runner.check(options, attachments)
        if not arguments.conversation:
            conversation = await store.conversations.create(str(root), options.role)
        try:
            for file in prepared.values():
                await store.attachments.add_to_draft(conversation.id, file.attachment, file.data, file.preview)
            run_id, _ = await engine.session.send(conversation.id, text, options, attachments)
        except EngineError:
            for hash in prepared:
                await store.attachments.remove_from_draft(conversation.id, hash)
            raise
        return await _follow(engine, follower, run_id)


async def _prepared(path: str) -> Prepared:
    return await asyncio.to_thread(lambda: prepare_file(os.path.expanduser(path)))


async def _resume(arguments: argparse.Namespace, terminal: Terminal) -> int:
    async with _opened(terminal, demo=False) as (engine, _, follower):
        record = await engine.session.record(arguments.run_id)
        gates = {gate.call_id: gate for gate in record.gates}
        if record.state in ("done", "stopped"):
            raise _BadUsage(f"This run is {record.state}: there is nothing to go on with.")
        wishes: list[Wish] = getattr(arguments, "decisions", None) or []
        edited = await decide_as_told(engine.session, arguments.run_id, gates, wishes, terminal)
        waiting = (await engine.session.record(arguments.run_id)).gates
        for gate in waiting:
            if gate.call_id not in edited:  # those were told
                follower.take(gate)
            elif not terminal.may_ask:
                terminal.describe(gate)
        if waiting:
            follower.take(RunPaused(run_id=arguments.run_id, call_ids=tuple(gate.call_id for gate in waiting)))
        else:
            await engine.session.resume(arguments.run_id)
        return await _follow(engine, follower, arguments.run_id)


async def _grants(arguments: argparse.Namespace, terminal: Terminal) -> int:
    async with _opened(terminal, demo=False) as (engine, _, _):
        await show_or_revoke(engine.session, arguments, terminal)
    return DONE


async def _follow(engine: Engine, follower: _Follower, run_id: str) -> int:
    """Wait for the run's end, asking at its gates where a person sits at the terminal."""
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


async def _ask_person(engine: Engine, follower: _Follower, run_id: str, call_ids: tuple[str, ...]) -> bool:
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


async def _decision_on(gate: ConfirmationRequested, follower: _Follower) -> Decision | None:
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


async def _leave_waiting(engine: Engine, follower: _Follower, run_id: str, call_ids: tuple[str, ...]) -> int:
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
def _signals(engine: Engine, follower: _Follower, run_id: str) -> Iterator[asyncio.Event]:
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


def _text_of(arguments: argparse.Namespace) -> str:
    text: str | None = arguments.text
    if text == "-" or (text is None and not arguments.attach and not sys.stdin.isatty()):
        text = sys.stdin.read()
    if arguments.attach and (text is None or not text.strip()):
        return ""
    if text is None or not text.strip():
        raise _BadUsage("There is no message. Write it behind `ask`, or send it to standard input with `ask -`.")
    return text.strip()


def _root_of(folder: str | None) -> Path:
    root = Path(folder).expanduser() if folder else Path.cwd()
    if not root.is_dir():
        raise _BadUsage(f"The folder {str(root)!r} does not exist. Make it first, or name another with --root.")
    return root.resolve()


def _check_tools(engine: Engine, names: list[str]) -> None:
    engine.session.runner.toolbox.choose(Access.ADMIN, names)
