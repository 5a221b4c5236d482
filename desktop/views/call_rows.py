"""How the rows of the tool pane are drawn: rounds, and the calls below them."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.engine.messages import CallState
from desktop.views.call_text import STATE_ICONS
from desktop.views.icons import icon_pixmap
from desktop.views.message_details import duration_text
from desktop.views.theme import SPACE, current_theme

IS_ROUND = Qt.ItemDataRole.UserRole + 1
IS_FOLDED = Qt.ItemDataRole.UserRole + 2
CALL_ID = Qt.ItemDataRole.UserRole + 3
TOOL = Qt.ItemDataRole.UserRole + 4
ARGUMENT = Qt.ItemDataRole.UserRole + 5
STATE = Qt.ItemDataRole.UserRole + 6
DURATION_MS = Qt.ItemDataRole.UserRole + 7
IS_GATED = Qt.ItemDataRole.UserRole + 9
COUNT = Qt.ItemDataRole.UserRole + 8
IS_EDITED = Qt.ItemDataRole.UserRole + 10
IS_OVER = Qt.ItemDataRole.UserRole + 11
ELAPSED = Qt.ItemDataRole.UserRole + 12

NO_CALLS = "no calls"

ROW_HEIGHT = 4 * SPACE
STOP_WIDTH = 7 * SPACE
"""The room at the end of a running row that its button takes."""
_ICON = 16

Index = QModelIndex | QPersistentModelIndex


class CallRows(QStyledItemDelegate):
    """Draws the rows of the tool pane."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All rows are as tall; a waiting one has room for its button."""
        return QSize(80, ROW_HEIGHT + SPACE if index.data(IS_GATED) else ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        theme = current_theme()
        rect: QRect = option.rect
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            shade = QColor(theme.raised)
            shade.setAlphaF(1.0 if chosen else 0.5)
            painter.setBrush(shade)
            painter.drawRoundedRect(rect.adjusted(2, 1, -2, -1), 6, 6)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(theme.accent)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(2, 1, -2, -1), 6, 6)
        if index.data(IS_ROUND):
            self._paint_round(painter, rect, index, option.widget)
        else:
            self._paint_call(painter, rect, index, option.widget)
        painter.restore()

    def _paint_round(self, painter: QPainter, rect: QRect, index: Index, widget: QWidget) -> None:
        theme = current_theme()
        name = "chevron-right" if index.data(IS_FOLDED) else "chevron-down"
        self._icon(painter, rect.left() + SPACE, rect, name, theme.muted, widget)
        painter.setPen(theme.muted)
        words = rect.adjusted(SPACE * 2 + _ICON, 0, -SPACE * 3 // 2, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, str(index.data(Qt.ItemDataRole.DisplayRole)))
        count = int(index.data(COUNT) or 0)
        nothing = NO_CALLS if index.data(IS_OVER) else ""
        text = f"{count} call" if count == 1 else f"{count} calls" if count else nothing
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)

    def _paint_call(self, painter: QPainter, rect: QRect, index: Index, widget: QWidget) -> None:
        theme = current_theme()
        state = CallState(index.data(STATE))
        name, colour = STATE_ICONS[state]
        if state is CallState.WAITING and not index.data(IS_GATED):
            colour = "muted"
        left = rect.left() + SPACE * 3
        self._icon(painter, left, rect, name, getattr(theme, colour), widget)
        metrics: QFontMetrics = painter.fontMetrics()
        duration = index.data(DURATION_MS)
        asks = bool(index.data(IS_GATED))
        words = "" if asks else state.value
        if state is CallState.DONE:
            words = duration_text(int(duration)) if duration is not None else ""
        right = rect.right() - SPACE * 3 // 2
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(theme.danger if state in (CallState.FAILED, CallState.BLOCKED) else theme.muted)
        elapsed = index.data(ELAPSED)
        if state is CallState.RUNNING and elapsed is not None:
            words = str(elapsed)
            if words != "stopping":
                right -= STOP_WIDTH
        width = metrics.horizontalAdvance(words)
        if asks:
            width = 12 * SPACE
        else:
            painter.drawText(QRect(right - width, rect.top(), width + 1, rect.height()), middle, words)
        left += _ICON + SPACE
        if index.data(IS_EDITED):
            right -= _ICON + SPACE
            self._icon(painter, right - width, rect, "edit", theme.muted, widget)
        room = right - width - SPACE - left
        tool = metrics.elidedText(str(index.data(TOOL)), Qt.TextElideMode.ElideRight, room)
        painter.setPen(theme.text)
        painter.drawText(QRect(left, rect.top(), room, rect.height()), middle, tool)
        taken = metrics.horizontalAdvance(tool) + SPACE
        argument = "waiting for you" if asks else str(index.data(ARGUMENT))
        painter.setPen(theme.warning if asks else theme.muted)
        shown = metrics.elidedText(argument, Qt.TextElideMode.ElideMiddle, room - taken)
        painter.drawText(QRect(left + taken, rect.top(), max(0, room - taken), rect.height()), middle, shown)

    @staticmethod
    def _icon(painter: QPainter, left: int, rect: QRect, name: str, colour: QColor, widget: QWidget) -> None:
        picture = icon_pixmap(name, colour, _ICON, widget.devicePixelRatioF())
        painter.drawPixmap(left, rect.center().y() - _ICON // 2 + 1, picture)
