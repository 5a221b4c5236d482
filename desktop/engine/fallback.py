"""The models of one brain in a run: when one fails for good, the next takes over, inside the role's bounds (B15)."""

import contextlib
from collections.abc import AsyncGenerator

from desktop.engine.errors import (
    KeyMissing,
    KeyRejected,
    ModelError,
    ModelUnavailable,
    ModelUnusable,
    QuotaExhausted,
    TransientModelError,
    UnknownName,
)
from desktop.engine.events import Event, FallbackUsed
from desktop.engine.messages import Brain, ModelInfo
from desktop.engine.model_call import Called, Caller, call_model
from desktop.engine.models.attachment_limits import limits_of
from desktop.engine.models.base import Connects
from desktop.engine.models.connect import with_key_of
from desktop.engine.models.registry import ModelEntry, Registry
from desktop.engine.requests import ModelRequest
from desktop.engine.store.records import RunOptions, StoredRun
from desktop.engine.store.runs import Runs

_FINAL = (KeyMissing, KeyRejected, QuotaExhausted, ModelUnavailable, ModelUnusable, TransientModelError)
"""Faults that another model can be without. A refused or blocked request is not one: its words are the person's to
change, and no other model gets them for that."""


def model_at_work(registry: Registry, options: RunOptions, brain: Brain) -> ModelEntry:
    """The model that works as a brain of a run, with the key that the run names for it: for calls beside its rounds.

    Args:
        registry: Models by name.
        options: Of the run.
        brain: Which brain.

    Raises:
        UnknownName: It has gone from the registry.
    """
    return with_key_of(registry.model(options.at_work(brain)), options.keys)


class Seat:
    """The models that can work as one brain of a run, in order, and which of them does.

    Args:
        run: The run; a model that took over in it before works on.
        brain: Which brain.
        registry: Models by name.
        connector: Makes models.
        runs: Where it is kept who took over.
    """

    def __init__(self, run: StoredRun, brain: Brain, registry: Registry, connector: Connects, runs: Runs) -> None:
        self._run_id = run.id
        self._brain = brain
        self._names = run.options.seat(brain)
        self._may_cost = run.options.fallback_to_paid
        self._keys = run.options.keys
        self._attachments = run.attachments
        self._registry = registry
        self._connector = connector
        self._runs = runs
        at_work = run.options.at_work(brain)
        self._place = self._names.index(at_work) if at_work in self._names else 0
        self._first_fault: ModelError | None = None
        self._failed: list[str] = []

    @property
    def is_fallback(self) -> bool:
        """Whether another model than the brain's own works."""
        return self._place > 0

    @property
    def info(self) -> ModelInfo:
        """Which model works now, and where.

        Raises:
            UnknownName: It has gone from the registry.
        """
        return self._connector.info(self.entry)

    @property
    def entry(self) -> ModelEntry:
        """Which model works now, with the key that the run names for it.

        Raises:
            UnknownName: It has gone from the registry.
        """
        return with_key_of(self._registry.model(self._names[self._place]), self._keys)

    async def call(self, request: ModelRequest, caller: Caller) -> AsyncGenerator[Event | Called, None]:
        """Stream one turn of the model that works now, or of the next that can.

        Args:
            request: What to send.
            caller: Who calls.

        Yields:
            As ``call_model``; a FallbackUsed event voids the deltas before it.

        Raises:
            ModelError: No usable turn came of any model that may work; its text names each that failed.
        """
        self._first_fault, self._failed = None, []
        while True:
            try:
                model = await self._connector.connect(self.entry)
                async with contextlib.aclosing(call_model(model, request, caller)) as items:
                    async for item in items:
                        yield item
                return
            except _FINAL as error:
                fault: ModelError = error
            yield await self._take_over(fault)

    async def _take_over(self, fault: ModelError) -> FallbackUsed:
        failed = self.entry
        self._failed.append(f"{failed.label}: {fault}")
        self._first_fault = self._first_fault or fault
        following, passed_over = self._following(failed)
        if following is None:
            await self._begin_anew()
            raise self._given_up(fault, passed_over) from fault
        self._place, entry = following
        await self._runs.set_stand_in(self._run_id, self._brain, self._names[self._place] if self._place else None)
        return FallbackUsed(
            run_id=self._run_id, from_model=failed.label, to=entry.label, reason=str(fault), brain=self._brain
        )

    def _following(self, failed: ModelEntry) -> tuple[tuple[int, ModelEntry] | None, list[str]]:
        """The next model that may and can take over, and why those before it do not; one that has gone counts not."""
        passed_over: list[str] = []
        barred: list[str] = []
        stays = not self._may_cost and self._connector.info(failed).is_local
        for place in range(self._place + 1, len(self._names)):
            try:
                entry = self._registry.model(self._names[place])
            except UnknownName:
                continue
            if stays and not self._connector.info(entry).is_local:
                barred.append(entry.label)
            elif objections := limits_of(entry).objections(self._attachments):
                passed_over.append(f"{entry.label} did not take over: {objections[0].words}")
            else:
                return (place, entry), passed_over
        if barred:
            passed_over.append(
                f"{', '.join(barred)} did not take over: the model that failed runs on this machine, and the role lets"
                " none elsewhere, or that costs, take its place."
            )
        return None, passed_over

    async def _begin_anew(self) -> None:
        """Let the brain's own model be the first again when the run is gone on with: what failed may be mended."""
        if self._place:
            self._place = 0
            await self._runs.set_stand_in(self._run_id, self._brain, None)

    def _given_up(self, fault: ModelError, passed_over: list[str]) -> ModelError:
        """The fault that ends the turn: of the first model that failed, as that is the one to mend."""
        first = self._first_fault or fault
        words = str(first) if len(self._failed) == 1 else " Then ".join(self._failed)
        return type(first)(" ".join([words, *passed_over]), action=first.action)
