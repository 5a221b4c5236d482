"""The window worked by mouse and keys, seen through the accessibility tree."""

import psutil
import pytest

from tests.end_to_end.desktop_session import Desktop, Element, Program, wait_until
from tests.end_to_end.providers import NO_TITLES, Held, providers
from tests.end_to_end.stored import Stored
from tests.wire import claude, gemini

pytestmark = pytest.mark.end_to_end

NOTES = "The meeting is on Thursday at ten."


def demo(screen: Desktop, stored: Stored) -> Program:
    """The program with the offline models, ready to be worked, and a file in its workspace."""
    stored.workspace.mkdir(parents=True, exist_ok=True)
    (stored.workspace / "notes.md").write_text(NOTES + "\n", encoding="utf-8")
    return screen.launch(stored.home, "--demo")


def answer(program: Program, holds: str) -> Element:
    """Wait for a whole answer in the transcript."""
    return program.wait_for(MESSAGE, begins="Assistant:", holds=holds)


MESSAGE = "list item"


def shown_text(program: Program, name: str) -> str:
    text = program.wait_for("text", name).text
    assert text is not None
    return text


def open_debug_pane(screen: Desktop, program: Program) -> None:
    if program.find("panel", "Debug") is None:
        screen.keys("ctrl+shift+d")
    program.wait_for("panel", "Debug")


def test_request_is_answered_and_the_debug_pane_shows_what_the_store_keeps(screen: Desktop, stored: Stored) -> None:
    program = demo(screen, stored)
    program.send("read notes.md")
    answer(program, NOTES)
    program.wait_for("list item", "read_file done")
    stored.wait_for_states("done")
    assert stored.calls() == [("read_file", "done")]
    ((user, asked), (assistant, answered)) = stored.messages()
    assert (user, asked, assistant) == ("user", "read notes.md", "assistant")
    assert NOTES in answered
    open_debug_pane(screen, program)
    assert shown_text(program, "Summary") == stored.runs()[0]["summary"]
    program.press("page tab", "Handoff")
    assert shown_text(program, "Handoff") == "\n\n".join(
        f"── {message['role']} ──\n{message['text']}" for message in stored.handoff()
    )


def test_fixed_accessible_names_are_there(screen: Desktop, stored: Stored) -> None:
    program = demo(screen, stored)
    open_debug_pane(screen, program)
    program.send("read notes.md")
    answer(program, NOTES)
    stored.wait_for_states("done")
    for role, name in (
        ("text", "Message"),
        ("push button", "Send"),
        ("list", "Transcript"),
        ("list item", "read_file done"),
        ("panel", "Tool calls"),
        ("panel", "Debug"),
        ("text", "Summary"),
        ("list", "Conversations"),
        ("push button", "New conversation"),
        ("check box", "Tools"),
        ("check box", "Off the record"),
        ("label", "Status"),
    ):
        program.wait_for(role, name, timeout_s=2)
    program.wait_for(MESSAGE, begins="You:", holds="read notes.md", timeout_s=2)
    program.press("page tab", "Handoff")
    program.wait_for("text", "Handoff", timeout_s=5)
    program.send("run `sleep 600`")
    program.wait_for("dialog", "Confirm tool call")
    for name in ("Allow once", "Deny", "Deny with reason"):
        program.wait_for("push button", name, timeout_s=2)
    program.press("push button", "Allow once")
    program.wait_for("push button", "Stop")
    program.press("push button", "Stop")
    program.wait_until_gone("push button", "Stop")


def test_no_accessible_text_holds_markup(screen: Desktop, stored: Stored) -> None:
    program = demo(screen, stored)
    with_markup = [each for each in program.find_all() if "<p" in each.name + each.description]
    assert [(each.role, each.name, each.description) for each in with_markup] == []


