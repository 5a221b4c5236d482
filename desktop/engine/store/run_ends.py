"""How a run comes to rest in the store: ended, put aside by its process, or found without one."""

import sqlite3
from collections.abc import Sequence

from desktop.engine.messages import Brain, Message, MessageDetails, StopReason, utc_now
from desktop.engine.store.branches import place_of_answer
from desktop.engine.store.conversations import insert_message
from desktop.engine.store.cut_calls import has_open_gates, settle_interrupted_calls
from desktop.engine.store.ids import IdMaker
from desktop.engine.store.owner import is_alive
from desktop.engine.store.records import RunOptions, RunState

DAMAGED = "Send the request again in a new message; the rest of the history stays usable."
"""What the person can do about a run that cannot be read."""


def end_run(
    db: sqlite3.Connection, run_id: str, state: RunState, message: Message | None, *, error: str = "", action: str = ""
) -> None:
    """Let no process work on a run any more, and keep its message, inside a transaction.

    Args:
        db: The connection.
        run_id: The run.
        state: What it is in now.
        message: The answer, whole or cut; None where nothing had arrived.
        error: Why it failed.
        action: What the person can do.
    """
    if message is not None:
        row = db.execute("SELECT conversation_id FROM runs WHERE id = ?", (run_id,)).fetchone()
        insert_message(db, row["conversation_id"], message, parent_id=place_of_answer(db, run_id))
    db.execute(
        "UPDATE runs SET state = ?, owner = NULL, error = ?, action = ?, finished_at = ?,"
        " partial_brain = NULL, partial_text = '' WHERE id = ?",
        (state, error, action, utc_now().isoformat(), run_id),
    )


def put_dead_aside(db: sqlite3.Connection, ids: IdMaker, rows: Sequence[sqlite3.Row]) -> list[str]:
    """Put aside those running runs whose process is gone, inside a transaction.

    Args:
        db: The connection.
        ids: Makes the ids of cut answers.
        rows: Of the runs, with ``id`` and ``owner``.

    Returns:
        The ids of the runs whose process is gone.
    """
    dead = [row["id"] for row in rows if row["owner"] is None or not is_alive(row["owner"])]
    for run_id in dead:
        try:
            interrupt_run(db, ids, run_id)
        except ValueError:  # one damaged run keeps nobody from the rest
            end_run(db, run_id, "failed", None, error=f"The stored run {run_id!r} cannot be read.", action=DAMAGED)
    return dead


def interrupt_run(db: sqlite3.Connection, ids: IdMaker, run_id: str) -> None:
    """Put a running run aside, inside a transaction: it is ``waiting`` or ``interrupted`` now; a cut answer is kept.

    Args:
        db: The connection.
        ids: Makes the id of a cut answer.
        run_id: The run; one that has ended stays as it is.
    """
    row = db.execute("SELECT state, options, partial_brain, partial_text FROM runs WHERE id = ?", (run_id,)).fetchone()
    if row["state"] != "running":
        return  # it had just ended by itself
    settle_interrupted_calls(db, run_id)
    if row["partial_brain"] == Brain.RESPONDER and row["partial_text"]:
        model, is_fallback = _responder_of(row["options"])
        details = MessageDetails(
            model=model,
            label=model,
            fallback=is_fallback,
            stop=StopReason.CUT,
            stop_detail="the program ended",
        )
        message = Message(id=ids.new("m"), role="assistant", text=row["partial_text"], run_id=run_id, details=details)
        end_run(db, run_id, "interrupted", message)
    state = "waiting" if has_open_gates(db, run_id) else "interrupted"
    db.execute("UPDATE runs SET state = ?, owner = NULL WHERE id = ?", (state, run_id))


def _responder_of(options: str) -> tuple[str, bool]:
    """The responder's name in the registry, empty where the options cannot be read, and whether it had taken over."""
    try:
        read = RunOptions.model_validate_json(options)
    except ValueError:
        return "", False
    return read.at_work(Brain.RESPONDER), Brain.RESPONDER in read.stand_ins
