"""What a growing piece of prose may keep: what stands before a place, and words that only lengthen its last line. Pure.

Both answers err on the side of reading anew.
"""

import re
from functools import lru_cache

_BEGINS = re.compile(r"\n[ \t]*\n(?=[^\W\d_]|#{1,6} |\*\*[^\W_]|`[^`\s])")
"""A blank line, and the first characters of a block that ends all lists and quotes above it."""
_UNSURE = re.compile(r"`{3}|~{3}|\]:")
"""Fences may swallow what follows; definitions hold for what stands before them, too."""
_ITEM = r"(?=[A-Za-z]|\*{1,2}[^\s*_-]|`[^`\s]|\[[A-Za-z])"
"""What begins an item that holds a paragraph."""
_ITEMS = re.compile(
    rf"(?:(?:[A-Za-z]|#{{1,6}} |\*\*[^\W_]|`[^`\s])[^\n]*\n\n)?(?:(?:- {_ITEM}[^\n]*\n)+(?=- {_ITEM}[^\n]*\Z)"
    rf"|(?:\* {_ITEM}[^\n]*\n)+(?=\* {_ITEM}[^\n]*\Z)|(?:\d{{1,9}}\. {_ITEM}[^\n]*\n)+(?=\d{{1,9}}\. {_ITEM}[^\n]*\Z))"
)
"""Items of one line each up to the last line, which is one, too; a line may stand above them."""
_LAST_LINE = re.compile(r" {0,3}(?:[-*+] |\d{1,9}[.)] )?[A-Za-z](?:[^\n]*[A-Za-z0-9.,'\"])? *\Z")
"""An unfinished line whose kind nothing can change, and whose last character is no mark."""
_WORDS = re.compile(r"[A-Za-z0-9 .,'\"?!:-]*\Z")


def settled(text: str, start: int = 0) -> int:
    """Where the last block, or item of a list, begins that is read the same with what stands before it and without.

    Args:
        text: Markdown of blocks at the margin; more may come.
        start: Such a place that is known; 0 for none.

    Returns:
        A place where a line begins; ``start`` where there is none behind it.
    """
    if _UNSURE.search(text):
        return start
    found = start
    for match in _BEGINS.finditer(text, max(0, start - 1)):
        found = match.end()
    items = _ITEMS.match(text, found)
    return items.end() if items else found


def continues_list(text: str, place: int) -> bool:
    """Whether the item that begins at a settled place belongs to the list above it, which is one of tight items."""
    above = text[text.rfind("\n", 0, max(0, place - 1)) + 1 : place]
    return bool(above.strip())


@lru_cache(maxsize=4)  # asked where the text is cut, and then by the segment
def words_added(before: str, after: str) -> str | None:
    """What is to be written behind the shown text, where a text grew by nothing but words of its last line.

    Args:
        before: Markdown; what is shown of it ends with its last word.
        after: The same and more.

    Returns:
        Characters without mark-up, maybe none; None where the text must be read anew.
    """
    added = after[len(before) :]
    if not _WORDS.match(added) or _UNSURE.search(before):
        return None
    line = before[before.rfind("\n") + 1 :]
    if not _LAST_LINE.match(line) or "|" in before:
        return None
    kept = before.rstrip(" ")
    word = kept.rsplit(None, 1)[-1]
    if "://" in word or "@" in word or "www." in (word + added).lower():  # an address goes on to the next space
        return None
    return (before[len(kept) :] + added).rstrip(" ")


def most_weight(text: str) -> int:
    """At most what a paragraph of a text may weigh when it is looked at for where to cut it."""
    marks = sum(text.count(mark) for mark in "*_`$~]\\()")
    return len(text) + 39 * text.count("[") + 9 * marks
