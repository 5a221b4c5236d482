"""What a growing piece of prose may keep: what stands before a place or a word, and all but words behind. Pure.

All answers err on the side of reading anew.
"""

import re

_BEGINS = re.compile(r"\n[ \t]*\n(?=[^\W\d_]|#{1,6} |\*\*[^\W_]|`[^`\s])")
"""A blank line, and the first characters of a block that ends all lists and quotes above it."""
_UNSURE = ("```", "~~~", "]:")
"""Fences may swallow what follows; definitions hold for what stands before them, too."""
TEXT = r"(?:[^\W\d_]|\*{1,2}[^\s*_-]|`[^`\s]|\[(?:[A-WYZa-wyz]|[xX][^\]\n]))"
"""What begins a paragraph, at the margin or in an item, and nothing else."""
_MARKS = ("-", r"\*", r"\d{1,9}\.")
_LEAD = r"(?:(?:[A-Za-z]|#{1,6} |\*\*[^\W_]|`[^`\s])[^\n]*\n\n|(?:>[^\n]*\n)+\n)"
"""A paragraph or a heading of one line, or a quote, and the blank line behind it."""


def _items(mark: str, gap: str = "") -> str:
    """Items of one line each."""
    return rf"(?:{mark} {TEXT}[^\n]*\n{gap})+"


def _last(*marks: str) -> str:
    """Ahead: the last line, which is an item."""
    return rf"(?=(?:{'|'.join(marks)}) {TEXT}[^\n]*\n*\Z)"


_SAME = "|".join(_items(mark) + _last(mark) for mark in _MARKS)
_OTHER = "|".join(_items(mark) + r"\n" + _last(*(each for each in _MARKS if each != mark)) for mark in _MARKS)
_ITEMS = re.compile(rf"{_LEAD}*(?:{_SAME}|{_OTHER})|{_LEAD}+{_last(*_MARKS)}")
"""What stands above an item that is the last line: items of the same list, another list, or what ends all lists."""
_APART = re.compile(rf"{_LEAD}*(?:{'|'.join(_items(mark, chr(10) + '?') + _last(mark) for mark in _MARKS)})")
"""Items of the same list, with a blank line behind some or each."""
_MARGIN = r" {0,3}"
_BEGUN = rf"(?:(?:[-*+] |\d{{1,9}}[.)] )?{TEXT}|#{{1,6}} [^\W\d_])"
"""What begins a line whose kind nothing can change that follows in it."""
_QUOTED = r"(?:> ){1,3}(?=(?:\*{1,2}|`)?[^\W\d_])"
"""The same in a quote, whose first letter says which side it is read from."""
_LAST_LINE = re.compile(rf"(?:{_MARGIN}{_BEGUN}|{_QUOTED})(?:[^\n]*(?:[^\W_]|[.,'\"?!:]))? *\Z")
"""An unfinished line of such a kind whose last character is no mark."""
_WORDS = re.compile(r"(?:[^\W_]|[ .,'\"?!:\u2010-\u2027\u3001\u3002\uff0c-])*\Z")
_LINE_BEGUN = re.compile(rf"{_QUOTED}|{_MARGIN}(?={_BEGUN})([-*+] |\d{{1,9}}[.)] |#{{1,6}} )?")
"""Its margin, and the mark of the block that begins with it."""
_MARK = re.compile(r"[*_~`$\\\[\]<>&!|#]")
_OPEN = re.compile(r"[*_~`$\\\[\]]")
"""What, where it is shown as itself, may yet turn out to begin something that ends behind a space."""
_CLOSED = re.compile(r"\[[^\[\]]*\]|(?<=[^\W_])_+(?=[^\W_])")
"""Where it cannot: brackets around something, and low lines within a word."""


def is_unsure(text: str) -> bool:
    """Whether what is read of a text may depend on what is far from it."""
    return any(mark in text for mark in _UNSURE)


def settled(text: str, start: int = 0) -> int:
    """Where the last block, or item of a list, begins that is read the same with what stands before it and without.

    Args:
        text: Markdown of blocks at the margin; more may come.
        start: Such a place that is known; 0 for none.

    Returns:
        A place where a line begins; ``start`` where there is none behind it.
    """
    if is_unsure(text):
        return start
    found = start
    for match in _BEGINS.finditer(text, max(0, start - 1)):
        found = match.end()
    items = _ITEMS.match(text, found)
    return items.end() if items else found


