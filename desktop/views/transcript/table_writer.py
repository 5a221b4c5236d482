"""Writes tables into documents: their cells, the widths of their columns, and where the lines between rows stand."""

from collections.abc import Sequence
from functools import lru_cache

from markdown_it.token import Token
from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextLength,
    QTextTable,
    QTextTableCellFormat,
    QTextTableFormat,
)

from desktop.views.documents import spaced
from desktop.views.theme import SPACE
from desktop.views.transcript.block_marks import QUOTES
from desktop.views.transcript.inline_writer import InlineWriter

Content = str | Token
"""What a cell holds: words as they are, or a token of text."""

_PADDING = SPACE * 3 // 2
_ROW_PADDING = SPACE * 3 // 4
_WIDEST = 38
"""Width of a column, in average letters, after which its text is broken where there is no room."""
_NARROWEST = 14
"""Width in average letters that a column keeps however little room there is; more for a longer word."""
_SPARE = 3
"""Letters that a cell further down may have more, in a table that scrolls anyway: its numbers are larger."""
_ALIGNMENT = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "center": Qt.AlignmentFlag.AlignHCenter,
    "right": Qt.AlignmentFlag.AlignRight,
}


@lru_cache(maxsize=8)
def _metrics(font: str) -> QFontMetricsF:
    """What measures the text of tables."""
    described = QFont()
    described.fromString(font)
    return QFontMetricsF(described)


@lru_cache(maxsize=4_096)
def _width(text: str, font: str) -> float:
    """The width that a column would like for a text."""
    return _metrics(font).horizontalAdvance(text) * 1.16 + 2 * _PADDING + 4 if text else 40.0


def _natural(row: str, count: int, font: str) -> tuple[list[float], list[float], float]:
    """The widths that columns would like, for their widest cells; for their longest words; and of an average letter."""
    cells, _, words = (line.split("|") for line in row.partition("\n"))
    texts = [(cells[column] if column < len(cells) else "", words[column] if column < len(words) else "")
             for column in range(count)]  # fmt: skip
    letter = _metrics(font).averageCharWidth()
    unbroken = [min(_width(word, font), _WIDEST * letter) if word else 0.0 for _, word in texts]
    natural = [max(_width(cell, font), word) for (cell, _), word in zip(texts, unbroken, strict=True)]
    return natural, unbroken, letter


def natural_widths(row: str, count: int, font: QFont) -> Sequence[float]:
    """How wide the columns would be where there is room for all; arguments as for `column_widths`."""
    return _natural(row, count, font.toString())[0]


def column_widths(row: str, count: int, font: QFont, room: float) -> list[float]:
    """How wide the columns are; the same for all pieces of a table.

    Args:
        row: The widest cells, and in a second line the longest words.
        count: How many columns there are.
        font: Of the text.
        room: The width there is.

    Returns:
        Widths that together may be more than the room.
    """
    natural, unbroken, letter = _natural(row, count, font.toString())
    widths = list(natural)
    total = sum(widths)
    if total <= room:
        return widths
    narrow = _NARROWEST * letter + 2 * _PADDING
    least = [min(width, max(narrow, word)) for width, word in zip(widths, unbroken, strict=True)]
    # First the widest give way, down to what reads well; then all, down to the least.
    for floor in ([min(width, _WIDEST * letter) for width in widths], least):
        spare = sum(width - low for width, low in zip(widths, floor, strict=True) if width > low)
        over = sum(widths) - room
        if over <= 0 or spare <= 0:
            continue
        share = min(1.0, over / spare)
        if floor is least and sum(least) > room:
            share = 0.0 if count > 6 else 0.6
        widths = [w - max(0.0, w - low) * share for w, low in zip(widths, floor, strict=True)]
    if sum(widths) > room:
        widths = [max(width, min(width + _SPARE * letter, _WIDEST * letter)) for width in widths]
    return widths


def table_format(*, has_head: bool) -> QTextTableFormat:
    """The format of a table: nothing but its cells."""
    style = QTextTableFormat()
    style.setBorder(0)
    style.setCellSpacing(0)
    style.setCellPadding(0)
    style.setLeftMargin(0)
    style.setHeaderRowCount(int(has_head))
    return style


