"""Markdown as the plain text that it shows, for a line about it. Approximate and quick: it reads no whole document."""

import re

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$", re.MULTILINE)
_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_IMAGE_OR_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+[^()]*)?\)|\[[^\[\]]*\])")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^\s<>]*)>")
_DEFINITION = re.compile(r"^ {0,3}\[[^\]]+\]:\s+(\S+).*$", re.MULTILINE)
_LINE_START = re.compile(
    r"^[ \t]*(?:>[ \t]?)*[ \t]*(?:#{1,6}[ \t]+|(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?)?", re.M
)
_LINE_END = re.compile(r"[ \t]+#+[ \t]*$", re.MULTILINE)
_RULE = re.compile(
    r"^[ \t]*(?:\|?[ \t]*:?-{3,}:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?|=+|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$", re.M
)
_CELLS = re.compile(r"^[ \t]*\|(.*)\|[ \t]*$", re.MULTILINE)
_STRONG = re.compile(r"(\*{1,3}|~~)(?=\S)([^*~]+?)(?<=\S)\1")
_UNDERLINED = re.compile(r"(?<!\w)(_{1,3})(?=[^\s_])(.+?)(?<=[^\s_])\1(?!\w)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_MARKS = re.compile(r"[`*_\[<>|#~\\=]|^[ \t]*(?:[-+]|\d{1,9}[.)])[ \t]|^[ \t]*:?---", re.MULTILINE)
"""What there is where something has to be taken out."""
_KEPT = re.compile("\ue000(\\d+)\ue001")


def in_fence(text: str, at: int) -> bool:
    """Whether a place in a Markdown text stands in fenced code.

    Args:
        text: From its beginning.
        at: A place in it, in characters; that of a line's beginning.
    """
    opened = ""
    for found in _FENCE.finditer(text, 0, at):
        fence, rest = found.groups()
        if not opened:
            opened = "" if fence[0] == "`" and "`" in rest else fence
        elif fence[0] == opened[0] and len(fence) >= len(opened) and not rest.strip():
            opened = ""
    return bool(opened)


def plain_text(markdown: str, *, is_code: bool = False, keeps_addresses: bool = False) -> str:
    """A stretch of Markdown without its marks; code stays as it is.

    Args:
        markdown: Some lines.
        is_code: Whether they begin inside fenced code.
        keeps_addresses: Whether the address of a link stands behind its text.
    """
    parts: list[str] = []
    start = 0
    opened = "```" if is_code else ""
    for found in _FENCE.finditer(markdown):
        fence, rest = found.groups()
        if opened and ((fence[0] != opened[0] and not is_code) or rest.strip()):
            continue
        lines = markdown[start : found.start()]
        parts.append(lines if opened else _prose(lines, keeps_addresses))
        start, opened, is_code = found.end(), "" if opened else fence, False
    lines = markdown[start:]
    parts.append(lines if opened else _prose(lines, keeps_addresses))
    return "".join(parts)


def _prose(text: str, keeps_addresses: bool) -> str:
    kept: list[str] = []

    def keep(words: str) -> str:
        """Put words out of the reach of what follows."""
        kept.append(words)
        return f"\ue000{len(kept) - 1}\ue001"

    def link(found: re.Match[str]) -> str:
        words, address = found[1], found[2] or ""
        return f"{words} {keep(f'({address})')}" if keeps_addresses and address else words

    if not _MARKS.search(text):
        return text
    text = text.replace("\ue000", " ").replace("\ue001", " ")
    if "`" in text:
        text = _CODE.sub(lambda found: keep(found[2].strip()), text)
    if "\\" in text:
        text = _ESCAPE.sub(lambda found: keep(found[1]), text)
    text = _AUTOLINK.sub(lambda found: keep(found[1]), text)
    text = _RULE.sub("", text)
    if "|" in text:
        text = _CELLS.sub(lambda found: " · ".join(each.strip() for each in found[1].split("|")), text)
    text = _LINE_END.sub("", _LINE_START.sub("", text))
    if "[" in text:
        text = _DEFINITION.sub(lambda found: keep(found[1]) if keeps_addresses else "", text)
        text = _IMAGE_OR_LINK.sub(link, _IMAGE_OR_LINK.sub(link, text))
    if "*" in text or "~~" in text:
        text = _STRONG.sub(r"\2", _STRONG.sub(r"\2", text))
    if "_" in text:
        text = _UNDERLINED.sub(r"\2", _UNDERLINED.sub(r"\2", text))
    while kept and _KEPT.search(text):
        text = _KEPT.sub(lambda found: kept[int(found[1])], text)
    return text
