"""Cost or tokens over time as bars: one for each day, the orchestrator's part below, the responder's above."""

import math
from collections.abc import Sequence
from datetime import date
from typing import Literal

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desktop.engine.messages import Brain
from desktop.engine.usage_lines import UsageTotal, cost_words
from desktop.views.controls import plain_tool_tip
from desktop.views.theme import SPACE, current_theme

_HEIGHT = 22 * SPACE
_STEPS = 4
_BAR_MOST = 28.0
_TOPS = (1.0, 1.2, 1.6, 2.0, 2.4, 3.2, 4.0, 6.0, 8.0)
_LABEL_ROOM = 7 * SPACE
_MARK = 2.5
"""Radius of the mark of a day that has calls without a known price."""

Measure = Literal["cost", "tokens"]
"""What the bars are as high as."""


def nice_top(value: float) -> float:
    """The least number not under a value of which every quarter is a round one: 1, 1.2, … 8 times a power of ten.

    Args:
        value: Any number; 1 is returned for one that is not over 0.
    """
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next((step * power for step in _TOPS if value <= step * power * (1 + 1e-9)), 10 * power)


def money(value: float) -> str:
    """An amount for an axis: as many digits as it needs."""
    if value >= 1 or value == 0:
        return f"${value:,.2f}"
    return f"${value:.{min(6, 1 - math.floor(math.log10(value)))}f}"


def count(value: float) -> str:
    """A number of tokens for an axis: ``250``, ``40 k``, ``2.5 M``."""
    for size, name in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.4g} {name}"
    return f"{value:.4g}"


def brain_colour(brain: Brain) -> QColor:
    """The colour of a brain's part of a bar."""
    theme = current_theme()
    return theme.outline if brain is Brain.ORCHESTRATOR else theme.accent


class UsageChart(QWidget):
    """Draws totals of days. A day that has calls without a known price is marked: its bar lacks what they cost.

    The same figures stand in the table below it: what it says to a screen reader is a summary.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._days: Sequence[UsageTotal] = ()
        self._measure: Measure = "cost"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Cost by day")

    def show_days(self, days: Sequence[UsageTotal], measure: Measure = "cost") -> None:
        """Show these days, oldest first, without gaps.

        Args:
            days: The days.
            measure: What of them.
        """
        self._days, self._measure = days, measure
        self.setAccessibleName("Cost by day" if measure == "cost" else "Tokens by day")
        self.setAccessibleDescription(self._summary())
        self.update()

    def _summary(self) -> str:
        most = max(self._days, key=self._whole, default=None)
        if most is None or not self._whole(most):
            return "No costs." if self._measure == "cost" else "No tokens."
        superlative = "dearest" if self._measure == "cost" else "largest"
        return f"{len(self._days)} days; the {superlative} is {most.name} with {self._words(self._whole(most))}."

    def _parts(self, day: UsageTotal) -> list[tuple[float, QColor]]:
        of_brain = day.of_brain if self._measure == "cost" else day.tokens_of_brain
        return [(float(of_brain.get(brain, 0)), brain_colour(brain)) for brain in Brain]

    def _whole(self, day: UsageTotal) -> float:
        return sum(value for value, _colour in self._parts(day))

    def _words(self, value: float) -> str:
        return money(value) if self._measure == "cost" else count(value)

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
        highest = max(map(self._whole, self._days), default=0.0)
        top = nice_top(highest)
        metrics = QFontMetricsF(painter.font())
        for step in range(_STEPS + 1):
            y = round(plot.bottom() - plot.height() * step / _STEPS) + 0.5
            painter.setPen(theme.border)
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            if not highest and step:
                continue  # an axis of nothing would tell amounts that mean nothing
            painter.setPen(theme.muted)
            words = self._words(top * step / _STEPS)
            painter.drawText(QPointF(plot.left() - SPACE - metrics.horizontalAdvance(words), y + 4), words)
        painter.setPen(Qt.PenStyle.NoPen)
        for index, day in enumerate(self._days):
            self._draw_bar(painter, self._bar(index), day, top)
        self._draw_days(painter, metrics)
        painter.end()

    def _draw_bar(self, painter: QPainter, column: QRectF, day: UsageTotal, top: float) -> None:
        bottom = column.bottom()
        whole = column.height() * self._whole(day) / top
        if self._measure == "cost" and day.unpriced:
            self._draw_mark(painter, QPointF(column.center().x(), bottom - whole - 2 * _MARK))
        if whole <= 0:
            return
        shape = QPainterPath()
        radius = min(3.0, column.width() / 2, whole)
        shape.addRoundedRect(QRectF(column.left(), bottom - whole, column.width(), whole + radius), radius, radius)
        painter.save()
        painter.setClipRect(QRectF(column.left(), column.top() - 1, column.width(), column.height() + 1))
        painter.setClipPath(shape, Qt.ClipOperation.IntersectClip)
        for value, colour in self._parts(day):
            height = column.height() * value / top
            painter.fillRect(QRectF(column.left(), bottom - height, column.width(), height + 0.5), colour)
            bottom -= height
        painter.restore()

    def _draw_mark(self, painter: QPainter, at: QPointF) -> None:
        painter.save()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(current_theme().warning, 1.5))
        painter.drawEllipse(at, _MARK, _MARK)
        painter.restore()

    def _draw_days(self, painter: QPainter, metrics: QFontMetricsF) -> None:
        """Name days at one distance, the last one among them."""
        painter.setPen(current_theme().muted)
        plot = self._plot()
        names = [f"{day.day} {day:%b}" for day in (date.fromisoformat(each.key) for each in self._days)]
        widest = max(map(metrics.horizontalAdvance, names), default=0.0)
        room = 1.5 * widest + 2 * SPACE  # those at the ends are moved inwards, by half of their width at most
        step = math.ceil(room * len(names) / plot.width()) if plot.width() > 0 else 1
        for index in range(len(names) - 1, -1, -max(1, step)):
            width = metrics.horizontalAdvance(names[index])
            left = min(max(plot.left(), self._bar(index).center().x() - width / 2), plot.right() - width)
            painter.drawText(QPointF(left, plot.bottom() + metrics.ascent() + SPACE / 2), names[index])

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
