"""Paces an answer that streams: what comes in small pieces is shown in few larger ones."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

LEAST_MS, MOST_MS, FACTOR = 16, 100, 3
_MOST_AT_ONCE = 12_000
"""Characters that are shown in one flush; a longer burst comes in several."""


class Stream(QObject):
    """Holds text back until it is time to show it.

    The time from one flush to the next is three times what the last one cost, within bounds: a third of the thread at
    most goes into what streams.

    Args:
        show: Shows more text.
        parent: The transcript.
    """

    def __init__(self, show: Callable[[str], None], parent: QObject) -> None:
        super().__init__(parent)
        self._show = show
        self._pending: list[str] = []
        self._cost_ms = 0.0
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.flush)

    @property
    def is_waiting(self) -> bool:
        """Whether there is text that was not shown."""
        return self._timer.isActive()

    def extend(self, text: str) -> None:
        """Take more text."""
        self._pending.append(text)
        if not self._timer.isActive():
            self._timer.start(self.interval_ms)

    @property
    def interval_ms(self) -> int:
        """Milliseconds until the next flush."""
        return int(min(MOST_MS, max(LEAST_MS, FACTOR * self._cost_ms)))

    def flush(self) -> None:
        """Show what there is now; of a burst a part, and the rest soon."""
        text = "".join(self._pending)
        if not text:
            return
        self._pending = [text[_MOST_AT_ONCE:]] if len(text) > _MOST_AT_ONCE else []
        began = time.perf_counter()
        self._show(text[:_MOST_AT_ONCE])
        self._cost_ms = (time.perf_counter() - began) * 1000
        if self._pending:
            self._timer.start(self.interval_ms)

    def stop(self) -> None:
        """Drop what was not shown."""
        self._timer.stop()
        self._pending = []
