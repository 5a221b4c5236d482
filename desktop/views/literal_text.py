# ruff: noqa: RUF001, RUF002 - the marks and ranges here look like others on purpose
"""Foreign text made safe to look at: what cannot be seen is written out, what can deceive is named. Pure functions."""

import re
import unicodedata
from urllib.parse import urlsplit

_BLANK_LETTERS = frozenset({0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, 0xFFFC, 0x16FE4, 0x1D159})
"""Letters, marks and symbols that draw nothing, or stand for something that is not there."""
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
_VARIATION_SELECTORS = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_EMOJI_WITH_SELECTOR = re.compile(
    r"([#*0-9©®‼⁉™ℹ↔-⯿〰〽㊗㊙\U0001f000-\U0001faff]\ufe0f)"
    r"(?![\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef])"
)
"""A symbol with the one selector that makes it an emoji: ordinary writing, kept."""
_MARKS = r"\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_STACKED_MARKS = re.compile(rf"([{_MARKS}]{{3}})([{_MARKS}]+)")
"""More than three marks on one letter: they would be drawn over the neighbouring lines."""
_FORGED_ESCAPE = re.compile("‹(?=U\\+|⋯)")
_ESCAPE = re.compile("‹U\\+[0-9A-F]{4,6}›")
_ADDRESS = re.compile(r"https?://[^\s\"'<>`]+", re.IGNORECASE)
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})

LINE_BREAK_MARK = "‹⋯›"
"""Stands at the end of a piece of a line that is too long to be drawn as one."""


def _escape(codepoint: int) -> str:
    return f"‹U+{codepoint:04X}›"


def _is_hidden(codepoint: int) -> bool:
    if codepoint == 0x20:
        return False
    if codepoint in _BLANK_LETTERS or any(codepoint in selectors for selectors in _VARIATION_SELECTORS):
        return True
    return unicodedata.category(chr(codepoint)) in _HIDDEN_CATEGORIES


class _Table(dict[int, str]):
    """A translation table that learns a character when it meets it."""

    def __missing__(self, codepoint: int) -> str:
        written = _escape(codepoint) if _is_hidden(codepoint) else chr(codepoint)
        self[codepoint] = written
        return written


_ONE_LINE = _Table()
_LINES = _Table({0x0A: "\n", 0x09: "\t"})
_PLAIN = (
    " -~¡-¬®-˿\u0391-\u03a1\u03a3-\u0482\u048a-\u052f\u05d0-\u05ea\u0620-\u064a\u2010-\u2027\u2030-\u205e\u20a0-\u20bf"
    "\u2190-\u23ff\u2500-\u27bf\u3001-\u303e\u3041-\u3096\u309b-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff5e"
)
"""What is in most texts and can be seen: it is passed without a look at each character."""
_UNUSUAL, _UNUSUAL_IN_LINES = re.compile(f"[^{_PLAIN}]"), re.compile(f"[^\n\t{_PLAIN}]")


def literal(text: str, *, lines: bool = False) -> str:
    """Write out all that is invisible or steers the drawing: ``‹U+202E›`` for a right-to-left override.

    Controls, bidirectional marks, zero-width and tag characters, stray variation selectors, separators and spaces other
    than the plain one, private, unassigned and lone surrogate code points, and letters that draw nothing. Also a
    fourth and further mark on one letter, and a ``‹`` that would forge one of these escapes.

    Args:
        text: Anything.
        lines: Whether line feeds and tabs stay as they are, for a field of several lines.

    Returns:
        Text in which each character is visible; clean text comes back unchanged.
    """
    if text.isascii() and text.isprintable():
        return text
    unusual, table = (_UNUSUAL_IN_LINES, _LINES) if lines else (_UNUSUAL, _ONE_LINE)
    text = _FORGED_ESCAPE.sub(_escape(0x2039), text)
    pieces = _EMOJI_WITH_SELECTOR.split(text)
    pieces[::2] = [unusual.sub(lambda match: table[ord(match[0])], piece) for piece in pieces[::2]]
    return _STACKED_MARKS.sub(
        lambda match: match[1] + "".join(_escape(ord(mark)) for mark in match[2]),
        "".join(pieces),
    )


