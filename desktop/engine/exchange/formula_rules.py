r"""Formulas in Markdown: between dollar signs, and in ``\( \)`` and ``\[ \]``. Pure.

The transcript's parser has the same rules; a test compares what both find.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

_LONGEST = 4_000
_MOST_LINES = 80
_PROSE_BETWEEN = re.compile(r"\d[\d.,]*\s(?!.*[\\^_={}<>+*/|])")
"""What follows the first sign of ``$5 and 6$``: an amount and words, no formula."""
_VARIABLE = re.compile(r"[A-Za-z_]\w*[/:.,;-]+\Z")
"""What stands between the signs of ``$HOME/$PATH``: a variable, no formula."""
_FENCE = re.compile(r" {0,3}(?:`{3}|~{3})")


def find_formulas(parser: MarkdownIt) -> None:
    """Have a parser find formulas: tokens ``math_block`` and ``math_inline``, their content without the marks.

    The marks at the beginning are in ``markup``.
    """
    interrupts = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.before("fence", "math_block", _block, interrupts)  # type: ignore[arg-type]
    parser.inline.ruler.before("escape", "math_inline", _inline)
    parser.inline.add_terminator_char("$")


def _ends(line: str) -> tuple[str, bool]:
    """The mark that ends what a line begins (empty where it begins none), and whether it stands on this line."""
    close = "$$" if line.startswith("$$") else "\\]" if line.startswith("\\[") else ""
    if not close:
        return "", False
    rest = line[2:].rstrip()
    at = rest.find(close)
    if at < 0:
        return close, False
    return (close, True) if at > 0 and at + 2 == len(rest) else ("", False)


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if state.is_code_block(start):
        return False
    begin = state.bMarks[start] + state.tShift[start]
    close, whole = _ends(state.src[begin : state.eMarks[start]])
    if not close:
        return False
    # A rule asks this of a line left of the block it is in, to learn whether it ends there.
    margin = min(state.blkIndent, state.sCount[start])
    lines = [state.src[begin + 2 : state.eMarks[start]]]
    line = start
    while not whole:
        line += 1
        if line >= min(end, start + _MOST_LINES) or state.sCount[line] < margin:
            return False
        text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]
        if not text.strip() or _FENCE.match(text):
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


def _inline(state: StateInline, silent: bool) -> bool:
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
    content = source[begin:end]
    if end < 0 or not content.strip() or (close == "$" and not _can_stand_in_signs(source, at, end)):
        return False
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content = content.strip()
        token.markup = source[at:begin]
    state.pos = end + len(close)
    return True


def _can_stand_in_signs(source: str, at: int, end: int) -> bool:
    """Whether what stands between two single dollar signs is a formula, and neither prices nor variables."""
    content, before, after = source[at + 1 : end], source[at - 1 : at], source[end + 1 : end + 2]
    if content[0].isspace() or content[-1].isspace() or after.isdigit() or _PROSE_BETWEEN.match(content):
        return False
    return not ((before.isalnum() and before.isascii()) or (after.isalpha() and _VARIABLE.match(content)))


def _closing(source: str, begin: int, close: str) -> int:
    end = begin
    while True:
        end = source.find(close, end, begin + _LONGEST)
        if end < 0 or close[0] == "\\":
            return end
        before = source[max(begin, end - 20) : end]
        if (len(before) - len(before.rstrip("\\"))) % 2 == 0:
            return end
        end += 1
