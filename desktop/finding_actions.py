"""The search above the list of conversations, and the palette."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence

from desktop.engine.messages import ConversationInfo
from desktop.engine.search import SearchHit
from desktop.views.commands import Command
from desktop.views.conversation_list import ConversationList
from desktop.views.conversation_model import title_of
from desktop.views.palette import Palette, PaletteEntry
from desktop.window_actions import Desk, WindowActions

_PALETTE_HITS = 30


class FindingActions(WindowActions):
    """Wires the search field and the palette to the stores.

    Args:
        desk: The window and what stands behind it.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        window, do = desk.window, self._do
        self._commands: tuple[Command, ...] = ()
        self.palette = Palette(window)
        self._searching = asyncio.Lock()
        rows = window.conversations
        rows.search_changed.connect(lambda query: do(self._search(query)))
        self.palette.query_changed.connect(lambda query: do(self._search_for_palette(query)))
        self.palette.chosen.connect(self._choose)
        window.palette_requested.connect(lambda: do(self._open()))

    def show_commands(self, commands: Sequence[Command]) -> None:
        """Offer these in the palette."""
        self._commands = tuple(commands)

    async def hits(self, query: str, limit: int = 200) -> list[SearchHit]:
        """The messages that hold all words of a query, newest first; those off the record are searched in memory."""
        engine = await self._holder.opened()
        off_record = await engine.off_record.search.messages(query, limit)
        found = off_record + await engine.store.search.messages(query, limit)
        return sorted(found, key=lambda hit: hit.created_at, reverse=True)[:limit]

    async def _search(self, query: str) -> None:
        rows = self._window.conversations
        async with self._searching:  # of several waiting, those that are outdated are not done
            if rows.search.text() == query:
                with _failure_told(rows, query):
                    rows.show_hits(query, await self.hits(query))

    async def _search_for_palette(self, query: str) -> None:
        async with self._searching:
            if self.palette.field.text() != query or not query.strip():
                return
            with _failure_told(self.palette, query):
                found = await self.hits(query, _PALETTE_HITS)
        self.palette.show_hits(query, [_hit_entry(hit) for hit in found])

    async def _open(self) -> None:
        if self.palette.isVisible():
            return
        listed = await self._conversations.all() if self._holder.current is not None else []
        self.palette.open_with([*map(_conversation_entry, listed), *map(_command_entry, self._commands)])

    def _choose(self, kind: str, chosen: str, query: str) -> None:
        window = self._window
        if kind == "Conversations":
            window.composer.flush_draft()
            window.conversation_chosen.emit(chosen)
        elif kind == "Messages":
            conversation_id, _, message_id = chosen.partition("/")
            window.tell_hit(conversation_id, message_id, query)
        else:
            window.command_chosen.emit(chosen)


@contextlib.contextmanager
def _failure_told(view: ConversationList | Palette, query: str) -> Iterator[None]:
    """Have a view no longer wait for what a search finds that fails; why it failed is told as of any action."""
    try:
        yield
    except Exception:
        view.show_failure(query)
        raise


def _conversation_entry(info: ConversationInfo) -> PaletteEntry:
    icon_name = "pin" if info.pinned else "archive" if info.archived else "message"
    detail = "archived" if info.archived else f"{info.updated_at.astimezone():%Y-%m-%d}"
    return PaletteEntry("Conversations", info.id, title_of(info), detail, icon_name)


def _command_entry(command: Command) -> PaletteEntry:
    return PaletteEntry("Actions", command.id, command.title, command.keys, command.icon_name, command.also)


def _hit_entry(hit: SearchHit) -> PaletteEntry:
    title = hit.title if len(hit.title) <= 28 else hit.title[:27].rstrip() + "…"
    return PaletteEntry(
        "Messages", f"{hit.conversation_id}/{hit.message_id}", hit.passage, title, "search", marks=hit.marks
    )
