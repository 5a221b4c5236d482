"""Looking back at tool calls: what a conversation has read, and what a grant would have let through."""

import contextlib
import json
import sqlite3

from desktop.engine.gate import Policy
from desktop.engine.messages import ToolCall
from desktop.engine.store.database import Database
from desktop.engine.store.records import PastCall
from desktop.engine.taint import Reading

_MOST_REHEARSED = 500


class PastCalls:
    """Reads calls across runs.

    Args:
        database: Where.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def readings(self, conversation_id: str) -> list[Reading]:
        """The calls of a conversation that ran and gave a result to the model, oldest first."""

        def work(db: sqlite3.Connection) -> list[Reading]:
            return [
                Reading(
                    run_id=row["run_id"],
                    call_id=row["call_id"],
                    tool=row["tool"],
                    arguments=json.loads(row["arguments"]),
                    untrusted=bool(row["untrusted"]),
                )
                for row in db.execute(
                    "SELECT c.run_id, c.call_id, c.tool, c.arguments, c.untrusted FROM calls c"
                    " JOIN runs r ON r.id = c.run_id WHERE r.conversation_id = ?"
                    " AND c.state IN ('done', 'failed') AND c.started_at IS NOT NULL"
                    " ORDER BY r.started_at, r.id, c.round, c.position",
                    (conversation_id,),
                )
            ]

        return await self._database.read(work)

    async def of_tool(self, tool: str) -> list[PastCall]:
        """The latest calls of a tool that asked, or that a grant let through; newest first, at most 500."""

        def work(db: sqlite3.Connection) -> list[PastCall]:
            found = []
            for row in db.execute(
                "SELECT c.run_id, c.call_id, c.arguments, c.state, c.taint_holds, o.created_at AS at,"
                " CASE WHEN json_valid(r.options) THEN json_extract(r.options, '$.root') END AS root FROM calls c"
                " JOIN runs r ON r.id = c.run_id JOIN rounds o ON o.run_id = c.run_id AND o.round = c.round"
                " WHERE c.tool = ? AND (c.ruling = ? OR c.decided_by IN ('grant', 'person'))"
                " ORDER BY o.created_at DESC, c.run_id DESC, c.position DESC LIMIT ?",
                (tool, Policy.ASK, _MOST_REHEARSED),
            ):
                with contextlib.suppress(ValueError):  # a damaged one is not rehearsed
                    call = ToolCall(id=row["call_id"], tool=tool, arguments=json.loads(row["arguments"]))
                    found.append(
                        PastCall(
                            run_id=row["run_id"],
                            call=call,
                            root=row["root"],
                            at=row["at"],
                            state=row["state"],
                            taint_holds=bool(row["taint_holds"]),
                        )
                    )
            return found

        return await self._database.read(work)
