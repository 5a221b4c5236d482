"""Rounds and their tool calls: each step is here before it happens."""

import json
import sqlite3
from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError

from desktop.engine.errors import DecisionRejected, StoreDamaged
from desktop.engine.gate import Decision
from desktop.engine.messages import CallState, ModelTurn, ToolCall, utc_now
from desktop.engine.store.database import Database
from desktop.engine.store.records import StoredCall, StoredRound
from desktop.engine.store.usage import Spent, insert_usage

_DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)

INTERRUPTED_CALL = (
    "The program ended while this call ran. Whether it took effect is not known, and it was not run again. "
    "Check before you repeat it."
)
STOPPED_CALL = "The person stopped the run while this call ran. Whether it took effect is not known."
CANCELLED_CALL = "The person stopped the run before this call took effect."


class Calls:
    """Reads and writes rounds and calls.

    Args:
        database: Where.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rounds(self, run_id: str) -> list[StoredRound]:
        """The rounds of a run with their calls, oldest first.

        Raises:
            StoreDamaged: A row cannot be read.
        """

        def work(db: sqlite3.Connection) -> list[StoredRound]:
            calls: dict[int, list[StoredCall]] = {}
            for row in db.execute("SELECT * FROM calls WHERE run_id = ? ORDER BY round, position", (run_id,)):
                calls.setdefault(row["round"], []).append(_call(row))
            return [
                StoredRound(
                    round=row["round"],
                    turn=ModelTurn.model_validate_json(row["turn"]),
                    calls=tuple(calls.get(row["round"], ())),
                )
                for row in db.execute("SELECT * FROM rounds WHERE run_id = ? ORDER BY round", (run_id,))
            ]

        try:
            return await self._database.read(work)
        except (ValidationError, ValueError) as error:
            raise StoreDamaged(
                f"The stored run {run_id!r} cannot be read.", action="Send the request again in a new message."
            ) from error

    async def ids_of_conversation(self, conversation_id: str) -> dict[str, list[str]]:
        """The calls' ids by run, in order: what the numbers in a run's answer lead to."""

        def work(db: sqlite3.Connection) -> dict[str, list[str]]:
            found: dict[str, list[str]] = {}
            for row in db.execute(
                "SELECT c.run_id, c.call_id FROM calls c JOIN runs r ON r.id = c.run_id WHERE r.conversation_id = ?"
                " ORDER BY c.run_id, c.round, c.position",
                (conversation_id,),
            ):
                found.setdefault(row["run_id"], []).append(row["call_id"])
            return found

        return await self._database.read(work)

    async def add_round(
        self,
        run_id: str,
        number: int,
        turn: ModelTurn,
        calls: Sequence[StoredCall],
        *,
        spent: Spent | None = None,
        gather_ms: int = 0,
    ) -> None:
        """Keep a finished turn, what it took, and the verdicts on its calls, in one step.

        Args:
            run_id: The run.
            number: Of the round, from 1.
            turn: What the model said.
            calls: Its calls, judged, in the model's order.
            spent: The usage of the model call; None where there was none.
            gather_ms: Milliseconds that the loop has taken so far.
        """

        def work(db: sqlite3.Connection) -> None:
            now = utc_now().isoformat()
            db.execute(
                "INSERT INTO rounds (run_id, round, turn, created_at) VALUES (?, ?, ?, ?)",
                (run_id, number, turn.model_dump_json(), now),
            )
            db.execute(
                "UPDATE runs SET partial_brain = NULL, partial_text = '', gather_ms = ? WHERE id = ?",
                (gather_ms, run_id),
            )
            if spent is not None:
                insert_usage(db, spent)
            for position, call in enumerate(calls):
                db.execute(
                    "INSERT INTO calls (run_id, call_id, round, position, tool, arguments, side_effects, ruling,"
                    " reasons, binding, state, result, finished_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        run_id,
                        call.call.id,
                        number,
                        position,
                        call.call.tool,
                        json.dumps(call.call.arguments),
                        call.side_effects,
                        call.ruling,
                        json.dumps(call.reasons),
                        call.binding,
                        call.state,
                        call.result,
                        None if call.state.is_open else now,
                    ),
                )

        await self._database.write(work)

    async def decide(self, run_id: str, call_id: str, decision: Decision, binding: str) -> StoredCall:
        """Keep the person's decision on a waiting call.

        Args:
            run_id: The run.
            call_id: The call.
            decision: What the person said.
            binding: Of the call as the person saw it.

        Returns:
            The call, with the decision.

        Raises:
            DecisionRejected: The call is unknown, does not wait, was decided before, or is not what was shown.
        """

        def work(db: sqlite3.Connection) -> StoredCall:
            row = db.execute("SELECT * FROM calls WHERE run_id = ? AND call_id = ?", (run_id, call_id)).fetchone()
            if row is None:
                raise DecisionRejected(
                    f"The run {run_id!r} has no call {call_id!r}.", action="Look at the calls that wait."
                )
            call = _call(row)
            if not call.needs_decision:
                raise DecisionRejected(
                    f"The call {call_id!r} does not wait for a decision: it is {call.state.value}"
                    f"{' and was decided before' if call.decision else ''}.",
                    action="Look at the calls that wait.",
                )
            if call.binding != binding:
                raise DecisionRejected(
                    f"The call {call_id!r} is not the one that was shown.", action="Look at it again, then decide."
                )
            db.execute(
                "UPDATE calls SET decision = ?, decided_at = ? WHERE run_id = ? AND call_id = ?",
                (decision.model_dump_json(), utc_now().isoformat(), run_id, call_id),
            )
            return call.model_copy(update={"decision": decision})

        return await self._database.write(work, durable=True)

    async def start(self, run_id: str, *calls: StoredCall) -> None:
        """Keep that calls are about to run, in one step; for a side effect this survives a power failure.

        Raises:
            DecisionRejected: One is not waiting any more, or its decision is gone; none is started.
        """

        def work(db: sqlite3.Connection) -> None:
            for call in calls:
                changed = db.execute(
                    "UPDATE calls SET state = 'running', started_at = ?"
                    " WHERE run_id = ? AND call_id = ? AND state = 'waiting' AND binding = ?"
                    " AND (ruling = 'allow' OR json_extract(decision, '$.kind') = 'allow_once')",
                    (utc_now().isoformat(), run_id, call.call.id, call.binding),
                ).rowcount
                if changed != 1:
                    raise DecisionRejected(
                        f"The call {call.call.id!r} may not start now.", action="Open the run again."
                    )

        await self._database.write(work, durable=any(call.side_effects for call in calls))

    async def finish(
        self, run_id: str, call_id: str, state: CallState, result: str, *, untrusted: bool, duration_ms: int
    ) -> None:
        """Keep a call's result.

        Args:
            run_id: The run.
            call_id: The call.
            state: A closed state.
            result: The whole of it.
            untrusted: Whether it can carry somebody else's words.
            duration_ms: How long it ran; 0 where it did not.
        """
        await self._database.write(
            lambda db: db.execute(
                "UPDATE calls SET state = ?, result = ?, untrusted = ?, duration_ms = ?, finished_at = ?"
                " WHERE run_id = ? AND call_id = ?",
                (state, result, untrusted, duration_ms, utc_now().isoformat(), run_id, call_id),
            )
        )


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

    Returns:
        The calls that became unknown.
    """
    unknown = []
    for call in _open_calls(db, run_id):
        if call.state is not CallState.RUNNING:
            continue
        if call.side_effects:
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
    return [_call(row) for row in rows]


def _close(db: sqlite3.Connection, run_id: str, call: StoredCall, state: CallState, text: str) -> StoredCall:
    db.execute(
        "UPDATE calls SET state = ?, result = ?, finished_at = ? WHERE run_id = ? AND call_id = ?",
        (state, text, utc_now().isoformat(), run_id, call.call.id),
    )
    return call.model_copy(update={"state": state, "result": text})


def _call(row: sqlite3.Row) -> StoredCall:
    return StoredCall(
        call=ToolCall(id=row["call_id"], tool=row["tool"], arguments=json.loads(row["arguments"])),
        round=row["round"],
        side_effects=bool(row["side_effects"]),
        ruling=row["ruling"],
        reasons=tuple(json.loads(row["reasons"])),
        binding=row["binding"],
        state=CallState(row["state"]),
        decision=_DECISION.validate_json(row["decision"]) if row["decision"] else None,
        result=row["result"],
        untrusted=bool(row["untrusted"]),
        duration_ms=row["duration_ms"],
    )
