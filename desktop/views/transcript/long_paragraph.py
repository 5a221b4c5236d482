"""Where a long paragraph may be cut: at a space outside of emphasis, code, links and formulas. Pure, left to right."""

import re

from desktop.views.transcript.growth import most_weight

PART_LIMIT = 1_400
"""What a part of a paragraph may cost; an ordinary character costs 1, a mark more."""

_MARK_COST = 10
_COSTS = {" ": 1, "\n": 1, "(": 2, ")": 2, "[": 40, "\\": 2}
_STEP = re.compile(r"\\.|`{1,40}|\${1,40}|\*{1,40}|_{1,40}|~~|[\[\]() \n]", re.DOTALL)


class LongParagraph:
    """Watches one paragraph, which may come in several stretches, and says where to cut it."""

    def __init__(self) -> None:
        self._cost = 0
        self._open: list[str] = []
        self._depth = 0
        self._before = " "
        self._most = 0
        self._unread: list[tuple[str, int, int]] = []

    def cuts(self, text: str, start: int, end: int) -> list[int]:
        """Take the next stretch.

        Args:
            text: The whole text.
            start: Where the stretch begins.
            end: Where it ends.

        Returns:
            Where the parts after the first begin; never at the end.
        """
        self._most += most_weight(text[start:end])
        if self._most <= PART_LIMIT:  # too light to be cut, whatever it holds: it is read when more comes
            self._unread.append((text, start, end))
            return []
        for stretch in self._unread:
            self._read(*stretch)
        self._unread = []
        return self._read(text, start, end)

    def _read(self, text: str, start: int, end: int) -> list[int]:
        found: list[int] = []
        at = start
        for match in _STEP.finditer(text, start, end):
            at = self._run(match.start(), at, found)
            mark = match[0]
            if self._cost > 2 * PART_LIMIT and match.start() > start:
                found.append(match.start())
                self._reset()
            self._cost += _COSTS.get(mark[0], _MARK_COST) * len(mark)
            if mark in (" ", "\n"):
                if self._may_cut() and match.end() < end and not text[match.end()].isspace():
                    found.append(match.end())
                    self._reset()
            else:
                self._take(mark, text, match.start(), match.end())
            at = match.end()
        self._run(end, at, found)
        return found

    def _run(self, end: int, at: int, found: list[int]) -> int:
        """Pass ordinary characters, and cut where there are too many without any space."""
        while self._cost + end - at > 2 * PART_LIMIT:
            at += max(1, 2 * PART_LIMIT - self._cost)
            if at >= end:
                break
            found.append(at)
            self._reset()
        self._cost += max(0, end - at)
        return end

    def _may_cut(self) -> bool:
        is_closed = not self._open and self._depth <= 0
        return self._cost > (PART_LIMIT if is_closed else PART_LIMIT * 3 // 2)

    def _reset(self) -> None:
        self._cost, self._open, self._depth = 0, [], 0

    def _take(self, mark: str, text: str, start: int, end: int) -> None:
        if mark[0] == "\\":
            return
        code = self._open[-1] if self._open and self._open[-1][0] == "`" else ""
        if code or mark[0] == "`":
            if mark == code:
                self._open.pop()
            elif not code:
                self._open.append(mark)
        elif mark in "[(":
            self._depth += 1
        elif mark in "])":
            self._depth = max(0, self._depth - 1)
        elif mark in self._open and not text[start - 1 : start].isspace():
            self._open.remove(mark)
        elif end < len(text) and not text[end].isspace() and mark[0] != "$":
            self._open.append(mark)
