"""Collects garbage on the window's thread while nothing else is to do, so that no work stands still for it.

A full collection walks through all that lives, 30 to 60 ms with a long conversation open, and may come on any thread,
where Qt's objects must not be let go. So Python's own collector rests; what is young is collected every few seconds,
and all of it now and then, after which what lives is set aside and not walked through again.
"""

import gc

from PySide6.QtCore import QObject, QTimer

_YOUNG_MS = 4_000
_YOUNG_LEAST = 2_000
"""Objects since the last time for which a collection of the young is worth it."""
_ALL_EVERY = 75
"""A full collection for so many of the young: about five minutes."""


class Collector(QObject):
    """Does it for as long as it lives.

    Args:
        parent: Lives on the window's thread.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._turns = 0
        self._timer = QTimer(self, interval=_YOUNG_MS)
        self._timer.timeout.connect(self._collect)

    def start(self) -> None:
        """What was made so far stays: set it aside, and collect from now on."""
        gc.disable()
        self._settle()
        self._timer.start()

    def _settle(self) -> None:
        gc.collect()
        gc.freeze()

    def _collect(self) -> None:
        self._turns += 1
        if self._turns % _ALL_EVERY == 0:
            gc.unfreeze()
            self._settle()
        elif gc.get_count()[0] >= _YOUNG_LEAST:
            gc.collect(1)
