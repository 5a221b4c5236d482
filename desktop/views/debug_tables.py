"""The lists of the debug pane: rounds, moments, and what each model call used."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
)

from desktop.engine.events import UsageReported
from desktop.engine.messages import Brain
from desktop.engine.run_record import RoundRecord
from desktop.views.controls import plain_tool_tip
from desktop.views.literal_text import one_line
from desktop.views.message_details import duration_text
from desktop.views.theme import SPACE, current_theme

ROW_STYLE = """
QListWidget::item { padding: 5px 8px; border-radius: 6px; }
QListWidget::item:selected { background: palette(light); color: palette(text); }
"""
"""Rows with room around their text."""

_AT_MS = Qt.ItemDataRole.UserRole + 1
_LABEL = Qt.ItemDataRole.UserRole + 2
_TIME_WIDTH = 9 * SPACE


class RoundList(QListWidget):
    """The rounds of a run."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Rounds")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet(ROW_STYLE)
        self.setMinimumWidth(10 * SPACE)
        self.viewport().setAutoFillBackground(False)

    def show_rounds(self, records: Sequence[RoundRecord]) -> None:
        """List rounds, oldest first."""
        self.blockSignals(True)
        self.clear()
        for record in records:
            self.addItem(f"Round {record.round}")
        self.blockSignals(False)


class _MomentRows(QStyledItemDelegate):
    """Draws a moment: its time, a dot on a line, what happened."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(10 * SPACE, 3 * SPACE)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        theme = current_theme()
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(theme.muted)
        time = QRect(rect.left(), rect.top(), _TIME_WIDTH, rect.height())
        painter.drawText(time, middle | Qt.AlignmentFlag.AlignRight, duration_text(int(index.data(_AT_MS))))
        centre = rect.left() + _TIME_WIDTH + 2 * SPACE
        top = rect.center().y() if index.row() == 0 else rect.top()
        bottom = rect.center().y() if index.row() == index.model().rowCount() - 1 else rect.bottom() + 1
        painter.fillRect(QRectF(centre - 0.5, top, 1, bottom - top), theme.outline)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.accent)
        painter.drawEllipse(QRectF(centre - 3.5, rect.center().y() - 3, 7, 7))
        painter.setPen(theme.text)
        words = rect.adjusted(_TIME_WIDTH + 4 * SPACE, 0, -SPACE, 0)
        shown = painter.fontMetrics().elidedText(index.data(_LABEL), Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, middle, shown)
        painter.restore()


class TimeLine(QListWidget):
    """What happened when, from the start of a run."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Time line")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setItemDelegate(_MomentRows(self))
        self.viewport().setAutoFillBackground(False)

    def add_moment(self, label: str, at_ms: int) -> None:
        """Add a moment, so many milliseconds after the start."""
        shown = one_line(label)
        item = QListWidgetItem(f"{duration_text(at_ms)} {shown}")
        item.setData(_AT_MS, at_ms)
        item.setData(_LABEL, shown)
        self.addItem(item)
        self.scrollToItem(item)


class UsageTable(QTableWidget):
    """A row for each model call, and their sum."""

    _COLUMNS = ("Brain", "Model", "In", "Cached", "Out", "Cost")
    _CACHED = 3

    def __init__(self) -> None:
        super().__init__(0, len(self._COLUMNS))
        self._usages: list[UsageReported] = []
        self.setAccessibleName("Usage")
        self.setHorizontalHeaderLabels(list(self._COLUMNS))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.viewport().setAutoFillBackground(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(3 * SPACE + 2)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(5 * SPACE)
        for column in range(2, len(self._COLUMNS)):
            item = self.horizontalHeaderItem(column)
            if item is not None:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def clear_usage(self) -> None:
        """Show nothing."""
        self._usages = []
        self.setRowCount(0)

    def _tip(self, row: int, column: int, text: str) -> str:
        if column == self._CACHED:
            return _cache_words(self._usages[row : row + 1] or self._usages)
        return text if column == 1 else ""

    def add_usage(self, usage: UsageReported) -> None:
        """Add a model call."""
        self._usages.append(usage)
        rows = [_cells(each) for each in self._usages]
        if len(rows) > 1:
            rows.append(_sum(self._usages))
        self.setRowCount(len(rows))
        for row in range(max(0, len(self._usages) - 2), len(rows)):
            for column, text in enumerate(rows[row]):
                item = QTableWidgetItem(text)
                item.setToolTip(plain_tool_tip(self._tip(row, column, text)))
                if column >= 2:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                if row == len(self._usages):
                    font = self.font()
                    font.setBold(True)
                    item.setFont(font)
                self.setItem(row, column, item)


def _cache_words(usages: Sequence[UsageReported]) -> str:
    read, written = (sum(getattr(each, name) for each in usages) for name in ("cached_tokens", "cache_write_tokens"))
    return f"{read:,} tokens read from the provider's cache, {written:,} written to it"


def _cells(usage: UsageReported) -> tuple[str, ...]:
    return (
        "Gathers" if usage.brain is Brain.ORCHESTRATOR else "Writes",
        one_line(usage.model),
        f"{usage.input_tokens:,}",
        f"{usage.cached_tokens:,}",
        f"{usage.output_tokens:,}",
        "unknown" if usage.cost_usd is None else f"${usage.cost_usd:.4f}",
    )


def _sum(usages: Sequence[UsageReported]) -> tuple[str, ...]:
    known = [usage.cost_usd for usage in usages if usage.cost_usd is not None]
    cost = f"${sum(known):.4f}" if known else "unknown"
    return (
        "Total",
        "",
        f"{sum(usage.input_tokens for usage in usages):,}",
        f"{sum(usage.cached_tokens for usage in usages):,}",
        f"{sum(usage.output_tokens for usage in usages):,}",
        cost if len(known) == len(usages) or not known else f"≥ {cost}",
    )
