"""Conversations and their messages."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime

from desktop.engine.errors import UnknownName
from desktop.engine.messages import Attachment, Brain, ConversationInfo, Message, MessageDetails, utc_now
from desktop.engine.store.attachments import attach_to_message, attached_to_messages
from desktop.engine.store.branches import choose, end_of_branch, line_to
from desktop.engine.store.database import Database
from desktop.engine.store.ids import IdMaker

_LIST = """
SELECT c.*,
    EXISTS (SELECT 1 FROM runs r WHERE r.conversation_id = c.id AND r.state = 'waiting') AS waiting,
    EXISTS (SELECT 1 FROM runs r WHERE r.conversation_id = c.id AND r.state = 'running') AS running
FROM conversations c
"""


def title_of(text: str) -> str:
    """A title from a first message: its first line with words in it, at most 60 characters."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "New conversation")
    return first if len(first) <= 60 else first[:59].rstrip() + "…"


class Conversations:
    """Reads and writes conversations.

    Args:
        database: Where.
        ids: Makes their ids.
        off_record: Whether the database lives in memory only.
    """

    def __init__(self, database: Database, ids: IdMaker, *, off_record: bool) -> None:
        self._database = database
        self._ids = ids
        self._off_record = off_record

    async def create(self, workspace: str, role: str = "chat") -> ConversationInfo:
        """Begin a conversation, with no message and no title yet.

        Args:
            workspace: The folder its tools work in, absolute.
            role: The role's name.
        """
        info = ConversationInfo(
            id=self._ids.new("c"),
            title="New conversation",
            updated_at=utc_now(),
            workspace=workspace,
            role=role,
            off_record=self._off_record,
        )

        def work(db: sqlite3.Connection) -> None:
            at = info.updated_at.isoformat()
            db.execute(
                "INSERT INTO conversations (id, title, role, workspace, created_at, updated_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (info.id, info.title, role, workspace, at, at),
            )

        await self._database.write(work)
        return info

    async def all(self) -> list[ConversationInfo]:
        """All conversations that hold a message or a draft, the latest first."""

        def work(db: sqlite3.Connection) -> list[ConversationInfo]:
            rows = db.execute(
                f"{_LIST} WHERE c.deleted_at IS NULL AND (c.draft <> ''"
                " OR EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = c.id)"
                " OR EXISTS (SELECT 1 FROM draft_attachments d WHERE d.conversation_id = c.id))"
                " ORDER BY c.updated_at DESC"
            )
            return [self._info(row) for row in rows]

        return await self._database.read(work)

    async def deleted(self, since: datetime) -> dict[datetime, list[ConversationInfo]]:
        """What was deleted after a time and can be restored, by the time of its deletion, the earliest first."""

        def work(db: sqlite3.Connection) -> dict[datetime, list[ConversationInfo]]:
            found: dict[datetime, list[ConversationInfo]] = {}
            # What an import still hides has a time to come.
            between = (since.isoformat(), utc_now().isoformat())
            for row in db.execute(
                f"{_LIST} WHERE c.deleted_at > ? AND c.deleted_at <= ? ORDER BY c.deleted_at", between
            ):
                found.setdefault(datetime.fromisoformat(row["deleted_at"]), []).append(self._info(row))
            return found

        return await self._database.read(work)

    async def get(self, conversation_id: str) -> ConversationInfo:
        """One conversation.

        Raises:
            UnknownName: There is none of this id.
        """
        row = await self._database.read(
            lambda db: db.execute(f"{_LIST} WHERE c.id = ? AND c.deleted_at IS NULL", (conversation_id,)).fetchone()
        )
        if row is None:
            raise UnknownName(
                f"There is no conversation {conversation_id!r}.", action="Leave it out to begin a new conversation."
            )
        return self._info(row)

    async def set_workspace(self, conversation_id: str, workspace: str) -> None:
        """Choose the folder its tools work in.

        Args:
            conversation_id: Which conversation.
            workspace: Absolute.
        """
        await self._set(conversation_id, "workspace", workspace)

    async def set_role(self, conversation_id: str, role: str) -> None:
        """Choose the role of its next runs."""
        await self._set(conversation_id, "role", role)

    async def set_models(self, conversation_id: str, models: Mapping[Brain, str]) -> None:
        """Choose models for its next runs in the place of the role's.

        Args:
            conversation_id: Which conversation.
            models: Names of models in the registry, by brain.
        """
        await self._set(conversation_id, "models", json.dumps(dict(models)))

    async def set_draft(self, conversation_id: str, draft: str) -> None:
        """Keep what is typed and not sent."""
        await self._set(conversation_id, "draft", draft, from_reserve=True)

    async def draft(self, conversation_id: str) -> str:
        """What is typed and not sent; empty where there is nothing."""
        row = await self._database.read(
            lambda db: db.execute("SELECT draft FROM conversations WHERE id = ?", (conversation_id,)).fetchone()
        )
        return str(row["draft"]) if row is not None else ""

    async def _set(self, conversation_id: str, column: str, value: str, *, from_reserve: bool = False) -> None:
        await self._database.write(
            lambda db: db.execute(f"UPDATE conversations SET {column} = ? WHERE id = ?", (value, conversation_id)),
            from_reserve=from_reserve,
        )

    async def messages(self, conversation_id: str, *, before_run: str | None = None) -> list[Message]:
        """The messages of the chosen branch, oldest first.

        Args:
            conversation_id: Whose.
            before_run: Those before the message that this run works on, on whichever branch that is.
        """

        def work(db: sqlite3.Connection) -> list[Message]:
            if before_run is not None:
                rows = line_to(db, _message_of(db, before_run))[:-1]
            else:
                rows = db.execute(
                    "SELECT * FROM messages WHERE conversation_id = ? AND NOT superseded ORDER BY position",
                    (conversation_id,),
                ).fetchall()
            files = attached_to_messages(db, conversation_id)
            return [self._message(row, files.get(row["id"], ())) for row in rows]

        return await self._database.read(work)

    async def own_words(self, conversation_id: str, until_run: str) -> list[str]:
        """What the person said in a conversation, oldest first, up to the message that a run works on.

        What came in from a file is not among it: anybody could have written that.
        """

        def work(db: sqlite3.Connection) -> list[str]:
            query = "SELECT source IS NOT NULL FROM conversations WHERE id = ?"
            is_imported = bool(db.execute(query, (conversation_id,)).fetchone()[0])
            said = [row for row in line_to(db, _message_of(db, until_run)) if row["role"] == "user"]
            return [row["text"] for row in said if not (is_imported and came_in(row))]

        return await self._database.read(work)

    def _info(self, row: sqlite3.Row) -> ConversationInfo:
        return ConversationInfo(
            id=row["id"],
            title=row["title"],
            updated_at=datetime.fromisoformat(row["updated_at"]),
            workspace=row["workspace"],
            role=row["role"],
            models=_models(row["models"]),
            off_record=self._off_record,
            waiting=bool(row["waiting"]),
            running=bool(row["running"]),
            pinned=bool(row["pinned"]),
            archived=bool(row["archived"]),
        )

    def _message(self, row: sqlite3.Row, attachments: tuple[Attachment, ...]) -> Message:
        return Message(
            id=row["id"],
            role=row["role"],
            text=row["text"],
            run_id=row["run_id"],
            created_at=datetime.fromisoformat(row["created_at"]),
            details=MessageDetails.model_validate_json(row["details"]) if row["details"] else None,
            off_record=self._off_record,
            attachments=attachments,
        )


