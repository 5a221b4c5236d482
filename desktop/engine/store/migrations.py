"""The steps that bring a database to this program's version. Append only; one transaction each, a copy first."""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from desktop.engine.errors import StoreTooNew
from desktop.engine.store import attachment_schema, audit_schema, branch_schema, search_schema, summary_schema
from desktop.engine.store.migration_audit_log_id import m009_audit_log_id
from desktop.engine.store.migration_edits import m014_edits
from desktop.engine.store.migration_faults import m015_faults
from desktop.engine.store.migration_left_out import m012_left_out
from desktop.engine.store.migration_over_budget import m013_over_budget
from desktop.engine.store.migration_queue_attachments import m011_queue_attachments
from desktop.engine.store.migration_stops import m004_stops

_FIRST = """
CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    role TEXT NOT NULL,
    workspace TEXT NOT NULL,
    draft TEXT NOT NULL DEFAULT '',
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE INDEX conversations_by_time ON conversations (updated_at DESC);

CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    state TEXT NOT NULL,            -- running, waiting, interrupted, done, failed, stopped
    owner TEXT,                     -- the process that works on it; NULL while none does
    options TEXT NOT NULL,          -- RunOptions as JSON, with a schema version
    opening TEXT,                   -- ModelRequest of round 1 as JSON: what all rounds begin with
    summary TEXT,
    handoff TEXT,                   -- list of HandoffMessage as JSON, exactly as sent
    partial_brain TEXT,             -- what streams now, and its text so far
    partial_text TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT '',
    action TEXT NOT NULL DEFAULT '',
    gather_ms INTEGER NOT NULL DEFAULT 0,
    started_at TEXT NOT NULL,
    finished_at TEXT
);
CREATE INDEX runs_of_conversation ON runs (conversation_id, started_at);
CREATE INDEX runs_unfinished ON runs (state) WHERE state IN ('running', 'waiting', 'interrupted');

CREATE TABLE messages (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    role TEXT NOT NULL,
    text TEXT NOT NULL,
    run_id TEXT REFERENCES runs (id),
    created_at TEXT NOT NULL,
    details TEXT,
    superseded INTEGER NOT NULL DEFAULT 0,
    UNIQUE (conversation_id, position)
);
CREATE INDEX messages_of_run ON messages (run_id);

CREATE TABLE rounds (
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    round INTEGER NOT NULL,
    turn TEXT NOT NULL,             -- ModelTurn as JSON
    created_at TEXT NOT NULL,
    PRIMARY KEY (run_id, round)
);

CREATE TABLE calls (
    run_id TEXT NOT NULL,
    call_id TEXT NOT NULL,
    round INTEGER NOT NULL,
    position INTEGER NOT NULL,
    tool TEXT NOT NULL,
    arguments TEXT NOT NULL,
    side_effects INTEGER NOT NULL,
    ruling TEXT NOT NULL,           -- allow, ask, block
    reasons TEXT NOT NULL,
    binding TEXT NOT NULL,
    state TEXT NOT NULL,
    decision TEXT,
    decided_at TEXT,
    started_at TEXT,
    finished_at TEXT,
    result TEXT,
    untrusted INTEGER NOT NULL DEFAULT 0,
    duration_ms INTEGER,
    PRIMARY KEY (run_id, call_id),
    FOREIGN KEY (run_id, round) REFERENCES rounds (run_id, round) ON DELETE CASCADE
);
CREATE INDEX calls_in_order ON calls (run_id, round, position);

CREATE TABLE usage (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    brain TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    input_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    thinking_tokens INTEGER NOT NULL,
    cost_usd REAL
);
CREATE INDEX usage_of_conversation ON usage (conversation_id);
CREATE INDEX usage_of_run ON usage (run_id);

CREATE TABLE notes (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at TEXT NOT NULL
);
"""


def m001_first(connection: sqlite3.Connection) -> None:
    """Conversations, messages, runs with their rounds and calls, usage, notes."""
    for statement in _statements(_FIRST):
        connection.execute(statement)


_GRANTS = """
CREATE TABLE grants (
    id TEXT PRIMARY KEY,
    tool TEXT NOT NULL,
    definition TEXT NOT NULL,       -- hash of the tool's declaration at that time
    scope TEXT NOT NULL,            -- Scope as JSON
    words TEXT NOT NULL,            -- the scope as the person saw it
    conversation_id TEXT REFERENCES conversations (id) ON DELETE CASCADE,
    workspace TEXT,                 -- the folder it holds in; NULL: anywhere
    uses_left INTEGER,
    expires_at TEXT,
    created_at TEXT NOT NULL,
    last_used_at TEXT,
    use_count INTEGER NOT NULL DEFAULT 0,
    revoked_at TEXT
);
CREATE INDEX grants_of_tool ON grants (tool) WHERE revoked_at IS NULL;
ALTER TABLE calls ADD COLUMN decided_by TEXT NOT NULL DEFAULT '';   -- policy, grant, person
ALTER TABLE calls ADD COLUMN grant_id TEXT;
ALTER TABLE calls ADD COLUMN edited INTEGER NOT NULL DEFAULT 0;     -- whether the person changed the arguments
ALTER TABLE calls ADD COLUMN original_arguments TEXT;               -- what the model gave, where they were changed
ALTER TABLE calls ADD COLUMN tainted_by TEXT NOT NULL DEFAULT '[]'; -- TaintSource list as JSON
ALTER TABLE calls ADD COLUMN taint_holds INTEGER NOT NULL DEFAULT 0;
CREATE INDEX calls_of_tool ON calls (tool, ruling, decided_by);
UPDATE calls SET decided_by = 'person' WHERE decision IS NOT NULL;
UPDATE calls SET decided_by = 'policy' WHERE decision IS NULL AND (ruling = 'allow' OR state = 'blocked');
"""


