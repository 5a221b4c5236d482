"""Taking conversations in: all of a file, or nothing.

They come in batches, hidden as deleted conversations are, and are shown together when the last is in. What a crash
leaves in between is purged with the deleted ones, some time later.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial

from desktop.engine.errors import AttachmentRefused, StoreError
from desktop.engine.exchange.values import Imported, Incoming, IncomingFile, IncomingMessage, Prepare
from desktop.engine.messages import utc_now
from desktop.engine.store.branches import line_to
from desktop.engine.store.conversations import came_in, title_of
from desktop.engine.store.database import Database
from desktop.engine.store.ids import IdMaker
from desktop.engine.store.incoming_files import AwaitedFiles, ready_as_it_is, store_file
from desktop.engine.store.search_schema import indexed_together
from desktop.engine.taint import IMPORTED, Reading

_BATCH_CONVERSATIONS = 100
_BATCH_CHARACTERS = 1_500_000
"""What goes in together: the index takes more in less time, and nobody else's work waits for long."""
_HIDDEN = timedelta(hours=1)
"""How long nobody takes an import that is under way for what a crash left."""
_Batch = tuple[list[Incoming], IncomingFile | None]
_END: _Batch = ([], None)
Progress = Callable[[int], None]
"""Told how many conversations have been read so far."""


class Importing:
    """Takes conversations in.

    Args:
        database: Where.
        ids: Makes their ids.
    """

    def __init__(self, database: Database, ids: IdMaker) -> None:
        self._database = database
        self._ids = ids

    async def take(
        self,
        incoming: Iterator[Incoming | IncomingFile],
        workspace: str,
        progress: Progress = lambda read: None,
        prepare: Prepare = ready_as_it_is,
    ) -> Imported:
        """Take all of them in, or, where reading fails or the task is cancelled, none.

        Args:
            incoming: Read on a worker thread, a few at a time.
            workspace: The folder that their tools will work in, absolute.
            progress: Called on the event loop.
            prepare: Makes each file ready, on a worker thread.

        Returns:
            What came of it.

        Raises:
            EngineError: What ``incoming`` raises, or the store.
        """
        staged: list[str] = []
        awaited = AwaitedFiles()
        done = Imported()
        read = 0
        reading = asyncio.create_task(asyncio.to_thread(_batch, incoming))
        try:
            while (came := await reading) != _END:
                reading = asyncio.create_task(asyncio.to_thread(_batch, incoming))  # while this one is stored
                batch, file = came
                ids = [self._ids.new("c") for _ in batch]
                staged += ids
                stage = partial(self._stage, batch, ids, tuple(staged), workspace, awaited)
                result = await self._database.write(stage) if batch else Imported()
                done = Imported(
                    taken=done.taken + result.taken,
                    messages=done.messages + result.messages,
                    known=(*done.known, *result.known),
                    empty=done.empty + result.empty,
                    files=done.files + (await self._take_file(file, awaited, prepare) if file is not None else 0),
                )
                read += len(batch)
                progress(read)
            await self._database.write(lambda db: _show(db, staged, done.taken))
        except BaseException:
            reading.add_done_callback(_forget)
            await asyncio.shield(self._database.write(lambda db: _drop(db, staged)))
            raise
        return done.model_copy(update={"files_left_out": awaited.names()})

    async def _take_file(self, file: IncomingFile, awaited: AwaitedFiles, prepare: Prepare) -> int:
        """Store a file where it is awaited and whole; how often."""
        places = awaited.of(file.key)
        if not places or file.data is None:
            return 0
        try:
            ready = await asyncio.to_thread(prepare, file.data, places[0].attachment.name)
        except AttachmentRefused:
            return 0
        await self._database.write(partial(store_file, file=ready, places=places))
        awaited.arrived(file.key)
        return len(places)

    async def readings(self, conversation_id: str, until_run: str) -> list[Reading]:
        """The imported messages that a run's models read, as one reading; none where the person wrote all of them."""

        def work(db: sqlite3.Connection) -> list[Reading]:
            row = db.execute(
                "SELECT c.title, r.message_id FROM conversations c JOIN runs r ON r.conversation_id = c.id"
                " WHERE c.id = ? AND r.id = ? AND c.source IS NOT NULL",
                (conversation_id, until_run),
            ).fetchone()
            if row is None or not any(came_in(each) for each in line_to(db, row["message_id"])):
                return []
            title = {"title": row["title"]}
            return [Reading(run_id="", call_id="", tool=IMPORTED.name, arguments=title, untrusted=True)]

        return await self._database.read(work)

    def _stage(
        self,
        batch: Sequence[Incoming],
        ids: Sequence[str],
        staged: Sequence[str],
        workspace: str,
        awaited: AwaitedFiles,
        db: sqlite3.Connection,
    ) -> Imported:
        taken = messages = empty = 0
        known = []
        with indexed_together(db, ids):
            for conversation_id, one in zip(ids, batch, strict=True):
                if not one.messages:
                    empty += 1
                elif _is_known(db, one.source, staged):
                    known.append(one.title or "New conversation")
                else:
                    awaited.add(one.messages, self._insert(db, conversation_id, one, workspace))
                    taken += 1
                    messages += len(one.messages)
        return Imported(taken=taken, messages=messages, known=tuple(known), empty=empty)

    def _insert(self, db: sqlite3.Connection, conversation_id: str, one: Incoming, workspace: str) -> list[str]:
        first = next((each.text for each in one.messages if each.role == "user"), "")
        title = " ".join(one.title.split())
        db.execute(
            "INSERT INTO conversations (id, title, titled_by, role, workspace, created_at, updated_at, pinned,"
            " archived, source, deleted_at) VALUES (?, ?, ?, 'chat', ?, ?, ?, ?, ?, ?, ?)",
            (
                conversation_id,
                title or title_of(first),
                "person" if title else "",
                workspace,
                one.created_at.isoformat(),
                one.updated_at.isoformat(),
                one.pinned,
                one.archived,
                one.source,
                (utc_now() + _HIDDEN).isoformat(),
            ),
        )
        ids = [self._ids.new("m") for _message in one.messages]
        db.executemany(
            "INSERT INTO messages (id, conversation_id, position, role, text, created_at, details, superseded,"
            " parent_id, chosen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    message_id,
                    conversation_id,
                    position,
                    each.role,
                    each.text,
                    each.created_at.isoformat(),
                    each.details.model_dump_json() if each.details else None,
                    each.superseded,
                    parent_id,
                    each.chosen,
                )
                for position, (message_id, parent_id, each) in enumerate(
                    zip(ids, _parents(one.messages, ids), one.messages, strict=True), start=1
                )
            ],
        )
        return ids


