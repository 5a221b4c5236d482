"""The offline demonstration: a person and the real window on a display of its own. Needs no key and no network.

Types a request that reads one file and writes another, waits at the gate, clicks "Allow once", and prints what was
said. Pictures of it come to lie in build/demo. Where this system has no virtual display, on the terminal instead.

Usage: demo.py [--program PATH]
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.end_to_end.desktop_session import NotHappened, Program, desktop, missing  # noqa: E402
from tests.end_to_end.stored import Stored  # noqa: E402

PICTURES = ROOT / "build" / "demo"
NOTES = "# Notes\n\nThe meeting is on Thursday at ten. Bring the figures of October.\n"
REQUEST = 'read notes.md and then write "bring the figures" to todo.txt'
WRITTEN = "bring the figures\n"
TERMINAL_REQUESTS = ("list the files", "read notes.md and tell me what it says", "what is 12 * 34 + 5")


def hold_conversation(command: list[str], folder: Path) -> None:
    """One conversation in the window, with a gate.

    Args:
        command: Starts the program.
        folder: Temporary.

    Raises:
        NotHappened: It did not go as it should; says what was seen instead.
    """
    stored = Stored(folder / "home")
    stored.workspace.mkdir(parents=True)
    (stored.workspace / "notes.md").write_text(NOTES, encoding="utf-8")
    with desktop(folder / "desktop", size=(1320, 860)) as screen:
        program = screen.launch(stored.home, "--demo", command=command, cwd=folder)
        screen.picture(PICTURES / "1-start.png")
        program.write(REQUEST)
        screen.picture(PICTURES / "2-request.png")
        screen.keys("Return")
        effect = program.wait_for("text", "Effect").text
        program.wait_for("push button", "Allow once", enabled=True)
        screen.picture(PICTURES / "3-gate.png")
        print(f"You: {REQUEST}\n\nConfirm tool call: {effect}\n-> Allow once\n", flush=True)
        if (stored.workspace / "todo.txt").exists():
            raise NotHappened("todo.txt was written before it was allowed")
        program.press("push button", "Allow once")
        answer = program.wait_for("list item", begins="Assistant:", holds="todo.txt")
        program.wait_for("list item", "write_file done")
        screen.picture(PICTURES / "4-answer.png")
        print(answer.name, flush=True)
        check(program, stored)


def check(program: Program, stored: Stored) -> None:
    """See that what was shown has happened, and end the program."""
    written = (stored.workspace / "todo.txt").read_text(encoding="utf-8")
    if written != WRITTEN:
        raise NotHappened(f"todo.txt holds {written!r}")
    status = program.terminate()
    if status != 0:
        raise NotHappened(f"the program ended with status {status}:\n{program.complaints}")
    if stored.states() != ["done"]:
        raise NotHappened(f"the store says {stored.states()}")


def hold_conversations_on_the_terminal(command: list[str], folder: Path) -> int:
    """Short conversations without a window; the exit status of the first that fails, or 0."""
    home, work = folder / "home", folder / "work"
    home.mkdir()
    work.mkdir()
    (work / "notes.md").write_text(NOTES, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    for request in TERMINAL_REQUESTS:
        print(f"\n> {request}", flush=True)
        status = subprocess.run(
            [*command, "ask", "--demo", "--root", str(work), request],
            env={**environment, "HOME": str(home), "PYTHONPATH": str(ROOT)},
            cwd=folder,
            check=False,
        ).returncode
        if status != 0:
            return status
    return 0


def main() -> int:
    """Demonstrate; 0 where the conversation came to its end."""
    parser = argparse.ArgumentParser(description="A conversation with the embedded offline models.")
    parser.add_argument("--program", type=Path, help="the built program to use instead of this checkout")
    program: Path | None = parser.parse_args().program
    command = [sys.executable, "-m", "desktop"] if program is None else [str(program.resolve())]
    with tempfile.TemporaryDirectory(prefix="cortex-demo-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if lacks := missing():
            print(f"On the terminal, because a virtual display needs: {', '.join(lacks)}")
            return hold_conversations_on_the_terminal(command, folder)
        shutil.rmtree(PICTURES, ignore_errors=True)
        try:
            hold_conversation(command, folder)
        except NotHappened as error:
            print(f"The demonstration failed: {error}", file=sys.stderr)
            return 1
    print(f"\nThe conversation is over; its pictures are in {PICTURES}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
