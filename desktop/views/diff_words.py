"""Which words of a changed line are others. Pure functions."""

import re
from difflib import SequenceMatcher

_MOST_CHARACTERS, _MOST_WORDS = 800, 240
"""Longer lines are not compared: it takes time with the square of the words."""
_LEAST_ALIKE = 0.35
"""Lines that have less in common are other lines, and all of them is new."""
_WORD = re.compile(r"\w+|\s+|[^\w\s]")

Span = tuple[int, int]
"""Where words begin and end in a line, in characters."""


def changed_words(line: str, other: str) -> list[Span]:
    """Find what a line has that another does not.

    Args:
        line: As it is shown, without a sign.
        other: What it was made from, or becomes; likewise.

    Returns:
        The spans of `line` that are not in `other`, in order, words that are parted by blanks alone as one; empty
        where nothing is, and where the lines are too long or too unlike to compare.
    """
    if line == other or max(len(line), len(other)) > _MOST_CHARACTERS:
        return []
    words, others = _WORD.findall(line), _WORD.findall(other)
    if not words or not others or max(len(words), len(others)) > _MOST_WORDS:
        return []
    blocks = SequenceMatcher(None, words, others, autojunk=False).get_matching_blocks()
    kept = sum(len("".join(words[block.a : block.a + block.size]).strip()) for block in blocks)
    if kept < _LEAST_ALIKE * min(len(line.strip()), len(other.strip())):
        return []
    return _joined(_gaps(words, [(block.a, block.a + block.size) for block in blocks]), line)


def _gaps(words: list[str], kept: list[Span]) -> list[Span]:
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word))
    spans: list[Span] = []
    at = 0
    for first, last in kept:
        if at < first:
            spans.append((starts[at], starts[first]))
        at = last
    return spans


def _joined(spans: list[Span], line: str) -> list[Span]:
    joined: list[Span] = []
    for start, end in spans:
        if joined and not line[joined[-1][1] : start].strip():
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined
