"""Makes segments: what the canvas asks for each piece of a message."""

import re
from collections.abc import Sequence

from PySide6.QtGui import QFontMetricsF

from desktop.views.transcript import kinds
from desktop.views.transcript.code_segment import CodeSegment
from desktop.views.transcript.kinds import read_kind
from desktop.views.transcript.prose_segment import PlainSegment, make_prose
from desktop.views.transcript.segment import Look, Piece, Segment, Surroundings
from desktop.views.transcript.table_segment import TableSegment

PLAIN_LIMIT = 1_400
"""Characters of plain text that one segment holds."""

_PLAIN_LINES = 80
_BREAK = re.compile(r"[\s\S]{1,1400}(?=\s)\s|[\s\S]{1,1400}")


def make_segment(piece: Piece, surroundings: Surroundings, look: Look) -> Segment:
    """Make the segment of a piece.

    Args:
        piece: From `splitter.split` or `plain_pieces`.
        surroundings: What the rest of its message tells.
        look: How it is drawn.
    """
    kind = read_kind(piece.kind)
    match kind.name:
        case kinds.PLAIN:
            return PlainSegment(piece, look, goes_on=not piece.text.endswith("\n"))
        case kinds.CODE | kinds.INDENTED:
            return CodeSegment(piece, look)
        case kinds.TABLE | kinds.ROWS:
            return TableSegment(piece, kind, surroundings, look)
        case _:
            return make_prose(piece, kind, surroundings, look)


def plain_pieces(text: str) -> Sequence[Piece]:
    """Cut plain text, such as a person wrote, into pieces at the ends of lines, and within lines that are very long.

    Args:
        text: Shown as it is.

    Returns:
        The pieces in order, which join to the text.
    """
    pieces: list[Piece] = []
    start = at = lines = 0
    for line in text.splitlines(keepends=True) if "\n" in text else [text]:
        if at > start and (at - start + len(line) > PLAIN_LIMIT or lines >= _PLAIN_LINES):
            pieces.append(Piece(text[start:at], start, kinds.PLAIN))
            start, lines = at, 0
        if len(line) > PLAIN_LIMIT:
            for match in _BREAK.finditer(line):
                pieces.append(Piece(match[0], at + match.start(), kinds.PLAIN))
            start = at + len(line)
        at += len(line)
        lines += 1
    if at > start:
        pieces.append(Piece(text[start:at], start, kinds.PLAIN))
    return pieces


def joint(piece: Piece) -> str:
    """What stands between the Markdown of a piece and that of the next when both are copied."""
    kind = read_kind(piece.kind)
    if kind.name == kinds.PLAIN:
        return "\n" if piece.text.endswith("\n") else ""
    if kind.goes_on and kind.name in (kinds.PROSE, kinds.PART):
        return "" if piece.text.endswith("\n") is False else "\n"
    return "\n" * max(1, len(piece.text) - len(piece.text.rstrip("\n")))


def estimated_height(text_length: int, newlines: int, width: float, look: Look) -> float:
    """A guess at the height of a text that was never read.

    Args:
        text_length: Its characters.
        newlines: Its line feeds.
        width: The room, in logical pixels.
        look: How it will be drawn.

    Returns:
        Logical pixels.
    """
    metrics = QFontMetricsF(look.font)
    line = metrics.lineSpacing() * 1.28
    return _guess(text_length, newlines, max(1.0, width / metrics.averageCharWidth()), line)


def _guess(length: int, newlines: int, letters: float, line: float) -> float:
    if not length:
        return 0.0
    paragraphs = newlines + 1
    wrapped = length / letters
    # A line feed ends about half a line; every second one is a blank line, which is drawn lower than a line.
    return (max(wrapped * 0.9, paragraphs * 0.62) + min(wrapped, paragraphs) * 0.38) * line + 8
