"""The transcript with 10,000 messages in a window of its own: opening, scrolling, streaming, resizing, memory."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.display import display
from bench.line import ROOT, Line, NotMeasured

_GOALS: dict[str, tuple[str, float | None]] = {
    "open_10k_ms": ("ms", None),
    "open_10k_vs_100": ("ratio", 1.5),
    "repaint_ms": ("ms", None),
    "repaint_paced_ms": ("ms", None),
    "flush_p50_ms": ("ms", None),
    "flush_p50_vs_R": ("ratio", 0.4),
    "flush_p99_vs_R": ("ratio", 1.0),
    "scroll_stall_p99_ms": ("ms", 10.0),
    "scroll_stall_max_ms": ("ms", None),
    "jump_stall_p99_ms": ("ms", 12.0),
    "jump_stall_max_ms": ("ms", None),
    "stream_stall_p99_ms": ("ms", 8.0),
    "burst_20k_max_stall_ms": ("ms", 16.0),
    "resize_step_vs_R": ("ratio", 2.0),
    "transcript_mb_10k_open": ("MB", 10.0),
    "transcript_mb_10k_after_use": ("MB", 50.0),
}
_PATIENCE_S = 180


def measure() -> list[Line]:
    """The lines."""
    with tempfile.TemporaryDirectory(prefix="cortex-bench-") as name, display(Path(name)) as shown:
        reading, writing = os.pipe()
        done = subprocess.run(
            [sys.executable, "-m", "bench.transcript_probe"],
            cwd=ROOT,
            env={**shown.environment, "HOME": name, "XDG_RUNTIME_DIR": name, "BENCH_PIPE": str(writing)},
            pass_fds=(writing,),
            timeout=_PATIENCE_S,
            check=False,
        )
        os.close(writing)
        with os.fdopen(reading) as pipe:
            told = pipe.read()
    if done.returncode != 0 or not told:
        raise NotMeasured(f"the window ended with status {done.returncode}")
    values = json.loads(told)
    return [Line(name, values[name], unit, goal) for name, (unit, goal) in _GOALS.items()]
