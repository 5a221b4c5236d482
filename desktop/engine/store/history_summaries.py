"""Summaries of the beginnings of conversations, which stand in for messages that no request has room for."""

import sqlite3

from desktop.engine.messages import utc_now
from desktop.engine.store.database import Database


class HistorySummaries:
    """Reads and writes them. None is changed once it is there: each longer one is a row of its own.

    Args:
        database: Where.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_conversation(self, conversation_id: str) -> dict[str, str]:
        """The texts, by the id of the last message that each covers."""
        rows = await self._database.read(
            lambda db: db.execute(
                "SELECT last_message_id, text FROM history_summaries WHERE conversation_id = ?", (conversation_id,)
            ).fetchall()
        )
        return {row["last_message_id"]: row["text"] for row in rows}

    async def add(self, conversation_id: str, last_message_id: str, text: str) -> None:
        """Keep one, in the place of one that covers the same."""

        def work(db: sqlite3.Connection) -> None:
            db.execute(
                "INSERT OR REPLACE INTO history_summaries (conversation_id, last_message_id, text, created_at)"
                " VALUES (?, ?, ?, ?)",
                (conversation_id, last_message_id, text, utc_now().isoformat()),
            )

        await self._database.write(work)
