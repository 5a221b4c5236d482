"""A unified diff as rows: what kind each line is, its numbers, and how the two sides stand beside each other.

Pure functions.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Literal

from desktop.views.literal_text import literal, with_bounded_lines

RowKind = Literal["same", "removed", "added", "head", "gap"]
"""A line of the present text, one that goes, one that comes, one that says where, and a place left empty."""
_SURELY_SHORT = 60
"""Characters that stay one piece even where each is written out."""
_PLACE = re.compile(r"@@ -(\d{1,9})(?:,\d{1,9})? \+(\d{1,9})(?:,\d{1,9})? @@")


@dataclass(frozen=True, slots=True)
class DiffRow:
    """A line of a diff.

    Attributes:
        kind: What it is.
        text: With its sign; foreign.
        old: Its number in the text that was, counted from 1; None where it is not in it, or not known.
        new: Its number in the text that will be; None likewise.
        other: The line, with its sign, that it was made from or becomes; None where there is none.
    """

    kind: RowKind
    text: str
    old: int | None = None
    new: int | None = None
    other: str | None = None


_GAP = DiffRow("gap", "")


class _Counter:
    """Counts the lines of both texts from where a head says that they begin."""

    def __init__(self) -> None:
        self._next: tuple[int, int] | None = None

    def begin(self, head: str) -> None:
        """Count from a head on; one that says nothing of lines ends the counting."""
        place = _PLACE.match(head)
        self._next = (int(place[1]), int(place[2])) if place else None

    def count(self, *, old: bool, new: bool) -> tuple[int | None, int | None]:
        """The numbers of the next line, which stands in one of the texts or in both."""
        if self._next is None:
            return None, None
        at = self._next
        self._next = at[0] + old, at[1] + new
        return at[0] if old else None, at[1] if new else None


def diff_rows(diff: str) -> Iterator[DiffRow]:
    """The lines of a unified diff.

    The file names are told from removed and added lines by where they stand, before the first ``@@``: a line that
    begins with ``++`` in the file is an added line all the same.
    """
    counter = _Counter()
    in_hunk = False
    removed: list[DiffRow] = []
    added: list[DiffRow] = []
    for line in diff.split("\n"):
        if line.startswith("-") and (in_hunk or not line.startswith("---")):
            if added:
                yield from _change(removed, added)
            removed.append(DiffRow("removed", line, *counter.count(old=True, new=False)))
            continue
        if line.startswith("+") and (in_hunk or not line.startswith("+++")):
            added.append(DiffRow("added", line, *counter.count(old=False, new=True)))
            continue
        if line.startswith("\\") and (removed or added):
            (added or removed).append(DiffRow("same", line))
            continue
        yield from _change(removed, added)
        if line.startswith("@@"):
            in_hunk = True
            counter.begin(line)
            yield DiffRow("head", line)
        elif not in_hunk and line.startswith(("---", "+++")):
            yield DiffRow("head", line)
        elif line.startswith("\\"):
            yield DiffRow("same", line)
        else:
            yield DiffRow("same", line, *counter.count(old=True, new=True))
    yield from _change(removed, added)


def _change(removed: list[DiffRow], added: list[DiffRow]) -> Iterator[DiffRow]:
    """The rows of lines that go and lines that come in their place, each with its other; empties both lists."""
    for rows, others in ((removed, added), (added, removed)):
        texts = (each.text for each in others if each.kind != "same")
        for row in rows:
            yield row if row.kind == "same" else replace(row, other=next(texts, None))
    removed.clear()
    added.clear()


def side_by_side(diff: str) -> tuple[list[DiffRow], list[DiffRow]]:
    """The two sides of a unified diff, row beside row.

    Args:
        diff: Unified; anything else comes out as lines that are the same on both sides.

    Returns:
        What was and what will be: equally many rows, also after overlong lines are cut into pieces.
    """
    left: list[DiffRow] = []
    right: list[DiffRow] = []
    removed: list[DiffRow] = []
    added: list[DiffRow] = []

    def put(first: DiffRow, second: DiffRow) -> None:
        rows = max(_pieces(first.text), _pieces(second.text))
        left.extend([first, *[_GAP] * (rows - _pieces(first.text))])
        right.extend([second, *[_GAP] * (rows - _pieces(second.text))])

    def flush() -> None:
        for first, second in zip_longest(removed, added, fillvalue=_GAP):
            put(first, second)
        removed.clear()
        added.clear()

    last: RowKind = "same"
    for row in diff_rows(diff):
        is_note = row.text.startswith("\\") and row.kind == "same"
        kind = last if is_note else row.kind
        if kind == "removed":
            if added:
                flush()
            removed.append(DiffRow("removed", row.text) if is_note else row)
        elif kind == "added":
            added.append(DiffRow("added", row.text) if is_note else row)
        elif row.text.startswith("--- ") and kind == "head":
            removed.append(row)
        elif row.text.startswith("+++ ") and kind == "head":
            added.append(row)
        else:
            flush()
            put(row, row)
        last = kind
    flush()
    return left, right


def shown_rows(rows: Iterable[DiffRow]) -> Iterator[DiffRow]:
    """The rows as they stand on the screen, where an overlong one takes several.

    Returns:
        Each row, then one of its kind without text and numbers for each further piece.
    """
    for row in rows:
        yield row
        further = _pieces(row.text) - 1
        if further:
            yield from [DiffRow(row.kind, "")] * further


def _pieces(text: str) -> int:
    if len(text) <= _SURELY_SHORT:
        return 1
    return with_bounded_lines(literal(text, lines=True)).count("\n") + 1
