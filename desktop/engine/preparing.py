"""What goes into the requests of a message: the opening of its rounds and the handoff, within what models can read."""

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
from desktop.engine.messages import Attachment, Brain, Message
from desktop.engine.models.attachment_limits import limits_of
from desktop.engine.models.registry import Registry
from desktop.engine.prompts import gatherer_prompt, moment, writer_prompt
from desktop.engine.requests import ModelRequest
from desktop.engine.room import Room, context_of
from desktop.engine.store.records import RunOptions, StoredCall, StoredRun
from desktop.engine.store.store import Store
from desktop.engine.summarising import latest
from desktop.engine.tokens import estimate_tokens
from desktop.engine.tools.toolbox import Toolbox


@dataclass(frozen=True, slots=True)
class Asked:
    """What requests are prepared for: the message of a run, or one that is not sent yet.

    Attributes:
        options: What it runs with, or would.
        request: The person's words.
        attachments: The files that go with them.
        asked_at: When the run began; aware.
        conversation_id: Where; None for a conversation that is not stored yet.
        run_id: The run; None where there is none yet: the message would go behind the chosen branch.
        summary: The orchestrator's; empty where there is none.
    """

    options: RunOptions
    request: str
    attachments: tuple[Attachment, ...]
    asked_at: datetime
    conversation_id: str | None
    run_id: str | None = None
    summary: str = ""

    @classmethod
    def in_run(cls, run: StoredRun) -> "Asked":
        """The message of a run."""
        return cls(
            options=run.options,
            request=run.request,
            attachments=run.attachments,
            asked_at=run.started_at,
            conversation_id=run.conversation_id,
            run_id=run.id,
            summary=run.summary or "",
        )


@dataclass(frozen=True, slots=True)
class Preparing:
    """Prepares the requests that one message leads to.

    Attributes:
        store: Where its conversation is kept.
        asked: The message, and what it runs with.
        registry: Models by name.
        limits: Budgets and the persona.
    """

    store: Store
    asked: Asked
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
        own, *others = self.asked.options.seat(brain)
        entries = [
            self.registry.model(own),
            *(self.registry.models[name] for name in others if name in self.registry.models),
        ]
        smallest = min(entries, key=context_of)
        return Room(smallest.label, context_of(smallest), share)

    def history_tokens(self, share: float = 1.0) -> int:
        """The budget of the conversation: the same for both brains, so that one summary serves both."""
        wanted, request = self.limits.history_tokens, estimate_tokens(self.asked.request)
        return min(self.room(brain, share).history(wanted, request) for brain in self.asked.options.brains)

    async def history(self) -> list[Message]:
        """The messages before the one that is asked, on its branch, oldest first."""
        if self.asked.conversation_id is None:
            return []
        return await self.store.conversations.messages(self.asked.conversation_id, before_run=self.asked.run_id)

    async def left_out(self, share: float) -> list[Message]:
        """The oldest messages, which the requests of this run have no room for.

        Args:
            share: Of the budgets.
        """
        history = await self.history()
        return history[: fit_history(history, self.history_tokens(share))[1]]

    async def opening(self, toolbox: Toolbox, share: float) -> ModelRequest:
        """What the rounds begin with.

        Args:
            toolbox: The tools of the run.
            share: Of the budgets.

        Raises:
            RequestTooLong: The message alone is more than a model can read.
        """
        asked = self.asked
        system = gatherer_prompt(asked.options.root, now=self._told_time, off_record=self._told_mode)
        request = estimate_tokens(asked.request)
        declared = sum(estimate_tokens(tool.model_dump_json()) for tool in toolbox.declarations)
        for brain in asked.options.brains:
            self.room(brain, share).check(estimate_tokens(system) + declared + request, request)
        history, budget = await self.history(), self.history_tokens(share)
        return opening_request(
            system=system,
            history=history,
            request=asked.request,
            tools=toolbox.declarations,
            budget_tokens=budget,
            attachments=asked.attachments,
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
        asked = self.asked
        persona = self.limits.persona
        if self.limits.read_persona is not None:
            persona = await asyncio.to_thread(self.limits.read_persona, asked.options.persona)
        system = writer_prompt(persona, with_tools=calls is not None, now=self._told_time, off_record=self._told_mode)
        room, request = self.room(Brain.RESPONDER, share), estimate_tokens(asked.request)
        fixed = estimate_tokens(system) + request + estimate_tokens(asked.summary)
        room.check(fixed, request)
        history, budget = await self.history(), self.history_tokens(share)
        return build_handoff(
            system=system,
            history=history,
            request=asked.request,
            calls=calls,
            summary=asked.summary,
            history_budget_tokens=budget,
            evidence_budget_tokens=room.evidence(self.limits.evidence_tokens, fixed, budget),
            attachments=asked.attachments,
            refit=self._refit(Brain.RESPONDER),
            asked_at=moment(self._told_time),
            left_out_summary=await self._summary_of_left_out(history, budget),
        )

    async def _summary_of_left_out(self, history: Sequence[Message], budget: int) -> str:
        left_out = fit_history(history, budget)[1]
        if not left_out or self.asked.conversation_id is None:
            return ""
        known = await self.store.summaries.of_conversation(self.asked.conversation_id)
        covered, text = latest(known, history[:left_out])
        return text if covered == left_out else ""

    def _refit(self, brain: Brain) -> Refit:
        entry = self.registry.model(self.asked.options.seat(brain)[0])
        return Refit(limits_of(entry), self.limits.attachment_tokens, self.asked.attachments)

    @property
    def _told_time(self) -> datetime | None:
        """When it is asked, in the person's zone; None where the role tells no time."""
        return self.asked.asked_at.astimezone() if self.asked.options.inject_datetime else None

    @property
    def _told_mode(self) -> bool | None:
        """Whether it is asked off the record; None where the role tells no mode."""
        return self.store.is_off_record if self.asked.options.inject_mode else None
