"""Private files: readable by the person alone, and never half written."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


def make_private_folder(folder: Path) -> None:
    """Make a folder, and its missing parents, that on POSIX only the person may enter (0700).

    Raises:
        OSError: The folder cannot be made, or is no folder.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.name == "posix" and folder.stat().st_mode & 0o077:
        folder.chmod(0o700)


def write_private(path: Path, text: str) -> None:
    """Replace a file by new text as one step: a crash leaves the old file or the new one, mode 0600.

    A symbolic link stays one; the file it leads to is replaced. Writes and syncs, so call it off the GUI's thread.

    Args:
        path: The file; its folder is made where missing.
        text: The whole new content, written as UTF-8.

    Raises:
        OSError: The file cannot be written; what was there is untouched.
    """
    with replacing(path) as file:
        file.write(text)


@contextmanager
def replacing(path: Path) -> Iterator[IO[str]]:
    """As ``write_private``, for text that is written piece by piece: the file is replaced at the end, or not at all.

    Args:
        path: The file; its folder is made where missing.

    Yields:
        Takes text, kept as UTF-8.

    Raises:
        OSError: The file cannot be written; what was there is untouched.
    """
    target = path.resolve()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent)  # made 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
