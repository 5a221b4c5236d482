"""Files beneath a folder on POSIX: everything is opened relative to a held folder, never by a whole path.

Linux resolves with openat2(2) and RESOLVE_BENEATH. Where that is missing (macOS, BSD, old kernels, some containers),
each part of the path is opened with O_NOFOLLOW relative to the part before, and relative symbolic links are followed
by hand, so that both ways give the same answers.
"""

import contextlib
import ctypes
import errno
import os
import posixpath
import secrets
import stat
import struct
import sys
from collections import deque
from functools import cache
from pathlib import Path
from typing import BinaryIO

from desktop.engine.tools.paths import Entry, Kind, refused, unfit
from desktop.engine.tools.threads import StopFlag

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# O_NONBLOCK: opening a FIFO or a device must not wait; a regular file does not mind
_FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_MOST_LINKS = 40

_SYS_OPENAT2 = 437  # the same number on every architecture but alpha
_RESOLVE_NO_MAGICLINKS = 0x02
_RESOLVE_BENEATH = 0x08
# the kernel could not be sure (EAGAIN), does not know the call, or a sandbox hides it: the walk decides instead
_WALK_INSTEAD = frozenset({errno.ENOSYS, errno.EPERM, errno.EAGAIN, errno.EINVAL, errno.E2BIG})


class PosixRoot:
    """Files beneath one folder.

    Args:
        root: The folder, absolute.
        openat2: False walks by hand also where the system could resolve.
    """

    def __init__(self, root: Path, *, openat2: bool = True) -> None:
        self._root = root
        self._openat2 = openat2 and sys.platform == "linux"

    def open(self, path: str) -> BinaryIO:
        """Open a regular file for reading."""
        descriptor = self._open(path, _FILE)
        try:
            mode = os.fstat(descriptor).st_mode
            if not stat.S_ISREG(mode):
                raise refused(errno.EISDIR, path) if stat.S_ISDIR(mode) else unfit(path, "is not a file")
            return os.fdopen(descriptor, "rb")
        except BaseException:
            os.close(descriptor)
            raise

    def entries(self, path: str) -> list[Entry]:
        """The names in a folder, in no order."""
        descriptor = self._open(path, _FOLDER)
        try:
            with os.scandir(descriptor) as found:
                return [_entry(item) for item in found]
        finally:
            os.close(descriptor)

    def write(self, path: str, data: bytes, stop: StopFlag) -> None:
        """Make or replace a file, atomically, with the folders above it; an existing file keeps its mode."""
        parent, name = posixpath.split(path)
        if name in ("", ".", ".."):
            raise refused(errno.EISDIR, path)
        try:
            folder = self._open(parent or ".", _FOLDER)
        except FileNotFoundError:
            stop.note_effect()
            folder = self._make_folder(parent or ".")
        try:
            mode = _mode_to_keep(folder, name, path)
            temporary = f".cortex-{secrets.token_hex(8)}.tmp"
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(temporary, flags, 0o666, dir_fd=folder)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    if mode is not None:
                        os.fchmod(file.fileno(), mode)
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                stop.check()
                # a rename replaces the name itself: a link put there meanwhile is not followed
                os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(temporary, dir_fd=folder)
                raise
            with contextlib.suppress(OSError):  # some file systems cannot sync a folder
                os.fsync(folder)
        finally:
            os.close(folder)

    def _make_folder(self, path: str) -> int:
        """Open a folder, making it and those above it where they are missing."""
        try:
            return self._open(path, _FOLDER)
        except FileNotFoundError:
            if path == "." or ".." in path.split("/"):
                raise
        parent, name = posixpath.split(path)
        above = self._make_folder(parent or ".")
        try:
            with contextlib.suppress(FileExistsError):
                os.mkdir(name, dir_fd=above)
        finally:
            os.close(above)
        return self._open(path, _FOLDER)

    def _open(self, path: str, flags: int) -> int:
        root = os.open(self._root, _FOLDER)
        try:
            if self._openat2:
                try:
                    return _open_beneath(root, path, flags)
                except OSError as error:
                    if error.errno not in _WALK_INSTEAD:
                        raise
            return _open_walking(root, path, flags)
        finally:
            os.close(root)


def _entry(item: os.DirEntry[str]) -> Entry:
    if item.is_symlink():
        return Entry(item.name, Kind.LINK)
    if item.is_dir(follow_symlinks=False):
        return Entry(item.name, Kind.FOLDER)
    try:
        facts = item.stat(follow_symlinks=False)
    except OSError:  # gone since
        return Entry(item.name, Kind.OTHER)
    return Entry(item.name, Kind.FILE, facts.st_size) if stat.S_ISREG(facts.st_mode) else Entry(item.name, Kind.OTHER)


def _mode_to_keep(folder: int, name: str, path: str) -> int | None:
    """The mode of the file that is replaced; None where there is none."""
    try:
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise refused(errno.EISDIR, path)
    if stat.S_ISLNK(mode):
        raise unfit(path, "is a symbolic link: write to the file it points to instead")
    if not stat.S_ISREG(mode):
        raise unfit(path, "is not a file")
    if not mode & 0o222:
        raise unfit(path, "is marked read-only")
    return stat.S_IMODE(mode) & 0o777


@cache
def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _open_beneath(root: int, path: str, flags: int) -> int:
    """openat2(2): the kernel itself keeps the resolution beneath the root."""
    how = ctypes.create_string_buffer(struct.pack("=QQQ", flags, 0, _RESOLVE_BENEATH | _RESOLVE_NO_MAGICLINKS), 24)
    result = int(
        _library().syscall(
            ctypes.c_long(_SYS_OPENAT2),
            ctypes.c_long(root),
            ctypes.c_char_p(os.fsencode(path)),
            how,
            ctypes.c_size_t(24),
        )
    )
    if result < 0:
        raise refused(ctypes.get_errno(), path)
    return result


def _open_walking(root: int, path: str, flags: int) -> int:
    """Resolve part by part. ``..`` goes back on our own stack of held folders, so that nothing can leave it."""
    stack = [os.dup(root)]
    rest = deque(path.split("/"))
    links = 0
    try:
        while rest:
            part = rest.popleft()
            if part in ("", "."):
                continue
            if part == "..":
                if len(stack) == 1:
                    raise refused(errno.EXDEV, path)
                os.close(stack.pop())
                continue
            try:
                descriptor = os.open(part, (_FOLDER if rest else flags) | os.O_NOFOLLOW, dir_fd=stack[-1])
            except OSError as error:
                target = _link_target(part, stack[-1], error)
                links += 1
                if links > _MOST_LINKS:
                    raise refused(errno.ELOOP, path) from None
                if target.startswith("/"):
                    raise refused(errno.EXDEV, path) from None
                rest.extendleft(reversed(target.split("/")))
                continue
            if not rest:
                return descriptor
            stack.append(descriptor)
            if len(stack) > 200:
                raise refused(errno.ENAMETOOLONG, path)
        return os.dup(stack[-1])
    finally:
        for descriptor in stack:
            os.close(descriptor)


def _link_target(name: str, folder: int, error: OSError) -> str:
    """Where a symbolic link points that O_NOFOLLOW would not open; the error itself where it is none."""
    # Linux says ENOTDIR for a link opened as a folder, FreeBSD EMLINK
    if error.errno not in (errno.ELOOP, errno.ENOTDIR, errno.EMLINK):
        raise error
    try:
        return os.readlink(name, dir_fd=folder)
    except OSError:
        raise error from None
