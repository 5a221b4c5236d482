"""Budgets: what a run and a day may cost. Looked at before each model call, so that no call is made past them."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from desktop.engine.errors import EngineError
from desktop.engine.messages import ModelInfo, Usage
from desktop.engine.models.base import Connects, Model, ModelChunk
from desktop.engine.models.prices import price_of
from desktop.engine.models.registry import ModelEntry
from desktop.engine.requests import ModelRequest
from desktop.engine.store.records import RunOptions
from desktop.engine.store.usage import UsageLog
from desktop.engine.tokens import request_tokens

BudgetKind = Literal["run", "day", "price"]
"""Which budget is reached; ``price``: one is set, and the price of the model is not known."""


class BudgetReached(EngineError):
    """A model call would go past what the person set.

    Attributes:
        kind: Which budget.
        needed_usd: What the run would have cost by that call; 0 where that is not known, or not the budget's matter.
    """

    def __init__(self, kind: BudgetKind, message: str, *, action: str, needed_usd: float = 0.0) -> None:
        super().__init__(message, action=action)
        self.kind = kind
        self.needed_usd = needed_usd


@dataclass(frozen=True, slots=True)
class Metered:
    """A model whose calls stay within the budgets of a run.

    Attributes:
        model: The model.
        run_id: The run.
        options: What the run may cost.
        of_run: Where the usage of the run is kept.
        of_day: Where the usage of all runs is kept.
    """

    model: Model
    run_id: str
    options: RunOptions
    of_run: UsageLog
    of_day: UsageLog

    @property
    def info(self) -> ModelInfo:
        """Which model, and where it runs."""
        return self.model.info

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        """As the model's own, after a look at the budgets.

        Raises:
            BudgetReached: Nothing was sent.
            ModelError: The turn is not usable.
        """
        await self._check(request)
        async for chunk in self.model.stream(request):
            yield chunk

    async def aclose(self) -> None:
        """Release the connections."""
        await self.model.aclose()

    async def _check(self, request: ModelRequest) -> None:
        options, info = self.options, self.model.info
        if not (options.run_budget_usd or options.day_budget_usd) or info.is_local:
            return
        expected = await price_of(info, Usage(input_tokens=request_tokens(request, info.provider)))
        if expected is None:
            if options.allow_unpriced:
                return
            raise BudgetReached(
                "price",
                f"The price of {info.label} is not known, so that no budget can hold for it.",
                action="Go on without one for this run, or choose another model.",
            )
        if options.run_budget_usd:
            spent = sum(usage.cost_usd or 0.0 for usage in await self.of_run.of_run(self.run_id))
            _hold("run", "This run", spent, expected, options.run_budget_usd)
        if options.day_budget_usd:
            spent = await self.of_day.cost_since(start_of_day())
            _hold("day", "Today", spent, expected, options.day_budget_usd)


@dataclass(frozen=True, slots=True)
class MeteredConnector:
    """Makes models whose calls stay within the budgets of a run.

    Attributes:
        connector: Makes the models.
        run_id: The run.
        options: What the run may cost.
        of_run: Where the usage of the run is kept.
        of_day: Where the usage of all runs is kept.
    """

    connector: Connects
    run_id: str
    options: RunOptions
    of_run: UsageLog
    of_day: UsageLog

    def info(self, entry: ModelEntry) -> ModelInfo:
        """Which model, and where it runs."""
        return self.connector.info(entry)

    async def connect(self, entry: ModelEntry) -> Model:
        """A model ready to be called.

        Raises:
            ModelError: It cannot be called: a key or an address is missing.
        """
        model = await self.connector.connect(entry)
        return Metered(model, self.run_id, self.options, self.of_run, self.of_day)


def _hold(kind: BudgetKind, what: str, spent: float, expected: float, budget: float) -> None:
    if spent + expected <= budget:
        return
    has = "have cost" if kind == "day" else "has cost"
    words = f"All runs of today {has}" if kind == "day" else f"{what} {has}"
    raise BudgetReached(
        kind,
        f"{words} ${spent:.4f}, and the next request at least ${expected:.4f} more: over the budget of ${budget:.2f}.",
        action="Go on for this run, or raise the budget in the settings.",
        needed_usd=spent + expected if kind == "run" else 0.0,
    )


def start_of_day(now: datetime | None = None) -> datetime:
    """The last midnight of this machine's time zone, in UTC.

    Args:
        now: Aware; the present where None.
    """
    local = (now or datetime.now(UTC)).astimezone()
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def raised(options: RunOptions, kind: BudgetKind, needed_usd: float) -> RunOptions:
    """The options of a run that the person lets go on past a budget.

    Args:
        options: As they were.
        kind: Which budget was reached.
        needed_usd: What the run will have cost by the call that was not made; that one, at least, may be made now.
    """
    match kind:
        case "run":  # as much again; the question comes again when that is gone
            base = options.run_budget_usd
            return options.model_copy(update={"run_budget_usd": max(needed_usd, base) + base})
        case "day":
            return options.model_copy(update={"day_budget_usd": 0.0})
        case "price":
            return options.model_copy(update={"allow_unpriced": True})
