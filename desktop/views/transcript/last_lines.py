"""What a change at the end of a document leaves as it was, as far as its lines are concerned."""

from PySide6.QtGui import QTextDocument


class LastLines:
    """The lines of the last block from one on. It may be asked again and again, until lines break for another width.

    Args:
        document: Laid out; its last block is about to change.
        place: The first position in it that changes.
    """

    def __init__(self, document: QTextDocument, place: int) -> None:
        self._arrangement = document.documentLayout()
        self._block = document.lastBlock()
        self._start = self._block.position()
        lines = self._block.layout()
        line = lines.lineForTextPosition(place - self._start)
        self._count = lines.lineCount()
        self._number = line.lineNumber() if line.isValid() else -1
        self._begins = line.textStart() if line.isValid() else -1
        self._height = self._arrangement.blockBoundingRect(self._block).height()

    def hold(self, place: int) -> bool:
        """Whether they hold a position of the document, and are the last line alone."""
        return self._count - 1 == self._number >= 0 and place - self._start >= self._begins

    def changed(self) -> tuple[float, bool]:
        """What changed, after it did.

        Returns:
            The height down to which all looks as before, and whether the block is as high as it was.
        """
        area = self._arrangement.blockBoundingRect(self._block)
        lines = self._block.layout()
        count, height, number = lines.lineCount(), area.height(), self._number
        line = lines.lineAt(number)
        is_steady = 0 <= number < count and line.textStart() == self._begins
        is_as_high = is_steady and count == self._count and height == self._height
        if not is_steady or number != count - 1:
            self._number, self._begins = count - 1, lines.lineAt(count - 1).textStart()
        self._count, self._height = count, height
        # Where it begins elsewhere, a word may have come up to the line above it.
        return lines.position().y() + line.y() if is_steady else area.top(), is_as_high
