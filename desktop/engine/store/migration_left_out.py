"""How much of the conversation the requests of a run left out."""

import sqlite3


def m012_left_out(connection: sqlite3.Connection) -> None:
    """In the runs: the number of messages left out, and the last of them, which leads to their summary."""
    connection.execute("ALTER TABLE runs ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0")
    connection.execute("ALTER TABLE runs ADD COLUMN left_out_to TEXT")
