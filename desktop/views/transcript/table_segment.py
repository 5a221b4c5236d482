# ruff: noqa: D102 - what the methods do is told once, in `Segment`
"""A table of a message, or some rows of one: hairlines between its rows; what is too wide scrolls sideways."""

import weakref

from markdown_it.token import Token
from PySide6.QtCore import QRectF
from PySide6.QtGui import (
    QPainter,
    QTextBlockFormat,
    QTextCursor,
    QTextTable,
)

from desktop.views.documents import InertDocument, drawable, empty_document
from desktop.views.theme import SPACE
from desktop.views.transcript import kinds
from desktop.views.transcript.document_segment import DocumentSegment
from desktop.views.transcript.formula_object import FormulaObject
from desktop.views.transcript.inline_writer import InlineWriter
from desktop.views.transcript.kinds import Kind
from desktop.views.transcript.parsing import parse_line
from desktop.views.transcript.segment import Look, Piece, Surroundings
from desktop.views.transcript.sideways import Sideways
from desktop.views.transcript.table_writer import (
    fit_columns,
    natural_widths,
    row_lines,
    shrink,
    table_format,
    write_table,
)
from desktop.views.transcript.tables import CELL_LIMIT, alignments, cells, sample_row

_PLAIN = frozenset("*_`[]<>\\&!~$^:/@\u2028")
_scrolls: "weakref.WeakValueDictionary[tuple[object, ...], Sideways]" = weakref.WeakValueDictionary()


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
        self._used = fit_columns(self._table, self._row, self._look.font, room)
        return max(room, self._used)

    def laid_out(self) -> None:
        self._lines = row_lines(self._table)
        self._height = (self._lines[-1] + 1 if self._lines else 0) + self._below
        if self._below and self._overflow:
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
        return sum(natural_widths(self._row, self._table.columns(), self._look.font))


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
    rows = [[_content(cell, surroundings.definitions) for cell in cells(line)[:columns]] for line in lines]
    sides = alignments(dashes) or [""]
    shrink(writer.cursor)
    table = writer.cursor.insertTable(len(rows), columns, table_format(has_head=is_first))
    edit = QTextCursor(document)
    edit.beginEditBlock()
    write_table(table, writer, rows, sides, writer.inks.plain(), QTextBlockFormat())
    edit.endEditBlock()
    writer.cursor.movePosition(QTextCursor.MoveOperation.End)
    shrink(writer.cursor)
    return TableSegment(
        piece, document, look, table, row, sideways, writer.formulas, is_first=is_first, is_last=not kind.goes_on
    )


def _content(text: str, definitions: str) -> str | Token:
    """What a cell holds, from its source."""
    if len(text) > CELL_LIMIT:
        text = text[:CELL_LIMIT] + "…"
    return text if _PLAIN.isdisjoint(text) else parse_line(text, definitions)[1]
