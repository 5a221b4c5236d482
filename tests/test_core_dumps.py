"""A process that really crashes leaves no memory in a core: held against one that takes no care."""

import resource
import signal
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from tests.keyring_session import run_python

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="cores and their filter are Linux's")

WORD = "gehirnwindung"
CRASH = f"""
import ctypes, os, resource, sys
from desktop.core_dumps import keep_memory_out
limit = resource.RLIMIT_CORE
resource.setrlimit(limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
if "careful" in sys.argv:
    keep_memory_out()
if "raised" in sys.argv:
    resource.setrlimit(limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
kept = "".join(reversed({WORD[::-1]!r})) * 9
os.chdir(sys.argv[1])
ctypes.string_at(0)
"""


def crashed(folder: Path, *how: str) -> list[Path]:
    """What a crash leaves in its folder."""
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", CRASH, str(folder), *how],
        cwd=Path(__file__).resolve().parent.parent,
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGSEGV, done.stderr
    assert b"Segmentation fault" in done.stderr
    assert WORD.encode() not in done.stderr
    return [path for path in folder.iterdir() if path.is_file()]


def memory_in(core: Path) -> int:
    """Bytes of memory in a core: its PT_LOAD segments, elf(5)."""
    content = core.read_bytes()
    offset, size, count = struct.unpack_from("<Q", content, 32)[0], *struct.unpack_from("<HH", content, 54)
    headers = [struct.unpack_from("<IIQQQQ", content, offset + number * size) for number in range(count)]
    return sum(header[5] for header in headers if header[0] == 1)


@pytest.fixture
def dumps() -> None:
    """Skips where this system leaves no core in the folder of a crash."""
    pattern = Path("/proc/sys/kernel/core_pattern").read_text(encoding="ascii").strip()
    if pattern.startswith("|") or "/" in pattern:
        pytest.skip(f"cores go elsewhere here: {pattern}")
    if resource.getrlimit(resource.RLIMIT_CORE)[1] != resource.RLIM_INFINITY:
        pytest.skip("cores are limited here")


@pytest.mark.usefixtures("dumps")
def test_a_crash_leaves_no_core_and_one_that_is_taken_all_the_same_holds_no_memory(tmp_path: Path) -> None:
    (careless,) = crashed(tmp_path / "careless")
    assert WORD.encode() in careless.read_bytes()
    assert crashed(tmp_path / "careful", "careful") == []
    (emptied,) = crashed(tmp_path / "raised", "careful", "raised")  # as for a service that minds no limit
    assert memory_in(careless) > 1_000_000
    assert memory_in(emptied) < 64 * 1024  # the kernel's own pages, which every process has alike


def test_the_command_line_takes_care_from_its_first_step(tmp_path: Path) -> None:
    script = (
        "import resource\nfrom pathlib import Path\nfrom desktop.__main__ import main\nmain(['models', 'list'])\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE)[0], int(Path('/proc/self/coredump_filter').read_text(), 16))"
    )
    assert run_python(script, tmp_path).splitlines()[-1] == "0 0"


def test_the_hard_limit_stays(tmp_path: Path) -> None:
    script = (
        "import resource\nfrom desktop.core_dumps import keep_memory_out\n"
        "before = resource.getrlimit(resource.RLIMIT_CORE)[1]\nkeep_memory_out()\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE) == (0, before))"
    )
    assert run_python(script, tmp_path) == "True\n"
