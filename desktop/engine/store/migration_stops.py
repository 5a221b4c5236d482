"""The migration that keeps of a tool call when the person stopped it."""

import sqlite3


def m004_stops(connection: sqlite3.Connection) -> None:
    """When the person stopped a call; NULL where they did not."""
    connection.execute("ALTER TABLE calls ADD COLUMN stopped_at TEXT")
