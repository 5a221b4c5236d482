"""The workspace folder's files, by the safest way the system has."""

import posixpath
import sys
from collections.abc import Iterator
from pathlib import Path

from desktop.engine.errors import ToolError
from desktop.engine.tools.paths import Entry, Kind, Root
from desktop.engine.tools.threads import StopFlag

if sys.platform == "win32":
    from desktop.engine.tools.rooted_windows import WindowsRoot as _SystemRoot
else:
    from desktop.engine.tools.rooted_posix import PosixRoot as _SystemRoot

_DEEPEST_FOLDER = 64


def open_root(root: Path) -> Root:
    """The files beneath the workspace folder.

    Args:
        root: The folder, absolute.

    Returns:
        The way to reach them. Blocking: for worker threads.

    Raises:
        ToolError: The folder is missing.
    """
    if not root.is_dir():
        raise ToolError(f"The workspace folder {str(root)!r} does not exist or is not a folder.")
    return _SystemRoot(root)


def walk(root: Root, path: str, skipped: frozenset[str], stop: StopFlag) -> Iterator[tuple[str, Entry]]:
    """All files beneath a folder, folder by folder in the order of their names. Symbolic links are not followed.

    Args:
        root: The files.
        path: Where to begin; a folder.
        skipped: Names of folders that are left out, the first one excepted.
        stop: Checked for each folder.

    Yields:
        The path of a file, relative to the root, and its entry.

    Raises:
        OSError: The first folder cannot be listed; folders further down are passed over then.
    """
    waiting = [(path, 0)]
    while waiting:
        folder, depth = waiting.pop()
        stop.check()
        try:
            entries = sorted(root.entries(folder), key=lambda entry: entry.name)
        except OSError:
            if depth == 0:
                raise
            continue
        below = []
        for entry in entries:
            where = entry.name if folder == "." else posixpath.join(folder, entry.name)
            if entry.kind is Kind.FILE:
                yield where, entry
            elif entry.kind is Kind.FOLDER and entry.name not in skipped and depth < _DEEPEST_FOLDER:
                below.append((where, depth + 1))
        waiting.extend(reversed(below))
