"""Scrolling sideways what is wider than the text: how far it is, and the bar that shows it and is dragged."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from desktop.views.theme import Theme

_THICKNESS = 4.0
_REACH = 5.0
"""Pixels above and below the bar that still take hold of it."""
_SHORTEST = 24.0
"""Of the handle, that it can be taken hold of."""


class Sideways:
    """How far something wide is scrolled; shared by the pieces of one table."""

    def __init__(self) -> None:
        self.offset = 0.0


@dataclass(frozen=True, slots=True)
class Bar:
    """The bar of something wide.

    Attributes:
        place: The top left corner of its track.
        room: The width that shows, which the track is as long as.
        total: The width of all.
        offset: How far that is scrolled.
    """

    place: QPointF
    room: float
    total: float
    offset: float

    @property
    def _length(self) -> float:
        return min(self.room, max(_SHORTEST, self.room * self.room / self.total))

    @property
    def _way(self) -> float:
        """Pixels that what is wide moves for one of the handle."""
        return (self.total - self.room) / max(1.0, self.room - self._length)

    @property
    def handle(self) -> QRectF:
        """What is drawn and dragged."""
        return QRectF(self.place.x() + self.offset / self._way, self.place.y(), self._length, _THICKNESS)

    @property
    def area(self) -> QRectF:
        """Where a press is meant for it."""
        return QRectF(self.place.x(), self.place.y() - _REACH, self.room, _THICKNESS + 2 * _REACH)

    def grip(self, x: float) -> float:
        """How far from the handle's left end a press takes hold; its middle, for a press beside it."""
        inside = x - self.handle.left()
        return inside if 0 <= inside <= self._length else self._length / 2

    def offset_for(self, x: float, grip: float) -> float:
        """How far all is scrolled with the handle held at a place; may be beyond its ends."""
        return (x - grip - self.place.x()) * self._way

    def draw(self, painter: QPainter, theme: Theme) -> None:
        """Draw the handle."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.outline)
        painter.setOpacity(0.6)
        painter.drawRoundedRect(self.handle, _THICKNESS / 2, _THICKNESS / 2)
        painter.restore()
