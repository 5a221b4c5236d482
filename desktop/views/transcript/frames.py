"""Divides what a view has to do into beats of the loop, so that none is long."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

_UNSHOWN_MS = 12.0
"""For how long what is being laid out may wait to be shown together with the rest of the view."""
_MOST_MS = 1.0
"""What is done at once for text that streams; where that has cost more, the rest of it waits a little."""
_LATER_MS = 8
"""How long: then it is done between this text and the next."""
_STREAMS_MS = 100
"""From one text to the next, where they come in a stream; what comes after a pause is shown at once."""
_UNPAINTED_MS = 30
"""After which what waits for a painting is done though nothing was painted: there was nothing to paint."""


class Frames:
    """Says when what is in view is laid out, when it is shown, and when there is time for what can wait.

    What is laid out is shown once it is whole, and late in a frame where it is not: placeholders show only where it
    takes long. After it was shown comes its painting, in a beat of the loop that is its own. For text that streams, to
    take it and to show it are put apart where both are much: a line that begins is written, laid out and drawn, and the
    view moves for it.

    Args:
        parent: What is shown; the timers end with it.
        go_on: Lays out more of what is in view, or shows it.
        work: Does some of what can wait.

    Attributes:
        is_behind: Whether what is laid out stands elsewhere than where it is shown.
        is_put_off: Whether what is left to do for text that streams waits a little.
    """

    def __init__(self, parent: QObject, go_on: Callable[[], None], work: Callable[[], None]) -> None:
        self._laying_out = QTimer(parent, singleShot=True)
        self._laying_out.timeout.connect(go_on)
        self._waiting = QTimer(parent, singleShot=True)
        self._waiting.timeout.connect(work)
        self._show_by = 0.0
        self._text_at = 0.0  # when text came the last time
        self._began = 0.0  # when the work for it began that is under way; 0 for other work
        self._is_unpainted = False  # whether what was shown may still wait for its painting
        self.is_behind = self.is_put_off = False

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
        """Something was laid out: go on with the rest, or show it, in the next beat, or a little later."""
        self.is_behind = True
        if not self.put_off():
            self._laying_out.start(0)

    def text_comes(self) -> None:
        """Text comes, and is to be shown: what is done from now on is work for it."""
        before, self._text_at = self._text_at, time.perf_counter()
        is_streaming = (self._text_at - before) * 1000 < _STREAMS_MS
        self._began = self._text_at if is_streaming and not self.is_behind else 0.0

    def put_off(self) -> bool:
        """Leave what is not shown for a little later, where it is text that streams and has cost much already.

        What was shown is painted first: where more is laid out by then, all would be painted.

        Returns:
            Whether it is left.
        """
        if self._is_unpainted or not self._began or (time.perf_counter() - self._began) * 1000 < _MOST_MS:
            return False
        self.has_time()  # it begins, where this is the first of it
        self._show_by += _LATER_MS / 1000
        self.is_behind = self.is_put_off = True
        self._laying_out.start(_LATER_MS)
        return True

    def hurry(self) -> None:
        """Put nothing off from now on: it was once, or what is shown next is not text that streams alone."""
        self.is_put_off, self._began = False, 0.0

    def shown(self, *, is_whole: bool) -> None:
        """What is laid out was shown; it is painted next, then comes what is left of it, or what can wait."""
        self.is_behind = False
        self._is_unpainted = True
        self.hurry()
        self._laying_out.stop()
        (self._waiting if is_whole else self._laying_out).start(_UNPAINTED_MS)

    def painted(self) -> None:
        """What was shown was painted."""
        self._is_unpainted = False
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
        self.is_behind = self._is_unpainted = False
        self.hurry()
