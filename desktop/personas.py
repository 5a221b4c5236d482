"""The persona files: Markdown in the config folder, edited in the window or in any editor, read anew for each run."""

import errno
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.files import write_private

DEFAULT = "default.md"
MOST_BYTES = 64 * 1024
"""A longer persona would cost more than the conversation."""


class PersonaError(Exception):
    """A persona file cannot be used; says why, in words for the person."""


@dataclass(frozen=True, slots=True)
class Personas:
    """Reads and writes the files. Every method reads or writes a disk: call them off the GUI's thread.

    Attributes:
        folder: The person's own files.
        shipped: The default that comes with the program.
    """

    folder: Path
    shipped: Path

    def names(self) -> Sequence[str]:
        """The files, by name; the default is the first, and always there."""
        try:
            own = [entry.name for entry in os.scandir(self.folder) if is_name(entry.name) and entry.is_file()]
        except OSError:
            own = []
        return [DEFAULT, *sorted(name for name in own if name != DEFAULT)]

    def is_own(self, name: str) -> bool:
        """Whether the person has a file of this name; else the program's default stands in."""
        return is_name(name) and (self.folder / name).is_file()

    def read(self, name: str = "") -> str:
        """The text that goes into a system prompt.

        Args:
            name: Of a file, without a path; empty for the default.

        Raises:
            PersonaError: It is not there, too long, no text, or cannot be read.
        """
        name = name or DEFAULT
        if not is_name(name):
            raise PersonaError(f"{name!r} is no name of a persona file. Use a name that ends in .md, without a path.")
        path = self.folder / name
        if name == DEFAULT and not os.path.lexists(path):
            path = self.shipped
        try:
            content = _read(path)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise PersonaError(f"The persona file {name} cannot be read: {reason}.") from None
        if len(content) > MOST_BYTES:
            raise PersonaError(f"The persona file {name} is longer than {MOST_BYTES // 1024} KB. Shorten it.")
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            raise PersonaError(f"The persona file {name} is no UTF-8 text (line {line}). Save it as UTF-8.") from None
        if "\0" in text:
            raise PersonaError(f"The persona file {name} is no text: it holds a zero byte.")
        return text.replace("\r\n", "\n")

    def write(self, name: str, text: str) -> None:
        """Replace a file's text, or make the file.

        Raises:
            PersonaError: The name or the length does not fit, or it cannot be written.
        """
        if not is_name(name):
            raise PersonaError(f"{name!r} is no name of a persona file. Use a name that ends in .md, without a path.")
        if len(text.encode()) > MOST_BYTES:
            raise PersonaError(f"A persona can have {MOST_BYTES // 1024} KB. Shorten it.")
        try:
            write_private(self.folder / name, text)
        except OSError as error:
            raise PersonaError(f"{name} cannot be written: {error.strerror or type(error).__name__}.") from None

    def delete(self, name: str) -> None:
        """Delete the person's file; of the default, the program's own comes back.

        Raises:
            PersonaError: It cannot be deleted.
        """
        if not is_name(name):
            raise PersonaError(f"{name!r} is no name of a persona file.")
        try:
            (self.folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise PersonaError(f"{name} cannot be deleted: {error.strerror or type(error).__name__}.") from None


def is_name(name: str) -> bool:
    """Whether a persona file can have this name: no path, not hidden, printable, and it ends in .md."""
    bare = name == Path(name).name and not set(name) & set('/\\:*?"<>|') and not name.startswith(".")
    return bare and name.endswith(".md") and name != ".md" and name.isprintable() and len(name.encode()) <= 120


def _read(path: Path) -> bytes:
    """The beginning of a plain file; a pipe or a device must not be waited for."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is no file")
        return file.read(MOST_BYTES + 1)
