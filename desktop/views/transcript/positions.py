"""Positions of a document, which Qt counts in UTF-16 units, as characters of a text and back."""

from bisect import bisect_left
from typing import Any

from PySide6.QtGui import QTextLine


def caret_x(line: QTextLine, units: int) -> float:
    """Where the caret stands in a line."""
    found: Any = line.cursorToX(units)
    return float(found[0] if isinstance(found, tuple) else found)


class Positions:
    """Maps one text.

    Args:
        text: What is shown.
    """

    def __init__(self, text: str) -> None:
        self.length = len(text)
        wide = [] if text.isascii() else [index for index, character in enumerate(text) if character > "\uffff"]
        self._wide = wide
        self._units = [index + count for count, index in enumerate(wide)]

    def to_units(self, position: int) -> int:
        """The place in the document of a character."""
        position = max(0, min(position, self.length))
        return position + bisect_left(self._wide, position) if self._wide else position

    def from_units(self, units: int) -> int:
        """The character at a place in the document."""
        position = units - bisect_left(self._units, units) if self._wide else units
        return max(0, min(position, self.length))
