# ruff: noqa: D102 - what the methods do is told once, in `Segment`
"""A table of a message, or some rows of one: hairlines between its rows; what is too wide scrolls sideways."""

import weakref
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import (
    QPainter,
    QTextBlockFormat,
    QTextCursor,
)

from desktop.views.documents import drawable
from desktop.views.theme import SPACE
from desktop.views.transcript import kinds
from desktop.views.transcript.document_segment import DocumentSegment
from desktop.views.transcript.inline_writer import InlineWriter
from desktop.views.transcript.kinds import Kind
from desktop.views.transcript.parsing import parse_line
from desktop.views.transcript.segment import Look, Piece, Surroundings
from desktop.views.transcript.sideways import Bar, Sideways
from desktop.views.transcript.table_writer import (
    Content,
    TableWriter,
    fit_columns,
    natural_widths,
    row_lines,
    shrink,
    table_format,
)
from desktop.views.transcript.tables import CELL_LIMIT, alignments, cells, sample_row

_PLAIN = frozenset("*_`[]<>\\&!~$^:/@\u2028")
_scrolls: "weakref.WeakValueDictionary[tuple[int, int], Sideways]" = weakref.WeakValueDictionary()


@dataclass(frozen=True, slots=True)
class _Source:
    """What the source of a table's piece says.

    Attributes:
        lines: Its rows.
        dashes: The line that tells how many columns there are.
        row: The widest cells of the whole table's first piece, and its longest words.
        start: Where the table begins in the message.
    """

    lines: Sequence[str]
    dashes: str
    row: str
    start: int

    @property
    def columns(self) -> int:
        """How many there are."""
        return max(1, len(alignments(self.dashes)))

    def contents(self, definitions: str, first: int = 0) -> list[list[Content]]:
        """What the cells of the rows from one on hold."""
        return [[_content(cell, definitions) for cell in cells(line)[: self.columns]] for line in self.lines[first:]]


class TableSegment(DocumentSegment):
    """Rows of a table.

    Args:
        piece: Their source.
        kind: Of the piece.
        surroundings: What the rest of its message tells.
        look: How it is drawn.
    """

    def __init__(self, piece: Piece, kind: Kind, surroundings: Surroundings, look: Look) -> None:
        source = _read(piece, kind)
        document = look.document()
        writer = InlineWriter(document, look, surroundings)
        self._is_first = kind.name == kinds.TABLE
        edit = QTextCursor(document)
        edit.beginEditBlock()
        shrink(writer.cursor)
        style = table_format(has_head=self._is_first)
        self._table = writer.cursor.insertTable(len(source.lines), source.columns, style)
        sides = alignments(source.dashes) or ("",)
        self._rows = TableWriter(self._table, writer, sides, writer.inks.plain(), QTextBlockFormat())
        self._rows.write(source.contents(surroundings.definitions))
        writer.cursor.movePosition(QTextCursor.MoveOperation.End)
        shrink(writer.cursor)
        edit.endEditBlock()
        key = (id(surroundings), source.start)  # of another message they may be equal, and are not the same
        sideways = _scrolls.setdefault(key, Sideways())
        super().__init__(piece, document, look, writer.formulas, sideways)
        self._kind = kind
        self._source = source
        self._surroundings = surroundings
        self._writer = writer
        self._below = 0 if kind.goes_on else 2 * SPACE
        self._lines: list[float] = []
        self._lines_kept = 0  # of those, how many are where they were
        self._used = self._room = 0.0

    def grow(self, piece: Piece) -> bool:
        before, after = self._source, _read(piece, self._kind)
        last = len(before.lines) - 1
        if piece.kind != self.piece.kind or before.dashes != after.dashes or not self._lines:
            return False
        if after.lines[:last] != before.lines[:last] or len(after.lines) <= last:
            return False
        self._lines_kept = last if before.row == after.row else 0
        self._steady = self._lines[last - 1] if self._lines_kept else 0.0
        definitions = self._surroundings.definitions
        edit = QTextCursor(self._document)
        edit.beginEditBlock()
        contents = after.contents(definitions, last)
        self._rows.rewrite(last, before.contents(definitions, last)[0], contents[0])
        if contents[1:]:
            self._table.appendRows(len(contents) - 1)
            self._rows.write(contents[1:], last + 1)
        if not self._lines_kept:  # now, that its lines are broken once
            fit_columns(self._table, after.row, self._look.font, self._room)
        edit.endEditBlock()
        self.piece, self._source, self._inline = piece, after, self._writer.formulas
        self._awaited = self._inline is not None
        self.content_changed(self._document.toRawText())
        return True

    def least_width(self, room: float) -> float:
        if room != self._room:
            self._room, self._lines_kept = room, 0
        self._used = fit_columns(self._table, self._source.row, self._look.font, room)
        return max(room, self._used)

    def laid_out(self) -> None:
        self._lines = row_lines(self._table, self._lines[: self._lines_kept])
        self._lines_kept = 0
        if self._below:
            self._height = (self._lines[-1] + 1 if self._lines else 0) + self._below
            self._height += SPACE if self._overflow else 0
        else:  # the first row of the next piece is as high as any
            self._height = self._document.documentLayout().frameBoundingRect(self._table).height()

    @property
    def bar(self) -> Bar | None:
        return super().bar if self._below else None

    def bar_top(self) -> float:
        return self._lines[-1] + SPACE / 2 + 1 if self._lines else 0.0

    def draw_ground(self, painter: QPainter, exposed: QRectF) -> None:
        theme = self._look.theme
        width = min(self._used, self._document.textWidth())
        for row, line in enumerate(self._lines):
            if row == 0 and self._is_first:
                painter.fillRect(QRectF(0, line, width, 1.5), theme.outline)
            elif row + 1 < len(self._lines) or not self._below:
                painter.fillRect(QRectF(0, line, width, 1), theme.border)

    def ideal_width(self) -> float:
        return sum(natural_widths(self._source.row, self._table.columns(), self._look.font))


def _read(piece: Piece, kind: Kind) -> _Source:
    lines = drawable(piece.text).strip("\n").split("\n")
    if kind.name != kinds.TABLE:
        dashes, _, row = kind.table.partition("\n")
        return _Source(lines, dashes, row, kind.table_start)
    dashes = lines[1] if len(lines) > 1 else ""
    lines = [lines[0], *lines[2:]]
    return _Source(lines, dashes, sample_row(lines, max(1, len(alignments(dashes)))), piece.start)


def _content(text: str, definitions: str) -> Content:
    """What a cell holds, from its source."""
    if len(text) > CELL_LIMIT:
        text = text[:CELL_LIMIT] + "…"
    return text if _PLAIN.isdisjoint(text) else parse_line(text, definitions)[1]