def came_in(message: sqlite3.Row) -> bool:
    """Whether a message of an imported conversation came with it: what is said here belongs to a run."""
    return message["run_id"] is None


def _models(written: str) -> dict[Brain, str]:
    """What is stored of them; a brain or a value of another shape counts as not there."""
    try:
        read = json.loads(written)
    except ValueError:
        return {}
    names = read if isinstance(read, dict) else {}
    return {brain: names[brain] for brain in Brain if isinstance(names.get(brain), str)}


def _message_of(db: sqlite3.Connection, run_id: str) -> str | None:
    row = db.execute("SELECT message_id FROM runs WHERE id = ?", (run_id,)).fetchone()
    return row["message_id"] if row is not None else None


_AT_THE_END = "at the end"


def insert_message(
    db: sqlite3.Connection, conversation_id: str, message: Message, *, parent_id: str | None = _AT_THE_END
) -> None:
    """Add a message inside a transaction, choose its branch, and name an unnamed conversation after it.

    Args:
        db: The connection.
        conversation_id: Where.
        message: The message.
        parent_id: What it stands behind, None for a first one; the end of the chosen branch where nothing is said.
    """
    if parent_id == _AT_THE_END:
        parent_id = end_of_branch(db, conversation_id)
    has_siblings = db.execute(
        "SELECT 1 FROM messages WHERE conversation_id = ? AND parent_id IS ?", (conversation_id, parent_id)
    ).fetchone()
    at = message.created_at.isoformat()
    db.execute(
        "INSERT INTO messages (id, conversation_id, position, role, text, run_id, created_at, details, parent_id)"
        " SELECT ?, ?, COALESCE(MAX(position), 0) + 1, ?, ?, ?, ?, ?, ? FROM messages WHERE conversation_id = ?",
        (
            message.id,
            conversation_id,
            message.role,
            message.text,
            message.run_id,
            at,
            message.details.model_dump_json() if message.details else None,
            parent_id,
            conversation_id,
        ),
    )
    if has_siblings:
        choose(db, conversation_id, message.id)
    elif parent_id is not None:
        db.execute(
            "UPDATE messages SET superseded = (SELECT p.superseded FROM messages p WHERE p.id = ?) WHERE id = ?",
            (parent_id, message.id),
        )
    attach_to_message(db, conversation_id, message)
    db.execute("UPDATE conversations SET updated_at = ? WHERE id = ?", (at, conversation_id))
    if message.role == "user":
        db.execute(
            "UPDATE conversations SET title = ? WHERE id = ? AND titled_by = '' AND"
            " (SELECT COUNT(*) FROM messages WHERE conversation_id = ?) = 1",
            (
                title_of(message.text or "\n".join(one.name for one in message.attachments)),
                conversation_id,
                conversation_id,
            ),
        )
