"""From the settings to the forms of their dialog and back, with words for what does not fit."""

from pathlib import Path

import pytest

from desktop.engine.gate import Access
from desktop.form_fields import general_fields
from desktop.forms import (
    general_values,
    model_values,
    new_role_values,
    read_general,
    read_model,
    read_role,
    role_values,
)
from desktop.settings import ModelRow, RoleRow, Settings
from desktop.settings_rows import DEFAULT_MODELS, DEFAULT_ROLES

TOOLS = ("read_file", "list_directory", "search_files", "write_file", "edit_file", "run_command")
ALL_TOOLS = (*TOOLS, "current_time", "calculate", "fetch_page", "save_note", "find_notes")
FULL = ModelRow(
    name="home",
    provider="openai-compatible",
    label="Qwen",
    model="qwen3:8b",
    host="http://localhost:11434/v1",
    inputs=("image", "pdf"),
    key="lab",
    context_tokens=8192,
    options={"temperature": 0.2, "stop": ["x"]},
)


@pytest.mark.parametrize("row", [*DEFAULT_MODELS, FULL], ids=lambda row: row.name)
def test_a_model_comes_back_from_its_form_as_it_was(row: ModelRow) -> None:
    assert read_model(model_values(row)) == (row, {})


@pytest.mark.parametrize("row", DEFAULT_ROLES, ids=lambda row: row.name)
def test_a_role_comes_back_from_its_form_as_it_was(row: RoleRow) -> None:
    models = [model.name for model in DEFAULT_MODELS]
    assert read_role(role_values(row), before=row, taken=(), models=models, tools=ALL_TOOLS) == (row, {})


def test_a_role_keeps_what_its_form_does_not_show() -> None:
    row = RoleRow(name="r", fallbacks=("x",), tools=(), access=Access.USER, max_rounds=3)
    assert read_role(role_values(row), before=row, taken=(), models=(), tools=()) == (row, {})


def test_a_new_role_has_the_usual_switches_on() -> None:
    values = new_role_values() | {"name": "poet"}
    assert read_role(values, before=None, taken=(), models=(), tools=()) == (RoleRow(name="poet"), {})


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"model": ""}, "model", "Write the provider's name"),
        ({"name": "taken"}, "name", "There is a model taken already"),
        ({"host": "localhost:1"}, "host", "Write an address that begins"),
        ({"host": ""}, "host", "Write the server's address"),
        ({"context_tokens": "many"}, "context_tokens", "Write a whole number"),
        ({"context_tokens": "1"}, "context_tokens", "Write a whole number, 500 or more."),
        ({"key": "a/b"}, "key", "A label of a key"),
        ({"options": "[1]"}, "options", "Write a JSON object"),
        ({"options": "{"}, "options", "Write a JSON object"),
    ],
)
def test_what_does_not_fit_a_model_is_said_at_its_field(changes: dict[str, str], field: str, words: str) -> None:
    row, problems = read_model(model_values(FULL) | changes, ["taken"])
    assert row is None
    assert list(problems) == [field]
    assert problems[field].startswith(words)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": ""}, "name", "Write a name."),
        ({"name": "taken"}, "name", "There is a role taken already"),
        ({"tools": "read_file, fly"}, "tools", "There is no tool fly"),
        ({"responder_fallbacks": "gone"}, "responder_fallbacks", "There is no model gone"),
        ({"max_rounds": "0"}, "max_rounds", "Write a whole number, 1 or more."),
        ({"persona": "../secret.md"}, "persona", "Write the name of a file"),
    ],
)
def test_what_does_not_fit_a_role_is_said_at_its_field(changes: dict[str, str], field: str, words: str) -> None:
    values = role_values(DEFAULT_ROLES[0]) | changes
    row, problems = read_role(values, before=None, taken=["taken"], models=["m"], tools=TOOLS)
    assert row is None
    assert list(problems) == [field]
    assert problems[field].startswith(words)


def test_every_setting_has_a_field_and_comes_back_in_its_type(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.toml")
    assert [field.name for field in general_fields()] == [setting.key for setting in Settings.declared()]
    read, problems = read_general(general_values(settings))
    assert problems == {}
    assert read == {setting.key: settings.get(setting) for setting in Settings.declared()}


@pytest.mark.parametrize("text", ["nan", "inf", "-1", "much", ""])
def test_an_amount_that_is_none_is_said(tmp_path: Path, text: str) -> None:
    _, problems = read_general(general_values(Settings(tmp_path / "settings.toml")) | {"budget.run_usd": text})
    assert problems == {"budget.run_usd": "Write a number from 0 to 100000."}


def test_an_amount_comes_back(tmp_path: Path) -> None:
    read, problems = read_general(general_values(Settings(tmp_path / "settings.toml")) | {"budget.run_usd": "2.5"})
    assert problems == {}
    assert read["budget.run_usd"] == 2.5


def test_a_number_outside_its_limits_is_said(tmp_path: Path) -> None:
    values = general_values(Settings(tmp_path / "settings.toml")) | {"run.max_rounds": "900"}
    _, problems = read_general(values)
    assert problems == {"run.max_rounds": "Write a whole number from 1 to 100."}
