"""Keeps the window's shape and what is read in it as they change, so that a kill loses a second of them at most."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer

from desktop.actions import Actions
from desktop.views.main_window import MainWindow
from desktop.window_state import WindowState

_log = logging.getLogger(__name__)
_PAUSE_MS = 700
"""After a change: a window that is dragged is not written at each step."""


class WindowKeeper(QObject):
    """Writes the window's state behind each change.

    Args:
        window: The window.
        path: The file.
        state: What it looks like now; called on the window's thread.
        actions: Runs what takes time.
    """

    def __init__(self, window: MainWindow, path: Path, state: Callable[[], WindowState], actions: Actions) -> None:
        super().__init__(window)
        self._path = path
        self._state = state
        self._kept: WindowState | None = None
        self._writing = asyncio.Lock()
        self._timer = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._timer.timeout.connect(lambda: actions.do(self.keep()))
        window.layout_changed.connect(self.note)
        window.transcript.zoom_changed.connect(lambda _zoom: self.note())
        window.transcript.verticalScrollBar().valueChanged.connect(lambda _top: self.note())
        window.installEventFilter(self)

    def note(self) -> None:
        """Something changed: it is written soon, also while it goes on changing."""
        if not self._timer.isActive():
            self._timer.start()

    async def keep(self) -> None:
        """Write the state where it is not what was written last."""
        self._timer.stop()
        async with self._writing:
            state = self._state()
            if state == self._kept:
                return
            try:
                await asyncio.to_thread(state.save, self._path)
            except OSError as error:  # only the window's shape would be lost
                _log.warning("the window's state could not be kept (%s)", error.strerror)
            else:
                self._kept = state

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice moves and sizes."""
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.WindowStateChange):
            self.note()
        return False
