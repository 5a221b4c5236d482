"""Titles made beside the runs: asked for behind an answer, given up as soon as a run wants the models."""

import asyncio

from desktop.actions import Actions
from desktop.conversations import Conversations
from desktop.engine.events import Event, RunFinished, RunStarted
from desktop.engine.titles import make_title
from desktop.engine_holder import EngineHolder
from desktop.settings import Settings


class TitleActions:
    """Follows the runs.

    Args:
        settings: Whether titles are made.
        holder: The engine.
        actions: Runs what takes time; its end ends a request for a title too.
        conversations: Shows the new title.
    """

    def __init__(
        self, settings: Settings, holder: EngineHolder, actions: Actions, conversations: Conversations
    ) -> None:
        self._settings = settings
        self._holder = holder
        self._actions = actions
        self._conversations = conversations
        self._under_way: set[asyncio.Task[None]] = set()

    def follow(self, event: Event) -> None:
        """Ask for a title behind an answer; a run that starts goes first, at a server that does one thing at a time."""
        if isinstance(event, RunStarted):
            for task in self._under_way:
                task.cancel()
        elif isinstance(event, RunFinished) and self._settings.make_titles:
            task = self._actions.do(self._make(event.run_id))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _make(self, run_id: str) -> None:
        session = self._holder.engine.session
        if await make_title(session.store_of(run_id), session.runner, run_id):
            await self._conversations.show_list()
            await self._conversations.show_totals()
