"""The sandbox that commands run in, where the system has one: bubblewrap on Linux."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_PROBE_S = 10.0
_HIDDEN = (
    ".ssh",
    ".gnupg",
    ".aws",
    ".azure",
    ".kube",
    ".docker",
    ".password-store",
    ".mozilla",
    ".thunderbird",
    ".local/share/keyrings",
    ".local/share/kwalletd",
    ".config/gcloud",
    ".config/gh",
    ".config/google-chrome",
    ".config/chromium",
    ".config/op",
    ".netrc",
    ".git-credentials",
    ".config/git/credentials",
    ".pypirc",
    ".npmrc",
    ".bash_history",
    ".zsh_history",
    ".python_history",
)
"""Beneath the home folder: keys, passwords, browsers, histories."""


class Sandbox(Protocol):
    """Runs a command with less reach than the person has."""

    @property
    def description(self) -> str:
        """What it keeps a command from, for the person."""
        ...

    def wrap(self, command: Sequence[str], root: Path) -> list[str]:
        """The arguments that run a command inside. May look at the file system.

        Args:
            command: The program and its arguments.
            root: The one folder it may write to; where it runs.
        """
        ...


@dataclass(frozen=True, slots=True)
class Bubblewrap:
    """Bubblewrap: the file system is read-only but for the workspace, places of secrets are empty, /tmp is private.

    The network is the system's. Processes have their own numbers, see no others (whose environment may hold keys),
    and all end when the first one does, or this program.

    Attributes:
        program: The path of ``bwrap``.
        hidden: Folders and files beside the usual ones that commands do not see.
    """

    program: str
    hidden: tuple[Path, ...] = ()

    @property
    def description(self) -> str:
        """What it keeps a command from, for the person."""
        return (
            "In a sandbox (bubblewrap): it can change files in this folder only and use the network; "
            "folders of keys, passwords and browsers are hidden."
        )

    def wrap(self, command: Sequence[str], root: Path) -> list[str]:
        """The arguments that run a command inside."""
        folder = os.path.realpath(root)
        arguments = [self.program, "--die-with-parent", "--unshare-pid", "--unshare-ipc", "--cap-drop", "ALL"]
        # a workspace that is the whole file system is bound first, so that it does not cover /dev, /proc and /tmp
        arguments += ["--bind" if folder == "/" else "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
        arguments += ["--tmpfs", "/tmp"]
        if os.path.isdir("/var/tmp") and not os.path.islink("/var/tmp"):
            arguments += ["--tmpfs", "/var/tmp"]
        if folder != "/":
            arguments += ["--bind", folder, folder]
        for hidden in self._places():
            real = os.path.realpath(hidden)
            if Path(folder).is_relative_to(real):
                continue  # the person chose a folder in there
            if os.path.isdir(real):
                arguments += ["--tmpfs", real]
            elif os.path.exists(real):
                arguments += ["--ro-bind", os.devnull, real]
        return [*arguments, "--chdir", folder, "--", *command]

    def _places(self) -> list[Path]:
        home = Path.home()
        places = [home / name for name in _HIDDEN]
        # sockets of the keyring, of key agents and of the session bus
        places += [Path("/run/docker.sock"), Path("/run/containerd")]
        runtime = os.environ.get("XDG_RUNTIME_DIR")
        if runtime:
            places.append(Path(runtime))
        return [*places, *self.hidden]


async def find_sandbox(hidden: Sequence[Path] = ()) -> Sandbox | None:
    """Look for a sandbox that works here: some systems have bubblewrap and forbid what it needs.

    Args:
        hidden: Folders and files of the program's own that commands must not see.

    Returns:
        The sandbox; None where there is none.
    """
    if sys.platform != "linux":
        return None
    return await asyncio.to_thread(_probe, tuple(hidden))


def _probe(hidden: tuple[Path, ...]) -> Sandbox | None:
    program = shutil.which("bwrap")
    if program is None:
        return None
    sandbox = Bubblewrap(program, hidden)
    with tempfile.TemporaryDirectory(prefix="cortex-") as folder:
        try:
            result = subprocess.run(
                sandbox.wrap(["/bin/sh", "-c", "exit 42"], Path(folder)),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_PROBE_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
    return sandbox if result.returncode == 42 else None
