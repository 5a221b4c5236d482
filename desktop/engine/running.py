"""The steps of a run from its stored state to its end: gather, hand off, answer."""

import contextlib
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.engine.asking import confirmation
from desktop.engine.budgets import MeteredConnector
from desktop.engine.errors import AttachmentRefused
from desktop.engine.events import (
    ConfirmationRequested,
    Event,
    HistoryLeftOut,
    HistorySummarised,
    RunFinished,
    RunPaused,
    RunStarted,
)
from desktop.engine.fallback import Seat, model_at_work
from desktop.engine.limits import Limits
from desktop.engine.media import quoted
from desktop.engine.messages import Attachment, Brain, CallState
from desktop.engine.models.attachment_limits import Objection, objections_of
from desktop.engine.models.base import Connects
from desktop.engine.models.registry import DEMO_ORCHESTRATOR, DEMO_RESPONDER, Registry
from desktop.engine.orchestrator import gather
from desktop.engine.preparing import Asked, Preparing
from desktop.engine.responding import Responding, answer_with_summary, respond
from desktop.engine.settling import Gathering, finished
from desktop.engine.shrinking import shrinking
from desktop.engine.site import Site
from desktop.engine.stopping import Stops
from desktop.engine.store.records import RunOptions, StoredRun
from desktop.engine.store.store import Store
from desktop.engine.store.usage import UsageLog
from desktop.engine.summarising import Summarising, summarise
from desktop.engine.tokens import estimate_tokens
from desktop.engine.tools.base import ToolContext
from desktop.engine.tools.toolbox import Toolbox


