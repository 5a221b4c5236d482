"""What a role of the settings' file does to a run, and to what its models see."""

from pathlib import Path

import pytest

from desktop.assembly import make_registry, run_options
from desktop.engine.gate import Access, Policy
from desktop.engine.messages import Brain
from desktop.engine.store.records import RunOptions
from desktop.settings import Settings

ROLES = """
[run]
max_rounds = 6
access = "admin"

[[model]]
name = "qwen"
provider = "openai-compatible"
host = "http://127.0.0.1:11434/v1"
context_tokens = 8192

[[role]]
name = "careful"
orchestrator = "qwen"
responder = "claude-haiku-5-5"
orchestrator_fallbacks = ["gemini-3.8-flash"]
fallbacks = ["claude-opus-5-5"]
fallback_to_paid = true
tools = ["read_file", "current_time"]
access = "user"
max_rounds = 3
inject_datetime = false
inject_mode = false
persona = "poet.md"

[[role]]
name = "eager"
max_rounds = 50
access = "admin"

[[role]]
name = "talker"
tools_enabled = false
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text(ROLES, encoding="utf-8")
    return path


def options_of(file: Path, role: str, **asked: object) -> RunOptions:
    settings, problems = Settings.load(file)
    assert problems == []
    return run_options(make_registry(settings), settings, role=role, root=Path("/w"), **asked)  # type: ignore[arg-type]


def test_all_that_a_role_names_goes_into_its_runs(file: Path) -> None:
    options = options_of(file, "careful")
    assert options.seat(Brain.ORCHESTRATOR) == ("qwen", "gemini-3.8-flash", "claude-opus-5-5")
    assert options.seat(Brain.RESPONDER) == ("claude-haiku-5-5", "claude-opus-5-5")
    assert options.fallback_to_paid
    assert options.tools == ("read_file", "current_time")
    assert (options.access, options.max_rounds) == (Access.USER, 3)
    assert (options.inject_datetime, options.inject_mode, options.persona) == (False, False, "poet.md")


def test_a_role_narrows_and_never_widens(file: Path) -> None:
    assert options_of(file, "eager").max_rounds == 6
    assert options_of(file, "eager", max_rounds=2).max_rounds == 2
    assert options_of(file, "careful", max_rounds=9).max_rounds == 3
    assert options_of(file, "careful", access=Access.ADMIN).access is Access.USER
    assert options_of(file, "eager", access=Access.USER).access is Access.USER
    file.write_text(ROLES.replace('access = "admin"\n\n', 'access = "user"\n\n'), encoding="utf-8")
    assert options_of(file, "eager").access is Access.USER


def test_tools_that_are_off_anywhere_are_off(file: Path) -> None:
    assert options_of(file, "eager").tools_enabled
    assert not options_of(file, "talker").tools_enabled
    assert not options_of(file, "talker", tools_enabled=True).tools_enabled
    assert not options_of(file, "eager", tools_enabled=False).tools_enabled
    file.write_text(ROLES.replace("max_rounds = 6", "max_rounds = 6\ntools_enabled = false"), encoding="utf-8")
    settings, _ = Settings.load(file)
    assert not make_registry(settings).role("eager").tools_enabled, "and the window says so"
    assert not options_of(file, "eager", tools_enabled=True).tools_enabled


def test_models_of_a_conversation_take_the_seats_and_leave_the_rest(file: Path) -> None:
    options = options_of(file, "careful", models={Brain.RESPONDER: "qwen", Brain.ORCHESTRATOR: "has-gone"})
    assert (options.orchestrator, options.responder) == ("qwen", "qwen")
    assert options.tools == ("read_file", "current_time")


def test_a_policy_asked_for_lifts_no_block(file: Path) -> None:
    file.write_text(ROLES + '\n[policy]\nread_file = "block"\n', encoding="utf-8")
    policies = options_of(file, "careful", policies={"read_file": Policy.ALLOW, "fetch_page": Policy.ALLOW}).policies
    assert policies == {"read_file": Policy.BLOCK, "fetch_page": Policy.ALLOW}
