# ruff: noqa: D102 - what the methods do is told once, in `Segment`
"""A table of a message, or some rows of one: hairlines between its rows; what is too wide scrolls sideways."""

import weakref
from collections.abc import Sequence
from functools import lru_cache

from markdown_it.token import Token
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QPainter,
    QTextBlockFormat,
    QTextCursor,
    QTextLength,
    QTextTable,
    QTextTableFormat,
)

from desktop.views.documents import InertDocument, drawable, empty_document, spaced
from desktop.views.theme import SPACE
from desktop.views.transcript import kinds
from desktop.views.transcript.document_segment import DocumentSegment
from desktop.views.transcript.formula_object import FormulaObject
from desktop.views.transcript.inline_writer import InlineWriter
from desktop.views.transcript.kinds import Kind
from desktop.views.transcript.parsing import parse_line
from desktop.views.transcript.segment import Look, Piece, Surroundings
from desktop.views.transcript.sideways import Sideways
from desktop.views.transcript.tables import CELL_LIMIT, alignments, cells, sample_row

_PADDING = SPACE * 3 // 2
_ROW_PADDING = SPACE * 3 // 4
_WIDEST = 38
"""Width of a column, in average letters, after which its text is broken where there is no room."""
_NARROWEST = 14
"""Width in average letters that a column keeps however little room there is."""
_PLAIN = frozenset("*_`[]<>\\&!~$^:/@\u2028")
_ALIGNMENT = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "center": Qt.AlignmentFlag.AlignHCenter,
    "right": Qt.AlignmentFlag.AlignRight,
}

_scrolls: "weakref.WeakValueDictionary[tuple[object, ...], Sideways]" = weakref.WeakValueDictionary()


@lru_cache(maxsize=512)
def _natural(row: str, count: int, font: str) -> tuple[tuple[float, ...], float]:
    """The widths that columns would like, for their widest cells, and the width of an average letter."""
    metrics_font = QFont()
    metrics_font.fromString(font)
    metrics = QFontMetricsF(metrics_font)
    widths = tuple(metrics.horizontalAdvance(cell) * 1.16 + 2 * _PADDING + 4 for cell in row.split("|")[:count])
    return (*widths, *[40.0] * (count - len(widths))), metrics.averageCharWidth()


def column_widths(row: str, count: int, font: QFont, room: float) -> list[float]:
    """How wide the columns are; the same for all pieces of a table.

    Args:
        row: The widest cells.
        count: How many columns there are.
        font: Of the text.
        room: The width there is.

    Returns:
        Widths that together may be more than the room.
    """
    natural, letter = _natural(row, count, font.toString())
    widths = list(natural)
    total = sum(widths)
    if total <= room:
        return widths
    least = [min(width, _NARROWEST * letter + 2 * _PADDING) for width in widths]
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
    return widths


class TableSegment(DocumentSegment):
    """Rows of a table.

    Args:
        piece: Their source.
        document: Holds them.
        look: How it is drawn.
        table: The table in the document.
        row: The widest cells of the whole table's first piece.
        is_first: Whether its first row is the head.
        sideways: How far the whole table is scrolled.
        inline: What draws its formulas; None where it holds none.
    """

    def __init__(
        self,
        piece: Piece,
        document: InertDocument,
        look: Look,
        table: QTextTable,
        row: str,
        sideways: Sideways,
        inline: FormulaObject | None,
        *,
        is_first: bool,
        is_last: bool,
    ) -> None:
        super().__init__(piece, document, look, inline, sideways)
        self._table = table
        self._row = row
        self._is_first = is_first
        self._below = 2 * SPACE if is_last else 0
        self._lines: list[float] = []
        self._used = 0.0

    def least_width(self, room: float) -> float:
        widths = column_widths(self._row, self._table.columns(), self._look.font, room)
        style = self._table.format()
        lengths = [QTextLength(QTextLength.Type.FixedLength, width) for width in widths]
        if style.columnWidthConstraints() != lengths:
            style.setColumnWidthConstraints(lengths)
            self._table.setFormat(style)
        self._used = sum(widths)
        return max(room, self._used)

    def laid_out(self) -> None:
        layout = self._document.documentLayout()
        self._lines = []
        bottom = 0.0
        for row in range(self._table.rows()):
            for column in range(self._table.columns()):
                block = self._table.cellAt(row, column).lastCursorPosition().block()
                bottom = max(bottom, layout.blockBoundingRect(block).bottom())
            self._lines.append(round(bottom + _ROW_PADDING) - 1)
            bottom += 1
        self._height = (self._lines[-1] + 1 if self._lines else 0) + self._below
        if self._below and self._overflow():
            self._height += SPACE

    def bar_top(self) -> float:
        return self._lines[-1] + SPACE / 2 if self._lines else 0.0

    def draw_ground(self, painter: QPainter, exposed: QRectF) -> None:
        theme = self._look.theme
        width = min(self._used, self._document.textWidth())
        for row, line in enumerate(self._lines):
            if row == 0 and self._is_first:
                painter.fillRect(QRectF(0, line, width, 1.5), theme.outline)
            elif row + 1 < len(self._lines) or not self._below:
                painter.fillRect(QRectF(0, line, width, 1), theme.border)

    def ideal_width(self) -> float:
        natural, _ = _natural(self._row, self._table.columns(), self._look.font.toString())
        return sum(natural)


