"""Files: stored once by their hash, kept as long as a message or a draft refers to them."""

import contextlib
import sqlite3

from desktop.engine.errors import AttachmentRefused
from desktop.engine.media import quoted
from desktop.engine.messages import Attachment, Message
from desktop.engine.store.branches import line_to
from desktop.engine.store.database import Database
from desktop.engine.taint import ATTACHED, Reading


class Attachments:
    """Reads and writes files, and what they go with.

    Args:
        database: Where; in memory for what is off the record.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_to_draft(
        self, conversation_id: str, attachment: Attachment, data: bytes, preview: bytes | None = None
    ) -> bool:
        """Keep a file with the draft of a conversation, in one step.

        Args:
            conversation_id: Where.
            attachment: What it is.
            data: All its bytes, as ``attachment.hash`` has it.
            preview: A small PNG of a picture.

        Returns:
            False where the draft has it already.
        """

        def work(db: sqlite3.Connection) -> bool:
            keep_blob(db, attachment, data, preview)
            added = db.execute(
                "INSERT INTO draft_attachments (conversation_id, position, hash, attachment)"
                " SELECT ?, COALESCE(MAX(position), 0) + 1, ?, ? FROM draft_attachments WHERE conversation_id = ?"
                " ON CONFLICT DO NOTHING",
                (conversation_id, attachment.hash, attachment.model_dump_json(), conversation_id),
            )
            return added.rowcount == 1

        return await self._database.write(work)

    async def remove_from_draft(self, conversation_id: str, hash: str) -> None:
        """Take a file out of a draft; it goes for good where nothing else refers to it."""
        await self._database.write(
            lambda db: db.execute(
                "DELETE FROM draft_attachments WHERE conversation_id = ? AND hash = ?", (conversation_id, hash)
            )
        )

    async def draft(self, conversation_id: str) -> tuple[Attachment, ...]:
        """The files of a conversation's draft, in order."""
        rows = await self._database.read(
            lambda db: db.execute(
                "SELECT attachment FROM draft_attachments WHERE conversation_id = ? ORDER BY position",
                (conversation_id,),
            ).fetchall()
        )
        return tuple(one for row in rows if (one := read_attachment(row["attachment"])) is not None)

    async def data(self, hash: str) -> bytes | None:
        """The bytes of a file; None where it is not there any more."""
        return await self._one("SELECT data AS value FROM blobs WHERE hash = ?", hash)

    async def preview(self, hash: str) -> bytes | None:
        """A small PNG of a picture; None where there is none."""
        return await self._one("SELECT preview AS value FROM blobs WHERE hash = ?", hash)

    async def readings(self, conversation_id: str, until_run: str) -> list[Reading]:
        """The files that a conversation's models were sent, oldest first, up to the message that a run works on."""

        def work(db: sqlite3.Connection) -> list[Reading]:
            row = db.execute("SELECT message_id FROM runs WHERE id = ?", (until_run,)).fetchone()
            line = {each["id"] for each in line_to(db, row["message_id"] if row is not None else None)}
            return [
                Reading(
                    run_id=row["run_id"] or "",
                    call_id="",
                    tool=ATTACHED.name,
                    arguments={"name": one.name if (one := read_attachment(row["attachment"])) is not None else ""},
                    untrusted=True,
                )
                for row in db.execute(
                    "SELECT m.id, m.run_id, a.attachment FROM message_attachments a"
                    " JOIN messages m ON m.id = a.message_id WHERE m.conversation_id = ?"
                    " ORDER BY m.position, a.position",
                    (conversation_id,),
                )
                if row["id"] in line
            ]

        return await self._database.read(work)

    async def _one(self, query: str, hash: str) -> bytes | None:
        row = await self._database.read(lambda db: db.execute(query, (hash,)).fetchone())
        return row["value"] if row is not None else None


def keep_blob(db: sqlite3.Connection, attachment: Attachment, data: bytes, preview: bytes | None) -> None:
    """Keep the bytes of a file, inside a transaction in which something comes to refer to them."""
    db.execute(
        "INSERT INTO blobs (hash, size, preview, data) VALUES (?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING",
        (attachment.hash, len(data), preview, data),
    )


def attach_to_message(db: sqlite3.Connection, conversation_id: str, message: Message) -> None:
    """Let a message refer to its files, inside a transaction; they leave the draft.

    Raises:
        AttachmentRefused: One is not there any more.
    """
    for position, one in enumerate(message.attachments, start=1):
        added = db.execute(
            "INSERT INTO message_attachments (message_id, position, hash, attachment)"
            " SELECT ?, ?, hash, ? FROM blobs WHERE hash = ?",
            (message.id, position, one.model_dump_json(), one.hash),
        )
        if added.rowcount != 1:
            raise AttachmentRefused(f"{quoted(one.name)} is not there any more.", action="Attach it again.")
        db.execute("DELETE FROM draft_attachments WHERE conversation_id = ? AND hash = ?", (conversation_id, one.hash))


def attached_to_messages(db: sqlite3.Connection, conversation_id: str) -> dict[str, tuple[Attachment, ...]]:
    """The files of each message of a conversation that has any, by message id."""
    return _by_message(
        db.execute(
            "SELECT a.message_id, a.attachment FROM message_attachments a JOIN messages m ON m.id = a.message_id"
            " WHERE m.conversation_id = ? ORDER BY a.message_id, a.position",
            (conversation_id,),
        )
    )


def attached_to_run(db: sqlite3.Connection, run_id: str) -> tuple[Attachment, ...]:
    """The files of the message that a run works on."""
    found = _by_message(
        db.execute(
            "SELECT a.message_id, a.attachment FROM message_attachments a WHERE a.message_id ="
            " (SELECT message_id FROM runs WHERE id = ?) ORDER BY a.position",
            (run_id,),
        )
    )
    return next(iter(found.values()), ())


def _by_message(rows: sqlite3.Cursor) -> dict[str, tuple[Attachment, ...]]:
    found: dict[str, tuple[Attachment, ...]] = {}
    for row in rows:
        if (one := read_attachment(row["attachment"])) is not None:
            found[row["message_id"]] = (*found.get(row["message_id"], ()), one)
    return found


def read_attachment(text: str) -> Attachment | None:
    """A stored attachment; None where it is damaged: the rest of the message stays usable."""
    with contextlib.suppress(ValueError):
        return Attachment.model_validate_json(text)
    return None