def item_begun(text: str) -> int:
    """Where the last line begins, where that is an item, and all above it are blocks and items of one line each.

    Args:
        text: Markdown of blocks at the margin, from the beginning of one.

    Returns:
        0 where it is none, or may be none.
    """
    return _end_of(_ITEMS, text)


def paragraph_begun(text: str) -> int:
    """Where the last paragraph of Markdown of blocks at the margin begins at the latest, for all that is known."""
    blank = text.rfind("\n\n")
    return item_begun(text) or (blank + 2 if blank >= 0 else 0)


def next_apart(text: str, start: int) -> int:
    """Where the last line begins, where that is one more item of a list in which blank lines stand.

    Args:
        text: Markdown.
        start: A settled place of it.

    Returns:
        0 where it is none, or may be none.
    """
    return _end_of(_APART, text, start)


def _end_of(pattern: re.Pattern[str], text: str, start: int = 0) -> int:
    found = None if is_unsure(text) else pattern.match(text, start)
    return found.end() if found else 0


def continues_list(text: str, place: int) -> bool:
    """Whether the item that begins at a settled place belongs to the list above it, which is one of tight items."""
    above = text[text.rfind("\n", 0, max(0, place - 1)) + 1 : place]
    return bool(above.strip())


def words_added(before: str, after: str) -> str | None:
    """What is to be written behind the shown text, where a text grew by nothing but words of its last line.

    Args:
        before: Markdown; what is shown of it ends with its last word.
        after: The same and more.

    Returns:
        Characters without mark-up, maybe none; None where the text must be read anew.
    """
    added = after[len(before) :]
    if not _WORDS.match(added) or is_unsure(before):
        return None
    line = before[before.rfind("\n") + 1 :]
    if not _LAST_LINE.match(line) or "|" in before:
        return None
    kept = before.rstrip(" ")
    word = kept.rsplit(None, 1)[-1]
    if "://" in word or "@" in word or "www." in (word + added).lower():  # an address goes on to the next space
        return None
    return (before[len(kept) :] + added).rstrip(" ")


def lengthens_line(before: str, after: str) -> bool:
    """Whether a text grew by nothing but more of its last line, which is one of a paragraph, an item or a heading.

    Args:
        before: Markdown of prose.
        after: The same and more.
    """
    return (
        after.find("\n", len(before)) < 0
        and _LINE_BEGUN.match(before, before.rfind("\n") + 1) is not None
        and "|" not in after
        and not after.rstrip(" \t").endswith("#")
        and not is_unsure(after)
    )


def is_closed(shown: str) -> bool:
    """Whether nothing that is shown of a paragraph may yet turn out to begin something that ends later."""
    return not _OPEN.search(_CLOSED.sub("", shown))


def reread_from(before: str, shown: str) -> tuple[int, int] | None:
    """Where, in the last line of a text, all is read the same without what stands above it.

    Args:
        before: Markdown whose last line is one of a paragraph, an item or a heading.
        shown: What is shown of that block.

    Returns:
        The last such place, and how many characters are shown from there on; None where there is none.
    """
    kept = before.rstrip(" ")
    word = kept.rsplit(None, 1)[-1] if kept else ""
    begins = len(kept) - len(word)
    is_plain = word and not _MARK.search(word) and before[begins - 1 : begins] in ("", " ", "\n")
    if is_plain and shown.endswith(word) and is_closed(shown[: -len(word)]):
        return begins, len(word)
    line = before.rfind("\n") + 1
    found = _LINE_BEGUN.match(before, line)
    if found is None:
        return None
    begins_block = found[1] not in shown if found[1] else not line or before.endswith("\n\n", 0, line)
    return (found.end(), len(shown)) if begins_block else None


def most_weight(text: str) -> int:
    """At most what a paragraph of a text may weigh when it is looked at for where to cut it."""
    return len(text) + 39 * text.count("[") + 9 * sum(map(text.count, "*_`$~]\\()"))
