"""What the source of a code block says: its language, the code, and whether it is closed. Pure."""

import re
from dataclasses import dataclass

from desktop.views.transcript.prose_source import without_margin

_FENCE = re.compile(r"( *)(`{3,}|~{3,})[ \t]*([^\s`]*)[^\n]*(?:\n|$)")


@dataclass(frozen=True, slots=True)
class CodeSource:
    """A code block.

    Attributes:
        code: Without a line feed at its end.
        language: The first word after the fence; empty where none.
        closed: Whether no more code can come.
    """

    code: str
    language: str
    closed: bool


def read_fence(text: str, column: int) -> CodeSource:
    """Read a fenced block.

    Args:
        text: Its source, fences included.
        column: How many columns of each line belong to lists around it.
    """
    text = text.lstrip("\n")
    fence = _FENCE.match(text)
    if fence is None:
        return CodeSource(text, "", True)
    begin, mark = fence.end(), fence[2]
    end = len(text)
    while end > begin and text[end - 1] == "\n":
        end -= 1
    at = max(begin, text.rfind("\n", begin, end) + 1)
    last = text[at:end].strip()
    closed = bool(last) and last.startswith(mark) and not last.strip(mark[0])
    code = text[begin : max(begin, at - 1)] if closed else text[begin:].removesuffix("\n")
    return CodeSource(without_margin(code, max(column, len(fence[1]))), fence[3], closed)


def read_indented(text: str) -> CodeSource:
    """Read a block that is code for its indent."""
    code = re.sub(r"^(?: {4}| {0,3}\t| {1,3}(?=\n|$))", "", text.strip("\n"), flags=re.MULTILINE)
    return CodeSource(code, "", True)


def fenced(code: str, language: str, column: int = 0) -> str:
    """Code in a fence that is longer than any in it.

    Args:
        code: Some lines.
        language: Of them.
        column: Where they stand, in a list.
    """
    longest = max(map(len, re.findall(r"`{3,}", code)), default=2)
    mark = "`" * (longest + 1)
    lines = [mark + language, *code.strip("\n").split("\n"), mark]
    return "\n".join(" " * column + line for line in lines)
