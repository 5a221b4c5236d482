"""Budgets in the window: a run that comes to one asks, waits over a kill, and goes on as the person says."""

import pytest

from tests.end_to_end.desktop_session import ROOT, Desktop, Program, wait_until
from tests.end_to_end.providers import NO_TITLES, providers
from tests.end_to_end.stored import Stored
from tests.end_to_end.test_nothing_lost import kept_state
from tests.wire import claude, gemini

pytestmark = pytest.mark.end_to_end

PICTURES = ROOT / "build" / "pictures" / "window"
DEAR = gemini.usage(2_000_000, 10)


def reached(program: Program, words: str) -> None:
    """The dialog shows and can be worked."""
    program.wait_for("dialog", "Budget reached", holds=words)
    program.wait_for("push button", "Go on", enabled=True)


def put_off(program: Program) -> None:
    program.press("push button", "Not now")
    program.wait_until_gone("dialog", "Budget reached")


def test_a_run_over_its_budget_asks_also_after_a_kill_and_goes_on(screen: Desktop, stored: Stored) -> None:
    stored.configure(NO_TITLES + "[budget]\nrun_usd = 0.05\n")
    looks = gemini.chunk(gemini.call("list_directory", {"path": "."}, id="g-1"), finish="STOP", usage=DEAR)
    answer = claude.answers(claude.text(0, "The folder is empty."))
    with providers(gemini=(gemini.answers(looks), gemini.says("Empty.")), claude=(answer,)) as both:
        first = screen.launch(stored.home, variables=both.variables)
        first.send("What is there?")
        reached(first, "This run has cost $")
        screen.picture(PICTURES / "budget-dialog.png")
        put_off(first)
        first.wait_for("push button", "Go on…")
        screen.picture(PICTURES / "budget-outcome.png")
        stored.wait_for_states("failed")
        assert stored.calls() == [("list_directory", "done")]
        wait_until(lambda: kept_state(stored).get("conversation"), "the conversation in the state's file")
        first.kill()

        again = screen.launch(stored.home, variables=both.variables)
        again.wait_for("label", begins="This run has cost $", holds="over the budget of $0.05.")
        assert len(both.gemini.requests) == 1, "nothing is sent before the person says so"
        again.press("push button", "Go on…")
        reached(again, "Go on lets this run make that request")
        again.press("push button", "Go on")
        again.wait_for("list item", begins="Assistant:", holds="The folder is empty.")
        stored.wait_for_states("done")
        assert stored.calls() == [("list_directory", "done")], "no tool runs twice"
        assert len(both.gemini.requests) == 2
        assert again.find("push button", "Go on…") is None


def test_each_run_over_the_days_budget_is_asked_about_by_itself(screen: Desktop, stored: Stored) -> None:
    stored.configure(NO_TITLES + "[budget]\nday_usd = 0.05\n[run]\ntools_enabled = false\n")
    dear = claude.answers(claude.text(0, "A dear answer."), input_tokens=2_000_000, output_tokens=10)
    answer = claude.answers(claude.text(0, "The first is answered."))
    with providers(claude=(dear, answer)) as both:
        program = screen.launch(stored.home, variables=both.variables)
        program.send("Zero?")
        program.wait_for("list item", begins="Assistant:", holds="A dear answer.")
        stored.wait_for_states("done")
        for question in ("First?", "Second?"):
            program.send(question)
            reached(program, "All runs of today have cost $")
            put_off(program)
        stored.wait_for_states("done", "failed", "failed")
        wait_until(lambda: len(program.find_all("push button", "Go on…")) == 2, "two runs to go on with")
        program.click(program.find_all("push button", "Go on…")[0])
        reached(program, "leaves the day's budget out for this run alone")
        screen.picture(PICTURES / "budget-of-the-day.png")
        program.press("push button", "Go on")
        program.wait_for("list item", begins="Assistant:", holds="The first is answered.")
        stored.wait_for_states("done", "done", "failed")
        assert both.claude.requests[-1].json["messages"][-1]["content"][-1]["text"].startswith("First?")
