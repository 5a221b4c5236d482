"""Tokens and cost of model calls. Holds no text, so it is kept off the record too."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from desktop.engine.events import UsageReported
from desktop.engine.messages import Brain, ModelInfo, Usage, utc_now
from desktop.engine.store.database import Database
from desktop.engine.store.ids import OFF_RECORD_PREFIX
from desktop.engine.usage_lines import UsageLine

_LINES = """
SELECT date(at, 'localtime') AS day, provider, model, brain,
    CASE WHEN conversation_id = ? THEN '' ELSE conversation_id END AS conversation_id,
    COALESCE(title, '') AS title, COUNT(*) AS calls,
    SUM(input_tokens) AS input_tokens, SUM(cached_tokens) AS cached_tokens,
    SUM(cache_write_tokens) AS cache_write_tokens, SUM(output_tokens) AS output_tokens,
    SUM(thinking_tokens) AS thinking_tokens, COALESCE(SUM(cost_usd), 0.0) AS cost_usd,
    COUNT(*) - COUNT(cost_usd) AS unpriced
FROM usage LEFT JOIN conversations ON conversations.id = usage.conversation_id
WHERE at >= ?
GROUP BY day, provider, model, brain, usage.conversation_id
ORDER BY day DESC, cost_usd DESC
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """What one model call took.

    Attributes:
        conversation_id: For which conversation.
        run_id: For which run.
        brain: By which brain.
        model: Which model.
        usage: Tokens and cost.
    """

    conversation_id: str
    run_id: str
    brain: Brain
    model: ModelInfo
    usage: Usage


class UsageLog:
    """Adds up usage.

    Args:
        database: Where.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, spent: Spent) -> None:
        """Keep the usage of one model call."""
        await self._database.write(lambda db: insert_usage(db, spent), from_reserve=True)

    async def add_of(self, event: UsageReported, conversation_id: str) -> None:
        """Keep the figures of a call whose text is kept nowhere: off the record, only they are stored.

        Args:
            event: What was told of the call.
            conversation_id: What stands in the conversation's and the run's place.
        """
        info = ModelInfo(provider="", name=event.model, label="", host="")
        usage = Usage(
            input_tokens=event.input_tokens,
            cached_tokens=event.cached_tokens,
            cache_write_tokens=event.cache_write_tokens,
            output_tokens=event.output_tokens,
            thinking_tokens=event.thinking_tokens,
            cost_usd=event.cost_usd,
        )
        await self.add(Spent(conversation_id, conversation_id, event.brain, info, usage))

    async def of_conversation(self, conversation_id: str) -> tuple[int, float | None]:
        """Tokens in and out of a conversation, and its cost in US dollars; None where a price is not known."""

        def work(db: sqlite3.Connection) -> tuple[int, float | None]:
            row = db.execute(
                "SELECT COALESCE(SUM(input_tokens + output_tokens), 0) AS tokens, COALESCE(SUM(cost_usd), 0) AS cost,"
                " COUNT(*) - COUNT(cost_usd) AS unpriced FROM usage WHERE conversation_id = ?",
                (conversation_id,),
            ).fetchone()
            return row["tokens"], None if row["unpriced"] else row["cost"]

        return await self._database.read(work)

    async def lines(self, since: datetime | None = None) -> list[UsageLine]:
        """All model calls since a time, added up by day, model, brain and conversation; newest day first.

        Args:
            since: Aware; None for all there are.
        """
        at = since.astimezone(UTC).isoformat() if since is not None else ""
        rows = await self._database.read(lambda db: db.execute(_LINES, (OFF_RECORD_PREFIX, at)).fetchall())
        return [UsageLine.model_validate(dict(row)) for row in rows]

    async def cost_since(self, since: datetime) -> float:
        """What all model calls since a time cost, in US dollars, as far as their prices are known.

        Args:
            since: Aware.
        """
        at = since.astimezone(UTC).isoformat()
        query = "SELECT COALESCE(SUM(cost_usd), 0.0) FROM usage WHERE at >= ?"
        return await self._database.read(lambda db: float(db.execute(query, (at,)).fetchone()[0]))

    async def of_run(self, run_id: str) -> tuple[UsageReported, ...]:
        """The usage of each model call of a run, in order."""
        rows = await self._database.read(
            lambda db: db.execute("SELECT * FROM usage WHERE run_id = ? ORDER BY id", (run_id,)).fetchall()
        )
        return tuple(
            UsageReported(
                run_id=run_id,
                brain=row["brain"],
                model=row["model"],
                input_tokens=row["input_tokens"],
                cached_tokens=row["cached_tokens"],
                output_tokens=row["output_tokens"],
                cost_usd=row["cost_usd"],
                thinking_tokens=row["thinking_tokens"],
                cache_write_tokens=row["cache_write_tokens"],
            )
            for row in rows
        )


def insert_usage(db: sqlite3.Connection, spent: Spent) -> None:
    """Keep the usage of one model call, inside a transaction."""
    db.execute(
        "INSERT INTO usage (at, conversation_id, run_id, brain, provider, model, input_tokens, cached_tokens,"
        " cache_write_tokens, output_tokens, thinking_tokens, cost_usd)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            utc_now().isoformat(),
            spent.conversation_id,
            spent.run_id,
            spent.brain,
            spent.model.provider,
            spent.model.name,
            spent.usage.input_tokens,
            spent.usage.cached_tokens,
            spent.usage.cache_write_tokens,
            spent.usage.output_tokens,
            spent.usage.thinking_tokens,
            spent.usage.cost_usd,
        ),
    )
