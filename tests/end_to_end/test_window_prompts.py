"""GNOME Keyring's own password dialogs beside the window: left open, answered, cancelled, and not shown too early."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.desktop_session import PROMPTER, Desktop, desktop, wait_until
from tests.end_to_end.stored import Stored
from tests.end_to_end.test_window_keys import LOCK, PICTURES, run_in, save_key

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(shutil.which("gnome-keyring-daemon") is None, reason="this system lacks gnome-keyring-daemon"),
    pytest.mark.skipif(not Path(PROMPTER).exists(), reason=f"this system lacks {PROMPTER}"),
]

KEY = "planted-prompt-0123456789-of-no-worth"
PASSWORD = "of no worth"
CLAUDE = "Anthropic Claude"
WAITING = "Waiting for the system's keyring."


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="cortex-", ignore_cleanup_errors=True) as made:
        yield Path(made) / "d"


@pytest.fixture
def locked_screen(_able: None, folder: Path) -> Iterator[Desktop]:
    """A desktop whose keyring can be locked, and asks for its password in a dialog."""
    with desktop(folder, keyring=True, prompter=True) as made:
        yield made


@pytest.fixture
def new_screen(_able: None, folder: Path) -> Iterator[Desktop]:
    """A desktop where nobody has made a keyring yet, and which asks for a password for a new one in a dialog."""
    with desktop(folder, keyring=True, is_new=True, prompter=True) as made:
        yield made


def windows(screen: Desktop) -> list[str]:
    """The system's dialogs on the screen, by number."""
    found = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--class", "gcr-prompter"],
        env=screen.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.split()


def answer(screen: Desktop, *texts: str) -> None:
    """Type into the system's dialog, line by line, and confirm."""
    (dialog,) = wait_until(lambda: windows(screen), "the system's dialog")
    subprocess.run(["xdotool", "windowactivate", "--sync", dialog], env=screen.environment, check=True, timeout=20)
    for number, text in enumerate(texts, start=1):
        screen.type(text)
        screen.keys("Tab" if number < len(texts) else "Return")
    wait_until(lambda: not windows(screen), "the system's dialog to go")


def test_window_stays_usable_while_nobody_answers_the_system_and_takes_the_late_answer(
    locked_screen: Desktop, stored: Stored
) -> None:
    screen = locked_screen
    first = screen.launch(stored.home)
    first.press("push button", "Add API keys")
    first.wait_for("label", f"{CLAUDE}: No key")
    save_key(screen, first, CLAUDE, KEY)
    first.wait_for("label", f"{CLAUDE}: In the keyring")
    assert first.terminate() == 0
    subprocess.run([sys.executable, "-c", LOCK], env=screen.environment, check=True, timeout=30)

    program = screen.launch(stored.home)
    wait_until(lambda: windows(screen), "the system's dialog")
    program.wait_for("label", begins=WAITING, holds="cancel it there and go on without")
    # That dialog takes mouse and keyboard from every other window here: this one is worked as a screen reader does.
    program.activate("push button", "API keys")
    program.wait_for("label", f"{CLAUDE}: Asking the keyring …")
    program.wait_for("dialog", "API keys")
    wait_until(lambda: len(program.find_all("label", begins=WAITING)) == 2, "the words in the dialog too")
    screen.picture(PICTURES / "keys-waiting.png")
    program.activate("push button", "Close")
    program.wait_until_gone("dialog", "API keys")
    program.activate("push button", "Tools and grants")
    program.wait_for("dialog", "Tools and grants")
    program.activate("push button", "Close")
    program.wait_until_gone("dialog", "Tools and grants")

    program.wait_for("push button", "Try again", timeout_s=60)  # it was given up
    program.wait_for("label", begins="The system's keyring", holds="Keys last for this session only")
    program.activate("push button", "API keys")
    program.wait_for("label", f"{CLAUDE}: Not known: the keyring does not answer")
    program.wait_for("label", begins="The system's keyring does not answer", holds="Unlock it there")
    screen.picture(PICTURES / "keys-silent.png")
    answer(screen, PASSWORD)
    program.wait_for("label", f"{CLAUDE}: In the keyring")  # with no further click
    wait_until(lambda: program.find("label", begins="The system's keyring") is None, "the notices to go")
    assert program.terminate() == 0
    assert stored.files_that_hold(KEY) == []


def test_nothing_asks_for_a_new_keyring_before_a_key_is_needed(new_screen: Desktop, stored: Stored) -> None:
    screen = new_screen
    program = screen.launch(stored.home)
    program.press("push button", "Try the offline demo")
    program.wait_for("label", "Models", holds="Demo")
    program.press("push button", "API keys")
    program.wait_for("label", f"{CLAUDE}: No key")
    program.press("push button", "Close")
    program.wait_until_gone("dialog", "API keys")
    program.send("hello there")
    program.wait_for("list item", begins="Assistant:")
    stored.wait_for_states("done")
    assert windows(screen) == []

    program.send("what is 12 * 34 + 5")  # the first tool call: the audit log needs its key
    wait_until(lambda: windows(screen), "the system's dialog")
    program.wait_for("label", begins=WAITING)
    screen.picture(PICTURES / "keyring-made.png")
    assert stored.rows("SELECT * FROM audit") == []
    answer(screen, PASSWORD, PASSWORD)
    program.wait_for("list item", begins="Assistant:", holds="413")
    stored.wait_for_states("done", "done")
    assert program.terminate() == 0
    assert all(row["key_id"] for row in stored.rows("SELECT key_id FROM audit"))
    said = run_in(screen, stored.home, "audit", "verify")
    assert said.startswith("The audit log is intact")
    assert "without a key" not in said


def test_a_refused_keyring_is_asked_for_once_and_the_log_says_that_it_has_no_key(
    new_screen: Desktop, stored: Stored
) -> None:
    screen = new_screen
    program = screen.launch(stored.home, "--demo")
    for number, wanted in enumerate(("413", "414"), start=1):
        program.send(f"what is 12 * 34 + {number + 4}")
        if number == 1:
            wait_until(lambda: windows(screen), "the system's dialog")
            screen.keys("Escape")
        program.wait_for("list item", begins="Assistant:", holds=wanted)
        stored.wait_for_states(*["done"] * number)
        assert windows(screen) == []
    assert program.terminate() == 0
    said = run_in(screen, stored.home, "audit", "verify")
    assert "chained without a key" in said
