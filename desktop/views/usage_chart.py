"""Cost over time as bars: one for each day, the orchestrator's part below, the responder's above."""

import math
from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desktop.engine.messages import Brain
from desktop.engine.usage_lines import UsageTotal, cost_words
from desktop.views.controls import plain_tool_tip
from desktop.views.theme import SPACE, current_theme

_HEIGHT = 22 * SPACE
_STEPS = 4
_BAR_MOST = 28.0
_LABEL_ROOM = 7 * SPACE


def nice_top(value: float) -> float:
    """The least round number that is not under a value: 1, 2, 2.5 or 5 times a power of ten.

    Args:
        value: Any number; 1 is returned for one that is not over 0.
    """
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next((step * power for step in (1.0, 2.0, 2.5, 5.0) if value <= step * power * (1 + 1e-9)), 10 * power)


def money(value: float) -> str:
    """An amount for an axis: as many digits as it needs."""
    if value >= 1 or value == 0:
        return f"${value:,.2f}"
    return f"${value:.{min(6, 1 - math.floor(math.log10(value)))}f}"


def brain_colour(brain: Brain) -> QColor:
    """The colour of a brain's part of a bar."""
    theme = current_theme()
    return theme.outline if brain is Brain.ORCHESTRATOR else theme.accent


class UsageChart(QWidget):
    """Draws totals of days, or of tokens where nothing has a price.

    The same figures stand in the table below it: what it says to a screen reader is a summary.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._days: Sequence[UsageTotal] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Cost by day")

    def show_days(self, days: Sequence[UsageTotal]) -> None:
        """Show these days, oldest first, without gaps."""
        self._days = days
        dearest = max(days, key=lambda day: day.cost_usd, default=None)
        words = "No costs." if dearest is None or not dearest.cost_usd else ""
        if dearest is not None and not words:
            words = f"{len(days)} days; the dearest is {dearest.name} with {money(dearest.cost_usd)}."
        self.setAccessibleDescription(words)
        self.update()

    def sizeHint(self) -> QSize:
        """Wide, and of a fixed height."""
        return QSize(80 * SPACE, _HEIGHT)

    def _plot(self) -> QRectF:
        return QRectF(_LABEL_ROOM, SPACE, self.width() - _LABEL_ROOM - SPACE, self.height() - 4 * SPACE)

    def _bar(self, index: int) -> QRectF:
        """The column of a day, as high as the plot."""
        plot = self._plot()
        pitch = plot.width() / max(1, len(self._days))
        width = max(1.0, min(_BAR_MOST, pitch * 0.7))
        return QRectF(plot.left() + pitch * (index + 0.5) - width / 2, plot.top(), width, plot.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines, the bars and the days."""
        theme, plot = current_theme(), self._plot()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = nice_top(max((day.cost_usd for day in self._days), default=0.0))
        metrics = QFontMetricsF(painter.font())
        for step in range(_STEPS + 1):
            y = round(plot.bottom() - plot.height() * step / _STEPS) + 0.5
            painter.setPen(theme.border)
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(theme.muted)
            words = money(top * step / _STEPS)
            painter.drawText(QPointF(plot.left() - SPACE - metrics.horizontalAdvance(words), y + 4), words)
        painter.setPen(Qt.PenStyle.NoPen)
        for index, day in enumerate(self._days):
            self._draw_bar(painter, self._bar(index), day, top)
        self._draw_days(painter, metrics)
        painter.end()

    def _draw_bar(self, painter: QPainter, column: QRectF, day: UsageTotal, top: float) -> None:
        bottom = column.bottom()
        parts = [(day.of_brain.get(brain, 0.0), brain_colour(brain)) for brain in Brain]
        whole = column.height() * sum(cost for cost, _colour in parts) / top
        if whole <= 0:
            return
        shape = QPainterPath()
        radius = min(3.0, column.width() / 2, whole)
        shape.addRoundedRect(QRectF(column.left(), bottom - whole, column.width(), whole + radius), radius, radius)
        painter.save()
        painter.setClipRect(QRectF(column.left(), column.top() - 1, column.width(), column.height() + 1))
        painter.setClipPath(shape, Qt.ClipOperation.IntersectClip)
        for cost, colour in parts:
            height = column.height() * cost / top
            painter.fillRect(QRectF(column.left(), bottom - height, column.width(), height + 0.5), colour)
            bottom -= height
        painter.restore()

    def _draw_days(self, painter: QPainter, metrics: QFontMetricsF) -> None:
        painter.setPen(current_theme().muted)
        plot, end = self._plot(), -1.0
        for index, day in enumerate(self._days):
            when = date.fromisoformat(day.key)
            words = f"{when.day} {when:%b}"
            width, column = metrics.horizontalAdvance(words), self._bar(index)
            left = min(max(plot.left(), column.center().x() - width / 2), plot.right() - width)
            if left > end:
                painter.drawText(QPointF(left, plot.bottom() + metrics.ascent() + SPACE / 2), words)
                end = left + width + 2 * SPACE

    def event(self, event: QEvent) -> bool:
        """Tell of the day under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            words = self.words_at(event.pos().x())
            if words:
                QToolTip.showText(event.globalPos(), plain_tool_tip(words), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def words_at(self, x: int) -> str:
        """What the tool tip says at a place; empty outside of the plot."""
        plot = self._plot()
        if not self._days or not plot.left() <= x < plot.right():
            return ""
        day = self._days[int((x - plot.left()) / plot.width() * len(self._days))]
        if not day.calls:
            return f"{day.name}\nNo calls"
        lines = [day.name, cost_words(day.cost_usd, day.unpriced, day.calls)]
        for brain, name in ((Brain.RESPONDER, "Responder"), (Brain.ORCHESTRATOR, "Orchestrator")):
            if day.of_brain.get(brain):
                lines.append(f"{name}: {money(day.of_brain[brain])}")
        lines.append(f"{day.input_tokens:,} tokens in, {day.output_tokens:,} out")
        return "\n".join(lines)
