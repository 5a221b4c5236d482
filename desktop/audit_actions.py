"""The audit view of a window, and the log behind it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from desktop.engine.audit import AuditFilter
from desktop.engine.store.audit import AuditLog
from desktop.engine.store.audit_export import ExportFormat
from desktop.file_choosing import DOCUMENTS, FileChooser
from desktop.files import replacing
from desktop.redaction import redact as redact_look_alikes
from desktop.views.audit_view import AuditView
from desktop.window_actions import Desk, ViewActions

OPEN_AUDIT = "Open the audit log"
"""The words of the notice's button."""
OFF_RECORD = "Off the record: this log is in memory only, and ends with the window. It is not exported."
_FORMATS: dict[str, ExportFormat] = {"JSON lines (*.jsonl)": "json", "CSV for spreadsheets (*.csv)": "csv"}
_SUFFIXES: dict[ExportFormat, str] = {"json": "jsonl", "csv": "csv"}


class AuditActions(ViewActions[AuditView]):
    """Opens the audit view, and gives it what it asks for.

    Args:
        desk: The window and what stands behind it.
        redact: Takes the keys in use out of text that is exported.
    """

    def __init__(self, desk: Desk, redact: Callable[[str], str] = redact_look_alikes) -> None:
        super().__init__(desk)
        self._redact = redact
        self._log: AuditLog | None = None
        self._files = FileChooser(DOCUMENTS)
        desk.window.notice_action.connect(lambda action: self.open() if action == OPEN_AUDIT else None)

    def start(self) -> None:
        """Tell the person where the log turns out not to be as it was; once the engine is open."""
        keeper = self._holder.engine.audit
        keeper.on_problem = self._warn
        if keeper.problem:
            self._warn(keeper.problem)

    def open(self) -> None:
        """Open the view on the log of what is open: on disk, or off the record in memory."""
        engine = self._holder.current
        if engine is None:  # at the very start: there is nothing to show yet
            return
        if self._view is None:
            self._view = self._make_view()
        view = self._view
        off_record = self._window.top_bar.off_record.isChecked()
        self._log = (engine.off_record if off_record else engine.store).audit
        view.show_conversation(None if off_record else self._conversations.kept_id)
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
        engine, log = self._holder.engine, self._open_log
        if log is engine.store.audit:
            report = await engine.audit.verify()
        else:
            report = await log.verify(None, None, "Off the record, nothing is kept in the keyring.")
        if log is self._log:
            self._shown.show_report(report)

    def _choose_file(self, wanted: AuditFilter) -> None:
        self._files.ask_target(
            self._shown,
            "Export the audit log",
            {words: _SUFFIXES[form] for words, form in _FORMATS.items()},
            "audit.jsonl",
            lambda path, chosen: self._do(self.export(wanted, path, _FORMATS[chosen])),
        )

    async def export(self, wanted: AuditFilter, path: Path, form: ExportFormat) -> None:
        """Write rows to a file that is the person's alone, and say so.

        Args:
            wanted: Which rows.
            path: The file; replaced where it is there.
            form: JSON lines or CSV.
        """
        count = await self._open_log.export(wanted, partial(replacing, path), form, self._redact)
        self._shown.show_note(f"Exported {count:,} {'row' if count == 1 else 'rows'} to {path}.")

    def _warn(self, problem: str) -> None:
        self._window.set_notice(problem, OPEN_AUDIT, kind="danger")
