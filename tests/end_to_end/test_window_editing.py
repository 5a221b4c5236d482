"""Branches, versions and the queue, worked by mouse and keys and seen through the accessibility tree."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.desktop_session import Desktop, Element, Program, wait_until
from tests.end_to_end.providers import NO_TITLES, Held, Providers, providers
from tests.end_to_end.stored import Stored
from tests.end_to_end.test_window_gate import close_dialog
from tests.wire import claude, gemini
from tests.wire.server import Step

pytestmark = pytest.mark.end_to_end

MESSAGE = "list item"
NOTHING = gemini.says("Nothing had to be gathered.")


def says(text: str) -> Step:
    return claude.answers(claude.text(0, text))


def picture(screen: Desktop, name: str) -> None:
    """Keep what the screen shows where CORTEX_PICTURES names a folder."""
    if folder := os.environ.get("CORTEX_PICTURES"):
        screen.picture(Path(folder) / f"{name}.png")


def act(screen: Desktop, program: Program, message: str, action: str) -> None:
    """Point at a message, then press one of its actions."""
    shown = program.wait_for(MESSAGE, begins=message)
    screen.move(*shown.centre)
    program.press("push button", action)


def marker(program: Program, words: str) -> Element:
    """Wait for the marker of versions."""
    return program.wait_for("label", f"Version {words}")


def launch(screen: Desktop, stored: Stored, both: Providers) -> Program:
    stored.configure(NO_TITLES)
    return screen.launch(stored.home, variables=both.variables)


@contextlib.contextmanager
def half_answered(screen: Desktop, stored: Stored) -> Iterator[tuple[Program, Held, Providers]]:
    """A program whose first answer, "Larch.", has come as far as "Lar"; the second will be "Maple."."""
    held = Held(before=("Lar",), after=("ch.",))
    with providers(gemini=(NOTHING, NOTHING), claude=(held.step, says("Maple."))) as both:
        program = launch(screen, stored, both)
        program.send("first tree")
        wait_until(lambda: stored.rows("SELECT 1 FROM runs WHERE partial_text LIKE 'Lar%'"), "the half")
        yield program, held, both


def test_an_edited_message_is_a_branch_that_one_can_leave_and_come_back_to(screen: Desktop, stored: Stored) -> None:
    with providers(
        gemini=(NOTHING,) * 4, claude=(says("Larch."), says("Maple."), says("Nettle."), says("Olive."))
    ) as both:
        program = launch(screen, stored, both)
        program.send("first tree")
        program.wait_for(MESSAGE, "Assistant: Larch.")
        program.send("second tree")
        program.wait_for(MESSAGE, "Assistant: Maple.")
        stored.wait_for_states("done", "done")
        program.write("half a thought")
        act(screen, program, "You: first tree", "Edit and send anew")
        program.wait_for("push button", "Cancel editing")
        program.wait_for("text", "Message", holds="first tree")
        picture(screen, "editing")
        screen.keys("Escape")
        program.wait_for("text", "Message", holds="half a thought")
        act(screen, program, "You: first tree", "Edit and send anew")
        program.wait_for("text", "Message", holds="first tree")
        program.wait_for_focus("Message")
        screen.keys("ctrl+a")
        screen.type("another tree")
        screen.keys("Return")
        program.wait_for(MESSAGE, "Assistant: Nettle.")
        assert program.find(MESSAGE, begins="You: first tree") is None
        program.wait_for("text", "Message", holds="half a thought")
        marker(program, "2 of 2")
        stored.wait_for_states("done", "done", "done")
        picture(screen, "branch")
        act(screen, program, "You: another tree", "Previous version")
        program.wait_for(MESSAGE, "Assistant: Maple.")
        marker(program, "1 of 2")
        program.kill()
        again = launch(screen, stored, both)
        again.press("list item", "", begins="first tree")
        again.wait_for(MESSAGE, "Assistant: Maple.")  # the choice is stored
        again.send("third tree")
        again.wait_for(MESSAGE, "Assistant: Olive.")
        asked = both.claude.requests[-1].body.decode()
        assert "Maple." in asked
        assert "Nettle." not in asked
        assert "another tree" not in asked


def test_regenerating_and_writing_again_make_versions(screen: Desktop, stored: Stored) -> None:
    with providers(gemini=(NOTHING, NOTHING), claude=(says("Larch."), says("Maple."), says("Nettle."))) as both:
        program = launch(screen, stored, both)
        program.send("a tree")
        program.wait_for(MESSAGE, "Assistant: Larch.")
        stored.wait_for_states("done")
        act(screen, program, "Assistant: Larch.", "Regenerate")
        program.wait_for(MESSAGE, "Assistant: Maple.")
        marker(program, "2 of 2")
        assert program.find(MESSAGE, "Assistant: Larch.") is None
        stored.wait_for_states("done", "done")
        act(screen, program, "Assistant: Maple.", "Write again")
        program.wait_for(MESSAGE, "Assistant: Nettle.")
        marker(program, "3 of 3")
        stored.wait_for_states("done", "done")
        picture(screen, "versions")
        act(screen, program, "Assistant: Nettle.", "Previous version")
        program.wait_for(MESSAGE, "Assistant: Maple.")
        act(screen, program, "Assistant: Maple.", "Previous version")
        program.wait_for(MESSAGE, "Assistant: Larch.")
        marker(program, "1 of 3")
        program.click(program.wait_for("text", "Message", enabled=True))
        program.wait_for_focus("Message")
        screen.keys("Up")
        program.wait_for("text", "Message", holds="a tree")
        program.wait_for("push button", "Cancel editing")
        assert len(both.gemini.requests) == 2  # writing again ran nothing
    assert stored.answers() == ["Larch.", "Maple.", "Nettle."]


def test_what_is_queued_is_edited_withdrawn_and_sent_in_its_turn(screen: Desktop, stored: Stored) -> None:
    with half_answered(screen, stored) as (program, held, _):
        program.send("secnod tree")
        program.wait_for(MESSAGE, "Queued: secnod tree")
        program.send("never mind")
        program.wait_for(MESSAGE, "Queued: never mind")
        picture(screen, "queue")
        program.press("push button", "Withdraw queued message 2")
        program.wait_until_gone(MESSAGE, "Queued: never mind")
        program.press("push button", "Edit queued message")
        program.wait_for("text", "Message", holds="secnod tree")
        program.wait_for_focus("Message")
        screen.keys("ctrl+a")
        screen.type("second tree")
        screen.keys("Return")
        program.wait_for(MESSAGE, "Queued: second tree")
        assert stored.messages() == [("user", "first tree")]
        held.let_go()
        program.wait_for(MESSAGE, "Assistant: Maple.")
        program.wait_until_gone(MESSAGE, "Queued: second tree")
        stored.wait_for_states("done", "done")
    assert [text for _, text in stored.messages()] == ["first tree", "Larch.", "second tree", "Maple."]


def test_a_stopped_run_holds_the_queue_over_a_kill_until_the_person_sends(screen: Desktop, stored: Stored) -> None:
    with half_answered(screen, stored) as (program, held, both):
        program.send("second tree")
        program.wait_for(MESSAGE, "Queued: second tree")
        program.press("push button", "Stop")
        program.wait_for("label", "Not sent: you stopped the run before.")
        picture(screen, "halted")
        program.kill()
        held.let_go()
        again = launch(screen, stored, both)
        again.press("list item", "", begins="first tree")
        again.wait_for(MESSAGE, "Queued: second tree")
        again.press("push button", "Send queued message")
        again.wait_for(MESSAGE, "Assistant: Maple.")
        again.wait_until_gone("push button", "Send queued message")


def test_send_now_stops_the_run_and_sends(screen: Desktop, stored: Stored) -> None:
    with half_answered(screen, stored) as (program, held, _):
        program.send("second tree")
        program.press("push button", "Send now queued message")
        program.wait_for(MESSAGE, "Assistant: Maple.")
        stored.wait_for_states("stopped", "done")
        held.let_go()


def test_a_queue_goes_on_while_another_conversation_is_open(screen: Desktop, stored: Stored) -> None:
    with half_answered(screen, stored) as (program, held, _):
        program.send("second tree")
        program.wait_for(MESSAGE, "Queued: second tree")
        screen.keys("ctrl+n")
        program.wait_until_gone(MESSAGE, "Queued: second tree")
        held.let_go()
        stored.wait_for_states("done", "done")
        assert program.find(MESSAGE, begins="You:") is None
        program.press("list item", "", begins="first tree")
        program.wait_for(MESSAGE, "Assistant: Maple.")


def test_a_run_that_waits_on_another_branch_is_told_and_found_again(screen: Desktop, stored: Stored) -> None:
    program = screen.launch(stored.home, "--demo")
    program.send("run `true`")
    close_dialog(screen, program)
    stored.wait_for_states("waiting")
    act(screen, program, "You: run", "Edit and send anew")
    program.wait_for_focus("Message")
    screen.keys("ctrl+a")
    screen.type("how much is 2 + 3")
    screen.keys("Return")
    program.wait_for(MESSAGE, begins="Assistant:", holds="5")
    stored.wait_for_states("waiting", "done")
    program.press("push button", "", begins="Review run")
    program.wait_for("dialog", "Confirm tool call")
    program.wait_for(MESSAGE, begins="You: run")
    program.press("push button", "Allow once")
    program.wait_for("list item", "run_command done")
    stored.wait_for_states("done", "done")
    marker(program, "1 of 2")


def test_a_queued_message_that_is_being_edited_waits_for_the_end_of_the_edit(screen: Desktop, stored: Stored) -> None:
    with half_answered(screen, stored) as (program, held, _):
        program.send("secnod tree")
        program.wait_for(MESSAGE, "Queued: secnod tree")
        screen.keys("Up")
        program.wait_for("text", "Message", holds="secnod tree")
        screen.type(" being edited")
        held.let_go()
        stored.wait_for_states("done")
        program.wait_for("label", "Waits until you save or cancel the edit.")
        assert program.find("push button", "Send queued message") is None
        picture(screen, "edited-in-queue")
        screen.keys("ctrl+a")
        screen.type("second tree")
        screen.keys("Return")
        program.wait_for(MESSAGE, "Assistant: Maple.")
        stored.wait_for_states("done", "done")
    assert [text for _, text in stored.messages()] == ["first tree", "Larch.", "second tree", "Maple."]


def test_a_kill_during_edits_loses_nothing_that_was_typed(screen: Desktop, stored: Stored) -> None:
    with half_answered(screen, stored) as (program, held, both):
        program.send("second tree")
        program.wait_for(MESSAGE, "Queued: second tree")
        screen.keys("Up")
        program.wait_for("text", "Message", holds="second tree")
        screen.type(" and more")
        wait_until(lambda: stored.rows("SELECT 1 FROM edits WHERE text = 'second tree and more'"), "the edit")
        program.kill()
        held.let_go()
        again = launch(screen, stored, both)
        again.press("list item", "", begins="first tree")
        again.wait_for("text", "Message", holds="second tree and more")
        again.wait_for("push button", "Cancel editing")
        again.wait_for(MESSAGE, "Being edited: second tree")
        again.press("push button", "Cancel editing")
        again.wait_for(MESSAGE, "Queued: second tree")
        act(screen, again, "You: first tree", "Edit and send anew")
        again.wait_for("text", "Message", holds="first tree")
        screen.type(" of all")
        wait_until(lambda: stored.rows("SELECT 1 FROM edits WHERE text = 'first tree of all'"), "the edit")
        again.kill()
        third = launch(screen, stored, both)
        third.press("list item", "", begins="first tree")
        third.wait_for("text", "Message", holds="first tree of all")
        picture(screen, "edit-after-a-kill")
