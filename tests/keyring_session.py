"""A real Secret Service for tests: a session bus of its own with GNOME Keyring on it, and a temporary home."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

PROGRAMS = ("dbus-run-session", "gnome-keyring-daemon")
IS_THERE = all(shutil.which(program) for program in PROGRAMS)
"""Whether this system has what is needed."""

Wrapper = Callable[[Sequence[str]], list[str]]

_ASK = "dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner"
_READY = f"until {_ASK} string:org.freedesktop.secrets | grep -q true; do :; done"
"""It has its name on the bus only some time after it went into the background."""
_UNLOCKED = 'printf "%s" "$CORTEX_TEST_PASSWORD" | gnome-keyring-daemon --unlock --components=secrets >/dev/null'


def environment(home: Path) -> dict[str, str]:
    """This process's environment, with another home and no way to the person's own session."""
    variables = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("XDG_", "DBUS_", "PYTHON_KEYRING", "GNOME_KEYRING")) and not name.endswith("_API_KEY")
    }
    runtime = home / "run"
    runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {**variables, "HOME": str(home), "XDG_RUNTIME_DIR": str(runtime), "CORTEX_TEST_PASSWORD": "of no worth"}


def in_keyring_session(command: Sequence[str]) -> list[str]:
    """A command line that runs a command on a session bus where GNOME Keyring is running and unlocked.

    Bus and keyring end with the command. Run it with `environment`; the same home finds the same keys again.
    """
    return ["dbus-run-session", "--", "sh", "-ec", f'{_UNLOCKED}; {_READY}; exec "$@"', "sh", *command]


def in_locked_session(command: Sequence[str]) -> list[str]:
    """The same, with the keyring locked and nobody there who could be asked for its password."""
    start = "gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1"
    return ["dbus-run-session", "--", "sh", "-ec", f'{start}; {_READY}; exec "$@"', "sh", *command]


def run_python(script: str, home: Path, *, wrap: Wrapper | None = None, timeout_s: float = 60) -> str:
    """Run a script of ours in a fresh process, in a keyring session or outside one.

    Args:
        script: Python source.
        home: The home folder.
        wrap: `in_keyring_session`, `in_locked_session`, or None for no session bus at all.
        timeout_s: Seconds after which it has failed.

    Returns:
        What it printed.
    """
    command = [sys.executable, "-W", "error", "-c", script]
    variables = environment(home)
    if wrap is None:
        variables["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={home}/no-bus"
    done = subprocess.run(
        wrap(command) if wrap else command,
        env=variables,
        cwd=Path(__file__).resolve().parent.parent,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
