"""The queue of the open conversation: shows it, and does what the person wants with it."""

from desktop.edit_actions import EditActions, EditKind
from desktop.engine.events import (
    Event,
    QueuedMessageSent,
    QueueHalted,
    RunFailed,
    RunFinished,
    RunPaused,
    RunStarted,
    RunStopped,
)
from desktop.engine.messages import Attachment, ConversationInfo
from desktop.engine.queueing import halt_words, waits_in_queue
from desktop.engine.store.records import RunOptions
from desktop.views.queue_rows import QueuedRow
from desktop.window_actions import Desk, WindowActions

_BEING_EDITED = "Waits until you save or cancel the edit."


class QueueActions(WindowActions):
    """Wires the queue's rows to the engine. Which messages are queued is the store's truth.

    Args:
        desk: The window and what stands behind it.
        edits: Edits of messages.
    """

    def __init__(self, desk: Desk, edits: EditActions) -> None:
        super().__init__(desk)
        do, rows = self._do, desk.window.queue
        edits.queued = EditKind("Editing a queued message", "Save", self._change)
        edits.changed.connect(lambda: do(self.show()))
        rows.edit_requested.connect(lambda queued: do(edits.begin(queued)))
        rows.withdraw_requested.connect(lambda queued: do(self._withdraw(queued)))
        rows.send_now_requested.connect(lambda queued: do(self._send_now(queued)))
        rows.send_requested.connect(lambda: do(self._send_first()))
        desk.conversations.shown.connect(lambda _run: do(self.show()))

    async def take(
        self, info: ConversationInfo, text: str, options: RunOptions, attachments: tuple[Attachment, ...] = ()
    ) -> bool:
        """Queue a message where a run of its conversation works or waits.

        Args:
            info: The conversation.
            text: The message.
            options: What it will run with.
            attachments: The files that go with it.

        Returns:
            Whether it is queued; else it can be sent.

        Raises:
            AttachmentRefused: A model that would get the message cannot take what is attached.
        """
        queue = self._store_of(info.id).queue
        if not waits_in_queue(await queue.state_before(info.id)):
            return False
        self._session.runner.check(options, attachments)
        await queue.add(info.id, text, options, attachments)
        await self.show()
        return True

    def follow(self, event: Event) -> None:
        """Show what an event did to the queue. That a run ended well is told by what is sent then."""
        match event:
            case QueueHalted(conversation_id=where, error=error) if self._is_open(where):
                self._do(self.show(f"Not sent. {error}".strip()))
            case RunStarted(conversation_id=where) | QueuedMessageSent(conversation_id=where) if self._is_open(where):
                self._do(self.show())
            case RunPaused() | RunStopped() | RunFailed():
                self._do(self.show())
            case RunFinished() if any(row.is_edited for row in self._window.queue.rows):
                self._do(self.show())  # an edit may hold it: nothing is sent then

    def _is_open(self, conversation_id: str) -> bool:
        return self._conversations.open is not None and self._conversations.open.id == conversation_id

    async def show(self, halted: str = "") -> None:
        """Show the queue of the open conversation.

        Args:
            halted: Why it does not move; where empty, the state of the run before says it.
        """
        info = self._conversations.open
        if info is None or self._holder.current is None:
            self._window.queue.show_queue([], "")
            return
        queue, edit = self._store_of(info.id).queue, await self._store_of(info.id).edits.open_in(info.id)
        edited = edit.edited if edit is not None else ""
        rows = [
            QueuedRow(each.id, each.text, tuple(one.name for one in each.attachments), each.id == edited)
            for each in await queue.of_conversation(info.id)
        ]
        state = await queue.state_before(info.id) if rows else None
        is_held = bool(rows) and rows[0].is_edited
        words = _BEING_EDITED if is_held and state == "done" else halt_words(state)
        if self._is_open(info.id):
            self._window.queue.show_queue(rows, halted or words, can_stop=waits_in_queue(state), can_send=not is_held)

    async def _change(self, queued_id: str, text: str, attachments: tuple[Attachment, ...]) -> None:
        info = self._conversations.open
        if info is not None:
            self._session.runner.check(self._desk.run_options(info.workspace), attachments)
        await self._store_of(queued_id).queue.change(queued_id, text, attachments)

    async def _withdraw(self, queued_id: str) -> None:
        try:
            await self._store_of(queued_id).queue.withdraw(queued_id)
            if self._window.composer.edited == queued_id:
                self._window.composer.end_edit()
        finally:
            await self.show()
        if (info := self._conversations.open) is not None:
            await self._session.editing.release(info.id)

    async def _send_now(self, queued_id: str) -> None:
        info, run_id = self._conversations.open, self._conversations.shown_run
        if info is None:
            return
        session = self._session
        state = await self._store_of(info.id).queue.state_before(info.id)
        if run_id is not None and waits_in_queue(state):
            await session.stop(run_id)
        await session.editing.send_queued(info.id, queued_id)

    async def _send_first(self) -> None:
        if (info := self._conversations.open) is not None:
            await self._session.editing.send_queued(info.id)
