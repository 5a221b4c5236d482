"""Where blocks of Markdown end, as far as their lines tell. Pure; -1 stands for what is not known of a growing text."""

import re

from desktop.views.transcript.parsing import FORMULA_LINES, formula_breaks, formula_ends
from desktop.views.transcript.tables import ends_table

UNKNOWN = -1
"""An end that more text will tell."""

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def closing_fence(text: str, mark: str, column: int, start: int) -> re.Match[str] | None:
    """The line that closes a fence.

    Args:
        text: Markdown.
        mark: The fence's mark.
        column: Where the content of the list item begins that it stands in.
        start: Where its code begins.
    """
    closing = re.compile(rf"^ {{0,{column + 3}}}{re.escape(mark[0])}{{{len(mark)},}}[ \t]*$", re.MULTILINE)
    at = text.find(mark, start)
    while at >= 0:
        found = closing.match(text, text.rfind("\n", 0, at) + 1)
        if found:
            return found
        line_end = text.find("\n", at)
        at = text.find(mark, line_end) if line_end >= 0 else -1
    return None


def without_half_fence(text: str, mark: str, body: int, growing: bool) -> int:
    """Where the code ends that is not closed yet: before what may become the closing fence."""
    begin = text.rfind("\n") + 1
    last = text[begin:].strip(" ")
    is_half = growing and begin >= body and last and not last.strip(mark[0])
    return begin if is_half else len(text)


def formula_end(text: str, first: str, stop: int, growing: bool) -> int:
    """Where a formula on lines of its own ends.

    Args:
        text: Markdown.
        first: Its first line.
        stop: Where that line ends.
        growing: Whether more text will come.

    Returns:
        The place; 0 where it is no formula.
    """
    close, whole = formula_ends(first.strip())
    at, count = stop, 1
    while not whole:
        if at >= len(text):
            return UNKNOWN if growing else 0
        end = text.find("\n", at) + 1 or len(text)
        line = text[at:end]
        count += 1
        if count > FORMULA_LINES:
            return 0
        if growing and not line.endswith("\n"):
            return UNKNOWN
        if formula_breaks(line.strip()):
            return 0
        whole = line.rstrip().endswith(close)
        at = end
    return at


def indented_end(text: str, at: int) -> int:
    """Where code by indent ends."""
    found = re.compile(r"^ {0,3}[^ \t\n]", re.MULTILINE).search(text, at)
    return found.start() if found else len(text)


def ends_rows(text: str, line: str, stop: int, growing: bool) -> int:
    """Whether another block begins with a line among rows or notes: 1 or 0."""
    if line.strip().startswith(("$$", "\\[")) and not line.startswith(("    ", "\t")):
        end = formula_end(text, line.rstrip("\n"), stop, growing) if formula_ends(line.strip())[0] else 0
        return end if end < 1 else 1
    return int(ends_table(line))


def note_end(text: str, at: int, growing: bool) -> int:
    """Where the footnote ends that begins at a place."""
    previous_blank = False
    for match in _LINE.finditer(text, at):
        line = match[0]
        is_margin = bool(line.strip()) and not line.startswith(("    ", "\t"))
        if previous_blank and is_margin:
            return match.start()
        is_finished = line.endswith("\n") or not growing
        if match.start() > at and is_margin and is_finished:
            ends = ends_rows(text, line, match.end(), growing)
            if ends:
                return match.start() if ends == 1 else len(text)
        previous_blank = not line.strip()
    return len(text)
