"""Addresses that stand in a text as they are, found and trimmed as GitHub does. Pure."""

import re
from collections.abc import Iterator

_LETTER = r"[^\s<>\"'`\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]"
"""A character of an address: no white space, no quotation mark, no punctuation of East Asian scripts."""
_ADDRESS = re.compile(
    rf"(?P<link>https?://{_LETTER}+|(?<![\w.@/-])www\.{_LETTER}+)"
    r"|(?<![\w.+/@-])(?P<mail>[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})(?![\w@-])"
)
_PAIRS = {")": "(", "]": "[", "}": "{"}
_HOST = re.compile(r"(?:https?://|www\.)[^\s/?#]", re.IGNORECASE)


def bare_links(text: str) -> Iterator[tuple[int, int, str]]:
    """The addresses in a text.

    Yields:
        Where each begins and ends, and what it leads to.
    """
    if "://" not in text and "@" not in text and "www." not in text:
        return
    for match in _ADDRESS.finditer(text):
        if match["mail"]:
            yield match.start(), match.end(), f"mailto:{match['mail']}"
            continue
        address = trimmed(match["link"])
        if _HOST.match(address):
            target = f"http://{address}" if address.startswith("www.") else address
            yield match.start(), match.start() + len(address), target


def trimmed(address: str) -> str:
    """An address without the punctuation that belongs to the sentence around it."""
    end = len(address)
    while end and _is_outside(address, end):
        end -= 1
    return address[:end]


def _is_outside(address: str, end: int) -> bool:
    """Whether the last character up to an end belongs to the sentence: punctuation, or what closes a bracket there."""
    last = address[end - 1]
    if last in _PAIRS:
        return address.count(last, 0, end) > address.count(_PAIRS[last], 0, end)
    return last in ".,:;!?*_~\\"
