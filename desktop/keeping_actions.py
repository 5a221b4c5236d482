"""What the person does with whole conversations in the window: names, pins, the archive, deletion and its undoing."""

import asyncio
import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from desktop.engine.errors import EngineError, RunBusy
from desktop.engine.messages import ConversationInfo, utc_now
from desktop.engine.store.store import Store
from desktop.exchange import count_of
from desktop.views.ask_box import AskBox
from desktop.views.controls import one_line
from desktop.views.notice_bar import NoticeKind
from desktop.window_actions import Desk, WindowActions

UNDO = "Undo"
"""The words of the bar's button."""
UNDO_S = 30.0
"""How long a deletion can be undone, also over an end of the program."""
_MOST_TITLES = 3


@dataclass(frozen=True, slots=True)
class _Deletion:
    """What one question deleted, and one Undo brings back.

    Attributes:
        conversation_ids: Which conversations.
        at: When, aware UTC; those of them that are restored and deleted again have a later time.
        words: What is said of it.
        kind: How grave that is.
        open_again: Which of them is opened when they come back; empty for none.
    """

    conversation_ids: tuple[str, ...]
    at: datetime
    words: str
    kind: NoticeKind = "info"
    open_again: str = ""


class KeepingActions(WindowActions):
    """Wires the conversation list's wishes to the store.

    Args:
        desk: The window and what stands behind it.

    Attributes:
        undo_s: How long a deletion can be undone, in seconds.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.undo_s = UNDO_S
        self._undoable: list[_Deletion] = []  # the latest last
        window, do, rows = desk.window, self._do, desk.window.conversations
        rows.renamed.connect(lambda chosen, title: do(self._rename(chosen, title)))
        rows.pin_requested.connect(lambda chosen, on: do(self._pin(chosen, on)))
        rows.archive_requested.connect(lambda chosen, on: do(self._archive(chosen, on)))
        rows.delete_requested.connect(self.ask_to_delete)
        window.undo_bar.action_clicked.connect(lambda _words: self._undo())
        window.undo_bar.dismissed.connect(self._undoable.clear)

    async def start(self) -> None:
        """Delete for good what an earlier start had deleted; what it deleted a moment ago can be undone here."""
        store = self._holder.engine.store
        since = utc_now() - timedelta(seconds=self.undo_s)
        await store.keeping.purge(before=since)
        for at, infos in (await store.conversations.deleted(since)).items():
            ids = tuple(info.id for info in infos)
            self._do(self._offer(_Deletion(ids, at, deletion_told(infos, []), open_again=_only(ids))))

    def rename_open(self) -> None:
        """Let the person rename the open conversation in the list."""
        if (info := self._opened()) is not None:
            self._window.panes.set_wanted("conversations", True)
            self._window.conversations.search.clear()
            self._window.conversations.rename(info.id)

    def toggle_pin(self) -> None:
        """Pin the open conversation, or no longer."""
        if (info := self._opened()) is not None:
            self._do(self._toggle(info.id, "pinned"))

    def toggle_archive(self) -> None:
        """Archive the open conversation, or take it back."""
        if (info := self._opened()) is not None:
            self._do(self._toggle(info.id, "archived"))

    def delete_open(self) -> None:
        """Ask whether the open conversation is to be deleted."""
        if (info := self._opened()) is not None:
            self._do(self._ask_about(info.id))

    def _opened(self) -> ConversationInfo | None:
        """The open conversation; where nothing of it is stored yet, that is said."""
        if self._conversations.open is None:
            self._window.set_notice("This conversation has no messages yet.", of_conversation=True)
        return self._conversations.open

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
        at = utc_now()
        for store, ids in self._by_store(deleted):
            at = await store.keeping.delete(*ids)
        opened = self._conversations.open
        was_open = opened.id if opened is not None and opened.id in deleted else ""
        if was_open:
            self._window.composer.flush_draft()
            self._conversations.begin()
        words = deletion_told(gone, left)
        if gone:
            kind: NoticeKind = "warning" if left else "info"
            self._do(self._offer(_Deletion(deleted, at, words, kind, was_open or _only(deleted))))
        else:
            self._window.set_notice(words, kind="warning")
        await self._conversations.show_list()

    async def _offer(self, deletion: _Deletion) -> None:
        """Let a deletion be undone for a while, and end it for good then."""
        self._undoable.append(deletion)
        self._show_undoable()
        await asyncio.sleep(self.undo_s)  # an end of the program in between leaves the rest to the next start
        if deletion in self._undoable:
            self._undoable.remove(deletion)
            self._show_undoable()
        for store, ids in self._by_store(deletion.conversation_ids):
            await store.keeping.purge(before=deletion.at, conversation_ids=ids)

    def _show_undoable(self) -> None:
        """Say what was deleted last and can be undone; the bar is its own, so that no other notice takes its place."""
        if not self._undoable:
            self._window.undo_bar.show_notice("")
            return
        last, count = self._undoable[-1], len(self._undoable)
        more = f" {UNDO} takes back the last of {count} deletions." if count > 1 else ""
        self._window.undo_bar.show_notice(f"{last.words}{more}", UNDO, last.kind)

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

    def _undo(self) -> None:
        if self._undoable:
            last = self._undoable.pop()
            self._show_undoable()
            self._do(self._restore(last))

    async def _restore(self, deletion: _Deletion) -> None:
        try:
            for store, ids in self._by_store(deletion.conversation_ids):
                await store.keeping.restore(*ids)
        except EngineError:
            self._undoable.append(deletion)  # it can be tried again, until its time is over
            self._show_undoable()
            raise
        await self._conversations.show_list()
        if deletion.open_again and self._conversations.open is None and not self._window.composer.text:
            await self._conversations.show(deletion.open_again)


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


def _only(conversation_ids: Sequence[str]) -> str:
    return conversation_ids[0] if len(conversation_ids) == 1 else ""


def _titles(infos: Sequence[ConversationInfo]) -> str:
    shown = [_quoted(info) for info in infos[:_MOST_TITLES]]
    if len(infos) > _MOST_TITLES:
        shown.append(f"{len(infos) - _MOST_TITLES:,} more")
    return " and ".join((", ".join(shown[:-1]), shown[-1])) if len(shown) > 1 else shown[0]


def _quoted(info: ConversationInfo) -> str:
    return f"“{one_line(info.title) or 'New conversation'}”"
