"""The migration that keeps of a failed run what kind of fault it was, so that the same is offered after a restart."""

import sqlite3


def m015_faults(connection: sqlite3.Connection) -> None:
    """What can be done about a failed run: a key is missing, or its message is too long; empty for neither."""
    connection.execute("ALTER TABLE runs ADD COLUMN fault TEXT NOT NULL DEFAULT ''")
