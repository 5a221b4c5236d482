"""Markdown of one line, read without looking for blocks in it: so most blocks of an answer begin. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from desktop.views.transcript.growth import TEXT
from desktop.views.transcript.parsing import parse_line

_LINE = re.compile(rf"(?:([-*]|\d{{1,9}}\.) (?={TEXT})|(#{{1,6}}) (?=[^\W\d_][^#\n]*$)|(?={TEXT}))([^\n|]*)\n*\Z")
"""An item, a heading or a paragraph; no table can begin with it, and no definition."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes:
        mark: Of the item that it is, such as ``-`` or ``3.``; empty where it is none.
        level: Of the heading that it is; 0 where it is none.
        inline: Its text.
    """

    mark: str
    level: int
    inline: Token

    def tokens(self) -> Sequence[Token]:
        """What the parser gives for it."""
        inline = self.inline
        if self.level:
            tag = f"h{self.level}"
            inline.level = 1
            return [Token("heading_open", tag, 1, map=[0, 1]), inline, Token("heading_close", tag, -1)]
        if not self.mark:
            inline.level = 1
            return [Token("paragraph_open", "p", 1, map=[0, 1]), inline, Token("paragraph_close", "p", -1)]
        kind, tag = ("bullet", "ul") if len(self.mark) == 1 else ("ordered", "ol")
        begins = Token(f"{kind}_list_open", tag, 1, map=[0, 1])
        if kind == "ordered" and int(self.mark[:-1]) != 1:
            begins.attrs["start"] = int(self.mark[:-1])
        inline.level = 3
        return [
            begins,
            Token("list_item_open", "li", 1, map=[0, 1], level=1),
            Token("paragraph_open", "p", 1, map=[0, 1], level=2, hidden=True),
            inline,
            Token("paragraph_close", "p", -1, level=2, hidden=True),
            Token("list_item_close", "li", -1, level=1),
            Token(f"{kind}_list_close", tag, -1),
        ]


def read_line(text: str, definitions: str = "") -> Line | None:
    """Read a text that is one line and nothing but an item, a heading or a paragraph, whatever comes behind it.

    Args:
        text: Markdown; line feeds may stand behind the line.
        definitions: Definitions of links and footnotes that stand elsewhere in the message.

    Returns:
        None where it is another text, or may be.
    """
    found = _LINE.match(text)
    if found is None or "]:" in text:
        return None
    return Line(found[1] or "", len(found[2] or ""), parse_line(found[3], definitions)[1])