def test_stop_ends_a_command_and_all_its_children(screen: Desktop, stored: Stored) -> None:
    program = demo(screen, stored)
    program.send("run `sh -c 'sleep 4321; true' & sleep 4321`")
    program.press("push button", "Allow once")
    program.wait_for("list item", "run_command running")

    def both_asleep() -> list[psutil.Process] | None:
        found = []
        for child in psutil.Process(program.pid).children(recursive=True):
            try:
                if child.name() == "sleep":
                    found.append(child)
            except psutil.NoSuchProcess:
                continue
        return found if len(found) == 2 else None

    asleep = wait_until(both_asleep, "two sleeping processes")
    program.press("push button", "Stop")
    wait_until(lambda: not any(each.is_running() for each in asleep), "their end")
    program.wait_for("label", "You stopped this run. It can go on from here.")
    stored.wait_for_states("stopped")
    ((tool, state),) = stored.calls()
    assert (tool, state) == ("run_command", "unknown")
    program.wait_for("list item", "run_command unknown")
    program.write("still here")
    program.wait_for("push button", "Send", enabled=True)


def test_switching_conversations_loses_nothing_of_what_streams(screen: Desktop, stored: Stored) -> None:
    held = Held(before=("The first ", "half, "), after=("and ", "the second half."))
    words = gemini.says("Nothing had to be gathered.")
    stored.configure(NO_TITLES)
    with providers(gemini=(words, words), claude=(held.step, claude.answers(claude.text(0, "Four.")))) as both:
        program = screen.launch(stored.home, variables=both.variables)
        program.send("a long story please")
        wait_until(lambda: stored.rows("SELECT * FROM runs WHERE partial_text LIKE 'The first half,%'"), "the half")
        screen.keys("ctrl+n")
        program.wait_for("push button", begins="What files are in this folder")
        program.send("two and two")
        answer(program, "Four.")
        assert program.find(begins="You: a long story") is None
        program.press("list item", "", begins="a long story please")
        program.wait_for(MESSAGE, begins="You: a long story please")
        program.wait_for("label", "Status", holds="Answering")
        held.let_go()
        answer(program, "The first half, and the second half.")
        program.press("list item", "", begins="two and two")
        answer(program, "Four.")
        program.press("list item", "", begins="a long story please")
        answer(program, "The first half, and the second half.")
        assert len(program.find_all(MESSAGE, begins="Assistant:")) == 1
    stored.wait_for_states("done", "done")
    assert sorted(stored.answers()) == ["Four.", "The first half, and the second half."]


def test_draft_comes_back_with_its_conversation_and_after_a_crash(screen: Desktop, stored: Stored) -> None:
    program = demo(screen, stored)
    program.send("read notes.md")
    answer(program, NOTES)
    program.write("half a thought")
    draft = "SELECT draft FROM conversations WHERE draft = 'half a thought'"
    wait_until(lambda: stored.rows(draft), "the stored draft")
    screen.keys("ctrl+n")
    program.wait_for("push button", begins="What files are in this folder")
    assert shown_text(program, "Message") == ""
    program.press("list item", "", begins="read notes.md")
    program.wait_for("text", "Message", holds="half a thought")
    program.kill()
    again = screen.launch(stored.home, "--demo")
    again.wait_for("list item", begins="read notes.md")
    again.press("list item", "", begins="read notes.md")
    again.wait_for("text", "Message", holds="half a thought")


def test_off_the_record_leaves_no_text_on_disk(screen: Desktop, stored: Stored) -> None:
    program = demo(screen, stored)
    program.press("check box", "Off the record")
    program.send("write `zanzibar` to sansibar.txt and then read notes.md")
    program.press("push button", "Deny")
    answer(program, NOTES)
    program.write("an unsent zanzibar")
    program.wait_for("list item", "write_file denied")
    assert stored.messages() == []
    assert stored.files_that_hold("zanzibar") == []
    assert program.terminate() == 0
    assert stored.files_that_hold("zanzibar") == []
    again = screen.launch(stored.home, "--demo")
    assert again.find("list item", begins="write `zanzibar`") is None
