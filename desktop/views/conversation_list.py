"""The conversations: searched, grouped by age, each with its marks."""

from __future__ import annotations  # the values are named for readers only: their import is not for the first paint

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelection, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.views.controls import Button, label, larger
from desktop.views.conversation_model import INFO_ROLE, ConversationModel, rows_of
from desktop.views.copy_button import compact
from desktop.views.icons import icon, icon_pixmap
from desktop.views.theme import SPACE, Theme, current_theme, is_theme_change
from desktop.views.waiting_list import WaitingList

if TYPE_CHECKING:
    from desktop.engine.messages import ConversationInfo

_Index = QModelIndex | QPersistentModelIndex
_MARK = 16


def _marks(info: ConversationInfo, theme: Theme) -> list[tuple[str, QColor]]:
    marks = []
    if info.off_record:
        marks.append(("eye-off", theme.muted))
    if info.waiting:
        marks.append(("question", theme.warning))
    elif info.running:
        marks.append(("running", theme.accent))
    return marks


class _Rows(QStyledItemDelegate):
    """Draws headings and conversations."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(120, option.fontMetrics.height() + 2 * SPACE)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        theme = current_theme()
        area: QRect = option.rect
        info = index.data(INFO_ROLE)
        text = str(index.data(Qt.ItemDataRole.DisplayRole))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if info is None:
            painter.setFont(larger(option.font, 0.9, bold=True))
            painter.setPen(theme.muted)
            words = area.adjusted(SPACE + SPACE // 2, 0, -SPACE, -SPACE // 2)
            painter.drawText(words, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, text)
        else:
            self._paint_conversation(painter, option, area, info, text, theme)
        painter.restore()

    def _paint_conversation(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        area: QRect,
        info: ConversationInfo,
        text: str,
        theme: Theme,
    ) -> None:
        state: QStyle.StateFlag = option.state
        ring = QRectF(area).adjusted(1, 1, -1, -1)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected or state & QStyle.StateFlag.State_MouseOver:
            fill = QColor(theme.raised)
            fill.setAlphaF(1.0 if selected else 0.6)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            painter.drawRoundedRect(ring, 6, 6)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ring, 6, 6)
        words = area.adjusted(SPACE + SPACE // 2, 0, -SPACE, 0)
        for name, colour in _marks(info, theme):
            place = QRect(words.right() - _MARK + 1, area.center().y() - _MARK // 2 + 1, _MARK, _MARK)
            painter.drawPixmap(place, icon_pixmap(name, colour, _MARK, painter.device().devicePixelRatioF()))
            words.setRight(place.left() - SPACE)
        painter.setPen(theme.text)
        shown = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


class _View(QListView):
    """A list that tells of a choice by click, Enter or a screen reader, and not while the person looks through it."""

    chosen = Signal(QModelIndex)

    def __init__(self) -> None:
        super().__init__()
        self._quiet = False
        self.clicked.connect(self.chosen)

    def show_current(self, index: QModelIndex) -> None:
        """Mark a row; nothing is told."""
        with self._quietly():
            self.setCurrentIndex(index)

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        # Neither mouse, keyboard nor program: the action that assistive technology has for a row.
        if not self._quiet and selected.indexes():
            self.setCurrentIndex(selected.indexes()[0])
            self.chosen.emit(selected.indexes()[0])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        with self._quietly():
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        with self._quietly():
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        with self._quietly():
            super().mouseReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        with self._quietly():
            super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if event.key() in keys and self.currentIndex().isValid():
            event.accept()
            self.chosen.emit(self.currentIndex())
            return
        with self._quietly():
            super().keyPressEvent(event)


class ConversationList(QWidget):
    """The left pane.

    Attributes:
        search: Filters by the titles' words; named "Search conversations".
        view: The list named "Conversations".
        model: Its rows.
        new_button: The push button "New conversation".
        waiting: The runs that wait for the person in other conversations.
        tools_button: The push button "Tools and grants".
        keys_button: The push button "API keys".

    Signals:
        chosen(str): The person opened a conversation; its id.
        new_requested(): The person wants a new conversation.
        tools_requested(): The person wants to see the tools and grants.
        keys_requested(): The person wants to see the keys.
    """

    chosen = Signal(str)
    new_requested = Signal()
    tools_requested = Signal()
    keys_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._conversations: tuple[ConversationInfo, ...] = ()
        self._today: date | None = None
        self._selected = ""
        self.setProperty("kind", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search")
        self.search.setAccessibleName("Search conversations")
        self.search.setClearButtonEnabled(True)
        self.search.setProperty("kind", "search")
        self._glass = QAction(self.search)
        self.search.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self.model = ConversationModel()
        self.view = _View()
        self.view.setAccessibleName("Conversations")
        self.view.setModel(self.model)
        self.view.setItemDelegate(_Rows(self.view))
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setProperty("kind", "bare")
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._nothing = label(kind="muted", wrap=True)
        self._nothing.setContentsMargins(SPACE // 2, SPACE // 2, SPACE // 2, 0)
        self.new_button = Button("New conversation", "plus", kind="flat")
        self.new_button.setToolTip("New conversation (Ctrl+N)")
        self.waiting = WaitingList()
        self.tools_button = Button(icon_name="shield", kind="flat", name="Tools and grants")
        self.keys_button = Button(icon_name="key", kind="flat", name="API keys")
        foot = QHBoxLayout()
        foot.addWidget(self.new_button)
        foot.addStretch(1)
        foot.setSpacing(0)
        for each in (self.tools_button, self.keys_button):
            compact(each, 4 * SPACE)
        foot.addWidget(self.tools_button)
        foot.addWidget(self.keys_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        column.setSpacing(SPACE)
        column.addWidget(self.search)
        column.addWidget(self.waiting)
        column.addWidget(self._nothing)
        column.addWidget(self.view, 1)
        column.addLayout(foot)
        self.view.chosen.connect(self._choose)
        self.search.textChanged.connect(lambda _text: self._refresh())
        self.search.returnPressed.connect(self._choose_first)
        self.new_button.clicked.connect(lambda: self.new_requested.emit())
        self.tools_button.clicked.connect(lambda: self.tools_requested.emit())
        self.keys_button.clicked.connect(lambda: self.keys_requested.emit())
        self._tint()
        self._refresh()

    def show_conversations(self, conversations: Sequence[ConversationInfo], today: date | None = None) -> None:
        """Show these conversations; the selected one stays selected.

        Args:
            conversations: All there are, in any order.
            today: The local day to group by; None for the clock's.
        """
        self._conversations = tuple(conversations)
        self._today = today
        self._refresh()

    def select(self, conversation_id: str) -> None:
        """Mark the open conversation; nothing is told. An unknown or empty id marks none."""
        self._selected = conversation_id
        self._mark_selected(scroll=True)

    def changeEvent(self, event: QEvent) -> None:
        """Tint the search icon anew with the theme."""
        super().changeEvent(event)
        if is_theme_change(event) and hasattr(self, "_glass"):
            self._tint()

    def _tint(self) -> None:
        self._glass.setIcon(icon("search", current_theme().muted))

    def _refresh(self) -> None:
        words = self.search.text()
        rows = rows_of(self._conversations, words, self._today or datetime.now().astimezone().date())
        bar = self.view.verticalScrollBar()
        place = bar.value()
        if self.model.show_rows(rows):
            self.view.doItemsLayout()
            bar.setValue(place)
            self._mark_selected(scroll=False)
        found = f"No title holds “{words.strip()}”." if words.strip() else "Your conversations will be listed here."
        self._nothing.setText(found)
        self._nothing.setVisible(not rows)

    def _mark_selected(self, *, scroll: bool) -> None:
        index = self.model.index_of(self._selected)
        self.view.show_current(index)
        if scroll and index.isValid():
            self.view.scrollTo(index)

    def _choose(self, index: QModelIndex) -> None:
        info = index.data(INFO_ROLE)
        if info is not None:
            self._selected = info.id
            self.chosen.emit(info.id)

    def _choose_first(self) -> None:
        for number in range(self.model.rowCount()):
            index = self.model.index(number)
            if index.data(INFO_ROLE) is not None:
                self.view.show_current(index)
                self._choose(index)
                return
