"""How wide a message is, the rooms within it, and what heights are estimated with."""

from dataclasses import dataclass

from PySide6.QtGui import QFontMetricsF

from desktop.views.theme import SPACE
from desktop.views.transcript.segment import Look

GUTTER = 2 * SPACE
"""Room left and right of the text, for the mark of the focus."""
MARK = 3 * SPACE
"""Height of a line that marks a message: off the record, or how it ended."""
FOOTER = 4 * SPACE
"""The room that a message reserves for its actions and details."""
PAD = SPACE * 3 // 2
"""Room around the words in a bubble."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """What heights are estimated with.

    Attributes:
        measure: Width of a message, gutters included.
        line: Height of a line of text.
        letter: Average width of a letter.
    """

    measure: int
    line: float
    letter: float

    @classmethod
    def of(cls, look: Look, width: int) -> "Metrics":
        """The metrics of a look in a view of a width: about 75 characters a line, however wide the view."""
        font = QFontMetricsF(look.font)
        readable = int(font.averageCharWidth() * 82)
        measure = max(160, min(width - 2 * SPACE, readable + 2 * GUTTER))
        return cls(measure, font.lineSpacing() * 1.28, font.averageCharWidth())

    @property
    def room(self) -> int:
        """Width of the text."""
        return self.measure - 2 * GUTTER

    def estimated(self, length: int, line_feeds: int) -> int:
        """A guess at the height of a text that was never laid out."""
        return int((1 + line_feeds * 0.82 + length * self.letter / self.room * 0.62) * self.line)
