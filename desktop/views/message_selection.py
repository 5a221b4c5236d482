"""What is selected in a message: two ends, each a block and a position in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

Place = tuple[int, int]
"""Index of a block and a position in it."""


class Selectable(Protocol):
    """A block of a message."""

    @property
    def length(self) -> int:
        """Characters that can be selected."""
        ...

    def markdown(self, start: int, end: int) -> str:
        """The Markdown between two positions."""
        ...


@dataclass(frozen=True, slots=True)
class Selection:
    """A stretch of a message.

    Attributes:
        anchor: Where it began.
        end: Where it has got to; may stand before the anchor.
    """

    anchor: Place
    end: Place

    @property
    def is_empty(self) -> bool:
        """Whether nothing is selected."""
        return self.anchor == self.end

    def part_of(self, index: int, length: int) -> tuple[int, int] | None:
        """The selected positions of one block, or None.

        Args:
            index: Which block.
            length: Its characters.
        """
        first, last = sorted((self.anchor, self.end))
        if self.is_empty or not first[0] <= index <= last[0]:
            return None
        start = first[1] if index == first[0] else 0
        end = last[1] if index == last[0] else length
        return (start, end) if end > start else None

    def markdown(self, blocks: Sequence[Selectable]) -> str:
        """The selection as Markdown; code alone comes without its fence."""
        pieces = [
            (block, part)
            for index, block in enumerate(blocks)
            if (part := self.part_of(index, block.length)) is not None
        ]
        if len(pieces) == 1:
            block, (start, end) = pieces[0]
            code = getattr(block, "code", None)
            return str(code(start, end)) if code is not None else block.markdown(start, end)
        return "\n\n".join(block.markdown(*part) for block, part in pieces)


def whole(blocks: Sequence[Selectable]) -> Selection | None:
    """A selection of everything, or None where there is nothing."""
    return Selection((0, 0), (len(blocks) - 1, blocks[-1].length)) if blocks else None
