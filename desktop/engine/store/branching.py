"""Branches and versions: sending anew from an earlier place, working again, and switching between what there is."""

import sqlite3
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from desktop.engine.errors import RunNotFound, UnknownName
from desktop.engine.messages import Attachment, Message
from desktop.engine.store.branches import choose, choose_run, parent_of
from desktop.engine.store.conversations import insert_message
from desktop.engine.store.database import Database
from desktop.engine.store.edits import end_edit
from desktop.engine.store.ids import IdMaker
from desktop.engine.store.records import RunOptions
from desktop.engine.store.runs import Runs, insert_run
from desktop.engine.versions import Version

# An answer that was stopped before a word of it came is no version, unless it is what is shown.
_SIBLINGS = """
SELECT m.id, m.parent_id, m.superseded FROM messages m WHERE m.conversation_id = :conversation
    AND (m.text <> '' OR NOT m.superseded) AND EXISTS (
        SELECT 1 FROM messages s WHERE s.conversation_id = m.conversation_id AND s.parent_id IS m.parent_id
        AND NOT s.superseded)
ORDER BY m.parent_id, m.position
"""
_LATEST_RUN = """
SELECT r.id, r.started_at,
    EXISTS (SELECT 1 FROM messages a WHERE a.run_id = r.id AND a.role = 'assistant') AS answered
FROM runs r JOIN messages m ON m.id = r.message_id
WHERE r.conversation_id = ? AND NOT m.superseded ORDER BY r.started_at DESC, r.id DESC LIMIT 1
"""


class Branching:
    """Branches of conversations. Nothing of it deletes a message.

    Args:
        database: Where.
        ids: Makes ids.
        runs: The runs of the same store.
    """

    def __init__(self, database: Database, ids: IdMaker, runs: Runs) -> None:
        self._database = database
        self._ids = ids
        self._runs = runs

    async def send_anew(
        self, message_id: str, text: str, options: RunOptions, attachments: Sequence[Attachment]
    ) -> tuple[str, Message]:
        """Keep another message in the place of one that the person sent, and a new run at work on it.

        Args:
            message_id: The earlier message; it stays, with all that came after it, as a branch of its own.
            text: The new one.
            options: What it runs with.
            attachments: The files that go with the new one.

        Returns:
            The run's id, and the new message.

        Raises:
            RunBusy: A run of the conversation is at work.
            UnknownName: The person sent no such message.
            AttachmentRefused: A file is not there any more.
        """
        run_id = self._ids.new("r")
        new_id = self._ids.new("m")

        def work(db: sqlite3.Connection) -> Message:
            conversation_id = _conversation_of(db, message_id, role="user")
            self._runs.check_idle(db, conversation_id)
            message = Message(id=new_id, role="user", text=text, run_id=run_id, attachments=tuple(attachments))
            insert_run(db, run_id, conversation_id, message.id, options)
            insert_message(db, conversation_id, message, parent_id=parent_of(db, message_id))
            end_edit(db, message_id)
            return message

        return run_id, await self._database.write(work)

    async def work_again(self, run_id: str, options: RunOptions) -> str:
        """Keep a new run at work on the message of an earlier one, whose branch becomes the chosen one.

        Args:
            run_id: The earlier run; it stays, with its answer.
            options: What the new one runs with.

        Returns:
            The new run's id.

        Raises:
            RunBusy: A run of the conversation is at work.
            RunNotFound: There is no such run.
        """
        new_id = self._ids.new("r")

        def work(db: sqlite3.Connection) -> None:
            row = db.execute("SELECT conversation_id, message_id FROM runs WHERE id = ?", (run_id,)).fetchone()
            if row is None or row["message_id"] is None:
                raise RunNotFound(f"There is no run {run_id!r}.", action="Send the message again.")
            self._runs.check_idle(db, row["conversation_id"])
            insert_run(db, new_id, row["conversation_id"], row["message_id"], options)
            choose(db, row["conversation_id"], row["message_id"])

        await self._database.write(work)
        return new_id

    async def choose(self, message_id: str) -> None:
        """Show the branch that a message is on, from now on and after a restart too.

        Raises:
            RunBusy: A run of the conversation is at work: it stays in sight until it ends.
            UnknownName: There is no such message.
        """

        def work(db: sqlite3.Connection) -> None:
            conversation_id = _conversation_of(db, message_id)
            self._runs.check_idle(db, conversation_id)
            choose(db, conversation_id, message_id)

        await self._database.write(work)

    async def choose_run(self, run_id: str) -> None:
        """Show the branch of a run that is put aside or waits; where another is at work, nothing changes."""

        def work(db: sqlite3.Connection) -> None:
            row = db.execute(
                "SELECT 1 FROM runs r JOIN runs o ON o.conversation_id = r.conversation_id"
                " WHERE r.id = ? AND o.state = 'running'",
                (run_id,),
            ).fetchone()
            if row is None:
                choose_run(db, run_id)

        await self._database.write(work)

    async def versions(self, conversation_id: str) -> dict[str, Version]:
        """The versions of what is shown: by the id of each message on the chosen branch that has more than one."""

        def work(db: sqlite3.Connection) -> dict[str, Version]:
            rows = db.execute(_SIBLINGS, {"conversation": conversation_id})
            result: dict[str, Version] = {}
            for _parent, group in groupby(rows, key=itemgetter("parent_id")):
                siblings = list(group)
                if len(siblings) < 2:
                    continue
                ids = [row["id"] for row in siblings]
                at = next(place for place, row in enumerate(siblings) if not row["superseded"])
                before = ids[at - 1] if at > 0 else None
                after = ids[at + 1] if at + 1 < len(ids) else None
                result[ids[at]] = Version(number=at + 1, count=len(ids), previous=before, next=after)
            return result

        return await self._database.read(work)

    async def shown_run(self, conversation_id: str) -> str | None:
        """The run that the chosen branch shows: what is at work, else the run of its last answer; None without any.

        A later run on the branch that has no answer comes before that, so that an earlier answer which is still
        shown does not hide that its successor waits or failed.
        """

        def work(db: sqlite3.Connection) -> str | None:
            running = db.execute(
                "SELECT id FROM runs WHERE conversation_id = ? AND state = 'running'", (conversation_id,)
            ).fetchone()
            if running is not None:
                return str(running["id"])
            latest = db.execute(_LATEST_RUN, (conversation_id,)).fetchone()
            last = db.execute(
                "SELECT * FROM messages WHERE conversation_id = ? AND NOT superseded ORDER BY position DESC LIMIT 1",
                (conversation_id,),
            ).fetchone()
            if latest is None or last is None:
                return None
            is_told = last["role"] == "assistant" and last["run_id"] is not None
            if is_told and (latest["answered"] or latest["started_at"] < last["created_at"]):
                return str(last["run_id"])
            return str(latest["id"])

        return await self._database.read(work)


def _conversation_of(db: sqlite3.Connection, message_id: str, role: str | None = None) -> str:
    row = db.execute(
        "SELECT conversation_id FROM messages WHERE id = ? AND (? IS NULL OR role = ?)", (message_id, role, role)
    ).fetchone()
    if row is None:
        raise UnknownName(f"There is no message {message_id!r}.", action="Open the conversation again.")
    return str(row["conversation_id"])
