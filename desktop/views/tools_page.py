"""The dialog of tools and grants: what each tool may do, and what is remembered."""

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.engine.gate import Grant
from desktop.views.controls import Button, fit_screen, label, larger
from desktop.views.grant_panel import local_now
from desktop.views.grant_row import GrantRowView
from desktop.views.grant_words import holds
from desktop.views.literal_view import INSET
from desktop.views.notice_bar import NoticeBar
from desktop.views.theme import SPACE
from desktop.views.tool_row import ToolRow, ToolRowView

__all__ = ["ToolRow", "ToolsDialog"]

_PREFERRED = QSize(760, 680)
_LEAST = QSize(480, 360)
NO_GRANTS = "Nothing is remembered. “Allow for this conversation” and “Always allow” in a question put it here."


class _Section(QScrollArea):
    """Rows under each other, or words where there are none.

    Args:
        name: The accessible name.
        empty: The words.
        is_fitted: Whether it is never higher than its rows, so that what follows has the room.
    """

    def __init__(self, name: str, empty: str, *, is_fitted: bool = False) -> None:
        super().__init__()
        self._is_fitted = is_fitted
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._empty = label(empty, "muted", wrap=True)
        self._empty.setContentsMargins(INSET, 0, 0, 0)
        holder = QWidget()
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._empty)
        self._column.addStretch(1)
        self._rows: list[QWidget] = []
        self.setWidget(holder)

    def show_rows(self, rows: Sequence[QWidget]) -> None:
        """Show these rows in place of the ones before."""
        for before in self._rows:
            before.hide()
            before.deleteLater()
        self._rows = []
        for number, row in enumerate(rows):
            if number:
                line = QFrame()
                line.setProperty("kind", "hairline")
                line.setFixedHeight(1)
                self._put(line)
            self._put(row)
        self._empty.setVisible(not rows)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fit to the rows when they change."""
        if event.type() is QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit to the rows, whose words wrap."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._is_fitted:
            width = self.viewport().width()
            has_wraps = self._column.hasHeightForWidth()
            rows = self._column.totalHeightForWidth(width) if has_wraps else self._column.totalSizeHint().height()
            self.setMaximumHeight(rows)

    def _put(self, widget: QWidget) -> None:
        self._column.insertWidget(self._column.count() - 1, widget)
        self._rows.append(widget)


class ToolsDialog(QDialog):
    """Shows the tools with their policies, and the grants. Opened with ``open()``.

    Args:
        parent: The parent widget.
        now: Tells the time, in the person's zone.

    Attributes:
        tools: A `ToolRowView` for each tool, by name.
        grants: A `GrantRowView` for each grant, by id.
        problem: Says what failed.
        audit_button: The push button "Audit log…".
        close_button: The push button "Close".

    Signals:
        audit_requested(): The person wants to see the log of all calls.
        policy_chosen(str, str): The tool, and ``allow``, ``ask``, ``block``, or empty for the default.
        grant_revoked(str): The grant's id. It stays in the list until `show_grants` shows one without it.
    """

    audit_requested = Signal()
    policy_chosen = Signal(str, str)
    grant_revoked = Signal(str)

    def __init__(self, parent: QWidget | None = None, now: Callable[[], datetime] = local_now) -> None:
        super().__init__(parent)
        self._now = now
        self.setWindowTitle("Tools and grants")
        self.setAccessibleName("Tools and grants")
        self.tools: dict[str, ToolRowView] = {}
        self.grants: dict[str, GrantRowView] = {}
        self.problem = NoticeBar()
        self.audit_button = Button("Audit log…", name="Audit log")
        self.audit_button.setToolTip("What every tool call did, and who decided (Ctrl+Shift+A)")
        self.close_button = Button("Close")
        title = label("Tools and grants", "heading")
        title.setFont(larger(title.font(), 1.4, bold=True))
        words = label(
            "Allow lets a tool run unasked, Ask always asks, Block never lets it run. What you chose to remember is "
            "listed below, and can be taken back.",
            "muted",
            wrap=True,
        )
        self._tools = _Section("Tools", "No tools.", is_fitted=True)
        self._grants = _Section("Grants", NO_GRANTS)
        self._remembered = label("Remembered", "heading")
        foot = QHBoxLayout()
        foot.addWidget(self.audit_button)
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        for widget in (title, words, self.problem):
            column.addWidget(widget)
        tools = label("Tools", "heading")
        for widget in (title, words, tools, self._remembered):
            widget.setContentsMargins(INSET, 0, 0, 0)
        column.addSpacing(SPACE)
        column.addWidget(tools)
        column.addWidget(self._tools, 3)
        column.addSpacing(SPACE)
        column.addWidget(self._remembered)
        column.addWidget(self._grants, 2)
        column.addLayout(foot)
        self.close_button.clicked.connect(self.reject)
        self.audit_button.clicked.connect(self.audit_requested)
        fit_screen(self, _PREFERRED, _LEAST)

    def show_tools(self, rows: Sequence[ToolRow]) -> None:
        """Show these tools, in order."""
        if [row.name for row in rows] == list(self.tools) and all(
            (row.description, row.effects, row.access) == (shown.description, shown.effects, shown.access)
            for row, shown in zip(rows, (view.row for view in self.tools.values()), strict=True)
        ):
            for row in rows:
                self.tools[row.name].show_policy(row)
            return
        self.tools = {row.name: ToolRowView(row) for row in rows}
        for name, view in self.tools.items():
            view.policy_chosen.connect(lambda policy, name=name: self.policy_chosen.emit(name, policy))
        self._tools.show_rows(list(self.tools.values()))

    def show_grants(self, grants: Sequence[Grant]) -> None:
        """Show these grants: those that hold first, each group in the order given; revoked ones are left out."""
        now = self._now()
        kept = [grant for grant in grants if grant.revoked_at is None]
        kept.sort(key=lambda grant: not holds(grant, now))
        self.grants = {grant.id: GrantRowView(grant, now) for grant in kept}
        for grant_id, view in self.grants.items():
            view.revoked.connect(lambda grant_id=grant_id: self.grant_revoked.emit(grant_id))
        self._grants.show_rows(list(self.grants.values()))
        self._remembered.setText(f"Remembered ({len(kept):,})" if kept else "Remembered")

    def show_problem(self, text: str) -> None:
        """Say what failed; empty takes it away."""
        self.problem.show_notice(text, kind="danger")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes; Enter presses nothing."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
        else:
            super().keyPressEvent(event)
