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
IMAGE = "image:"
"""Scheme of the links that lead to an attached picture."""
