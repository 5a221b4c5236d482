"""The migration that gives the audit log an id, by which a keyring tells the logs of several folders apart."""

import secrets
import sqlite3


def m009_audit_log_id(connection: sqlite3.Connection) -> None:
    """A random id, and whether the log was begun when a keyring knew one log alone."""
    connection.execute("CREATE TABLE audit_log (id TEXT NOT NULL, is_earlier INTEGER NOT NULL)")
    connection.execute(
        "INSERT INTO audit_log VALUES (?, EXISTS (SELECT 1 FROM audit))",
        (secrets.token_hex(8),),
    )
