"""Draws what is in view."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen

from desktop.views.attachment_chips import draw_chips
from desktop.views.attachment_pictures import shared_pictures
from desktop.views.icons import icon_pixmap
from desktop.views.message_details import is_stopped, stop_mark
from desktop.views.theme import Theme
from desktop.views.transcript.column import Column
from desktop.views.transcript.message_layout import MessageLayout
from desktop.views.transcript.metrics import FOOTER, GUTTER, MARK, PAD
from desktop.views.transcript.run_line import Part, RunLineBox
from desktop.views.transcript.segment import Mark, Segment

_ICON = 16
MarksOf = Callable[[int, int, Segment], Sequence[Mark]]
"""What is marked in a segment, by the message's and the slot's index."""


@dataclass(frozen=True, slots=True)
class Brush:
    """What is drawn with.

    Attributes:
        theme: The colours.
        font: Of marks.
        text_font: Of ordinary text.
        scale: Device pixels for each logical one.
        marks: What is marked in a segment, by message and slot.
        focused: Index of the message that has the mark of the focus; -1 for none.
        focus_area: The link or control in it that has it instead, in the message's coordinates.
        part: The part of a run line under the pointer, and at the keyboard, for a line.
    """

    theme: Theme
    font: QFont
    text_font: QFont
    scale: float
    marks: MarksOf
    focused: int
    focus_area: QRectF | None
    part: Callable[[RunLineBox], tuple[Part | None, Part | None]]


def draw_column(painter: QPainter, column: Column, exposed: QRect, left: int, top: int, brush: Brush) -> None:
    """Draw what of a column lies in a rectangle of the view.

    Args:
        painter: Of the view.
        column: What is drawn.
        exposed: The rectangle.
        left: Where the messages begin, in the view.
        top: The column's height that is at the top of the view.
        brush: What is drawn with.
    """
    painter.fillRect(exposed, brush.theme.background)
    for index in column.between(exposed.top() + top, exposed.bottom() + top):
        layout = column.existing(index)
        above = column.top(index) - top
        painter.save()
        painter.translate(left, above)
        area = QRectF(exposed.translated(-left, -above))
        if layout is None:
            height = column.bottom(index) - column.top(index) - FOOTER
            _draw_placeholder(painter, QRectF(GUTTER, 0, column.metrics.room, height), column.metrics.line, brush.theme)
        else:
            _draw_message(painter, index, layout, area, column.metrics.line, column.metrics.measure, brush)
        painter.restore()
        for extra in column.extras(index):
            if isinstance(extra, RunLineBox):
                painter.save()
                painter.translate(left, column.extra_top(index, extra) - top)
                extra.draw(painter, brush.theme, brush.scale, *brush.part(extra))
                painter.restore()


def draw_last_slot(
    painter: QPainter, column: Column, index: int, exposed: QRect, left: int, top: int, theme: Theme, marks: MarksOf
) -> bool:
    """Draw a rectangle of the view in which there is nothing but the last slot of a message.

    Args:
        painter: Of the view.
        column: What is drawn.
        index: Index of the message.
        exposed: The rectangle.
        left: Where the messages begin, in the view.
        top: The column's height that is at the top of the view.
        theme: The colours.
        marks: What is marked in a segment.

    Returns:
        False where it is not laid out, and nothing was drawn.
    """
    layout = column.existing(index)
    segment = layout.slots[-1].segment if layout is not None and layout.slots else None
    if layout is None or segment is None:
        return False
    last, above = len(layout.slots) - 1, column.top(index) - top
    painter.fillRect(exposed, theme.background)
    painter.translate(left, above)
    layout.draw_slot(painter, last, QRectF(exposed.translated(-left, -above)), marks(index, last, segment))
    return True


def _draw_message(
    painter: QPainter, index: int, layout: MessageLayout, exposed: QRectF, line: float, width: int, brush: Brush
) -> None:
    theme, files = brush.theme, layout.message.attachments
    if files and len(layout.chips) == len(files):
        draw_chips(painter, layout.chips, files, shared_pictures(), theme, brush.text_font, brush.scale)
    if layout.has_bubble:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.raised)
        painter.drawRoundedRect(layout.bubble, PAD, PAD)
    if brush.focused == index and brush.focus_area is None:
        painter.setPen(QPen(theme.accent, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if layout.message.role == "user":
            for area in [layout.bubble] if layout.has_bubble else layout.chips:
                painter.drawRoundedRect(area, PAD, PAD)
        else:
            painter.drawLine(QPoint(3, layout.text_top + 2), QPoint(3, layout.text_bottom - 2))
    _draw_marks(painter, layout, width, brush)
    for empty in layout.draw(painter, exposed, lambda slot, segment: brush.marks(index, slot, segment)):
        _draw_placeholder(painter, empty, line, theme)
    if brush.focused == index and brush.focus_area is not None:
        painter.setPen(QPen(theme.accent, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(brush.focus_area.adjusted(-2, -1, 2, 1), 4, 4)


def _draw_marks(painter: QPainter, layout: MessageLayout, width: int, brush: Brush) -> None:
    message, theme = layout.message, brush.theme
    words = stop_mark(message)
    if not words and not message.off_record:
        return
    painter.setFont(brush.font)
    painter.setPen(theme.muted)
    side = Qt.AlignmentFlag.AlignVCenter
    if message.off_record:
        text = "Off the record"
        length = QFontMetrics(brush.font).horizontalAdvance(text) + 22
        left = width - GUTTER - length if message.role == "user" else GUTTER
        painter.drawPixmap(left, 1, icon_pixmap("eye-off", theme.muted, _ICON, brush.scale))
        painter.drawText(QRect(left + 22, 0, length, 18), side, text)
    if words:
        top = layout.height - FOOTER - MARK
        name, colour = ("stop", theme.muted) if is_stopped(message) else ("warning", theme.warning)
        painter.drawPixmap(GUTTER, top + 4, icon_pixmap(name, colour, _ICON, brush.scale))
        painter.drawText(QRect(GUTTER + 22, top, width, MARK), side, words)


def _draw_placeholder(painter: QPainter, area: QRectF, line: float, theme: Theme) -> None:
    """Quiet bars where lines will be."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.surface))
    top, number = area.top() + line / 4, 0
    while top + line / 2 < area.bottom() and number < 200:
        share = (1.0, 0.94, 0.97, 0.62)[number % 4]
        painter.drawRoundedRect(QRectF(area.left(), top, area.width() * share, line / 2), 3, 3)
        top += line
        number += 1
