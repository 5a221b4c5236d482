"""Rounds and their tool calls: each step is here before it happens."""

import json
import sqlite3
from collections.abc import Sequence

from pydantic import ValidationError

from desktop.engine.errors import DecisionRejected, StoreDamaged
from desktop.engine.gate import Decision, Grant
from desktop.engine.messages import CallState, utc_now
from desktop.engine.requests import ModelTurn
from desktop.engine.store.call_rows import insert_call, read_call, sources_json
from desktop.engine.store.call_stops import keep_stop
from desktop.engine.store.database import Database
from desktop.engine.store.grants import insert_grant, use_grants
from desktop.engine.store.records import StoredCall, StoredRound
from desktop.engine.store.usage import Spent, insert_usage


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
                calls.setdefault(row["round"], []).append(read_call(row))
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
    ) -> tuple[StoredCall, ...]:
        """Keep a finished turn, what it took, the verdicts on its calls and the uses of grants, in one step.

        Args:
            run_id: The run.
            number: Of the round, from 1.
            turn: What the model said.
            calls: Its calls, judged, in the model's order.
            spent: The usage of the model call; None where there was none.
            gather_ms: Milliseconds that the loop has taken so far.

        Returns:
            The calls as they are kept: one whose grant was used up or revoked meanwhile asks.
        """

        def work(db: sqlite3.Connection) -> tuple[StoredCall, ...]:
            now = utc_now()
            db.execute(
                "INSERT INTO rounds (run_id, round, turn, created_at) VALUES (?, ?, ?, ?)",
                (run_id, number, turn.model_dump_json(), now.isoformat()),
            )
            db.execute(
                "UPDATE runs SET partial_brain = NULL, partial_text = '', gather_ms = ? WHERE id = ?",
                (gather_ms, run_id),
            )
            if spent is not None:
                insert_usage(db, spent)
            kept = use_grants(db, calls, now)
            for position, call in enumerate(kept):
                insert_call(db, run_id, position, call, now.isoformat())
            return tuple(kept)

        return await self._database.write(work)

    async def get(self, run_id: str, call_id: str) -> StoredCall:
        """One call.

        Raises:
            DecisionRejected: There is none of this id.
            StoreDamaged: It cannot be read.
        """
        try:
            return await self._database.read(lambda db: _known(db, run_id, call_id))
        except ValueError as error:
            raise StoreDamaged(f"The stored call {call_id!r} cannot be read.", action="Stop the run.") from error

    async def decide(
        self, run_id: str, call_id: str, decision: Decision, binding: str, grant: Grant | None = None
    ) -> StoredCall:
        """Keep the person's decision on a waiting call, and the grant that comes with it, in one step.

        Args:
            run_id: The run.
            call_id: The call.
            decision: What the person said.
            binding: Of the call as the person saw it.
            grant: What is remembered of the decision.

        Returns:
            The call, with the decision.

        Raises:
            DecisionRejected: The call is unknown, does not wait, was decided before, or is not what was shown.
        """

        def work(db: sqlite3.Connection) -> StoredCall:
            call = _waiting(db, run_id, call_id, binding)
            db.execute(
                "UPDATE calls SET decision = ?, decided_by = 'person', decided_at = ? WHERE run_id = ? AND call_id = ?",
                (decision.model_dump_json(), utc_now().isoformat(), run_id, call_id),
            )
            if grant is not None:
                insert_grant(db, grant)
            return call.model_copy(update={"decision": decision, "decided_by": "person"})

        return await self._database.write(work, durable=True)

    async def edit(self, run_id: str, edited: StoredCall, binding: str) -> None:
        """Put a waiting call with changed arguments, judged anew, in the place of what it was.

        Args:
            run_id: The run.
            edited: The call as it is from now on; waiting, or blocked.
            binding: Of the call as the person saw it; no decision bound to it counts any more.

        Raises:
            DecisionRejected: The call is unknown, does not wait, was decided before, or is not what was shown.
        """

        def work(db: sqlite3.Connection) -> None:
            _waiting(db, run_id, edited.call.id, binding)
            original = edited.original_arguments
            db.execute(
                "UPDATE calls SET arguments = ?, original_arguments = ?, edited = ?, ruling = ?, reasons = ?,"
                " binding = ?, state = ?, result = ?, decided_by = ?, tainted_by = ?, taint_holds = ?, finished_at = ?"
                " WHERE run_id = ? AND call_id = ?",
                (
                    json.dumps(edited.call.arguments),
                    None if original is None else json.dumps(original),
                    edited.edited,
                    edited.ruling,
                    json.dumps(edited.reasons),
                    edited.binding,
                    edited.state,
                    edited.result,
                    edited.decided_by,
                    sources_json(edited),
                    edited.taint_holds,
                    None if edited.state.is_open else utc_now().isoformat(),
                    run_id,
                    edited.call.id,
                ),
            )

        await self._database.write(work, durable=True)

    async def stop(self, run_id: str, call_id: str, *, at_work: bool) -> tuple[StoredCall, bool]:
        """Keep that the person stopped a call, in one step that survives a power failure: see ``keep_stop``."""
        return await self._database.write(lambda db: keep_stop(db, run_id, call_id, at_work=at_work), durable=True)

    async def start(self, run_id: str, *calls: StoredCall) -> list[StoredCall]:
        """Keep that calls are about to run, in one step; for a side effect this survives a power failure.

        Returns:
            Those that may run now; one that the person stopped meanwhile is left out.

        Raises:
            DecisionRejected: One is not waiting any more, or its decision is gone; none is started.
        """

        def work(db: sqlite3.Connection) -> list[StoredCall]:
            started = []
            for call in calls:
                changed = db.execute(
                    "UPDATE calls SET state = 'running', started_at = ?"
                    " WHERE run_id = ? AND call_id = ? AND state = 'waiting' AND binding = ?"
                    " AND CASE WHEN decision IS NULL THEN ruling = 'allow' ELSE"
                    " json_extract(decision, '$.kind') IN ('allow_once', 'allow_conversation', 'allow_always') END",
                    (utc_now().isoformat(), run_id, call.call.id, call.binding),
                ).rowcount
                if changed == 1:
                    started.append(call)
                elif not _known(db, run_id, call.call.id).stopped:
                    raise DecisionRejected(
                        f"The call {call.call.id!r} may not start now.", action="Open the run again."
                    )
            return started

        return await self._database.write(work, durable=any(call.side_effects for call in calls))

    async def finish(
        self, run_id: str, call_id: str, state: CallState, result: str, *, untrusted: bool, duration_ms: int
    ) -> bool:
        """Keep a call's result.

        Args:
            run_id: The run.
            call_id: The call.
            state: A closed state.
            result: The whole of it.
            untrusted: Whether it can carry somebody else's words.
            duration_ms: How long it ran; 0 where it did not.

        Returns:
            Whether it is kept: a call that has a result keeps that.
        """

        def work(db: sqlite3.Connection) -> bool:
            return (
                db.execute(
                    "UPDATE calls SET state = ?, result = ?, untrusted = ?, duration_ms = ?, finished_at = ?"
                    " WHERE run_id = ? AND call_id = ? AND state IN ('waiting', 'running')",
                    (state, result, untrusted, duration_ms, utc_now().isoformat(), run_id, call_id),
                ).rowcount
                == 1
            )

        return await self._database.write(work)


def _known(db: sqlite3.Connection, run_id: str, call_id: str) -> StoredCall:
    row = db.execute("SELECT * FROM calls WHERE run_id = ? AND call_id = ?", (run_id, call_id)).fetchone()
    if row is None:
        raise DecisionRejected(f"The run {run_id!r} has no call {call_id!r}.", action="Look at the calls that wait.")
    return read_call(row)


def _waiting(db: sqlite3.Connection, run_id: str, call_id: str, binding: str) -> StoredCall:
    """The call that a person saw, where it still waits for them."""
    call = _known(db, run_id, call_id)
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
    return call
