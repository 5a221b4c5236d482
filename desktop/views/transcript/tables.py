"""Tables of Markdown as lines: what begins one, what ends it, and how wide its columns are. Pure."""

import re
from collections.abc import Sequence
from functools import lru_cache

from markdown_it.rules_block.table import escapedSplit

CHUNK_CELLS = 36
"""Cells that a piece of a table holds."""
CHUNK_LENGTH = 1_500
"""Characters that a piece of a table holds."""
CELL_LIMIT = 1_200
"""Characters of a cell that are shown."""

_DASHES = re.compile(r" {0,3}(?:\|[|:\s-]|:[|:-]|-[|:-])[|:\s-]*$")
_DASH = re.compile(r":?-+:?$")
_ENDS = re.compile(
    r" {0,3}(?:>|#{1,6}(?:[ \t]|$)|`{3,}[^`]*$|~{3}|[-*+](?:[ \t]|$)|\d{1,9}[.)](?:[ \t]|$)"
    r"|\$\$|\\\[|\[\^[^\]\s]{1,100}\]:|([*_-])[ \t]*(?:\1[ \t]*){2,}$)"
)
_BREAK = re.compile(r"<br[ \t]*/?>", re.IGNORECASE)
_IMAGE = re.compile(r"!\[([^\[\]]*)\]\([^()]*\)")
_PICTURE = "x" * 22
"""As wide as a cell is at least whose image may turn out to be a picture."""
_WORD = re.compile(r"[^\s/\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\U0010ffff-]+[/-]?")
"""What is not broken where there is room elsewhere: not so what is written without spaces, as Chinese and Thai are."""
_HARMLESS = str.maketrans({"\\": "", "|": "/", "@": "a"})
_MARKS = re.compile(r"\]\([^)\s]*\)|[*`~\[\]]|(?<!\w)_|_(?!\w)|<|>")


def cells(line: str) -> list[str]:
    """The cells of a row, without the space around them."""
    line = line.strip()
    found = escapedSplit(line) if "\\" in line else line.split("|")
    if found and not found[0]:
        found.pop(0)
    if found and not found[-1]:
        found.pop()
    return [cell.strip() for cell in found]


@lru_cache(maxsize=32)
def alignments(line: str) -> tuple[str, ...]:
    """What a line of dashes says of its columns: ``left``, ``center``, ``right`` or nothing; empty where it is none."""
    if _DASHES.match(line) is None:
        return ()
    words = [word.strip() for word in line.strip().split("|")]
    if words and not words[0]:
        words.pop(0)
    if words and not words[-1]:
        words.pop()
    if not all(_DASH.match(word) for word in words):
        return ()
    return tuple(_alignment(word) for word in words)


def _alignment(word: str) -> str:
    if word.endswith(":"):
        return "center" if word.startswith(":") and len(word) > 1 else "right"
    return "left" if word.startswith(":") else ""


def begins_table(header: str, dashes: str) -> bool:
    """Whether two lines are the head of a table."""
    if "|" not in header or header.startswith(("    ", "\t")) or _ENDS.match(header):
        return False
    columns = alignments(dashes)
    return bool(columns) and len(columns) == len(cells(header))


def ends_table(line: str) -> bool:
    """Whether a line after the head is not a row: blank, indented like code, or the beginning of another block."""
    return not line.strip() or line.startswith(("    ", "\t")) or _ENDS.match(line) is not None


def sample(lines: Sequence[str], columns: int) -> tuple[list[str], list[str]]:
    """For each column what shows of its longest cell, which says how wide it is; and its longest word.

    Args:
        lines: Rows.
        columns: How many there are.
    """
    widest, words = [""] * columns, [""] * columns
    for line in lines:
        for column, cell in enumerate(cells(line)[:columns]):
            longest = max(_BREAK.split(cell), key=len) if "<" in cell else cell
            images = _IMAGE.sub(r" image: \1 ", longest) if "![" in longest else longest
            shown = _MARKS.sub("", images)[:80]
            if images != longest and len(shown) < len(_PICTURE):
                shown = _PICTURE
            if len(shown) > len(widest[column]):
                widest[column] = shown
            if len(shown) > len(words[column]):
                words[column] = max(words[column], *_WORD.findall(shown), "", key=len)
    return widest, words


def sample_row(lines: Sequence[str], columns: int) -> str:
    """The same as two rows, to be written into a kind."""
    return "\n".join("|".join(cell.translate(_HARMLESS) for cell in row) for row in sample(lines, columns))
