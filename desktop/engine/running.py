"""The steps of a run from its stored state to its end: gather, hand off, answer."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from desktop.engine.asking import confirmation
from desktop.engine.budgets import MeteredConnector
from desktop.engine.context import opening_request
from desktop.engine.errors import AttachmentRefused
from desktop.engine.events import ConfirmationRequested, Event, HandoffMessage, RunFinished, RunPaused, RunStarted
from desktop.engine.fallback import Seat
from desktop.engine.handoff import build_handoff
from desktop.engine.history_files import Refit
from desktop.engine.media import quoted
from desktop.engine.messages import Attachment, Brain, CallState, ModelRequest
from desktop.engine.models.attachment_limits import limits_of, objections_of, readers
from desktop.engine.models.base import Connects
from desktop.engine.models.registry import Registry
from desktop.engine.models.retry import RetryPolicy
from desktop.engine.orchestrator import gather
from desktop.engine.prompts import DIRECT, ORCHESTRATOR, RESPONDER, system_prompt
from desktop.engine.responding import Responding, answer_with_summary, respond
from desktop.engine.settling import Gathering, finished
from desktop.engine.site import Site
from desktop.engine.stopping import PATIENCE_S, Stops
from desktop.engine.store.ids import OFF_RECORD_PREFIX
from desktop.engine.store.records import RunOptions, StoredCall, StoredRun
from desktop.engine.store.store import Store
from desktop.engine.store.usage import UsageLog
from desktop.engine.tools.base import ToolContext
from desktop.engine.tools.toolbox import Toolbox


@dataclass(frozen=True, slots=True)
class Limits:
    """Budgets, retries and the persona.

    Attributes:
        history_tokens: How much conversation goes into a request.
        evidence_tokens: How much evidence goes into the handoff.
        attachment_tokens: How much of the files of earlier messages goes into a request again.
        retry: How often and how long a model call is tried again.
        persona: Text that stands before the responder's instructions.
        stop_patience_s: How long a stopped call has to end, before nobody waits for it any more.
        read_persona: Reads the persona of a file's name, for a role that names one; it may block.
    """

    history_tokens: int = 24_000
    evidence_tokens: int = 24_000
    attachment_tokens: int = 64_000
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    persona: str = ""
    stop_patience_s: float = PATIENCE_S
    read_persona: Callable[[str], str] | None = None


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
            work = await self._gathering(store, run, stops)
            async with contextlib.aclosing(gather(work)) as events:
                async for event in events:
                    yield event
                    if isinstance(event, RunPaused):
                        return
            run = await store.runs.get(run_id)
        async with contextlib.aclosing(self._answer(store, run)) as events:
            async for event in events:
                yield event
        yield RunFinished(run_id=run_id)

    def check(self, options: RunOptions, attachments: Sequence[Attachment]) -> None:
        """Refuse what a model of a run cannot take, before anything is stored or sent.

        Raises:
            AttachmentRefused: A model cannot take what is attached; says why.
        """
        if not attachments:
            return
        entries = readers(
            self.registry,
            orchestrator=options.orchestrator,
            responder=options.responder,
            tools_enabled=options.tools_enabled,
            answer=options.answer,
        )
        if objections := objections_of(entries, attachments):
            names = {one.hash: one.name for one in attachments}
            words = [f"{quoted(names[o.hash])}: {o.words}" if o.hash else o.words for o in objections]
            raise AttachmentRefused(" ".join(words), action="Remove it, or choose another model.")

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
            toolbox=self._tools_of(run),
            context=_context_of(store, run),
            store=store,
        )

    def _tools_of(self, run: StoredRun) -> Toolbox:
        names = run.options.tools
        if names is not None:  # a tool that has gone since the run began is just not there
            names = tuple(name for name in names if name in self.toolbox.names)
        return self.toolbox.choose(run.options.access, names)

    async def _gathering(self, store: Store, run: StoredRun, stops: Stops) -> Gathering:
        toolbox = self._tools_of(run)
        return Gathering(
            run_id=run.id,
            conversation_id=run.conversation_id,
            options=run.options,
            opening=run.opening or await self._open(store, run, toolbox),
            seat=self._seat(store, run, Brain.ORCHESTRATOR),
            toolbox=toolbox,
            context=_context_of(store, run),
            store=store,
            retry=self.limits.retry,
            gathered_ms=run.gather_ms,
            stops=stops,
        )

    def _context_tokens(self, run: StoredRun, brain: Brain) -> int:
        """What the models of a seat can all read at once: a request must fit also the one that takes over."""
        entries = [self.registry.models.get(name) for name in run.options.seat(brain)]
        known = [entry.context_tokens for entry in entries if entry is not None and entry.context_tokens]
        return min(known, default=sys.maxsize)

    def _seat(self, store: Store, run: StoredRun, brain: Brain) -> Seat:
        usage = self.all_usage or store.usage
        connector = MeteredConnector(self.connector, run.id, run.options, store.usage, usage)
        return Seat(run, brain, self.registry, connector, store.runs)

    async def _open(self, store: Store, run: StoredRun, toolbox: Toolbox) -> ModelRequest:
        """What the rounds begin with: made once, then read from the store, so that a resumed run says the same."""
        opening = opening_request(
            system=_system_prompt(run, ORCHESTRATOR, f"Tools work in the folder {run.options.root}."),
            history=await store.conversations.messages(run.conversation_id, before_run=run.id),
            request=run.request,
            tools=toolbox.declarations,
            budget_tokens=min(self.limits.history_tokens, self._context_tokens(run, Brain.ORCHESTRATOR) // 4),
            attachments=run.attachments,
            refit=self._refit(run, run.options.orchestrator),
        )
        await store.runs.set_opening(run.id, opening)
        return opening

    async def _answer(self, store: Store, run: StoredRun) -> AsyncGenerator[Event, None]:
        options = run.options
        calls = [call for past in await store.calls.rounds(run.id) for call in past.calls]
        if options.tools_enabled and options.answer == "summary":
            seat = self._seat(store, run, Brain.ORCHESTRATOR)
            steps = answer_with_summary(run, run.summary or "", seat, store, gathered=bool(calls))
        else:
            handoff = await self._handoff(store, run, calls if options.tools_enabled else None)
            seat = self._seat(store, run, Brain.RESPONDER)
            steps = respond(Responding(run, handoff, seat, store, self.limits.retry))
        async with contextlib.aclosing(steps) as events:
            async for event in events:
                yield event

    async def _handoff(
        self, store: Store, run: StoredRun, calls: Sequence[StoredCall] | None
    ) -> tuple[HandoffMessage, ...]:
        persona = self.limits.persona
        if run.options.persona and self.limits.read_persona is not None:
            persona = await asyncio.to_thread(self.limits.read_persona, run.options.persona)
        fitting = self._context_tokens(run, Brain.RESPONDER)
        return build_handoff(
            system=_system_prompt(run, persona, DIRECT if calls is None else RESPONDER),
            history=await store.conversations.messages(run.conversation_id, before_run=run.id),
            request=run.request,
            calls=calls,
            summary=run.summary or "",
            attachments=run.attachments,
            refit=self._refit(run, run.options.responder),
            history_budget_tokens=min(self.limits.history_tokens, fitting // 4),
            evidence_budget_tokens=min(self.limits.evidence_tokens, fitting // 2),
        )

    def _refit(self, run: StoredRun, model: str) -> Refit:
        return Refit(limits_of(self.registry.model(model)), self.limits.attachment_tokens, run.attachments)


def _context_of(store: Store, run: StoredRun) -> ToolContext:
    return ToolContext(root=Path(run.options.root), notes=store.notes)


def _system_prompt(run: StoredRun, *parts: str) -> str:
    return system_prompt(
        *parts,
        now=run.started_at.astimezone() if run.options.inject_datetime else None,
        off_record=run.id.startswith(OFF_RECORD_PREFIX) if run.options.inject_mode else None,
    )
