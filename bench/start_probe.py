"""Runs a window's program and tells, through a pipe, when its text field was painted and when a key arrived in it.

Usage: python -m bench.start_probe (desktop | bench.bare_window)
"""

import os
import runpy
import sys
import time

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QPlainTextEdit

_PIPE = int(os.environ["BENCH_PIPE"])


def _tell(what: str) -> None:
    os.write(_PIPE, f"{what} {time.monotonic()}\n".encode())


class _FirstPaint(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, lambda: _tell("painted"))  # behind the paint event
        return False


def _watch(enter_loop: object) -> None:
    """Watch the text field from just before the first event loop on."""

    def enter(*_: object) -> int:
        QApplication.exec = enter_loop  # type: ignore[method-assign,assignment]
        field = next(
            field for window in QApplication.topLevelWidgets() for field in window.findChildren(QPlainTextEdit)
        )
        field.textChanged.connect(lambda: _tell("typed"))
        watcher = _FirstPaint(field)
        field.viewport().installEventFilter(watcher)
        return QApplication.exec()

    QApplication.exec = enter  # type: ignore[method-assign]


if __name__ == "__main__":
    _watch(QApplication.exec)
    name = sys.argv.pop(1)
    sys.argv[0] = name
    runpy.run_module(name, run_name="__main__", alter_sys=True)
