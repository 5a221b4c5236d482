"""Work in worker threads that ends when its call is cancelled."""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

_WORKERS = ThreadPoolExecutor(max_workers=64, thread_name_prefix="tool")
"""Threads that tools hold while they wait for a disk; made when they are needed.

A loop's own are few (six, on a small machine): the reads of a round would wait for each other, and the rest of the
program for them.
"""
_PATIENCE_S = 5.0  # a thread stuck in the file system must not hold up Stop


class Cancelled(Exception):
    """Raised inside a worker thread whose call was cancelled; nobody but the thread sees it."""


class EndedBeforeEffect(asyncio.CancelledError):
    """A cancelled tool lets this go up, in the place of CancelledError, where it is sure that it changed nothing."""


class StopFlag:
    """Tells work in a thread that its call was cancelled."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._has_effect = False

    @property
    def has_effect(self) -> bool:
        """Whether the work has changed something already."""
        return self._has_effect

    def note_effect(self) -> None:
        """Say that something is about to change, although the call may still be cancelled."""
        self._has_effect = True

    def set(self) -> None:
        """Ask the work to end."""
        self._event.set()

    def check(self) -> None:
        """Raise Cancelled once the call was cancelled."""
        if self._event.is_set():
            raise Cancelled


async def in_thread(work: Callable[[StopFlag], T]) -> T:
    """Run work in a worker thread.

    Args:
        work: Gets a flag to check between its steps, and before anything that cannot be undone.

    Returns:
        What the work returns.

    Raises:
        EndedBeforeEffect: It was cancelled, and the work ended by its flag, before it changed anything.
        CancelledError: After the work has ended, or five seconds after it was asked to.
    """
    stop = StopFlag()
    task = asyncio.ensure_future(asyncio.get_running_loop().run_in_executor(_WORKERS, work, stop))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        stop.set()
        with contextlib.suppress(TimeoutError):
            await finish(asyncio.wait({task}, timeout=_PATIENCE_S))
        task.add_done_callback(_forget)
        if task.done() and isinstance(task.exception(), Cancelled) and not stop.has_effect:
            raise EndedBeforeEffect from None
        raise


def _forget(task: "asyncio.Future[T]") -> None:
    if not task.cancelled():
        task.exception()


async def finish(work: Awaitable[T]) -> T:
    """Await work to its end although the caller is cancelled meanwhile; then let the cancellation go up.

    Args:
        work: Something that surely ends soon.

    Returns:
        What the work returns.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            if task.cancelled():
                raise
            cancelled = error
        except Exception:
            break
    if cancelled is not None:
        _forget(task)
        raise cancelled
    return task.result()
