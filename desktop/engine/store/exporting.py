"""Reading whole conversations for an export: one moment of the database, beside what works on it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import JsonValue

from desktop.engine.errors import UnknownName
from desktop.engine.messages import JsonObject
from desktop.engine.store.attachments import attached_to_messages
from desktop.engine.store.database import read_only

_CONVERSATION = ("id", "title", "titled_by", "role", "workspace", "created_at", "updated_at", "source")
_RUN = ("id", "state", "summary", "error", "action", "gather_ms", "started_at", "finished_at")
_CALL = (
    "call_id", "tool", "arguments", "original_arguments", "side_effects", "ruling", "reasons", "state", "decision",
    "decided_by", "decided_at", "started_at", "finished_at", "duration_ms", "untrusted", "result",
)  # fmt: skip
_USAGE = (
    "at", "brain", "provider", "model", "input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens",
    "thinking_tokens", "cost_usd",
)  # fmt: skip
_JSON = ("details", "handoff", "turn", "arguments", "original_arguments", "reasons", "decision")
_FLAGS = ("pinned", "archived", "superseded", "chosen", "side_effects", "untrusted")


class ConversationReader:
    """One moment of the database, conversation by conversation.

    Args:
        db: Reads only, in a transaction.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def ids(self) -> list[str]:
        """All conversations with messages, the latest first; deleted ones are left out."""
        rows = self._db.execute(
            "SELECT id FROM conversations c WHERE deleted_at IS NULL"
            " AND EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = c.id) ORDER BY updated_at DESC"
        )
        return [row["id"] for row in rows]

    def check(self, conversation_id: str) -> None:
        """Look whether a conversation is there.

        Raises:
            UnknownName: There is none of this id.
        """
        query = "SELECT 1 FROM conversations WHERE id = ? AND deleted_at IS NULL"
        if self._db.execute(query, (conversation_id,)).fetchone() is None:
            raise UnknownName(f"There is no conversation {conversation_id!r}.")

    def read(self, conversation_id: str) -> JsonObject:
        """One conversation with all that belongs to it, as plain JSON.

        Args:
            conversation_id: Its id.

        Returns:
            Its own fields, ``messages`` (oldest first, superseded ones marked) with their ``attachments``, ``runs``
            with their ``rounds`` and the ``calls`` of each, and ``usage``.

        Raises:
            UnknownName: There is none of this id.
        """
        self.check(conversation_id)
        row = self._db.execute("SELECT * FROM conversations WHERE id = ?", (conversation_id,)).fetchone()
        whole = _object(row, (*_CONVERSATION, "pinned", "archived"))
        messages = self._list(
            "SELECT * FROM messages WHERE conversation_id = ? ORDER BY position",
            (conversation_id,),
            ("id", "parent_id", "role", "text", "run_id", "created_at", "details", "superseded", "chosen"),
        )
        attached = attached_to_messages(self._db, conversation_id)
        for message in messages:
            found = attached.get(str(message["id"]), ())
            message["attachments"] = [each.model_dump(mode="json") for each in found]
        whole["messages"] = [*messages]
        runs = self._db.execute(
            "SELECT * FROM runs WHERE conversation_id = ? ORDER BY started_at, id", (conversation_id,)
        ).fetchall()
        whole["runs"] = [_object(run, (*_RUN, "handoff")) | {"rounds": self._rounds(run["id"])} for run in runs]
        usage = "SELECT * FROM usage WHERE conversation_id = ? ORDER BY id"
        whole["usage"] = [*self._list(usage, (conversation_id,), ("run_id", *_USAGE))]
        return whole

    def _rounds(self, run_id: str) -> list[JsonValue]:
        rounds: list[JsonValue] = []
        for row in self._db.execute("SELECT * FROM rounds WHERE run_id = ? ORDER BY round", (run_id,)).fetchall():
            calls = self._list(
                "SELECT * FROM calls WHERE run_id = ? AND round = ? ORDER BY position", (run_id, row["round"]), _CALL
            )
            rounds.append(_object(row, ("round", "created_at", "turn")) | {"calls": [*calls]})
        return rounds

    def data(self, hash: str) -> bytes | None:
        """The bytes of a file; None where it is not there."""
        return self._file("SELECT data AS value FROM blobs WHERE hash = ?", hash)

    def preview(self, hash: str) -> bytes | None:
        """A small PNG of a picture; None where there is none."""
        return self._file("SELECT preview AS value FROM blobs WHERE hash = ?", hash)

    def _file(self, query: str, hash: str) -> bytes | None:
        row = self._db.execute(query, (hash,)).fetchone()
        return row["value"] if row is not None else None

    def _list(self, query: str, values: tuple[object, ...], names: tuple[str, ...]) -> list[JsonObject]:
        return [_object(row, names) for row in self._db.execute(query, values)]


@contextmanager
def conversation_reader(path: Path) -> Iterator[ConversationReader]:
    """A reader of one moment of a database file. Blocks: use it off the GUI's thread.

    Args:
        path: The database.

    Raises:
        StoreError: It cannot be read.
    """
    with read_only(path) as db:
        yield ConversationReader(db)


def _object(row: sqlite3.Row, names: tuple[str, ...]) -> JsonObject:
    found: JsonObject = {}
    for name in names:
        value = row[name]
        if name in _JSON and value is not None:
            try:
                value = json.loads(value)
            except ValueError:  # a damaged row is exported as it is
                value = str(value)
        found[name] = bool(value) if name in _FLAGS else value
    return found
