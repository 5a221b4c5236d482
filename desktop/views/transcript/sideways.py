"""Scrolling sideways what is wider than the text: how far it is, and the bar that shows it."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from desktop.views.theme import Theme

_THICKNESS = 3.0


class Sideways:
    """How far something wide is scrolled; shared by the pieces of one table."""

    def __init__(self) -> None:
        self.offset = 0.0


def draw_bar(painter: QPainter, theme: Theme, place: QPointF, room: float, total: float, offset: float) -> None:
    """Draw the bar of something wide.

    Args:
        painter: Of its segment.
        theme: The colours.
        place: Where the bar's room begins: its top left corner.
        room: The width that shows.
        total: The width of all of it.
        offset: How far it is scrolled.
    """
    share = room / total
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.outline)
    painter.setOpacity(0.6)
    bar = QRectF(place.x() + offset * share, place.y(), room * share, _THICKNESS)
    painter.drawRoundedRect(bar, _THICKNESS / 2, _THICKNESS / 2)
    painter.restore()
