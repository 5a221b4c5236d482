"""Where a long paragraph may be cut: at a space outside of emphasis, code, links and formulas. Pure, left to right."""

import re
from dataclasses import dataclass

from desktop.views.transcript.growth import most_weight, paragraph_begun
from desktop.views.transcript.open_marks import LONGEST_RUN, OpenMarks, may_end_in

PART_LIMIT = 1_400
"""What a part of a paragraph may cost; an ordinary character costs 1, a mark more."""
JOINED_LIMIT = 5_000
"""What the marks of parts may cost that are read together. Past it, what is open counts as closed."""

LIVE_LIMIT = 1_500
"""What they may cost to be read again whenever the last of them grows; where they cost more, when that is whole."""

_MARK_COST = 10
_COSTS = {" ": 1, "\n": 1, "(": 2, ")": 2, "[": 40, "!": 20, "\\": 2, "<": 1, ">": 1}
_CHEAP = 40
"""Characters without marks that are read as fast as what costs 1."""
_RUNS = "|".join(rf"{mark}{{1,{LONGEST_RUN}}}" for mark in ("`", r"\$", r"\*", "_"))
_STEP = re.compile(rf"\\.|{_RUNS}|~{{2,{LONGEST_RUN}}}|!\[|[\[\]()<> \n]", re.DOTALL)
_STEP_IN_CODE = re.compile(rf"\\[)\]]|{_RUNS}|~{{2,{LONGEST_RUN}}}|[\[\]() \n]")


@dataclass(frozen=True, slots=True)
class Cut:
    """A place where a paragraph is cut.

    Attributes:
        at: The place.
        open: What may reach over it, for the watching to be gone on with from here; empty where nothing does.
    """

    at: int
    open: str


def may_be_cut(before: str, after: str) -> bool:
    """Whether a text that grew may have a paragraph that is cut now.

    Args:
        before: Markdown from the beginning of a block, none of whose paragraphs is to be cut.
        after: The same and more of its last paragraph, or another behind it.
    """
    return most_weight(after) > PART_LIMIT and most_weight(after[paragraph_begun(before) :]) > PART_LIMIT


class LongParagraph:
    """Watches one paragraph, which may come in several stretches, and says where to cut it.

    Args:
        open_marks: What may reach over the place where it begins: of a part, as its `Cut` told.
        at: That place.
    """

    def __init__(self, open_marks: str = "", at: int = -1) -> None:
        joined, _, written = open_marks.partition(" ")
        self._marks = OpenMarks(written, at)
        self._joined = int(joined or 0)
        self._is_joined = bool(open_marks)
        self._start = at
        self._cost = self._marks_cost = 0
        self._most = 0
        self._unread: list[tuple[str, int, int]] = []
        self._cuts: list[Cut] = []

    def cuts(self, text: str, start: int, end: int) -> list[Cut]:
        """Take the next stretch.

        Args:
            text: The whole text.
            start: Where the stretch begins.
            end: Where it ends.

        Returns:
            Where the parts after the first begin; never at the end.
        """
        if self._start < 0:
            self._start = start
        self._most += most_weight(text[start:end])
        # Too light to be cut, whatever it holds: it is read when more comes.
        if self._most <= PART_LIMIT and not self._is_joined:
            self._unread.append((text, start, end))
            return []
        self._cuts = []
        for stretch in self._unread:
            self._read(*stretch)
        self._unread = []
        self._read(text, start, end)
        return self._cuts

    def _read(self, text: str, start: int, end: int) -> None:
        at = start
        while at < end:  # inside code, other marks are none
            in_code = self._marks.in_code
            for match in (_STEP_IN_CODE if in_code else _STEP).finditer(text, at, end):
                begin, mark = match.start(), match[0]
                if begin > at:
                    self._run(text, at, begin)
                at = match.end()
                if mark == " " or mark == "\n":
                    self._space(text, at, end)
                    continue
                self._limit(text, begin, start)
                cost = _COSTS.get(mark[0], _MARK_COST) * len(mark)
                self._cost += cost
                self._marks_cost += cost
                self._marks.take(mark, text, begin, at)
                if self._marks.in_code != in_code:
                    break
            else:
                self._run(text, at, end)
                return

    def _space(self, text: str, at: int, end: int) -> None:
        """Pass white space, and cut behind it where the part is long enough."""
        self._marks.space()
        self._cost += 1
        if (self._cost > PART_LIMIT or self._is_joined) and self._may_cut() and at < end and not text[at].isspace():
            self._cut(text, at)

    def _limit(self, text: str, begin: int, start: int) -> None:
        """Cut before a mark, where the part is too long without one more."""
        if self._cost > 2 * PART_LIMIT and begin > start:
            self._cut(text, begin)

    def _run(self, text: str, at: int, end: int) -> None:
        """Pass ordinary characters, and cut where there are too many without any space."""
        while self._cost + end - at > 2 * PART_LIMIT:
            at += max(1, 2 * PART_LIMIT - self._cost)
            if at >= end:
                break
            self._cut(text, at)
        self._cost += max(0, end - at)

    def _may_cut(self) -> bool:
        if self._marks.are_closed:  # the sooner, the less has to be read together
            return self._is_joined or self._cost > PART_LIMIT
        return self._cost > PART_LIMIT * 3 // 2

    def _cut(self, text: str, at: int) -> None:
        self._joined += self._marks_cost + (at - self._start) // _CHEAP
        written = self._marks.written_at(at, text, self._start)
        if written and self._joined > JOINED_LIMIT:
            self._marks, written = OpenMarks(), ""
        self._is_joined = bool(written)
        if not written:
            self._joined = 0
        self._cuts.append(Cut(at, f"{self._joined} {written}" if written else ""))
        self._start, self._cost, self._marks_cost = at, 0, 0


def may_end(open_marks: str, text: str, *, is_growing: bool = False) -> bool:
    """Whether anything that reaches into a part may end in it, and is to be looked for there.

    Args:
        open_marks: As its `Cut` told.
        text: Of the part.
        is_growing: Whether more of it will come.
    """
    joined, _, written = open_marks.partition(" ")
    return not (is_growing and int(joined) > LIVE_LIMIT) and may_end_in(written, text)
