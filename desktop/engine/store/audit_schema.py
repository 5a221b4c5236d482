"""How the audit log lies in the database, what guards it there, and what notices that a call or a grant has changed."""

import sqlite3

TABLE = """
CREATE TABLE audit (
    number INTEGER PRIMARY KEY,     -- from 1, without gaps
    at TEXT NOT NULL,
    step TEXT NOT NULL,             -- requested, edited, judged_again, decided, started, put_back, stopped,
                                    -- finished; of grants: granted, used_up, revoked
    run_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    call_id TEXT NOT NULL,
    round INTEGER NOT NULL,
    model TEXT NOT NULL,
    tool TEXT NOT NULL,
    arguments TEXT,                 -- canonical JSON; NULL: as in the call's row before
    ruling TEXT NOT NULL,
    binding TEXT NOT NULL,
    decision TEXT,
    decided_by TEXT NOT NULL,       -- policy, grant, person, or empty
    grant_id TEXT,
    state TEXT NOT NULL,
    requested_at TEXT,
    decided_at TEXT,
    started_at TEXT,
    finished_at TEXT,
    duration_ms INTEGER,
    key_id TEXT NOT NULL,           -- which key the hash is made with; empty: none
    hash TEXT NOT NULL              -- over the hash before and all of this row
)
"""
"""Every column goes into the hash: one added later breaks the chain, unless it is left out for the rows before."""
INDEX = "CREATE INDEX audit_by_call ON audit (run_id, call_id, number)"

GUARDS = {
    "audit_keeps_rows": """
CREATE TRIGGER audit_keeps_rows BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is only appended to'); END
""".strip(),
    "audit_keeps_content": """
CREATE TRIGGER audit_keeps_content BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is only appended to'); END
""".strip(),
    # REPLACE deletes without asking the first guard.
    "audit_grows_at_its_end": """
CREATE TRIGGER audit_grows_at_its_end BEFORE INSERT ON audit
WHEN NEW.number IS NOT (SELECT COALESCE(MAX(number), 0) + 1 FROM audit)
BEGIN SELECT RAISE(ABORT, 'the audit log is only appended to'); END
""".strip(),
}
"""The triggers that refuse all but appending, by name. A check of the log looks for them, word for word."""


def _grant_row(row: str) -> str:
    """What is noted of a grant: it may be gone by the time that its row of the log is made."""
    names = ("id", "tool", "definition", "scope", "words", "conversation_id", "workspace", "expires_at")
    uses = f"'uses', {row}.uses_left"
    return "json_object(" + ", ".join([*(f"'{name}', {row}.{name}" for name in names), uses]) + ")"


_WATCH = (
    "CREATE TEMP TABLE audit_touched (run_id TEXT, call_id TEXT, step TEXT, grant_row TEXT)",
    """
CREATE TEMP TRIGGER audit_sees_request AFTER INSERT ON main.calls
BEGIN
    INSERT INTO audit_touched VALUES (
        NEW.run_id, NEW.call_id,
        CASE WHEN NEW.state IN ('waiting', 'running') THEN 'requested' ELSE 'finished' END,
        NULL
    );
END
""",
    """
CREATE TEMP TRIGGER audit_sees_change AFTER UPDATE OF arguments, ruling, decision, state, stopped_at ON main.calls
BEGIN
    INSERT INTO audit_touched SELECT NEW.run_id, NEW.call_id, 'edited', NULL
        WHERE NEW.arguments IS NOT OLD.arguments;
    INSERT INTO audit_touched SELECT NEW.run_id, NEW.call_id, 'judged_again', NULL
        WHERE NEW.ruling IS NOT OLD.ruling AND NEW.arguments IS OLD.arguments;
    INSERT INTO audit_touched SELECT NEW.run_id, NEW.call_id, 'decided', NULL
        WHERE NEW.decision IS NOT OLD.decision;
    INSERT INTO audit_touched SELECT NEW.run_id, NEW.call_id, 'stopped', NULL
        WHERE NEW.stopped_at IS NOT OLD.stopped_at;
    INSERT INTO audit_touched SELECT
        NEW.run_id, NEW.call_id,
        CASE NEW.state WHEN 'running' THEN 'started' WHEN 'waiting' THEN 'put_back' ELSE 'finished' END,
        NULL
        WHERE NEW.state IS NOT OLD.state;
END
""",
    f"""
CREATE TEMP TRIGGER audit_sees_grant AFTER INSERT ON main.grants
BEGIN
    INSERT INTO audit_touched VALUES ('', NEW.id, 'granted', {_grant_row("NEW")});
END
""",
    f"""
CREATE TEMP TRIGGER audit_sees_grant_change AFTER UPDATE ON main.grants
BEGIN
    INSERT INTO audit_touched SELECT '', NEW.id, 'granted', {_grant_row("NEW")}
        WHERE (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NULL)
        OR ifnull(NEW.uses_left, 1e9) > ifnull(OLD.uses_left, 1e9)
        OR (NEW.tool, NEW.definition, NEW.scope, NEW.words, NEW.conversation_id, NEW.workspace, NEW.expires_at)
        IS NOT (OLD.tool, OLD.definition, OLD.scope, OLD.words, OLD.conversation_id, OLD.workspace, OLD.expires_at);
    INSERT INTO audit_touched SELECT '', NEW.id, 'used_up', {_grant_row("NEW")}
        WHERE NEW.uses_left <= 0 AND OLD.uses_left IS NOT NEW.uses_left;
    INSERT INTO audit_touched SELECT '', NEW.id, 'revoked', {_grant_row("NEW")}
        WHERE NEW.revoked_at IS NOT NULL AND OLD.revoked_at IS NULL;
END
""",
    # With its conversation, say. One that let nothing through any more has its last row already.
    f"""
CREATE TEMP TRIGGER audit_sees_grant_go AFTER DELETE ON main.grants
WHEN OLD.revoked_at IS NULL AND ifnull(OLD.uses_left, 1) > 0
BEGIN
    INSERT INTO audit_touched VALUES ('', OLD.id, 'revoked', {_grant_row("OLD")});
END
""",
)


def create(connection: sqlite3.Connection) -> None:
    """Make the table and its guards, inside a transaction."""
    for statement in (TABLE, INDEX, *GUARDS.values()):
        connection.execute(statement)


def watch(connection: sqlite3.Connection) -> None:
    """Note each change of a call or a grant on this connection, so that no code that makes one can forget the log.

    The notes are rows of ``temp.audit_touched``; they take part in the transaction and are rolled back with it.
    """
    connection.execute("PRAGMA temp_store = MEMORY")  # off the record, nothing may lie in a temporary file
    for statement in _WATCH:
        connection.execute(statement)
