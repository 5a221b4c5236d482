"""What the canvas makes segments with: one seam, so that it can be tried with other segments."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from desktop.views.transcript.segment import Look, Piece, Segment, Splitter, Surroundings


@dataclass(frozen=True, slots=True)
class Kit:
    """Makes segments.

    Attributes:
        split: Cuts Markdown into pieces.
        resume: Cuts on from a piece: what ``split`` gives from that piece on. Takes the piece, the whole text,
            and whether more will come.
        plain_pieces: Cuts plain text into pieces.
        make_segment: Makes the segment of a piece.
        joint: What stands between what is copied of a piece and of the next.
        definitions: Finds the definitions of a whole text.
        join: Tells pieces what they read with. Takes all pieces of a text, an index, and whether more will
            come; gives those from the index on, or from one before it that reads otherwise with them.
        arrange: Puts the pieces of a text in the order in which they are shown; takes its definitions, too.
    """

    split: Splitter
    resume: Callable[[Piece, str, bool], Sequence[Piece]]
    plain_pieces: Callable[[str], Sequence[Piece]]
    make_segment: Callable[[Piece, Surroundings, Look], Segment]
    joint: Callable[[Piece], str]
    definitions: Callable[[str], str]
    arrange: Callable[[Sequence[Piece], str], Sequence[Piece]] = lambda pieces, _definitions: pieces
    join: Callable[[Sequence[Piece], int, bool], Sequence[Piece]] = lambda pieces, at, _growing: pieces[at:]
