"""Reading a big JSON file item by item, as it comes, so that no step holds the interpreter or the memory for long."""

import json
import re
from collections.abc import Collection, Iterable, Iterator

from pydantic import JsonValue

from desktop.engine.errors import BadFile

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()
_CUT = 16
"""Characters before the end of what has come, in which a fault may be that more is to come."""


def json_items(pieces: Iterable[str], *list_keys: str) -> Iterator[tuple[str, JsonValue]]:
    """The parts of a JSON text, one after the other.

    Args:
        pieces: The text: a list, or an object of which some values may be long lists. Read as far as it is needed.
        list_keys: The names of those values.

    Yields:
        For a list, ``("", item)`` each. For an object ``(key, value)`` each, and ``(key, item)`` for each item of a
        long list.

    Raises:
        BadFile: It is no JSON, or neither a list nor an object.
    """
    reading = _Reading(iter(pieces))
    first = reading.peek()
    if first == "[":
        for item in _list(reading):
            yield "", item
    elif first == "{":
        yield from _object(reading, list_keys)
    else:
        raise BadFile("The file holds no JSON list or object.", action="Choose an export of a chat program.")
    if reading.peek():
        raise reading.bad("more text behind the end")


def _list(reading: "_Reading") -> Iterator[JsonValue]:
    reading.expect("[")
    if not reading.takes("]"):
        yield reading.value()
        while not reading.takes("]"):
            reading.expect(",")
            yield reading.value()


def _object(reading: "_Reading", list_keys: Collection[str]) -> Iterator[tuple[str, JsonValue]]:
    reading.expect("{")
    if reading.takes("}"):
        return
    while True:
        key = reading.value()
        if not isinstance(key, str):
            raise reading.bad("a name is missing")
        reading.expect(":")
        if key in list_keys and reading.peek() == "[":
            for item in _list(reading):
                yield key, item
        else:
            yield key, reading.value()
        if reading.takes("}"):
            return
        reading.expect(",")


class _Reading:
    """A place in a text of which only what is being read is held.

    Args:
        pieces: The text.
    """

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self._text = ""
        self._at = 0
        self._lines = self._characters = 0  # before ``_text``
        self._has_ended = False

    def peek(self) -> str:
        """The character that comes next after white space; empty at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found is not None else self._at
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def takes(self, character: str) -> bool:
        """Whether this comes next; it is gone over then."""
        if self.peek() != character:
            return False
        self._at += 1
        return True

    def expect(self, character: str) -> None:
        """Go over this.

        Raises:
            BadFile: Something else comes next.
        """
        if not self.takes(character):
            raise self.bad(f"{character!r} is missing")

    def value(self) -> JsonValue:
        """The value that comes next.

        Raises:
            BadFile: None does.
        """
        self.peek()
        while True:
            near_end = len(self._text) - _CUT
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._has_ended or not (error.msg.startswith("Unterminated") or error.pos >= near_end):
                    raise self.bad(error.msg, error.pos) from error
            except RecursionError as error:
                raise self.bad("nested too deeply") from error
            else:
                may_go_on = isinstance(value, int | float) and end >= near_end  # of 1.5 there may be 1.
                if self._has_ended or not may_go_on:
                    self._at = end
                    return value  # type: ignore[no-any-return]
            self._more()

    def _more(self) -> bool:
        """Read on, at least as much as is held already, so that a long value is not begun anew too often."""
        if self._has_ended:
            return False
        held = self._text[self._at :]
        self._lines += self._text.count("\n", 0, self._at)
        self._characters += self._at
        pieces, wanted = [held], max(1, len(held))
        for piece in self._pieces:
            pieces.append(piece)
            wanted -= len(piece)
            if wanted <= 0:
                break
        else:
            self._has_ended = True
        self._text, self._at = "".join(pieces), 0
        return len(self._text) > len(held)

    def bad(self, what: str, at: int | None = None) -> BadFile:
        """That something is wrong, here or at a place in what is held."""
        at = self._at if at is None else at
        line = self._lines + self._text.count("\n", 0, at) + 1
        end = "; it ends too early" if self._has_ended and at >= len(self._text) else ""
        return BadFile(
            f"The file is no whole JSON: {what} in line {line:,}, at character {self._characters + at:,}{end}.",
            action="Export it again, and choose the new file.",
        )
