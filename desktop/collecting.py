"""Collects garbage on the window's thread, a little at a time, so that no work stands still for it.

A full collection walks through all that lives, 60 to 100 ms with a long conversation open, and Python's own may come on
any thread, where Qt's objects must not be let go. So Python's own collector rests. What is young is collected every few
seconds, in under a millisecond. As many objects at once as only modules and conversations are made of stay anyway: they
are set aside, and not walked through. All of it is collected now and then, while the person is elsewhere.
"""

import gc
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

_YOUNG_MS = 4_000
_YOUNG_LEAST = 2_000
"""Objects since the last time for which a collection of the young is worth it."""
_YOUNG_MOST = 30_000
"""Objects since the last time that are set aside: to walk through them would take 10 ms and more."""
_ALL_AFTER = 75
"""A full collection is due after so many turns: about five minutes."""
_ALL_AT_LAST = 450
"""After so many it is waited for the end of the run alone: about half an hour."""


class Collector(QObject):
    """Does it for as long as it lives.

    Args:
        parent: Lives on the window's thread.
        is_at_work: Whether a run is at work, which nothing may halt.
        is_watched: Whether the person is at the window.
    """

    def __init__(self, parent: QObject, is_at_work: Callable[[], bool], is_watched: Callable[[], bool]) -> None:
        super().__init__(parent)
        self._is_at_work = is_at_work
        self._is_watched = is_watched
        self._turns = 0
        self._timer = QTimer(self, interval=_YOUNG_MS)
        self._timer.timeout.connect(self.collect)

    def start(self) -> None:
        """What was made so far stays: set it aside, and collect from now on."""
        gc.disable()
        self._settle()
        self._timer.start()

    def _settle(self) -> None:
        gc.collect()
        gc.freeze()

    @property
    def _may_settle(self) -> bool:
        if self._turns < _ALL_AFTER or self._is_at_work():
            return False
        return self._turns >= _ALL_AT_LAST or not self._is_watched()

    def collect(self) -> None:
        """Take one turn."""
        self._turns += 1
        young = gc.get_count()[0]
        if self._may_settle:
            self._turns = 0
            gc.unfreeze()
            self._settle()
        elif young >= _YOUNG_MOST:
            gc.freeze()
        elif young >= _YOUNG_LEAST:
            gc.collect(1)
