"""The running calls of a list: after a moment each shows how long it runs, and a button that stops it."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QListWidgetItem

from desktop.views import call_rows
from desktop.views.row_buttons import RowButtons

CALM_MS = 400
"""A call that ends sooner shows no button: rows that flash tell nothing."""


def stop_key(call_id: str) -> str:
    """The key of a call's button."""
    return f"stop {call_id}"


class RunningCalls(QObject):
    """Keeps the time of running calls, live.

    Args:
        buttons: Over the list.
        now: Seconds of a steady clock.
    """

    def __init__(self, buttons: RowButtons, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(buttons)
        self._buttons = buttons
        self._now = now
        self._running: dict[str, tuple[QListWidgetItem, str, float]] = {}
        self._stopping: set[str] = set()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)

    def begin(self, call_id: str, item: QListWidgetItem, tool: str) -> None:
        """Show a call as running; one that was being stopped still runs, and can be stopped again."""
        self._stopping.discard(call_id)
        self._running.setdefault(call_id, (item, tool, self._now()))
        if not self._timer.isActive():
            self._timer.start(CALM_MS)

    def end(self, call_id: str) -> None:
        """Show that a call does not run."""
        item, _tool, _began = self._running.pop(call_id, (None, "", 0.0))
        self._stopping.discard(call_id)
        self._buttons.withdraw(stop_key(call_id))
        if item is not None:
            item.setData(call_rows.ELAPSED, None)
        if not self._running:
            self._timer.stop()

    def stopping(self, call_id: str) -> None:
        """Show that a call is being stopped."""
        if call_id in self._running:
            self._stopping.add(call_id)
            self._buttons.withdraw(stop_key(call_id))
            self._running[call_id][0].setData(call_rows.ELAPSED, "stopping")

    def clear(self) -> None:
        """Forget all calls; their rows are gone."""
        self._timer.stop()
        self._running.clear()
        self._stopping.clear()

    def _tick(self) -> None:
        self._timer.setInterval(1000)
        for call_id, (item, tool, began) in self._running.items():
            if call_id in self._stopping:
                continue
            seconds = int(self._now() - began)
            words = f"{seconds // 60} min {seconds % 60} s" if seconds >= 60 else f"{seconds} s"
            item.setData(call_rows.ELAPSED, words if seconds else "")
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, "Delete stops it")
            self._buttons.offer(stop_key(call_id), item, "Stop", f"Stop {tool}")
