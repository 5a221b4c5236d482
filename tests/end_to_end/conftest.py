"""Desktops for windows under test."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.desktop_session import Desktop, desktop, missing
from tests.end_to_end.stored import Stored

EMPTY_KEYRING = """
import contextlib, secretstorage
with contextlib.closing(secretstorage.dbus_init()) as bus:
    for item in list(secretstorage.search_items(bus, {"service": "cortex-desktop"})):
        item.delete()
"""


@pytest.fixture(scope="session")
def short_folder() -> Iterator[Path]:
    """A folder with a path short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="cortex-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def _able() -> None:
    if lacks := missing():
        pytest.skip(f"this system lacks {', '.join(lacks)}")


@pytest.fixture(scope="session")
def _plain_desktop(_able: None, short_folder: Path) -> Iterator[Desktop]:
    with desktop(short_folder / "plain") as made:
        yield made


@pytest.fixture(scope="session")
def _keyring_desktop(_able: None, short_folder: Path) -> Iterator[Desktop]:
    if shutil.which("gnome-keyring-daemon") is None:
        pytest.skip("this system lacks gnome-keyring-daemon")
    with desktop(short_folder / "keyring", keyring=True) as made:
        yield made


@pytest.fixture
def screen(_plain_desktop: Desktop, stored: Stored) -> Iterator[Desktop]:
    """A desktop without a keyring; programs that a test leaves behind are ended, and must not have complained."""
    yield from _checked(_plain_desktop, stored)


@pytest.fixture
def keyring_screen(_keyring_desktop: Desktop, stored: Stored) -> Iterator[Desktop]:
    """The same with a keyring, which is emptied behind the test."""
    yield from _checked(_keyring_desktop, stored)
    subprocess.run([sys.executable, "-c", EMPTY_KEYRING], env=_keyring_desktop.environment, check=True)


def _checked(made: Desktop, stored: Stored) -> Iterator[Desktop]:
    yield made
    complaints = [program.complaints for program in made.programs]
    made.close_programs()
    logs = [path.read_text(encoding="utf-8") for path in stored.home.rglob("*.log")]
    for words in (*complaints, *logs):
        assert "Traceback" not in words


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home for the program, that does not exist yet."""
    return tmp_path / "home"


@pytest.fixture
def stored(home: Path) -> Stored:
    """What the program keeps in that home."""
    return Stored(home)
