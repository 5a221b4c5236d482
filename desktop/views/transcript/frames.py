"""Divides what a view has to do into beats of the loop, so that none is long."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

_UNSHOWN_MS = 12.0
"""For how long what is being laid out may wait to be shown together with the rest of the view."""
_UNPAINTED_MS = 30
"""After which what waits for a painting is done though nothing was painted: there was nothing to paint."""


class Frames:
    """Says when what is in view is laid out, when it is shown, and when there is time for what can wait.

    What is laid out is shown once it is whole, and late in a frame where it is not: placeholders show only where it
    takes long. After it was shown comes its painting, in a beat of the loop that is its own.

    Args:
        parent: What is shown; the timers end with it.
        go_on: Lays out more of what is in view, or shows it.
        work: Does some of what can wait.

    Attributes:
        is_behind: Whether what is laid out stands elsewhere than where it is shown.
    """

    def __init__(self, parent: QObject, go_on: Callable[[], None], work: Callable[[], None]) -> None:
        self._laying_out = QTimer(parent, singleShot=True)
        self._laying_out.timeout.connect(go_on)
        self._waiting = QTimer(parent, singleShot=True)
        self._waiting.timeout.connect(work)
        self._show_by = 0.0
        self.is_behind = False

    @property
    def is_laying_out(self) -> bool:
        """Whether something in view is to be laid out, or shown, soon."""
        return self._laying_out.isActive()

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing is left to do."""
        return not self._laying_out.isActive() and not self._waiting.isActive()

    def has_time(self) -> bool:
        """Whether more may be laid out before it is shown; the time begins with the first of it."""
        now = time.perf_counter()
        if not self.is_behind:
            self._show_by = now + _UNSHOWN_MS / 1000
        return now < self._show_by

    def go_on(self) -> None:
        """Something was laid out: go on with the rest, or show it, in the next beat."""
        self.is_behind = True
        self._laying_out.start(0)

    def shown(self, *, is_whole: bool) -> None:
        """What is laid out was shown; it is painted next, then comes what is left of it, or what can wait."""
        self.is_behind = False
        self._laying_out.stop()
        (self._waiting if is_whole else self._laying_out).start(_UNPAINTED_MS)

    def painted(self) -> None:
        """What was shown was painted."""
        for timer in (self._laying_out, self._waiting):
            if timer.isActive():
                timer.start(0)

    def work_soon(self) -> None:
        """There is something that can wait, but not for a painting."""
        self._waiting.start(0)

    def stop(self) -> None:
        """Leave all of it."""
        self._waiting.stop()
        self._laying_out.stop()
        self.is_behind = False
