"""All tests: the engine's with no Qt importable, then the window's, then whole processes. Arguments go to pytest."""

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "build" / "tests"
NO_TESTS_COLLECTED = 5  # pytest's exit status


@dataclass(frozen=True)
class Part:
    """One run of pytest.

    Attributes:
        name: What it tries.
        arguments: For pytest.
        environment: Variables to add.
    """

    name: str
    arguments: tuple[str, ...]
    environment: dict[str, str]


PARTS = (
    Part("engine", ("tests/engine", "-p", "no:pytest-qt", "-n", "2"), {"CORTEX_NO_QT": "1"}),
    Part(
        "window",
        ("tests", "--ignore=tests/engine", "--ignore=tests/end_to_end", "-n", "2"),
        {"QT_QPA_PLATFORM": "offscreen"},
    ),
    Part("end_to_end", ("tests/end_to_end", "-n", "2", "--dist", "loadfile"), {}),
)


def run(part: Part, arguments: list[str]) -> tuple[bool, Counter[str]]:
    """Run a part.

    Returns:
        Whether it is good, and how many tests passed, failed and so on.
    """
    print(f"== {part.name}", flush=True)
    report = REPORTS / f"{part.name}.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", *part.arguments, f"--junitxml={report}", *arguments]
    status = subprocess.run(command, cwd=ROOT, env={**os.environ, **part.environment}, check=False).returncode
    counts: Counter[str] = Counter()
    if report.exists():
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):
            of = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
            counts.update(failed=of["failures"], errors=of["errors"], skipped=of["skipped"])
            counts.update(passed=of["tests"] - of["failures"] - of["errors"] - of["skipped"])
    return status in (0, NO_TESTS_COLLECTED), counts


def main() -> int:
    """Run every part, and end with one line for all of them, as pytest ends."""
    began = time.monotonic()
    REPORTS.mkdir(parents=True, exist_ok=True)
    total: Counter[str] = Counter()
    bad = []
    for part in PARTS:
        good, counts = run(part, sys.argv[1:])
        total += counts
        if not good:
            bad.append(part.name)
    if bad:
        print(f"Not good: {', '.join(bad)}")
    elapsed_s = time.monotonic() - began
    order = ("failed", "passed", "skipped", "errors")
    outcome = ", ".join(f"{total[name]} {name}" for name in order if total[name]) or "no tests ran"
    print(f" {outcome} in {elapsed_s:.2f}s ".center(80, "="))
    return 1 if bad or not total["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
