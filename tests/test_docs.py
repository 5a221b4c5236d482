"""What the documents say of names, options, fields, settings and files is what the program has."""

import argparse
import ast
import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from itertools import takewhile
from pathlib import Path
from typing import Any, get_args

import pytest

from bench.__main__ import MODULES
from desktop.__main__ import make_parser
from desktop.engine.events import Event
from desktop.engine.gate import Policy, default_policy
from desktop.engine.messages import CallState
from desktop.engine.tools.builtin import builtin_tools
from desktop.secrets import SERVICE, VARIABLES
from desktop.setting import Setting
from desktop.settings import Settings
from desktop.settings_rows import DEFAULT_ROLES, ModelRow, RoleRow

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
BENCHMARKS = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CHANGELOG.md", *sorted(ROOT.glob("docs/**/*.md"))]

_STANDARD_KEYS = {
    "Ctrl+A": "SelectAll",
    "Ctrl+C": "Copy",
    "Ctrl+Z": "Undo",
    "Ctrl+S": "Save",
    "F5": "Refresh",
    "Ctrl+F": "Find",
}
"""Keys that the code names by what they do, as Qt knows them."""


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next of its rank or a higher one."""
    marks = heading.split(" ", 1)[0]
    begin = text.index(f"\n{heading}\n") + len(heading) + 2
    end = re.search(rf"^#{{1,{len(marks)}}} ", text[begin:], re.MULTILINE)
    return text[begin : begin + end.start() if end else len(text)]


def table(text: str) -> list[list[str]]:
    """The cells of the first table of a text, without its head."""
    begin = text.index("\n|") + 1
    lines = list(takewhile(lambda line: line.startswith("|"), text[begin:].splitlines()))
    return [[cell.strip() for cell in re.split(r"(?<=\s)\|(?=\s)", line.strip("|"))] for line in lines[2:]]


def code(text: str) -> list[str]:
    """What is set as code in a text."""
    return re.findall(r"`([^`]+)`", text)


def leaves(parser: argparse.ArgumentParser, name: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """The commands that do something, with their names."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield name.strip(), parser
    for action in below:
        for word, command in action.choices.items():
            yield from leaves(command, f"{name} {word}")


def values_of(setting: "Setting[Any]") -> str:
    """What a setting can be, as the README says it."""
    if setting.choices is not None:
        return " ".join(f"`{Setting.written(choice)}`" for choice in setting.choices)
    if isinstance(setting.default, bool):
        return "`true` `false`"
    if isinstance(setting.default, int | float):
        return f"{setting.minimum:,} to {setting.maximum:,} {setting.unit}"
    return "text"


def settings_rows() -> Sequence[str]:
    """The README's table of settings, a line each."""
    return [
        f"| `{one.key}` | `{Setting.written(one.default)}` | {values_of(one)} | {one.help} |"
        for one in sorted(Settings.declared(), key=lambda one: one.key)
    ]


def test_settings_table_is_that_of_the_declarations() -> None:
    rows = [line for line in section(README, "### All settings").splitlines() if line.startswith("| `")]
    assert rows == settings_rows()


def test_examples_of_the_settings_file_are_read_without_a_complaint(tmp_path: Path) -> None:
    examples = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    (file := tmp_path / "settings.toml").write_text("\n".join(examples), encoding="utf-8")
    settings, problems = Settings.load(file)
    assert examples
    assert problems == []
    assert {"qwen"} <= {model.name for model in settings.models}


@pytest.mark.parametrize(("heading", "kind"), [("### A model", ModelRow), ("### A role", RoleRow)])
def test_fields_of_models_and_roles_are_all_named(heading: str, kind: type[ModelRow | RoleRow]) -> None:
    named = [name for row in table(section(README, heading)) for name in code(row[0])]
    assert named == list(kind.model_fields)


def test_built_in_roles_are_named() -> None:
    assert [code(row[0])[0] for row in table(section(README, "### Roles that come with it"))] == [
        role.name for role in DEFAULT_ROLES
    ]


def test_every_command_stands_with_all_its_options() -> None:
    told = {
        re.sub(r" \[?[A-Z].*", "", code(row[0])[0]).removeprefix("cortex-desktop").strip(): code(row[1])
        for row in table(section(README, "## Command line"))
    }
    commands = {"": make_parser(), **dict(leaves(make_parser()))}
    assert set(told) == set(commands)
    for name, command in commands.items():
        options = {option for action in command._actions for option in action.option_strings} - {"-h", "--help"}
        assert {option.split(" ")[0] for option in told[name]} == options, name


