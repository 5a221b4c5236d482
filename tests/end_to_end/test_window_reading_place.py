"""Where a conversation is read, and how large, outlives another conversation and a kill."""

from typing import Any

import pytest

from tests.end_to_end.desktop_session import Desktop, Element, Program, wait_until
from tests.end_to_end.stored import Stored
from tests.end_to_end.test_nothing_lost import kept_state
from tests.end_to_end.test_window_conversations import MESSAGE, answer, demo
from tests.end_to_end.test_window_editing import picture

pytestmark = pytest.mark.end_to_end


def at(program: Program, words: str) -> Element:
    """A message that is in view."""
    found: Element = wait_until(lambda: seen(program, words), f"{words!r} in view")
    return found


def seen(program: Program, words: str) -> Element | None:
    element = program.find(MESSAGE, begins=f"You: {words}")
    return element if element is not None and "visible" in element.states and 80 < element.box[1] < 600 else None


def place(stored: Stored, conversation: str) -> Any:
    places = kept_state(stored).get("places")
    return places.get(conversation) if isinstance(places, dict) else None


def test_place_and_zoom_come_back_after_another_conversation_and_after_a_kill(screen: Desktop, stored: Stored) -> None:
    program = demo(screen, stored)
    for number in range(12):
        program.send(f"what is {number}*100?")
        stored.wait_for_states(*["done"] * (number + 1))
    conversation = stored.rows("SELECT id FROM conversations")[0]["id"]
    for _ in range(14):
        screen.keys("alt+Up")
    wait_until(lambda: place(stored, conversation), "the place in the state's file")
    before = at(program, "what is 5*100?")
    picture(screen, "place-before")
    screen.keys("ctrl+n")
    program.send("what is 6*7?")
    answer(program, "42")
    program.press(MESSAGE, "", begins="what is 0*100?")
    assert at(program, "what is 5*100?").box == before.box
    screen.keys("ctrl+equal")
    screen.keys("ctrl+equal")
    wait_until(lambda: kept_state(stored).get("zoom") == 1.21, "the zoom in the state's file")
    wait_until(lambda: place(stored, conversation), "the place in the state's file")
    larger = at(program, "what is 5*100?")
    kept = place(stored, conversation)
    program.kill()
    again = screen.launch(stored.home, "--demo")
    found = at(again, "what is 5*100?")
    picture(screen, "place-after")
    assert abs(found.box[1] - larger.box[1]) <= 2
    assert place(stored, conversation)[0] == kept[0]
    screen.keys("ctrl+minus")
    wait_until(lambda: kept_state(stored).get("zoom") == 1.1, "a smaller zoom")
    screen.keys("ctrl+0")
    wait_until(lambda: kept_state(stored).get("zoom") == 1.0, "the usual zoom")
