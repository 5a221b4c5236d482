"""Runs: from the message that begins one to the message that ends it."""

import json
import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime

from pydantic import TypeAdapter

from desktop.engine.errors import RunBusy, RunNotFound, StoreDamaged, UnknownName
from desktop.engine.events import HandoffMessage
from desktop.engine.messages import Attachment, Brain, Message, utc_now
from desktop.engine.requests import ModelRequest
from desktop.engine.store.attachments import attached_to_run
from desktop.engine.store.branches import choose_run
from desktop.engine.store.conversations import insert_message
from desktop.engine.store.cut_calls import close_stopped_calls
from desktop.engine.store.database import Database
from desktop.engine.store.ids import IdMaker
from desktop.engine.store.owner import this_process
from desktop.engine.store.records import OverBudget, RunFault, RunOptions, RunState, StoredCall, StoredRun
from desktop.engine.store.run_ends import DAMAGED, end_run, interrupt_run, put_dead_aside

_HANDOFF: TypeAdapter[tuple[HandoffMessage, ...]] = TypeAdapter(tuple[HandoffMessage, ...])


class Runs:
    """Reads and writes runs.

    Args:
        database: Where.
        ids: Makes their ids.
    """

    def __init__(self, database: Database, ids: IdMaker) -> None:
        self._database = database
        self._ids = ids

    async def create(
        self, conversation_id: str, text: str, options: RunOptions, attachments: Sequence[Attachment] = ()
    ) -> tuple[str, Message]:
        """Keep the person's message and a new run at work on it, in one step.

        Args:
            conversation_id: Where.
            text: The message.
            options: What it runs with.
            attachments: The files that go with it, stored; they leave the draft.

        Returns:
            The run's id, and the message.

        Raises:
            RunBusy: Another run of the conversation is at work.
            UnknownName: There is no such conversation.
        """
        run_id = self._ids.new("r")
        message = Message(id=self._ids.new("m"), role="user", text=text, run_id=run_id, attachments=tuple(attachments))

        def work(db: sqlite3.Connection) -> None:
            if db.execute("SELECT 1 FROM conversations WHERE id = ?", (conversation_id,)).fetchone() is None:
                raise UnknownName(f"There is no conversation {conversation_id!r}.", action="Begin a new one.")
            self.check_idle(db, conversation_id)
            insert_run(db, run_id, conversation_id, message.id, options)
            insert_message(db, conversation_id, message)
            db.execute("UPDATE conversations SET draft = '' WHERE id = ?", (conversation_id,))

        await self._database.write(work)
        return run_id, message

    async def get(self, run_id: str) -> StoredRun:
        """One run.

        Raises:
            RunNotFound: There is none of this id.
            StoreDamaged: It cannot be read.
        """

        def work(db: sqlite3.Connection) -> tuple[sqlite3.Row | None, tuple[Attachment, ...]]:
            row: sqlite3.Row | None = db.execute(
                "SELECT r.*, (SELECT text FROM messages WHERE id = r.message_id) AS request,"
                " (SELECT text FROM history_summaries s WHERE s.conversation_id = r.conversation_id"
                " AND s.last_message_id = r.left_out_to) AS left_out_summary FROM runs r WHERE r.id = ?",
                (run_id,),
            ).fetchone()
            return row, attached_to_run(db, run_id)

        row, attachments = await self._database.read(work)
        if row is None:
            raise RunNotFound(f"There is no run {run_id!r}.", action="Look at the runs that wait.")
        try:
            return _run(row, attachments)
        except ValueError as error:
            raise StoreDamaged(
                f"The stored run {run_id!r} cannot be read: it is damaged or was written by a newer program.",
                action=DAMAGED,
            ) from error

    async def claim(self, run_id: str, states: Collection[RunState]) -> None:
        """Become the one process that works on a run; its branch becomes the chosen one.

        Args:
            run_id: The run.
            states: It must be in one of these.

        Raises:
            RunBusy: It is not, or another process was quicker, or another run of its conversation is at work.
        """

        def work(db: sqlite3.Connection) -> None:
            found = db.execute("SELECT conversation_id FROM runs WHERE id = ?", (run_id,)).fetchone()
            if found is None:
                raise RunNotFound(f"There is no run {run_id!r}.", action="Look at the runs that wait.")
            self.check_idle(db, found["conversation_id"], but_for=run_id)
            marks = ", ".join("?" for _ in states)
            changed = db.execute(
                f"UPDATE runs SET state = 'running', owner = ?, error = '', action = '', over_budget = '', fault = '',"
                f" finished_at = NULL WHERE id = ? AND state IN ({marks})",
                (this_process(), run_id, *states),
            ).rowcount
            if changed == 1:
                choose_run(db, run_id)
                return
            row = db.execute("SELECT state FROM runs WHERE id = ?", (run_id,)).fetchone()
            if row["state"] == "running":
                raise RunBusy(
                    "This run is already at work, perhaps in another window.", action="Wait for it, or stop it there."
                )
            raise RunBusy(f"This run is {row['state']}: there is nothing to go on with.", action="Send a new message.")

        await self._database.write(work)

    async def set_opening(self, run_id: str, opening: ModelRequest) -> None:
        """Keep what every round's request begins with."""
        await self._set(run_id, opening=opening.model_dump_json())

    async def set_left_out(self, run_id: str, count: int, last_message_id: str) -> None:
        """Keep that the requests of a run leave out so many messages, up to this one."""
        await self._set(run_id, left_out=count, left_out_to=last_message_id)

    async def set_options(self, run_id: str, options: RunOptions) -> None:
        """Change what a run goes on with; nothing may work on it."""
        await self._set(run_id, options=options.model_dump_json())

    async def set_stand_in(self, run_id: str, brain: Brain, model: str | None) -> None:
        """Keep that a model took over from a brain's own; what had streamed of the turn is void.

        Args:
            run_id: The run.
            brain: Which brain.
            model: The model's name in the registry; None for the brain's own again.
        """

        def work(db: sqlite3.Connection) -> None:
            row = db.execute("SELECT options FROM runs WHERE id = ?", (run_id,)).fetchone()
            options = RunOptions.model_validate_json(row["options"])
            others = {each: name for each, name in options.stand_ins.items() if each is not brain}
            stand_ins = others if model is None else {**others, brain: model}
            kept = options.model_copy(update={"stand_ins": stand_ins})
            db.execute(
                "UPDATE runs SET options = ?, partial_brain = NULL, partial_text = '' WHERE id = ?",
                (kept.model_dump_json(), run_id),
            )

        await self._database.write(work)

    async def set_summary(self, run_id: str, summary: str, gather_ms: int) -> None:
        """Keep the summary: the loop has ended."""
        await self._set(run_id, summary=summary, gather_ms=gather_ms, partial_brain=None, partial_text="")

    async def set_handoff(self, run_id: str, handoff: Sequence[HandoffMessage]) -> None:
        """Keep the responder's request exactly as it will be sent."""
        await self._set(run_id, handoff=json.dumps([message.model_dump() for message in handoff], ensure_ascii=False))

    async def save_partial(self, run_id: str, brain: Brain, text: str, *, from_reserve: bool = False) -> None:
        """Keep what has streamed so far of the turn under way; of a run that has ended meanwhile, nothing.

        Args:
            run_id: The run.
            brain: Whose turn it is.
            text: All that came of it.
            from_reserve: Whether it is the last time, and may take the room that is kept for that.
        """
        await self._database.write(
            lambda db: db.execute(
                "UPDATE runs SET partial_brain = ?, partial_text = ? WHERE id = ? AND state = 'running'",
                (brain, text, run_id),
            ),
            from_reserve=from_reserve,
        )

    async def pause(self, run_id: str) -> None:
        """Let the run wait for the person; no process works on it any more."""
        await self._set(run_id, state="waiting", owner=None)

    async def finish(
        self,
        run_id: str,
        state: RunState,
        message: Message | None,
        *,
        error: str = "",
        action: str = "",
        over_budget: OverBudget = "",
        needed_usd: float = 0.0,
        fault: RunFault = "",
        cut_words: str = "",
    ) -> list[StoredCall] | None:
        """End a run: its open calls get results, its message is kept, beside an earlier answer of it as a version.

        Args:
            run_id: The run.
            state: ``done``, ``failed`` or ``stopped``.
            message: The answer, whole or cut; None where nothing had arrived.
            error: Why it failed.
            action: What the person can do.
            over_budget: Which budget it came to; empty for none.
            needed_usd: What it would have cost by the call that was not made.
            fault: What kind of fault it failed of.
            cut_words: What had come of a turn of the orchestrator's that was stopped.

        Returns:
            The calls that had to be closed; None where the run had ended before, and nothing was changed.
        """

        def work(db: sqlite3.Connection) -> list[StoredCall] | None:
            row = db.execute("SELECT state FROM runs WHERE id = ?", (run_id,)).fetchone()
            if row is None or row["state"] in ("done", "failed", "stopped"):
                return None
            closed = close_stopped_calls(db, run_id)
            end_run(db, run_id, state, message, error=error, action=action)
            db.execute(
                "UPDATE runs SET over_budget = ?, needed_usd = ?, fault = ? WHERE id = ?",
                (over_budget, needed_usd, fault, run_id),
            )
            if cut_words:
                db.execute(
                    "UPDATE runs SET partial_brain = ?, partial_text = ? WHERE id = ?",
                    (Brain.ORCHESTRATOR, cut_words, run_id),
                )
            return closed

        return await self._database.write(work, from_reserve=True)

    async def interrupt(self, run_id: str) -> None:
        """Put a run of this process aside, as the end of the process would: it can go on at the next start."""
        await self._database.write(lambda db: interrupt_run(db, self._ids, run_id), from_reserve=True)

    async def recover(self) -> list[str]:
        """Put aside the runs whose process is gone.

        Returns:
            Their ids. Each is now ``waiting`` (a gate is open) or ``interrupted``; a cut answer is kept and marked.
        """

        def work(db: sqlite3.Connection) -> list[str]:
            rows = db.execute("SELECT id, owner FROM runs WHERE state = 'running'").fetchall()
            return put_dead_aside(db, self._ids, rows)

        return await self._database.write(work, from_reserve=True)

    async def unfinished(self) -> list[tuple[str, str, RunState]]:
        """Runs that wait or were interrupted, oldest first: (run id, conversation id, state)."""
        rows = await self._database.read(
            lambda db: db.execute(
                "SELECT r.id, r.conversation_id, r.state FROM runs r JOIN conversations c ON c.id = r.conversation_id"
                " WHERE r.state IN ('waiting', 'interrupted') AND c.deleted_at IS NULL ORDER BY r.started_at"
            ).fetchall()
        )
        return [(row["id"], row["conversation_id"], row["state"]) for row in rows]

    async def of_conversation(self, conversation_id: str) -> list[tuple[str, RunState]]:
        """The runs of a conversation, oldest first: (run id, state)."""
        rows = await self._database.read(
            lambda db: db.execute(
                "SELECT id, state FROM runs WHERE conversation_id = ? ORDER BY started_at, id", (conversation_id,)
            ).fetchall()
        )
        return [(row["id"], row["state"]) for row in rows]

    async def _set(self, run_id: str, **columns: object) -> None:
        names = ", ".join(f"{name} = ?" for name in columns)
        await self._database.write(
            lambda db: db.execute(f"UPDATE runs SET {names} WHERE id = ?", (*columns.values(), run_id))
        )

    def check_idle(self, db: sqlite3.Connection, conversation_id: str, but_for: str = "") -> None:
        """Refuse where a run of the conversation is at work; runs whose process is gone are put aside."""
        rows = db.execute(
            "SELECT id, owner FROM runs WHERE conversation_id = ? AND state = 'running'", (conversation_id,)
        ).fetchall()
        dead = put_dead_aside(db, self._ids, rows)
        if any(row["id"] not in (but_for, *dead) for row in rows):
            raise RunBusy("Another run of this conversation is still at work.", action="Wait for it, or stop it first.")


