"""What a transcript says of each run of a conversation, read for all of them at once."""

import sqlite3

from desktop.engine.messages import Value
from desktop.engine.store.database import Database
from desktop.engine.store.records import OverBudget, RunFault, RunState

# Options that cannot be read offer no more than going on.
_BRIEFS = """
SELECT r.id AS run_id, r.state, r.message_id, r.gather_ms, r.left_out, r.error, r.action, r.over_budget, r.fault,
    EXISTS (SELECT 1 FROM history_summaries s WHERE s.conversation_id = r.conversation_id
        AND s.last_message_id = r.left_out_to) AS has_left_out_summary,
    r.state = 'stopped' AND r.partial_text <> '' AS has_cut_words,
    r.summary IS NOT NULL AS is_gathered,
    r.summary IS NOT NULL OR (json_valid(r.options) AND json_extract(r.options, '$.tools_enabled') = 0)
        AS can_write_again,
    (SELECT COUNT(*) FROM rounds o WHERE o.run_id = r.id) AS rounds,
    (SELECT COUNT(*) FROM calls c WHERE c.run_id = r.id) AS calls,
    (SELECT group_concat(c.tool, ', ') FROM calls c WHERE c.run_id = r.id AND c.state = 'unknown') AS unknown
FROM runs r JOIN messages m ON m.id = r.message_id
WHERE r.conversation_id = ? AND NOT m.superseded ORDER BY r.started_at, r.id
"""


class RunBrief(Value):
    """A run in short.

    Attributes:
        run_id: The run.
        message_id: The person's message that it works on.
        state: Where it stands.
        rounds: How often the orchestrator was called.
        calls: How many tool calls it asked for.
        gather_ms: Milliseconds spent in the tool loop.
        left_out: How many of the oldest messages its requests leave out.
        has_left_out_summary: Whether a summary stands in their place.
        has_cut_words: Whether it was stopped in a turn of the orchestrator's, of which something had come.
        is_gathered: Whether the loop has ended by itself.
        can_write_again: Whether the answer can be written without running a tool.
        unknown: The tools whose effect is not known, in words; empty for none.
        error: Why it failed.
        action: What the person can do.
        over_budget: Which budget it came to.
        fault: What kind of fault it failed of.
    """

    run_id: str
    message_id: str
    state: RunState
    rounds: int = 0
    calls: int = 0
    gather_ms: int = 0
    left_out: int = 0
    has_left_out_summary: bool = False
    has_cut_words: bool = False
    is_gathered: bool = False
    can_write_again: bool = False
    unknown: str = ""
    error: str = ""
    action: str = ""
    over_budget: OverBudget = ""
    fault: RunFault = ""


async def briefs_of(database: Database, conversation_id: str) -> list[RunBrief]:
    """The runs on messages of a conversation's chosen branch, oldest first."""

    def work(db: sqlite3.Connection) -> list[sqlite3.Row]:
        return db.execute(_BRIEFS, (conversation_id,)).fetchall()

    rows = await database.read(work)
    return [RunBrief.model_validate({**dict(row), "unknown": row["unknown"] or ""}) for row in rows]