def _batch(incoming: Iterator[Incoming | IncomingFile]) -> _Batch:
    """The next that go in together, and the file behind them, if one stands there."""
    batch: list[Incoming] = []
    characters = 0
    for one in incoming:
        if isinstance(one, IncomingFile):
            return batch, one
        batch.append(one)
        characters += sum(len(message.text) for message in one.messages)
        if characters >= _BATCH_CHARACTERS or len(batch) == _BATCH_CONVERSATIONS:
            break
    return batch, None


def _forget(reading: asyncio.Task[_Batch]) -> None:
    """What was read ahead is not needed, and neither is its fault."""
    if not reading.cancelled():
        reading.exception()


def _parents(messages: Sequence[IncomingMessage], ids: Sequence[str]) -> list[str | None]:
    """What each message stands behind here; the message before it where the file says nothing that can be used."""
    known: dict[str, str] = {}
    parents: list[str | None] = []
    last: str | None = None
    for message, new_id in zip(messages, ids, strict=True):
        has_place = bool(message.id) and (message.parent_id is None or message.parent_id in known)
        parents.append(known.get(message.parent_id or "") if has_place else last)
        known[message.id] = new_id
        if not message.superseded:
            last = new_id
    return parents


def _is_known(db: sqlite3.Connection, source: str, staged: Sequence[str]) -> bool:
    """Whether it is here; what is here and deleted goes for good, so that it can come in again."""
    row = db.execute("SELECT id, deleted_at FROM conversations WHERE source = ?", (source,)).fetchone()
    if row is not None:
        if row["deleted_at"] is None or row["id"] in staged:  # also where a file holds it twice
            return True
        db.execute("DELETE FROM conversations WHERE id = ?", (row["id"],))
    own = source.removeprefix("cortex:")
    found = db.execute("SELECT 1 FROM conversations WHERE id = ? AND deleted_at IS NULL", (own,)).fetchone()
    return own != source and found is not None


def _show(db: sqlite3.Connection, staged: Sequence[str], count: int) -> None:
    shown = sum(
        db.execute("UPDATE conversations SET deleted_at = NULL WHERE id = ?", (each,)).rowcount for each in staged
    )
    if shown != count:
        raise StoreError("The import was disturbed by another process.", action="Import the file again.")


def _drop(db: sqlite3.Connection, staged: Sequence[str]) -> None:
    db.executemany("DELETE FROM conversations WHERE id = ?", [(each,) for each in staged])
