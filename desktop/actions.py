"""What the person starts in the window: tasks whose failures are shown, and never lost."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from desktop.engine.errors import EngineError, trace_of
from desktop.views.main_window import MainWindow

_log = logging.getLogger(__name__)


class Actions:
    """Runs actions beside each other.

    Args:
        window: Shows what failed.
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._tasks: set[asyncio.Task[None]] = set()

    def do(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start an action.

        Returns:
            Its task, which raises nothing.
        """
        task = asyncio.ensure_future(self._shown(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """End what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _shown(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except EngineError as error:
            self._window.set_notice(f"{error} {error.action}".strip(), kind="danger")
        except OSError as error:
            self._window.set_notice(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "), kind="danger")
        except Exception as bug:  # it is logged and shown, and the window lives on
            _log.error("an action of the window failed: %s", trace_of(bug))
            self._window.set_notice("Something went wrong inside the program; its log has the details.", kind="danger")
