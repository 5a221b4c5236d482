"""The settings that come as rows: the registry of models, the roles, and the policy of each tool."""

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from desktop.engine.gate import Access, Policy
from desktop.settings_file import Problem, TomlFile


class Row(BaseModel):
    """A table of an array, told apart from the others by its name."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str = Field(min_length=1)

    def as_toml(self) -> dict[str, Any]:
        """The row as written: what equals its default is None, for "not written"."""
        written = self.model_dump(mode="json")
        kept = self.model_dump(mode="json", exclude_defaults=True)
        return {name: kept.get(name) for name in written}


class ModelRow(Row):
    """A model of the registry.

    Attributes:
        name: What roles and settings call it; most often the provider's own name of the model.
        provider: Who speaks: gemini, anthropic or openai-compatible.
        label: The name shown; empty for the name.
        model: The provider's name of it, where the same model stands here more than once; empty for the name.
        host: Address that replaces the provider's own; needed for openai-compatible; else empty.
        inputs: What it reads beside text, of ``image`` and ``pdf``; None for what its provider is known to take.
        key: Label of the key it is given; empty for the provider's default one.
        context_tokens: How much it can read at once; None where that is not known.
        options: Fields of the provider's own request, sent as they are.
    """

    provider: Literal["gemini", "anthropic", "openai-compatible"]
    label: str = ""
    model: str = ""
    host: str = ""
    inputs: tuple[Literal["image", "pdf"], ...] | None = None
    key: str = ""
    context_tokens: int | None = Field(default=None, ge=500, le=10_000_000, strict=True)
    options: dict[str, JsonValue] = Field(default_factory=dict)


class RoleRow(Row):
    """A role.

    Attributes:
        name: Its name, shown and used by ``--role``.
        orchestrator: Name of the model that gathers; empty for the setting ``models.orchestrator``.
        responder: Name of the model that writes; empty for the setting ``models.responder``.
        orchestrator_fallbacks: Names of models that take over when the one that gathers fails for good, in order.
        responder_fallbacks: The same for the one that writes.
        fallbacks: The same for both, behind the seat's own.
        fallback_to_paid: Whether a model elsewhere, or one that costs, may take over from one on this machine.
        tools: Names of the tools it may use; None for all of its access level.
        access: Access level; None for the setting ``run.access``. It can lower that, never raise it.
        max_rounds: Round limit; None for the setting ``run.max_rounds``. The smaller one holds.
        inject_datetime: Whether the system prompt tells the date and time.
        inject_mode: Whether the system prompt tells the mode.
        answer: ``responder``, or ``summary`` to end with the orchestrator's summary.
        tools_enabled: False for direct chat.
        persona: Name of a file in the persona folder; empty for ``default.md``.
        keys: Names of further keys, ``gemini/work``, that its models are given where they name none themselves.
    """

    orchestrator: str = ""
    responder: str = ""
    orchestrator_fallbacks: tuple[str, ...] = ()
    responder_fallbacks: tuple[str, ...] = ()
    fallbacks: tuple[str, ...] = ()
    fallback_to_paid: bool = Field(default=False, strict=True)
    tools: tuple[str, ...] | None = None
    access: Access | None = None
    max_rounds: int | None = Field(default=None, ge=1, le=100, strict=True)
    inject_datetime: bool = Field(default=True, strict=True)
    inject_mode: bool = Field(default=True, strict=True)
    answer: Literal["responder", "summary"] = "responder"
    tools_enabled: bool = Field(default=True, strict=True)
    persona: str = Field(default="", pattern=r"^$|^[^/\\]+\.md$")
    keys: tuple[str, ...] = ()


class KeyRow(Row):
    """That there is a further key; the key itself is in the keyring.

    Attributes:
        name: The key's name there: ``gemini/work``.
    """

    name: str = Field(pattern=r"^(gemini|anthropic|openai)/\w[\w .-]{0,39}$")


DEFAULT_MODELS = (
    ModelRow(name="gemini-3.8-flash", provider="gemini", label="Gemini 3.8 Flash"),
    ModelRow(name="gemini-3.1-pro-preview", provider="gemini", label="Gemini 3.1 Pro"),
    ModelRow(name="claude-sonnet-5-5", provider="anthropic", label="Claude Sonnet 5.5"),
    ModelRow(name="claude-opus-5-5", provider="anthropic", label="Claude Opus 5.5"),
    ModelRow(name="claude-haiku-5-5", provider="anthropic", label="Claude Haiku 5.5"),
)
DEFAULT_ROLES = (
    RoleRow(name="chat"),
    RoleRow(name="orchestrator", answer="summary"),
    RoleRow(
        name="coder",
        tools=(
            "list_directory",
            "read_file",
            "search_files",
            "write_file",
            "edit_file",
            "run_command",
            "current_time",
            "calculate",
        ),
    ),
    RoleRow(
        name="researcher",
        tools=(
            "list_directory",
            "read_file",
            "search_files",
            "fetch_page",
            "current_time",
            "calculate",
            "save_note",
            "find_notes",
        ),
        access=Access.USER,
        max_rounds=20,
    ),
    RoleRow(name="writer", tools_enabled=False, access=Access.USER),
)

_R = TypeVar("_R", bound=Row)
_WORDS: Mapping[str, str] = {
    "missing": "It is missing. Add it.",
    "string_type": "Write a text in quotation marks.",
    "string_too_short": "Write a name.",
    "bool_type": "Write true or false.",
    "int_type": "Write a whole number.",
    "tuple_type": 'Write a list of names: ["…", "…"].',
    "dict_type": "Write it as a table: options = { temperature = 0.2 }.",
    "string_pattern_mismatch": 'Write the name of a file in the persona folder, without a path: "poet.md".',
}
_SAFE: Mapping[str, Any] = {"access": Access.USER, "tools": (), "tools_enabled": False}
"""What holds in place of a value with a fault, where the default could permit more than was meant."""
_SAFE_WORDS = {"access": 'it is "user"', "tools": "the role has no tools", "tools_enabled": "it is false"}


def read_rows(
    file: TomlFile, data: Mapping[str, Any], array: str, kind: type[_R], problems: list[Problem]
) -> tuple[_R, ...]:
    """The rows of an array of tables. A value with a fault is named, and replaced by one that permits no more.

    Args:
        file: The file, for the problems' places.
        data: Its content.
        array: "model" or "role".
        kind: The type of a row.
        problems: Takes what is wrong.

    Returns:
        The usable rows, in the file's order.
    """
    listed = data.get(array, [])
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        problems.append(file.problem(array, f"Write each {array} as a table of its own, under [[{array}]]."))
        return ()
    rows: dict[str, _R] = {}
    for number, item in enumerate(listed, start=1):
        name = item.get("name")
        shown = isinstance(name, str) and name and kind is not KeyRow  # its name could be a key pasted in its place
        place = f"{array}.{name}" if shown else f"{array} {number}"
        problems.extend(file.unknown(f"{place}.{field}") for field in item if field not in kind.model_fields)
        row, faults = _read_row(kind, item)
        problems.extend(file.problem(f"{place}.{field}", message) for field, message in faults.items())
        if row is None:
            continue
        if row.name in rows:
            problems.append(file.problem(place, "Two entries have this name; the first one holds. Rename the other."))
            continue
        rows[row.name] = row
    return tuple(rows.values())


def _read_row(kind: type[_R], item: Mapping[str, Any]) -> tuple[_R | None, dict[str, str]]:
    """A row, and its faults by field: None where a field without a default has one."""
    try:
        return kind.model_validate(item), {}
    except ValidationError as error:
        faults = {str(fault["loc"][0]): _in_words(fault["type"], fault.get("ctx")) for fault in error.errors()}
    if kind is KeyRow:
        faults = dict.fromkeys(faults, 'Write a provider and a label: "gemini/work". The key is entered in the window.')
    needed = {name for name, field in kind.model_fields.items() if field.is_required()}
    if needed & faults.keys():
        return None, {field: f"{words} Until then this entry is not used." for field, words in faults.items()}
    usable = {field: value for field, value in item.items() if field not in faults}
    safe = {field: value for field, value in _SAFE.items() if field in faults}
    words = {
        field: f"{words} Until then {_SAFE_WORDS.get(field, 'it counts as not there')}."
        for field, words in faults.items()
    }
    return kind.model_validate({**usable, **safe}), words


def check_row(kind: type[_R], item: Mapping[str, Any]) -> tuple[_R | None, dict[str, str]]:
    """A row as a form gives it.

    Args:
        kind: The type of the row.
        item: Its fields.

    Returns:
        The row, or None, and by field what is wrong with it.
    """
    try:
        return kind.model_validate(item), {}
    except ValidationError as error:
        return None, {str(fault["loc"][0]): _in_words(fault["type"], fault.get("ctx")) for fault in error.errors()}


def _in_words(fault: str, context: Mapping[str, Any] | None) -> str:
    if fault in ("literal_error", "enum") and context:
        return f"Write one of {str(context['expected']).replace(chr(39), chr(34))}."
    if fault == "greater_than_equal" and context:
        return f"Write a whole number, {context['ge']:,} or more."
    if fault == "less_than_equal" and context:
        return f"Write a whole number, {context['le']:,} or less."
    return _WORDS.get(fault, "The value does not fit.")


def read_policies(file: TomlFile, data: Mapping[str, Any], problems: list[Problem]) -> dict[str, Policy]:
    """The table ``[policy]``: tool = "allow", "ask" or "block". A wrong word counts as "block", to be safe."""
    table = data.get("policy", {})
    if not isinstance(table, dict):
        problems.append(file.problem("policy", 'Write it as a table: [policy], then tool = "ask" and the like.'))
        return {}
    policies: dict[str, Policy] = {}
    for tool, word in table.items():
        try:
            policies[tool] = Policy(word)
        except ValueError:
            policies[tool] = Policy.BLOCK
            message = 'Write one of "allow", "ask", "block". Until then the tool is blocked, to be safe.'
            problems.append(file.problem(f"policy.{tool}", message))
    return policies
