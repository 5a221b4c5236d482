"""Reading a command line as the words of one simple command, or not at all. Pure.

A grant for `git status` must not let `git status; curl evil` through. So this reads less than a shell does: whatever
could mean more than plain words (chains, pipes, redirections, substitutions, expansions, patterns, assignments,
escapes, comments, line ends, quotes that stay open) is not read, and then matches no grant.
The grammar is that of POSIX: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
"""

import re

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,@+%=")
_BLANK = frozenset(" \t")
_NOT_IN_DOUBLE_QUOTES = frozenset("$`\\!")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
_WINDOWS_WORD = re.compile(r"[A-Za-z0-9_./\\:@+-]+")
_RESERVED = frozenset(
    "if then else elif fi do done case esac while until for in select function time coproc".split()  # noqa: SIM905
)


def parse_command(line: str, *, windows: bool = False) -> tuple[str, ...] | None:
    """The words of a simple command.

    Args:
        line: As a shell would get it.
        windows: Whether the shell is that of Windows, whose quotes and expansions differ: plain words alone are read.

    Returns:
        The words without their quotes, at least one; None where the line is, or could be, anything else.
    """
    if windows:
        parts = line.split(" ")
        words: list[str] | None = [part for part in parts if part]
        if not words or not all(_WINDOWS_WORD.fullmatch(word) for word in words):
            return None
    else:
        words = _words(line)
    if not words or not words[0] or words[0] in _RESERVED:
        return None
    if _ASSIGNMENT.match(words[0]) or words[0].startswith("="):
        return None
    return tuple(words)


def _words(line: str) -> list[str] | None:
    words: list[str] = []
    current: str | None = None
    position = 0
    while position < len(line):
        character = line[position]
        if character in _BLANK:
            if current is not None:
                words.append(current)
            current = None
            position += 1
        elif character in "'\"":
            end = line.find(character, position + 1)
            inside = line[position + 1 : end]
            if end < 0 or not _may_be_quoted(inside, character):
                return None
            current = (current or "") + inside
            position = end + 1
        elif character in _PLAIN or (character > "\x7f" and character.isalnum()):
            current = (current or "") + character
            position += 1
        else:
            return None
    if current is not None:
        words.append(current)
    return words


def _may_be_quoted(text: str, quote: str) -> bool:
    if any(not character.isprintable() for character in text):
        return False
    return quote == "'" or not _NOT_IN_DOUBLE_QUOTES & set(text)


def shown_command(words: tuple[str, ...]) -> str:
    """The words as a command line that reads back as the same words, where that is possible."""
    return " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    if word and all(character in _PLAIN or (character > "\x7f" and character.isalnum()) for character in word):
        return word
    return f'"{word}"' if "'" in word else f"'{word}'"
