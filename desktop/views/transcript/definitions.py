"""The definitions of a message, which hold for all its pieces: addresses of links, and footnotes."""

import re

_DEFINITION = re.compile(r"^ {0,3}\[(?!\^)[^\]\n]+\]:[ \t]*\S.*$", re.MULTILINE)
_NOTE = re.compile(r"^\[\^([^\]\s]{1,100})\]:", re.MULTILINE)
_MARK = re.compile(r"\[\^([^\]\s]{1,100})\](?!:)")
_FENCED = re.compile(r"^(`{3,}|~{3,})[^\n]*\n.*?(?:^\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)


def definitions(text: str) -> str:
    """Find the definitions of a text.

    Args:
        text: The whole Markdown of a message.

    Returns:
        Lines ``[name]: address``, then ``[^label]: .`` for each footnote, in the order in which the text first
        mentions them, which numbers them; empty where there are none.
    """
    if "]:" not in text:
        return ""
    outside = _FENCED.sub("", text)
    notes = dict.fromkeys(_NOTE.findall(outside))
    mentioned = [label for label in dict.fromkeys(_MARK.findall(outside)) if label in notes]
    ordered = dict.fromkeys([*mentioned, *notes])
    return "\n\n".join([*_DEFINITION.findall(outside), *(f"[^{label}]: ." for label in ordered)])
