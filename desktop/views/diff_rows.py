"""A unified diff as rows: what kind each line is, and how the two sides stand beside each other. Pure functions."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from desktop.views.literal_text import literal, with_bounded_lines

RowKind = Literal["same", "removed", "added", "head", "gap"]
"""A line of the present text, one that goes, one that comes, one that says where, and a place left empty."""
_SURELY_SHORT = 60
"""Characters that stay one piece even where each is written out."""


@dataclass(frozen=True, slots=True)
class DiffRow:
    """A line of a diff.

    Attributes:
        kind: What it is.
        text: With its sign; foreign.
    """

    kind: RowKind
    text: str


_GAP = DiffRow("gap", "")


def diff_rows(diff: str) -> Iterator[DiffRow]:
    """The lines of a unified diff.

    The file names are told from removed and added lines by where they stand, before the first ``@@``: a line that
    begins with ``++`` in the file is an added line all the same.
    """
    in_hunk = False
    for line in diff.split("\n"):
        if line.startswith("@@"):
            in_hunk = True
            yield DiffRow("head", line)
        elif not in_hunk and line.startswith(("---", "+++")):
            yield DiffRow("head", line)
        elif line.startswith("-"):
            yield DiffRow("removed", line)
        elif line.startswith("+"):
            yield DiffRow("added", line)
        else:
            yield DiffRow("same", line)


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
        kind = last if row.text.startswith("\\") and row.kind == "same" else row.kind
        if kind == "removed":
            if added:
                flush()
            removed.append(DiffRow("removed", row.text))
        elif kind == "added":
            added.append(DiffRow("added", row.text))
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


def shown_kinds(rows: list[DiffRow]) -> Iterator[RowKind]:
    """The kind of each line on the screen, where an overlong row takes several."""
    for row in rows:
        for _ in range(_pieces(row.text)):
            yield row.kind


def _pieces(text: str) -> int:
    if len(text) <= _SURELY_SHORT:
        return 1
    return with_bounded_lines(literal(text, lines=True)).count("\n") + 1
