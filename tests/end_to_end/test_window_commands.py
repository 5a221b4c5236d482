"""Commands are found in the palette and have keys."""

import pytest

from tests.end_to_end.desktop_session import Desktop
from tests.end_to_end.stored import Stored
from tests.end_to_end.test_window_conversations import answer, demo
from tests.end_to_end.test_window_keeping import command

pytestmark = pytest.mark.end_to_end


def test_commands_are_found_in_the_palette_and_by_keys(screen: Desktop, stored: Stored) -> None:
    program = demo(screen, stored)
    program.send("what is 6*7?")
    answer(program, "42")
    command(screen, program, "usage and cost")
    program.wait_for("dialog", "Usage and cost")
    screen.keys("Escape")
    program.wait_until_gone("dialog", "Usage and cost")
    screen.keys("ctrl+shift+u")
    program.wait_for("dialog", "Usage and cost")
    screen.keys("Escape")
    program.wait_until_gone("dialog", "Usage and cost")
    command(screen, program, "find in conversation")
    program.wait_for_focus("Find")
    screen.keys("Escape")
    command(screen, program, "reader")
    program.wait_for("dialog", begins="Assistant · Demo writer")
