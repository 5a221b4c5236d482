"""Where the files that come with the program lie: in the source tree, in the wheel, in a bundle."""

import sys
from pathlib import Path


def resource_path(name: str) -> Path:
    """Find a file of the program's resources.

    Args:
        name: Its path inside ``resources/``, with forward slashes: ``icons/send.svg``.

    Returns:
        Its absolute path.

    Raises:
        FileNotFoundError: No such resource; the installation is damaged.
    """
    package = Path(__file__).resolve().parent
    roots = [package / "_resources", package.parent / "resources"]
    bundle = getattr(sys, "_MEIPASS", None)
    if bundle is not None:
        roots.insert(0, Path(bundle) / "resources")
    for root in roots:
        path = root / name
        if path.is_file():
            return path
    raise FileNotFoundError(f"resource {name!r} is missing; install Cortex Desktop again")
