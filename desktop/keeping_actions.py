"""What the person does with whole conversations in the window: names, pins, the archive, deletion and its undoing."""

import asyncio
import contextlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from desktop.engine.errors import RunBusy
from desktop.engine.messages import ConversationInfo, utc_now
from desktop.engine.store.store import Store
from desktop.exchange import count_of
from desktop.views.ask_box import AskBox
from desktop.views.controls import one_line
from desktop.window_actions import Desk, WindowActions

UNDO = "Undo"
"""The words of the notice's button."""
UNDO_S = 30.0
"""How long a deletion can be undone."""
_MOST_TITLES = 3


class KeepingActions(WindowActions):
    """Wires the conversation list's wishes to the store.

    Args:
        desk: The window and what stands behind it.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._deleted: tuple[str, ...] = ()  # what Undo brings back
        self._open_again = ""  # which of it was open, and is opened again then
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

    def ask_to_delete(self, infos: Sequence[ConversationInfo]) -> None:
        """Ask whether conversations are to be deleted, and do it.

        Args:
            infos: One, or several, as the list shows them.
        """
        AskBox(
            self._window,
            "Delete conversation" if len(infos) == 1 else f"Delete {count_of(len(infos), 'conversation')}",
            deletion_question(infos, self._conversations.open),
            "Delete",
            lambda: self._do(self._delete(infos)),
        ).open()

    async def _toggle(self, conversation_id: str, mark: str) -> None:
        info = await self._store_of(conversation_id).conversations.get(conversation_id)
        if mark == "pinned":
            await self._pin((conversation_id,), not info.pinned)
        else:
            await self._archive((conversation_id,), not info.archived)

    async def _ask_about(self, conversation_id: str) -> None:
        info = await self._store_of(conversation_id).conversations.get(conversation_id)
        self.ask_to_delete((info,))

    async def _rename(self, conversation_id: str, title: str) -> None:
        await self._store_of(conversation_id).keeping.rename(conversation_id, title)
        await self._conversations.show_list()

    async def _pin(self, conversation_ids: Sequence[str], on: bool) -> None:
        for store, ids in self._by_store(conversation_ids):
            await store.keeping.pin(*ids, pinned=on)
        await self._conversations.show_list()

    async def _archive(self, conversation_ids: Sequence[str], on: bool) -> None:
        for store, ids in self._by_store(conversation_ids):
            await store.keeping.archive(*ids, archived=on)
        await self._conversations.show_list()

    async def _delete(self, infos: Sequence[ConversationInfo]) -> None:
        left = [info for info in infos if not await self._come_to_rest(info.id)]
        gone = [info for info in infos if info not in left]
        deleted = tuple(info.id for info in gone)
        for store, ids in self._by_store(deleted):
            await store.keeping.delete(*ids)
        opened = self._conversations.open
        was_open = opened.id if opened is not None and opened.id in deleted else ""
        if was_open:
            self._window.composer.flush_draft()
            self._conversations.begin()
        if gone:
            self._deleted, self._open_again = deleted, was_open or (deleted[0] if len(deleted) == 1 else "")
        words = deletion_told(gone, left)
        self._window.set_notice(words, UNDO if gone else "", "warning" if left else "info")
        await self._conversations.show_list()
        if not gone:
            return
        await asyncio.sleep(UNDO_S)  # an end of the program in between leaves the rest to the next start
        if self._deleted == deleted:
            self._deleted = ()
            if self._window.notice.text.text() == words:
                self._window.set_notice("")
        before = utc_now() - timedelta(seconds=UNDO_S / 2)
        for store, ids in self._by_store(deleted):
            await store.keeping.purge(before=before, conversation_ids=ids)

    async def _come_to_rest(self, conversation_id: str) -> bool:
        """Stop the run of a conversation that is at work; whether none is at work now."""
        runs = self._store_of(conversation_id).runs
        for run_id, state in await runs.of_conversation(conversation_id):
            if state == "running":
                with contextlib.suppress(RunBusy):  # another process works on it, or it has just ended
                    await self._session.stop(run_id)
        return all(state != "running" for _run_id, state in await runs.of_conversation(conversation_id))

    def _by_store(self, conversation_ids: Iterable[str]) -> Iterator[tuple[Store, list[str]]]:
        """The stores that keep these, each with its own; the disk's first, which may fail."""
        wanted = list(conversation_ids)
        for store in (self._holder.engine.store, self._holder.engine.off_record):
            if ids := [each for each in wanted if self._store_of(each) is store]:
                yield store, ids

    def _act_on_notice(self, action: str) -> None:
        if action == UNDO and self._deleted:
            deleted, self._deleted = self._deleted, ()
            self._do(self._restore(deleted, self._open_again))

    async def _restore(self, conversation_ids: Sequence[str], open_again: str) -> None:
        self._window.set_notice("")
        for store, ids in self._by_store(conversation_ids):
            await store.keeping.restore(*ids)
        await self._conversations.show_list()
        if open_again and self._conversations.open is None and not self._window.composer.text:
            await self._conversations.show(open_again)


def deletion_question(infos: Sequence[ConversationInfo], opened: ConversationInfo | None) -> str:
    """What is asked before conversations are deleted.

    Args:
        infos: One, or several.
        opened: The one that is open; None for a new one.
    """
    undone = f"For {UNDO_S:.0f} seconds this can be undone."
    if len(infos) == 1:
        return (
            f"{_quoted(infos[0])} will be deleted, with its messages and tool calls. A run of it that is at work is "
            f"stopped. {undone}"
        )
    among = " The open one is among them." if opened is not None and opened.id in {info.id for info in infos} else ""
    at_work, waiting = sum(info.running for info in infos), sum(info.waiting for info in infos)
    stopped = f" {count_of(at_work, 'run')} at work {'is' if at_work == 1 else 'are'} stopped." if at_work else ""
    goes = f" {count_of(waiting, 'run')} that {'waits' if waiting == 1 else 'wait'} for you "
    goes = f"{goes}{'goes' if waiting == 1 else 'go'} too." if waiting else ""
    return (
        f"{count_of(len(infos), 'conversation')} will be deleted, with their messages and tool calls: "
        f"{_titles(infos)}.{among}{stopped}{goes} {undone}"
    )


def deletion_told(gone: Sequence[ConversationInfo], left: Sequence[ConversationInfo]) -> str:
    """What is said of a deletion.

    Args:
        gone: The conversations that were deleted.
        left: Those that were not: a run of each is at work where this window cannot stop it.
    """
    parts = ["Nothing was deleted."]
    if gone:
        parts = [f"Deleted {_quoted(gone[0]) if len(gone) == 1 else count_of(len(gone), 'conversation')}."]
    if left:
        stays = "stays: its run is" if len(left) == 1 else "stay: their runs are"
        parts.append(f"{_titles(left)} {stays} at work in another process.")
    return " ".join(parts)


def _titles(infos: Sequence[ConversationInfo]) -> str:
    shown = [_quoted(info) for info in infos[:_MOST_TITLES]]
    if len(infos) > _MOST_TITLES:
        shown.append(f"{len(infos) - _MOST_TITLES:,} more")
    return " and ".join((", ".join(shown[:-1]), shown[-1])) if len(shown) > 1 else shown[0]


def _quoted(info: ConversationInfo) -> str:
    return f"“{one_line(info.title) or 'New conversation'}”"
