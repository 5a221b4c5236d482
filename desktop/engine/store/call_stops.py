"""The person stops one call: what is kept of that wish, inside a transaction."""

import sqlite3

from desktop.engine.errors import DecisionRejected, RunBusy, RunNotFound
from desktop.engine.messages import CallState, utc_now
from desktop.engine.store.call_rows import read_call
from desktop.engine.store.records import StoredCall

CANCELLED_BY_PERSON = (
    "The person stopped this call before it took effect. Do not call it again with the same arguments, unless they ask."
)
STOPPED_BY_PERSON = (
    "The person stopped this call while it ran. Whether it took effect is not known. "
    "Do not call it again with the same arguments, unless they ask."
)

DID_NOT_END = (
    "The person stopped this call, and it did not end. Whether it took effect, or still will, is not known. "
    "Do not call it again with the same arguments, unless they ask."
)


def outcome_of_stop(*, side_effects: bool, without_effect: bool) -> tuple[CallState, str]:
    """What became of a call that was stopped: its state, and the words that the model reads.

    Args:
        side_effects: Whether the call changes or sends anything.
        without_effect: Whether it is sure that it changed nothing: it had not begun, or its tool says so.
    """
    if side_effects and not without_effect:
        return CallState.UNKNOWN, STOPPED_BY_PERSON
    return CallState.CANCELLED, CANCELLED_BY_PERSON


def keep_stop(db: sqlite3.Connection, run_id: str, call_id: str, *, at_work: bool) -> tuple[StoredCall, bool]:
    """Keep that the person stopped a call. One that has not begun is closed at once, and begins no more.

    Args:
        db: In a transaction.
        run_id: The run.
        call_id: The call.
        at_work: Whether this process works on the run.

    Returns:
        The call as it is now, and whether this closed it. A running one still runs; one that had ended is as it was.

    Raises:
        RunBusy: Another process works on the run.
        DecisionRejected: There is no such call, or it waits for a decision.
    """
    run = db.execute("SELECT state FROM runs WHERE id = ?", (run_id,)).fetchone()
    if run is None:
        raise RunNotFound(f"There is no run {run_id!r}.", action="Open its conversation again.")
    if run["state"] == "running" and not at_work:
        raise RunBusy("This run is at work in another window or process.", action="Stop the call there.")
    row = db.execute("SELECT * FROM calls WHERE run_id = ? AND call_id = ?", (run_id, call_id)).fetchone()
    if row is None:
        raise DecisionRejected(f"The run {run_id!r} has no call {call_id!r}.", action="Look at its calls.")
    call = read_call(row)
    if call.needs_decision:
        raise DecisionRejected(f"The call {call_id!r} waits for your decision.", action="Deny it, or allow it.")
    if not call.state.is_open or call.stopped or (call.state is CallState.WAITING and not call.may_run):
        return call, False
    now = utc_now().isoformat()
    if call.state is CallState.RUNNING:
        db.execute("UPDATE calls SET stopped_at = ? WHERE run_id = ? AND call_id = ?", (now, run_id, call_id))
        return call.model_copy(update={"stopped": True}), False
    state, text = outcome_of_stop(side_effects=call.side_effects, without_effect=True)
    db.execute(
        "UPDATE calls SET stopped_at = ?, state = ?, result = ?, finished_at = ? WHERE run_id = ? AND call_id = ?",
        (now, state, text, now, run_id, call_id),
    )
    return call.model_copy(update={"stopped": True, "state": state, "result": text}), True
