"""Cuts Markdown into the pieces that are laid out on their own: prose and fenced code. Pure.

Stored and streamed text are cut alike: a cut depends only on what stands before it and on the finished line after it,
so that a growing text never moves one.
"""

import re
from dataclasses import dataclass

PROSE_LIMIT = 700
"""Characters after which prose is cut at the next paragraph."""
LIST_LIMIT = 1200
"""Characters after which a list is cut at its next top-level item."""

_FENCE = re.compile(r"(`{3,})([^`\n]*)$|(~{3,})([^\n]*)$")
_UNSURE_FENCE = re.compile(r"(?:`{1,2}|~{1,2}|`{3,}[^\n]*|~{3,}[^\n]*)\Z")
"""An unfinished line that may or may not turn out to be a fence."""
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_LIST_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])\s")
_DEFINITION = re.compile(r"^ {0,3}\[[^\]\n]+\]:[ \t]*\S.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Prose:
    """Markdown without a fence at the margin.

    Attributes:
        text: The Markdown.
        start: Where it begins in the whole text.
    """

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Code:
    """A fenced block.

    Attributes:
        text: The code, without a line feed at its end.
        start: Where its fence begins in the whole text.
        language: The first word after the fence; empty where none.
        closed: Whether the closing fence has come.
    """

    text: str
    start: int
    language: str
    closed: bool


Segment = Prose | Code


class _Cutter:
    def __init__(self, start: int) -> None:
        self.segments: list[Segment] = []
        self._lines: list[str] = []
        self._start = start
        self._length = 0
        self._fence = ""
        self._language = ""
        self._after_blank = False

    def _end_prose(self, next_start: int) -> None:
        text = "".join(self._lines)
        if text.strip():
            self.segments.append(Prose(text, self._start))
        self._begin(next_start)

    def _end_code(self, next_start: int, *, closed: bool) -> None:
        text = "".join(self._lines).removesuffix("\n")
        self.segments.append(Code(text, self._start, self._language, closed))
        self._fence = ""
        self._begin(next_start)

    def _begin(self, start: int) -> None:
        self._lines, self._start, self._length, self._after_blank = [], start, 0, False

    def _starts_anew(self, line: str) -> bool:
        """Whether prose may be cut before this line."""
        if not line.strip() or line[0] in " \t>|":
            return False
        if _LIST_ITEM.match(line):
            return self._length > LIST_LIMIT
        return self._after_blank and self._length > PROSE_LIMIT

    def take(self, line: str, at: int) -> None:
        """Take the next line, which begins at ``at``."""
        bare = line.rstrip("\r\n")
        if self._fence:
            closing = bare.strip()
            is_fence = closing.startswith(self._fence) and not closing.strip(self._fence[0])
            if is_fence and len(bare) - len(bare.lstrip()) <= 3:
                self._end_code(at + len(line), closed=True)
            else:
                self._lines.append(line)
            return
        fence = _FENCE.match(bare)
        if fence:
            self._end_prose(at)
            self._fence = fence[1] or fence[3]
            words = (fence[2] or fence[4] or "").split()
            self._language = words[0] if words else ""
            return
        if line.endswith("\n") and self._starts_anew(line):
            self._end_prose(at)
        self._lines.append(line)
        self._length += len(line)
        self._after_blank = not line.strip()

    def finish(self, end: int) -> list[Segment]:
        """All segments of the text, which ends at ``end``."""
        if self._fence:
            self._end_code(end, closed=False)
        else:
            self._end_prose(end)
        return self.segments


def split(text: str, *, start: int = 0, growing: bool = False) -> list[Segment]:
    """Cut Markdown into segments.

    Args:
        text: The Markdown, or its tail from the start of a segment on.
        start: Where ``text`` begins in the whole.
        growing: Whether more will come: an unfinished line at the end that may become a fence is then left out.

    Returns:
        The segments in order; all but the last stay the same however the text grows.
    """
    cutter = _Cutter(start)
    at = start
    for line in _LINE.findall(text):
        if not (growing and _UNSURE_FENCE.match(line)):
            cutter.take(line, at)
        at += len(line)
    return cutter.finish(at)


def with_line_feeds(text: str) -> str:
    """The text with one kind of line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def definitions(text: str) -> str:
    """The link definitions of a text (``[name]: address``), which hold for all its segments.

    Args:
        text: The whole Markdown.

    Returns:
        Their lines; empty where there are none.
    """
    return "\n".join(_DEFINITION.findall(text)) if "]:" in text else ""
