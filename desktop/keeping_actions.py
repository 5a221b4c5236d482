"""What the person does with whole conversations in the window: names, pins, the archive, deletion and its undoing."""

import asyncio
from datetime import timedelta

from desktop.engine.messages import utc_now
from desktop.views.ask_box import AskBox
from desktop.views.controls import one_line
from desktop.window_actions import Desk, WindowActions

UNDO = "Undo"
"""The words of the notice's button."""
UNDO_S = 30.0
"""How long a deletion can be undone."""


class KeepingActions(WindowActions):
    """Wires the conversation list's wishes to the store.

    Args:
        desk: The window and what stands behind it.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._deleted: str | None = None  # what Undo brings back
        window, do, rows = desk.window, self._do, desk.window.conversations
        rows.renamed.connect(lambda chosen, title: do(self._rename(chosen, title)))
        rows.pin_requested.connect(lambda chosen, on: do(self._pin(chosen, on)))
        rows.archive_requested.connect(lambda chosen, on: do(self._archive(chosen, on)))
        rows.delete_requested.connect(self.ask_to_delete)
        window.notice_action.connect(self._act_on_notice)

    async def purge(self) -> None:
        """Delete for good what an earlier start had deleted."""
        await self._holder.engine.store.keeping.purge()

    def rename_open(self) -> None:
        """Let the person rename the open conversation in the list."""
        if (info := self._conversations.open) is not None:
            self._window.panes.set_wanted("conversations", True)
            self._window.conversations.search.clear()
            self._window.conversations.rename(info.id)

    def toggle_pin(self) -> None:
        """Pin the open conversation, or no longer."""
        if (info := self._conversations.open) is not None:
            self._do(self._toggle(info.id, "pinned"))

    def toggle_archive(self) -> None:
        """Archive the open conversation, or take it back."""
        if (info := self._conversations.open) is not None:
            self._do(self._toggle(info.id, "archived"))

    def delete_open(self) -> None:
        """Ask whether the open conversation is to be deleted."""
        if (info := self._conversations.open) is not None:
            self._do(self._ask_about(info.id))

    def ask_to_delete(self, conversation_id: str, title: str) -> None:
        """Ask whether a conversation is to be deleted, and do it."""
        text = (
            f"“{one_line(title)}” will be deleted, with its messages and tool calls. A run of it that is at work is "
            f"stopped. For {UNDO_S:.0f} seconds this can be undone."
        )
        box = AskBox(
            self._window,
            "Delete conversation",
            text,
            "Delete",
            lambda: self._do(self._delete(conversation_id, title)),
        )
        box.open()

    async def _toggle(self, conversation_id: str, mark: str) -> None:
        info = await self._store_of(conversation_id).conversations.get(conversation_id)
        if mark == "pinned":
            await self._pin(conversation_id, not info.pinned)
        else:
            await self._archive(conversation_id, not info.archived)

    async def _ask_about(self, conversation_id: str) -> None:
        info = await self._store_of(conversation_id).conversations.get(conversation_id)
        self.ask_to_delete(info.id, info.title)

    async def _rename(self, conversation_id: str, title: str) -> None:
        await self._store_of(conversation_id).keeping.rename(conversation_id, title)
        await self._conversations.show_list()

    async def _pin(self, conversation_id: str, on: bool) -> None:
        await self._store_of(conversation_id).keeping.pin(conversation_id, pinned=on)
        await self._conversations.show_list()

    async def _archive(self, conversation_id: str, on: bool) -> None:
        await self._store_of(conversation_id).keeping.archive(conversation_id, archived=on)
        await self._conversations.show_list()

    async def _delete(self, conversation_id: str, title: str) -> None:
        store, session = self._store_of(conversation_id), self._session
        for run_id, state in await store.runs.of_conversation(conversation_id):
            if state == "running":
                await session.stop(run_id)
        await store.keeping.delete(conversation_id)
        opened = self._conversations.open
        if opened is not None and opened.id == conversation_id:
            self._window.composer.flush_draft()
            self._conversations.begin()
        self._deleted = conversation_id
        words = f"Deleted “{one_line(title)}”."
        self._window.set_notice(words, UNDO)
        await self._conversations.show_list()
        await asyncio.sleep(UNDO_S)  # an end of the program in between leaves the rest to the next start
        if self._deleted == conversation_id:
            self._deleted = None
            if self._window.notice.text.text() == words:
                self._window.set_notice("")
        before = utc_now() - timedelta(seconds=UNDO_S / 2)
        await store.keeping.purge(before=before, conversation_ids=(conversation_id,))

    def _act_on_notice(self, action: str) -> None:
        if action == UNDO and self._deleted is not None:
            conversation_id, self._deleted = self._deleted, None
            self._do(self._restore(conversation_id))

    async def _restore(self, conversation_id: str) -> None:
        self._window.set_notice("")
        await self._store_of(conversation_id).keeping.restore(conversation_id)
        await self._conversations.show_list()
        if self._conversations.open is None and not self._window.composer.text:
            await self._conversations.show(conversation_id)