@dataclass(frozen=True, slots=True)
class Runner:
    """Works the steps of runs; holds nothing of any run.

    Attributes:
        registry: Models and roles.
        connector: Makes models.
        toolbox: All tools.
        limits: Budgets and retries.
        all_usage: Where the usage of all runs is kept, also of those off the record; None: where a run itself is kept.
    """

    registry: Registry
    connector: Connects
    toolbox: Toolbox
    limits: Limits
    all_usage: UsageLog | None = None

    async def steps(self, store: Store, run_id: str, *, resumed: bool, stops: Stops) -> AsyncGenerator[Event, None]:
        """Work a run from where it stands.

        Args:
            store: Where it is kept.
            run_id: The run, claimed by this process.
            resumed: Whether it was begun before.
            stops: Which of its calls the person stopped.

        Yields:
            Events; the last is RunPaused or RunFinished.

        Raises:
            EngineError: A step failed; all before it is stored.
        """
        run = await store.runs.get(run_id)
        yield RunStarted(run_id=run_id, conversation_id=run.conversation_id, resumed=resumed)
        if resumed:
            rounds = await store.calls.rounds(run_id)
            for call in rounds[-1].calls if rounds else ():
                if call.state is CallState.UNKNOWN or (call.stopped and not call.state.is_open):
                    yield finished(run_id, call)
        if run.options.tools_enabled and run.summary is None:
            gathering = shrinking(lambda share: self._gather(store, run_id, stops, share), run_id, Brain.ORCHESTRATOR)
            async with contextlib.aclosing(gathering) as events:
                async for event in events:
                    yield event
                    if isinstance(event, RunPaused):
                        return
            run = await store.runs.get(run_id)
        answering = shrinking(lambda share: self._answer(store, run, share), run_id, Brain.RESPONDER)
        async with contextlib.aclosing(answering) as events:
            async for event in events:
                yield event
        yield RunFinished(run_id=run_id)

    def check(self, options: RunOptions, attachments: Sequence[Attachment]) -> None:
        """Refuse what a model of a run cannot take, before anything is stored or sent.

        Raises:
            AttachmentRefused: A model cannot take what is attached; says why.
        """
        if objections := self.objections(options, attachments):
            names = {one.hash: one.name for one in attachments}
            words = [f"{quoted(names[o.hash])}: {o.words}" if o.hash else o.words for o in objections]
            raise AttachmentRefused(" ".join(words), action="Remove it, or choose another model.")

    def objections(self, options: RunOptions, attachments: Sequence[Attachment]) -> list[Objection]:
        """Why a message cannot be sent with these files, in words; empty where it can.

        Raises:
            UnknownName: The registry lacks a model.
        """
        if not attachments:
            return []
        return objections_of([self.registry.model(options.seat(brain)[0]) for brain in options.brains], attachments)

    async def gates(self, store: Store, run: StoredRun) -> list[ConfirmationRequested]:
        """The open requests for a decision of a run, made anew from its stored calls."""
        rounds = await store.calls.rounds(run.id)
        waiting = [call for call in rounds[-1].calls if call.needs_decision] if rounds else []
        if not waiting:
            return []
        site = self.site(store, run)
        return [await confirmation(site, call, rounds[-1].turn) for call in waiting]

    def site(self, store: Store, run: StoredRun) -> Site:
        """What there is around the calls of a run."""
        return Site(
            run_id=run.id,
            conversation_id=run.conversation_id,
            options=run.options,
            toolbox=self.tools_of(run.options),
            context=_context_of(store, run),
            store=store,
        )

    def tools_of(self, options: RunOptions) -> Toolbox:
        """The tools of a run, by what it was begun with."""
        names = options.tools
        if names is not None:  # a tool that has gone since the run began is just not there
            names = tuple(name for name in names if name in self.toolbox.names)
        return self.toolbox.choose(options.access, names)

    def preparing(self, store: Store, asked: Asked) -> Preparing:
        """Prepares the requests of a message.

        Args:
            store: Where its conversation is kept.
            asked: The message.
        """
        return Preparing(store, asked, self.registry, self.limits)

    async def _summarised(self, store: Store, run: StoredRun, share: float) -> AsyncGenerator[Event, None]:
        """Have a summary made of what the requests of this run leave out, and tell it; nothing where nothing is."""
        if share == 1 and (run.opening is not None or run.handoff is not None):
            return  # its first request was made
        left_out = await self.preparing(store, Asked.in_run(run)).left_out(share)
        if not left_out:
            return
        await store.runs.set_left_out(run.id, len(left_out), left_out[-1].id)
        has_summary = False
        brain = Brain.ORCHESTRATOR if run.options.tools_enabled else Brain.RESPONDER
        entry = model_at_work(self.registry, run.options, brain)
        if entry.key not in (DEMO_ORCHESTRATOR.key, DEMO_RESPONDER.key):
            work = Summarising(run, entry, brain, self.connector_of(store, run), store)
            async with contextlib.aclosing(summarise(work, left_out)) as events:
                async for event in events:
                    has_summary = has_summary or isinstance(event, HistorySummarised)
                    yield event
        if not has_summary:
            yield HistoryLeftOut(run_id=run.id, left_out=len(left_out))

    async def _gather(self, store: Store, run_id: str, stops: Stops, share: float) -> AsyncGenerator[Event, None]:
        run = await store.runs.get(run_id)
        async with contextlib.aclosing(self._summarised(store, run, share)) as events:
            async for event in events:
                yield event
        work = await self._gathering(store, run, stops, share)
        async with contextlib.aclosing(gather(work)) as events:
            async for event in events:
                yield event

    async def _gathering(self, store: Store, run: StoredRun, stops: Stops, share: float) -> Gathering:
        toolbox, preparing = self.tools_of(run.options), self.preparing(store, Asked.in_run(run))
        opening = run.opening if share == 1 else None
        if opening is None:  # made once, then read from the store, so that a resumed run says the same
            opening = await preparing.opening(toolbox, share)
            await store.runs.set_opening(run.id, opening)
        return Gathering(
            run_id=run.id,
            conversation_id=run.conversation_id,
            options=run.options,
            opening=opening,
            seat=self._seat(store, run, Brain.ORCHESTRATOR),
            toolbox=toolbox,
            context=_context_of(store, run),
            store=store,
            retry=self.limits.retry,
            gathered_ms=run.gather_ms,
            stops=stops,
            rounds_tokens=preparing.room(Brain.ORCHESTRATOR, share).tokens - estimate_tokens(opening.model_dump_json()),
        )

    def connector_of(self, store: Store, run: StoredRun) -> Connects:
        """Makes models whose calls stay within the budgets of a run."""
        usage = self.all_usage or store.usage
        return MeteredConnector(self.connector, run.id, run.options, store.usage, usage)

    def _seat(self, store: Store, run: StoredRun, brain: Brain) -> Seat:
        return Seat(run, brain, self.registry, self.connector_of(store, run), store.runs)

    async def _answer(self, store: Store, run: StoredRun, share: float) -> AsyncGenerator[Event, None]:
        async with contextlib.aclosing(self._summarised(store, run, share)) as events:
            async for event in events:
                yield event
        options = run.options
        calls = [call for past in await store.calls.rounds(run.id) for call in past.calls]
        if Brain.RESPONDER not in options.brains:
            seat = self._seat(store, run, Brain.ORCHESTRATOR)
            steps = answer_with_summary(run, run.summary or "", seat, store, gathered=bool(calls))
        else:
            preparing = self.preparing(store, Asked.in_run(run))
            handoff = await preparing.handoff(calls if options.tools_enabled else None, share)
            seat = self._seat(store, run, Brain.RESPONDER)
            steps = respond(Responding(run, handoff, seat, store, self.limits.retry))
        async with contextlib.aclosing(steps) as events:
            async for event in events:
                yield event


def _context_of(store: Store, run: StoredRun) -> ToolContext:
    return ToolContext(root=Path(run.options.root), notes=store.notes)
