"""The table of the audit log: as long as the log, of which it holds only the pages that are looked at."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from desktop.engine.audit import AuditEntry, AuditPage
from desktop.views.audit_text import (
    GRANT_ICONS,
    STEPS,
    decider_text,
    short_arguments,
    short_moment,
    state_text,
    took_text,
)
from desktop.views.call_text import STATE_ICONS
from desktop.views.controls import plain_tool_tip
from desktop.views.icons import icon_pixmap
from desktop.views.literal_text import one_line
from desktop.views.theme import SPACE, current_theme

PAGE = 200
"""How many rows are asked for at once."""
_KEPT_PAGES = 20
_SETTLE_MS = 40
"""How long scrolling must rest on a page before it is asked for."""

COLUMNS = ("Time", "Tool", "Arguments", "Step", "State", "Decided by", "Took")
TIME, TOOL, ARGUMENTS, STEP, STATE, DECIDED_BY, TOOK = range(len(COLUMNS))
ENTRY_ROLE = int(Qt.ItemDataRole.UserRole)
"""The row's `AuditEntry`; None while it is not there yet."""

_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_Index = QModelIndex | QPersistentModelIndex


class AuditModel(QAbstractTableModel):
    """The rows of a filter, newest first.

    Signals:
        page_wanted(int): Rows are looked at that are not here; how many come before their page.
        page_shown(): Rows came.
    """

    page_wanted = Signal(int)
    page_shown = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._total = 0
        self._pages: dict[int, tuple[AuditEntry, ...]] = {}  # the one that was looked at last stands last
        self._missing: dict[int, None] = {}
        self._asked: set[int] = set()
        self._icons: dict[tuple[str, str], QPixmap] = {}
        self._scale = 1.0
        self._rest = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._rest.timeout.connect(self._ask)

    def set_scale(self, scale: float) -> None:
        """Draw icons for this device pixel ratio, in the colours of the theme now."""
        self._scale = scale
        self._icons = {}

    def clear(self) -> None:
        """Show nothing."""
        self.show_first(AuditPage(entries=(), offset=0, total=0, up_to=0))

    def show_first(self, page: AuditPage) -> None:
        """Begin anew with the first page of a filter."""
        self.beginResetModel()
        self._total = page.total
        self._pages = {0: page.entries}
        self._missing, self._asked = {}, set()
        self.endResetModel()
        self.page_shown.emit()

    def show_more(self, page: AuditPage) -> None:
        """Fill in a page that was asked for."""
        self._asked.discard(page.offset)
        self._pages[page.offset] = page.entries
        for offset in list(self._pages)[:-_KEPT_PAGES]:
            del self._pages[offset]
        last = min(page.offset + PAGE, self._total) - 1
        self.dataChanged.emit(self.index(page.offset, 0), self.index(last, len(COLUMNS) - 1))
        self.page_shown.emit()

    def forget_asked(self) -> None:
        """Ask again for what did not come."""
        self._asked = set()

    def entry(self, row: int) -> AuditEntry | None:
        """A row's entry; None where it is not here: then it is asked for."""
        offset = row // PAGE * PAGE
        page = self._pages.get(offset)
        if page is None:
            if offset not in self._asked:
                self._missing.pop(offset, None)
                self._missing[offset] = None
                self._rest.start()
            return None
        return page[row - offset] if row - offset < len(page) else None

    def _ask(self) -> None:
        """Ask for the pages that were looked at last; a view shows two at most."""
        wanted = list(self._missing)[-2:]
        self._missing = {}
        for offset in wanted:
            self._asked.add(offset)
            self.page_wanted.emit(offset)

    def rowCount(self, parent: _Index | None = None) -> int:
        """How many rows the filter lets through."""
        return 0 if parent is not None and parent.isValid() else self._total

    def columnCount(self, parent: _Index | None = None) -> int:
        """All columns."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        """The columns' names."""
        if orientation is Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: _Index, role: int = _DISPLAY) -> Any:
        """What a cell shows and says."""
        if not index.isValid():
            return None
        entry = self.entry(index.row())
        if entry is None:
            return "…" if role == Qt.ItemDataRole.DisplayRole and index.column() == TIME else None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _cell(entry, index.column())
            case Qt.ItemDataRole.DecorationRole if index.column() == STATE:
                return self._icon(*(STATE_ICONS[entry.state] if entry.state else GRANT_ICONS[entry.step]))
            case Qt.ItemDataRole.ForegroundRole if index.column() in (TIME, ARGUMENTS, TOOK):
                return current_theme().muted
            case Qt.ItemDataRole.ForegroundRole if index.column() == DECIDED_BY and entry.decided_by != "person":
                return current_theme().muted
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(index.column())
            case Qt.ItemDataRole.ToolTipRole if index.column() in (TOOL, ARGUMENTS):
                return plain_tool_tip(_cell(entry, index.column()))
            case _:
                return entry if role == ENTRY_ROLE else None

    def _icon(self, name: str, colour: str) -> QPixmap:
        key = name, colour
        if key not in self._icons:
            self._icons[key] = icon_pixmap(name, getattr(current_theme(), colour), 16, self._scale)
        return self._icons[key]


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column == TOOK else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _cell(entry: AuditEntry, column: int) -> str:
    match column:
        case _ if column == TIME:
            return short_moment(entry.at)
        case _ if column == TOOL:
            return one_line(entry.tool)
        case _ if column == ARGUMENTS:
            return short_arguments(entry)
        case _ if column == STEP:
            return STEPS[entry.step]
        case _ if column == STATE:
            return state_text(entry)
        case _ if column == DECIDED_BY:
            return decider_text(entry)
        case _:
            return took_text(entry)


class AuditTable(QTableView):
    """The table; named "Audit log". Its column of steps shows only where every step is listed."""

    def __init__(self, model: AuditModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setAccessibleName("Audit log")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setStyleSheet("QTableView::item { padding: 0 8px; border: none; }")
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)  # a hundred thousand rows are not measured
        rows.setDefaultSectionSize(4 * SPACE)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsMovable(False)
        header.setMinimumSectionSize(5 * SPACE)
        wide = self.fontMetrics().horizontalAdvance
        texts = {TIME: "00 Mmm 00:00:00", TOOL: "run_command_mm", STEP: "Arguments changed"}
        texts |= {STATE: "cancelled 000", DECIDED_BY: "Nobody yet", TOOK: "00 min 00 s"}
        for column, text in texts.items():
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(column, wide(text) + 3 * SPACE)
        header.setSectionResizeMode(ARGUMENTS, QHeaderView.ResizeMode.Stretch)
        self.show_steps(False)

    def show_steps(self, shown: bool) -> None:
        """Show or hide the column of steps."""
        self.setColumnHidden(STEP, not shown)
