"""A call's arguments as fields of a form, from the tool's JSON Schema, and back. Pure functions.

The schema may be a tool server's: anything can stand in it. What is not understood is edited as JSON.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from desktop.engine.messages import JsonObject
from desktop.views.literal_text import hidden_characters

FieldKind = Literal["text", "integer", "number", "boolean", "choice", "json"]
"""How an argument is edited."""

_MOST_FIELDS = 40
_MOST_CHOICES = 200
_MOST_REFERENCES = 8
_INTEGER = re.compile(r"[+-]?[0-9]{1,4000}")
_NUMBER = re.compile(r"-?[0-9]{1,4000}(\.[0-9]{1,4000})?([eE][+-]?[0-9]{1,4})?")
_KINDS: dict[str, FieldKind] = {"string": "text", "integer": "integer", "number": "number", "boolean": "boolean"}


@dataclass(frozen=True, slots=True)
class ArgumentField:
    """One argument.

    Attributes:
        name: Its name.
        kind: How it is edited.
        required: Whether it must be given.
        nullable: Whether null stands for leaving it out.
        choices: The values it can have, for ``choice``.
        description: The tool's words for it; foreign.
        default: What holds where it is left out, as JSON text; empty where the schema does not say.
        least: The least value, as JSON text; empty for none.
        most: The greatest value, as JSON text; empty for none.
        is_whole: Whether it is no argument, but holds all of them as JSON.
    """

    name: str
    kind: FieldKind
    required: bool = False
    nullable: bool = False
    choices: tuple[JsonValue, ...] = ()
    description: str = ""
    default: str = ""
    least: str = ""
    most: str = ""
    is_whole: bool = False


def argument_fields(parameters: JsonObject, arguments: JsonObject) -> list[ArgumentField]:
    """The fields of a form.

    Args:
        parameters: JSON Schema of an object; may be empty.
        arguments: What the call has now.

    Returns:
        A field for each argument the schema names, then for each it does not; one field for all of them where there
        are too many.
    """
    properties = _object(parameters.get("properties"))
    names = list(dict.fromkeys((*properties, *arguments)))
    if len(names) > _MOST_FIELDS:
        return [ArgumentField("All arguments", "json", required=True, is_whole=True)]
    listed = parameters.get("required")
    required = {name for name in listed if isinstance(name, str)} if isinstance(listed, list) else set()
    return [_field(name, properties.get(name), parameters, name in required, arguments) for name in names]


def text_of(field: ArgumentField, value: JsonValue) -> str:
    """A value as the text of its editor.

    Args:
        field: The argument.
        value: Fits the field's kind.

    Returns:
        The text itself for ``text``, JSON for the others; escaped JSON where it would hold characters that hide.
    """
    if field.kind == "text" and isinstance(value, str):
        return value
    text = _json(value)
    return json.dumps(value, indent=2) if hidden_characters(text) else text


def value_of(field: ArgumentField, text: str) -> JsonValue:
    """Read an editor's text.

    Args:
        field: The argument.
        text: What stands in the editor.

    Returns:
        The value.

    Raises:
        ValueError: It is not of the field's kind; the message says so to the person.
    """
    match field.kind:
        case "text":
            return text
        case "integer":
            if not _INTEGER.fullmatch(text.strip()):
                raise ValueError("A whole number is needed.")
            return int(text)
        case "number":
            if not _NUMBER.fullmatch(text.strip()):
                raise ValueError("A number is needed.")
            return _finite(_read(text))
        case _:
            value = _finite(_read(text))
            if field.is_whole and not isinstance(value, dict):
                raise ValueError("A JSON object is needed: {…}")
            return value


def _read(text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"Not valid JSON: line {error.lineno}, character {error.colno}.") from None
    except (ValueError, RecursionError):
        raise ValueError("Not valid JSON.") from None
    return value


def _finite(value: JsonValue) -> JsonValue:
    try:
        json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError):
        raise ValueError("A number is too large.") from None
    return value


def _json(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _object(value: object) -> Mapping[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _field(name: str, given: JsonValue, parameters: JsonObject, required: bool, arguments: JsonObject) -> ArgumentField:
    schema = dict(_resolve(_object(given), parameters))
    nullable = False
    options = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(options, list):
        others = [_resolve(_object(each), parameters) for each in options if _object(each).get("type") != "null"]
        nullable = len(others) < len(options)
        schema = {**schema, **others[0]} if len(others) == 1 else {**schema, "type": ""}
    types = schema.get("type")
    if isinstance(types, list):
        nullable = nullable or "null" in types
        rest = [each for each in types if each != "null"]
        schema["type"] = rest[0] if len(rest) == 1 else ""
    value = arguments.get(name)
    kind, choices = _kind(schema, value)
    if name in arguments and not (value is None and nullable) and not _fits(kind, choices, value):
        kind, choices = "json", ()
    described = schema.get("description")
    return ArgumentField(
        name,
        kind,
        required=required,
        nullable=nullable,
        choices=choices,
        description=described if isinstance(described, str) else "",
        default=_json(schema["default"]) if schema.get("default") is not None else "",
        least=_limit(schema.get("minimum")),
        most=_limit(schema.get("maximum")),
    )


def _kind_of(value: JsonValue) -> FieldKind:
    """How a value is edited of which no schema tells."""
    match value:
        case bool():
            return "boolean"
        case str():
            return "text"
        case int():
            return "integer"
        case float():
            return "number"
        case _:
            return "json"


def _kind(schema: Mapping[str, JsonValue], value: JsonValue) -> tuple[FieldKind, tuple[JsonValue, ...]]:
    choices = [schema["const"]] if "const" in schema else schema.get("enum")
    if isinstance(choices, list) and 0 < len(choices) <= _MOST_CHOICES:
        return "choice", tuple(choices)
    name = schema.get("type")
    if not schema:
        return _kind_of(value), ()
    return (_KINDS.get(name, "json") if isinstance(name, str) else "json"), ()


def _fits(kind: FieldKind, choices: tuple[JsonValue, ...], value: JsonValue) -> bool:
    match kind:
        case "text":
            return isinstance(value, str)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool) and -(10**4000) < value < 10**4000
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        case "boolean":
            return isinstance(value, bool)
        case "choice":
            return any(same(value, each) for each in choices)
        case _:
            return True


def same(one: JsonValue, other: JsonValue) -> bool:
    """Whether two values are the same JSON; 1 and true are not."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _limit(value: JsonValue) -> str:
    return _json(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _resolve(schema: Mapping[str, JsonValue], root: JsonObject) -> Mapping[str, JsonValue]:
    for _ in range(_MOST_REFERENCES):
        reference = schema.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return schema
        target: JsonValue = root
        for part in reference[2:].split("/"):
            target = _object(target).get(part)
        schema = {**_object(target), **{key: value for key, value in schema.items() if key != "$ref"}}
    return {}
