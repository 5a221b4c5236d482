"""start_vs_floor: from the start of the process to the first key in the painted window, against a bare window."""

import os
import select
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bench.display import Display, display
from bench.line import Line, NotMeasured, median_ratio
from bench.windows import make_home, window

_PAIRS = 9
_PATIENCE_S = 30.0
_LOOK_S = 0.001
_TYPE_AGAIN_S = 0.05


def measure() -> list[Line]:
    """The line."""
    with tempfile.TemporaryDirectory(prefix="cortex-bench-") as name:
        folder = Path(name)
        home = make_home(folder / "home")
        with display(folder) as shown:
            start_s(shown, home, "desktop"), start_s(shown, home, "bench.bare_window")  # writes bytecode caches
            pairs = [
                (start_s(shown, home, "desktop"), start_s(shown, home, "bench.bare_window")) for _ in range(_PAIRS)
            ]
    return [Line("start_vs_floor", median_ratio(pairs), "ratio", 1.8)]


def start_s(shown: Display, home: Mapping[str, str], module: str) -> float:
    """Seconds from the start of a program to the arrival of a key that was typed once its window was painted."""
    reading, writing = os.pipe()
    variables = {**home, "BENCH_PIPE": str(writing)}
    began = time.monotonic()
    with (
        os.fdopen(reading, "rb", buffering=0) as pipe,
        window(shown, variables, ["-m", "bench.start_probe", module], (writing,)),
    ):
        os.close(writing)
        return _typed_at(shown, pipe.fileno(), module) - began


def _typed_at(shown: Display, pipe: int, module: str) -> float:
    deadline = time.monotonic() + _PATIENCE_S
    type_at = float("inf")
    while time.monotonic() < deadline:
        shown.give_focus()
        if time.monotonic() >= type_at:
            shown.type_key()
            type_at = time.monotonic() + _TYPE_AGAIN_S
        if not select.select([pipe], [], [], _LOOK_S)[0]:
            continue
        words = os.read(pipe, 1000).decode().split()
        if not words:
            raise NotMeasured(f"{module} ended before a key could be typed")
        told = dict(zip(words[::2], map(float, words[1::2]), strict=True))
        if "typed" in told:
            return told["typed"]
        type_at = 0.0  # painted
    raise NotMeasured(f"no key arrived in the window of {module}")
