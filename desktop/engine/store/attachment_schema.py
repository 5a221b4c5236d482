"""The tables of attachments. A file lives as long as a message or a draft refers to it: triggers see to that."""

import sqlite3

_TABLES = (
    """
    CREATE TABLE blobs (
        hash TEXT PRIMARY KEY,          -- SHA-256 of data
        size INTEGER NOT NULL,
        preview BLOB,                   -- a small PNG of a picture; before data, so that reading it reads no more
        data BLOB NOT NULL
    )
    """,
    """
    CREATE TABLE message_attachments (
        message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        hash TEXT NOT NULL REFERENCES blobs (hash),
        attachment TEXT NOT NULL,       -- Attachment as JSON
        PRIMARY KEY (message_id, position)
    )
    """,
    """
    CREATE TABLE draft_attachments (
        conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        hash TEXT NOT NULL REFERENCES blobs (hash),
        attachment TEXT NOT NULL,
        PRIMARY KEY (conversation_id, hash)
    )
    """,
    "CREATE INDEX message_attachments_of_blob ON message_attachments (hash)",
    "CREATE INDEX draft_attachments_of_blob ON draft_attachments (hash)",
)
_COLLECT = """
CREATE TRIGGER {table}_collected AFTER DELETE ON {table}
WHEN NOT EXISTS (SELECT 1 FROM message_attachments WHERE hash = OLD.hash)
    AND NOT EXISTS (SELECT 1 FROM draft_attachments WHERE hash = OLD.hash)
BEGIN DELETE FROM blobs WHERE hash = OLD.hash; END
"""


def create(connection: sqlite3.Connection) -> None:
    """Make the tables, inside a transaction."""
    for statement in _TABLES:
        connection.execute(statement)
    for table in ("message_attachments", "draft_attachments"):
        connection.execute(_COLLECT.format(table=table))
