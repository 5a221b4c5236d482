"""What goes into the requests of a run: the opening of its rounds and the handoff, within what its models can read."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from desktop.engine.context import opening_request
from desktop.engine.events import HandoffMessage
from desktop.engine.handoff import build_handoff
from desktop.engine.history import fit_history
from desktop.engine.history_files import Refit
from desktop.engine.limits import Limits
from desktop.engine.messages import Brain, Message, ModelRequest
from desktop.engine.models.attachment_limits import limits_of
from desktop.engine.models.registry import Registry
from desktop.engine.prompts import gatherer_prompt, moment, writer_prompt
from desktop.engine.room import Room, context_of
from desktop.engine.store.ids import OFF_RECORD_PREFIX
from desktop.engine.store.records import StoredCall, StoredRun
from desktop.engine.store.store import Store
from desktop.engine.summarising import latest
from desktop.engine.tokens import estimate_tokens
from desktop.engine.tools.toolbox import Toolbox


@dataclass(frozen=True, slots=True)
class Preparing:
    """Prepares the requests of one run.

    Attributes:
        store: Where the run is kept.
        run: The run.
        registry: Models by name.
        limits: Budgets and the persona.
    """

    store: Store
    run: StoredRun
    registry: Registry
    limits: Limits

    def room(self, brain: Brain, share: float = 1.0) -> Room:
        """What requests to a brain may hold: they must fit also the models that can take over.

        Args:
            brain: Which brain.
            share: Of the budgets.

        Raises:
            UnknownName: The registry lacks the brain's own model.
        """
        own, *others = self.run.options.seat(brain)
        entries = [
            self.registry.model(own),
            *(self.registry.models[name] for name in others if name in self.registry.models),
        ]
        smallest = min(entries, key=context_of)
        return Room(smallest.label, context_of(smallest), share)

    def history_tokens(self, share: float = 1.0) -> int:
        """The budget of the conversation: the same for both brains, so that one summary serves both."""
        brains = (Brain.ORCHESTRATOR, Brain.RESPONDER) if self.run.options.tools_enabled else (Brain.RESPONDER,)
        request = estimate_tokens(self.run.request)
        return min(self.room(brain, share).history(self.limits.history_tokens, request) for brain in brains)

    async def history(self) -> list[Message]:
        """The messages before the run's, on its branch, oldest first."""
        return await self.store.conversations.messages(self.run.conversation_id, before_run=self.run.id)

    async def left_out(self) -> list[Message]:
        """The oldest messages, which the requests of this run have no room for."""
        history = await self.history()
        return history[: fit_history(history, self.history_tokens())[1]]

    async def opening(self, toolbox: Toolbox, share: float) -> ModelRequest:
        """What the rounds begin with.

        Args:
            toolbox: The tools of the run.
            share: Of the budgets.

        Raises:
            RequestTooLong: The message alone is more than a model can read.
        """
        run = self.run
        system = gatherer_prompt(run.options.root, now=self._told_time, off_record=self._told_mode)
        request = estimate_tokens(run.request)
        declared = sum(estimate_tokens(tool.model_dump_json()) for tool in toolbox.declarations)
        for brain in (Brain.ORCHESTRATOR, Brain.RESPONDER):
            self.room(brain, share).check(estimate_tokens(system) + declared + request, request)
        history, budget = await self.history(), self.history_tokens(share)
        return opening_request(
            system=system,
            history=history,
            request=run.request,
            tools=toolbox.declarations,
            budget_tokens=budget,
            attachments=run.attachments,
            refit=self._refit(Brain.ORCHESTRATOR),
            asked_at=moment(self._told_time),
            left_out_summary=await self._summary_of_left_out(history, budget),
        )

    async def handoff(self, calls: Sequence[StoredCall] | None, share: float) -> tuple[HandoffMessage, ...]:
        """The responder's request.

        Args:
            calls: Of the run, all closed; None in direct chat.
            share: Of the budgets.

        Raises:
            BadPersona: The role's persona cannot be used.
            RequestTooLong: The message alone is more than the model can read.
        """
        run = self.run
        persona = self.limits.persona
        if self.limits.read_persona is not None:
            persona = await asyncio.to_thread(self.limits.read_persona, run.options.persona)
        system = writer_prompt(persona, with_tools=calls is not None, now=self._told_time, off_record=self._told_mode)
        room, request = self.room(Brain.RESPONDER, share), estimate_tokens(run.request)
        fixed = estimate_tokens(system) + request + estimate_tokens(run.summary or "")
        room.check(fixed, request)
        history, budget = await self.history(), self.history_tokens(share)
        return build_handoff(
            system=system,
            history=history,
            request=run.request,
            calls=calls,
            summary=run.summary or "",
            history_budget_tokens=budget,
            evidence_budget_tokens=room.evidence(self.limits.evidence_tokens, fixed, budget),
            attachments=run.attachments,
            refit=self._refit(Brain.RESPONDER),
            asked_at=moment(self._told_time),
            left_out_summary=await self._summary_of_left_out(history, budget),
        )

    async def _summary_of_left_out(self, history: Sequence[Message], budget: int) -> str:
        left_out = fit_history(history, budget)[1]
        covered, text = latest(await self.store.summaries.of_conversation(self.run.conversation_id), history[:left_out])
        return text if covered == left_out else ""

    def _refit(self, brain: Brain) -> Refit:
        entry = self.registry.model(self.run.options.seat(brain)[0])
        return Refit(limits_of(entry), self.limits.attachment_tokens, self.run.attachments)

    @property
    def _told_time(self) -> datetime | None:
        """When the run began, in the person's zone; None where the role tells no time."""
        return self.run.started_at.astimezone() if self.run.options.inject_datetime else None

    @property
    def _told_mode(self) -> bool | None:
        """Whether the run is off the record; None where the role tells no mode."""
        return self.run.id.startswith(OFF_RECORD_PREFIX) if self.run.options.inject_mode else None
