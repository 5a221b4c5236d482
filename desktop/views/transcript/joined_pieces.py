"""Which pieces of a message read as one, and what that makes of each."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from desktop.views.documents import drawable
from desktop.views.transcript.part_tokens import Tokens, first_joined, groups, part_tokens, reach
from desktop.views.transcript.segment import Piece


def joined(pieces: Sequence[Piece], at: int, is_growing: bool) -> Sequence[Piece]:
    """Tell pieces what they read with.

    Args:
        pieces: All pieces of a text, as the splitter gives them.
        at: Index of the first that is new.
        is_growing: Whether more of the last will come.

    Returns:
        Those from there on, or from the one on that begins the paragraph which goes on there.
    """
    kinds = [piece.kind for piece in pieces]
    first = first_joined(kinds, at)
    result = list(pieces[first:])
    for group in groups(kinds[first:]):
        sources = [(pieces[first + index].text, pieces[first + index].kind) for index in group]
        is_last = is_growing and first + group.stop == len(pieces)
        together = tuple(pieces[first + group.start :][: reach(sources, is_growing=is_last)])
        if len(together) > 1:
            for index, piece in enumerate(together, group.start):
                result[index] = replace(piece, reads_with=together)
    return result


def read_with(piece: Piece, definitions: str) -> Tokens | None:
    """The tokens of the paragraph in a piece that goes on in others, where marks reach from one to the other.

    Args:
        piece: It.
        definitions: Of the whole message.

    Returns:
        Its tokens, which others read, too; None where it reads the same alone.
    """
    if not piece.reads_with:
        return None
    index = next(index for index, each in enumerate(piece.reads_with) if each.start == piece.start)
    return _tokens(piece.reads_with, definitions)[index]


@lru_cache(maxsize=8)
def _tokens(pieces: tuple[Piece, ...], definitions: str) -> Sequence[Tokens | None]:
    return part_tokens([(drawable(piece.text), piece.kind) for piece in pieces], definitions)
