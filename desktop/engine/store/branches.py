"""Messages as a tree: who stands behind whom, and which branch is chosen. Functions inside a transaction.

A conversation shows one branch: from its first message, at each fork the ``chosen`` sibling. The messages that are
not on it are marked ``superseded``, so that whoever wants what is shown asks for ``NOT superseded``.
"""

import sqlite3

_LINE = """
WITH RECURSIVE line (id) AS (
    SELECT :message
    UNION ALL
    SELECT m.parent_id FROM messages m JOIN line ON m.id = line.id WHERE m.parent_id IS NOT NULL
)
"""
_TAIL = """
WITH RECURSIVE tail (id, depth) AS (
    SELECT :message, 0
    UNION ALL
    SELECT m.id, tail.depth + 1 FROM messages m JOIN tail ON m.parent_id = tail.id
    WHERE m.conversation_id = :conversation AND m.chosen
)
SELECT id FROM tail ORDER BY depth DESC LIMIT 1
"""
_MARK = """
WITH RECURSIVE path (id) AS (
    SELECT m.id FROM messages m WHERE m.conversation_id = :conversation AND m.chosen AND (m.parent_id IS NULL
        OR NOT EXISTS (SELECT 1 FROM messages p WHERE p.id = m.parent_id))
    UNION ALL
    SELECT m.id FROM messages m JOIN path ON m.parent_id = path.id
    WHERE m.conversation_id = :conversation AND m.chosen
)
UPDATE messages SET superseded = id NOT IN (SELECT id FROM path)
WHERE conversation_id = :conversation AND superseded <> (id NOT IN (SELECT id FROM path))
"""


def line_to(db: sqlite3.Connection, message_id: str | None) -> list[sqlite3.Row]:
    """The messages from the first to this one, in order; none for None."""
    return db.execute(
        f"{_LINE} SELECT m.* FROM messages m JOIN line ON m.id = line.id ORDER BY m.position", {"message": message_id}
    ).fetchall()


def parent_of(db: sqlite3.Connection, message_id: str) -> str | None:
    """What a message stands behind; None for a first one."""
    row = db.execute("SELECT parent_id FROM messages WHERE id = ?", (message_id,)).fetchone()
    return row["parent_id"] if row is not None else None


def end_of_branch(db: sqlite3.Connection, conversation_id: str) -> str | None:
    """The last message of the chosen branch; None in an empty conversation."""
    row = db.execute(
        "SELECT id FROM messages WHERE conversation_id = ? AND NOT superseded ORDER BY position DESC LIMIT 1",
        (conversation_id,),
    ).fetchone()
    return row["id"] if row is not None else None


def place_of_answer(db: sqlite3.Connection, run_id: str) -> str | None:
    """What the answer of a run is to stand behind.

    It stands beside the run's earlier answer, where there is one; else behind the message of the run. Where the person
    has gone on behind that message meanwhile, the answer comes at the end of what they said.
    """
    earlier = db.execute(
        "SELECT parent_id FROM messages WHERE run_id = ? AND role = 'assistant' ORDER BY position DESC LIMIT 1",
        (run_id,),
    ).fetchone()
    if earlier is not None:
        return str(earlier["parent_id"]) if earlier["parent_id"] is not None else None
    run = db.execute("SELECT conversation_id, message_id FROM runs WHERE id = ?", (run_id,)).fetchone()
    message_id, conversation_id = run["message_id"], run["conversation_id"]
    gone_on = db.execute(
        "SELECT 1 FROM messages WHERE conversation_id = ? AND parent_id = ? AND role = 'user'",
        (conversation_id, message_id),
    ).fetchone()
    if gone_on is None:
        return str(message_id) if message_id is not None else None
    end = db.execute(_TAIL, {"message": message_id, "conversation": conversation_id}).fetchone()
    return str(end["id"])


def choose(db: sqlite3.Connection, conversation_id: str, message_id: str | None) -> None:
    """Choose the branch that a message is on; behind it, what was chosen there before stays chosen."""
    for row in line_to(db, message_id):
        db.execute(
            "UPDATE messages SET chosen = id = :id WHERE conversation_id = :conversation AND parent_id IS :parent"
            " AND chosen <> (id = :id)",
            {"id": row["id"], "conversation": conversation_id, "parent": row["parent_id"]},
        )
    db.execute(_MARK, {"conversation": conversation_id})


def choose_run(db: sqlite3.Connection, run_id: str) -> None:
    """Choose the branch of a run: with its latest answer, or with its message where it has none."""
    row = db.execute(
        "SELECT r.conversation_id, COALESCE((SELECT m.id FROM messages m WHERE m.run_id = r.id AND m.role = 'assistant'"
        " ORDER BY m.position DESC LIMIT 1), r.message_id) AS place FROM runs r WHERE r.id = ?",
        (run_id,),
    ).fetchone()
    if row is not None and row["place"] is not None:
        choose(db, row["conversation_id"], row["place"])
