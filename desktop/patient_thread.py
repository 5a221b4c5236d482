"""Work that may block for as long as a person takes: on a thread of its own, waited for in bounds, and told of."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from desktop.leaving import start_unattended

_T = TypeVar("_T")


class PatientThread:
    """Does one piece of work after the other, each on a daemon thread: it cannot hold up the program's end.

    Args:
        name: Of the threads.
        timeout_s: How long a piece of work is waited for.
        told_after_s: How long it is waited for in silence.

    Attributes:
        on_waiting: Called with True when a piece of work is waited for in earnest, and with False when it is done or
            waited for no longer.
        on_late_answer: Called when it is done after nobody waited for it any more.
    """

    def __init__(self, name: str, *, timeout_s: float, told_after_s: float) -> None:
        self._name = name
        self._timeout_s = timeout_s
        self._told_after_s = told_after_s
        self._answered: threading.Event | None = None
        self.on_waiting: Callable[[bool], None] = lambda is_waiting: None
        self.on_late_answer: Callable[[], None] = lambda: None

    @property
    def is_silent(self) -> bool:
        """Whether the last piece of work is still under way."""
        return self._answered is not None and not self._answered.is_set()

    async def do(self, work: Callable[[], _T]) -> _T:
        """Do something and wait for it.

        Args:
            work: May block.

        Raises:
            TimeoutError: It took too long; it goes on, and nobody waits for it.
            Exception: What the work raised.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[_T] = loop.create_future()

        def finish(result: _T | None, error: Exception | None) -> None:
            if done.cancelled():
                self.on_late_answer()
            elif error is not None:
                done.set_exception(error)
            else:
                done.set_result(result)  # type: ignore[arg-type]  # None only where _T is None

        def run() -> None:
            result: _T | None = None
            error: Exception | None = None
            try:
                result = work()
            except Exception as failed:  # handed to who waits
                error = failed
            answered.set()
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(finish, result, error)

        answered = self._answered = threading.Event()
        start_unattended(self._name, run)
        async with asyncio.timeout(self._timeout_s), self._telling():
            return await done

    @asynccontextmanager
    async def _telling(self) -> AsyncIterator[None]:
        """Tell of a wait that is not a short one, and of its end."""
        was_told = False

        def tell() -> None:
            nonlocal was_told
            was_told = True
            self.on_waiting(True)

        timer = asyncio.get_running_loop().call_later(self._told_after_s, tell)
        try:
            yield
        finally:
            timer.cancel()
            if was_told:
                self.on_waiting(False)
