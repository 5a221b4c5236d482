"""Titles in the window: made behind the answer, given up for a run and for the end of the program."""

import time

import pytest

from tests.end_to_end.desktop_session import Desktop, wait_until
from tests.end_to_end.providers import Held, providers
from tests.end_to_end.stored import Stored
from tests.wire import claude

pytestmark = pytest.mark.end_to_end

OFF = "[run]\ntools_enabled = false\n"


def test_the_first_answer_brings_a_title_into_the_list(screen: Desktop, stored: Stored) -> None:
    tells, names = claude.answers(claude.text(0, "A larch.")), claude.answers(claude.text(0, "**A tree**"))
    stored.configure(OFF)
    with providers(claude=(tells, names)) as both:
        program = screen.launch(stored.home, variables=both.variables)
        program.send("Which tree is that?")
        program.wait_for("list item", "Assistant: A larch.")
        program.wait_for("frame", begins="A tree")
        program.wait_for("list item", "A tree")
        assert len(both.claude.requests) == 2


def test_a_slow_title_keeps_neither_a_run_nor_the_end_waiting(screen: Desktop, stored: Stored) -> None:
    slow = Held(("A ",), ("tree",))
    slower = Held(("A ",), ("wood",))
    says = [claude.answers(claude.text(0, words)) for words in ("A larch.", "A maple.")]
    stored.configure(OFF)
    with providers(claude=(says[0], slow.step, says[1], slower.step)) as both:
        program = screen.launch(stored.home, variables=both.variables)
        program.send("Which tree is that?")
        wait_until(lambda: len(both.claude.requests) == 2, "the request for a title")
        program.send("And that?")
        program.wait_for("list item", "Assistant: A maple.")
        wait_until(lambda: len(both.claude.requests) == 4, "the next request for a title")
        began = time.monotonic()
        assert program.terminate() == 0
        assert time.monotonic() - began < 5
        for held in (slow, slower):
            held.let_go()
    stored.wait_for_states("done", "done")
    assert [row["title"] for row in stored.rows("SELECT title FROM conversations")] == ["Which tree is that?"]


def test_a_title_that_cannot_be_made_is_not_asked_for_again(screen: Desktop, stored: Stored) -> None:
    tells = claude.answers(claude.text(0, "A larch."))
    stored.configure(OFF)
    with providers(claude=(tells, claude.fails(529, "overloaded_error"), tells)) as both:
        program = screen.launch(stored.home, variables=both.variables)
        program.send("Which tree is that?")
        wait_until(lambda: "no title could be made" in stored.log(), "the end of the request for a title")
        assert program.find("panel", "Notice") is None
        assert len(both.claude.requests) == 2
    stored.wait_for_states("done")


def test_a_title_is_typed_to_its_end_while_a_run_ends_and_gets_its_own(screen: Desktop, stored: Stored) -> None:
    tells, names = claude.answers(claude.text(0, "A larch.")), claude.answers(claude.text(0, "Larches"))
    answers, names_it = Held(("A ",), ("maple.",)), claude.answers(claude.text(0, "Maples"))
    stored.configure(OFF)
    with providers(claude=(tells, names, answers.step, names_it)) as both:
        program = screen.launch(stored.home, variables=both.variables)
        program.send("Which tree is that?")
        program.wait_for("list item", "Larches")
        screen.keys("ctrl+n")
        program.send("And that?")
        program.wait_for("push button", "Stop")
        program.press("text", "Search conversations")
        program.wait_for_focus("Search conversations")
        screen.keys("Down", "Down", "F2")
        program.wait_for_focus("Title")
        screen.keys("ctrl+a")
        screen.type("Two ")
        answers.let_go()
        program.wait_for("frame", begins="Maples")
        screen.type("words more")
        program.wait_for("text", "Title", holds="Two words more")
        screen.keys("Return")
        program.wait_for("list item", "Two words more")
        program.wait_for("list item", "Maples")
        assert program.find("frame", begins="Maples") is not None
        screen.keys("Delete")
        question = program.wait_for("dialog", "Delete conversation")
        assert "Two words more" in question.description
        screen.keys("Escape")
    assert stored.rows("SELECT draft FROM conversations WHERE draft <> ''") == []
    assert [row["text"] for row in stored.rows("SELECT text FROM messages WHERE role = 'user'")] == [
        "Which tree is that?",
        "And that?",
    ]
