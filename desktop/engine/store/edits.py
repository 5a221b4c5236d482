"""Edits of earlier and of queued messages: what was typed is kept, as drafts are, until it is sent or saved."""

import sqlite3
from collections.abc import Sequence

from desktop.engine.errors import UnknownName
from desktop.engine.messages import Attachment, Value
from desktop.engine.store.attachments import attached_to_messages, keep_blob, read_attachment
from desktop.engine.store.database import Database
from desktop.engine.store.queue_attachments import attached_to_queued


class Edit(Value):
    """An edit under way, or one that was left with something typed.

    Attributes:
        edited: The message, sent or queued.
        conversation_id: Where it is.
        text: As typed so far.
        original: The message's own text.
        attachments: The files that will go with it.
        is_changed: Whether text or files are others than the message's own.
        is_queued: Whether the message waits in the queue.
    """

    edited: str
    conversation_id: str
    text: str
    original: str
    attachments: tuple[Attachment, ...] = ()
    is_changed: bool = False
    is_queued: bool = False


class Edits:
    """Reads and writes edits. One at most is open in each conversation; a queued message is held by its own.

    Args:
        database: Where.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, edited: str) -> Edit:
        """Open the edit of a message; it begins with what was typed before, where there is something.

        Another one that is open in the conversation is left.

        Args:
            edited: A message of the person's, or a queued one.

        Raises:
            UnknownName: There is no such message, or it is not in the queue any more.
        """

        def work(db: sqlite3.Connection) -> Edit:
            own = _own(db, edited)
            before = open_edit(db, own.conversation_id)
            if before is not None and before != edited:
                _leave(db, before)
            if db.execute("SELECT 1 FROM edits WHERE edited = ?", (edited,)).fetchone() is None:
                db.execute(
                    "INSERT INTO edits (edited, conversation_id, text, is_open) VALUES (?, ?, ?, 1)",
                    (edited, own.conversation_id, own.text),
                )
                _put_files(db, edited, own.attachments)
            db.execute("UPDATE edits SET is_open = 1 WHERE edited = ?", (edited,))
            return _read(db, own)

        return await self._database.write(work)

    async def keep(self, edited: str, text: str) -> None:
        """Keep what was typed so far; nothing happens where the edit has ended."""
        await self._database.write(lambda db: db.execute("UPDATE edits SET text = ? WHERE edited = ?", (text, edited)))

    async def leave(self, edited: str) -> None:
        """Close an edit. What was typed stays, for the next edit of the same message."""
        await self._database.write(lambda db: _leave(db, edited))

    async def reset(self, edited: str) -> Edit:
        """Put the message's own text and files in the place of what was typed.

        Raises:
            UnknownName: There is no such message, or it is not in the queue any more.
        """

        def work(db: sqlite3.Connection) -> Edit:
            own = _own(db, edited)
            db.execute("UPDATE edits SET text = ? WHERE edited = ?", (own.text, edited))
            _put_files(db, edited, own.attachments)
            return _read(db, own)

        return await self._database.write(work)

    async def open_in(self, conversation_id: str) -> Edit | None:
        """The edit that is open in a conversation; None without one."""

        def work(db: sqlite3.Connection) -> Edit | None:
            edited = open_edit(db, conversation_id)
            return _read(db, _own(db, edited)) if edited is not None else None

        return await self._database.read(work)

    # The files that will go with it.

    async def files(self, edited: str) -> tuple[Attachment, ...]:
        """The files of an edit, in order."""
        return await self._database.read(lambda db: _files(db, edited))

    async def add_file(self, edited: str, attachment: Attachment, data: bytes, preview: bytes | None = None) -> None:
        """Keep a file with an edit, in one step; nothing happens where it has it, or has ended."""

        def work(db: sqlite3.Connection) -> None:
            if db.execute("SELECT 1 FROM edits WHERE edited = ?", (edited,)).fetchone() is not None:
                keep_blob(db, attachment, data, preview)
                _put_file(db, edited, attachment)

        await self._database.write(work)

    async def remove_file(self, edited: str, hash: str) -> None:
        """Take a file out of an edit; it goes for good where nothing else refers to it."""
        await self._database.write(
            lambda db: db.execute("DELETE FROM edit_attachments WHERE edited = ? AND hash = ?", (edited, hash))
        )


def open_edit(db: sqlite3.Connection, conversation_id: str) -> str | None:
    """The message whose edit is open in a conversation; None without one."""
    row = db.execute("SELECT edited FROM edits WHERE conversation_id = ? AND is_open", (conversation_id,)).fetchone()
    return str(row["edited"]) if row is not None else None


def end_edit(db: sqlite3.Connection, edited: str) -> None:
    """Forget an edit: it was sent or saved, or its message is gone."""
    db.execute("DELETE FROM edits WHERE edited = ?", (edited,))


def move_edit(db: sqlite3.Connection, edited: str, to: str) -> None:
    """Keep what was typed into the edit of a queued message with the message that it became; it is not open there."""
    db.execute("UPDATE edits SET edited = ?, is_open = 0 WHERE edited = ?", (to, edited))


def _own(db: sqlite3.Connection, edited: str) -> Edit:
    """A message as it stands, as an edit of it that changes nothing."""
    row = db.execute("SELECT conversation_id, text FROM queue WHERE id = ?", (edited,)).fetchone()
    is_queued = row is not None
    if row is None:
        row = db.execute(
            "SELECT conversation_id, text FROM messages WHERE id = ? AND role = 'user'", (edited,)
        ).fetchone()
    if row is None:
        raise UnknownName("This message cannot be edited any more.", action="It was sent or withdrawn in the meantime.")
    where, text = row["conversation_id"], row["text"]
    files = attached_to_queued(db, edited) if is_queued else attached_to_messages(db, where).get(edited, ())
    return Edit(edited=edited, conversation_id=where, text=text, original=text, attachments=files, is_queued=is_queued)


def _read(db: sqlite3.Connection, own: Edit) -> Edit:
    """The edit of a message, given that message as it stands."""
    row = db.execute("SELECT text FROM edits WHERE edited = ?", (own.edited,)).fetchone()
    if row is None:
        return own
    typed = own.model_copy(update={"text": row["text"], "attachments": _files(db, own.edited)})
    return typed.model_copy(update={"is_changed": typed != own})


def _leave(db: sqlite3.Connection, edited: str) -> None:
    typed = _read(db, _own(db, edited))
    if not typed.is_changed or not (typed.text.strip() or typed.attachments):
        end_edit(db, edited)
    else:
        db.execute("UPDATE edits SET is_open = 0 WHERE edited = ?", (edited,))


def _files(db: sqlite3.Connection, edited: str) -> tuple[Attachment, ...]:
    rows = db.execute("SELECT attachment FROM edit_attachments WHERE edited = ? ORDER BY position", (edited,))
    return tuple(one for row in rows if (one := read_attachment(row["attachment"])) is not None)


def _put_files(db: sqlite3.Connection, edited: str, attachments: Sequence[Attachment]) -> None:
    db.execute("DELETE FROM edit_attachments WHERE edited = ?", (edited,))
    for one in attachments:
        _put_file(db, edited, one)


def _put_file(db: sqlite3.Connection, edited: str, one: Attachment) -> None:
    db.execute(
        "INSERT INTO edit_attachments (edited, position, hash, attachment)"
        " SELECT ?, COALESCE(MAX(position), 0) + 1, ?, ? FROM edit_attachments WHERE edited = ?"
        " ON CONFLICT DO NOTHING",
        (edited, one.hash, one.model_dump_json(), edited),
    )
