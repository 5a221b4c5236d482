"""What the blocks of a document are marked with, and the schemes of links that stay within the program."""

from PySide6.QtGui import QTextFormat

QUOTE_LEVEL = QTextFormat.Property.UserProperty + 1
"""Block property: how deep in quotes it stands."""
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
IMAGE = "image:"
"""Scheme of the links that lead to an attached picture."""

FIRST_NOTE = QTextFormat.Property.UserProperty + 12
"""Block property: the first of the notes begins here."""
INDENT = QTextFormat.Property.UserProperty + 9
"""Table property: in how many lists it stands."""
WIDEST = QTextFormat.Property.UserProperty + 10
"""Table property: a row of its widest cells."""
CELL = QTextFormat.Property.UserProperty + 11
"""Block property: it stands in a cell of a table."""
