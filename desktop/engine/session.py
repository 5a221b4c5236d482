"""The engine's face: send, decide, edit, resume, write again, stop, revoke. What happens is told to one listener."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass

from desktop.engine.asking import grant_from, open_gate
from desktop.engine.cancelling import to_the_end
from desktop.engine.endings import fail_run, put_run_aside, stop_run
from desktop.engine.errors import EngineError, KeyMissing, KeyRejected, RunBusy, StoreError, trace_of
from desktop.engine.events import (
    ConfirmationResolved,
    Event,
    RunFailed,
    RunFinished,
    RunPaused,
    RunRecord,
    UsageReported,
)
from desktop.engine.gate import AllowOnce, Decision, Deny, Grant
from desktop.engine.messages import CallState, JsonObject, Message
from desktop.engine.partial import Partial
from desktop.engine.records import can_write_again, run_record
from desktop.engine.running import Runner
from desktop.engine.settling import finished
from desktop.engine.store.ids import OFF_RECORD_PREFIX
from desktop.engine.store.records import RunOptions
from desktop.engine.store.store import Store
from desktop.engine.store.time_line import moments_of
from desktop.engine.verdicts import judge_edit

_log = logging.getLogger(__name__)

Listener = Callable[[Event], None]


@dataclass(slots=True)
class _Work:
    """A run at work in this process."""

    task: asyncio.Task[None]
    partial: Partial
    put_aside: bool = False  # the program closes: leave the run as a crash would, to go on at the next start
    began: bool = False
    ended_early: bool = False

    def end(self) -> None:
        """Cancel the task. One that was cancelled before its first step would never run its endings."""
        self.ended_early = True
        if self.began:
            self.task.cancel()


class Session:
    """Works runs, each in a task of its own. Several may be at work at once, one in a conversation.

    Args:
        store: What is kept on disk.
        off_record: What lives in memory only.
        runner: Works the steps of a run.
        listener: Called with every event, on the event loop; it must not block.
    """

    def __init__(self, *, store: Store, off_record: Store, runner: Runner, listener: Listener) -> None:
        self.runner = runner
        self._store = store
        self._off_record = off_record
        self._listener = listener
        self._work: dict[str, _Work] = {}
        self._unkept: set[str] = set()  # runs that ended, and whose end could not be stored

    def store_of(self, some_id: str) -> Store:
        """The store where the conversation or run of this id lives."""
        return self._off_record if some_id.startswith(OFF_RECORD_PREFIX) else self._store

    @property
    def running(self) -> frozenset[str]:
        """The runs at work in this process."""
        return frozenset(self._work)

    async def send(self, conversation_id: str, text: str, options: RunOptions) -> tuple[str, Message]:
        """Begin a run on a message.

        Args:
            conversation_id: Where.
            text: The person's message.
            options: What it runs with.

        Returns:
            The run's id and the message, both stored. Events follow.

        Raises:
            RunBusy: A run of the conversation is at work.
        """
        await self._let_go()
        store = self.store_of(conversation_id)
        run_id, message = await store.runs.create(conversation_id, text, options)
        self._begin(run_id, resumed=False)
        return run_id, message.model_copy(update={"off_record": store is self._off_record})

    async def decide(self, run_id: str, call_id: str, decision: Decision, binding: str) -> bool:
        """Keep the person's decision on a waiting call; when it was the last one open, ``resume`` is next.

        Args:
            run_id: The run.
            call_id: The call.
            decision: What the person said.
            binding: Of the call as the person saw it.

        Returns:
            Whether no call of the run waits for a decision any more.

        Raises:
            DecisionRejected: It fits no open call, or what it grants does not cover this call.
        """
        store = self.store_of(run_id)
        grant = None
        if not isinstance(decision, AllowOnce | Deny):
            site = self.runner.site(store, await store.runs.get(run_id))
            grant = await grant_from(site, call_id, decision, binding)
        await store.calls.decide(run_id, call_id, decision, binding, grant)
        self._listener(ConfirmationResolved(run_id=run_id, call_id=call_id, decision=decision))
        return await self._is_decided(store, run_id)

    async def edit(self, run_id: str, call_id: str, arguments: JsonObject, binding: str) -> bool:
        """Change the arguments of a waiting call: it is judged anew and told again, and the person decides on that.

        Args:
            run_id: The run.
            call_id: The call.
            arguments: All of them, as the person wants them.
            binding: Of the call as the person saw it; no decision bound to it counts any more.

        Returns:
            As ``decide``: policy may block, and so close, the last call that waited.

        Raises:
            BadArguments: They do not fit the tool's schema; the call waits as it was.
            DecisionRejected: It fits no open call.
        """
        store = self.store_of(run_id)
        site = self.runner.site(store, await store.runs.get(run_id))
        edited = await judge_edit(site, await store.calls.get(run_id, call_id), arguments)
        await store.calls.edit(run_id, edited, binding)
        told = finished(run_id, edited) if edited.state is CallState.BLOCKED else await open_gate(site, call_id)
        if told is not None:
            self._listener(told)
        return await self._is_decided(store, run_id)

    async def grants(self) -> list[Grant]:
        """All grants, the ended ones too; those off the record first, each newest first."""
        return [*await self._off_record.grants.all(), *await self._store.grants.all()]

    async def revoke(self, grant_id: str) -> None:
        """End a grant. What it let through and has not begun yet waits for the person again, and is told.

        Raises:
            UnknownName: There is no grant of this id.
        """
        store = self.store_of(grant_id)
        for run_id, call_id in await store.grants.revoke(grant_id):
            site = self.runner.site(store, await store.runs.get(run_id))
            if (gate := await open_gate(site, call_id)) is not None:
                self._listener(gate)

    async def _is_decided(self, store: Store, run_id: str) -> bool:
        return not any(call.needs_decision for call in (await store.calls.rounds(run_id))[-1].calls)

    async def resume(self, run_id: str) -> None:
        """Go on with a run that waits, was interrupted, failed or was stopped, from where its history stands.

        Raises:
            RunBusy: It is at work elsewhere, or done.
        """
        store = self.store_of(run_id)
        if run_id in self._work:  # a decision came while reads of the round still ran: they see it themselves, or pause
            await self.wait(run_id)
            if (await store.runs.get(run_id)).state != "waiting":
                return
        await self._let_go()
        await store.runs.claim(run_id, ("waiting", "interrupted", "failed", "stopped"))
        self._begin(run_id, resumed=True)

    async def write_again(self, run_id: str) -> None:
        """Write a run's answer again from its evidence; no tool runs.

        Raises:
            RunBusy: It is at work, or its evidence is not whole.
        """
        runs = self.store_of(run_id).runs
        if not can_write_again(await runs.get(run_id)):
            raise RunBusy("The evidence of this run is not whole.", action="Go on with the run instead.")
        await self._let_go()
        await runs.claim(run_id, ("done", "failed", "stopped", "interrupted"))
        self._begin(run_id, resumed=True)

    async def stop(self, run_id: str) -> None:
        """Stop a run: model streams are closed, tools and their processes ended. Returns when all that is done.

        Raises:
            RunBusy: It is at work in another process, or has ended.
        """
        if (work := self._work.get(run_id)) is not None:
            work.end()
            await self.wait(run_id)
            return
        store = self.store_of(run_id)
        await self._let_go()
        await store.runs.claim(run_id, ("waiting", "interrupted"))
        try:
            self._tell_all(await stop_run(store, run_id, self.runner.registry, None))
        except StoreError:
            self._unkept.add(run_id)
            raise

    async def wait(self, run_id: str) -> None:
        """Wait until a run is not at work in this process."""
        if (work := self._work.get(run_id)) is not None:
            await asyncio.wait([work.task])

    async def record(self, run_id: str) -> RunRecord:
        """A run as it stands, with its open gates, for a view that opens it after the fact.

        Raises:
            RunNotFound: There is none of this id.
            StoreDamaged: It cannot be read.
        """
        store = self.store_of(run_id)
        run = await store.runs.get(run_id)
        rounds = await store.calls.rounds(run_id)
        gates = await self.runner.gates(store, run)
        moments = await moments_of(store.database, run_id)
        usage = await store.usage.of_run(run_id)
        work = self._work.get(run_id)  # read last: no delta can come between this and the caller
        streaming = (work.partial.brain, work.partial.text) if work is not None and work.partial.brain else None
        return run_record(run, rounds, gates, streaming, moments, usage)

    async def close(self) -> None:
        """Put all runs at work aside, so that they can go on at the next start."""
        for work in self._work.values():
            work.put_aside = True
            work.end()
        for run_id in list(self._work):
            await self.wait(run_id)

    def _begin(self, run_id: str, *, resumed: bool) -> None:
        task = asyncio.create_task(self._run(run_id, resumed=resumed), name=f"run {run_id}")
        self._work[run_id] = _Work(task, Partial(self.store_of(run_id).runs, run_id))

    async def _let_go(self) -> None:
        """Put aside the runs whose end could not be stored, now that there may be room again."""
        for run_id in list(self._unkept):
            await self.store_of(run_id).runs.interrupt(run_id)
            self._unkept.discard(run_id)

    def _tell_all(self, events: list[Event]) -> None:
        for event in events:
            self._listener(event)

    async def _run(self, run_id: str, *, resumed: bool) -> None:
        """The body of a run's task: works the steps, and turns whatever ends it into a stored state and events."""
        store = self.store_of(run_id)
        work = self._work[run_id]
        partial = work.partial
        last: list[Event] = []
        work.began = True
        try:
            if work.ended_early:
                raise asyncio.CancelledError
            steps = self.runner.steps(store, run_id, resumed=resumed)
            async with partial.kept(), contextlib.aclosing(steps) as events:
                async for event in events:
                    partial.follow(event)
                    if isinstance(event, UsageReported) and store is self._off_record:
                        await self._store.usage.add_of(event, OFF_RECORD_PREFIX)
                    if isinstance(event, RunPaused | RunFinished):
                        last = [event]  # told when the task has let go of the run
                    else:
                        self._listener(event)
        except asyncio.CancelledError:
            last = await self._cut_short(store, run_id, work)
        except EngineError as error:
            needs_key = isinstance(error, KeyMissing | KeyRejected)
            last = await self._failed(store, run_id, partial, str(error), error.action, needs_key=needs_key)
        except Exception as bug:  # the one catch-all: a bug ends its run in words, and nothing else
            _log.error("run %s ended in a bug: %s", run_id, trace_of(bug))
            error_text = "Something went wrong inside the program; its log has the details."
            last = await self._failed(store, run_id, partial, error_text, "Try it again.")
        finally:
            self._work.pop(run_id, None)
        self._tell_all(last)

    async def _cut_short(self, store: Store, run_id: str, work: _Work) -> list[Event]:
        try:
            if work.put_aside:
                await to_the_end(put_run_aside(store, run_id, work.partial))
                return []
            return await to_the_end(stop_run(store, run_id, self.runner.registry, work.partial))
        except StoreError as fault:
            return self._not_kept(run_id, str(fault), fault.action)

    async def _failed(
        self, store: Store, run_id: str, partial: Partial, error: str, action: str, *, needs_key: bool = False
    ) -> list[Event]:
        try:
            return await to_the_end(
                fail_run(store, run_id, self.runner.registry, partial, error=error, action=action, needs_key=needs_key)
            )
        except StoreError as fault:
            words = error if error == str(fault) else f"{error} {fault}"
            return self._not_kept(run_id, words, fault.action or action)

    def _not_kept(self, run_id: str, error: str, action: str) -> list[Event]:
        """A full disk, say: the person is told although it cannot be stored."""
        _log.error("the end of run %s could not be stored", run_id)
        self._unkept.add(run_id)
        return [RunFailed(run_id=run_id, error=error, action=action)]
