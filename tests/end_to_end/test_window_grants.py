"""Grants, policies, edits and the audit log in the window: what is remembered holds, and no further than it says."""

import os
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from tests.end_to_end.desktop_session import ROOT, Desktop, Program, home_variables, wait_until
from tests.end_to_end.stored import Stored

pytestmark = pytest.mark.end_to_end

PICTURES = ROOT / "build" / "pictures" / "window"
DIALOG = "Confirm tool call"
MILK = 'write "buy milk" to todo.txt'
BREAD = 'write "buy bread" to shop.txt'
CHEESE = 'write "buy cheese" to later.txt'


def demo(screen: Desktop, stored: Stored) -> Program:
    """The program with the offline models, and a file in its workspace."""
    stored.workspace.mkdir(parents=True, exist_ok=True)
    (stored.workspace / "notes.md").write_text("The meeting is on Thursday at ten.\n", encoding="utf-8")
    return screen.launch(stored.home, "--demo")


def ask(program: Program, request: str) -> None:
    """Send what the gate asks about, and wait until its dialog listens."""
    program.send(request)
    asked(program)


def asked(program: Program) -> None:
    program.wait_for("dialog", DIALOG)
    program.wait_for("push button", "Allow once", enabled=True)


def grant_folder(program: Program, opener: str, conclusion: str) -> None:
    """Grant what waits for its whole folder."""
    program.press("push button", opener)
    choose_folder(program, conclusion)


def choose_folder(program: Program, conclusion: str) -> None:
    """In the open panel; the panel listens as soon as its button does."""
    program.wait_for("push button", begins=f"{conclusion}: ", enabled=True)
    program.press("radio button", "", begins="write_file anywhere under ")
    program.press("push button", "", begins=f"{conclusion}: write_file anywhere under ")


def goes_unasked(program: Program, stored: Stored, request: str, file: str, text: str) -> None:
    """Send what a grant covers, and see that it ran by that grant."""
    before = len(stored.runs())
    program.send(request)
    wait_until(lambda: stored.states()[before:] == ["done"], f"the end of {request!r}")
    assert (stored.workspace / file).read_text() == text
    assert program.find("dialog", DIALOG) is None
    program.press("list item", "write_file done")
    program.wait_for("label", "Allowed by what you remembered")


def open_grants(program: Program) -> None:
    program.press("push button", "Tools and grants")
    program.wait_for("dialog", "Tools and grants")


def close(screen: Desktop, program: Program, name: str) -> None:
    screen.keys("Escape")
    program.wait_until_gone("dialog", name)


def test_grant_for_conversation_ends_with_it_and_what_waits_elsewhere_is_in_sight(
    screen: Desktop, stored: Stored
) -> None:
    program = demo(screen, stored)
    ask(program, MILK)
    grant_folder(program, "Allow for this conversation", "Allow in this conversation")
    program.wait_for("list item", begins="Assistant:", holds="todo.txt")
    assert (stored.workspace / "todo.txt").read_text() == "buy milk\n"
    goes_unasked(program, stored, BREAD, "shop.txt", "buy bread\n")
    screen.keys("ctrl+n")
    program.wait_for("push button", begins="What files are in this folder")
    ask(program, CHEESE)
    assert not (stored.workspace / "later.txt").exists()
    close(screen, program, DIALOG)
    assert program.find("push button", begins='Review write "') is None  # it is the open one
    screen.keys("ctrl+n")
    program.wait_for("push button", begins="What files are in this folder")
    strip = program.wait_for("push button", begins='Review write "', holds="write_file")
    program.click(strip)
    asked(program)
    assert program.wait_for("text", "Path").text == "later.txt"
    program.press("push button", "Allow once")
    program.wait_for("list item", begins="Assistant:", holds="later.txt")
    wait_until(lambda: program.find("push button", begins='Review write "') is None, "the strip to go")
    assert (stored.workspace / "later.txt").read_text() == "buy cheese\n"


def test_lasting_grant_survives_a_restart_is_counted_and_taken_back(screen: Desktop, stored: Stored) -> None:
    program = demo(screen, stored)
    ask(program, MILK)
    program.press("push button", "Allow once")
    program.wait_for("list item", begins="Assistant:", holds="todo.txt")
    ask(program, BREAD)
    program.press("push button", "Always allow")
    words = f"write_file anywhere under {stored.workspace}"
    program.wait_for("text", "Scope", holds=words)
    program.wait_for("check box", "Past calls", holds="Would have let through 1 past call")
    choose_folder(program, "Always allow")
    program.wait_for("list item", begins="Assistant:", holds="shop.txt")
    assert program.terminate() == 0

    again = demo(screen, stored)
    goes_unasked(again, stored, CHEESE, "later.txt", "buy cheese\n")
    open_grants(again)
    again.wait_for("text", "Scope", holds=words)
    again.wait_for("label", begins="Always · since today", holds="used 1 time, last today")
    again.press("push button", "", begins="Revoke write_file anywhere under")  # whose end a long folder cuts
    again.press("push button", "Revoke now")
    again.wait_for("label", begins="Nothing is remembered.")
    close(screen, again, "Tools and grants")
    ask(again, MILK)
    assert stored.states()[-1] == "waiting"


