"""first_token_delay_ms: from the first byte of an answer on the wire to its first words painted in the window."""

import os
import select
import statistics
import tempfile
import time
from pathlib import Path

from bench.display import display
from bench.line import Line, NotMeasured
from bench.model_server import Script, model_server
from bench.windows import make_home, window

_ANSWERS = 24
_PATIENCE_S = 60.0
_SCRIPT = Script(latency_ms=100, pieces=10, pace_ms=20)


def measure() -> list[Line]:
    """The line."""
    delays_ms = first_token_delays_ms()
    return [Line("first_token_delay_ms", statistics.median(delays_ms), "ms", 35)]


def first_token_delays_ms() -> list[float]:
    """The delay of each answer, in order."""
    with tempfile.TemporaryDirectory(prefix="cortex-bench-") as name, model_server(_SCRIPT) as server:
        folder = Path(name)
        home = make_home(folder / "home") | {
            "ANTHROPIC_API_KEY": "key-of-anthropic",
            "ANTHROPIC_BASE_URL": server.url,
            "GEMINI_API_KEY": "key-of-gemini",
            "GOOGLE_GEMINI_BASE_URL": server.url,
        }
        reading, writing = os.pipe()
        home["BENCH_PIPE"] = str(writing)
        with (
            display(folder) as shown,
            os.fdopen(reading, "rb", buffering=0) as pipe,
            window(shown, home, ["-m", "bench.answer_probe", str(_ANSWERS)], (writing,)),
        ):
            os.close(writing)
            painted_at = _times(pipe.fileno())
        sent_at = [entry["first_byte_at"] for entry in server.journal()]
    if len(sent_at) != len(painted_at):
        raise NotMeasured(f"{len(painted_at)} answers were painted and {len(sent_at)} were sent")
    return [(painted - sent) * 1000 for painted, sent in zip(painted_at, sent_at, strict=True)]


def _times(pipe: int) -> list[float]:
    told = b""
    deadline = time.monotonic() + _PATIENCE_S
    while told.count(b"\n") < _ANSWERS:
        ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
        piece = os.read(pipe, 1000) if ready else b""
        if not piece:
            raise NotMeasured(f"only {len(told.splitlines())} answers were painted")
        told += piece
    return [float(line) for line in told.splitlines()]
