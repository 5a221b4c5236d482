"""A passage in a few lines, with the words that a search found marked."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QTextCharFormat, QTextLayout, QTextOption

from desktop.views.theme import Theme


def marked_height(text: str, font: QFont, width: int, lines: int) -> int:
    """How high ``draw_marked`` draws a text, in device-independent pixels."""
    layout = _laid_out(text, font, width)
    return round(sum(layout.lineAt(number).height() for number in range(min(lines, layout.lineCount())))) + 1


def fitted(
    text: str, marks: Sequence[tuple[int, int]], font: QFont, width: int, lines: int
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Cut a text to some lines: at its end, and at its beginning too where its first mark would be out of sight.

    Args:
        text: In one line.
        marks: (begin, end) in characters of ``text``, in order.
        font: Its font.
        width: Of a line, in device-independent pixels.
        lines: At most so many.

    Returns:
        The text and its marks in it.
    """
    begin, end = marks[0] if marks else (0, 0)
    room = _cut(text, font, width, lines)[1]
    before = max(0, min(begin - room // 3, len(text) - room))
    space = text.find(" ", before, begin)
    for start in (0, space + 1 if space >= 0 else before, begin):
        dots = "…" if start else ""
        cut, shown = _cut(dots + text[start:], font, width, lines)
        if end - start + len(dots) <= shown:
            break
    moved = [(max(first - start, 0) + len(dots), min(last - start + len(dots), shown)) for first, last in marks]
    return cut, tuple((first, last) for first, last in moved if first < last)


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
    """Draw a text, cut with an ellipsis where it is longer than its lines, so that its first mark shows.

    Args:
        painter: Where.
        area: The text is drawn from its top.
        text: In one line, literally.
        marks: (begin, end) in characters of ``text``.
        font: Its font.
        theme: Its colours.
        lines: At most so many.
    """
    text, marks = fitted(text, marks, font, area.width(), lines)
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


def _cut(text: str, font: QFont, width: int, lines: int) -> tuple[str, int]:
    """A text cut at its end to some lines, and how many characters of it are left."""
    layout = _laid_out(text, font, width)
    if layout.lineCount() <= lines:
        return text, len(text)
    units = text.encode("utf-16-le", "surrogatepass")
    head = units[: 2 * layout.lineAt(lines - 1).textStart()].decode("utf-16-le", "surrogatepass")
    tail = QFontMetricsF(font).elidedText(text[len(head) :], Qt.TextElideMode.ElideRight, max(20, width))
    kept = (head + tail).removesuffix("…").rstrip()
    while kept and _laid_out(f"{kept}…", font, width).lineCount() > lines:
        kept = kept[:-1].rstrip()
    return f"{kept}…", len(kept)


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
