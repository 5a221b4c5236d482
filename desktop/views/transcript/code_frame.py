"""What stands around code: its ground, the name of its language, the button that copies it."""

import time

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QGuiApplication, QPainter

from desktop.views.icons import icon_pixmap
from desktop.views.literal_text import one_line
from desktop.views.theme import SPACE
from desktop.views.transcript.segment import Control, Look

HEADER = 4 * SPACE
"""Room above code for the name of its language."""
BARE_HEADER = SPACE
"""The same where it has none."""
SIDE = SPACE * 3 // 2
"""Room left and right of code."""
_RADIUS = 8.0
_COPIED_SECONDS = 1.5


class CodeFrame:
    """The frame of one block of code.

    Attributes:
        area: Where it stands, in its segment's coordinates.
        language: As the fence names it.
        code: What is copied.
    """

    def __init__(self) -> None:
        self.area = QRectF()
        self.language = ""
        self.code = ""
        self._copied_until = 0.0

    def draw_ground(self, painter: QPainter, look: Look) -> None:
        """Draw what the code stands on."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.theme.surface)
        painter.drawRoundedRect(self.area, _RADIUS, _RADIUS)

    def draw_header(self, painter: QPainter, look: Look) -> None:
        """Draw the name of the language, and the button."""
        theme, area = look.theme, self.area
        small = QFont(look.font)
        small.setPointSizeF(small.pointSizeF() * 0.85)
        painter.setFont(small)
        painter.setPen(theme.muted)
        room = QRectF(area.left() + SIDE, area.top(), area.width() - HEADER - 2 * SIDE, HEADER)
        name = QFontMetricsF(small).elidedText(one_line(self.language, 60), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter.value, name)
        if not self.language:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.surface)
            painter.drawRoundedRect(self._button.adjusted(4, 2, -2, -2), _RADIUS, _RADIUS)
        is_copied = time.monotonic() < self._copied_until
        colour = theme.success if is_copied else theme.muted
        picture = icon_pixmap("check" if is_copied else "copy", colour, 16, painter.device().devicePixelRatioF())
        painter.drawPixmap(self._button.center() - QPointF(8, 8), picture)

    @property
    def _button(self) -> QRectF:
        return QRectF(self.area.right() - HEADER, self.area.top(), HEADER, HEADER)

    def control(self, shift: float = 0.0) -> Control:
        """The button.

        Args:
            shift: How far its segment is scrolled sideways.
        """
        return Control(self._button.translated(-shift, 0), "Copy code", self._copy)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.code)
        self._copied_until = time.monotonic() + _COPIED_SECONDS
