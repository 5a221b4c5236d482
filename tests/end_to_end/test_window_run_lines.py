"""What runs did, in the transcript: the line that folds out, and what is said of runs that did not end well."""

import pytest

from tests.end_to_end.desktop_session import Desktop, Program, wait_until
from tests.end_to_end.providers import NO_TITLES, Held, providers
from tests.end_to_end.stored import Stored
from tests.end_to_end.test_nothing_lost import kept_state
from tests.end_to_end.test_window_conversations import MESSAGE, NOTES, answer, demo, open_debug_pane
from tests.end_to_end.test_window_editing import picture
from tests.end_to_end.test_window_gate import close_dialog
from tests.wire import claude, gemini

pytestmark = pytest.mark.end_to_end


def selected(program: Program, name: str) -> bool:
    row = program.find(MESSAGE, name)
    return row is not None and "selected" in row.states


def test_line_folds_out_by_keys_and_leads_to_the_call_of_an_earlier_run(screen: Desktop, stored: Stored) -> None:
    program = demo(screen, stored)
    program.send("read notes.md")
    answer(program, NOTES)
    program.wait_for("push button", begins="Gathered: 1 call, ")
    program.send("what is 6*7?")
    answer(program, "42")
    stored.wait_for_states("done", "done")
    program.wait_for(MESSAGE, "calculate done")
    for _ in range(4):
        screen.keys("alt+Up")
    wait_until(
        lambda: (first := program.find(MESSAGE, begins="You: read notes.md")) is not None and "focused" in first.states,
        "the first message to have the keyboard",
    )
    assert program.find("push button", "read_file notes.md done") is None
    open_debug_pane(screen, program)
    program.wait_for("label", "Run on “what is 6*7?”")
    screen.keys("Tab")
    screen.keys("Return")
    program.wait_for("push button", "read_file notes.md done")
    program.wait_for(MESSAGE, "read_file done")  # the panes follow the run that was opened
    program.wait_for("label", "Run on “read notes.md”")
    assert program.find(MESSAGE, "calculate done") is None
    picture(screen, "run-line")
    screen.keys("Tab")
    screen.keys("Return")
    wait_until(lambda: selected(program, "read_file done"), "the call to be selected")
    wait_until(lambda: kept_state(stored).get("conversation"), "the conversation in the state's file")
    program.kill()
    again = screen.launch(stored.home, "--demo")
    line = again.wait_for("push button", begins="Gathered: 1 call, ")
    again.click(line)
    again.wait_for("push button", "read_file notes.md done")


def test_a_run_that_waits_keeps_its_action_when_a_later_message_is_sent(screen: Desktop, stored: Stored) -> None:
    program = demo(screen, stored)
    program.send("write todo.txt with buy milk")
    program.wait_for("dialog", "Confirm tool call")
    close_dialog(screen, program)
    program.wait_for("push button", begins="Gathering · round 1 · 1 call")
    program.wait_for("label", "A tool call waits for your decision.")
    picture(screen, "run-waits")
    program.kill()
    again = screen.launch(stored.home, "--demo")
    again.wait_for("dialog", "Confirm tool call")
    close_dialog(screen, again)
    again.wait_for("label", "A tool call waits for your decision.")
    again.press("push button", "Review…")
    again.press("push button", "Allow once")
    answer(again, "todo.txt")
    again.wait_until_gone("push button", "Review…")
    again.wait_for("push button", begins="Gathered: 1 call, ")


def test_stopped_and_failed_runs_say_so_where_they_happened_also_later(screen: Desktop, stored: Stored) -> None:
    held = Held(before=("Lar",), after=("ch.",))
    nothing = gemini.says("Nothing had to be gathered.")
    refused = claude.fails(400, "invalid_request_error", "This is refused.")
    oak, pine = (claude.answers(claude.text(0, word)) for word in ("Oak.", "Pine."))
    stored.configure(NO_TITLES)
    with providers(gemini=(nothing,) * 3, claude=(held.step, refused, oak, pine)) as both:
        program = screen.launch(stored.home, variables=both.variables)
        program.send("first tree")
        wait_until(lambda: stored.rows("SELECT 1 FROM runs WHERE partial_text LIKE 'Lar%'"), "the half")
        program.press("push button", "Stop")
        program.wait_for("label", begins="You stopped this run.")
        held.let_go()
        program.send("second tree")
        program.wait_for("label", holds="cannot take this request", begins="")
        program.wait_for("label", begins="You stopped this run.")
        program.send("third tree")
        answer(program, "Oak.")
        stored.wait_for_states("stopped", "failed", "done")
        picture(screen, "run-outcomes")
        wait_until(lambda: kept_state(stored).get("conversation"), "the conversation in the state's file")
        program.kill()
        again = screen.launch(stored.home, variables=both.variables)
        answer(again, "Oak.")
        again.wait_for("label", begins="You stopped this run.")
        again.wait_for("label", holds="cannot take this request", begins="")
        buttons = again.find_all("push button", "Write again")
        assert len(buttons) == 2
        again.click(buttons[-1])
        answer(again, "Pine.")
        stored.wait_for_states("stopped", "done", "done")
        assert len(again.find_all("push button", "Write again")) == 1


def test_retrying_is_counted_down_and_can_be_stopped(screen: Desktop, stored: Stored) -> None:
    slow = gemini.fails(429, "Too many.", word="RESOURCE_EXHAUSTED", details=[gemini.retry_info("9s")])
    with providers(gemini=(slow, slow), claude=()) as both:
        program = screen.launch(stored.home, variables=both.variables)
        program.send("a tree")
        first = program.wait_for("label", holds="Attempt 2 in ", begins="")
        picture(screen, "run-retries")
        wait_until(
            lambda: (
                program.find("label", first.name) is None
                and any("Attempt 2 in " in each.name for each in program.find_all("label"))
            ),
            "the countdown to go on",
        )
        buttons = [each for each in program.find_all("push button", "Stop") if each.box[1] < 600]
        program.click(buttons[0])
        program.wait_for("label", begins="You stopped this run.")
        stored.wait_for_states("stopped")


def test_what_was_summarised_is_noted_where_it_happened_also_after_a_restart(screen: Desktop, stored: Stored) -> None:
    stored.configure(f"{NO_TITLES}\n[run]\nhistory_budget_tokens = 500\n")
    nothing = gemini.says("Nothing had to be gathered.")
    summary = gemini.says("The person asked for trees. Oak, pine and larch were described.")
    long = tuple(claude.answers(claude.text(0, f"Tree {number}. " + "leaf " * 160)) for number in range(1, 6))
    with providers(gemini=(nothing,) * 3 + (summary, nothing, nothing), claude=long) as both:
        program = screen.launch(stored.home, variables=both.variables)
        for number in range(1, 6):
            program.send(f"tree {number}, please")
            answer(program, f"Tree {number}.")
            stored.wait_for_states(*["done"] * number)
        assert [run["left_out"] for run in stored.runs()] == [0, 0, 0, 4, 4]
        program.wait_for("push button", "4 earlier messages were summarised")
        assert len(program.find_all("push button", "4 earlier messages were summarised")) == 1
        wait_until(lambda: kept_state(stored).get("conversation"), "the conversation in the state's file")
        program.kill()
        again = screen.launch(stored.home, variables=both.variables)
        answer(again, "Tree 5.")
        for _ in range(4):
            screen.keys("alt+Up")
        note = again.wait_for("push button", "4 earlier messages were summarised")
        again.click(note)
        again.wait_for(MESSAGE, begins="You: tree 4", holds="Oak, pine and larch were described.")
        picture(screen, "run-summarised")
