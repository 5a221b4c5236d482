"""The environment that commands get: the person's, without keys."""

import re
from collections.abc import Mapping

_SECRET_NAME = re.compile(
    r"API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|SECRET|TOKEN|PASSW|PASSPHRASE|PASSWD|CREDENTIAL|_AUTH$|_PAT$|_DSN$"
    r"|^(AWS|AZURE|GCP|GOOGLE|GEMINI|ANTHROPIC|OPENAI|CORTEX)_"
    # ways to the keyring, to key agents and to the person's screen
    r"|^(SSH_AUTH_SOCK|SSH_AGENT_PID|GPG_AGENT_INFO|DBUS_SESSION_BUS_ADDRESS|XAUTHORITY|DISPLAY|WAYLAND_DISPLAY)$"
)
_SECRET_VALUE = re.compile(
    r"AIza[\w-]{30}|sk-[\w-]{16}|gh[pousr]_\w{20}|github_pat_\w{20}|xox[abprs]-[\w-]{10}|AKIA[0-9A-Z]{16}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY|\beyJ[\w-]{10,}\.[\w-]{10,}\."
)
_QUIET = {"TERM": "dumb", "PAGER": "cat", "GIT_PAGER": "cat", "GIT_TERMINAL_PROMPT": "0"}
_BUNDLE_ORIGINAL = "LD_LIBRARY_PATH_ORIG"


def command_environment(present: Mapping[str, str]) -> dict[str, str]:
    """Make the environment for a command.

    Args:
        present: The program's own environment.

    Returns:
        The same without variables that hold keys, judged by their names and their values, and with settings that keep
        programs from waiting for a terminal.
    """
    kept = {
        name: value
        for name, value in present.items()
        if not _SECRET_NAME.search(name.upper()) and not _SECRET_VALUE.search(value)
    }
    # a bundled program (PyInstaller) runs with its own libraries first; other programs must not
    if "_MEIPASS2" in kept or _BUNDLE_ORIGINAL in kept:
        kept.pop("_MEIPASS2", None)
        kept.pop("LD_LIBRARY_PATH", None)
        if original := kept.pop(_BUNDLE_ORIGINAL, ""):
            kept["LD_LIBRARY_PATH"] = original
    return kept | _QUIET
