"""The list of the tool pane: what the keyboard and the menu do on its rows."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QListWidget

from desktop.views import call_rows
from desktop.views.theme import SPACE, current_theme


class CallList(QListWidget):
    """The list, with words where it is empty; Left, Right, Enter and Space fold a round, Delete stops a call."""

    fold_wanted = Signal(object, object)
    rows_moved = Signal()
    stop_wanted = Signal(object)
    menu_wanted = Signal(object, object)

    def updateGeometries(self) -> None:
        """The rows moved."""
        super().updateGeometries()
        self.rows_moved.emit()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """The rows moved."""
        super().scrollContentsBy(dx, dy)
        self.rows_moved.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Fold a round, stop a call."""
        wish = {Qt.Key.Key_Left: True, Qt.Key.Key_Right: False, Qt.Key.Key_Return: None, Qt.Key.Key_Space: None}
        item = self.currentItem()
        if item is not None and item.data(call_rows.IS_ROUND) and Qt.Key(event.key()) in wish:
            self.fold_wanted.emit(item, wish[Qt.Key(event.key())])
        elif item is not None and event.key() == Qt.Key.Key_Delete:
            self.stop_wanted.emit(item)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of a row: under the mouse, or the current one."""
        by_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        item = self.itemAt(event.pos()) if by_mouse else self.currentItem()
        if item is not None:
            place = event.pos() if by_mouse else self.visualItemRect(item).center()
            self.menu_wanted.emit(item, self.viewport().mapToGlobal(place))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows, or words where there are none."""
        super().paintEvent(event)
        if self.count() == 0:
            painter = QPainter(self.viewport())
            try:
                painter.setPen(current_theme().muted)
                room = self.viewport().rect().adjusted(2 * SPACE, 0, -2 * SPACE, 0)
                flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(room, flags, "The tools that a run calls show here")
            finally:
                painter.end()
