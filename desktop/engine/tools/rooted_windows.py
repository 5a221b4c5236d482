"""Files beneath a folder where the system has no descriptors of folders (Windows): a check of the real path.

This is weaker than the POSIX way: a name swapped for a link between the check and the use is noticed only when a file
is read. Making links needs a privilege on Windows, which commands of this program do not have by default.
"""

import contextlib
import errno
import os
import secrets
import stat
from pathlib import Path, PureWindowsPath
from typing import BinaryIO

from desktop.engine.tools.paths import Entry, Kind, refused, unfit
from desktop.engine.tools.threads import StopFlag


class WindowsRoot:
    """Files beneath one folder; works on any system.

    Args:
        root: The folder, absolute.
    """

    def __init__(self, root: Path) -> None:
        self._root = Path(os.path.realpath(root))

    def open(self, path: str) -> BinaryIO:
        """Open a regular file for reading."""
        real = self._real(path)
        if real.is_dir():
            raise refused(errno.EISDIR, path)
        if not real.is_file():
            raise refused(errno.ENOENT, path) if not real.exists() else unfit(path, "is not a file")
        file = real.open("rb")
        try:
            if not os.path.samestat(os.fstat(file.fileno()), os.stat(self._real(path))):
                raise refused(errno.EXDEV, path)
        except BaseException:
            file.close()
            raise
        return file

    def entries(self, path: str) -> list[Entry]:
        """The names in a folder, in no order."""
        with os.scandir(self._real(path)) as found:
            return [_entry(item) for item in found]

    def write(self, path: str, data: bytes, stop: StopFlag) -> None:
        """Make or replace a file, atomically, with the folders above it; an existing file keeps its mode."""
        target = self._real(path)
        if target == self._root or target.is_dir():
            raise refused(errno.EISDIR, path)
        if (self._root / path).is_symlink():
            raise unfit(path, "is a symbolic link: write to the file it points to instead")
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
        if mode is not None and not mode & 0o222:
            raise unfit(path, "is marked read-only")
        if not target.parent.exists():
            stop.note_effect()
        target.parent.mkdir(parents=True, exist_ok=True)
        self._real(path)
        temporary = target.parent / f".cortex-{secrets.token_hex(8)}.tmp"
        try:
            with temporary.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if mode is not None:
                temporary.chmod(mode)
            stop.check()
            temporary.replace(target)
        finally:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()

    def _real(self, path: str) -> Path:
        """The path with all links resolved, surely inside."""
        # a colon names a drive or an alternate stream; CON, NUL and the like are devices
        if os.name == "nt" and (":" in path or PureWindowsPath(path).is_reserved()):
            raise refused(errno.EACCES, path)
        real = Path(os.path.realpath(self._root / path))
        if not real.is_relative_to(self._root):
            raise refused(errno.EXDEV, path)
        return real


def _entry(item: os.DirEntry[str]) -> Entry:
    if item.is_symlink():
        return Entry(item.name, Kind.LINK)
    if item.is_dir(follow_symlinks=False):
        return Entry(item.name, Kind.FOLDER)
    if item.is_file(follow_symlinks=False):
        return Entry(item.name, Kind.FILE, item.stat(follow_symlinks=False).st_size)
    return Entry(item.name, Kind.OTHER)
