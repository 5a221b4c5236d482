"""The migration that keeps of a failed run which budget it came to, so that it can be asked about after a restart."""

import sqlite3


def m013_over_budget(connection: sqlite3.Connection) -> None:
    """Which budget the next model call would have gone past, empty for none, and what the run would have cost by it."""
    connection.execute("ALTER TABLE runs ADD COLUMN over_budget TEXT NOT NULL DEFAULT ''")
    connection.execute("ALTER TABLE runs ADD COLUMN needed_usd REAL NOT NULL DEFAULT 0")