class TableWriter:
    """Writes the cells of a table.

    Args:
        table: It.
        writer: Writes into its document.
        sides: Of each column ``left``, ``center``, ``right`` or nothing: then the text's direction tells.
        ink: Ordinary text.
        block: The format of the cells' blocks.
    """

    def __init__(
        self,
        table: QTextTable,
        writer: InlineWriter,
        sides: Sequence[str],
        ink: QTextCharFormat,
        block: QTextBlockFormat,
    ) -> None:
        self._table = table
        self._writer = writer
        self._ink = ink
        self._bold = QTextCharFormat(ink)
        self._bold.setFontWeight(QFont.Weight.DemiBold)
        self._shapes = [_shape(is_first=column == 0) for column in range(len(sides))]
        self._blocks = [_aligned(block, side) for side in sides]
        self._heads = table.format().headerRowCount()

    def write(self, rows: Sequence[Sequence[Content]], first: int = 0) -> None:
        """Write rows whose cells are empty; the writer is left in the last of them.

        Args:
            rows: What their cells hold.
            first: Which row the first of them is.
        """
        for row, contents in enumerate(rows, first):
            for column, (shape, block) in enumerate(zip(self._shapes, self._blocks, strict=True)):
                place = self._table.cellAt(row, column)
                place.setFormat(shape)
                self._writer.cursor = place.firstCursorPosition()
                self._writer.cursor.setBlockFormat(block)
                if column < len(contents):
                    self._fill(row, contents[column])

    def rewrite(self, row: int, before: Sequence[Content], contents: Sequence[Content]) -> None:
        """Write the cells of a row anew that hold something else.

        Args:
            row: Which.
            before: What they hold.
            contents: What they are to hold.
        """
        for column in range(len(self._shapes)):
            content = contents[column] if column < len(contents) else ""
            if content == (before[column] if column < len(before) else ""):
                continue
            place = self._table.cellAt(row, column)
            self._writer.cursor = place.firstCursorPosition()
            end = place.lastCursorPosition().position()
            self._writer.cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            self._writer.cursor.removeSelectedText()
            self._writer.cursor.setBlockFormat(self._blocks[column])
            self._fill(row, content)

    def _fill(self, row: int, content: Content) -> None:
        ink = self._bold if row < self._heads else self._ink
        self._writer.in_cell = True
        if isinstance(content, str):
            self._writer.insert(content, ink)
        else:
            self._writer.inline(content, ink)
        self._writer.in_cell = False


def _shape(*, is_first: bool) -> QTextTableCellFormat:
    shape = QTextTableCellFormat()
    shape.setLeftPadding(0 if is_first else _PADDING)
    shape.setRightPadding(2 * _PADDING if is_first else _PADDING)
    shape.setTopPadding(_ROW_PADDING)
    shape.setBottomPadding(_ROW_PADDING)
    return shape


def _aligned(block: QTextBlockFormat, side: str) -> QTextBlockFormat:
    style = spaced(QTextBlockFormat(block))
    style.setAlignment(_ALIGNMENT.get(side, Qt.AlignmentFlag(0)))
    return style


def fit_columns(table: QTextTable, row: str, font: QFont, room: float) -> float:
    """Give the columns of a table their widths.

    Args:
        table: It.
        row: Its widest cells, and its longest words.
        font: Of its text.
        room: The width there is.

    Returns:
        The width of all of them, which may be more than the room.
    """
    widths = column_widths(row, table.columns(), font, room)
    style = table.format()
    lengths = [QTextLength(QTextLength.Type.FixedLength, width) for width in widths]
    if style.columnWidthConstraints() != lengths:
        style.setColumnWidthConstraints(lengths)
        table.setFormat(style)
    return sum(widths)


def row_lines(table: QTextTable, known: Sequence[float] = ()) -> list[float]:
    """Where the rows of a table that is laid out end, from the top of its document.

    Args:
        table: It.
        known: Where the first ones end.
    """
    layout = table.document().documentLayout()
    lines = list(known)
    bottom = 0.0
    for row in range(len(lines), table.rows()):
        for column in range(table.columns()):
            block = table.cellAt(row, column).lastCursorPosition().block()
            bottom = max(bottom, layout.blockBoundingRect(block).bottom())
        lines.append(round(bottom + _ROW_PADDING) - 1)
        bottom += 1
    return lines


def shrink(cursor: QTextCursor, quotes: str = "") -> None:
    """Make the empty block that Qt keeps beside a table take no room.

    Args:
        cursor: In the block.
        quotes: The quotes it stands in, as its property.
    """
    block = QTextBlockFormat()
    block.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
    if quotes:
        block.setProperty(QUOTES, quotes)
    cursor.setBlockFormat(block)
    tiny = cursor.blockCharFormat()
    tiny.setFontPointSize(1)
    cursor.setBlockCharFormat(tiny)
