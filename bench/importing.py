"""import_120mb_s, import_120mb_stall_max_ms, import_120mb_peak_mb: a big export of ChatGPT, taken in."""

import asyncio
import gc
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from bench.chat_export import write_export
from bench.line import Line
from desktop.engine.exchange.reading import read_conversations
from desktop.engine.store.store import Store

_MEGABYTES = 120
_SWITCH_S = 0.001
"""What the window sets, too."""


def measure() -> list[Line]:
    """The lines, from a process of its own: the peak of this one's memory may be that of another measurement."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_measure).result()


def _measure() -> list[Line]:
    with tempfile.TemporaryDirectory(prefix="cortex-bench-") as folder:
        export = Path(folder) / "conversations.json"
        write_export(export, _MEGABYTES)
        before, was_enabled = sys.getswitchinterval(), gc.isenabled()
        sys.setswitchinterval(_SWITCH_S)
        gc.disable()  # as in the open window
        started_mb = _peak_mb()
        try:
            seconds, stall_s = asyncio.run(_take(export, Path(folder) / "cortex.sqlite3"))
        finally:
            sys.setswitchinterval(before)
            if was_enabled:
                gc.enable()
    return [
        Line("import_120mb_s", seconds, "s", None),
        Line("import_120mb_stall_max_ms", 1000 * stall_s, "ms", 100),
        Line("import_120mb_peak_mb", _peak_mb() - started_mb, "MB", 150),
    ]


async def _take(export: Path, database: Path) -> tuple[float, float]:
    store = await Store.open(database)
    gaps: list[float] = []
    beating = asyncio.create_task(_beat(gaps))
    began = time.perf_counter()
    await store.importing.take(read_conversations(export), "/")
    seconds = time.perf_counter() - began
    beating.cancel()
    await store.close()
    return seconds, max(gaps)


async def _beat(gaps: list[float]) -> None:
    """Note the gaps in a heartbeat of 1 ms on the loop, which is what the window would stand still for."""
    last = time.perf_counter()
    while True:
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        gaps.append(now - last)
        last = now


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
