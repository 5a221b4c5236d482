"""The audit log to look at: a table with filters, each row in full, a check of the whole, an export."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from desktop.engine.audit import AuditEntry, AuditFilter, AuditPage, AuditReport, report_words
from desktop.views.audit_details import AuditDetails
from desktop.views.audit_filter_bar import AuditFilterBar
from desktop.views.audit_table import AuditModel, AuditTable
from desktop.views.audit_text import kinds_text
from desktop.views.controls import Button, fit_screen, label, larger
from desktop.views.notice_bar import NoticeBar
from desktop.views.theme import SPACE, is_theme_change

_ABOUT = "Every tool call and grant, what was decided, and by whom. Rows are only added; each seals those before it."


class AuditView(QDialog):
    """Shows the audit log. Opened with ``open()``; begins to ask for rows with ``refresh()``.

    Attributes:
        filters: The fields that filter.
        table: The table named "Audit log".
        details: The chosen row in full.
        count: The label that says how many rows there are.
        report: The bar with the words of a check, or of what failed.
        verify_button: The push button "Verify".
        export_button: The push button "Export".
        refresh_button: The push button "Refresh".
        close_button: The push button "Close".

    Signals:
        rows_wanted(AuditFilter, int): Rows are to be shown with `show_page`; how many of the filter come before them.
        verify_requested(): The person wants the log checked; `show_report` shows what was found.
        export_requested(AuditFilter): The person wants the rows of this filter in a file.
    """

    rows_wanted = Signal(object, int)
    verify_requested = Signal()
    export_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Audit")
        self.setAccessibleName("Audit")
        self._wanted = AuditFilter()
        self.filters = AuditFilterBar()
        self._model = AuditModel()
        self.table = AuditTable(self._model)
        self.details = AuditDetails()
        self.report = NoticeBar()
        self.count = label(kind="muted")
        self.refresh_button = Button("", "retry", kind="flat", name="Refresh")
        self.verify_button = Button("Verify")
        self.export_button = Button("Export…", name="Export")
        self.close_button = Button("Close")
        self._nothing = label(kind="muted", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._nothing)
        self._had_focus = False  # the button Verify, while it checks
        self._chosen: AuditEntry | None = None
        self._may_export = True
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        title = label("Audit", "heading")
        title.setFont(larger(title.font(), 1.4, bold=True))
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        self.details.setMinimumWidth(36 * SPACE)
        splitter.addWidget(self._stack)
        splitter.addWidget(self.details)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([840, 36 * SPACE])
        foot = QHBoxLayout()
        foot.setSpacing(SPACE)
        foot.addWidget(self.refresh_button)
        foot.addWidget(self.count)
        foot.addStretch(1)
        foot.addWidget(self.verify_button)
        foot.addWidget(self.export_button)
        foot.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addWidget(title)
        column.addWidget(label(_ABOUT, "muted", wrap=True))
        column.addSpacing(SPACE)
        column.addWidget(self.filters)
        column.addWidget(self.report)
        column.addWidget(splitter, 1)
        column.addLayout(foot)
        fit_screen(self, QSize(1200, 740), QSize(760, 520))

    def _connect(self) -> None:
        self.filters.changed.connect(self.refresh)
        self._model.page_wanted.connect(lambda offset: self.rows_wanted.emit(self._wanted, offset))
        self._model.page_shown.connect(self._show_chosen)
        self.table.selectionModel().currentRowChanged.connect(lambda _new, _old: self._choose())
        self.refresh_button.clicked.connect(self.refresh)
        self.verify_button.clicked.connect(self._verify)
        self.export_button.clicked.connect(lambda: self.export_requested.emit(self.filters.wanted))
        self.close_button.clicked.connect(self.reject)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self, self.filters.search.setFocus)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Refresh), self, self.refresh)

    def refresh(self) -> None:
        """Ask for the newest rows of the filter."""
        self._wanted = self.filters.wanted
        self.rows_wanted.emit(self._wanted, 0)

    def show_page(self, wanted: AuditFilter, page: AuditPage) -> None:
        """Show rows that were asked for; those of a filter that is not wanted any more are left.

        Args:
            wanted: As it came with ``rows_wanted``.
            page: The rows.
        """
        if wanted != self._wanted:
            return
        if page.offset:
            self._model.show_more(page)
            return
        # From now on pages of the log as it is now, so that they fit together while it grows.
        self._wanted = wanted.model_copy(update={"up_to": page.up_to})
        self._model.set_scale(self.devicePixelRatioF())
        self.table.show_steps(wanted.every_step)
        self._model.show_first(page)
        rows = f"{page.total:,} row{'' if page.total == 1 else 's'}"
        self.count.setText(rows if wanted.every_step else kinds_text(page.total - page.grants, page.grants))
        self._nothing.setText(
            "Nothing fits this filter." if page.up_to else "No tool was called yet. Every call will stand here."
        )
        self._stack.setCurrentWidget(self.table if page.total else self._nothing)
        self.details.setVisible(page.total > 0)
        self.export_button.setEnabled(page.total > 0 and self._may_export)
        self._choose_again()

    def show_tools(self, names: Sequence[str]) -> None:
        """Offer these tools in the filter."""
        self.filters.show_tools(names)

    def show_conversation(self, conversation_id: str | None) -> None:
        """Offer to look at the open conversation alone; None where there is none."""
        self.filters.show_conversation(conversation_id)

    def allow_export(self, allowed: bool) -> None:
        """Say whether rows may go to a file: off the record they may not."""
        self._may_export = allowed
        self.export_button.setEnabled(allowed)

    def show_report(self, report: AuditReport) -> None:
        """Say what a check found."""
        self._end_check()
        kind = "danger" if not report.ok else "warning" if report.unproven else "info"
        self.report.show_notice(report_words(report), kind=kind)  # type: ignore[arg-type]  # one of the three

    def show_problem(self, text: str) -> None:
        """Say what failed; what did not come is asked for again when it is looked at."""
        self._end_check()
        self._model.forget_asked()
        self.report.show_notice(text, kind="danger")

    def show_note(self, text: str) -> None:
        """Say something that is no problem ("Exported 12 rows to …"); empty takes it away."""
        self.report.show_notice(text)

    def changeEvent(self, event: QEvent) -> None:
        """Draw the states' icons anew with the theme."""
        super().changeEvent(event)
        if is_theme_change(event) and hasattr(self, "_model"):
            self._model.set_scale(self.devicePixelRatioF())
            self.table.viewport().update()

    def _verify(self) -> None:
        self._had_focus = self.verify_button.hasFocus()
        self.verify_button.setEnabled(False)
        self.verify_button.setText("Checking…")
        self.report.show_notice("")
        self.verify_requested.emit()

    def _end_check(self) -> None:
        self.verify_button.setText("Verify")
        self.verify_button.setEnabled(True)
        if self._had_focus:
            self.verify_button.setFocus()
        self._had_focus = False

    def _choose(self) -> None:
        current: QModelIndex = self.table.currentIndex()
        if current.isValid():
            self._chosen = self._model.entry(current.row())
            self.details.show_entry(self._chosen)

    def _show_chosen(self) -> None:
        """Show the chosen row where it was not there when it was chosen."""
        if self._chosen is None:
            self._choose()

    def _choose_again(self) -> None:
        """Choose the call that was chosen before, where it is on the first page; else the newest row."""
        before = self._chosen
        self._chosen = None
        self.details.show_entry(None)
        rows = range(min(self._model.rowCount(), 200))
        chosen = next((row for row in rows if _is_same(self._model.entry(row), before)), 0)
        if self._model.rowCount():
            self.table.selectionModel().setCurrentIndex(
                self._model.index(chosen, 0),
                QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows,
            )
            self._choose()


def _is_same(one: AuditEntry | None, other: AuditEntry | None) -> bool:
    return (
        one is not None
        and other is not None
        and (one.run_id, one.call_id, one.step) == (other.run_id, other.call_id, other.step)
    )
