"""One line of ``make bench``."""

import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench"


class NotMeasured(Exception):
    """A line could not be measured; says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """A measured value.

    Attributes:
        name: What was measured.
        value: The value.
        unit: ``ratio``, ``ms``, ``s``, ``percent``, ``MB`` or ``count``.
        goal: The value is good up to this, or from this on where a name says ``cached``; None for a line that others
            are compared with.
    """

    name: str
    value: float
    unit: str
    goal: float | None

    def json(self) -> str:
        """The line as it is printed."""
        return json.dumps(asdict(self) | {"value": round(self.value, 3)})


Measure = Callable[[], Sequence[Line]]
"""Takes a measurement; raises NotMeasured where it cannot."""


def median_ratio(pairs: Sequence[tuple[float, float]]) -> float:
    """The median of the ratios of pairs that were measured next to each other."""
    return statistics.median(one / other for one, other in pairs)
