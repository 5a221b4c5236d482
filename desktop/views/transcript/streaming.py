"""Paces an answer that streams: what comes in small pieces is shown in few larger ones, at most one line in each."""

import re
import time
from collections.abc import Callable
from math import ceil

from PySide6.QtCore import QObject, QTimer

LEAST_MS, MOST_MS, FACTOR = 16, 100, 3
_MOST_AT_ONCE = 4_000
"""Characters that are shown in one flush; a longer burst comes in several."""
TOGETHER_MS = 3
"""How long the first of what comes after a pause waits for what comes with it."""
_FEW = 120
"""Characters up to which what waits is shown line by line."""
_LINE = re.compile(r"[^\n]*\n+(?=[^\n])")
_UNCLEAR = re.compile(r"(?:^|(?<=\n))[ \t]*(?:[-+*>#|~`]+|\d{1,9}[.)]?)[ \t]*\Z")
"""The marks that a line begins with, and nothing yet that says what they are."""


class Stream:
    """Holds text back until it is time to show it.

    The time from one flush to the next is three times what the last one cost, within bounds: a third of the thread at
    most goes into what streams. Where a line ends and the next begins, each has a flush of its own, as long as little
    waits: to end a block, to begin one, and to move the view are then not the work of one frame. The marks that a line
    begins with wait a little for what follows them, so that an item of a list is not shown as a paragraph first.

    It is no `QObject`, whose attributes are found at twice the cost: `extend` is called for every token.

    Args:
        show: Shows more text.
        parent: The transcript; its timer ends with it.
    """

    def __init__(self, show: Callable[[str], None], parent: QObject) -> None:
        self._show = show
        self._pending: list[str] = []
        self._cost_ms = 0.0
        self._ended_at = 0.0
        self._begins_line = True
        self._is_held = False
        self._is_due = False  # asking the timer would take longer than all else that a token needs
        self._timer = QTimer(parent, singleShot=True)
        self._timer.timeout.connect(self.step)

    @property
    def is_waiting(self) -> bool:
        """Whether there is text that was not shown."""
        return self._is_due or self._is_held

    def extend(self, text: str) -> None:
        """Take more text."""
        self._pending.append(text)
        if not self._is_due:
            self._is_held = False
            self._wait()

    @property
    def interval_ms(self) -> int:
        """Milliseconds from one flush to the next."""
        return int(min(MOST_MS, max(LEAST_MS, FACTOR * self._cost_ms)))

    def _wait(self) -> None:
        """Have the next flush as long after the last one as it should be; soon, where that was long ago."""
        passed_ms = (time.perf_counter() - self._ended_at) * 1000
        self._is_due = True
        self._timer.start(max(TOGETHER_MS, ceil(self.interval_ms - passed_ms)))

    def step(self) -> None:
        """Show what there is now, up to the end of its first line where it is little; and the rest soon."""
        text = "".join(self._pending)
        count, holds = _MOST_AT_ONCE, False
        if len(text) <= _FEW:
            unclear = _UNCLEAR.search(text) if not self._is_held else None
            if line := _LINE.match(text):
                count = line.end()
            elif unclear and (unclear.start() or self._begins_line):
                count, holds = unclear.start(), True
        self._take(text, count)
        if holds:
            self._is_held, self._is_due = True, False
            self._timer.start(MOST_MS)

    def flush(self) -> None:
        """Show what there is now, whatever it costs; of a burst a part, and the rest soon."""
        self._take("".join(self._pending), _MOST_AT_ONCE)

    def _take(self, text: str, count: int) -> None:
        self._timer.stop()
        self._is_due = self._is_held = False
        self._pending = [text[count:]] if len(text) > count else []
        if text[:count]:
            began = time.perf_counter()
            self._show(text[:count])
            self._ended_at = time.perf_counter()
            self._cost_ms = (self._ended_at - began) * 1000
            self._begins_line = text[:count].endswith("\n")
        if self._pending:
            self._wait()

    def stop(self) -> None:
        """Drop what was not shown."""
        self._timer.stop()
        self._pending, self._begins_line, self._is_held, self._is_due = [], True, False, False
