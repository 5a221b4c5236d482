"""Tables of Markdown: read from their tokens, and how they look."""

from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextBlockFormat, QTextCharFormat, QTextCursor, QTextTableFormat

from desktop.views.theme import SPACE, Theme


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Attributes:
        inline: Its text.
        is_header: Whether it stands in the first row.
        alignment: Of its text.
    """

    inline: Token
    is_header: bool
    alignment: Qt.AlignmentFlag


def read_table(tokens: Sequence[Token]) -> list[list[Cell]]:
    """The rows of a table.

    Args:
        tokens: From its ``table_open`` on, without its ``table_close``.

    Returns:
        Rows of cells; a row may be shorter than the first.
    """
    rows: list[list[Cell]] = []
    is_header, alignment = False, Qt.AlignmentFlag.AlignLeft
    for token in tokens:
        match token.type:
            case "tr_open":
                rows.append([])
            case "th_open" | "td_open":
                is_header = token.type == "th_open"
                alignment = _alignment(str(token.attrs.get("style", "")))
            case "inline":
                rows[-1].append(Cell(token, is_header, alignment))
    return rows


def _alignment(style: str) -> Qt.AlignmentFlag:
    if "center" in style:
        return Qt.AlignmentFlag.AlignHCenter
    return Qt.AlignmentFlag.AlignRight if "right" in style else Qt.AlignmentFlag.AlignLeft


def table_format(theme: Theme, left: int) -> QTextTableFormat:
    """Hairlines between the cells, and room in them."""
    style = QTextTableFormat()
    style.setBorder(1)
    style.setBorderCollapse(True)
    style.setBorderBrush(theme.border)
    style.setBorderStyle(QTextTableFormat.BorderStyle.BorderStyle_Solid)
    style.setCellPadding(SPACE * 3 // 4)
    style.setHeaderRowCount(1)
    style.setBottomMargin(SPACE)
    style.setLeftMargin(left)
    return style


def shrink(cursor: QTextCursor) -> None:
    """Make the empty block that Qt keeps beside a table take no room."""
    block = QTextBlockFormat()
    block.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
    cursor.setBlockFormat(block)
    tiny = QTextCharFormat()
    tiny.setFontPointSize(1)
    cursor.setBlockCharFormat(tiny)
