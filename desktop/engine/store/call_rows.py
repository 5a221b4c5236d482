"""Tool calls as rows."""

import json
import sqlite3

from pydantic import TypeAdapter

from desktop.engine.gate import Decision, TaintSource
from desktop.engine.messages import CallState, ToolCall
from desktop.engine.store.records import StoredCall

_DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)
_SOURCES: TypeAdapter[tuple[TaintSource, ...]] = TypeAdapter(tuple[TaintSource, ...])


def insert_call(db: sqlite3.Connection, run_id: str, position: int, call: StoredCall, now: str) -> None:
    """Keep a judged call, inside a transaction.

    Args:
        db: In a transaction.
        run_id: The run.
        position: In its round, from 0.
        call: The call.
        now: In ISO form, UTC.
    """
    db.execute(
        "INSERT INTO calls (run_id, call_id, round, position, tool, arguments, side_effects, ruling, reasons, binding,"
        " state, result, decided_by, grant_id, tainted_by, taint_holds, decided_at, finished_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            run_id,
            call.call.id,
            call.round,
            position,
            call.call.tool,
            json.dumps(call.call.arguments),
            call.side_effects,
            call.ruling,
            json.dumps(call.reasons),
            call.binding,
            call.state,
            call.result,
            call.decided_by,
            call.grant_id,
            sources_json(call),
            call.taint_holds,
            now if call.decided_by else None,
            None if call.state.is_open else now,
        ),
    )


def sources_json(call: StoredCall) -> str:
    """What tainted the run of a call, as JSON."""
    return _SOURCES.dump_json(call.tainted_by).decode()


def read_call(row: sqlite3.Row) -> StoredCall:
    """A call from its row.

    Raises:
        ValueError: The row cannot be read.
    """
    return StoredCall(
        call=ToolCall(id=row["call_id"], tool=row["tool"], arguments=json.loads(row["arguments"])),
        round=row["round"],
        side_effects=bool(row["side_effects"]),
        ruling=row["ruling"],
        reasons=tuple(json.loads(row["reasons"])),
        binding=row["binding"],
        state=CallState(row["state"]),
        decision=_DECISION.validate_json(row["decision"]) if row["decision"] else None,
        decided_by=row["decided_by"],
        grant_id=row["grant_id"],
        original_arguments=json.loads(row["original_arguments"]) if row["original_arguments"] else None,
        tainted_by=_SOURCES.validate_json(row["tainted_by"]),
        taint_holds=bool(row["taint_holds"]),
        result=row["result"],
        untrusted=bool(row["untrusted"]),
        duration_ms=row["duration_ms"],
        stopped=row["stopped_at"] is not None,
    )
