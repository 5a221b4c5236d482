"""The program's window and the bare one, as processes with a home of their own."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.display import Display
from bench.line import ROOT, NotMeasured


def make_home(folder: Path) -> dict[str, str]:
    """A home of somebody who has used the program: one conversation, which is open at the next start.

    Args:
        folder: The home.

    Returns:
        The variables that make it one.
    """
    variables = {"HOME": str(folder)}
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        variables[f"XDG_{name}_HOME"] = str(folder / name.lower())
    variables["XDG_RUNTIME_DIR"] = str(folder)
    settings = folder / "config" / "cortex-desktop" / "settings.toml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text("[conversations]\nmake_titles = false\n", encoding="utf-8")  # one request more, and no answer
    question = ["ask", "--demo", "--root", str(folder), "list the files"]
    done = subprocess.run(
        [sys.executable, "-m", "desktop", *question],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise NotMeasured(f"the program could not answer a first question: {done.stderr.strip()}")
    data, state = folder / "data" / "cortex-desktop", folder / "state" / "cortex-desktop"
    with contextlib.closing(sqlite3.connect(data / "cortex.sqlite3")) as database:
        (conversation,) = database.execute("SELECT id FROM conversations").fetchone()
    window = {"layout": {}, "conversation": conversation, "color_scheme": "system"}
    (state / "window.json").write_text(json.dumps(window), encoding="utf-8")
    return variables


@contextlib.contextmanager
def window(
    display: Display,
    home: Mapping[str, str],
    command: Sequence[str],
    pass_fds: tuple[int, ...] = (),
    python: str | Path = sys.executable,
) -> Iterator[subprocess.Popen[bytes]]:
    """A program for the length of a block; what it complains of goes to standard error.

    Bytecode caches are read and written, as they are on the machine of a user.

    Args:
        display: Where it shows its window.
        home: From `make_home`, and more of its environment.
        command: Behind ``python``.
        pass_fds: File descriptors that it inherits.
        python: Which.
    """
    environment = {**display.environment, **home}
    process = subprocess.Popen(
        [python, *command],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=pass_fds,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
