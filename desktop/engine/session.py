"""The engine's face: send, decide, edit, resume, write again, stop a run or a call, revoke; one listener is told."""

import asyncio
from collections.abc import Callable, Sequence

from desktop.engine.asking import grant_from, open_gate
from desktop.engine.budgets import BudgetKind, raised
from desktop.engine.editing import Editing
from desktop.engine.endings import stop_run
from desktop.engine.errors import RunBusy, StoreError
from desktop.engine.events import ConfirmationResolved, Event
from desktop.engine.gate import AllowOnce, Decision, Deny, Grant
from desktop.engine.messages import Attachment, Brain, CallState, JsonObject, Message
from desktop.engine.records import as_told, can_write_again, run_record
from desktop.engine.run_record import RunRecord
from desktop.engine.run_task import Around, RunTask
from desktop.engine.running import Runner
from desktop.engine.settling import finished
from desktop.engine.store.ids import OFF_RECORD_PREFIX
from desktop.engine.store.records import RunOptions
from desktop.engine.store.store import Store
from desktop.engine.store.time_line import moments_of
from desktop.engine.unkept import UnkeptEnd, UnkeptEnds
from desktop.engine.verdicts import judge_edit

Listener = Callable[[Event], None]


class Session:
    """Works runs, each in a task of its own. Several may be at work at once, one in a conversation.

    Args:
        store: What is kept on disk.
        off_record: What lives in memory only.
        runner: Works the steps of a run.
        listener: Called with every event, on the event loop; it must not block.

    Attributes:
        editing: Sends anew, regenerates, and works the queue.
        unkept: The ends of runs that could not be stored yet.
    """

    def __init__(self, *, store: Store, off_record: Store, runner: Runner, listener: Listener) -> None:
        self.runner = runner
        self._store = store
        self._off_record = off_record
        self._listener = listener
        self.editing = Editing(
            store_of=self.store_of,
            let_go=lambda: self.unkept.keep(),
            begin=lambda run_id: self._begin(run_id, resumed=False),
            listener=listener,
        )
        self._work: dict[str, RunTask] = {}
        self.unkept = UnkeptEnds(listener)

    def store_of(self, some_id: str) -> Store:
        """The store where the conversation or run of this id lives."""
        return self._off_record if some_id.startswith(OFF_RECORD_PREFIX) else self._store

    @property
    def running(self) -> frozenset[str]:
        """The runs at work in this process."""
        return frozenset(self._work)

    async def send(
        self, conversation_id: str, text: str, options: RunOptions, attachments: Sequence[Attachment] = ()
    ) -> tuple[str, Message]:
        """Begin a run on a message.

        Args:
            conversation_id: Where.
            text: The person's message.
            options: What it runs with.
            attachments: The files that go with it; each is in the conversation's draft.

        Returns:
            The run's id and the message, both stored. Events follow.

        Raises:
            RunBusy: A run of the conversation is at work.
            AttachmentRefused: A model that would get the message cannot take what is attached.
        """
        self.runner.check(options, attachments)
        await self.unkept.keep()
        store = self.store_of(conversation_id)
        run_id, message = await store.runs.create(conversation_id, text, options, attachments)
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
        await store.audit.before_growth()
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
        await self.unkept.keep()
        await store.runs.claim(run_id, ("waiting", "interrupted", "failed", "stopped"))
        self._begin(run_id, resumed=True)

    async def go_on_over_budget(self, run_id: str, kind: BudgetKind) -> None:
        """Go on with a run that a budget stopped, as the person says.

        Args:
            run_id: The run.
            kind: Which budget it may go past: as much again of its own, that of the day, or one that cannot hold.

        Raises:
            RunBusy: It is at work, or done.
        """
        store = self.store_of(run_id)
        run = await store.runs.get(run_id)
        if run.state == "failed" and run_id not in self._work:
            await store.runs.set_options(run_id, raised(run.options, kind, run.needed_usd))
        await self.resume(run_id)

    async def write_again(self, run_id: str) -> None:
        """Write a run's answer again from its evidence; no tool runs.

        Raises:
            RunBusy: It is at work, or its evidence is not whole.
        """
        runs = self.store_of(run_id).runs
        if not can_write_again(await runs.get(run_id)):
            raise RunBusy("The evidence of this run is not whole.", action="Go on with the run instead.")
        await self.unkept.keep()
        await runs.claim(run_id, ("done", "failed", "stopped", "interrupted"))
        await runs.set_stand_in(run_id, Brain.RESPONDER, None)
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
        await self.unkept.keep()
        await store.runs.claim(run_id, ("waiting", "interrupted"))
        conversation_id, message_id = (await store.runs.get(run_id)).conversation_id, store.ids.new("m")

        async def keep() -> list[Event]:
            return await stop_run(store, run_id, self.runner.registry, None, message_id)

        try:
            self._tell_all(await keep())
        except StoreError:
            self.unkept.add(UnkeptEnd(run_id, conversation_id, None, keep))
            raise

    async def stop_call(self, run_id: str, call_id: str) -> CallState:
        """Stop one call; its run goes on. That it is stopped is stored first, so that no crash brings it back.

        A call that has not begun is closed as ``cancelled``. A running one is ended with its processes; it is
        ``cancelled`` where it is sure that it changed nothing, else ``unknown``. One that ends by itself meanwhile
        keeps its result.

        Args:
            run_id: The run.
            call_id: The call.

        Returns:
            Where the call stands now. Its end was told.

        Raises:
            RunBusy: The run is at work in another process.
            DecisionRejected: There is no such call, or it waits for a decision: that is given with ``decide``.
        """
        store, work = self.store_of(run_id), self._work.get(run_id)
        call, is_closed_by_it = await store.calls.stop(run_id, call_id, at_work=work is not None)
        if call.state is CallState.RUNNING and work is not None:
            await work.stop_call(call_id)
            return (await store.calls.get(run_id, call_id)).state
        if is_closed_by_it:
            self._listener(finished(run_id, call))
        return call.state

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
        return as_told(run_record(run, rounds, gates, streaming, moments, usage), self.unkept.told_of(run_id))

    async def close(self) -> None:
        """Put all runs at work aside, so that they can go on at the next start."""
        await self.editing.close()
        for work in self._work.values():
            work.put_aside = True
            work.end()
        for run_id in list(self._work):
            await self.wait(run_id)
        await self.unkept.close()

    def _begin(self, run_id: str, *, resumed: bool) -> None:
        around = Around(self.store_of(run_id), self._store, self.runner, self._listener, self.editing.follow_up)
        self._work[run_id] = RunTask(run_id, around, self._ended, resumed=resumed)

    def _ended(self, run: RunTask) -> None:
        """Let go of a run that is not at work any more."""
        del self._work[run.run_id]
        if run.unkept is not None:
            self.unkept.add(run.unkept)

    def _tell_all(self, events: list[Event]) -> None:
        for event in events:
            self._listener(event)
