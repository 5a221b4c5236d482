"""Where an exception was raised."""

import traceback


def raised_in(error: BaseException, *packages: str) -> bool:
    """Whether an exception came out of one of these packages, and not out of this program.

    Args:
        error: The exception, as caught.
        packages: Names of packages, dotted.

    Returns:
        True where the innermost frame belongs to one of them, or to the standard library called from one.
    """
    modules = [frame.f_globals.get("__name__", "") for frame, _ in traceback.walk_tb(error.__traceback__)]
    for module in reversed(modules):
        if module.startswith("desktop."):
            return False
        if any(module == package or module.startswith(f"{package}.") for package in packages):
            return True
    return False
