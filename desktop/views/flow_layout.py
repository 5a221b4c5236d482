"""A layout of buttons in groups: in one row where there is room, else each group in rows of its own."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Lays groups of widgets out. In one row the last group stands at the right; in several all begin at the left.

    Args:
        groups: The widgets of each group, in order.
        spacing: Between widgets and between rows.
    """

    def __init__(self, groups: list[list[QWidget]], spacing: int) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._sizes = [len(group) for group in groups]
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)
        for group in groups:
            for widget in group:
                self.addWidget(widget)

    def show_widgets(self, widgets: list[QWidget]) -> None:
        """Lay these out, as one group, in the place of all others, which are left to whoever made them."""
        for widget in widgets:
            if self.indexOf(widget) < 0:
                self.addWidget(widget)
        known = {item.widget(): item for item in self._items}
        self._items = [known[widget] for widget in widgets]
        self._sizes = [len(widgets)]
        self.invalidate()

    def addItem(self, item: QLayoutItem) -> None:
        """Take an item."""
        self._items.append(item)

    def count(self) -> int:
        """How many items there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """An item; None where there is none."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Give an item back; None where there is none."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """No more room than it needs."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Narrow means more rows."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height in a width."""
        margins = self.contentsMargins()
        inside = width - margins.left() - margins.right()
        return self._place(QRect(0, 0, inside, 0), move=False) + margins.top() + margins.bottom()

    def sizeHint(self) -> QSize:
        """All in one row."""
        height = max((item.sizeHint().height() for item in self._items), default=0)
        return QSize(self._row_width(self._items), height).grownBy(self.contentsMargins())

    def minimumSize(self) -> QSize:
        """The widest item."""
        sizes = [item.minimumSize() for item in self._items]
        width = max((size.width() for size in sizes), default=0)
        height = max((size.height() for size in sizes), default=0)
        return QSize(width, height).grownBy(self.contentsMargins())

    def setGeometry(self, rect: QRect) -> None:
        """Place the items."""
        super().setGeometry(rect)
        self._place(rect.marginsRemoved(self.contentsMargins()), move=True)

    def _row_width(self, items: list[QLayoutItem]) -> int:
        return sum(item.sizeHint().width() for item in items) + self.spacing() * max(0, len(items) - 1)

    def _place(self, rect: QRect, *, move: bool) -> int:
        fits = self._row_width(self._items) <= rect.width()
        gap = self.spacing()
        x, y, row = rect.left(), rect.top(), 0
        number = 0
        for index, size in enumerate(self._sizes):
            group = self._items[number : number + size]
            number += size
            if fits and index and index == len(self._sizes) - 1:
                x = rect.right() + 1 - self._row_width(group)
            elif not fits and index:
                x, y, row = rect.left(), y + row + gap, 0
            for item in group:
                hint = item.sizeHint()
                if x > rect.left() and x + hint.width() > rect.right() + 1:
                    x, y, row = rect.left(), y + row + gap, 0
                if move:
                    width = min(hint.width(), rect.width())
                    item.setGeometry(QRect(QPoint(x, y), QSize(width, hint.height())))
                x += hint.width() + gap
                row = max(row, hint.height())
        return y + row - rect.top()
