"""Tries a built program in an empty home: a conversation with the offline models, then its window on a virtual display.

Usage: try_bundle.py PROGRAM
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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


def open_window(program: Path, folder: Path) -> None:
    """Let the program open its window on a display of its own, and end it; exits where it does not come, or go."""
    missing = [command for command in ("Xvfb", "xdotool") if shutil.which(command) is None]
    if missing:
        print(f"The bundle's window was not tried: this system lacks {', '.join(missing)}.")
        return
    home = folder / "window"
    home.mkdir()
    reading, writing = os.pipe()
    display_command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    with subprocess.Popen(display_command, pass_fds=[writing], stderr=subprocess.DEVNULL) as display:
        os.close(writing)
        try:
            with os.fdopen(reading) as number:
                shown_on = f":{number.readline().strip()}"
            environment = {**bare_environment(home), "DISPLAY": shown_on, "QT_QPA_PLATFORM": "xcb"}
            environment.pop("WAYLAND_DISPLAY", None)
            environment["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={folder}/no-bus"
            with subprocess.Popen([str(program), "--demo"], env=environment, cwd=folder) as window:
                try:
                    wait_for_window(window, environment)
                finally:
                    window.terminate()
                    status = window.wait(TIME_LIMIT_S)
        finally:
            display.terminate()
    if status not in (0, -signal.SIGTERM, 128 + signal.SIGTERM):
        sys.exit(f"The bundle's window did not close well: status {status}.")
    print(f"The bundle opened its window, and closed it when it was told to: status {status}.")


def wait_for_window(program: subprocess.Popen[bytes], environment: dict[str, str]) -> None:
    """Wait until a window of the program can be seen; exits where the program ends first, or none comes."""
    search = ["xdotool", "search", "--sync", "--onlyvisible", "--name", "Cortex Desktop"]
    with subprocess.Popen(search, env=environment, stdout=subprocess.DEVNULL) as found:
        ends_at = time.monotonic() + TIME_LIMIT_S
        while found.poll() is None:
            if program.poll() is not None or time.monotonic() > ends_at:
                found.kill()
                sys.exit("The bundle's window did not come.")
            time.sleep(0.1)


def main() -> int:
    """Try the program that the command line names."""
    program = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="cortex-bundle-", ignore_cleanup_errors=True) as folder:
        hold_conversation(program, Path(folder))
        open_window(program, Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
