"""Takes all measurements and prints one JSON object a line: ``python -m bench [NAME…]``, names of modules."""

import importlib
import sys

from bench.line import Measure, NotMeasured

MODULES = (
    "gates",
    "transcript",
    "installation",
    "start",
    "idle",
    "first_token",
    "end_to_end",
    "reads",
    "rounds",
    "search",
    "importing",
    "gate_attacks",
    "caching",
)
"""In the order they are taken; each has a function ``measure``."""


def main(names: list[str]) -> int:
    """Take measurements.

    Args:
        names: Of modules; none for all.

    Returns:
        1 where something could not be measured or is no measurement, else 0. A goal that is missed is no error.
    """
    status = 0
    for name in names or MODULES:
        if name not in MODULES:
            print(f"There is no measurement {name!r}; there are {', '.join(MODULES)}.", file=sys.stderr)
            return 1
        measure: Measure = importlib.import_module(f"bench.{name}").measure
        try:
            for line in measure():
                print(line.json(), flush=True)
        except Exception as error:  # the others are measured all the same
            print(f"{name} could not be measured: {error or type(error).__name__}", file=sys.stderr)
            if not isinstance(error, NotMeasured):
                sys.excepthook(type(error), error, error.__traceback__)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
