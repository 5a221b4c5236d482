"""What the window tells of a message when one looks for it, and of who the next one goes to."""

import pytest

from tests.end_to_end.desktop_session import ROOT, Desktop
from tests.end_to_end.providers import NO_TITLES, Held, providers
from tests.end_to_end.stored import Stored
from tests.wire import claude, gemini

pytestmark = pytest.mark.end_to_end

PICTURES = ROOT / "build" / "pictures" / "window"
ROLE = """
[[role]]
name = "chat"
responder_fallbacks = ["claude-opus-5-5"]
"""


def test_details_name_model_host_fallback_cache_cost_and_times(screen: Desktop, stored: Stored) -> None:
    stored.configure(NO_TITLES + ROLE)
    looks = gemini.chunk(gemini.call("list_directory", {"path": "."}, id="g-1"), finish="STOP")
    gathers = (gemini.answers(looks), gemini.says("Nothing there."))
    whole = claude.answers(
        claude.text(0, "The folder is empty."),
        input_tokens=100,
        cache_read_input_tokens=9_000,
        cache_creation_input_tokens=400,
        output_tokens=7,
    )
    held = Held(("The folder ",), ("is still empty.",))
    steps = (claude.fails(404, "not_found_error", "model: claude-sonnet-5-5"), whole, held.step)
    with providers(gemini=(*gathers, gemini.says("As before.")), claude=steps) as both:
        program = screen.launch(stored.home, variables=both.variables)
        words = "Send (Enter)\nRole: Chat\nWrites: Claude Sonnet 5.5\nGathers: Gemini 3.8 Flash"
        assert program.wait_for("push button", "Send").description == words
        program.send("What is there?")
        answer = program.wait_for("list item", begins="Assistant:", holds="The folder is empty.")
        stored.wait_for_states("done")
        told = program.look_again(answer).description
        host = both.claude.url.removeprefix("http://")
        assert told.startswith(
            f"Claude Opus 5.5 · fallback · {host} · 9,500 (9,000 from cache, 400 to cache) → 7 tokens"
        )
        assert " · $0.0" in told
        assert " · gathered " in told
        assert " · wrote " in told
        screen.move(*program.look_again(answer).centre)
        program.wait_for("push button", "Copy message")
        screen.picture(PICTURES / "details.png")

        program.press("check box", "Tools")
        program.wait_for("push button", "Send", holds="Send (Enter)\nRole: Chat\nWrites: Claude Sonnet 5.5")
        assert "Gathers" not in program.wait_for("push button", "Send").description
        program.send("And now?")
        program.wait_for("list item", begins="Assistant:", holds="The folder ")
        stop = program.wait_for("push button", "Stop")
        screen.move(*stop.centre)
        tip = program.wait_for("tool tip", begins="Stop the run (Esc)\nAt work for ")
        program.wait_for("tool tip", begins="Stop the run (Esc)\nAt work for 3 s")
        screen.picture(PICTURES / "stop-tool-tip.png")
        held.let_go()
        program.wait_for("list item", begins="Assistant:", holds="is still empty.")
        assert tip.name
