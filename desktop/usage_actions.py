"""The view of usage and cost of a window, and the figures behind it."""

import asyncio
import os
from collections.abc import Coroutine, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QStandardPaths
from PySide6.QtWidgets import QFileDialog

from desktop.controller import Controller
from desktop.engine.errors import EngineError
from desktop.engine.usage_lines import UsageLine, as_csv
from desktop.views.main_window import MainWindow
from desktop.views.usage_view import UsageView


class UsageActions(QObject):
    """Opens the view, and gives it what it asks for.

    Args:
        window: The window.
        controller: Knows the engine.
    """

    def __init__(self, window: MainWindow, controller: Controller) -> None:
        super().__init__(window)
        self._window = window
        self._controller = controller
        self._view: UsageView | None = None

    def open(self) -> None:
        """Open the view with the figures as they are now."""
        if self._view is None:
            self._view = view = UsageView(self._window)
            view.lines_wanted.connect(lambda since: self._do(self._show_lines(since)))
            view.export_requested.connect(self._choose_file)
        self._view.show_note("")
        self._view.open()
        self._view.refresh()

    @property
    def _shown(self) -> UsageView:
        assert self._view is not None
        return self._view

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        self._controller.actions.do(self._told(work))

    async def _told(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something for the view; what fails is said there."""
        try:
            await work
        except EngineError as error:
            self._shown.show_problem(f"{error} {error.action}".strip())
        except OSError as error:
            self._shown.show_problem(f"The file could not be written: {error.strerror or error}.")

    async def _show_lines(self, since: date | None) -> None:
        midnight = datetime.combine(since, time()).astimezone() if since is not None else None
        self._shown.show_lines(await self._controller.engine.store.usage.lines(midnight))

    def _choose_file(self, lines: Sequence[UsageLine]) -> None:
        chooser = QFileDialog(self._shown, "Export usage and cost")
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setNameFilter("CSV for spreadsheets (*.csv)")
        chooser.setDefaultSuffix("csv")
        chooser.setDirectory(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
        chooser.selectFile("usage.csv")
        chooser.fileSelected.connect(lambda name: self._do(self.export(lines, Path(name))))
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    async def export(self, lines: Sequence[UsageLine], path: Path) -> None:
        """Write lines to a file that is the person's alone, and say so.

        Args:
            lines: What was shown.
            path: The file; replaced where it is there.
        """

        def write() -> None:
            with open(
                path, "w", encoding="utf-8", newline="", opener=lambda name, flags: os.open(name, flags, 0o600)
            ) as file:
                file.write(as_csv(lines))

        await asyncio.to_thread(write)
        self._shown.show_note(f"Exported {len(lines):,} {'line' if len(lines) == 1 else 'lines'} to {path}.")
