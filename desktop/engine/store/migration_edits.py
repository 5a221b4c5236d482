"""The migration that keeps what was typed into edits of earlier and of queued messages."""

import sqlite3

_TABLES = (
    """
    CREATE TABLE edits (
        edited TEXT PRIMARY KEY,        -- the message, sent or queued
        conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        text TEXT NOT NULL,
        is_open INTEGER NOT NULL        -- whether the composer shows it when the conversation is open
    )
    """,
    "CREATE INDEX edits_of_conversation ON edits (conversation_id)",
    "CREATE UNIQUE INDEX edits_open ON edits (conversation_id) WHERE is_open",
    """
    CREATE TABLE edit_attachments (
        edited TEXT NOT NULL REFERENCES edits (edited) ON DELETE CASCADE ON UPDATE CASCADE,
        position INTEGER NOT NULL,
        hash TEXT NOT NULL REFERENCES blobs (hash),
        attachment TEXT NOT NULL,       -- Attachment as JSON
        PRIMARY KEY (edited, hash)
    )
    """,
    "CREATE INDEX edit_attachments_of_blob ON edit_attachments (hash)",
)
_HOLDERS = ("message_attachments", "draft_attachments", "queue_attachments", "edit_attachments")


def m014_edits(connection: sqlite3.Connection) -> None:
    """Edits under way, with their files; a file is kept as long as one of them refers to it, too."""
    for statement in _TABLES:
        connection.execute(statement)
    is_free = " AND ".join(f"NOT EXISTS (SELECT 1 FROM {table} WHERE hash = OLD.hash)" for table in _HOLDERS)
    for table in _HOLDERS:
        connection.execute(f"DROP TRIGGER IF EXISTS {table}_collected")
        connection.execute(
            f"CREATE TRIGGER {table}_collected AFTER DELETE ON {table} WHEN {is_free}"
            " BEGIN DELETE FROM blobs WHERE hash = OLD.hash; END"
        )
