"""``models``, ``usage`` and the fallbacks of a role on the command line: real processes and SDKs, loopback servers."""

import csv
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.paths import Paths
from tests.end_to_end.program import cortex
from tests.end_to_end.providers import CLAUDE_KEY, GEMINI_KEY, Providers, providers
from tests.wire import claude, gemini
from tests.wire.server import Exchange, Step

pytestmark = [pytest.mark.end_to_end, pytest.mark.skipif(os.name != "posix", reason="paths of POSIX")]

Point = Callable[[Providers], None]
ROLE = """
[[role]]
name = "careful"
orchestrator_fallbacks = ["claude-haiku-5-5"]
responder_fallbacks = ["claude-opus-5-5"]
tools = ["current_time"]
"""


@pytest.fixture
def point(monkeypatch: pytest.MonkeyPatch) -> Point:
    """Lets the program speak with scripted servers."""

    def to(both: Providers) -> None:
        for name, value in both.variables.items():
            monkeypatch.setenv(name, value)

    return to


def replies(status: int, message: str) -> Step:
    async def step(exchange: Exchange) -> None:
        await exchange.reply(status, {"type": "error", "error": {"type": "authentication_error", "message": message}})

    return step


def test_the_registry_is_listed_and_an_unknown_name_is_said() -> None:
    done = cortex("models", "list")
    assert done.status == 0
    assert "gemini-3.8-flash" in done.stdout
    assert "(anthropic, api.anthropic.com)" in done.stdout
    wrong = cortex("models", "test", "no-such-model")
    assert (wrong.status, wrong.stdout) == (2, "")
    assert "There is no model 'no-such-model'" in wrong.stderr


def test_the_roles_are_listed_with_what_holds_for_their_runs() -> None:
    file = Paths.of_system().settings_file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(ROLE + '[[role]]\nname = "lost"\nresponder = "gone"\n[run]\nmax_rounds = 0\n', encoding="utf-8")
    done = cortex("models", "roles")
    assert done.status == 0
    lines = done.stdout.splitlines()
    careful = next(line for line in lines if line.startswith("careful "))
    assert careful.split(maxsplit=1)[1] == (
        "gathers gemini-3.8-flash, else claude-haiku-5-5 · answers claude-sonnet-5-5, else claude-opus-5-5"
        " · current_time · access admin · 8 rounds"
    )
    assert any(line.startswith("lost  cannot be used: There is no model 'gone'") for line in lines)
    assert any(line.startswith("writer ") and line.endswith("answers claude-sonnet-5-5 · no tools") for line in lines)
    assert f"{file}, line 11: run.max_rounds: Write a whole number from 1 to 100." in done.stderr


def test_a_model_is_tested_and_what_is_wrong_is_said_without_the_key(point: Point) -> None:
    refuses = replies(401, f"invalid x-api-key: {CLAUDE_KEY}")
    with providers(claude=(claude.answers(claude.text(0, "OK")), refuses)) as both:
        point(both)
        works = cortex("models", "test", "claude-opus-5-5")
        assert (works.status, works.stdout.partition(";")[0][:15]) == (0, "Claude Opus 5.5")
        assert "ANTHROPIC_BASE_URL is in force" in works.stderr
        refused = cortex("models", "test", "claude-opus-5-5")
    assert (refused.status, refused.stdout) == (1, "")
    assert "Claude Opus 5.5 refused the API key (401, authentication_error)." in refused.stderr
    assert CLAUDE_KEY not in works.stdout + works.stderr + refused.stderr


def test_a_provider_is_asked_for_its_models(point: Point) -> None:
    async def lists(exchange: Exchange) -> None:
        await exchange.reply(200, {"models": [{"name": "models/gemini-b"}, {"name": "models/gemini-a"}]})

    with providers(gemini=(lists,)) as both:
        point(both)
        done = cortex("models", "list", "gemini-3.8-flash")
        assert both.gemini.requests[0].headers["x-goog-api-key"] == GEMINI_KEY
    assert (done.status, done.stdout) == (0, "gemini-a\ngemini-b\n")


def test_without_a_key_or_a_host_the_test_says_so(monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int) -> None:
    missing = cortex("models", "test", "claude-opus-5-5")
    assert missing.status == 1
    assert "There is no API key for Claude" in missing.stderr
    monkeypatch.setenv("ANTHROPIC_API_KEY", CLAUDE_KEY)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", f"http://127.0.0.1:{unused_tcp_port}")
    unreachable = cortex("models", "test", "claude-opus-5-5")
    assert unreachable.status == 1
    assert "could not be reached" in unreachable.stderr


def test_a_roles_fallbacks_take_over_and_it_is_told(point: Point, tmp_path: Path) -> None:
    settings = Paths.of_system().settings_file
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(ROLE, encoding="utf-8")
    gone = gemini.fails(404, "models/gemini-3.8-flash is not found", word="NOT_FOUND")
    gathers, answers = claude.answers(claude.text(0, "Gathered.")), claude.answers(claude.text(0, "The answer."))
    with providers(gemini=(gone, gone), claude=(gathers, answers) * 2) as both:
        point(both)
        plain = cortex("ask", "--role", "careful", "--root", str(tmp_path), "Hello?")
        told = cortex("ask", "--role", "careful", "--root", str(tmp_path), "--json", "Hello?")
        asked = [request.json["model"] for request in both.claude.requests]
        tools = [tool["name"] for tool in both.claude.requests[0].json["tools"]]
    assert (plain.status, plain.stdout) == (0, "The answer.\n")
    assert "Claude Haiku 5.5 takes over: Gemini 3.8 Flash does not know this model" in plain.stderr
    (event,) = told.of_type("fallback_used")
    assert (event["from"], event["to"], event["brain"]) == ("Gemini 3.8 Flash", "Claude Haiku 5.5", "orchestrator")
    assert asked == ["claude-haiku-5-5", "claude-sonnet-5-5"] * 2
    assert tools == ["current_time"]

    shown = cortex("usage", "--days", "1")
    assert shown.status == 0
    by_model = shown.stdout.partition("By model\n")[2].partition("By brain\n")[0]
    assert [line.split()[0] for line in by_model.splitlines()] == ["claude-sonnet-5-5", "claude-haiku-5-5"]
    assert [line.split()[0] for line in shown.stdout.partition("By brain\n")[2].splitlines()[:2]] == [
        "Responder",
        "Orchestrator",
    ]
    assert "Hello?" in shown.stdout.partition("By conversation\n")[2]
    assert "  4 calls" in shown.stdout.splitlines()[-1]
    table = list(csv.DictReader(io.StringIO(cortex("usage", "--csv").stdout)))
    assert {row["model"] for row in table} == {"claude-haiku-5-5", "claude-sonnet-5-5"}
    assert sum(int(row["calls"]) for row in table) == 4


def test_nothing_used_is_said() -> None:
    done = cortex("usage")
    assert (done.status, done.stdout) == (0, "")
    assert "No model was called" in done.stderr
    wrong = cortex("usage", "--days", "0")
    assert wrong.status == 2
