"""Runs the program, has it answer once, and tells through a pipe how its loop stalled and what it cost.

Usage: python -m bench.stream_probe
"""

import json
import os
import runpy
import sys
import time

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from bench.transcript_probe import Heart
from desktop.views.main_window import MainWindow

_LOOK_MS = 10
_SETTLE_S = 2.0
_ENDED_S = 0.5
"""For so long the button that sends must show before the answer has ended."""


class _Person(QObject):
    """Sends a message once the window has come to rest, and watches the loop while the answer comes."""

    def __init__(self) -> None:
        super().__init__()
        self._heart = Heart()
        self._ready_at = 0.0
        self._is_sent = False
        self._began = (0.0, 0.0)
        self._written_at = (0.0, 0.0)
        self._length = 0
        self._stalls: list[float] = []
        self._count = 0
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        now = (time.perf_counter(), time.process_time())
        window = next((each for each in QApplication.topLevelWidgets() if isinstance(each, MainWindow)), None)
        if window is None or not hasattr(window, "transcript"):
            return
        if not self._is_sent:
            self._ready_at = self._ready_at or now[0]
            if now[0] - self._ready_at > _SETTLE_S and window.composer.send.isVisible():
                self._is_sent = True
                window.set_tools(False)
                window.composer.set_text("Say something long.")
                window.composer.send.click()
            return
        stall = self._heart.take()
        messages = window.transcript.column.messages
        length = len(messages[-1].text) if messages and messages[-1].role == "assistant" else 0
        if not self._began[0]:
            if window.transcript.is_live(len(messages) - 1) and length:
                self._began = now
            return
        if length > self._length:
            self._length, self._written_at, self._count = length, now, len(self._stalls) + 1
        if now[0] - self._written_at[0] > _ENDED_S and window.composer.send.isVisible():
            self._tell()
        else:
            self._stalls.append(stall)

    def _tell(self) -> None:
        self._timer.stop()
        seconds = self._written_at[0] - self._began[0]
        ordered = sorted(self._stalls[: self._count])
        told = {
            "p99_ms": ordered[int(0.99 * len(ordered))],
            "max_ms": max(self._stalls),
            "cpu_percent": 100 * (self._written_at[1] - self._began[1]) / seconds,
            "characters": self._length,
            "seconds": seconds,
        }
        os.write(int(os.environ["BENCH_PIPE"]), json.dumps(told).encode() + b"\n")


def _run() -> None:
    person: list[_Person] = []
    enter_loop = QApplication.exec

    def enter(*_: object) -> int:
        if not person:
            person.append(_Person())
        return enter_loop()

    QApplication.exec = enter  # type: ignore[method-assign]
    sys.argv[0] = "desktop"
    runpy.run_module("desktop", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _run()
