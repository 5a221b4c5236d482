"""Reading a big JSON file item by item, so that no step holds the interpreter for long."""

import json
import re
from collections.abc import Generator, Iterator

from pydantic import JsonValue

from desktop.engine.errors import BadFile

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


def json_items(text: str, list_key: str) -> Iterator[tuple[str, JsonValue]]:
    """The parts of a JSON text, one after the other.

    Args:
        text: A list, or an object of which one value may be a long list.
        list_key: The name of that value.

    Yields:
        For a list, ``("", item)`` each. For an object ``(key, value)`` each, and ``(list_key, item)`` for each item of
        the long list.

    Raises:
        BadFile: It is no JSON, or neither a list nor an object.
    """
    at = _skip(text, 0)
    first = text[at : at + 1]
    if first == "[":
        at = yield from _list(text, at, "")
    elif first == "{":
        at = yield from _object(text, at, list_key)
    else:
        raise BadFile("The file holds no JSON list or object.", action="Choose an export of a chat program.")
    if _skip(text, at) != len(text):
        raise _bad(text, at, "more text behind the end")


def _list(text: str, at: int, key: str) -> Generator[tuple[str, JsonValue], None, int]:
    at = _skip(text, at + 1)
    if text[at : at + 1] == "]":
        return at + 1
    while True:
        value, at = _value(text, at)
        yield key, value
        at = _skip(text, at)
        if text[at : at + 1] == "]":
            return at + 1
        at = _expect(text, at, ",")


def _object(text: str, at: int, list_key: str) -> Generator[tuple[str, JsonValue], None, int]:
    at = _skip(text, at + 1)
    if text[at : at + 1] == "}":
        return at + 1
    while True:
        key, at = _value(text, at)
        if not isinstance(key, str):
            raise _bad(text, at, "a name is missing")
        at = _expect(text, _skip(text, at), ":")
        if key == list_key and text[at : at + 1] == "[":
            at = yield from _list(text, at, key)
        else:
            value, at = _value(text, at)
            yield key, value
        at = _skip(text, at)
        if text[at : at + 1] == "}":
            return at + 1
        at = _expect(text, at, ",")


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found is not None else at


def _expect(text: str, at: int, what: str) -> int:
    if text[at : at + 1] != what:
        raise _bad(text, at, f"{what!r} is missing")
    return _skip(text, at + 1)


def _value(text: str, at: int) -> tuple[JsonValue, int]:
    try:
        value, end = _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise _bad(text, error.pos, error.msg) from error
    except RecursionError as error:
        raise _bad(text, at, "nested too deeply") from error
    return value, end


def _bad(text: str, at: int, what: str) -> BadFile:
    line = text.count("\n", 0, at) + 1
    end = "; it ends too early" if at >= len(text) else ""
    return BadFile(
        f"The file is no whole JSON: {what} in line {line:,}, at character {at:,} of {len(text):,}{end}.",
        action="Export it again, and choose the new file.",
    )