def make_table(piece: Piece, kind: Kind, surroundings: Surroundings, look: Look) -> TableSegment:
    """Make the segment of a table's beginning, or of further rows."""
    lines = drawable(piece.text).strip("\n").split("\n")
    is_first = kind.name == kinds.TABLE
    if is_first:
        dashes = lines[1] if len(lines) > 1 else ""
        columns = max(1, len(alignments(dashes)))
        lines = [lines[0], *lines[2:]]
        row, start = sample_row(lines, columns), piece.start
    else:
        dashes, _, row = kind.table.partition("\n")
        columns = max(1, len(alignments(dashes)))
        start = kind.table_start
    key = (surroundings, start, dashes.strip(), columns)
    sideways = _scrolls.setdefault(key, Sideways())
    document = empty_document(look.font)
    writer = InlineWriter(document, look, surroundings)
    table = _insert(document, writer, lines, alignments(dashes), surroundings.definitions, has_head=is_first)
    return TableSegment(
        piece, document, look, table, row, sideways, writer.formulas, is_first=is_first, is_last=not kind.goes_on
    )


def _insert(
    document: InertDocument,
    writer: InlineWriter,
    lines: Sequence[str],
    sides: Sequence[str],
    definitions: str,
    *,
    has_head: bool,
) -> QTextTable:
    count = max(1, len(sides))
    style = QTextTableFormat()
    style.setBorder(0)
    style.setCellSpacing(0)
    style.setCellPadding(0)
    style.setLeftMargin(0)
    style.setHeaderRowCount(int(has_head))
    cursor = QTextCursor(document)
    _shrink(cursor)
    table = cursor.insertTable(len(lines), count, style)
    cursor.beginEditBlock()
    for row, line in enumerate(lines):
        texts = cells(line)
        for column in range(count):
            text = texts[column] if column < len(texts) else ""
            place = table.cellAt(row, column)
            shape = place.format().toTableCellFormat()
            shape.setLeftPadding(0 if column == 0 else _PADDING)
            shape.setRightPadding(2 * _PADDING if column == 0 else _PADDING)
            shape.setTopPadding(_ROW_PADDING)
            shape.setBottomPadding(_ROW_PADDING)
            place.setFormat(shape)
            inner = place.firstCursorPosition()
            block = spaced(QTextBlockFormat())
            block.setAlignment(_ALIGNMENT.get(sides[column] if column < len(sides) else "", Qt.AlignmentFlag(0)))
            inner.setBlockFormat(block)
            ink = writer.inks.plain()
            if has_head and row == 0:
                ink.setFontWeight(QFont.Weight.DemiBold)
            writer.cursor = inner
            if len(text) > CELL_LIMIT:
                text = text[:CELL_LIMIT] + "…"
            if _PLAIN.isdisjoint(text):
                writer.insert(text, ink)
            else:
                writer.inline(_inline(text, definitions), ink)
    cursor.endEditBlock()
    last = QTextCursor(document)
    last.movePosition(QTextCursor.MoveOperation.End)
    _shrink(last)
    return table


def _inline(text: str, definitions: str) -> Token:
    return parse_line(text, definitions)[1]


def _shrink(cursor: QTextCursor) -> None:
    """Make the empty block that Qt keeps beside a table take no room."""
    block = QTextBlockFormat()
    block.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
    cursor.setBlockFormat(block)
    tiny = cursor.blockCharFormat()
    tiny.setFontPointSize(1)
    cursor.setBlockCharFormat(tiny)
