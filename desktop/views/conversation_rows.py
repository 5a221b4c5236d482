"""The rows of the conversation list as they are drawn, and renamed in place."""

from __future__ import annotations  # the values are named for readers only: their import is not for the first paint

from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.views.controls import larger
from desktop.views.conversation_model import HEADING_ROLE, HIT_ROLE, INFO_ROLE
from desktop.views.icons import icon_pixmap
from desktop.views.marked_text import draw_marked, marked_height
from desktop.views.row_view import RowView
from desktop.views.theme import SPACE, Theme, current_theme

if TYPE_CHECKING:
    from desktop.engine.messages import ConversationInfo
    from desktop.engine.search import SearchHit
    from desktop.views.conversation_model import Heading

_Index = QModelIndex | QPersistentModelIndex
_MARK = 16
_HIT_LINES = 2


def _marks(info: ConversationInfo, theme: Theme) -> list[tuple[str, QColor]]:
    marks = []
    if info.off_record:
        marks.append(("eye-off", theme.muted))
    if info.waiting:
        marks.append(("question", theme.warning))
    elif info.running:
        marks.append(("running", theme.accent))
    return marks


class RowPainter(QStyledItemDelegate):
    """Draws headings, conversations and hits; edits titles.

    Args:
        view: Whose rows they are.

    Signals:
        renamed(str, str): The person gave a conversation a title; its id, and the title.
        edit_ended(): The field of a title is closed, whatever came of it.

    Attributes:
        is_editing: Whether a title is being edited.
    """

    renamed = Signal(str, str)
    edit_ended = Signal()

    def __init__(self, view: RowView) -> None:
        super().__init__(view)
        self._view = view
        self.is_editing = False

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """One line for a title; as many as it needs, two at most, for a hit."""
        hit = index.data(HIT_ROLE)
        if hit is None:
            return QSize(120, option.fontMetrics.height() + 2 * SPACE)
        width = self._view.viewport().width()
        return QSize(120, marked_height(hit.passage, option.font, width - 4 * SPACE, _HIT_LINES) + SPACE)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw one row."""
        theme = current_theme()
        area: QRect = option.rect
        info, hit = index.data(INFO_ROLE), index.data(HIT_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if info is None and hit is None:
            self._paint_heading(painter, option, area, index.data(HEADING_ROLE), theme)
        else:
            self._paint_state(painter, option, area, theme)
            if info is not None and self._view.is_choosing and info.id == self._view.open_id:
                self._paint_open(painter, area, theme)
            if hit is not None:
                self._paint_hit(painter, option, area, hit, theme)
            else:
                text = str(index.data(Qt.ItemDataRole.DisplayRole))
                self._paint_conversation(painter, option, area, info, text, theme)
        painter.restore()

    def _paint_heading(
        self, painter: QPainter, option: QStyleOptionViewItem, area: QRect, heading: Heading, theme: Theme
    ) -> None:
        if heading.folds:
            self._paint_state(painter, option, area, theme)
        painter.setFont(option.font if heading.over_hits else larger(option.font, 0.9, bold=True))
        painter.setPen(theme.text if heading.over_hits else theme.muted)
        words = area.adjusted(SPACE + SPACE // 2, 0, -SPACE, 0 if heading.folds else -SPACE // 2)
        text = heading.text
        if heading.folds:
            text = f"{text} ({heading.count:,})"
            name = "chevron-right" if heading.is_folded else "chevron-down"
            place = QRect(words.right() - _MARK + 1, area.center().y() - _MARK // 2 + 1, _MARK, _MARK)
            painter.drawPixmap(place, icon_pixmap(name, theme.muted, _MARK, painter.device().devicePixelRatioF()))
        across = Qt.AlignmentFlag.AlignVCenter if heading.folds else Qt.AlignmentFlag.AlignBottom
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, across | Qt.AlignmentFlag.AlignLeft, shown)

    def _paint_state(self, painter: QPainter, option: QStyleOptionViewItem, area: QRect, theme: Theme) -> None:
        state: QStyle.StateFlag = option.state
        ring = QRectF(area).adjusted(1, 1, -1, -1)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected or state & QStyle.StateFlag.State_MouseOver:
            fill = QColor(theme.selection if selected and self._view.is_choosing else theme.raised)
            fill.setAlphaF(1.0 if selected else 0.6)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            painter.drawRoundedRect(ring, 6, 6)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ring, 6, 6)

    def _paint_open(self, painter: QPainter, area: QRect, theme: Theme) -> None:
        """Mark the open conversation apart from the chosen ones, whose fill it has otherwise alone."""
        bar = QRectF(area.left() + 4, area.top() + SPACE, 3, area.height() - 2 * SPACE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.accent)
        painter.drawRoundedRect(bar, 1.5, 1.5)

    def _paint_hit(
        self, painter: QPainter, option: QStyleOptionViewItem, area: QRect, hit: SearchHit, theme: Theme
    ) -> None:
        words = area.adjusted(2 * SPACE + SPACE // 2, SPACE // 2, -SPACE, -SPACE // 2)
        draw_marked(painter, words, hit.passage, hit.marks, option.font, theme, lines=_HIT_LINES)

    def _paint_conversation(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        area: QRect,
        info: ConversationInfo,
        text: str,
        theme: Theme,
    ) -> None:
        words = area.adjusted(SPACE + SPACE // 2, 0, -SPACE, 0)
        for name, colour in _marks(info, theme):
            place = QRect(words.right() - _MARK + 1, area.center().y() - _MARK // 2 + 1, _MARK, _MARK)
            painter.drawPixmap(place, icon_pixmap(name, colour, _MARK, painter.device().devicePixelRatioF()))
            words.setRight(place.left() - SPACE)
        painter.setPen(theme.text)
        shown = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: _Index) -> QWidget:
        """A field over the row, for its title. Its parent is the pane: of what is in a list, Qt tells no reader."""
        field = QLineEdit(self._view.parentWidget())
        field.setAccessibleName("Title")
        field.setProperty("kind", "title")
        field.setMaxLength(200)
        self.is_editing = True
        return field

    def destroyEditor(self, editor: QWidget, index: _Index) -> None:
        """Tell that the field goes."""
        super().destroyEditor(editor, index)
        self.is_editing = False
        self.edit_ended.emit()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: _Index) -> None:
        """Tell the new title; the row changes when the store has it."""
        info = index.data(INFO_ROLE)
        if isinstance(editor, QLineEdit) and info is not None and editor.isModified():
            self.renamed.emit(info.id, editor.text())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: _Index) -> None:
        """Over the whole row."""
        pane = editor.parentWidget()
        if pane is not None:
            area = QRect(option.rect)
            area.moveTopLeft(self._view.viewport().mapTo(pane, area.topLeft()))
            editor.setGeometry(area)
