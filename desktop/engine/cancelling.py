"""Last steps that a cancellation must not cut in two."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import TypeVar

T = TypeVar("T")


async def to_the_end(work: Coroutine[object, object, T]) -> T:
    """Do a last step although the task is being cancelled, also when it is cancelled again.

    Args:
        work: Something that surely ends soon, and after which nothing is left to cancel.

    Returns:
        What the work returns.
    """
    task = asyncio.ensure_future(work)
    while not task.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.shield(task)
    return task.result()
