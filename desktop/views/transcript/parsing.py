"""The Markdown of messages: CommonMark with tables, strike-through, footnotes and formulas; no HTML."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline, image
from markdown_it.rules_inline.fragments_join import fragments_join
from markdown_it.token import Token
from mdit_py_plugins.footnote.index import footnote_def

from desktop.views.transcript.definitions import numbers

FORMULA_LIMIT = 4_000
"""Characters after which a formula that has not ended is none."""
FORMULA_LINES = 80
"""The same for a formula on lines of its own."""
NESTING = 60
"""Levels of tokens that are read; what is nested deeper is shown as its source."""

_PROSE_BETWEEN = re.compile(r"\d[\d.,]*\s(?!.*[\\^_={}<>+*/|])")
"""What follows the first sign of ``$5 and 6$``: an amount and words, no formula."""
_VARIABLE = re.compile(r"[A-Za-z_]\w*[/:.,;-]+\Z")
"""What stands between the signs of ``$HOME/$PATH``: a variable, no formula."""
_FENCE = re.compile(r" {0,3}(?:`{3}|~{3})")
SPACES = " \t\n\v\f\r\xa0\u1680\u202f\u205f\u3000" + "".join(map(chr, [*range(0x2000, 0x200B), 0x2028, 0x2029]))
"""What the parser takes away at the end of a paragraph."""


def formula_ends(line: str) -> tuple[str, bool]:
    """What a line that may begin a formula of its own lines waits for.

    Args:
        line: Without its indent and line feed.

    Returns:
        The mark that ends it (empty where none begins), and whether it already stands on this line.
    """
    close = "$$" if line.startswith("$$") else "\\]" if line.startswith("\\[") else ""
    if not close:
        return "", False
    rest = line[2:].rstrip()
    at = rest.find(close)
    if at < 0:
        return close, False
    return (close, True) if at > 0 and at + 2 == len(rest) else ("", False)


def formula_breaks(line: str) -> bool:
    """Whether a line shows that the formula above it was none: blank, or a fence."""
    return not line.strip() or _FENCE.match(line) is not None


def _formula_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if state.is_code_block(start):
        return False
    begin = state.bMarks[start] + state.tShift[start]
    close, whole = formula_ends(state.src[begin : state.eMarks[start]])
    if not close:
        return False
    # A rule asks this of a line left of the block it is in, to learn whether it ends there.
    margin = min(state.blkIndent, state.sCount[start])
    lines = [state.src[begin + 2 : state.eMarks[start]]]
    line = start
    while not whole:
        line += 1
        if line >= min(end, start + FORMULA_LINES) or state.sCount[line] < margin:
            return False
        text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]
        if formula_breaks(text):
            return False
        lines.append(text)
        whole = text.rstrip().endswith(close)
    if silent:
        return True
    token = state.push("math_block", "math", 0)
    token.block = True
    token.content = "\n".join(lines).rstrip().removesuffix(close).strip()
    token.markup = "$$" if close == "$$" else "\\["
    token.map = [start, line + 1]
    state.line = line + 1
    return True


def _formula_inline(state: StateInline, silent: bool) -> bool:
    source, at = state.src, state.pos
    if source.startswith("$$", at):
        begin, close = at + 2, "$$"
    elif source[at] == "$":
        begin, close = at + 1, "$"
    elif source[at : at + 2] in ("\\(", "\\["):
        begin, close = at + 2, "\\)" if source[at + 1] == "(" else "\\]"
    else:
        return False
    end = _closing(source, begin, close)
    if end < 0 or not is_formula(source, at, begin, end, close):
        return False
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content = source[begin:end].strip()
        token.markup = source[at:begin]
    state.pos = end + len(close)
    return True


def is_formula(source: str, at: int, begin: int, end: int, close: str) -> bool:
    """Whether what stands between two marks of a formula is one.

    Args:
        source: The whole text.
        at: Where the first mark stands.
        begin: Where that ends.
        end: Where the second mark stands.
        close: It.
    """
    content = source[begin:end]
    if not content.strip():
        return False
    if close != "$":
        return True
    before, after = source[at - 1 : at], source[end + 1 : end + 2]
    if content[0].isspace() or content[-1].isspace() or after.isdigit() or _PROSE_BETWEEN.match(content):
        return False
    return not ((before.isalnum() and before.isascii()) or (after.isalpha() and _VARIABLE.match(content)))


def _closing(source: str, begin: int, close: str) -> int:
    end = begin
    while True:
        end = source.find(close, end, begin + FORMULA_LIMIT)
        if end < 0 or close[0] == "\\":
            return end
        before = source[max(begin, end - 20) : end]
        if (len(before) - len(before.rstrip("\\"))) % 2 == 0:
            return end
        end += 1


def _footnote_mark(state: StateInline, silent: bool) -> bool:
    at = state.pos
    if not state.src.startswith("[^", at):
        return False
    end = state.src.find("]", at, at + 104)
    label = state.src[at + 2 : end]
    number = state.env.get("footnotes", {}).get("numbers", {}).get(label)
    if end < 0 or number is None:
        return False
    if not silent:
        token = state.push("footnote_ref", "", 0)
        token.content, token.info = str(number), label
    state.pos = end + 1
    return True


def _image(state: StateInline, silent: bool) -> bool:
    """The parser's own rule; its token knows its source."""
    at = state.pos
    if not image(state, silent):
        return False
    if not silent:
        state.tokens[-1].meta["source"] = state.src[at : state.pos]
    return True


