"""Messages that were sent while a run of their conversation had not ended: kept, in order, until they are sent."""

import sqlite3
from collections.abc import Sequence

from desktop.engine.errors import UnknownName
from desktop.engine.messages import Attachment, Message, Value, utc_now
from desktop.engine.store.conversations import insert_message
from desktop.engine.store.database import Database
from desktop.engine.store.edits import end_edit, move_edit, open_edit
from desktop.engine.store.ids import IdMaker
from desktop.engine.store.queue_attachments import attach_to_queued, attached_to_queued, put_queued_files
from desktop.engine.store.records import RunOptions, RunState
from desktop.engine.store.runs import Runs, insert_run

_GONE = "It was sent or withdrawn in the meantime."


class QueuedMessage(Value):
    """A message that waits for its turn.

    Attributes:
        id: Unique in the store.
        conversation_id: Where it will be sent.
        text: As it stands now.
        attachments: The files that will go with it.
    """

    id: str
    conversation_id: str
    text: str
    attachments: tuple[Attachment, ...] = ()


class Queue:
    """Reads and writes the queue of each conversation.

    Args:
        database: Where.
        ids: Makes ids.
        runs: The runs of the same store.
    """

    def __init__(self, database: Database, ids: IdMaker, runs: Runs) -> None:
        self._database = database
        self._ids = ids
        self._runs = runs

    async def add(
        self, conversation_id: str, text: str, options: RunOptions, attachments: Sequence[Attachment] = ()
    ) -> QueuedMessage:
        """Keep a message at the end of a conversation's queue.

        Args:
            conversation_id: Where.
            text: The message.
            options: What it will run with.
            attachments: The files that go with it; they leave the draft.

        Raises:
            AttachmentRefused: A file is not there any more.
        """
        files = tuple(attachments)
        queued = QueuedMessage(id=self._ids.new("q"), conversation_id=conversation_id, text=text, attachments=files)

        def work(db: sqlite3.Connection) -> None:
            db.execute(
                "INSERT INTO queue (id, conversation_id, position, text, options, created_at)"
                " SELECT ?, ?, COALESCE(MAX(position), 0) + 1, ?, ?, ? FROM queue WHERE conversation_id = ?",
                (queued.id, conversation_id, text, options.model_dump_json(), utc_now().isoformat(), conversation_id),
            )
            attach_to_queued(db, conversation_id, queued.id, files)
            db.execute("UPDATE conversations SET draft = '' WHERE id = ?", (conversation_id,))

        await self._database.write(work)
        return queued

    async def change(self, queued_id: str, text: str, attachments: Sequence[Attachment]) -> None:
        """Put another text and other files in the place of a queued message's; its edit ends.

        Raises:
            UnknownName: It is not in the queue any more.
            AttachmentRefused: A file is not there any more.
        """

        def work(db: sqlite3.Connection) -> None:
            _check_one(db.execute("UPDATE queue SET text = ? WHERE id = ?", (text, queued_id)))
            put_queued_files(db, queued_id, attachments)
            end_edit(db, queued_id)

        await self._database.write(work)

    async def withdraw(self, queued_id: str) -> None:
        """Take a message out of the queue.

        Raises:
            UnknownName: It is not in the queue any more.
        """

        def work(db: sqlite3.Connection) -> None:
            end_edit(db, queued_id)
            _check_one(db.execute("DELETE FROM queue WHERE id = ?", (queued_id,)))

        await self._database.write(work)

    async def is_held(self, conversation_id: str) -> bool:
        """Whether the first message is being edited: it goes when that has ended, and all behind it waits."""

        def work(db: sqlite3.Connection) -> bool:
            row = db.execute(
                "SELECT id FROM queue WHERE conversation_id = ? ORDER BY position LIMIT 1", (conversation_id,)
            ).fetchone()
            return row is not None and row["id"] == open_edit(db, conversation_id)

        return await self._database.read(work)

    async def of_conversation(self, conversation_id: str) -> list[QueuedMessage]:
        """What is queued in a conversation, in order."""

        def work(db: sqlite3.Connection) -> list[QueuedMessage]:
            rows = db.execute(
                "SELECT id, text FROM queue WHERE conversation_id = ? ORDER BY position", (conversation_id,)
            ).fetchall()
            return [
                QueuedMessage(
                    id=row["id"],
                    conversation_id=conversation_id,
                    text=row["text"],
                    attachments=attached_to_queued(db, row["id"]),
                )
                for row in rows
            ]

        return await self._database.read(work)

    async def state_before(self, conversation_id: str) -> RunState | None:
        """The state of the run that a new message would have to wait for, or comes after; None without any.

        That is the one at work, else the latest of the chosen branch.
        """
        row = await self._database.read(
            lambda db: db.execute(
                "SELECT r.state FROM runs r LEFT JOIN messages m ON m.id = r.message_id"
                " WHERE r.conversation_id = ? AND (r.state = 'running' OR NOT m.superseded)"
                " ORDER BY r.state = 'running' DESC, r.started_at DESC, r.id DESC LIMIT 1",
                (conversation_id,),
            ).fetchone()
        )
        return row["state"] if row is not None else None

    async def send(self, conversation_id: str, queued_id: str | None = None) -> tuple[str, Message] | None:
        """Make a queued message a message with a run at work on it, in one step: a kill sends it once or not at all.

        Args:
            conversation_id: Where.
            queued_id: Which one; None for the first, if that is not being edited.

        Returns:
            The run's id, and the message; None where the queue is empty or held.

        Raises:
            RunBusy: A run of the conversation is at work.
            UnknownName: The named one is not in the queue any more.
        """
        run_id, message_id = self._ids.new("r"), self._ids.new("m")

        def work(db: sqlite3.Connection) -> Message | None:
            row = db.execute(
                "SELECT id, text, options FROM queue WHERE conversation_id = ? AND (? IS NULL OR id = ?)"
                " ORDER BY position LIMIT 1",
                (conversation_id, queued_id, queued_id),
            ).fetchone()
            if row is None:
                if queued_id is None:
                    return None
                raise UnknownName("This message is not in the queue any more.", action=_GONE)
            if queued_id is None and row["id"] == open_edit(db, conversation_id):
                return None
            self._runs.check_idle(db, conversation_id)
            files = attached_to_queued(db, row["id"])
            message = Message(id=message_id, role="user", text=row["text"], run_id=run_id, attachments=files)
            options = RunOptions.model_validate_json(row["options"])
            insert_run(db, run_id, conversation_id, message_id, options)
            insert_message(db, conversation_id, message)
            db.execute("DELETE FROM queue WHERE id = ?", (row["id"],))
            move_edit(db, row["id"], message_id)
            return message

        message = await self._database.write(work)
        return (run_id, message) if message is not None else None


def _check_one(changed: sqlite3.Cursor) -> None:
    if changed.rowcount != 1:
        raise UnknownName("This message is not in the queue any more.", action=_GONE)
