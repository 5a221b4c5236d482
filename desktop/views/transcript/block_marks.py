"""What the blocks of a document are marked with, and the schemes of links that stay within the program."""

from collections.abc import Sequence

from PySide6.QtGui import QTextFormat

QUOTES = QTextFormat.Property.UserProperty + 1
"""Block and table property: the quotes it stands in, as `quotes_of` reads them."""
RULE = QTextFormat.Property.UserProperty + 2
"""Block property: a horizontal rule."""
TASK = QTextFormat.Property.UserProperty + 4
"""Block property: a box of a task list, and whether it is checked."""
BULLET = QTextFormat.Property.UserProperty + 8
"""Block property: how deep the list is in which it begins an item with a bullet."""
NOTE = QTextFormat.Property.UserProperty + 7
"""Block property: the label of the footnote that begins here."""

FOOTNOTE = "footnote:"
"""Scheme of the links that lead to a note of the same message."""
REFERENCE = "reference:"
"""Scheme of the links that lead from a note back to where the text first refers to it."""

ALERT = QTextFormat.Property.UserProperty + 13
"""Block property: the name of the alert whose heading it is, such as ``NOTE``."""
FIRST_NOTE = QTextFormat.Property.UserProperty + 12
"""Block property: the first of the notes begins here."""
INDENT = QTextFormat.Property.UserProperty + 9
"""Table property: in how many lists it stands."""
WIDEST = QTextFormat.Property.UserProperty + 10
"""Table property: a row of its widest cells."""
CELL = QTextFormat.Property.UserProperty + 11
"""Block property: it stands in a cell of a table."""
ISOLATES = QTextFormat.Property.UserProperty + 19
"""Property of characters that keep what stands between them apart from text of the other direction: none of a copy."""


def write_quotes(quotes: Sequence[tuple[int, int]]) -> str:
    """The quotes around a block, as its property."""
    return " ".join(f"{depth}:{place}" for depth, place in quotes)


def quotes_of(style: QTextFormat) -> list[tuple[int, int]]:
    """The quotes around a block, outermost first: in how many lists each stands, and where it begins."""
    words = style.stringProperty(QUOTES).split()
    return [(int(depth), int(place)) for depth, _, place in (word.partition(":") for word in words)]
