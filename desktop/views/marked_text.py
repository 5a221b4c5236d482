"""A passage in a few lines, with the words that a search found marked."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QFont, QPainter, QTextCharFormat, QTextLayout, QTextOption

from desktop.views.theme import Theme


def marked_height(text: str, font: QFont, width: int, lines: int) -> int:
    """How high ``draw_marked`` draws a text, in device-independent pixels."""
    layout = _laid_out(text, font, width)
    return round(sum(layout.lineAt(number).height() for number in range(min(lines, layout.lineCount())))) + 1


def draw_marked(
    painter: QPainter,
    area: QRect,
    text: str,
    marks: Sequence[tuple[int, int]],
    font: QFont,
    theme: Theme,
    *,
    lines: int,
) -> None:
    """Draw a text, cut with an ellipsis where it is longer than its lines.

    Args:
        painter: Where.
        area: The text is drawn from its top.
        text: In one line, literally.
        marks: (begin, end) in characters of ``text``.
        font: Its font.
        theme: Its colours.
        lines: At most so many.
    """
    layout = _laid_out(text, font, area.width())
    if layout.lineCount() > lines:
        last = layout.lineAt(lines - 1)
        text = text.encode("utf-16-le")[: 2 * (last.textStart() + last.textLength())].decode("utf-16-le", "ignore")
        text = text.rstrip()[:-1].rstrip() + "…"
        layout = _laid_out(text, font, area.width())
    formats = []
    for begin, end in marks:
        style = QTextCharFormat()
        style.setBackground(theme.selection)
        style.setForeground(theme.text)
        style.setFontWeight(QFont.Weight.DemiBold)
        piece = QTextLayout.FormatRange()
        start = _units(text[:begin])
        piece.start, piece.length, piece.format = start, _units(text[:end]) - start, style
        formats.append(piece)
    painter.save()
    painter.setClipRect(area)
    painter.setPen(theme.muted)
    layout.draw(painter, QPointF(area.topLeft()), formats)
    painter.restore()


def _units(text: str) -> int:
    """Qt's length of a text: in UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _laid_out(text: str, font: QFont, width: int) -> QTextLayout:
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    option.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    layout.setTextOption(option)
    layout.beginLayout()
    top = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(20, width))
        line.setPosition(QPointF(0, top))
        top += line.height()
    layout.endLayout()
    return layout
