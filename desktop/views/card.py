"""A button as big as what it decides."""

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QCursor, QEnterEvent, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QPushButton, QSizePolicy, QWidget

from desktop.views.controls import larger
from desktop.views.icons import icon_pixmap
from desktop.views.theme import SPACE, current_theme

_ICON = 20
_WIDTH = 560
_TALL = 10_000


class Card(QPushButton):
    """A big button: an icon, a title, and a line that explains.

    Attributes:
        title: What the choice is; its accessible name.
        line: What comes of it; its accessible description. May be empty: then the card is a low one.
    """

    def __init__(self, icon_name: str, title: str, line: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self._placed: dict[tuple[int, str], tuple[QRect, QRect]] = {}
        self.title = title
        self.line = line
        self.setAccessibleName(title)
        self.setAccessibleDescription(line)
        self.setAutoDefault(False)
        # Not Fixed: that would hold it to the height of its size hint, where its words need more lines.
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the hand."""
        super().enterEvent(event)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def leaveEvent(self, event: QEvent) -> None:
        """Show the hand no more."""
        super().leaveEvent(event)
        self.unsetCursor()

    def look_for_pointer(self) -> None:
        """Take note that it moved away under the pointer: Qt tells of that only once the pointer moves."""
        if self.underMouse() and not self.rect().contains(self.mapFromGlobal(QCursor.pos())):
            QApplication.sendEvent(self, QEvent(QEvent.Type.Leave))
            self.update()

    def sizeHint(self) -> QSize:
        """As wide as a page's column."""
        return QSize(_WIDTH, self.heightForWidth(_WIDTH))

    def minimumSizeHint(self) -> QSize:
        """Narrow windows wrap the words."""
        return QSize(200, self.heightForWidth(_WIDTH))

    def hasHeightForWidth(self) -> bool:
        """Its words wrap."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Room for the wrapped words."""
        title, line = self._places(width)
        return line.bottom() + 1 + title.top()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card, its focus and hover."""
        theme = current_theme()
        title, line = self._places(self.width())
        painter = QPainter(self)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            edge = theme.outline if self.underMouse() else theme.border
            painter.setPen(QPen(theme.accent, 2) if self.hasFocus() else QPen(edge, 1))
            painter.setBrush(theme.raised if self.isDown() else theme.surface)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 10, 10)
            first_line = QFontMetrics(self._title_font()).height()
            place = QPoint(2 * SPACE, title.top() + (first_line - _ICON) // 2)
            painter.drawPixmap(place, icon_pixmap(self._icon_name, theme.accent, _ICON, self.devicePixelRatioF()))
            painter.setPen(theme.text)
            painter.setFont(self._title_font())
            painter.drawText(title, Qt.TextFlag.TextWordWrap, self.title)
            painter.setPen(theme.muted)
            painter.setFont(self.font())
            painter.drawText(line, Qt.TextFlag.TextWordWrap, self.line)
        finally:
            painter.end()

    def _title_font(self) -> QFont:
        return larger(self.font(), 1.1, bold=True) if self.line else self.font()

    def _places(self, width: int) -> tuple[QRect, QRect]:
        """Where the title and the line stand in a card of a width. Layouts ask a hundred times before a first paint."""
        key = width, self.font().key()
        if key not in self._placed:
            self._placed[key] = self._place(width)
        title, line = self._placed[key]
        return QRect(title), QRect(line)

    def _place(self, width: int) -> tuple[QRect, QRect]:
        left = 2 * SPACE + _ICON + SPACE + SPACE // 2
        padding = 2 * SPACE if self.line else SPACE + 2
        room = QRect(left, padding, max(1, width - left - 2 * SPACE), _TALL)
        title = QFontMetrics(self._title_font()).boundingRect(room, Qt.TextFlag.TextWordWrap, self.title)
        title.setWidth(room.width())
        if not self.line:
            return title, QRect(title.left(), title.bottom(), room.width(), 1)
        room.setTop(title.bottom() + SPACE // 2)
        line = QFontMetrics(self.font()).boundingRect(room, Qt.TextFlag.TextWordWrap, self.line)
        line.setWidth(room.width())
        return title, line
