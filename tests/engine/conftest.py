"""The engine's tests run with no Qt and no keyring importable, where CORTEX_NO_QT is set (``make test`` sets it)."""

import os
import sys
from collections.abc import AsyncIterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

_BARRED = ("PySide6", "shiboken6", "qasync", "keyring")
_IS_ON = bool(os.environ.get("CORTEX_NO_QT"))


class _Bar(MetaPathFinder):
    """Refuses what the engine must not need."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] in _BARRED:
            raise ImportError(f"{fullname!r} is not importable here: the engine must work without it", name=fullname)
        return None


if _IS_ON:
    there = sorted(name for name in _BARRED if name in sys.modules)
    if there:
        raise RuntimeError(f"{there} were imported before the engine's tests; run pytest with -p no:pytest-qt")
    sys.meta_path.insert(0, _Bar())

from tests.bench import Bench, MakeBench  # noqa: E402 - behind the bar


def pytest_addoption(parser: pytest.Parser) -> None:
    if _IS_ON:  # pytest-qt is off, and with --strict-config its options would be unknown
        for option in ("qt_api", "qt_log_level_fail", "qt_log_ignore"):
            parser.addini(option, "not used here")


@pytest.fixture
async def make_bench(tmp_path: Path) -> AsyncIterator[MakeBench]:
    """Makes sessions with scripted models; at the end all are closed and their scripts must have been followed."""
    made: list[Bench] = []

    async def make(folder: str = "bench", **options: object) -> Bench:
        (tmp_path / folder).mkdir()
        bench = Bench(tmp_path / folder, **options)  # type: ignore[arg-type]
        made.append(bench)
        return await bench.open()

    yield make
    for bench in made:
        await bench.close()
    for bench in made:
        bench.check()
