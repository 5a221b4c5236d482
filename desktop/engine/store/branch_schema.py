"""The tables of branches and of the queue, and how an older database comes to them."""

import sqlite3

_COLUMNS = (
    # A message's parent is the message that it was said after; one without is the first of its conversation.
    "ALTER TABLE messages ADD COLUMN parent_id TEXT",
    # Whether it is the chosen one of its siblings. `superseded` says whether it is off the chosen branch as a whole.
    "ALTER TABLE messages ADD COLUMN chosen INTEGER NOT NULL DEFAULT 1",
    "CREATE INDEX messages_of_parent ON messages (conversation_id, parent_id)",
    # The person's message that a run works on; a message can have several runs.
    "ALTER TABLE runs ADD COLUMN message_id TEXT",
    "CREATE INDEX runs_of_message ON runs (message_id)",
    """CREATE TABLE queue (
        id TEXT PRIMARY KEY,
        conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        text TEXT NOT NULL,
        options TEXT NOT NULL,      -- RunOptions as JSON, as at the time it was queued
        created_at TEXT NOT NULL,
        UNIQUE (conversation_id, position)
    )""",
    "UPDATE runs SET message_id = (SELECT m.id FROM messages m WHERE m.run_id = runs.id AND m.role = 'user'"
    " ORDER BY m.position LIMIT 1)",
)


def create(db: sqlite3.Connection) -> None:
    """Make messages a tree: what there is becomes a chain, and superseded answers siblings of what took their place."""
    for statement in _COLUMNS:
        db.execute(statement)
    conversation, last = None, None
    survivors: dict[str, str | None] = {}  # by run, the parent of the answer that is shown
    changes: list[tuple[str | None, int, str]] = []
    hidden: list[tuple[str, str | None, str | None]] = []
    rows = db.execute(
        "SELECT id, conversation_id, role, run_id, superseded FROM messages ORDER BY conversation_id, position"
    )
    for message_id, conversation_id, role, run_id, superseded in rows.fetchall():
        if conversation_id != conversation:
            conversation, last = conversation_id, None
        if superseded:
            hidden.append((message_id, run_id, last))
            continue
        changes.append((last, 1, message_id))
        if role == "assistant" and run_id is not None:
            survivors[run_id] = last
        last = message_id
    for message_id, run_id, before in hidden:
        changes.append((survivors.get(run_id or "", before), 0, message_id))
    db.executemany("UPDATE messages SET parent_id = ?, chosen = ? WHERE id = ?", changes)