def insert_run(db: sqlite3.Connection, run_id: str, conversation_id: str, message_id: str, options: RunOptions) -> None:
    """Begin a run of this process on a message, inside a transaction."""
    db.execute(
        "INSERT INTO runs (id, conversation_id, message_id, state, owner, options, started_at)"
        " VALUES (?, ?, ?, 'running', ?, ?, ?)",
        (run_id, conversation_id, message_id, this_process(), options.model_dump_json(), utc_now().isoformat()),
    )


def _run(row: sqlite3.Row, attachments: tuple[Attachment, ...]) -> StoredRun:
    return StoredRun(
        id=row["id"],
        conversation_id=row["conversation_id"],
        state=row["state"],
        options=RunOptions.model_validate_json(row["options"]),
        request=row["request"] or "",
        message_id=row["message_id"] or "",
        attachments=attachments,
        opening=ModelRequest.model_validate_json(row["opening"]) if row["opening"] else None,
        summary=row["summary"],
        handoff=_HANDOFF.validate_json(row["handoff"]) if row["handoff"] else None,
        partial_brain=row["partial_brain"],
        partial_text=row["partial_text"],
        error=row["error"],
        action=row["action"],
        over_budget=row["over_budget"],
        fault=row["fault"],
        needed_usd=row["needed_usd"],
        gather_ms=row["gather_ms"],
        left_out=row["left_out"],
        left_out_summary=row["left_out_summary"] or "",
        started_at=datetime.fromisoformat(row["started_at"]),
    )
