"""Footnotes of a message: its notes stand at its end, in the order in which its text first refers to them. Pure."""

from collections.abc import Sequence

from desktop.views.transcript import kinds
from desktop.views.transcript.definitions import NOTE, numbers
from desktop.views.transcript.kinds import read_kind
from desktop.views.transcript.segment import Piece


def arranged(pieces: Sequence[Piece], definitions: str) -> Sequence[Piece]:
    """The pieces of a message in the order in which they are shown.

    Args:
        pieces: In the order of the text.
        definitions: Of the whole text.

    Returns:
        The same, with the notes at the end.
    """
    if "[^" not in definitions:
        return pieces
    known = numbers(definitions)
    places = [_place(piece, known) for piece in pieces]
    return [pieces[at] for at in sorted(range(len(pieces)), key=lambda at: (places[at], at))]


def _place(piece: Piece, known: dict[str, int]) -> int:
    """The number of the note that a piece holds; 0 where it is no note."""
    if read_kind(piece.kind).name != kinds.NOTES:
        return 0
    found = NOTE.search(piece.text)
    return known.get(found[1], len(known) + 1) if found else 0
