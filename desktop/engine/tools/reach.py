"""What the arguments of a call lead to: paths with their symbolic links followed, hosts, the words of commands."""

import os
import sys
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Any

from desktop.engine.commands import parse_command
from desktop.engine.errors import ToolError
from desktop.engine.gate import Subject
from desktop.engine.grants import Reach
from desktop.engine.messages import JsonObject
from desktop.engine.tools.base import Tool
from desktop.engine.tools.fetching import read_url
from desktop.engine.tools.paths import relative_path


def reach_of(tool: Tool[Any], arguments: JsonObject, root: Path) -> Reach:
    """What a call's arguments lead to now. Follows symbolic links, so it blocks: for worker threads.

    Args:
        tool: The tool, which says what its arguments stand for.
        arguments: Validated, canonical arguments.
        root: The workspace folder.

    Returns:
        What could be told. A path that leaves the workspace folder, or that goes up by ``..``, cannot.
    """

    def found(kind: Subject, read: Callable[[str], Any]) -> dict[str, Any]:
        texts = {name: arguments.get(name) for name, subject in tool.subjects.items() if subject == kind}
        readings = {name: read(text) for name, text in texts.items() if isinstance(text, str)}
        return {name: reading for name, reading in readings.items() if reading is not None}

    return Reach(
        workspace=os.path.realpath(root),
        paths=found("path", lambda text: _path(text, root)),
        commands=found("command", lambda text: parse_command(text, windows=sys.platform == "win32")),
        hosts=found("address", _host),
    )


def _path(text: str, root: Path) -> str | None:
    try:
        relative = relative_path(root, text)
        if ".." in PurePath(relative).parts:
            return None
        real_root = os.path.realpath(root)
        real = os.path.realpath(os.path.join(real_root, relative))
    except (ToolError, OSError, ValueError):
        return None
    return real if PurePath(real).is_relative_to(real_root) else None


def _host(text: str) -> str | None:
    try:
        url = read_url(text)
    except ToolError:
        return None
    host = url.raw_host.decode("ascii").lower()
    return host if url.port is None else f"{host}:{url.port}"