def m002_grants(connection: sqlite3.Connection) -> None:
    """Grants, and in the calls: who decided, what the person changed, and what tainted the run."""
    for statement in _statements(_GRANTS):
        connection.execute(statement)


def m003_audit(connection: sqlite3.Connection) -> None:
    """The audit log, with the triggers that let it grow and nothing else."""
    audit_schema.create(connection)


def m005_branches(connection: sqlite3.Connection) -> None:
    """Branches and versions of messages; the queue."""
    branch_schema.create(connection)


_KEEPING = """
ALTER TABLE conversations ADD COLUMN titled_by TEXT NOT NULL DEFAULT '';    -- empty: its first line; model, person
ALTER TABLE conversations ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN deleted_at TEXT;                       -- until it is purged it can come back
ALTER TABLE conversations ADD COLUMN source TEXT;                           -- what it was imported from: program:id
CREATE UNIQUE INDEX conversations_of_source ON conversations (source) WHERE source IS NOT NULL;
CREATE INDEX conversations_deleted ON conversations (deleted_at) WHERE deleted_at IS NOT NULL;
"""


def m006_search(connection: sqlite3.Connection) -> None:
    """The search index over all messages; pinned, archived, deleted and imported conversations."""
    for statement in _statements(_KEEPING):
        connection.execute(statement)
    search_schema.create(connection)


def m007_attachments(connection: sqlite3.Connection) -> None:
    """Files, once each by their hash, and which messages and drafts they go with."""
    attachment_schema.create(connection)


def m008_conversation_models(connection: sqlite3.Connection) -> None:
    """In the conversations: the models that the person chose in the place of the role's, as JSON by brain."""
    connection.execute("ALTER TABLE conversations ADD COLUMN models TEXT NOT NULL DEFAULT '{}'")


def m010_history_summaries(connection: sqlite3.Connection) -> None:
    """Summaries of what requests leave out of long conversations."""
    summary_schema.create(connection)


Migration = Callable[[sqlite3.Connection], None]
MIGRATIONS: tuple[Migration, ...] = (
    m001_first,
    m002_grants,
    m003_audit,
    m004_stops,
    m005_branches,
    m006_search,
    m007_attachments,
    m008_conversation_models,
    m009_audit_log_id,
    m010_history_summaries,
    m011_queue_attachments,
    m012_left_out,
    m013_over_budget,
    m014_edits,
    m015_faults,
)


def migrate(connection: sqlite3.Connection, path: Path | None, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Run the migrations that the database lacks.

    Args:
        connection: In autocommit mode.
        path: The file; a copy named ``*.before-N`` is kept beside it before an existing one is changed.
        migrations: All there are.

    Raises:
        StoreTooNew: The database has more migrations than this program knows.
    """
    version = refuse_newer(connection, path, migrations)
    if version == len(migrations):
        return
    if version and path is not None:
        _copy(connection, path.with_name(f"{path.name}.before-{len(migrations)}"))
    for number, step in enumerate(migrations[version:], start=version + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            if connection.execute("PRAGMA user_version").fetchone()[0] >= number:
                connection.execute("ROLLBACK")  # another process was quicker
                continue
            step(connection)
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def refuse_newer(
    connection: sqlite3.Connection, path: Path | None, migrations: Sequence[Migration] = MIGRATIONS
) -> int:
    """Look at the version of a database, and change nothing.

    Args:
        connection: In autocommit mode.
        path: The file.
        migrations: All there are.

    Returns:
        How many migrations it has had.

    Raises:
        StoreTooNew: The database has more migrations than this program knows.
    """
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(migrations):
        raise StoreTooNew(
            f"The database {str(path)!r} was written by a newer version of the program.",
            action="Start that version, or update this one; the database was left as it is.",
        )
    return version


def _copy(connection: sqlite3.Connection, target: Path) -> None:
    target.touch(mode=0o600)
    target.chmod(0o600)
    copy = sqlite3.connect(target)
    try:
        connection.backup(copy)
    finally:
        copy.close()


def _statements(script: str) -> list[str]:
    """The statements of a script; ``executescript`` would end the transaction."""
    statements, current = [], ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            statements.append(current)
            current = ""
    return statements
