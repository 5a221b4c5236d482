"""An X display of its own for a measurement, and its only hand: keys that arrive as a keyboard's do."""

import contextlib
import ctypes
import ctypes.util
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.line import NotMeasured

_MAP_NOTIFY = 19
_SUBSTRUCTURE_NOTIFY = 1 << 19
_REVERT_TO_POINTER_ROOT = 1


class _MapEvent(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("event", ctypes.c_ulong),
        ("window", ctypes.c_ulong),
        ("override_redirect", ctypes.c_int),
        ("padding", ctypes.c_long * 24),  # XEvent is a union of this size
    )


_ErrorHandler = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


_ignore = _ErrorHandler(lambda _display, _error: 0)
"""A window may have gone before it got the focus."""


class Display:
    """A client of the display that gives new windows the focus, as a window manager does, and types.

    Args:
        name: As in the variable DISPLAY.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._x = _library("X11")
        self._test = _library("Xtst")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XSetErrorHandler(_ignore)
        opened = self._x.XOpenDisplay(name.encode())
        if not opened:
            raise NotMeasured(f"the display {name} cannot be opened")
        self._display = ctypes.c_void_p(opened)
        self._x.XDefaultRootWindow.restype = ctypes.c_ulong
        self._x.XKeysymToKeycode.argtypes = (ctypes.c_void_p, ctypes.c_ulong)
        self._x.XSetInputFocus.argtypes = (ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_ulong)
        root = ctypes.c_ulong(self._x.XDefaultRootWindow(self._display))
        self._x.XSelectInput(self._display, root, ctypes.c_long(_SUBSTRUCTURE_NOTIFY))
        self._key = self._x.XKeysymToKeycode(self._display, ord("a"))
        self._x.XSync(self._display, 0)

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a program that shows its windows here and meets nothing else of this machine's desktop."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        return {**kept, "DISPLAY": self.name, "QT_QPA_PLATFORM": "xcb"}

    def give_focus(self) -> None:
        """Give the focus to the window that came last, where one came."""
        event = _MapEvent()
        while self._x.XPending(self._display):
            self._x.XNextEvent(self._display, ctypes.byref(event))
            if event.type == _MAP_NOTIFY and not event.override_redirect:
                self._x.XSetInputFocus(self._display, event.window, _REVERT_TO_POINTER_ROOT, 0)
        self._x.XFlush(self._display)

    def type_key(self) -> None:
        """Press and release the key "a"."""
        for is_press in (1, 0):
            self._test.XTestFakeKeyEvent(self._display, self._key, is_press, ctypes.c_ulong(0))
        self._x.XFlush(self._display)

    def close(self) -> None:
        """Leave the display."""
        self._x.XCloseDisplay(self._display)


def _library(name: str) -> Any:
    found = ctypes.util.find_library(name)
    if found is None:
        raise NotMeasured(f"lib{name} is not installed; `make setup` says how to get it")
    return ctypes.CDLL(found)


@contextlib.contextmanager
def display(folder: Path) -> Iterator[Display]:
    """A display on a free number, for the length of a block.

    Args:
        folder: For what the server says.
    """
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1400x900x24", "-nolisten", "tcp", "-noreset"]
    with (folder / "Xvfb.txt").open("wb") as words, os.fdopen(reading) as number:
        try:
            server = subprocess.Popen(command, stdout=words, stderr=words, pass_fds=(writing,))
        except FileNotFoundError:
            os.close(writing)
            raise NotMeasured("Xvfb is not installed; `make setup` says how to get it") from None
        os.close(writing)
        try:
            shown_on = number.readline().strip()
            if not shown_on:
                raise NotMeasured("Xvfb did not start")
            shown = Display(f":{shown_on}")
            try:
                yield shown
            finally:
                shown.close()
        finally:
            server.terminate()
            server.wait(10)
