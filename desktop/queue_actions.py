"""The queue of the open conversation: shows it, and does what the person wants with it."""

from desktop.engine.errors import EngineError
from desktop.engine.events import Event, QueuedMessageSent, QueueHalted, RunFailed, RunPaused, RunStarted, RunStopped
from desktop.engine.messages import Attachment, ConversationInfo
from desktop.engine.queueing import halt_words, waits_in_queue
from desktop.engine.store.records import RunOptions
from desktop.views.queue_rows import QueuedRow
from desktop.window_actions import Desk, WindowActions

_EDITING = "queue:"
"""What the composer calls an edit of a queued message."""
_WORDS = "Editing a queued message"


class QueueActions(WindowActions):
    """Wires the queue's rows to the engine. Which messages are queued is the store's truth.

    Args:
        desk: The window and what stands behind it.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        window, do, rows = desk.window, self._do, desk.window.queue
        rows.edit_requested.connect(self._edit)
        rows.withdraw_requested.connect(lambda queued: do(self._withdraw(queued)))
        rows.send_now_requested.connect(lambda queued: do(self._send_now(queued)))
        rows.send_requested.connect(lambda: do(self._send_first()))
        window.composer.edit_submitted.connect(lambda what, text: do(self._change(what, text)))
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
        queue = self._store_of(info.id).queue
        rows = [
            QueuedRow(each.id, each.text, tuple(one.name for one in each.attachments))
            for each in await queue.of_conversation(info.id)
        ]
        state = await queue.state_before(info.id) if rows else None
        if self._is_open(info.id):
            self._window.queue.show_queue(rows, halted or halt_words(state), can_stop=waits_in_queue(state))

    def _edit(self, queued_id: str) -> None:
        text = next((row.text for row in self._window.queue.rows if row.id == queued_id), None)
        if text is not None:
            self._window.composer.begin_edit(_EDITING + queued_id, text, _WORDS, "Save")

    async def _change(self, what: str, text: str) -> None:
        if not what.startswith(_EDITING):
            return
        queued_id = what.removeprefix(_EDITING)
        try:
            await self._store_of(queued_id).queue.change(queued_id, text)
        except EngineError:
            if not self._window.composer.text:
                self._window.composer.set_text(text)  # nothing that was typed is lost
            raise
        finally:
            await self.show()

    async def _withdraw(self, queued_id: str) -> None:
        if self._window.composer.edited == _EDITING + queued_id:
            self._window.composer.cancel_edit()
        try:
            await self._store_of(queued_id).queue.withdraw(queued_id)
        finally:
            await self.show()

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
