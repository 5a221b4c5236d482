"""Finding entries of the palette by some of their letters."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from desktop.engine.folding import fold, words_of

T = TypeVar("T")
_WHOLE, _BEGINS, _INSIDE, _SCATTERED = 4, 3, 2, 1


def best_matches(entries: Sequence[T], query: str, text_of: Callable[[T], str]) -> list[T]:
    """The entries that fit a query, the best first.

    Args:
        entries: In the order that equally good ones keep.
        query: Words; each must stand in the text: at a word's begin, in one, or its letters scattered in order.
        text_of: The text of an entry.

    Returns:
        All of them where the query has no words.
    """
    words = words_of(query)
    scored = [(score, each) for each in entries if (score := _score(words, fold(text_of(each)))) is not None]
    return [each for _score_of_it, each in sorted(scored, key=lambda pair: -pair[0])]


def _score(words: Sequence[str], text: str) -> int | None:
    total = 0
    for word in words:
        score = _score_of(word, text)
        if not score:
            return None
        total += score
    return total


def _score_of(word: str, text: str) -> int:
    parts = text.split()
    if word in parts:
        return _WHOLE
    if any(part.startswith(word) for part in parts):
        return _BEGINS
    if word in text:
        return _INSIDE
    letters = iter(text)
    # One letter would be in nearly every text.
    return _SCATTERED if len(word) > 1 and all(letter in letters for letter in word) else 0
