"""Any model in either seat, in the window: gates and kills between them, and a choice that holds from the next run."""

import contextlib
import json
from collections.abc import AsyncIterator

import pytest

from tests.end_to_end.desktop_session import Desktop
from tests.end_to_end.providers import NO_TITLES, Held, in_thread, providers
from tests.end_to_end.stored import Stored
from tests.wire import claude, gemini
from tests.wire import openai as local
from tests.wire.server import WireServer, wire_server

pytestmark = pytest.mark.end_to_end

CROSSED = """
[[role]]
name = "chat"
orchestrator = "claude-sonnet-5-5"
responder = "gemini-3.8-flash"
"""
ARGUMENTS = json.dumps({"path": "todo.txt", "content": "buy milk"})


def write_over_a_kill(screen: Desktop, stored: Stored, variables: dict[str, str]) -> None:
    """A file is written by the gatherer's wish, with a kill while it waits for the person."""
    first = screen.launch(stored.home, variables=variables)
    first.send("Note the milk.")
    first.wait_for("dialog", "Confirm tool call")
    stored.wait_for_states("waiting")
    first.kill()
    assert not (stored.workspace / "todo.txt").exists()
    again = screen.launch(stored.home, variables=variables)
    again.wait_for("dialog", "Confirm tool call")
    again.press("push button", "Allow once")
    again.wait_for("list item", begins="Assistant:", holds="It is noted.")
    stored.wait_for_states("done")
    assert stored.calls() == [("write_file", "done")]
    assert (stored.workspace / "todo.txt").read_text(encoding="utf-8") == "buy milk"


def test_claude_gathers_and_gemini_writes(screen: Desktop, stored: Stored) -> None:
    stored.configure(NO_TITLES + CROSSED)
    wishes = claude.answers(
        claude.thinking(0, "signed-by-claude", "Hm."),
        claude.tool_use(1, "toolu_1", "write_file", ARGUMENTS[:9], ARGUMENTS[9:]),
        stop="tool_use",
    )
    steps = (wishes, claude.answers(claude.text(0, "It was written.")))
    with providers(gemini=(gemini.says("It is noted."),), claude=steps) as both:
        write_over_a_kill(screen, stored, both.variables)
        resent = both.claude.requests[1].json["messages"][-2]["content"]
        assert resent[0]["signature"] == "signed-by-claude"
        (request,) = both.gemini.requests
        assert "tools" not in request.json


def test_a_local_server_has_both_seats_though_it_names_no_ids_and_splits_its_calls(
    screen: Desktop, stored: Stored
) -> None:
    wishes = local.answers(
        local.calls(local.piece(0, name="write_file", arguments=ARGUMENTS[:7])),
        local.calls(local.piece(0, arguments=ARGUMENTS[7:20])),
        local.calls(local.piece(0, arguments=ARGUMENTS[20:])),
        local.end("stop"),
    )
    malformed = local.answers(
        local.calls(local.piece(0, name="write_file", arguments='{"path": "todo.txt", ')), local.end("tool_calls")
    )

    @contextlib.asynccontextmanager
    async def served() -> AsyncIterator[WireServer]:
        async with wire_server() as server:
            server.script(malformed, wishes, local.says("It was written."), local.says("It is noted."))
            yield server

    with in_thread(served) as server:
        stored.configure(f'{NO_TITLES}[local_server]\nurl = "{server.url}/v1"\nmodel = "qwen"\n')
        first = screen.launch(stored.home)
        first.send("Note the milk.")
        first.wait_for("dialog", "Confirm tool call")
        stored.wait_for_states("waiting")
        first.kill()
        again = screen.launch(stored.home)
        again.press("push button", "Allow once")
        again.wait_for("list item", begins="Assistant:", holds="It is noted.")
        stored.wait_for_states("done")
        assert stored.calls() == [("write_file", "failed"), ("write_file", "done")]
        results = [each for each in server.requests[2].json["messages"] if each["role"] == "tool"]
        assert [bool(each["tool_call_id"]) for each in results] == [True, True]
        assert (stored.workspace / "todo.txt").read_text(encoding="utf-8") == "buy milk"


def test_a_model_or_role_chosen_while_a_run_works_holds_from_the_next(screen: Desktop, stored: Stored) -> None:
    stored.configure(NO_TITLES + '[[role]]\nname = "poet"\nresponder = "claude-haiku-5-5"\ntools_enabled = false\n')
    held = Held(("The first",), (" answer.",))
    second, third = (claude.answers(claude.text(0, words)) for words in ("The second answer.", "The third answer."))
    with providers(claude=(held.step, second, third)) as both:
        program = screen.launch(stored.home, variables=both.variables)
        program.press("check box", "Tools")
        program.send("First?")
        program.wait_for("list item", begins="Assistant:", holds="The first")
        program.press("push button", "Choose models")
        screen.keys("Down", "Down", "Right", "Up", "Up", "Return")  # Answers; the last but one
        program.wait_for("label", "Models", holds="Claude Opus 5.5")
        held.let_go()
        program.wait_for("list item", begins="Assistant:", holds="The first answer.")
        stored.wait_for_states("done")
        program.send("Second?")
        program.wait_for("list item", begins="Assistant:", holds="The second answer.")
        stored.wait_for_states("done", "done")
        program.press("combo box", "chat")
        screen.keys("End", "Return")
        program.wait_until_gone("list item", "poet")
        program.press("push button", "Choose models")
        screen.keys("Down", "Down", "Right", "Return")  # Answers; as the role says
        program.wait_for("label", "Models", holds="Claude Haiku 5.5")
        assert not program.wait_for("check box", "Tools").is_enabled
        program.send("Third?")
        program.wait_for("list item", begins="Assistant:", holds="The third answer.")
        stored.wait_for_states("done", "done", "done")
        asked = [request.json["model"] for request in both.claude.requests]
        assert asked == ["claude-sonnet-5-5", "claude-opus-5-5", "claude-haiku-5-5"]
        assert [json.loads(run["options"])["role"] for run in stored.runs()] == ["chat", "chat", "poet"]