def test_every_event_stands_with_all_its_fields() -> None:
    union, *_ = get_args(Event)
    told = {
        code(kind)[0]: [name for name in code(fields)]
        for kind, fields in table(section(README, "### Events of `--json`"))
    }
    assert told == {
        kind.model_fields["type"].default: [
            field.alias or name for name, field in kind.model_fields.items() if name not in ("type", "run_id")
        ]
        for kind in get_args(union)
    }


def test_states_of_calls_are_all_named() -> None:
    sentence = section(README, "### Events of `--json`").split("A call's `state`", 1)[1].split("(", 1)[0]
    assert set(code(sentence)) == {state.value for state in CallState}


def test_tools_stand_with_their_default_policy() -> None:
    told = {name: code(row[1])[0] for row in table(section(README, "### Tools")) for name in code(row[0])}
    assert told == {tool.name: default_policy(tool.effects).value for tool in builtin_tools()}
    assert set(told.values()) <= {policy.value for policy in Policy}


def test_names_of_keys_are_those_of_the_program() -> None:
    keys = section(README, "## Where things lie")
    assert SERVICE in code(keys)
    assert {variable for names in VARIABLES.values() for variable in names} <= set(code(keys))


def shortcuts() -> set[str]:
    """Every shortcut that stands as text in the program."""
    shape = re.compile(r"(?:(?:Ctrl|Alt|Shift)\+)+(?:[A-Z,=+-]|\d|Up|Down)|(?:Shift\+)?F\d{1,2}")
    return {
        node.value
        for path in ROOT.glob("desktop/**/*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and shape.fullmatch(node.value)
    }


def test_every_shortcut_stands_in_the_table_of_keys() -> None:
    told = {keys for row in table(section(README, "## Keys")) for keys in code(row[0])}
    assert shortcuts() - told == set()


def test_every_key_of_the_table_is_one() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.glob("desktop/**/*.py"))
    known = shortcuts()
    for row in table(section(README, "## Keys")):
        for keys in code(row[0]):
            last = keys.split("+")[-1]
            by_code = {"Enter": "Return", "Esc": "Escape"}.get(last, last)
            by_purpose = _STANDARD_KEYS.get(keys, "")
            assert (
                keys in known or f"Key_{by_code}" in source or (by_purpose and f"StandardKey.{by_purpose}" in source)
            ), keys


def lines_of(module: str) -> set[str]:
    """The names of the lines that a module of ``bench`` prints."""
    tree = ast.parse((ROOT / "bench" / f"{module}.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "Line"]
    names: set[str] = {
        name.value for call in calls if isinstance(name := call.args[0], ast.Constant) and isinstance(name.value, str)
    }
    return names or set(getattr(import_module(f"bench.{module}"), "_GOALS"))  # noqa: B009 - for the type checker


def test_every_measurement_stands_in_the_benchmarks() -> None:
    told: dict[str, set[str]] = {}
    for row in table(BENCHMARKS):
        told.setdefault(code(row[1])[0], set()).update(code(row[0]))
    assert told == {module: lines_of(module) for module in MODULES}


def laid_out() -> list[str]:
    """The files and folders that ARCHITECTURE's tree names, from the root of the repository."""
    block = section(ARCHITECTURE, "## Layout").split("```")[1]
    folders: list[tuple[int, str]] = []
    found: list[str] = []
    for line in block.splitlines():
        indent = len(line) - len(line.lstrip())
        named = re.match(r"((?:[\w.*/{},]+(?:\.py|/)\s+)+)", f"{line.strip()}  ")
        if named is None or (folders and indent > folders[-1][0] + 2):
            continue
        while folders and folders[-1][0] >= indent:
            folders.pop()
        for name in named.group(1).split():
            path = "".join(folder for _, folder in folders) + name
            found.append(path)
            if name.endswith("/"):
                folders.append((indent, name))
    return found


def test_the_layout_names_what_is_there() -> None:
    names = laid_out()
    assert len(names) > 150
    assert [name for name in names if not any(ROOT.glob(name.rstrip("/")))] == []


def test_the_layout_names_every_module_but_those_of_views() -> None:
    told = {Path(name) for name in laid_out()}
    there = {
        path.relative_to(ROOT)
        for folder in ("desktop", "desktop/engine", "desktop/engine/store")
        for path in (ROOT / folder).glob("*.py")
        if path.name != "__init__.py"
    }
    assert there - told == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for link in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8")):
        if "://" not in link:
            assert (path.parent / link).exists(), link


def test_decisions_are_numbered_and_say_what_why_and_what_else() -> None:
    paths = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    for number, path in enumerate(paths, start=1):
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {number:03} "), path.name
        assert path.name.startswith(f"{number:03}-")
        for part in ("**Choice.**", "**Reason.**", "**Rejected.**"):
            assert part in text, f"{part} is missing in {path.name}"
