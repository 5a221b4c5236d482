"""The migration that lets queued messages have files."""

import sqlite3

_TABLE = (
    """
    CREATE TABLE queue_attachments (
        queue_id TEXT NOT NULL REFERENCES queue (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        hash TEXT NOT NULL REFERENCES blobs (hash),
        attachment TEXT NOT NULL,       -- Attachment as JSON
        PRIMARY KEY (queue_id, position)
    )
    """,
    "CREATE INDEX queue_attachments_of_blob ON queue_attachments (hash)",
)
_HOLDERS = ("message_attachments", "draft_attachments", "queue_attachments")


def m011_queue_attachments(connection: sqlite3.Connection) -> None:
    """Files of queued messages; a file is kept as long as one of them refers to it, too."""
    for statement in _TABLE:
        connection.execute(statement)
    is_free = " AND ".join(f"NOT EXISTS (SELECT 1 FROM {table} WHERE hash = OLD.hash)" for table in _HOLDERS)
    for table in _HOLDERS:
        connection.execute(f"DROP TRIGGER IF EXISTS {table}_collected")
        connection.execute(
            f"CREATE TRIGGER {table}_collected AFTER DELETE ON {table} WHEN {is_free}"
            " BEGIN DELETE FROM blobs WHERE hash = OLD.hash; END"
        )
