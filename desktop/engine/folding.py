"""Text as a search compares it: without case, accents and spellings of width."""

import unicodedata
from functools import lru_cache

_OWN = {
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ħ": "h",
    "\N{LATIN SMALL LETTER DOTLESS I}": "i",
    "æ": "ae",
    "œ": "oe",
    "\0": " ",
}
"""What Unicode takes for letters of their own, and people type without their strokes."""


class _Table(dict[int, str]):
    """What each character becomes; filled as characters come."""

    def __missing__(self, code: int) -> str:
        folded = "\ufffd" if 0xD800 <= code <= 0xDFFF else _folded(chr(code))  # half a character is stored nowhere
        self[code] = folded
        return folded


def _is_mark(character: str) -> bool:
    """Whether it only stands on a letter of Latin, Greek, Cyrillic, Hebrew or Arabic; elsewhere marks make words."""
    code = ord(character)
    return 0x300 <= code <= 0x36F or 0x591 <= code <= 0x5C7 or 0x610 <= code <= 0x61A or 0x64B <= code <= 0x65F


def _folded(character: str) -> str:
    apart = unicodedata.normalize("NFKD", character).casefold()
    kept = "".join(each for each in unicodedata.normalize("NFKD", apart) if not _is_mark(each))
    return "".join(_OWN.get(each, each) for each in unicodedata.normalize("NFC", kept))


_TABLE = _Table()


def fold(text: str) -> str:
    """Text without case and accents: ``Café`` and ``CAFE`` are the same. Each character is folded by itself."""
    return text.translate(_TABLE)


@lru_cache(maxsize=64)
def words_of(query: str) -> tuple[str, ...]:
    """The words of a query, folded, each once, the longest first. Nothing in them is an operator."""
    return tuple(sorted(dict.fromkeys(fold(query).split()), key=len, reverse=True))


def phrase_of(query: str) -> tuple[str, ...]:
    """The words of a query, folded, in its order."""
    return tuple(fold(query).split())


def marks_of(text: str, words: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Where words stand in a text.

    Args:
        text: As it is shown.
        words: Folded.

    Returns:
        (begin, end) in characters of ``text``, in order, overlapping ones joined.
    """
    folded = fold(text)
    if len(folded) == len(text) and text.isascii():
        places = list(range(len(text) + 1))
    else:
        places = [place for place, character in enumerate(text) for _ in fold(character)]
        places.append(len(text))
    found = []
    for word in words:
        at = folded.find(word) if word else -1
        while at >= 0:
            found.append((places[at], places[at + len(word) - 1] + 1))
            at = folded.find(word, at + len(word))
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(found):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return tuple(joined)
