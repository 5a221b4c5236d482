"""idle_cpu_percent and idle_pss_vs_floor: what the open window costs while nothing happens."""

import tempfile
import time
from pathlib import Path

import psutil

from bench.display import display
from bench.installation import own_python
from bench.line import Line, NotMeasured
from bench.windows import make_home, window

_SETTLE_S = 12.0
_SETTLE_BARE_S = 2.0
_WATCH_S = 20.0


def measure() -> list[Line]:
    """Both lines. The two windows are open one after the other, so that neither shares its pages with the other."""
    python = own_python()
    with tempfile.TemporaryDirectory(prefix="cortex-bench-") as name:
        folder = Path(name)
        home = make_home(folder / "home")
        with display(folder) as shown:
            with window(shown, home, ["-m", "desktop"], python=python) as program:
                time.sleep(_SETTLE_S / 2)
                shown.give_focus()  # its cursor blinks, as it does on a desktop
                time.sleep(_SETTLE_S / 2)
                process = psutil.Process(program.pid)
                before, began = process.cpu_times(), time.monotonic()
                time.sleep(_WATCH_S)
                after, elapsed_s = process.cpu_times(), time.monotonic() - began
                busy_s = after.user + after.system - before.user - before.system
                ours = pss_kb(program.pid)
            with window(shown, home, ["-m", "bench.bare_window"], python=python) as bare:
                time.sleep(_SETTLE_BARE_S / 2)
                shown.give_focus()
                time.sleep(_SETTLE_BARE_S / 2)
                theirs = pss_kb(bare.pid)
    return [
        Line("idle_cpu_percent", 100 * max(0.0, busy_s) / elapsed_s, "percent", 0.5),
        Line("idle_pss_vs_floor", ours / theirs, "ratio", 1.8),
    ]


def pss_kb(pid: int) -> int:
    """The proportional set size of a process: its own memory, and its share of what it shares."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError as error:
        raise NotMeasured(f"the memory of a window cannot be read ({error})") from error
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