def one_line(text: str, limit: int = 120) -> str:
    """Foreign text in short: literal, one line, cut at the end with an ellipsis.

    Args:
        text: Anything.
        limit: Most characters that come back.

    Returns:
        At most ``limit`` characters.
    """
    shown = literal(" ".join(text[: 8 * limit].split()))
    return shown if len(shown) <= limit and len(text) <= 8 * limit else shown[: limit - 1] + "…"


def one_line_both_ends(text: str, limit: int = 120) -> str:
    """Foreign text in short, as `one_line`, but cut in the middle: a path or a command tells most at its end.

    Args:
        text: Anything.
        limit: Most characters that come back; at least 3.

    Returns:
        At most ``limit`` characters.
    """
    room = 8 * limit
    if len(text) <= 2 * room:
        shown = literal(" ".join(text.split()))
        if len(shown) <= limit:
            return shown
        first, last = shown, shown
    else:
        first, last = (literal(" ".join(part.split())) for part in (text[:room], text[-room:]))
    tail = (limit - 1) // 2
    return f"{first[: limit - 1 - tail]}…{last[-tail:]}"


def as_line(text: str, limit: int = 300) -> str:
    """Foreign text as one line of a text that is made literal later: it forges no further lines.

    Args:
        text: Anything.
        limit: Most characters that come back.

    Returns:
        Raw text without line breaks, cut at the end with an ellipsis.
    """
    squeezed = " ".join(text[: 2 * limit].split())
    return squeezed if len(squeezed) <= limit and len(text) <= 2 * limit else squeezed[: limit - 1] + "…"


def with_bounded_lines(text: str, limit: int = 800) -> str:
    """Cut overlong lines, which no text layout draws in reasonable time.

    Args:
        text: Literal text.
        limit: Most characters of a line.

    Returns:
        The whole text; each cut ends with ``LINE_BREAK_MARK``.
    """
    if len(text) <= limit:
        return text
    lines: list[str] = []
    for line in text.split("\n"):
        if len(line) <= limit:
            lines.append(line)
            continue
        pieces = [line[start : start + limit] for start in range(0, len(line), limit)]
        lines.extend(piece + LINE_BREAK_MARK for piece in pieces[:-1])
        lines.append(pieces[-1])
    return "\n".join(lines)


def _label_in_ascii(label: str) -> str:
    if label.isascii():
        return label
    return "xn--" + unicodedata.normalize("NFC", label.lower()).encode("punycode", "replace").decode("ascii")


def host_in_ascii(url: str) -> str:
    """The host an address leads to, as the network writes it.

    Args:
        url: An absolute address; need not be a valid one.

    Returns:
        The host in ASCII, punycode for labels in other scripts, with its port; empty where there is none.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return ""
    return ".".join(_label_in_ascii(label) for label in host.split(".")) + port


def deceptive_hosts(text: str, limit: int = 20) -> list[str]:
    """The hosts of addresses in a text that do not read as what they are.

    Args:
        text: Anything, as it came.
        limit: Most hosts that come back.

    Returns:
        ASCII hosts of the addresses whose host holds other letters, or that put something before an ``@``; each once.
    """
    found: dict[str, None] = {}
    for match in _ADDRESS.finditer(text):
        if len(found) == limit:
            break
        authority = re.split(r"[/?#\\]", match[0].partition("://")[2], maxsplit=1)[0]
        host = host_in_ascii(match[0])
        if host and ("@" in authority or not authority.isascii()):
            found[host] = None
    return list(found)


def has_right_to_left(text: str) -> bool:
    """Whether letters of a right-to-left script make the order on the screen differ from the order of the text."""
    return not text.isascii() and any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text)


def hidden_characters(text: str, limit: int = 6) -> list[str]:
    """What `literal` would write out in a text of several lines.

    Args:
        text: Anything, as it came.
        limit: Most escapes that come back.

    Returns:
        The escapes, ``‹U+202E›``, each once, in the order they come.
    """
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return []
    found: dict[str, None] = {}
    for match in _ESCAPE.finditer(literal(text, lines=True)):
        if match[0] != _escape(0x2039):
            found[match[0]] = None
        if len(found) == limit:
            break
    return list(found)
