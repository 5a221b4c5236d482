"""The offline demonstration: conversations with the embedded models, on the terminal. Needs no key and no network.

Usage: demo.py [--program PATH]
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTES = "# Notes\n\nThe meeting is on Thursday at ten. Bring the figures of October.\n"
REQUESTS = (
    "list the files",
    "read notes.md and tell me what it says",
    "what is 12 * 34 + 5",
    "what time is it",
)


def main() -> int:
    """Hold one conversation for each request, in temporary folders; the exit status of the first that fails, or 0."""
    parser = argparse.ArgumentParser(description="Conversations with the embedded offline models.")
    parser.add_argument("--program", type=Path, help="the built program to use instead of this checkout")
    program: Path | None = parser.parse_args().program
    start = [sys.executable, "-m", "desktop"] if program is None else [str(program.resolve())]
    with tempfile.TemporaryDirectory(prefix="cortex-demo-") as folder:
        home, work = Path(folder, "home"), Path(folder, "work")
        home.mkdir()
        work.mkdir()
        (work / "notes.md").write_text(NOTES, encoding="utf-8")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
        for request in REQUESTS:
            print(f"\n> {request}", flush=True)
            status = subprocess.run(
                [*start, "ask", "--demo", "--root", str(work), request],
                env={**environment, "HOME": str(home)},
                cwd=ROOT,
                check=False,
            ).returncode
            if status != 0:
                return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
