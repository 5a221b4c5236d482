"""When what happened in a run: read from the times that its steps were stored at."""

import sqlite3
from datetime import datetime

from desktop.engine.run_record import Moment
from desktop.engine.store.database import Database

_MOMENTS = """
SELECT 'Begins' AS label, started_at AS at, 0 AS place FROM runs WHERE id = :run
UNION ALL SELECT 'Round ' || round || ' came', created_at, 1 FROM rounds WHERE run_id = :run
UNION ALL SELECT tool || ' decided', decided_at, 2 FROM calls WHERE run_id = :run AND decided_at IS NOT NULL
UNION ALL SELECT tool || ' started', started_at, 3 FROM calls WHERE run_id = :run AND started_at IS NOT NULL
UNION ALL SELECT tool || ' ' || state, finished_at, 4 FROM calls WHERE run_id = :run AND finished_at IS NOT NULL
UNION ALL SELECT 'Answer', created_at, 5 FROM messages
    WHERE id = (SELECT id FROM messages WHERE run_id = :run AND role = 'assistant' ORDER BY position DESC LIMIT 1)
UNION ALL SELECT upper(substr(state, 1, 1)) || substr(state, 2), finished_at, 6 FROM runs
    WHERE id = :run AND finished_at IS NOT NULL
ORDER BY at, place
"""


async def moments_of(database: Database, run_id: str) -> tuple[Moment, ...]:
    """The time line of a run.

    Args:
        database: Where the run is kept.
        run_id: The run.

    Returns:
        Its moments, in order; empty where there is no such run.
    """

    def work(db: sqlite3.Connection) -> list[sqlite3.Row]:
        return db.execute(_MOMENTS, {"run": run_id}).fetchall()

    rows = await database.read(work)
    times = [datetime.fromisoformat(row["at"]) for row in rows]
    return tuple(
        Moment(label=row["label"], at_ms=max(0, round((at - times[0]).total_seconds() * 1000)))
        for row, at in zip(rows, times, strict=True)
    )
