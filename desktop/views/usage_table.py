"""Totals of usage as a table that sorts."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from desktop.engine.usage_lines import UsageTotal, cost_words
from desktop.views.literal_text import one_line
from desktop.views.theme import SPACE

_Index = QModelIndex | QPersistentModelIndex
_SORT = int(Qt.ItemDataRole.UserRole)
_NAME = 0
_COLUMNS: tuple[tuple[str, Callable[[UsageTotal], str], Callable[[UsageTotal], Any]], ...] = (
    ("", lambda total: one_line(total.name), lambda total: total.name.casefold()),
    ("Calls", lambda total: f"{total.calls:,}", lambda total: total.calls),
    ("Tokens in", lambda total: f"{total.input_tokens:,}", lambda total: total.input_tokens),
    ("From cache", lambda total: f"{total.cached_tokens:,}", lambda total: total.cached_tokens),
    ("To cache", lambda total: f"{total.cache_write_tokens:,}", lambda total: total.cache_write_tokens),
    ("Tokens out", lambda total: f"{total.output_tokens:,}", lambda total: total.output_tokens),
    ("Thinking", lambda total: f"{total.thinking_tokens:,}", lambda total: total.thinking_tokens),
    (
        "Cost",
        lambda total: cost_words(total.cost_usd, total.unpriced, total.calls),
        lambda total: -1.0 if total.unpriced == total.calls else total.cost_usd,
    ),
)


class UsageModel(QAbstractTableModel):
    """Totals, a row each."""

    def __init__(self) -> None:
        super().__init__()
        self._totals: Sequence[UsageTotal] = ()
        self._what = ""

    def show_totals(self, totals: Sequence[UsageTotal], what: str) -> None:
        """Show these rows.

        Args:
            totals: The rows.
            what: The heading of their names.
        """
        self.beginResetModel()
        self._totals, self._what = totals, what
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """How many totals there are."""
        return 0 if parent is not None and parent.isValid() else len(self._totals)

    def columnCount(self, parent: _Index | None = None) -> int:
        """How many figures each has."""
        return 0 if parent is not None and parent.isValid() else len(_COLUMNS)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """A figure, or what it is sorted by."""
        total = self._totals[index.row()]
        _heading, words, key = _COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return words(total)
        if role == _SORT:
            return key(total)
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() != _NAME:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        """The headings."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _COLUMNS[section][0] or self._what
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section == _NAME else Qt.AlignmentFlag.AlignRight
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None


class UsageTable(QTableView):
    """Shows a `UsageModel`; a click on a heading sorts."""

    def __init__(self, model: UsageModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        sorted_rows = QSortFilterProxyModel(self)
        sorted_rows.setSourceModel(model)
        sorted_rows.setSortRole(_SORT)
        self.setModel(sorted_rows)
        self.setAccessibleName("Usage")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setStyleSheet(f"QTableView::item {{ padding: 0 {SPACE}px; }}")
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(4 * SPACE)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
        self.setSortingEnabled(True)
        header.setSortIndicatorClearable(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)  # as the totals come
