"""The source of prose, as it is given to the parser. Pure."""

import re
from collections.abc import Sequence

from markdown_it.token import Token

from desktop.views.transcript.one_line import read_line
from desktop.views.transcript.parsing import NESTING, parse

_DEEP = re.compile(r"(?:[ \t]*(?:>|[-*+][ \t]|\d{1,9}[.)][ \t])){25}", re.MULTILINE)


def without_break(text: str) -> str:
    """A text without the mark of a line break at its end, which breaks nothing there."""
    return text[:-2] if text.endswith("\\\n") else text


def is_tight(tokens: Sequence[Token]) -> bool:
    """Whether no blank line stands in the list that tokens begin with."""
    for token in tokens:
        if token.level == 0 and token.nesting < 0:
            break
        if token.level == 2 and token.type == "paragraph_open" and not token.hidden:
            return False
    return True


def tokens_of(text: str, definitions: str) -> Sequence[Token] | None:
    """The tokens of prose; None where it is nested too deep to be read."""
    line = read_line(text, definitions)
    if line is not None:
        return line.tokens()
    if _DEEP.search(text):
        return None
    tokens = parse(text, definitions)
    return None if any(token.level >= NESTING - 1 for token in tokens) else tokens


def without_margin(text: str, columns: int) -> str:
    """The text without up to so many spaces at the beginning of each line."""
    if not columns:
        return text
    if "\t" in text:  # a tab that begins in the margin is the spaces that it stands for
        text = re.sub(rf"^( {{0,{columns - 1}}})\t", _spaces, text, flags=re.MULTILINE)
    return re.sub(rf"^ {{1,{columns}}}", "", text, flags=re.MULTILINE)


def _spaces(match: re.Match[str]) -> str:
    return match[0].expandtabs(4)
