"""The switch "Off the record" holds for what was written before it was thrown, until something is sent."""

import pytest

from tests.end_to_end.desktop_session import Desktop, Program, wait_until
from tests.end_to_end.stored import Stored
from tests.end_to_end.test_nothing_lost import kept_state

pytestmark = pytest.mark.end_to_end

DRAFT = "SELECT 1 FROM conversations WHERE draft LIKE '%zanzibar%'"


def write_draft(screen: Desktop, stored: Stored) -> Program:
    program = screen.launch(stored.home, "--demo")
    program.write("write `zanzibar` to sansibar.txt")
    wait_until(lambda: stored.rows(DRAFT), "the stored draft")
    return program


def test_a_draft_goes_off_the_record_and_nothing_of_it_stays_on_disk(screen: Desktop, stored: Stored) -> None:
    program = write_draft(screen, stored)
    program.press("check box", "Off the record")
    program.wait_for("panel", "Notice", holds="deleted from the disk")
    assert stored.files_that_hold("zanzibar") == []
    program.wait_for("text", "Message", holds="zanzibar")
    program.click(program.wait_for("text", "Message"))
    screen.keys("End")
    screen.type(" and read it")
    screen.keys("Return")
    program.press("push button", "Deny")
    program.wait_for("list item", begins="Assistant:")
    assert "enabled" not in program.wait_for("check box", "Off the record").states
    assert stored.messages() == []
    assert stored.files_that_hold("zanzibar") == []
    assert program.terminate() == 0
    assert stored.files_that_hold("zanzibar") == []


def test_it_is_settled_once_something_was_sent(screen: Desktop, stored: Stored) -> None:
    program = screen.launch(stored.home, "--demo")
    program.send("list the files")
    program.wait_for("list item", begins="Assistant:")
    stored.wait_for_states("done")
    assert "enabled" not in program.wait_for("check box", "Off the record").states
    screen.keys("ctrl+n")
    program.wait_for("check box", "Off the record", enabled=True)


def test_a_draft_comes_back_onto_the_record(screen: Desktop, stored: Stored) -> None:
    program = write_draft(screen, stored)
    program.press("check box", "Off the record")
    wait_until(lambda: not stored.rows(DRAFT), "the draft to leave the disk")
    program.press("check box", "Off the record")
    wait_until(lambda: stored.rows(DRAFT), "the draft to come back")
    program.wait_for("text", "Message", holds="zanzibar")
    (conversation,) = [row["id"] for row in stored.rows("SELECT id FROM conversations")]
    wait_until(lambda: kept_state(stored).get("conversation") == conversation, "the kept state of the window")
    program.kill()
    again = screen.launch(stored.home, "--demo")
    again.wait_for("text", "Message", holds="write `zanzibar` to sansibar.txt")
