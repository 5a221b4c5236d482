"""Titles made beside the runs: asked for behind an answer, given up as soon as a run wants the models."""

import asyncio

from desktop.engine.events import Event, RunFinished, RunStarted
from desktop.engine.titles import make_title
from desktop.window_actions import Desk, WindowActions


class TitleActions(WindowActions):
    """Follows the runs. The end of the window's actions ends a request for a title too.

    Args:
        desk: The window and what stands behind it.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._under_way: set[asyncio.Task[None]] = set()

    def follow(self, event: Event) -> None:
        """Ask for a title behind an answer; a run that starts goes first, at a server that does one thing at a time."""
        if isinstance(event, RunStarted):
            for task in self._under_way:
                task.cancel()
        elif isinstance(event, RunFinished) and self._settings.make_titles:
            task = self._do(self._make(event.run_id))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _make(self, run_id: str) -> None:
        session = self._session
        if await make_title(session.store_of(run_id), session.runner, run_id):
            await self._conversations.show_list()
            await self._conversations.show_totals()
