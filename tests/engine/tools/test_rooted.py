"""Files beneath a folder: no way leads out, by any of the ways that systems offer."""

import contextlib
import ctypes
import errno
import os
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.engine.errors import ToolError
from desktop.engine.tools import rooted_posix
from desktop.engine.tools.paths import Kind, Root, relative_path
from desktop.engine.tools.rooted import open_root, walk
from desktop.engine.tools.rooted_posix import PosixRoot
from desktop.engine.tools.rooted_windows import WindowsRoot
from desktop.engine.tools.threads import Cancelled, StopFlag

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="makes links and modes of POSIX")

Make = Callable[[Path], Root]
WAYS: dict[str, Make] = {
    "openat2": PosixRoot,
    "walk": lambda root: PosixRoot(root, openat2=False),
    "real path": WindowsRoot,
}
SAFE_FROM_SWAPS = {name: WAYS[name] for name in ("openat2", "walk")}
GOES = StopFlag()


@pytest.fixture(params=list(WAYS.values()), ids=list(WAYS))
def files(request: pytest.FixtureRequest, root: Path) -> Root:
    make: Make = request.param
    (root.parent / "secret.txt").write_text("SECRET")
    (root / "here.txt").write_text("here")
    (root / "sub").mkdir()
    (root / "sub" / "deep.txt").write_text("deep")
    return make(root)


def read(files: Root, path: str) -> bytes:
    with files.open(path) as file:
        return file.read()


def test_kernel_has_openat2_so_that_its_way_is_tested(root: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("Linux only")
    handle = os.open(root, os.O_RDONLY)
    try:
        os.close(rooted_posix._open_beneath(handle, ".", os.O_RDONLY))
    except OSError as error:
        if error.errno == errno.ENOSYS:
            pytest.skip("an old kernel")
        raise
    finally:
        os.close(handle)


@pytest.mark.parametrize("path", ["here.txt", "./here.txt", "sub/../here.txt", "sub/deep.txt"])
def test_path_inside_is_read(files: Root, path: str) -> None:
    assert read(files, path) in (b"here", b"deep")


@pytest.mark.parametrize("path", ["../secret.txt", "sub/../../secret.txt", "..", "sub/../.."])
def test_dots_cannot_leave(files: Root, path: str) -> None:
    with pytest.raises(OSError, match=r".") as caught:
        files.open(path)
    assert caught.value.errno == errno.EXDEV
    with pytest.raises(OSError, match=r"."):
        files.entries(path)


def test_links_that_leave_are_refused(files: Root, root: Path) -> None:
    (root / "absolute").symlink_to(root.parent / "secret.txt")
    (root / "relative").symlink_to("../secret.txt")
    (root / "folder").symlink_to("..")
    for path in ("absolute", "relative", "folder/secret.txt", "folder/workspace/../secret.txt"):
        with pytest.raises(OSError, match=r".") as caught:
            files.open(path)
        assert caught.value.errno == errno.EXDEV, path


def test_links_that_stay_inside_are_followed(files: Root, root: Path) -> None:
    (root / "alias").symlink_to("sub/deep.txt")
    (root / "sub" / "up").symlink_to("../here.txt")
    (root / "shelf").symlink_to("sub")
    assert read(files, "alias") == b"deep"
    assert read(files, "sub/up") == b"here"
    assert read(files, "shelf/deep.txt") == b"deep"
    assert {entry.name for entry in files.entries("shelf")} == {"deep.txt", "up"}


def test_circle_of_links_is_an_error(files: Root, root: Path) -> None:
    (root / "a").symlink_to("b")
    (root / "b").symlink_to("a")
    with pytest.raises((OSError, ToolError)):
        files.open("a")


def test_pipe_is_refused_without_waiting_for_a_writer(files: Root, root: Path) -> None:
    os.mkfifo(root / "pipe")
    with pytest.raises(ToolError, match="not a file"):
        files.open("pipe")


def test_folder_is_no_file(files: Root) -> None:
    with pytest.raises(IsADirectoryError):
        files.open("sub")


def test_entries_tell_links_from_what_they_point_to(files: Root, root: Path) -> None:
    (root / "link").symlink_to("sub")
    kinds = {entry.name: (entry.kind, entry.size_bytes) for entry in files.entries(".")}
    assert kinds == {"here.txt": (Kind.FILE, 4), "sub": (Kind.FOLDER, 0), "link": (Kind.LINK, 0)}


def test_write_makes_the_folders_above(files: Root, root: Path) -> None:
    files.write("new/er/file.txt", b"text", GOES)
    assert (root / "new/er/file.txt").read_bytes() == b"text"


def test_write_keeps_the_mode(files: Root, root: Path) -> None:
    (root / "here.txt").chmod(0o750)
    files.write("here.txt", b"other", GOES)
    assert (root / "here.txt").read_bytes() == b"other"
    assert stat.S_IMODE((root / "here.txt").stat().st_mode) == 0o750


@pytest.mark.parametrize("path", ["../out.txt", "sub/../../out.txt", "door/out.txt", "missing/../../out.txt"])
def test_write_cannot_leave(files: Root, root: Path, path: str) -> None:
    (root / "door").symlink_to("..")
    with pytest.raises(OSError, match=r"."):
        files.write(path, b"x", GOES)
    assert not (root.parent / "out.txt").exists()


def test_write_refuses_links_folders_and_read_only_files(files: Root, root: Path) -> None:
    (root / "link").symlink_to("here.txt")
    (root / "fixed").write_text("fixed")
    (root / "fixed").chmod(0o444)
    for path in ("link", "fixed", "sub", ".", "sub/.."):
        with pytest.raises((ToolError, OSError)):
            files.write(path, b"x", GOES)
    assert (root / "here.txt").read_text() == "here"
    assert (root / "fixed").read_text() == "fixed"


def test_cancelled_write_leaves_all_as_it_was(files: Root, root: Path) -> None:
    stopped = StopFlag()
    stopped.set()
    with pytest.raises(Cancelled):
        files.write("here.txt", b"never", stopped)
    assert sorted(os.listdir(root)) == ["here.txt", "sub"]
    assert (root / "here.txt").read_text() == "here"


@pytest.mark.parametrize("make", WAYS.values(), ids=WAYS.keys())
@given(parts=st.lists(st.sampled_from(["..", ".", "", "sub", "out", "up", "here.txt", "secret.txt"]), max_size=7))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_path_reaches_the_secret(tmp_path_factory: pytest.TempPathFactory, make: Make, parts: list[str]) -> None:
    place = tmp_path_factory.mktemp("place")
    root = place / "root"
    (root / "sub").mkdir(parents=True)
    (place / "secret.txt").write_text("SECRET")
    (root / "here.txt").write_text("here")
    (root / "out").symlink_to(place)
    (root / "sub" / "up").symlink_to("..")
    with contextlib.suppress(OSError, ToolError):
        assert read(make(root), "/".join(parts) or ".") != b"SECRET"
    with contextlib.suppress(OSError, ToolError):
        make(root).write("/".join(parts) or ".", b"OVER", GOES)
    assert (place / "secret.txt").read_text() == "SECRET"
    assert sorted(os.listdir(place)) == ["root", "secret.txt"]


@contextlib.contextmanager
def swapping(root: Path, inside: str, door: str) -> Iterator[None]:
    """Exchange a folder and a symbolic link that leads out, as fast as it goes."""
    library = ctypes.CDLL(None, use_errno=True)
    one, two = os.fsencode(root / inside), os.fsencode(root / door)
    ended = threading.Event()
    first_done = threading.Event()

    def swap() -> None:
        while not ended.is_set():
            library.renameat2(-100, one, -100, two, 2)  # RENAME_EXCHANGE, atomic
            first_done.set()

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        assert first_done.wait(10)
        yield
    finally:
        ended.set()
        thread.join()


@pytest.mark.skipif(sys.platform != "linux", reason="exchanges names with renameat2")
@pytest.mark.parametrize("make", SAFE_FROM_SWAPS.values(), ids=SAFE_FROM_SWAPS.keys())
def test_swap_between_check_and_use_reaches_nothing_outside(tmp_path: Path, make: Make) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "folder").mkdir(parents=True)
    outside.mkdir()
    (root / "folder" / "file").write_text("inside")
    (outside / "file").write_text("SECRET")
    (outside / "treasure").touch()
    (root / "door").symlink_to(outside)
    files = make(root)
    seen = {b"inside": 0, b"refused": 0}
    with swapping(root, "folder", "door"):
        for attempt in range(1500):
            try:
                found = read(files, "folder/file")
            except (OSError, ToolError):
                found = b"refused"
            seen[found] += 1  # the secret would be a KeyError
            if attempt % 10 == 0:
                with contextlib.suppress(OSError, ToolError):
                    files.write("folder/new", b"x", GOES)
                with contextlib.suppress(OSError, ToolError):
                    names = {entry.name for entry in files.entries("folder")}
                    assert "treasure" not in names
    assert sorted(os.listdir(outside)) == ["file", "treasure"]
    assert (outside / "file").read_text() == "SECRET"
    assert seen[b"refused"], "the attack did not take place"


