"""The audit view of a window, and the log behind it."""

import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import IO, Any

from PySide6.QtCore import QObject, QStandardPaths
from PySide6.QtWidgets import QFileDialog

from desktop.controller import Controller
from desktop.engine.audit import AuditFilter
from desktop.engine.errors import EngineError
from desktop.engine.store.audit import AuditLog
from desktop.engine.store.audit_export import ExportFormat
from desktop.redaction import redact as redact_look_alikes
from desktop.views.audit_view import AuditView
from desktop.views.file_chooser import FileChooser
from desktop.views.main_window import MainWindow

OPEN_AUDIT = "Open the audit log"
"""The words of the notice's button."""
OFF_RECORD = "Off the record: this log is in memory only, and ends with the window. It is not exported."
_FORMATS: dict[str, ExportFormat] = {"JSON lines (*.jsonl)": "json", "CSV for spreadsheets (*.csv)": "csv"}


class AuditActions(QObject):
    """Opens the audit view, and gives it what it asks for.

    Args:
        window: The window.
        controller: Knows the engine, and what is open.
        redact: Takes the keys in use out of text that is exported.
    """

    def __init__(
        self, window: MainWindow, controller: Controller, redact: Callable[[str], str] = redact_look_alikes
    ) -> None:
        super().__init__(window)
        self._window = window
        self._controller = controller
        self._redact = redact
        self._log: AuditLog | None = None
        self._view: AuditView | None = None
        self._choosing = FileChooser(QStandardPaths.StandardLocation.DocumentsLocation)
        window.notice_action.connect(lambda action: self.open() if action == OPEN_AUDIT else None)

    def start(self) -> None:
        """Tell the person where the log turns out not to be as it was; once the engine is open."""
        keeper = self._controller.engine.audit
        keeper.on_problem = self._warn
        if keeper.problem:
            self._warn(keeper.problem)

    def open(self) -> None:
        """Open the view on the log of what is open: on disk, or off the record in memory."""
        try:
            engine = self._controller.engine
        except RuntimeError:  # at the very start: there is nothing to show yet
            return
        if self._view is None:
            self._view = self._make_view()
        view = self._view
        off_record = self._window.top_bar.off_record.isChecked()
        self._log = (engine.off_record if off_record else engine.store).audit
        view.show_conversation(None if off_record else self._controller.open_conversation_id)
        view.allow_export(not off_record)
        view.show_note(OFF_RECORD if off_record else "")
        if engine.audit.problem and not off_record:
            view.show_problem(engine.audit.problem)
        view.open()
        view.refresh()

    def _make_view(self) -> AuditView:
        view = AuditView(self._window)
        view.rows_wanted.connect(lambda wanted, offset: self._do(self._show_rows(wanted, offset)))
        view.verify_requested.connect(lambda: self._do(self._verify()))
        view.export_requested.connect(self._choose_file)
        return view

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

    @property
    def _shown(self) -> AuditView:
        assert self._view is not None
        return self._view

    @property
    def _open_log(self) -> AuditLog:
        assert self._log is not None
        return self._log

    async def _show_rows(self, wanted: AuditFilter, offset: int) -> None:
        log = self._open_log
        page = await log.page(wanted, offset)
        tools = await log.tools() if offset == 0 else None
        if log is not self._log:
            return  # the view shows another log by now
        if tools is not None:
            self._shown.show_tools(tools)
        self._shown.show_page(wanted, page)

    async def _verify(self) -> None:
        engine, log = self._controller.engine, self._open_log
        if log is engine.store.audit:
            report = await engine.audit.verify()
        else:
            report = await log.verify(None, None, "Off the record, nothing is kept in the keyring.")
        if log is self._log:
            self._shown.show_report(report)

    def _choose_file(self, wanted: AuditFilter) -> None:
        chooser = self._choosing.make(self._shown, "Export the audit log")
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setNameFilters(list(_FORMATS))
        chooser.setDefaultSuffix("jsonl")
        chooser.filterSelected.connect(lambda chosen: chooser.setDefaultSuffix("csv" if "csv" in chosen else "jsonl"))
        chooser.selectFile("audit.jsonl")
        chooser.fileSelected.connect(
            lambda name: self._do(self.export(wanted, Path(name), _FORMATS[chooser.selectedNameFilter()]))
        )
        chooser.open()

    async def export(self, wanted: AuditFilter, path: Path, form: ExportFormat) -> None:
        """Write rows to a file that is the person's alone, and say so.

        Args:
            wanted: Which rows.
            path: The file; replaced where it is there.
            form: JSON lines or CSV.
        """

        def target() -> IO[str]:
            return open(path, "w", encoding="utf-8", newline="", opener=lambda name, flags: os.open(name, flags, 0o600))

        count = await self._open_log.export(wanted, target, form, self._redact)
        self._shown.show_note(f"Exported {count:,} {'row' if count == 1 else 'rows'} to {path}.")

    def _warn(self, problem: str) -> None:
        self._window.set_notice(problem, OPEN_AUDIT, kind="danger")
