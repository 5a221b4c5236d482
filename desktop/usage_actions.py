"""The view of usage and cost of a window, and the figures behind it."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path

from desktop.engine.usage_lines import UsageLine, as_csv
from desktop.file_choosing import DOCUMENTS, FileChooser
from desktop.files import write_private
from desktop.views.usage_view import UsageView
from desktop.window_actions import Desk, ViewActions


class UsageActions(ViewActions[UsageView]):
    """Opens the view, and gives it what it asks for.

    Args:
        desk: The window and what stands behind it.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._files = FileChooser(DOCUMENTS)

    def open(self) -> None:
        """Open the view with the figures as they are now."""
        if self._view is None:
            self._view = view = UsageView(self._window)
            view.lines_wanted.connect(lambda since: self._do(self._show_lines(since)))
            view.export_requested.connect(self._choose_file)
        self._view.show_note("")
        self._view.open()
        self._view.refresh()

    async def _show_lines(self, since: date | None) -> None:
        midnight = datetime.combine(since, time()).astimezone() if since is not None else None
        self._shown.show_lines(await self._holder.engine.store.usage.lines(midnight))

    def _choose_file(self, lines: Sequence[UsageLine]) -> None:
        self._files.ask_target(
            self._shown,
            "Export usage and cost",
            {"CSV for spreadsheets (*.csv)": "csv"},
            "usage.csv",
            lambda path, _kind: self._do(self.export(lines, path)),
        )

    async def export(self, lines: Sequence[UsageLine], path: Path) -> None:
        """Write lines to a file that is the person's alone, and say so.

        Args:
            lines: What was shown.
            path: The file; replaced where it is there.
        """
        await asyncio.to_thread(write_private, path, as_csv(lines))
        self._shown.show_note(f"Exported {len(lines):,} {'line' if len(lines) == 1 else 'lines'} to {path}.")