def test_after_words_from_outside_a_grant_covers_only_what_the_person_said(screen: Desktop, stored: Stored) -> None:
    program = demo(screen, stored)
    ask(program, MILK)
    grant_folder(program, "Allow for this conversation", "Allow in this conversation")
    program.wait_for("list item", begins="Assistant:", holds="todo.txt")
    program.send("read notes.md")
    program.press("list item", "read_file done")
    program.wait_for("label", "from outside")
    goes_unasked(program, stored, BREAD, "shop.txt", "buy bread\n")  # word by word what the person said
    ask(program, r'write "pay\nthem now" to later.txt')  # the demo model makes two lines of it: not what was said
    why = program.wait_for("text", "Why it asks").text or ""
    assert "This conversation has read files: read_file notes.md." in why
    assert f"your grant does not suffice (write_file anywhere under {stored.workspace})" in why
    assert "'content' does not come from your own words" in why
    program.press("push button", "Deny")
    program.wait_for("list item", "write_file denied")
    assert not (stored.workspace / "later.txt").exists()


def test_changed_arguments_are_shown_again_and_are_what_runs(screen: Desktop, stored: Stored) -> None:
    program = demo(screen, stored)
    ask(program, MILK)
    program.press("push button", "Edit")
    program.wait_for("push button", "Back", enabled=True)
    assert not program.wait_for("push button", "Review changes").is_enabled
    program.press("text", "content")
    screen.keys("ctrl+a")
    screen.type("buy oat milk")
    program.press("push button", "Review changes")
    program.wait_for("label", "Your changes")
    program.wait_for("text", "Content", holds="buy oat milk")
    assert not (stored.workspace / "todo.txt").exists()
    program.press("push button", "Allow once")
    program.wait_for("list item", begins="Assistant:", holds="todo.txt")
    assert (stored.workspace / "todo.txt").read_text() == "buy oat milk"
    program.press("list item", "write_file done")
    program.wait_for("label", "Changed by you · allowed by you")
    assert program.wait_for("text", "Arguments", holds="buy oat milk")


def test_blocked_tool_never_asks_and_the_audit_log_holds_it(screen: Desktop, stored: Stored) -> None:
    program = demo(screen, stored)
    open_grants(program)
    row = program.wait_for("label", "write_file")
    boxes = program.find_all("combo box", begins="Default")
    screen.click(*min(boxes, key=lambda box: abs(box.centre[1] - row.centre[1])).centre)
    program.wait_for("list item", "Block")
    screen.keys("End", "Return")
    settings = stored.home / "config" / "cortex-desktop" / "settings.toml"
    wait_until(lambda: settings.exists() and "block" in settings.read_text(), "the stored policy")
    assert "write_file" in str(tomllib.loads(settings.read_text()))
    program.wait_for("combo box", "Block")
    close(screen, program, "Tools and grants")
    program.send(MILK)
    program.wait_for("list item", "write_file blocked")
    stored.wait_for_states("done")
    assert stored.calls() == [("write_file", "blocked")]
    assert program.find("dialog") is None
    assert not (stored.workspace / "todo.txt").exists()
    program.send("read notes.md")
    stored.wait_for_states("done", "done")
    screen.keys("ctrl+shift+a")
    program.wait_for("label", "2 calls")
    for cell in ("write_file", "blocked", "read_file", "done"):
        program.wait_for("table cell", cell)
    program.press("push button", "Verify")
    program.wait_for("label", begins="The audit log is intact: ", holds="chained without a key")
    program.wait_for("label", begins="The audit log is intact: ", holds="cut off at the end cannot be seen")
    close(screen, program, "Audit")
    assert program.terminate() == 0
    done = subprocess.run(
        [sys.executable, "-m", "desktop", "audit", "verify"],
        env={**os.environ, **screen.environment, **home_variables(stored.home)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("The audit log is intact: ")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures(screen: Desktop, stored: Stored, scheme: str) -> None:
    taken: list[Path] = []

    def take(state: str) -> None:
        time.sleep(0.3)  # what the mouse and the focus do to a button is drawn
        taken.append(screen.picture(PICTURES / f"{state}-{scheme}-1x.png"))

    settings = stored.home / "config" / "cortex-desktop" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f'[appearance]\ncolor_scheme = "{scheme}"\n', encoding="utf-8")
    program = demo(screen, stored)
    ask(program, MILK)
    take("gate-choices")
    program.press("push button", "Edit")
    program.wait_for("push button", "Back", enabled=True)
    program.press("text", "content")
    screen.keys("ctrl+Home")
    screen.type("oat ")
    program.wait_for("push button", "Review changes", enabled=True)
    take("gate-edit")
    program.press("push button", "Review changes")
    program.wait_for("label", "Your changes")
    asked(program)
    take("gate-edited")
    program.press("push button", "Allow once")
    program.wait_for("list item", begins="Assistant:", holds="todo.txt")
    ask(program, BREAD)
    program.press("push button", "Always allow")
    program.wait_for("push button", begins="Always allow: ", enabled=True)
    take("gate-always")
    choose_folder(program, "Always allow")
    program.wait_for("list item", begins="Assistant:", holds="shop.txt")
    open_grants(program)
    program.press("push button", "", begins="Revoke write_file anywhere under ")
    program.wait_for("push button", "Revoke now")
    take("tools-and-grants")
    close(screen, program, "Tools and grants")
    screen.keys("ctrl+shift+a")
    program.wait_for("label", "2 calls, 1 grant")
    program.wait_for("table cell", "granted")
    program.press("push button", "Verify")
    program.wait_for("label", begins="The audit log is intact: ")
    take("audit")
    assert all(path.stat().st_size for path in taken)