def _dollar_ends_text(state: StateInline, silent: bool) -> bool:
    """Like the parser's own rule for plain text, which does not stop at a dollar sign."""
    match = _PLAIN.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.pending += match[0]
    state.pos = match.end()
    return True


_PLAIN = re.compile(r"[^\n!#$%&*+\-:<=>@\[\\\]^_`{}~]+")


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": NESTING}).enable(["table", "strikethrough"])
    # The scheme is judged where a link is made; all parse, so that a refused one is named and not left as mark-up.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.before("fence", "math_block", _formula_block, interrupts)
    parser.block.ruler.before("reference", "footnote_def", footnote_def, interrupts)
    parser.inline.ruler.at("text", _dollar_ends_text)
    parser.inline.ruler.at("image", _image)
    parser.inline.ruler.before("escape", "math_inline", _formula_inline)
    parser.inline.ruler.before("link", "footnote_ref", _footnote_mark)
    return parser


_PARSER = _make_parser()


@lru_cache(maxsize=8)
def _known(definitions: str) -> tuple[dict[str, Any], dict[str, int]]:
    """The addresses of links by their names, and the numbers of notes by their labels."""
    environment: dict[str, Any] = {}
    _PARSER.parse(definitions, environment)
    return environment.get("references", {}), numbers(definitions)


def _environment(definitions: str) -> dict[str, Any]:
    if not definitions:
        return {}
    references, notes = _known(definitions)
    return {"references": dict(references), "footnotes": {"numbers": notes}}


def parse(text: str, definitions: str = "") -> Sequence[Token]:
    """Read Markdown.

    Args:
        text: Blocks.
        definitions: Definitions of links and footnotes that stand elsewhere in the message.

    Returns:
        The tokens of markdown-it, with ``math_block``, ``math_inline``, ``footnote_ref`` (content: its number, info:
        its label) and ``footnote_reference_open`` besides; an ``image`` has its source in its ``meta``.
    """
    return _PARSER.parse(text, _environment(definitions))


def parse_line(text: str, definitions: str = "") -> Sequence[Token]:
    """Read Markdown as the text of one paragraph, whatever it begins with.

    Returns:
        Tokens of kind ``paragraph_open``, ``inline``, ``paragraph_close``.
    """
    lines = "\n".join(line.lstrip(" \t") for line in text.rstrip(SPACES).split("\n"))
    if _PLAIN.fullmatch(lines) and lines.isprintable():  # nothing in it begins a mark, or is written otherwise
        words = Token("text", "", 0, content=lines)
        inline = Token("inline", "", 0, map=[0, 1], content=lines, children=[words])
        return [Token("paragraph_open", "p", 1), inline, Token("paragraph_close", "p", -1)]
    tokens = _PARSER.parseInline(lines, _environment(definitions))
    return [Token("paragraph_open", "p", 1), *tokens, Token("paragraph_close", "p", -1)]


def parse_placed(text: str, definitions: str = "") -> Sequence[Token]:
    """Read Markdown as the text of one paragraph, and tell where it stands.

    Returns:
        The tokens of the text, each with its place in the source as ``at`` in what it tells besides. Fragments of
        text are not joined.
    """
    state = _PlacedState(text, _PARSER, _environment(definitions), [])
    _PARSER.inline.tokenize(state)
    for rule in _PARSER.inline.ruler2.getRules(""):
        if rule is not fragments_join:
            rule(state)
    return state.tokens


class _PlacedState(StateInline):
    """Notes of each token where it stands."""

    _begin = 0

    @property
    def pending(self) -> str:
        return super().pending

    @pending.setter
    def pending(self, value: str) -> None:
        if value and not self._pending and not self._pending_buffer:
            self._begin = self.pos
        self._pending, self._pending_buffer = value, []

    def append_pending(self, text: str) -> None:
        if not self._pending and not self._pending_buffer:
            self._begin = self.pos
        super().append_pending(text)

    def pushPending(self) -> Token:
        token = super().pushPending()
        token.meta = {"at": self._begin}
        return token

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        token = super().push(ttype, tag, nesting)
        at = self.pos
        before = self.tokens[-2] if len(self.tokens) > 1 else None
        if ttype == "link_open" and self.src[at - 1 : at] == "[":
            at -= 1
        elif ttype == "text" and before is not None and before.type == "text" and before.meta["at"] >= at:
            at = before.meta["at"] + len(before.content)  # one more mark of a run
        token.meta = {"at": at}
        return token
