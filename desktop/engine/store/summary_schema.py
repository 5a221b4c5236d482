"""The table of summaries of the beginnings of conversations."""

import sqlite3

_TABLE = """
CREATE TABLE history_summaries (
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    last_message_id TEXT NOT NULL,  -- it covers this message and all before it
    text TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (conversation_id, last_message_id)
);
"""


def create(connection: sqlite3.Connection) -> None:
    """Make it, inside a transaction."""
    connection.execute(_TABLE)