def test_kernel_without_openat2_falls_back_to_the_walk(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(descriptor: int, path: str, flags: int) -> int:
        raise OSError(errno.ENOSYS, "no such call")

    monkeypatch.setattr(rooted_posix, "_open_beneath", missing)
    (root / "a.txt").write_text("a")
    assert read(PosixRoot(root), "a.txt") == b"a"
    with pytest.raises(OSError, match=r"."):
        PosixRoot(root).open("../workspace/a.txt")


def test_absolute_path_inside_becomes_relative(root: Path) -> None:
    assert relative_path(root, f"{root}/a/b.txt") == "a/b.txt"
    assert relative_path(root, str(root)) == "."
    assert relative_path(root, "") == "."


@pytest.mark.parametrize("given", ["/etc/passwd", "/", "/workspace/x"])
def test_absolute_path_elsewhere_is_refused_in_words(root: Path, given: str) -> None:
    with pytest.raises(ToolError, match="workspace folder"):
        relative_path(root, given)


@pytest.mark.parametrize("given", ["a\0b", "x" * 2000, "a/" * 300])
def test_path_that_cannot_be_one_is_refused(root: Path, given: str) -> None:
    with pytest.raises(ToolError):
        relative_path(root, given)


def test_walk_follows_no_links_and_skips_named_folders(root: Path) -> None:
    for folder in ("a", "b/.git", ".git"):
        (root / folder).mkdir(parents=True)
        (root / folder / "f").write_text("f")
    (root / "loop").symlink_to(".")
    (root / "out").symlink_to("..")
    found = [path for path, _ in walk(open_root(root), ".", frozenset({".git"}), GOES)]
    assert found == ["a/f"]
    assert [path for path, _ in walk(open_root(root), ".git", frozenset({".git"}), GOES)] == [".git/f"]


def test_missing_workspace_is_said_in_words(root: Path) -> None:
    with pytest.raises(ToolError, match="does not exist"):
        open_root(root / "gone")
