"""Models and roles in the window: one is added and tried, one is chosen, and one takes over from another."""

import json
import tomllib

import pytest

from tests.end_to_end.desktop_session import ROOT, Desktop, Program, wait_until
from tests.end_to_end.providers import CLAUDE_KEY, GEMINI_KEY, NO_TITLES, Held, providers
from tests.end_to_end.stored import Stored
from tests.wire import claude, gemini
from tests.wire.server import Exchange

pytestmark = pytest.mark.end_to_end

PICTURES = ROOT / "build" / "pictures" / "window"
LIST = {
    "data": [
        {"id": "claude-new-1", "type": "model", "display_name": "New", "created_at": "2026-01-01T00:00:00Z"},
        {"id": "claude-old-1", "type": "model", "display_name": "Old", "created_at": "2025-01-01T00:00:00Z"},
    ],
    "has_more": False,
}
ROLE = """
[[role]]
name = "chat"
orchestrator_fallbacks = ["claude-haiku-5-5"]
responder_fallbacks = ["claude-opus-5-5"]
"""


async def lists(exchange: Exchange) -> None:
    await exchange.reply(200, LIST)


def open_settings(program: Program, screen: Desktop, page: str) -> None:
    program.click(program.wait_for("text", "Message", enabled=True))
    program.wait_for_focus("Message")
    screen.keys("ctrl+comma")
    program.wait_for("dialog", "Settings")
    program.press("list item", page)


def fill(program: Program, screen: Desktop, name: str, text: str) -> None:
    """Type into a field of the form."""
    program.click(program.wait_for("text", name, enabled=True))
    screen.keys("ctrl+a")
    screen.type(text)


def test_a_model_is_added_tried_and_chosen_for_a_conversation(screen: Desktop, stored: Stored) -> None:
    stored.configure(NO_TITLES)
    bad_key = claude.fails(401, "authentication_error", "invalid x-api-key")
    answers = (claude.answers(claude.text(0, "OK")), claude.answers(claude.text(0, "Hello from the new one.")))
    with providers(claude=(lists, bad_key, *answers)) as both:
        program = screen.launch(stored.home, variables=both.variables)
        open_settings(program, screen, "Models")
        program.press("list item", "Claude Haiku 5.5")
        program.press("push button", "List models")
        program.wait_for("label", begins="2 models: choose under Model.")
        program.press("push button", "Add model")
        program.press("combo box", "Google Gemini")
        program.press("list item", "Anthropic Claude")
        fill(program, screen, "Model", "claude-new-1")
        fill(program, screen, "Label", "Claude New")
        program.press("push button", "Test")
        program.wait_for("label", begins="Claude New refused the API key (401")
        program.press("push button", "Test")
        program.wait_for("label", begins="Claude New at 127.0.0.1:", holds="works")
        screen.picture(PICTURES / "settings-models.png")
        program.press("push button", "Save model")
        program.wait_for("list item", "Claude New")
        (row,) = tomllib.loads(settings_of(stored))["model"]
        assert row == {"name": "claude-new-1", "provider": "anthropic", "label": "Claude New"}
        program.press("push button", "Close")
        program.wait_until_gone("dialog", "Settings")
        program.press("push button", "Choose models")
        screen.keys("Down", "Down", "Right", "Up", "Return")  # Answers; the last of its models
        program.wait_for("label", "Models", holds="Claude New")
        program.press("check box", "Tools")
        program.send("Hello?")
        program.wait_for("list item", begins="Assistant:", holds="Hello from the new one.")
        assert both.claude.requests[-1].json["model"] == "claude-new-1"
    assert stored.files_that_hold(CLAUDE_KEY) == stored.files_that_hold(GEMINI_KEY) == []


def settings_of(stored: Stored) -> str:
    path = wait_until(lambda: next(iter(stored.home.rglob("settings.toml")), None), "the settings file")
    return path.read_text(encoding="utf-8")


