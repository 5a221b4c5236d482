"""What the person does with whole conversations: names, pins, the archive, deletion and its undoing."""

import sqlite3
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Literal

from desktop.engine.errors import RunBusy, UnknownName
from desktop.engine.messages import utc_now
from desktop.engine.store.database import Database

TITLE_LIMIT = 200
"""Characters of a title that the person gives; what is longer is cut."""

TitledBy = Literal["", "model", "person"]
"""Who made a title; empty while it is the first line of the first message."""


class Keeping:
    """Changes conversations as wholes. Several at once are one transaction: all of them, or none.

    Args:
        database: Where.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rename(self, conversation_id: str, title: str) -> None:
        """Give a conversation the person's own title; one without words changes nothing.

        Raises:
            UnknownName: There is none of this id.
        """
        words = " ".join(title.split())[:TITLE_LIMIT]
        if words:
            await self._change((conversation_id,), "title = ?1, titled_by = 'person'", words)

    async def titled_by(self, conversation_id: str) -> TitledBy:
        """Who made its title."""
        row = await self._database.read(
            lambda db: db.execute("SELECT titled_by FROM conversations WHERE id = ?", (conversation_id,)).fetchone()
        )
        found: TitledBy = row["titled_by"] if row is not None else ""
        return found

    async def take_made_title(self, conversation_id: str, title: str) -> bool:
        """Give a conversation a title that a model made, unless it has another than its first line by now.

        Returns:
            Whether it has it.
        """

        def work(db: sqlite3.Connection) -> bool:
            return bool(
                db.execute(
                    "UPDATE conversations SET title = ?, titled_by = 'model'"
                    " WHERE id = ? AND titled_by = '' AND deleted_at IS NULL",
                    (title, conversation_id),
                ).rowcount
            )

        return await self._database.write(work)

    async def pin(self, *conversation_ids: str, pinned: bool) -> None:
        """Keep conversations at the top of the list, or no longer; what is pinned is not archived.

        Raises:
            UnknownName: There is none of one of these ids.
        """
        await self._change(conversation_ids, "archived = archived AND NOT ?1, pinned = ?1", pinned)

    async def archive(self, *conversation_ids: str, archived: bool) -> None:
        """Put conversations away, or take them back; what is archived is not pinned.

        Raises:
            UnknownName: There is none of one of these ids.
        """
        await self._change(conversation_ids, "pinned = pinned AND NOT ?1, archived = ?1", archived)

    async def delete(self, *conversation_ids: str, undoable: bool = True) -> datetime:
        """Hide conversations from everything; ``restore`` brings them back until they are purged.

        Args:
            conversation_ids: Which ones.
            undoable: False where nobody was told that it can be undone: should the program end before it purges them,
                they are not found among what was deleted lately.

        Returns:
            The time of their deletion, one for all.

        Raises:
            UnknownName: There is none of one of these ids.
            RunBusy: A run of one of them is at work.
        """
        deleted_at = utc_now() if undoable else datetime.fromtimestamp(0, UTC)

        def work(db: sqlite3.Connection) -> None:
            for each in conversation_ids:
                busy = "SELECT 1 FROM runs WHERE conversation_id = ? AND state = 'running'"
                if db.execute(busy, (each,)).fetchone():
                    raise RunBusy("A run of this conversation is at work.", action="Stop it first, then delete again.")
                hide = "UPDATE conversations SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL"
                if not db.execute(hide, (deleted_at.isoformat(), each)).rowcount:
                    raise _unknown(each)

        await self._database.write(work)
        return deleted_at

    async def restore(self, *conversation_ids: str) -> None:
        """Bring deleted conversations back as they were.

        Raises:
            UnknownName: One of them is purged by now.
        """

        def work(db: sqlite3.Connection) -> None:
            for each in conversation_ids:
                if not db.execute("UPDATE conversations SET deleted_at = NULL WHERE id = ?", (each,)).rowcount:
                    raise UnknownName("This conversation has been deleted for good.")

        await self._database.write(work)

    async def purge(self, *, before: datetime | None = None, conversation_ids: Collection[str] | None = None) -> int:
        """Delete for good what was deleted, overwrite its text in the file, and empty the write-ahead log.

        Usage and the audit log stay: figures, and what the tools did.

        Args:
            before: Only what was deleted before this time; None for now. What an import still hides has a time to come.
            conversation_ids: Only these; None for all.

        Returns:
            How many conversations went.
        """
        until = (before or utc_now()).isoformat()
        gone = "DELETE FROM conversations WHERE deleted_at IS NOT NULL AND deleted_at <= ?"

        def work(db: sqlite3.Connection) -> int:
            if conversation_ids is None:
                return db.execute(gone, (until,)).rowcount
            return sum(db.execute(f"{gone} AND id = ?", (until, each)).rowcount for each in conversation_ids)

        def overwriting(db: sqlite3.Connection) -> None:
            db.execute("PRAGMA secure_delete = ON")  # takes no effect inside a transaction that has begun to write

        await self._database.read(overwriting)
        count = await self._database.write(work)
        if count:
            await self._database.empty_log()
        return count

    async def _change(self, conversation_ids: Collection[str], change: str, value: str | bool) -> None:
        def work(db: sqlite3.Connection) -> None:
            for each in conversation_ids:
                if not db.execute(
                    f"UPDATE conversations SET {change} WHERE id = ?2 AND deleted_at IS NULL", (value, each)
                ).rowcount:
                    raise _unknown(each)

        await self._database.write(work)


def _unknown(conversation_id: str) -> UnknownName:
    return UnknownName(f"There is no conversation {conversation_id!r}.", action="It may have been deleted.")
