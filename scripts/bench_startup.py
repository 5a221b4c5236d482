"""How long the program takes to start: each line is the best of five fresh processes, in milliseconds of wall time."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS = 5
STARTS = {
    "python alone": ["-c", "pass"],
    "paths, settings, log": ["-c", "import desktop.paths, desktop.settings, desktop.log, desktop.secrets"],
    "values and store": ["-c", "import desktop.engine.events, desktop.engine.store.database"],
    "cortex-desktop --help": ["-m", "desktop", "--help"],
}


def best_ms(arguments: list[str]) -> float:
    """Milliseconds of the fastest run; infinite where it fails."""
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, check=False)
        if done.returncode != 0:
            return float("inf")
        times.append((time.perf_counter() - began) * 1000)
    return min(times)


if __name__ == "__main__":
    for name, arguments in STARTS.items():
        print(f"{name:<28}{best_ms(arguments):8.0f} ms")
