"""Between the settings and the forms of their dialog: values as text, and back, with words for what does not fit."""

import json
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, TypeVar

from desktop.engine.models.registry import KEY_NAMES
from desktop.form_fields import NO_TOOLS, ROLE_FIELDS
from desktop.secrets import Provider, key_name
from desktop.settings import Settings
from desktop.settings_rows import ModelRow, RoleRow, check_row

_R = TypeVar("_R", ModelRow, RoleRow)
Problems = dict[str, str]
"""By field, what is wrong with it and what would fit."""

_NUMBERS = {"context_tokens", "max_rounds"}
_SWITCHES = {field.name for field in ROLE_FIELDS if field.kind == "switch"}
_LISTS = {"orchestrator_fallbacks", "responder_fallbacks", "tools"}


def general_values(settings: Settings) -> dict[str, str]:
    """The settings in force, as text."""
    return {setting.key: _text_of(settings.get(setting)) for setting in Settings.declared()}


def read_general(values: Mapping[str, str]) -> tuple[dict[str, Any], Problems]:
    """What stands in the form, in the settings' types.

    Args:
        values: Of the form.

    Returns:
        The values by the settings' names, and what does not fit.
    """
    read: dict[str, Any] = {}
    problems: Problems = {}
    for setting in Settings.declared():
        text = values.get(setting.key, "")
        value: Any = text
        if isinstance(setting.default, bool):
            value = text == "true"
        elif isinstance(setting.default, float):
            value = _amount(text)
        elif isinstance(setting.default, int):
            value = int(text) if text.isdecimal() and len(text) < 10 else None
        try:
            read[setting.key] = setting.check(value)
        except ValueError as error:
            problems[setting.key] = str(error)
    return read, problems


def _amount(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def model_values(row: ModelRow) -> dict[str, str]:
    """A model as its form shows it."""
    values = {name: _text_of(value) for name, value in row.model_dump(mode="json").items()}
    values["model"] = row.model or row.name
    values["name"] = "" if row.name == values["model"] else row.name
    values["inputs"] = "" if row.inputs is None else ", ".join(sorted(row.inputs)) or "none"
    values["options"] = json.dumps(row.options, ensure_ascii=False) if row.options else ""
    return values


def read_model(
    values: Mapping[str, str], taken: Sequence[str] = (), keys: Sequence[str] | None = None
) -> tuple[ModelRow | None, Problems]:
    """What stands in the form of a model.

    Args:
        values: Of the form.
        taken: Names of the other models.
        keys: Names of the further keys there are; None where that is not known.

    Returns:
        The model, or None, and what does not fit.
    """
    item, problems = _item(values)
    model = values.get("model", "")
    item["name"] = values.get("name") or model
    item["model"] = "" if item["name"] == model else model
    inputs = values.get("inputs", "")
    item["inputs"] = None if not inputs else tuple(part for part in inputs.split(", ") if part != "none")
    if not model:
        problems["model"] = "Write the provider's name of the model, or list the models and choose one."
    elif item["name"] in taken:
        problems["name"] = f"There is a model {item['name']} already. Write another name for this one."
    host = values.get("host", "")
    if host and not host.startswith(("http://", "https://")):
        problems["host"] = "Write an address that begins http:// or https://."
    elif not host and values.get("provider") == "openai-compatible":
        problems["host"] = "Write the server's address; OpenAI's own is https://api.openai.com/v1."
    owner = Provider(KEY_NAMES.get(values.get("provider", ""), Provider.OPENAI))
    try:
        name = key_name(owner, values.get("key", ""))
        if keys is not None and "/" in name and name not in keys:
            problems["key"] = "Its provider has no key of this label. Add it under API keys, or choose another one."
    except ValueError as error:
        problems["key"] = str(error)
    try:
        options = json.loads(values.get("options") or "{}")
    except ValueError:
        options = None
    if isinstance(options, dict):
        item["options"] = options
    else:
        problems["options"] = 'Write a JSON object: {"temperature": 0.2}.'
        item.pop("options", None)
    return _checked(ModelRow, item, problems)


def role_values(row: RoleRow) -> dict[str, str]:
    """A role as its form shows it."""
    values = {name: _text_of(value) for name, value in row.model_dump(mode="json").items()}
    if row.tools is not None:
        values["tools"] = ", ".join(row.tools) or NO_TOOLS
    return values


def new_role_values() -> dict[str, str]:
    """The form of a role that is not there yet."""
    return role_values(RoleRow(name="new")) | {"name": ""}


def read_role(
    values: Mapping[str, str],
    *,
    before: RoleRow | None,
    taken: Sequence[str],
    models: Sequence[str],
    tools: Sequence[str],
) -> tuple[RoleRow | None, Problems]:
    """What stands in the form of a role.

    Args:
        values: Of the form.
        before: The role as it is; what the form does not show stays.
        taken: Names of the other roles.
        models: Names of the models there are.
        tools: Names of the tools there are.

    Returns:
        The role, or None, and what does not fit.
    """
    item, problems = _item(values)
    for name in _LISTS & values.keys():
        item[name] = tuple(part.strip() for part in values[name].split(",") if part.strip())
        known = tools if name == "tools" else models
        unknown = [part for part in item[name] if part not in known and part != NO_TOOLS]
        if unknown:
            what = "tool" if name == "tools" else "model"
            problems[name] = f"There is no {what} {unknown[0]}. There are: {', '.join(known)}."
    if not item.get("tools"):
        item["tools"] = None
    elif item["tools"] == (NO_TOOLS,):
        item["tools"] = ()
    item["access"] = values.get("access") or None
    if item.get("name") in taken:
        problems["name"] = f"There is a role {item['name']} already. Write another name for this one."
    item["fallbacks"] = before.fallbacks if before is not None else ()
    item["keys"] = before.keys if before is not None else ()
    return _checked(RoleRow, item, problems)


def _item(values: Mapping[str, str]) -> tuple[dict[str, Any], Problems]:
    item: dict[str, Any] = {}
    problems: Problems = {}
    for name, text in values.items():
        if name in _SWITCHES:
            item[name] = text == "true"
        elif name in _NUMBERS:
            if text and not (text.isdecimal() and len(text) < 10):
                problems[name] = "Write a whole number, or nothing."
            item[name] = int(text) if text and name not in problems else None
        else:
            item[name] = text
    return item, problems


def _checked(kind: type[_R], item: Mapping[str, Any], problems: Problems) -> tuple[_R | None, Problems]:
    row, faults = check_row(kind, item)
    problems = faults | problems
    return (None if problems else row), problems


def _text_of(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Enum():
            return str(value.value)
        case float():
            return str(value).removesuffix(".0")
        case list() | tuple():
            return ", ".join(str(each) for each in value)
        case _:
            return str(value)
