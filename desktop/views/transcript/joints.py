"""Where a paragraph goes on from one segment to the next: within a line, as if it were one.

The first line of the segment below is drawn beside the last line of the one above. It begins where that one ends, so
that the lines break at the joint where they would have broken anyway.
"""

from PySide6.QtCore import Qt, QTextBoundaryFinder
from PySide6.QtGui import QTextBlock, QTextCursor, QTextDocument, QTextLine

from desktop.views.transcript.formula_object import OBJECT
from desktop.views.transcript.picture_object import PICTURE
from desktop.views.transcript.positions import caret_x
from desktop.views.transcript.segment import LineEnd

_SLACK = 0.5
"""Pixels by which a line may be wider than its room: widths are rounded."""


def line_end(document: QTextDocument) -> LineEnd | None:
    """Where the last line of a document that is laid out ends; None where it has no line."""
    block = document.lastBlock()
    document.documentLayout().blockBoundingRect(block)  # has it laid out
    layout = block.layout()
    if not layout.lineCount():
        return None
    line, origin = layout.lineAt(layout.lineCount() - 1), layout.position()
    from_right = block.textDirection() == Qt.LayoutDirection.RightToLeft
    frame, caret = line.naturalTextRect(), caret_x(line, line.textStart() + line.textLength())
    if from_right:
        taken = document.textWidth() - origin.x() - min(frame.left(), caret)
    else:
        taken = origin.x() + max(frame.right(), caret)
    may_break = not block.text() or block.text()[-1].isspace()
    return LineEnd(taken, origin.y() + line.y() + line.ascent(), from_right, may_break)


def begin_after(document: QTextDocument, end: LineEnd | None) -> float | None:
    """Have the first line of a document begin beside another line.

    Args:
        document: It; its text width is set.
        end: Where the other line ends; None for a document that begins a line of its own.

    Returns:
        The base line of the first line; None where it begins a line of its own, also because its first word does not
        fit beside the other, and where it holds a picture, which would reach over the lines above.
    """
    block = document.firstBlock()
    if end is None:
        _indent(block, 0.0)
        return None
    style = block.blockFormat()
    edge = style.indent() * document.indentWidth() + (style.rightMargin() if end.from_right else style.leftMargin())
    side = Qt.LayoutDirection.RightToLeft if end.from_right else Qt.LayoutDirection.LeftToRight
    _indent(block, max(0.0, end.taken - edge), side)
    document.documentLayout().blockBoundingRect(block)  # has it laid out
    layout = block.layout()
    can_share = layout.lineCount() and not _holds_picture(block, layout.lineAt(0))
    if not can_share or not _fits(block, layout.lineAt(0), may_break=end.may_break):
        _indent(block, 0.0, side)
        return None
    line = layout.lineAt(0)
    return float(layout.position().y() + line.y() + line.ascent())


def _indent(block: QTextBlock, indent: float, side: Qt.LayoutDirection | None = None) -> None:
    style = block.blockFormat()
    if style.textIndent() == indent and (side is None or style.layoutDirection() == side):
        return
    style.setTextIndent(indent)
    if side is not None:
        style.setLayoutDirection(side)
    QTextCursor(block).setBlockFormat(style)


def _holds_picture(block: QTextBlock, line: QTextLine) -> bool:
    text, at = block.text()[: line.textStart() + line.textLength()], -1
    while (at := text.find(OBJECT, at + 1)) >= 0:
        cursor = QTextCursor(block)
        cursor.setPosition(block.position() + at + 1)
        if cursor.charFormat().hasProperty(PICTURE):
            return True
    return False


def _fits(block: QTextBlock, line: QTextLine, *, may_break: bool) -> bool:
    """Whether the beginning of a block stands in its first line without a word broken that has room elsewhere."""
    if line.width() <= 0 or line.naturalTextWidth() > line.width() + _SLACK:
        return False
    text, end = block.text(), line.textStart() + line.textLength()
    if not may_break or end >= len(text) or text[end - 1 : end].isspace():
        return True
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Line, text)
    finder.setPosition(end)
    return finder.isAtBoundary()
