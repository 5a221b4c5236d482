"""The place of one segment in a message, and how much of it has come to look different since when."""

from dataclasses import dataclass, field

from desktop.views.transcript.segment import LineEnd, Piece, Segment, Surroundings

_REMEMBERED = 8
"""Versions back to which it is known what has changed; before that, all may have."""


@dataclass(slots=True, eq=False)
class Slot:
    """The place of one segment.

    Attributes:
        piece: What it is made from.
        segment: None until it is looked at.
        around: What its segment was told of the rest of the message.
        width: What it was laid out for; 0 before, -1 where it has grown since in the same width.
        version: Changes whenever it looks different.
        refined: Whether nothing more can be done for its looks.
        lead: Where the line above ends that it was laid out to go on in, told to its top; None where there is none.
        gap: Pixels from its top to that of its segment: less than 0 where its first line stands beside the one above.
    """

    piece: Piece
    segment: Segment | None = None
    around: Surroundings | None = None
    width: int = 0
    version: int = 0
    refined: bool = False
    lead: LineEnd | None = None
    gap: float = 0.0
    _steady: list[int] = field(default_factory=list)

    def changed(self, steady: int = 0) -> None:
        """Note that it looks different.

        Args:
            steady: Pixels from its top, or from that of its segment where that is higher, that look as before.
        """
        self.version += 1
        self._steady = [*self._steady[1 - _REMEMBERED :], max(0, steady)]

    def steady_since(self, version: int) -> int:
        """Pixels from there that look as they did in an earlier version."""
        count = self.version - version
        return min(self._steady[-count:]) if 0 < count <= len(self._steady) else 0
