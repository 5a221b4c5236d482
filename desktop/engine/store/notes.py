"""The person's notes, written and found by tools."""

import sqlite3

from desktop.engine.messages import utc_now
from desktop.engine.store.database import Database
from desktop.engine.store.ids import IdMaker


class NoteStore:
    """Keeps notes.

    Args:
        database: Where.
        ids: Makes their ids.
    """

    def __init__(self, database: Database, ids: IdMaker) -> None:
        self._database = database
        self._ids = ids

    async def save_note(self, title: str, text: str) -> str:
        """Keep a note; returns its id."""
        note_id = self._ids.new("n")
        await self._database.write(
            lambda db: db.execute(
                "INSERT INTO notes (id, title, text, created_at) VALUES (?, ?, ?, ?)",
                (note_id, title, text, utc_now().isoformat()),
            )
        )
        return note_id

    async def find_notes(self, query: str, limit: int) -> list[tuple[str, str]]:
        """Notes whose title or text holds every word of the query, letter case aside: (title, text), newest first."""
        words = query.casefold().split()

        def work(db: sqlite3.Connection) -> list[tuple[str, str]]:
            found: list[tuple[str, str]] = []
            for row in db.execute("SELECT title, text FROM notes ORDER BY created_at DESC"):
                whole = f"{row['title']}\n{row['text']}".casefold()
                if all(word in whole for word in words):
                    found.append((row["title"], row["text"]))
                    if len(found) == limit:
                        break
            return found

        return await self._database.read(work)
