"""From nothing to a program that can answer: the demo, keys in a real keyring, and no keyring at all."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.desktop_session import Desktop, Program
from tests.end_to_end.stored import Stored

pytestmark = pytest.mark.end_to_end

KEY = "sk-ant-0123-of-no-worth-456789"
CHOICES = ("Add API keys", "Use a local server", "Try the offline demo")

LOOK_UP = """
import contextlib, secretstorage
with contextlib.closing(secretstorage.dbus_init()) as bus:
    for item in secretstorage.search_items(bus, {"service": "cortex-desktop"}):
        print(item.get_attributes()["username"], item.get_secret().decode())
"""


def secrets_in(screen: Desktop) -> str:
    """What the real Secret Service keeps for the program, read by another program."""
    command = [sys.executable, "-c", LOOK_UP]
    found = subprocess.run(command, env=screen.environment, check=True, capture_output=True, text=True).stdout
    return "".join(line for line in found.splitlines(keepends=True) if not line.startswith("audit-"))


def open_keys(program: Program) -> None:
    for choice in CHOICES:
        program.wait_for("push button", choice)
    program.press("push button", "Add API keys")
    program.wait_for("dialog", "API keys")


def enter_key(screen: Desktop, program: Program) -> None:
    program.click(program.wait_for("password text", "Anthropic Claude key", enabled=True))
    program.wait_for_focus("Anthropic Claude key")
    screen.type(KEY)
    program.press("push button", "Save Anthropic Claude key")


def test_demo_is_one_click_away(screen: Desktop, stored: Stored) -> None:
    program = screen.launch(stored.home)
    for choice in CHOICES:
        program.wait_for("push button", choice, enabled=True)
    assert program.find("text", "Message") is None
    program.press("push button", "Try the offline demo")
    program.wait_for("label", "Models", holds="Demo")
    program.send("what is 12 * 34 + 5")
    program.wait_for("list item", begins="Assistant:", holds="413")
    program.wait_for("list item", "calculate done")
    assert program.terminate() == 0
    again = screen.launch(stored.home)  # it is remembered
    again.wait_for("label", "Models", holds="Demo")
    again.wait_for("list item", begins="Assistant:", holds="413")


def test_choice_made_before_the_engine_is_there_counts(screen: Desktop, stored: Stored) -> None:
    program = screen.launch(stored.home, ready=False)
    program.press("push button", "Try the offline demo")
    program.wait_for("label", "Models", holds="Demo", timeout_s=5)


def test_key_goes_to_the_keyring_and_into_no_file(keyring_screen: Desktop, stored: Stored) -> None:
    program = keyring_screen.launch(stored.home)
    open_keys(program)
    program.wait_for("label", "Anthropic Claude: No key")
    enter_key(keyring_screen, program)
    program.wait_for("label", "Anthropic Claude: In the keyring")
    assert secrets_in(keyring_screen) == f"anthropic {KEY}\n"
    assert program.wait_for("password text", "Anthropic Claude key").text == ""
    program.press("push button", "Close")
    program.wait_for("text", "Message")
    assert program.terminate() == 0
    again = keyring_screen.launch(stored.home)
    again.press("push button", "API keys")
    again.wait_for("label", "Anthropic Claude: In the keyring")
    assert stored.files_that_hold(KEY) == []
    again.press("push button", "Remove Anthropic Claude key")
    again.wait_for("dialog", "Remove API key", holds="Claude Opus 5.5 and Claude Haiku 5.5 no longer work")
    again.press("push button", "Cancel")
    again.wait_until_gone("dialog", "Remove API key")
    assert secrets_in(keyring_screen) == f"anthropic {KEY}\n"
    again.press("push button", "Remove Anthropic Claude key")
    again.press("push button", "Remove key")
    again.wait_for("label", "Anthropic Claude: No key")
    assert secrets_in(keyring_screen) == ""


def test_without_a_keyring_it_says_so_and_keeps_the_key_for_the_session(screen: Desktop, stored: Stored) -> None:
    program = screen.launch(stored.home)
    program.wait_for("label", begins="This system has no keyring", holds="session only")
    open_keys(program)
    program.wait_for("label", begins="No keyring was found", holds="this session only")
    enter_key(screen, program)
    program.wait_for("label", "Anthropic Claude: For this session only")
    program.press("push button", "Close")
    assert program.terminate() == 0
    assert stored.files_that_hold(KEY) == []
    again = screen.launch(stored.home)
    again.press("push button", "API keys")
    again.wait_for("label", "Anthropic Claude: No key")


def test_no_key_fails_in_words_and_keeps_the_message(screen: Desktop, stored: Stored, home: Path) -> None:
    first = screen.launch(home, "--demo")
    assert first.terminate() == 0
    program = screen.launch(home)
    program.send("is anybody there")
    program.wait_for("label", begins="There is no API key for Gemini", holds="Add the key")
    program.wait_for("list item", begins="You: is anybody there")
    stored.wait_for_states("failed")
