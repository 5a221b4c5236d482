"""The palette "Find anything": conversations, actions and messages by a few letters, worked by keys alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.views.controls import label, larger, one_line
from desktop.views.icons import icon_pixmap
from desktop.views.marked_text import draw_marked
from desktop.views.palette_matching import best_matches
from desktop.views.theme import SPACE, current_theme

_ENTRY_ROLE = int(Qt.ItemDataRole.UserRole)
_ICON = 18
_WIDTH, _HEIGHT = 620, 460
_SEARCH_PAUSE_MS = 120
_AT_MOST = {"Conversations": 12, "Actions": 12, "Messages": 30}

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class PaletteEntry:
    """One thing that can be chosen.

    Attributes:
        kind: The heading it stands under: "Conversations", "Actions" or "Messages".
        id: What is told when it is chosen; unique within its kind.
        title: What it is.
        detail: What stands at its right end: keys, a time.
        icon_name: An icon of resources/icons.
        also: Other words it is found by.
        marks: Where words of the query stand in ``title``.
    """

    kind: str
    id: str
    title: str
    detail: str = ""
    icon_name: str = ""
    also: str = ""
    marks: tuple[tuple[int, int], ...] = ()


class _Rows(QStyledItemDelegate):
    """Draws headings and entries."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(200, option.fontMetrics.height() + 2 * SPACE)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        theme, area = current_theme(), QRect(option.rect)
        entry: PaletteEntry | None = index.data(_ENTRY_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        words = area.adjusted(SPACE + SPACE // 2, 0, -SPACE - SPACE // 2, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        if entry is None:
            painter.setFont(larger(option.font, 0.9, bold=True))
            painter.setPen(theme.muted)
            painter.drawText(
                words.adjusted(0, 0, 0, -SPACE // 2),
                Qt.AlignmentFlag.AlignBottom,
                str(index.data(Qt.ItemDataRole.DisplayRole)),
            )
            painter.restore()
            return
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.raised)
            painter.drawRoundedRect(QRectF(area).adjusted(1, 1, -1, -1), 6, 6)
        if entry.icon_name:
            place = QRect(words.left(), area.center().y() - _ICON // 2 + 1, _ICON, _ICON)
            ratio = painter.device().devicePixelRatioF()
            painter.drawPixmap(place, icon_pixmap(entry.icon_name, theme.muted, _ICON, ratio))
        words.setLeft(words.left() + _ICON + SPACE + SPACE // 2)
        painter.setFont(option.font)
        if entry.detail:
            painter.setPen(theme.muted)
            painter.drawText(words, middle | Qt.AlignmentFlag.AlignRight, entry.detail)
            words.setRight(words.right() - option.fontMetrics.horizontalAdvance(entry.detail) - 2 * SPACE)
        title = one_line(entry.title)
        if entry.marks:
            words.setTop(area.top() + SPACE)
            draw_marked(painter, words, entry.title, entry.marks, option.font, theme, lines=1)
        else:
            painter.setPen(theme.text)
            shown = option.fontMetrics.elidedText(title, Qt.TextElideMode.ElideRight, words.width())
            painter.drawText(words, middle | Qt.AlignmentFlag.AlignLeft, shown)
        painter.restore()


class Palette(QDialog):
    """A field and what it finds. Up and Down choose while the field keeps the focus; Enter does it, Escape closes.

    Attributes:
        field: Where the person types; named "Find anything".
        results: The list named "Results".

    Signals:
        query_changed(str): The texts of messages are to be searched; `show_hits` shows what is found.
        chosen(str, str, str): The kind and id of the entry that was chosen, and what was typed.
    """

    query_changed = Signal(str)
    chosen = Signal(str, str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Find anything")
        self.setAccessibleName("Find anything")
        self.setModal(True)
        self._entries: tuple[PaletteEntry, ...] = ()
        self._hits: tuple[PaletteEntry, ...] = ()
        self._answered = self._failed = ""  # the query that the hits are of, and one that none could be found for
        self.field = QLineEdit()
        self.field.setPlaceholderText("Conversations, messages, actions")
        self.field.setAccessibleName("Find anything")
        self.results = QListWidget()
        self.results.setAccessibleName("Results")
        self.results.setItemDelegate(_Rows(self.results))
        self.results.setProperty("kind", "bare")
        self.results.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.results.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._nothing = label(kind="muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._nothing.setContentsMargins(SPACE + SPACE // 2, SPACE // 2, 0, 0)  # where the rows stand
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, SPACE)
        column.setSpacing(SPACE)
        for each in (self.field, self._nothing):
            column.addWidget(each)
        column.addWidget(self.results, 1)
        self._pause = QTimer(self, singleShot=True, interval=_SEARCH_PAUSE_MS)
        self._pause.timeout.connect(lambda: self.query_changed.emit(self.field.text()))
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.results.itemClicked.connect(self._choose)
        self.results.currentItemChanged.connect(lambda item, _before: self._say(item))

    def open_with(self, entries: Sequence[PaletteEntry]) -> None:
        """Open with an empty field.

        Args:
            entries: Conversations and actions, in the order they are shown in while nothing is typed.
        """
        self._entries = tuple(entries)
        self._hits = ()
        self.field.clear()
        self._refresh()
        parent = self.parentWidget()
        if parent is not None:
            self.resize(min(_WIDTH, parent.width() - 4 * SPACE), min(_HEIGHT, parent.height() - 8 * SPACE))
        self.open()
        self.field.setFocus()

    def show_hits(self, query: str, hits: Sequence[PaletteEntry]) -> None:
        """Show messages that were found.

        Args:
            query: What was searched for; for anything but what stands in the field now nothing is shown.
            hits: Entries of the kind "Messages".
        """
        if query == self.field.text() and query.strip():
            self._hits, self._answered = tuple(hits), query
            self._refresh()

    def show_failure(self, query: str) -> None:
        """Show that the texts of messages could not be searched for a query."""
        self._failed = query
        self._refresh()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys that choose from the field."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            page = max(1, self.results.height() // max(1, self.results.sizeHintForRow(0)) - 1)
            steps = {
                Qt.Key.Key_Down: 1,
                Qt.Key.Key_Up: -1,
                Qt.Key.Key_PageDown: page,
                Qt.Key.Key_PageUp: -page,
            }
            key = Qt.Key(event.key())
            if key in steps:
                self._move(steps[key])
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._choose(self.results.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _search(self, text: str) -> None:
        self._hits, self._answered, self._failed = (), "", ""
        if text.strip():
            self._pause.start()
        else:
            self._pause.stop()
        self._refresh()

    def _refresh(self) -> None:
        query = self.field.text()
        found = best_matches(self._entries, query, lambda entry: f"{entry.title} {entry.also}")
        kinds = list(dict.fromkeys(entry.kind for entry in found))
        groups = {kind: [entry for entry in found if entry.kind == kind][: _AT_MOST[kind]] for kind in kinds}
        if self._hits:
            groups["Messages"] = list(self._hits[: _AT_MOST["Messages"]])
        before = self._current()
        self.results.clear()
        for kind, entries in groups.items():
            heading = QListWidgetItem(kind)
            heading.setFlags(Qt.ItemFlag.NoItemFlags)
            self.results.addItem(heading)
            for entry in entries:
                item = QListWidgetItem(one_line(entry.title))
                item.setData(_ENTRY_ROLE, entry)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{one_line(entry.title)}, {entry.detail}".strip(", "))
                self.results.addItem(item)
        is_searching = bool(query.strip()) and query != self._answered
        words = "Searching…" if is_searching else "Nothing is found by these words."
        failed = is_searching and query == self._failed
        self._nothing.setText("The messages could not be searched." if failed else words)
        self._nothing.setVisible(not groups)
        self.results.setVisible(bool(groups))
        self._select(before)

    def _current(self) -> PaletteEntry | None:
        item = self.results.currentItem()
        entry: PaletteEntry | None = item.data(_ENTRY_ROLE) if item is not None else None
        return entry

    def _select(self, wanted: PaletteEntry | None) -> None:
        """Choose the first entry, or the one that was chosen before hits came under it."""
        first = None
        for row in range(self.results.count()):
            entry = self.results.item(row).data(_ENTRY_ROLE)
            if entry is not None and first is None:
                first = row
            if entry is not None and self._hits and entry == wanted:
                first = row
                break
        if first is not None:
            self.results.setCurrentRow(first)

    def _move(self, step: int) -> None:
        rows = [row for row in range(self.results.count()) if self.results.item(row).data(_ENTRY_ROLE) is not None]
        if rows:
            at = rows.index(self.results.currentRow()) if self.results.currentRow() in rows else 0
            self.results.setCurrentRow(rows[max(0, min(at + step, len(rows) - 1))])
            if self.results.currentRow() == rows[0]:
                self.results.scrollToTop()

    def _choose(self, item: QListWidgetItem | None) -> None:
        entry: PaletteEntry | None = item.data(_ENTRY_ROLE) if item is not None else None
        if entry is not None:
            query = self.field.text()
            self.accept()
            self.chosen.emit(entry.kind, entry.id, query)

    def _say(self, item: QListWidgetItem | None) -> None:
        """Tell a screen reader what is chosen: the focus stays in the field."""
        if item is not None and self.isVisible() and QAccessible.isActive():
            words = str(item.data(Qt.ItemDataRole.AccessibleTextRole) or "")
            self.field.setAccessibleDescription(words)
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.field, words))
