"""The scripts behind the Makefile, in surroundings made of a few fake commands."""

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "scripts"

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the scripts look at Linux's ways")


class Machine:
    """A machine whose commands are those in one folder.

    Attributes:
        commands: The folder.
        environment: Variables for what runs there.
    """

    def __init__(self, folder: Path) -> None:
        self.commands = folder
        self.environment = {"PATH": str(folder)}
        folder.mkdir()
        for name in ("sh", "uname", "cat", "grep", "tr", "mkdir"):
            place = shutil.which(name)
            assert place
            (folder / name).symlink_to(place)

    def add(self, name: str, script: str) -> None:
        """Add a command, or replace one."""
        command = self.commands / name
        command.unlink(missing_ok=True)
        command.write_text(f"#!/bin/sh\n{script}\n")
        command.chmod(0o755)

    def run(self, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of our scripts there."""
        command = [str(SCRIPTS / script), *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "bin")


@pytest.fixture
def debian(machine: Machine) -> Machine:
    """Debian without xvfb and libegl1, for a person without root."""
    machine.add("id", "echo 1000")
    machine.add("dpkg-query", 'case "$4" in xvfb|libegl1) echo not-installed; exit 1;; *) echo installed;; esac')
    machine.add("apt-get", f'echo "$*" >> {machine.commands}/../apt; exit 100')
    return machine


def test_first_python_that_works_is_found_past_stubs(machine: Machine) -> None:
    machine.add("python3.13", "echo 'not set up' >&2; exit 127")
    (machine.commands / "python3").symlink_to(os.path.realpath(sys.executable))

    found = machine.run("find-python")

    assert (found.returncode, found.stderr) == (0, "")
    assert Path(found.stdout.strip()).name.startswith("python3")


def test_missing_python_is_named_with_what_to_do(machine: Machine) -> None:
    machine.environment["PYTHON"] = "python3.99"

    found = machine.run("find-python")

    assert found.returncode == 1
    assert "version 3.11 or newer is needed" in found.stderr
    assert "apt-get install python3 python3-venv" in found.stderr


def test_without_root_missing_packages_are_named_and_the_work_goes_on(debian: Machine, tmp_path: Path) -> None:
    done = debian.run("setup-system", "test", str(tmp_path / "made" / "stamp"))

    assert done.returncode == 0
    assert "xvfb (the tests' display)" in done.stderr
    assert "sudo apt-get install --no-install-recommends xvfb" in done.stderr
    assert "libegl1" not in done.stderr
    assert not (tmp_path / "apt").exists()
    assert (tmp_path / "made" / "stamp").exists()


def test_missing_library_of_the_window_counts_only_where_there_is_a_display(debian: Machine, tmp_path: Path) -> None:
    stamp = tmp_path / "stamp"

    without = debian.run("setup-system", "run", str(stamp))
    debian.environment["DISPLAY"] = ":0"
    with_display = debian.run("setup-system", "run", str(stamp))
    debian.environment["CORTEX_SKIP_SYSTEM"] = "1"
    skipped = debian.run("setup-system", "run", str(stamp))

    assert [without.returncode, with_display.returncode, skipped.returncode] == [0, 1, 0]
    assert "libegl1 (the window)" in without.stderr
    assert not stamp.exists(), "it is looked for again next time"


def test_as_root_only_what_is_missing_is_installed(debian: Machine, tmp_path: Path) -> None:
    debian.add("id", "echo 0")

    done = debian.run("setup-system", "run")

    assert done.returncode == 0
    calls = (tmp_path / "apt").read_text().splitlines()
    assert [call.split()[0] for call in calls] == ["install", "update", "install"]
    assert {call.split()[-1] for call in calls if call.startswith("install")} == {"libegl1"}


def test_elsewhere_libraries_and_commands_are_looked_for(machine: Machine) -> None:
    machine.add("ldconfig", 'echo "	libEGL.so.1 (libc6,x86-64) => /lib/libEGL.so.1"')

    done = machine.run("setup-system", "run")

    assert done.returncode == 0
    assert "libxcb-cursor.so.0 (the window on X11)" in done.stderr
    assert "bwrap (the sandbox of run_command)" in done.stderr
    assert "libEGL" not in done.stderr
    assert "apt-get" not in done.stderr


def test_engine_tests_bar_qt_and_the_keyring() -> None:
    script = (
        "import tests.engine.conftest\n"
        "for name in ('PySide6.QtCore', 'shiboken6', 'qasync', 'keyring'):\n"
        "    try:\n"
        "        __import__(name)\n"
        "    except ImportError as error:\n"
        "        print(error.name)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "CORTEX_NO_QT": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == ["PySide6", "shiboken6", "qasync", "keyring"]


def test_desktop_entry_starts_the_program() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(ROOT / "resources" / "cortex-desktop.desktop", encoding="utf-8")

    assert entry["Desktop Entry"]["Exec"] == "cortex-desktop"
    assert entry["Desktop Entry"]["Type"] == "Application"
    assert entry["Desktop Entry"]["StartupWMClass"] == "cortex-desktop"
