"""Buttons that stand on rows of a list, and that assistive technology finds: of item widgets it is told nothing."""

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QFocusEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from desktop.views.controls import Button
from desktop.views.theme import SPACE


class _RowButton(Button):
    """A low button."""

    focused = Signal()

    def __init__(self, text: str, name: str, parent: QWidget) -> None:
        super().__init__(text, name=name, parent=parent)
        self.setStyleSheet("padding: 1px 10px; min-height: 0px;")

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit()


class RowButtons(QWidget):
    """Holds a list, and over its rows the buttons, at their right ends.

    Args:
        rows: The list; ``place`` is to be called when its rows have moved.

    Signals:
        pressed(str): The key of a button that was pressed.
    """

    pressed = Signal(str)

    def __init__(self, rows: QListWidget) -> None:
        super().__init__()
        self._list = rows
        self._buttons: dict[str, tuple[_RowButton, QListWidgetItem]] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(rows)

    def offer(self, key: str, item: QListWidgetItem, text: str, name: str) -> None:
        """Put a button on a row; nothing where it has one.

        Args:
            key: What ``pressed`` will tell.
            item: The row.
            text: The button's words.
            name: Its accessible name.
        """
        if key in self._buttons:
            return
        button = _RowButton(text, name, self)
        button.clicked.connect(lambda: self.pressed.emit(key))
        button.focused.connect(lambda: self._list.scrollToItem(item))
        self._buttons[key] = button, item
        before: QWidget = self._list
        for each, _item in sorted(self._buttons.values(), key=lambda pair: self._list.row(pair[1])):
            QWidget.setTabOrder(before, each)
            before = each
        self.place()

    def withdraw(self, key: str) -> None:
        """Take a row's button away, if it has one."""
        button, _item = self._buttons.pop(key, (None, None))
        if button is not None:
            button.hide()
            button.deleteLater()

    def clear(self) -> None:
        """Take all buttons away."""
        for key in list(self._buttons):
            self.withdraw(key)

    def place(self) -> None:
        """Put the buttons where their rows are now."""
        view = self._list.viewport()
        for button, item in self._buttons.values():
            row, size = self._list.visualItemRect(item), button.sizeHint()
            corner = QPoint(view.width() - SPACE - size.width(), row.center().y() + 1 - size.height() // 2)
            button.resize(size)
            button.move(view.mapTo(self, corner))
            button.setVisible(not item.isHidden())  # also out of view: it comes there with the focus

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll the list also where a button is under the pointer."""
        QApplication.sendEvent(self._list.verticalScrollBar(), event)
