"""What becomes of the open calls of a run that was stopped, or whose process ended. All inside a transaction."""

import sqlite3

from desktop.engine.messages import CallState, utc_now
from desktop.engine.store.call_rows import read_call
from desktop.engine.store.call_stops import outcome_of_stop
from desktop.engine.store.records import StoredCall

INTERRUPTED_CALL = (
    "The program ended while this call ran. Whether it took effect is not known, and it was not run again. "
    "Check before you repeat it."
)
STOPPED_CALL = "The person stopped the run while this call ran. Whether it took effect is not known."
CANCELLED_CALL = "The person stopped the run before this call took effect."


def close_stopped_calls(db: sqlite3.Connection, run_id: str) -> list[StoredCall]:
    """Give every open call of a stopped run its result, inside a transaction.

    Returns:
        The calls that were closed: ``unknown`` where a side effect may have happened, else ``cancelled``.
    """
    closed: list[StoredCall] = []
    try:
        calls = _open_calls(db, run_id)
    except ValueError:  # damaged: the run ends all the same, and cannot be gone on with
        return closed
    for call in calls:
        unsure = call.state is CallState.RUNNING and call.side_effects
        state, text = (CallState.UNKNOWN, STOPPED_CALL) if unsure else (CallState.CANCELLED, CANCELLED_CALL)
        closed.append(_close(db, run_id, call, state, text))
    return closed


def settle_interrupted_calls(db: sqlite3.Connection, run_id: str) -> list[StoredCall]:
    """Say what became of the calls that ran when the process ended, inside a transaction.

    A side effect under way is ``unknown`` and closed; a read under way waits again, since reading twice harms nobody.
    One that the person had stopped is closed.

    Returns:
        The calls that became unknown.
    """
    unknown = []
    for call in _open_calls(db, run_id):
        if call.state is not CallState.RUNNING:
            continue
        if call.stopped:
            _close(db, run_id, call, *outcome_of_stop(side_effects=call.side_effects, without_effect=False))
        elif call.side_effects:
            unknown.append(_close(db, run_id, call, CallState.UNKNOWN, INTERRUPTED_CALL))
        else:
            db.execute(
                "UPDATE calls SET state = 'waiting', started_at = NULL WHERE run_id = ? AND call_id = ?",
                (run_id, call.call.id),
            )
    return unknown


def has_open_gates(db: sqlite3.Connection, run_id: str) -> bool:
    """Whether a call of the run waits for the person."""
    return any(call.needs_decision for call in _open_calls(db, run_id))


def _open_calls(db: sqlite3.Connection, run_id: str) -> list[StoredCall]:
    rows = db.execute(
        "SELECT * FROM calls WHERE run_id = ? AND state IN ('waiting', 'running') ORDER BY round, position", (run_id,)
    ).fetchall()
    return [read_call(row) for row in rows]


def _close(db: sqlite3.Connection, run_id: str, call: StoredCall, state: CallState, text: str) -> StoredCall:
    db.execute(
        "UPDATE calls SET state = ?, result = ?, finished_at = ? WHERE run_id = ? AND call_id = ?",
        (state, text, utc_now().isoformat(), run_id, call.call.id),
    )
    return call.model_copy(update={"state": state, "result": text})
