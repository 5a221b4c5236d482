"""Moves a view smoothly: a step of a wheel or a key becomes a short way that slows down."""

import math
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

_STEP_MS = 8
_SLOWING_S = 0.045
"""In this time a glide covers two thirds of its way."""


class Glider(QObject):
    """The way that is still to go.

    Args:
        move: Moves the view down by so many pixels; up where that is negative. Gives whether there is more that way.
        parent: The view.
    """

    def __init__(self, move: Callable[[int], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._move = move
        self._left = 0.0
        self._moved_at = 0.0
        self._timer = QTimer(self, interval=_STEP_MS)
        self._timer.timeout.connect(self._go_on)

    @property
    def is_gliding(self) -> bool:
        """Whether it is on its way."""
        return self._timer.isActive()

    def glide(self, pixels: float) -> None:
        """Go further; what is left of the way before is added where it is the same way."""
        if pixels * self._left < 0:
            self._left = 0.0
        self._left += pixels
        if not self._timer.isActive():
            self._moved_at = time.perf_counter() - _STEP_MS / 1000
            self._timer.start()
            self._go_on()

    def stop(self) -> None:
        """Go no further."""
        self._left = 0.0
        self._timer.stop()

    def _go_on(self) -> None:
        now = time.perf_counter()
        share = 1 - math.exp(-(now - self._moved_at) / _SLOWING_S)
        self._moved_at = now
        step = self._left * share
        step = self._left if abs(self._left) < 1.5 else math.copysign(max(1.0, abs(step)), step)
        whole = round(step)
        self._left -= whole
        if not self._move(whole) or abs(self._left) < 1:
            self.stop()
