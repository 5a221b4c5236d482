"""The store as one piece."""

from dataclasses import dataclass
from pathlib import Path

from desktop.engine.store.attachments import Attachments
from desktop.engine.store.audit import AuditLog
from desktop.engine.store.branching import Branching
from desktop.engine.store.calls import Calls
from desktop.engine.store.conversations import Conversations
from desktop.engine.store.database import Database
from desktop.engine.store.edits import Edits
from desktop.engine.store.grants import Grants
from desktop.engine.store.history_summaries import HistorySummaries
from desktop.engine.store.ids import OFF_RECORD_PREFIX, IdMaker
from desktop.engine.store.importing import Importing
from desktop.engine.store.keeping import Keeping
from desktop.engine.store.notes import NoteStore
from desktop.engine.store.past_calls import PastCalls
from desktop.engine.store.queue import Queue
from desktop.engine.store.runs import Runs
from desktop.engine.store.search import Search
from desktop.engine.store.usage import UsageLog


@dataclass(frozen=True, slots=True)
class Store:
    """Everything that is kept, on disk or, off the record, in memory.

    Attributes:
        conversations: With their messages.
        runs: From message to answer.
        calls: Rounds and tool calls.
        past_calls: Tool calls across runs.
        usage: Tokens and cost.
        notes: The person's notes.
        summaries: Of what requests leave out of long conversations.
        grants: Remembered decisions.
        audit: What became of each tool call.
        branching: Branches and versions of messages.
        queue: Messages that wait for their turn.
        search: Over the text of all messages.
        keeping: Names, pins, archive and deletion of conversations.
        importing: Takes in conversations of other programs.
        attachments: Files, and what they go with.
        edits: What was typed into edits of messages.
        ids: Makes ids of this store.
    """

    database: Database
    conversations: Conversations
    runs: Runs
    calls: Calls
    past_calls: PastCalls
    usage: UsageLog
    notes: NoteStore
    summaries: HistorySummaries
    grants: Grants
    audit: AuditLog
    branching: Branching
    queue: Queue
    search: Search
    keeping: Keeping
    importing: Importing
    attachments: Attachments
    edits: Edits
    ids: IdMaker

    @property
    def is_off_record(self) -> bool:
        """Whether all of it is in memory, and ends with the process."""
        return self.database.path is None

    @classmethod
    async def open(cls, path: Path | None) -> "Store":
        """Open the store of a file, or one in memory for what is off the record.

        Args:
            path: The database file; None for memory.

        Raises:
            StoreError: It cannot be opened; the error says why.
        """
        database = await Database.open(path)
        ids = IdMaker(OFF_RECORD_PREFIX if path is None else "")
        runs = Runs(database, ids)
        return cls(
            database=database,
            conversations=Conversations(database, ids, off_record=path is None),
            runs=runs,
            calls=Calls(database),
            past_calls=PastCalls(database),
            usage=UsageLog(database),
            notes=NoteStore(database, ids),
            summaries=HistorySummaries(database),
            grants=Grants(database),
            audit=await AuditLog.open(database),
            branching=Branching(database, ids, runs),
            queue=Queue(database, ids, runs),
            search=Search(database),
            keeping=Keeping(database),
            importing=Importing(database, ids),
            attachments=Attachments(database),
            edits=Edits(database),
            ids=ids,
        )

    async def close(self) -> None:
        """Finish what is under way and close."""
        await self.database.close()
