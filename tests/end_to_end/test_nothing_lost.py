"""What is on the screen outlives a kill, and a damaged database costs no more than what cannot be read."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.desktop_session import Desktop, wait_until
from tests.end_to_end.providers import NO_TITLES, Held, providers
from tests.end_to_end.stored import Stored
from tests.wire import claude, gemini

pytestmark = pytest.mark.end_to_end

MESSAGE = "list item"
PICTURES = Path(__file__).parents[2] / "build" / "pictures" / "window"


def kept_state(stored: Stored) -> dict[str, object]:
    files = [path for path in stored.files() if path.name == "window.json"]
    read: dict[str, object] = json.loads(files[0].read_bytes()) if files else {}
    return read


def test_panes_and_the_open_conversation_come_back_after_a_kill(screen: Desktop, stored: Stored) -> None:
    stored.workspace.mkdir(parents=True, exist_ok=True)
    (stored.workspace / "notes.md").write_text("Thursday at ten.\n", encoding="utf-8")
    program = screen.launch(stored.home, "--demo")
    program.send("read notes.md")
    program.wait_for(MESSAGE, begins="Assistant:", holds="Thursday at ten.")
    program.send("what time is it?")
    stored.wait_for_states("done", "done")
    screen.keys("ctrl+shift+d")
    program.wait_for("panel", "Debug")
    conversation = stored.rows("SELECT id FROM conversations")[0]["id"]
    wait_until(lambda: kept_state(stored).get("conversation") == conversation, "the conversation in the state's file")
    wait_until(lambda: "debug" in str(kept_state(stored).get("layout")), "the panes in the state's file")
    program.kill()
    again = screen.launch(stored.home, "--demo")
    again.wait_for("panel", "Debug")
    again.wait_for(MESSAGE, begins="You: what time is it?")


def test_a_damaged_database_is_set_aside_and_what_can_be_read_is_back(screen: Desktop, stored: Stored) -> None:
    stored.workspace.mkdir(parents=True, exist_ok=True)
    program = screen.launch(stored.home, "--demo")
    program.send("what is 6 * 7?")
    program.wait_for(MESSAGE, begins="Assistant:", holds="42")
    stored.wait_for_states("done")
    assert program.terminate() == 0
    (database,) = [path for path in stored.files() if path.name == "cortex.sqlite3"]
    with database.open("r+b") as file:
        file.write(os.urandom(4096))
    again = screen.launch(stored.home, "--demo")
    again.wait_for("label", begins="The database was damaged. 2 messages were recovered.")
    screen.picture(PICTURES / "damaged-database.png")
    again.press(MESSAGE, "", begins="what is 6 * 7?")
    again.wait_for(MESSAGE, begins="Assistant:", holds="42")
    assert list(database.parent.glob("cortex.sqlite3.damaged-*/cortex.sqlite3"))


_SMALL_DISK = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")
"""Runs a script that may mount, for itself and what it becomes."""


def can_mount() -> bool:
    if shutil.which(_SMALL_DISK[0]) is None:
        return False
    script = "mount -t tmpfs none /mnt"
    return subprocess.run([*_SMALL_DISK, script], capture_output=True, check=False, timeout=20).returncode == 0


def test_a_disk_that_fills_up_in_an_answer_costs_nothing_once_there_is_room(screen: Desktop, stored: Stored) -> None:
    if not can_mount():
        pytest.skip("this system lets nobody but root mount a small disk")
    stored.configure(NO_TITLES)
    data = stored.home / "data"
    data.mkdir(parents=True)
    script = f'mount -t tmpfs -o size=6m none "{data}" && exec "{sys.executable}" -m desktop'
    held = Held(before=("Lar",), after=("ch. " + "needle " * 200_000,))
    nothing = gemini.says("Nothing had to be gathered.")
    with providers(gemini=(nothing,), claude=(held.step, claude.answers(claude.text(0, "Oak.")))) as both:
        program = screen.launch(stored.home, command=[*_SMALL_DISK, script], variables=both.variables)
        program.send("first tree")
        program.wait_for(MESSAGE, begins="Assistant: Lar")
        filler = Path(f"/proc/{program.pid}/root{data}/filler")
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            for _ in range(1 << 20):  # until there is no room left
                file.write(bytes(4096))
        held.let_go()
        program.wait_for("label", holds="There is no room left on the disk", begins="")
        program.wait_for(MESSAGE, begins="Assistant: Larch. needle")  # what came is still there to be read
        screen.picture(PICTURES / "full-disk.png")
        filler.unlink()
        program.press("push button", "Go on")
        program.wait_for(MESSAGE, begins="Assistant: Oak.")
        program.wait_until_gone("push button", "Go on")
        assert program.find(MESSAGE, begins="Assistant: Larch.") is None
