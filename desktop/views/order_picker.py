"""A list of choices in an order that the person makes: added, moved and taken out with the mouse or the keyboard."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from desktop.views.controls import Button, one_line
from desktop.views.quiet_inputs import QuietComboBox
from desktop.views.theme import SPACE

_VALUE = int(Qt.ItemDataRole.UserRole)
_MOST_ROWS = 4


class _Rows(QListWidget):
    """The chosen ones. Alt with up or down moves the current one; Delete takes it out."""

    moved = Signal(int)
    removed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in steps:
            self.moved.emit(steps[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        else:
            super().keyPressEvent(event)


class OrderPicker(QWidget):
    """Shows the chosen values in their order, and adds others of those that are offered.

    Args:
        name: Its accessible name, and its list's.

    Attributes:
        rows: The chosen ones.
        box: Adds one: what is chosen in it.
        up_button, down_button, remove_button: For the current one.

    Signals:
        changed(): The person changed the values.
    """

    changed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._words: dict[str, str] = {}
        self.rows = _Rows()
        self.rows.setAccessibleName(name)
        self.rows.setAccessibleDescription("Alt with the arrows moves one, Delete takes it out.")
        self.rows.setProperty("kind", "choices")
        self.rows.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.box = QuietComboBox()
        self.box.setAccessibleName(f"Add to {name}")
        self.up_button = Button(icon_name="caret-up", kind="flat", name=f"Earlier in {name}")
        self.down_button = Button(icon_name="caret", kind="flat", name=f"Later in {name}")
        self.remove_button = Button("Remove", kind="flat", name=f"Remove from {name}")
        under = QHBoxLayout()
        under.setSpacing(SPACE // 2)
        under.addWidget(self.box, 1)
        for button in (self.up_button, self.down_button, self.remove_button):
            under.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addWidget(self.rows)
        column.addLayout(under)
        self.setFocusProxy(self.box)
        self.box.activated.connect(self._add)
        self.up_button.clicked.connect(lambda: self._move(-1))
        self.down_button.clicked.connect(lambda: self._move(1))
        self.remove_button.clicked.connect(self._remove)
        self.rows.moved.connect(self._move)
        self.rows.removed.connect(self._remove)
        self.rows.currentRowChanged.connect(lambda _row: self._enable())
        self._show([])

    @property
    def values(self) -> list[str]:
        """The chosen values, in order."""
        return [str(self.rows.item(row).data(_VALUE)) for row in range(self.rows.count())]

    def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """Offer these values with their words; what is chosen stays, also where it is not among them."""
        self._words = dict(choices)
        self._show(self.values, self.rows.currentRow())

    def show_values(self, values: Sequence[str]) -> None:
        """Show these as chosen."""
        self._show(list(dict.fromkeys(values)))

    def _show(self, values: Sequence[str], current: int = -1) -> None:
        self.rows.blockSignals(True)
        self.rows.clear()
        for value in values:
            item = QListWidgetItem(one_line(self._words.get(value, value)))
            item.setData(_VALUE, value)
            self.rows.addItem(item)
        self.rows.setCurrentRow(min(current, len(values) - 1))
        self.rows.blockSignals(False)
        self.box.clear()
        self.box.addItem("Add a model …" if self._words else "Nothing to add", "")
        for value, words in self._words.items():
            if value not in values:
                self.box.addItem(one_line(words), value)
        self.box.setEnabled(self.box.count() > 1)
        self._fit()
        self._enable()

    def _add(self, place: int) -> None:
        value = str(self.box.itemData(place) or "")
        if value:
            values = [*self.values, value]
            self._change(values, len(values) - 1)

    def _move(self, steps: int) -> None:
        values, row = self.values, self.rows.currentRow()
        if row >= 0 and 0 <= row + steps < len(values):
            values.insert(row + steps, values.pop(row))
            self._change(values, row + steps)

    def _remove(self) -> None:
        values, row = self.values, self.rows.currentRow()
        if row >= 0:
            del values[row]
            self._change(values, min(row, len(values) - 1))
            if not values:
                self.box.setFocus()

    def _change(self, values: Sequence[str], current: int) -> None:
        self._show(values, current)
        self.changed.emit()

    def _enable(self) -> None:
        row, count = self.rows.currentRow(), self.rows.count()
        self.up_button.setEnabled(row > 0)
        self.down_button.setEnabled(0 <= row < count - 1)
        self.remove_button.setEnabled(row >= 0)

    def showEvent(self, event: QShowEvent) -> None:
        """Lay the list out in the theme's sizes, which it did not have when it was filled."""
        self._fit()
        super().showEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Be as tall as the rows."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As tall as its rows, up to a few; nothing at all where none is chosen."""
        self.rows.doItemsLayout()
        count = self.rows.count()
        shown = min(count, _MOST_ROWS)
        height = sum(self.rows.sizeHintForRow(row) for row in range(shown))
        self.rows.setFixedHeight(height + 2 * self.rows.frameWidth() + (SPACE // 2 if shown else 0))
        self.rows.setVisible(bool(count))
