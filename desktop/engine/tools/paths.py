"""Paths beneath the workspace folder, and what a way of reaching them offers."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePath
from typing import BinaryIO, Protocol

from desktop.engine.errors import BadArguments, ToolError
from desktop.engine.tools.texts import shown
from desktop.engine.tools.threads import StopFlag

_LONGEST_PATH = 1000
_DEEPEST_PATH = 100


class Kind(StrEnum):
    """What a name in a folder stands for."""

    FOLDER = "folder"
    FILE = "file"
    LINK = "link"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Entry:
    """A name in a folder.

    Attributes:
        name: Without the folder.
        kind: Of the name itself: a symbolic link is a link, whatever it points to.
        size_bytes: Of a file; 0 for all else.
    """

    name: str
    kind: Kind
    size_bytes: int = 0


class Root(Protocol):
    """Files beneath one folder.

    Paths are relative, with slashes; no method reaches anything outside, also when names are swapped for symbolic links
    meanwhile. Methods raise OSError (``EXDEV`` means outside), and
    ToolError for a path that exists and does not fit.
    """

    def open(self, path: str) -> BinaryIO:
        """Open a regular file for reading."""
        ...

    def entries(self, path: str) -> list[Entry]:
        """The names in a folder, in no order."""
        ...

    def write(self, path: str, data: bytes, stop: StopFlag) -> None:
        """Make or replace a file, atomically, with the folders above it; an existing file keeps its mode."""
        ...


def relative_path(root: Path, given: str) -> str:
    """Make a model's path relative to the workspace folder. Whether it stays inside is judged when it is used.

    Args:
        root: The workspace folder, absolute.
        given: Relative, or absolute inside the folder; empty means the folder itself.

    Returns:
        A relative path with slashes; ``.`` for the folder itself.

    Raises:
        ToolError: The path is absolute and elsewhere, or cannot be a path.
    """
    if "\0" in given or len(given) > _LONGEST_PATH:
        raise BadArguments(f"A path has at most {_LONGEST_PATH} characters, and no zero character.")
    path = PurePath(given)
    if path.anchor:
        for base in (root, Path(os.path.realpath(root))):
            if path.is_relative_to(base):
                path = path.relative_to(base)
                break
        else:
            raise outside(given)
    if len(path.parts) > _DEEPEST_PATH:
        raise BadArguments(f"A path has at most {_DEEPEST_PATH} parts.")
    return path.as_posix()


def outside(path: str) -> ToolError:
    """The error for a path that leads out of the workspace folder."""
    return ToolError(
        f"{shown(path)!r} leads out of the workspace folder, and file tools work inside it only. "
        "Give a path relative to it; '.' is the folder itself."
    )


_WORDS = {
    errno.ENOENT: "There is no {name}.",
    errno.ENOTDIR: "{name} is not a folder, or a part of it is not.",
    errno.EISDIR: "{name} is a folder, not a file.",
    errno.EACCES: "The system does not permit access to {name}.",
    errno.EPERM: "The system does not permit this with {name}.",
    errno.ENAMETOOLONG: "The name {name} is too long.",
    errno.ELOOP: "{name} leads through a symbolic link that cannot be followed.",
    errno.EROFS: "{name} lies on a disk that cannot be written to.",
    errno.ENOSPC: "There is no room left on the disk for {name}.",
    errno.EDQUOT: "Your share of the disk has no room left for {name}.",
    errno.EMFILE: "Too many files are open at the moment to reach {name}.",
}


@contextmanager
def errors_in_words(path: str) -> Iterator[None]:
    """Turn an OSError on a path into a ToolError that says it in words."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.EXDEV:
            raise outside(path) from None
        words = _WORDS.get(error.errno or 0, f"{{name}} could not be used: {error.strerror}.")
        raise ToolError(words.replace("{name}", repr(shown(path)))) from None


def unfit(path: str, why: str) -> ToolError:
    """The error for a path that exists and does not fit: "'x' is marked read-only."."""
    return ToolError(f"{shown(path)!r} {why}.")


def refused(number: int, path: str) -> OSError:
    """An OSError as the system would raise it."""
    return OSError(number, os.strerror(number), path)
