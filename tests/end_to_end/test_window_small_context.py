"""A conversation far beyond what its models can read at once: it goes on, what is cut is marked, nothing is lost."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from desktop.engine.prompts import SUMMARISER
from desktop.engine.tokens import estimate_tokens
from tests.end_to_end.desktop_session import ROOT, Desktop
from tests.end_to_end.providers import NO_TITLES, in_thread
from tests.end_to_end.stored import Stored
from tests.wire import openai as local
from tests.wire.server import Exchange, WireServer, wire_server

pytestmark = pytest.mark.end_to_end

PICTURES = ROOT / "build" / "pictures" / "window"
CONTEXT = 3_000
TURNS = 6
LONG = "All of this was said before. " * 60
NOTES = "".join(f"Line {number} of the notes.\n" for number in range(3_000))
ASKS = local.answers(
    local.calls(local.piece(0, id="c-1", name="read_file", arguments='{"path": "notes.md"}')), local.end("tool_calls")
)
SETTINGS = f"""
[models]
orchestrator = "tiny"
responder = "tiny"

[[model]]
name = "tiny"
provider = "openai-compatible"
label = "Tiny"
host = "{{url}}/v1"
context_tokens = {CONTEXT}

[[role]]
name = "chat"
tools = ["read_file"]
"""


async def tiny(exchange: Exchange) -> None:
    """A model that reads the notes when it is asked to, and is long-winded in all else."""
    messages: list[dict[str, Any]] = exchange.request.json["messages"]
    if messages[0]["content"].startswith(SUMMARISER[:60]):
        await local.says("They talked about the weather.")(exchange)
    elif "tools" not in exchange.request.json:
        await local.says(LONG)(exchange)
    elif messages[-1]["role"] == "tool":
        await local.says("The notes have lines.")(exchange)
    elif "read the notes" in str(messages[-1]["content"]):
        await ASKS(exchange)
    else:
        await local.says("")(exchange)


def test_a_conversation_beyond_any_context_goes_on(screen: Desktop, stored: Stored) -> None:
    @contextlib.asynccontextmanager
    async def served() -> AsyncIterator[WireServer]:
        async with wire_server() as server:
            server.always = tiny
            yield server

    stored.workspace.mkdir(parents=True)
    (stored.workspace / "notes.md").write_text(NOTES, encoding="utf-8")
    with in_thread(served) as server:
        stored.configure(NO_TITLES + SETTINGS.replace("{url}", server.url))
        program = screen.launch(stored.home, ready=False)
        program.wait_for("label", "Models", holds="Tiny → Tiny")
        for number in range(TURNS):
            program.send(f"Question {number}?")
            stored.wait_for_states(*["done"] * (number + 1))
        program.send("Now read the notes.")
        stored.wait_for_states(*["done"] * (TURNS + 1))
        program.wait_for("list item", "read_file done")
        screen.picture(PICTURES / "small-context.png")

        sizes = [estimate_tokens(request.body.decode()) for request in server.requests]
        assert max(sizes) <= CONTEXT, "no request is longer than the model can read"
        gathering, reading, answering = server.requests[-3:]
        for request in (gathering, answering):
            assert "left out here. A summary of what was said" in request.body.decode()
            assert "They talked about the weather." in request.body.decode()
            assert "Question 0?" not in request.body.decode()
        for request in (reading, answering):
            assert "Line 0 of the notes." in request.body.decode()
            assert "Line 1500 of the notes." not in request.body.decode()
            assert "left out" in request.body.decode()
    (call,) = stored.rows("SELECT result FROM calls")
    assert len(call["result"]) > len(NOTES) // 2, "the whole of it is kept"
    assert len(stored.answers()) == TURNS + 1
    assert all(answer.strip() == LONG.strip() for answer in stored.answers())
