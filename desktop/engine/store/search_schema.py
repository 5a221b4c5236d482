"""The search index: tables, what fills them for existing messages, and what keeps them in step.

``message_texts`` holds each message's folded text, ``message_index`` its trigrams. The triggers on ``messages`` are
temporary, made on each of the program's connections: folding is the program's, and nothing in the file depends on it.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from desktop.engine.folding import fold

_TABLES = (
    """
CREATE TABLE message_texts (
    id INTEGER PRIMARY KEY,
    message_id TEXT NOT NULL UNIQUE REFERENCES messages (id) ON DELETE CASCADE,
    text TEXT NOT NULL
)""",
    # No places of the trigrams are kept: candidates are compared with the text, and the index stays small.
    """
CREATE VIRTUAL TABLE message_index USING fts5 (
    text, content = 'message_texts', content_rowid = 'id', tokenize = 'trigram case_sensitive 1', detail = none
)""",
)
_KEEP_INDEX = (
    """
CREATE TRIGGER message_texts_added AFTER INSERT ON message_texts BEGIN
    INSERT INTO message_index (rowid, text) VALUES (new.id, new.text);
END""",
    """
CREATE TRIGGER message_texts_removed AFTER DELETE ON message_texts BEGIN
    INSERT INTO message_index (message_index, rowid, text) VALUES ('delete', old.id, old.text);
END""",
    """
CREATE TRIGGER message_texts_changed AFTER UPDATE OF text ON message_texts BEGIN
    INSERT INTO message_index (message_index, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT INTO message_index (rowid, text) VALUES (new.id, new.text);
END""",
)
_TOGETHER_BYTES = 16 << 20
"""What the index gathers in memory before it writes; with the 1 MB of SQLite's own a quarter slower."""
_WATCH = (
    "CREATE TEMP TABLE search_pauses (since TEXT)",
    """
CREATE TEMP TRIGGER search_sees_message AFTER INSERT ON main.messages
WHEN NOT EXISTS (SELECT 1 FROM search_pauses) BEGIN
    INSERT INTO message_texts (message_id, text) VALUES (new.id, cortex_fold(new.text));
END""",
    """
CREATE TEMP TRIGGER search_sees_change AFTER UPDATE OF text ON main.messages BEGIN
    UPDATE message_texts SET text = cortex_fold(new.text) WHERE message_id = new.id;
END""",
)


def create(connection: sqlite3.Connection) -> None:
    """Make the index and take in all messages there are, oldest first. Inside a transaction."""
    for statement in _TABLES:
        connection.execute(statement)
    _know_fold(connection)
    connection.execute(
        "INSERT INTO message_texts (message_id, text)"
        " SELECT id, cortex_fold(text) FROM messages ORDER BY created_at, conversation_id, position"
    )
    connection.execute("INSERT INTO message_index (message_index) VALUES ('rebuild')")  # far quicker than row by row
    for statement in _KEEP_INDEX:
        connection.execute(statement)


def watch_messages(connection: sqlite3.Connection) -> None:
    """Keep the index in step with what this connection writes."""
    _know_fold(connection)
    for statement in _WATCH:
        connection.execute(statement)


@contextmanager
def indexed_together(connection: sqlite3.Connection, conversation_ids: Sequence[str]) -> Iterator[None]:
    """Take the messages of new conversations into the index at the end, all at once: six times as quick.

    Args:
        connection: One that watches messages, inside a transaction.
        conversation_ids: The conversations, which have no messages yet.
    """
    connection.execute("INSERT INTO search_pauses VALUES ('now')")
    connection.execute("INSERT INTO message_index (message_index, rank) VALUES ('hashsize', ?)", (_TOGETHER_BYTES,))
    yield
    marks = ", ".join("?" for _ in conversation_ids)
    connection.execute(
        "INSERT INTO message_texts (message_id, text) SELECT id, cortex_fold(text) FROM messages"
        f" WHERE conversation_id IN ({marks}) ORDER BY created_at, conversation_id, position",
        tuple(conversation_ids),
    )
    connection.execute("DELETE FROM search_pauses")


def _know_fold(connection: sqlite3.Connection) -> None:
    connection.create_function("cortex_fold", 1, fold, deterministic=True)
