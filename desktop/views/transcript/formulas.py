"""LaTeX as vector pictures, rendered by one thread with a limit on its work, and kept.

The thread touches nothing of Qt. The package is imported at the first formula, which takes a quarter of a second.
"""

import queue
import re
import sys
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from itertools import count
from types import FrameType
from typing import Any

from PySide6.QtCore import QByteArray, QRectF
from PySide6.QtGui import QColor
from PySide6.QtSvg import QSvgRenderer

BASE = 20.0
"""Font size, in pixels, that formulas are rendered for; a vector picture is scaled from there."""
SOURCE_LIMIT = 2_000
"""Characters of LaTeX after which it stays the source it is."""
DEPTH_LIMIT = 9
"""Braces within braces: the renderer's work doubles with each."""
TIME_LIMIT = 1.5
"""Seconds that one formula may take."""
_CALLS_APART = 32
"""Calls after which the time is looked at again: some microseconds."""
_KEPT = 600
_INK = "#010203"
_VIEW = re.compile(r'viewBox="([-\d.]+) ([-\d.]+) ([-\d.]+) ([-\d.]+)"')
_UNKNOWN = re.compile(r"<m[ino]\b[^>]*>\\[A-Za-z]")
"""A command that the package does not know, in its MathML: it would be set as an identifier."""
_UNSEEN = re.compile(r"\\(?:nonumber|notag)(?![A-Za-z])|\\label\{[^{}]*\}")
"""Commands that draw nothing, which the package does not know."""
_OPENS = re.compile(r"\\[{}]|\{|\}|\\left\b|\\right\b|\\begin\b|\\end\b")


@dataclass(frozen=True, slots=True)
class Formula:
    """A rendered formula; all sizes are for a font of ``BASE`` pixels.

    Attributes:
        svg: The picture, in a colour that stands for the text's.
        width: In pixels.
        ascent: Above the base line.
        descent: Below it.
    """

    svg: str
    width: float
    ascent: float
    descent: float

    def renderer(self, colour: QColor) -> QSvgRenderer:
        """What draws it in a colour."""
        key = (self.svg, colour.name())
        known = _renderers.get(key)
        if known is None:
            known = _renderers[key] = QSvgRenderer(QByteArray(self.svg.replace(_INK, colour.name()).encode()))
            if len(_renderers) > _KEPT:
                _renderers.popitem(last=False)
        return known

    def box(self, scale: float) -> QRectF:
        """Its frame around the base line's left end, at a scale."""
        return QRectF(0, -self.ascent * scale, self.width * scale, (self.ascent + self.descent) * scale)


_Key = tuple[str, bool]
_results: "OrderedDict[_Key, Formula | None]" = OrderedDict()
_renderers: "OrderedDict[tuple[str, str], QSvgRenderer]" = OrderedDict()
_asked: "queue.SimpleQueue[_Key]" = queue.SimpleQueue()
_pending: set[_Key] = set()
_lock = threading.Lock()
_idle = threading.Condition(_lock)
_thread: threading.Thread | None = None


def is_simple_enough(source: str) -> bool:
    """Whether the renderer can do it in bounded time."""
    if len(source) > SOURCE_LIMIT or not source.strip():
        return False
    depth = 0
    for match in _OPENS.finditer(source):
        if match[0] in ("{", "\\left", "\\begin"):
            depth += 1
        elif match[0] in ("}", "\\right", "\\end"):
            depth -= 1
        if depth > DEPTH_LIMIT:
            return False
    return True


def ask(source: str, display: bool) -> None:
    """Have a formula rendered, unless it is or will be."""
    global _thread
    key = (source, display)
    with _lock:
        if key in _results or key in _pending:
            return
        if not is_simple_enough(source):
            _keep(key, None)
            return
        _pending.add(key)
        if _thread is None:
            _thread = threading.Thread(target=_work, name="formulas", daemon=True)
            _thread.start()
    _asked.put(key)


def warm() -> None:
    """Have the package imported soon: the first formula of a conversation need not wait for that."""
    ask("x", False)


def is_known(source: str, display: bool) -> bool:
    """Whether it is rendered, or found to be none."""
    return (source, display) in _results


def rendered(source: str, display: bool) -> Formula | None:
    """The formula; None while it is not rendered, and where it cannot be."""
    return _results.get((source, display))


def wait(seconds: float) -> bool:
    """Wait until all that was asked for is rendered.

    Returns:
        Whether it is.
    """
    with _idle:
        return _idle.wait_for(lambda: not _pending, seconds)


def _keep(key: _Key, result: Formula | None) -> None:
    _results[key] = result
    if len(_results) > _KEPT:
        _results.popitem(last=False)


def _work() -> None:
    while True:
        key = _asked.get()
        try:
            result = _render(*key)
        except (Exception, RecursionError):  # whatever LaTeX of a stranger does to the package, the source is shown
            result = None
        with _idle:
            _keep(key, result)
            _pending.discard(key)
            _idle.notify_all()


class _TooLongError(Exception):
    """The renderer took longer than it may."""


def _render(source: str, display: bool) -> Formula | None:
    from ziamath import zmath
    from ziamath.config import config

    config.svg2 = False  # plain paths: Qt does not place its symbols
    until = time.thread_time() + TIME_LIMIT

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        if not next(calls) % _CALLS_APART and time.thread_time() > until:
            raise _TooLongError

    calls = count(1)
    # Of this thread alone, and of calls alone: a profile function, told of each return and each call of C too, takes
    # seven times as long as the formula.
    sys.settrace(watch)
    try:
        formula = zmath.Latex(_UNSEEN.sub("", source), size=BASE, color=_INK, inline=not display)
        svg = "" if _UNKNOWN.search(formula.mathmlstr()) else formula.svg()
    finally:
        sys.settrace(None)
    view = _VIEW.search(svg)
    if view is None:
        return None
    _, top, width, height = (float(number) for number in view.groups())
    return Formula(svg, width, -top, height + top)
