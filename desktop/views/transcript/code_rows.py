"""The rows that code is shown in: its lines, and of a very long line several rows. Qt is asked for widths only."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate

from PySide6.QtGui import QFontMetricsF

ROW_LIMIT = 240
"""Characters that one row shows; a longer line goes on in the next row."""
_MEASURED = 4
"""Lines that are measured where the letters are not all of one width."""
_SORTED = 3_000
"""Lines up to which the longest of them are the ones that are measured."""


class CodeRows:
    """The rows of a text.

    Args:
        text: Code.
        metrics: Of its font.

    Attributes:
        text: All of it.
        lines: The same, line by line.
        width: Of the widest row, in logical pixels.
    """

    def __init__(self, text: str, metrics: QFontMetricsF) -> None:
        self.text = text
        self.lines = text.split("\n")
        self._metrics = metrics
        self._measure()

    def grow(self, text: str) -> str | None:
        """Take a text that begins with the one of before.

        Returns:
            What was added; None where it cannot be taken.
        """
        if not text.startswith(self.text) or self.is_wrapped:
            return None
        added = text[len(self.text) :]
        first, *others = added.split("\n")
        self.text = text
        self.lines[-1] += first
        self.lines += others
        self._measure()
        return added

    def _measure(self) -> None:
        longest = max(map(len, self.lines))
        self.is_wrapped = longest > ROW_LIMIT
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._places: list[tuple[int, int]] = []  # of each row: the line, and where in it the row begins
        if self.is_wrapped:
            self._wrap()
            longest = ROW_LIMIT
        self.width = longest * self._metrics.horizontalAdvance("0")
        if not self.text.isascii() or "\t" in self.text:
            few = len(self.lines) < _SORTED
            widest = sorted(self.lines, key=len)[-_MEASURED:] if few else self.lines[:_MEASURED]
            shown = (self._metrics.horizontalAdvance(line[:ROW_LIMIT].replace("\t", "    ")) for line in widest)
            self.width = max(self.width if self.text.isascii() else 0.0, *shown)

    def _wrap(self) -> None:
        at = 0
        for number, line in enumerate(self.lines):
            for begin in range(0, max(1, len(line)), ROW_LIMIT):
                self._starts.append(at + begin)
                self._ends.append(at + min(len(line), begin + ROW_LIMIT))
                self._places.append((number, begin))
            at += len(line) + 1

    def __len__(self) -> int:
        return len(self._ends) if self.is_wrapped else len(self.lines)

    def __getitem__(self, row: int) -> str:
        return self.text[self._starts[row] : self._ends[row]] if self.is_wrapped else self.lines[row]

    def starts(self) -> Sequence[int]:
        """Where the rows begin in the text."""
        if not self._starts:
            self._starts = list(accumulate((len(line) + 1 for line in self.lines[:-1]), initial=0))
        return self._starts

    def at(self, position: int) -> int:
        """The row of a position of the text."""
        return max(0, bisect_right(self.starts(), max(0, position)) - 1)

    def place(self, row: int) -> tuple[int, int]:
        """The line of a row, and where in it the row begins."""
        return self._places[row] if self.is_wrapped else (row, 0)

    def first_of(self, line: int) -> int:
        """The first row of a line."""
        return bisect_left(self._places, (line, 0)) if self.is_wrapped else line