def test_the_next_model_takes_over_and_the_window_says_so(screen: Desktop, stored: Stored) -> None:
    stored.workspace.mkdir(parents=True)
    (stored.workspace / "notes.md").write_text("The meeting is on Thursday.", encoding="utf-8")
    stored.configure(NO_TITLES + ROLE)
    read = gemini.answers(
        gemini.chunk(gemini.call("read_file", {"path": "notes.md"}, id="g-1", signature=b"signed"), finish="STOP")
    )
    gone = gemini.fails(404, "models/gemini-3.8-flash is not found", word="NOT_FOUND")
    held = Held(("On Thursday",), (" [1].",))
    gathers, refuses = claude.answers(claude.text(0, "It is on Thursday.")), claude.fails(404, "not_found_error")
    with providers(gemini=(read, gone), claude=(gathers, refuses, held.step)) as both:
        program = screen.launch(stored.home, variables=both.variables)
        program.send("When is the meeting?")
        program.wait_for(
            "label", "Status", holds="Claude Opus 5.5 takes over: Claude Sonnet 5.5 does not know this model"
        )
        program.wait_for("filler", "Claude Opus 5.5 is writing")
        screen.picture(PICTURES / "fallback.png")
        held.let_go()
        program.wait_for("list item", begins="Assistant:", holds="On Thursday [1].")
        stored.wait_for_states("done")
        program.wait_for("list item", "read_file done")
        asked = [request.json["model"] for request in both.claude.requests]
        assert asked == ["claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5"]
        assert len(both.gemini.requests) == 2
        assert "signature" not in both.claude.requests[0].body.decode()
    (answer,) = stored.rows("SELECT details FROM messages WHERE role = 'assistant'")
    details = json.loads(answer["details"])
    assert (details["label"], details["fallback"]) == ("Claude Opus 5.5", True)
    assert stored.calls() == [("read_file", "done")]


KEPT = """# The first line.
[run]
max_rounds = 5  # few
"""


def test_a_role_of_ones_own_is_added_chosen_and_used(screen: Desktop, stored: Stored) -> None:
    folder = stored.home / "config" / "cortex-desktop"
    folder.mkdir(parents=True)
    (folder / "settings.toml").write_text(KEPT, encoding="utf-8")
    gone, answers = claude.fails(404, "not_found_error"), claude.answers(claude.text(0, "From the role."))
    with providers(gemini=(gemini.says("Gathered."),), claude=(gone, answers)) as both:
        program = screen.launch(stored.home, variables=both.variables)
        program.wait_for("label", begins="Requests go elsewhere", holds="ANTHROPIC_BASE_URL = http://127.0.0.1:")
        open_settings(program, screen, "Roles")
        program.press("push button", "Add role")
        fill(program, screen, "Name", "poet")
        program.click(program.find_all("combo box", "Add a model …")[-1])
        program.press("list item", "Claude Opus 5.5")
        program.wait_for("list item", "Claude Opus 5.5")
        screen.keys(*["Tab"] * 4)  # the form scrolls with the focus
        program.wait_for_focus("Tools")
        screen.type("current_time")
        screen.picture(PICTURES / "settings-roles.png")
        program.press("push button", "Save role")
        program.wait_for("label", "Saved.")
        program.press("push button", "Close")
        program.wait_until_gone("dialog", "Settings")
        written = settings_of(stored)
        (role,) = tomllib.loads(written)["role"]
        assert role == {"name": "poet", "responder_fallbacks": ["claude-opus-5-5"], "tools": ["current_time"]}
        assert written.startswith(KEPT)
        program.press("combo box", "chat")
        screen.keys("End", "Return")
        program.send("Hello?")
        program.wait_for("list item", begins="Assistant:", holds="From the role.")
        (tool,) = both.gemini.requests[0].json["tools"][0]["functionDeclarations"]
        assert tool["name"] == "current_time"
        asked = [request.json["model"] for request in both.claude.requests]
        assert asked[:2] == ["claude-sonnet-5-5", "claude-opus-5-5"]  # then the title
    (run,) = stored.runs()
    assert json.loads(run["options"])["role"] == "poet"
