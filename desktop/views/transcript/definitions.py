"""The definitions of a message, which hold for all its pieces: addresses of links, and footnotes."""

import re

NOTE = re.compile(r"^\[\^([^\]\s]{1,100})\]:", re.MULTILINE)
"""The beginning of a note."""
_DEFINITION = re.compile(r"^ {0,3}\[(?!\^)[^\]\n]+\]:[ \t]*\S.*$", re.MULTILINE)
_NAME = re.compile(r" {0,3}\[([^\]\n]+)\]:")
_MARK = re.compile(r"\[\^([^\]\s]{1,100})\](?!:)")
_FENCED = re.compile(r"^(`{3,}|~{3,})[^\n]*\n.*?(?:^\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(?<!`)(`{1,3})(?!`)[^`\n]*\1(?!`)")
_NOTE_LINE = re.compile(r"^\[\^[^\]\s]{1,100}\]:.*$", re.MULTILINE)


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
    notes = dict.fromkeys(NOTE.findall(outside))
    ordered: dict[str, None] = {}
    if notes:
        words = _CODE.sub("", outside)
        marks = [*_MARK.findall(_NOTE_LINE.sub("", words)), *_MARK.findall(words)]
        ordered = dict.fromkeys([*(label for label in marks if label in notes), *notes])
    return "\n\n".join([*_DEFINITION.findall(outside), *(f"[^{label}]: ." for label in ordered)])


def numbers(definitions: str) -> dict[str, int]:
    """The numbers of the notes that the definitions of a message tell, by their labels."""
    return {label: number for number, label in enumerate(dict.fromkeys(NOTE.findall(definitions)), 1)}


def changed_names(before: str, after: str) -> frozenset[str]:
    """What reads otherwise with other definitions: the names of links, and ``^`` and the labels of notes.

    Args:
        before: The definitions so far.
        after: The new ones.
    """
    one, other = _meanings(before), _meanings(after)
    return frozenset(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def _meanings(found: str) -> dict[str, object]:
    links = {match[1].casefold(): line for line in found.split("\n\n") if (match := _NAME.match(line))}
    return {**links, **{f"^{label.casefold()}": number for label, number in numbers(found).items()}}


def mentions(text: str, names: frozenset[str]) -> bool:
    """Whether a text has any of these names in brackets."""
    if "[" not in text:
        return False
    folded = text.casefold()
    return any(f"[{name}]" in folded for name in names)
