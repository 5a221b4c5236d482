"""What model calls took, added up: values for the view and the export. Pure."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Literal

from pydantic import Field

from desktop.engine.messages import Brain, Value

Grouping = Literal["day", "model", "conversation", "brain"]
"""By what lines are added up."""


class UsageLine(Value):
    """The model calls of one day, conversation, model and brain, added up.

    Attributes:
        day: In this machine's time zone.
        provider: Who served the model; empty off the record.
        model: The provider's name of the model.
        brain: Which brain called it.
        conversation_id: The conversation; empty off the record.
        title: Its title now; empty where it was deleted, or is off the record.
        calls: How many calls.
        input_tokens: All tokens in, cached ones included.
        cached_tokens: Those of them that came from the provider's cache.
        cache_write_tokens: Those of them that were written to it.
        output_tokens: All tokens out, thinking included.
        thinking_tokens: Those of them that were spent on thinking.
        cost_usd: What the calls with a known price cost.
        unpriced: How many calls have no known price.
    """

    day: date
    provider: str
    model: str
    brain: Brain
    conversation_id: str = ""
    title: str = ""
    calls: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    thinking_tokens: int = 0
    cost_usd: float = 0.0
    unpriced: int = 0


class UsageTotal(Value):
    """Lines added up by something.

    Attributes:
        key: What they share: an ISO date, a model, a conversation's id, a brain; empty for all of them.
        name: What the person reads of it.
        calls: How many calls.
        input_tokens: All tokens in.
        cached_tokens: Those of them from the cache.
        cache_write_tokens: Those of them written to it.
        output_tokens: All tokens out.
        thinking_tokens: Those of them spent on thinking.
        cost_usd: What the calls with a known price cost.
        unpriced: How many calls have no known price.
        of_brain: What each brain's calls with a known price cost.
        tokens_of_brain: All tokens of each brain, in and out.
    """

    key: str
    name: str
    calls: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    thinking_tokens: int = 0
    cost_usd: float = 0.0
    unpriced: int = 0
    of_brain: dict[Brain, float] = Field(default_factory=dict)
    tokens_of_brain: dict[Brain, int] = Field(default_factory=dict)


_BRAINS = {Brain.ORCHESTRATOR: "Orchestrator", Brain.RESPONDER: "Responder"}
_OFF_RECORD = "Off the record"
_GONE = "Deleted conversations"
_KEYS: dict[Grouping, Callable[[UsageLine], tuple[str, str]]] = {
    "day": lambda line: (line.day.isoformat(), line.day.isoformat()),
    "model": lambda line: (f"{line.provider}/{line.model}", line.model),
    "conversation": lambda line: _conversation(line),
    "brain": lambda line: (line.brain.value, _BRAINS[line.brain]),
}


def _conversation(line: UsageLine) -> tuple[str, str]:
    if not line.conversation_id:
        return "", _OFF_RECORD
    return (line.conversation_id, line.title) if line.title else ("gone", _GONE)


def totals(lines: Iterable[UsageLine], by: Grouping) -> list[UsageTotal]:
    """Add lines up.

    Args:
        lines: In any order.
        by: What each total is of.

    Returns:
        Days with the newest first, all else with the dearest first.
    """
    found: dict[str, UsageTotal] = {}
    for line in lines:
        key, name = _KEYS[by](line)
        found[key] = _with(found.get(key) or UsageTotal(key=key, name=name), line)
    if by == "day":
        return sorted(found.values(), key=lambda total: total.key, reverse=True)
    return sorted(found.values(), key=lambda total: (-total.cost_usd, -total.input_tokens - total.output_tokens))


def whole(lines: Iterable[UsageLine]) -> UsageTotal:
    """Add all lines up."""
    total = UsageTotal(key="", name="Total")
    for line in lines:
        total = _with(total, line)
    return total


def _with(total: UsageTotal, line: UsageLine) -> UsageTotal:
    of_brain = {**total.of_brain, line.brain: total.of_brain.get(line.brain, 0.0) + line.cost_usd}
    tokens = total.tokens_of_brain.get(line.brain, 0) + line.input_tokens + line.output_tokens
    return total.model_copy(
        update={
            "calls": total.calls + line.calls,
            "input_tokens": total.input_tokens + line.input_tokens,
            "cached_tokens": total.cached_tokens + line.cached_tokens,
            "cache_write_tokens": total.cache_write_tokens + line.cache_write_tokens,
            "output_tokens": total.output_tokens + line.output_tokens,
            "thinking_tokens": total.thinking_tokens + line.thinking_tokens,
            "cost_usd": total.cost_usd + line.cost_usd,
            "unpriced": total.unpriced + line.unpriced,
            "of_brain": of_brain,
            "tokens_of_brain": {**total.tokens_of_brain, line.brain: tokens},
        }
    )


def by_day(lines: Sequence[UsageLine], first: date, last: date) -> list[UsageTotal]:
    """The totals of each day of a span, oldest first; a day without calls is there too.

    Args:
        lines: In any order.
        first: The first day.
        last: The last day.
    """
    known = {total.key: total for total in totals(lines, "day")}
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [known.get(day.isoformat()) or UsageTotal(key=day.isoformat(), name=day.isoformat()) for day in days]


def cost_words(cost_usd: float, unpriced: int, calls: int) -> str:
    """What calls cost, in words that never take an unknown price for nothing.

    Args:
        cost_usd: Of those with a known price.
        unpriced: How many have none.
        calls: How many there are.
    """
    if calls and unpriced == calls:
        return "unknown"
    known = f"${cost_usd:,.2f}" if cost_usd >= 1 else f"${cost_usd:.4f}" if cost_usd else "no cost"
    return f"{known} and {unpriced} unknown" if unpriced else known


_COLUMNS = (
    "day",
    "provider",
    "model",
    "brain",
    "conversation_id",
    "title",
    "calls",
    "input_tokens",
    "cached_tokens",
    "cache_write_tokens",
    "output_tokens",
    "thinking_tokens",
    "cost_usd",
    "unpriced",
)


def as_csv(lines: Iterable[UsageLine]) -> str:
    """Lines as CSV for a spreadsheet. A text that a spreadsheet would take for a formula gets an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for line in lines:
        row = line.model_dump(mode="json")
        if line.unpriced == line.calls:
            row["cost_usd"] = ""  # not known, which is not 0
        writer.writerow([_inert(row[column]) for column in _COLUMNS])
    return out.getvalue()


def _inert(value: object) -> object:
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value
