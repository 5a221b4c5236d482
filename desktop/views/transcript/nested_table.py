"""Tables that stand in lists and quotes, as tables of the document that holds the text around them."""

from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token
from PySide6.QtGui import QFont, QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument, QTextTable

from desktop.views.theme import SPACE
from desktop.views.transcript.block_marks import CELL, INDENT, QUOTES, WIDEST, write_quotes
from desktop.views.transcript.inline_writer import InlineWriter
from desktop.views.transcript.table_writer import TableWriter, fit_columns, shrink, table_format
from desktop.views.transcript.tables import sample_row

MOST_CELLS = 240
"""Cells of a table that is laid out with the text around it; Qt takes a tenth of a millisecond for each."""


@dataclass(frozen=True, slots=True)
class Grid:
    """What the tokens of a table hold.

    Attributes:
        rows: The text of its cells.
        sides: Of each column ``left``, ``center``, ``right`` or nothing.
        end: Index of the token after it.
    """

    rows: Sequence[Sequence[Token]]
    sides: Sequence[str]
    end: int

    @property
    def cells(self) -> int:
        """How many there are."""
        return sum(map(len, self.rows))


def read_grid(tokens: Sequence[Token], index: int) -> Grid:
    """Read the tokens of a table.

    Args:
        tokens: Of a text.
        index: Of the one that opens the table.
    """
    end = next(at for at in range(index, len(tokens)) if tokens[at].type == "table_close")
    rows: list[list[Token]] = []
    sides: list[str] = []
    for token in tokens[index:end]:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "th_open":
            sides.append(str(token.attrs.get("style", "")).removeprefix("text-align:"))
        elif token.type == "inline":
            rows[-1].append(token)
    return Grid(rows, sides, end + 1)


def write_grid(
    writer: InlineWriter, grid: Grid, ink: QTextCharFormat, indent: int, quotes: Sequence[tuple[int, int]]
) -> None:
    """Write a table behind the block that a writer is in, and leave the writer in the empty block behind it.

    Args:
        writer: Writes into the document.
        grid: What it holds.
        ink: Ordinary text.
        indent: In how many lists it stands.
        quotes: In which quotes.
    """
    style = table_format(has_head=True)
    style.setLeftMargin(indent * 3 * SPACE + len(quotes) * 2 * SPACE)
    style.setTopMargin(SPACE // 2)
    style.setBottomMargin(SPACE + 2)
    style.setProperty(INDENT, indent)
    lines = ["|" + "|".join(cell.content.replace("|", "/") for cell in row) + "|" for row in grid.rows]
    style.setProperty(WIDEST, sample_row(lines, len(grid.sides)))
    block = QTextBlockFormat()
    block.setProperty(CELL, True)
    if quotes:
        style.setProperty(QUOTES, write_quotes(quotes))
        block.setProperty(QUOTES, write_quotes(quotes))
    table = writer.cursor.insertTable(len(grid.rows), len(grid.sides), style)
    TableWriter(table, writer, grid.sides, ink, block).write(grid.rows)
    writer.cursor = QTextCursor(table.lastCursorPosition())
    writer.cursor.movePosition(QTextCursor.MoveOperation.NextBlock)
    shrink(writer.cursor, write_quotes(quotes))


def tables_of(document: QTextDocument) -> Sequence[QTextTable]:
    """The tables of a document, in order."""
    return [frame for frame in document.rootFrame().childFrames() if isinstance(frame, QTextTable)]


def fit_tables(tables: Sequence[QTextTable], font: QFont, room: float) -> float:
    """Give the tables of a document the widths of their columns.

    Args:
        tables: They.
        font: Of ordinary text.
        room: The width there is.

    Returns:
        The width of the widest with what stands left of it; 0 where there is no table.
    """
    widest = 0.0
    for table in tables:
        style = table.format()
        left = style.leftMargin()
        used = fit_columns(table, style.stringProperty(WIDEST), font, max(1.0, room - left))
        widest = max(widest, left + used)
    return widest


def keep_narrow(document: QTextDocument, before: float, now: float) -> None:
    """Keep the text beside wide tables as narrow as the room, in a document that is wider.

    Args:
        document: Prose.
        before: By how much the document was wider so far.
        now: By how much it will be.
    """
    block = document.begin()
    while block.isValid():
        style = block.blockFormat()
        if not style.hasProperty(CELL):
            style.setRightMargin(max(0.0, style.rightMargin() + now - before))
            QTextCursor(block).setBlockFormat(style)
        block = block.next()
