"""Tries a built program in an empty home: a conversation with the offline models, then the window if there is a driver.

Usage: try_bundle.py PROGRAM
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "scripts" / "demo.py"
NOTE = "The meeting is on Thursday at ten."
TIME_LIMIT_S = 120


def bare_environment(home: Path) -> dict[str, str]:
    """An environment in which nothing of this machine's Python or settings can help the program."""
    kept = ("PATH", "LANG", "DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "SYSTEMROOT")
    return {"HOME": str(home), **{name: os.environ[name] for name in kept if name in os.environ}}


def hold_conversation(program: Path, folder: Path) -> None:
    """Let the program read a file and tell what it says; exits where it does not."""
    home, root = folder / "home", folder / "root"
    home.mkdir()
    root.mkdir()
    (root / "notes.md").write_text(NOTE + "\n", encoding="utf-8")
    command = [str(program), "ask", "--demo", "--root", str(root), "--json", "read notes.md and tell me what it says"]
    done = subprocess.run(
        command,
        env=bare_environment(home),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT_S,
        check=False,
    )
    events = [json.loads(line) for line in done.stdout.splitlines() if line.strip()]
    kinds = [event["type"] for event in events]
    answer = "".join(event["text"] for event in events if event["type"] == "answer_finished")
    if done.returncode != 0 or "run_finished" not in kinds or NOTE not in answer:
        sys.exit(f"The bundle's conversation went wrong: status {done.returncode}, {kinds}, {answer!r}\n{done.stderr}")
    print(f"The bundle held a conversation: {len(events)} events, {answer!r}")


def main() -> int:
    """Try the program that the command line names."""
    program = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="cortex-bundle-") as folder:
        hold_conversation(program, Path(folder))
    if not DEMO.exists():
        print("The window was not tried: scripts/demo.py is not there.")
        return 0
    return subprocess.run([sys.executable, DEMO, "--program", program], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
