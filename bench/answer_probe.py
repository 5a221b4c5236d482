"""Runs the program, sends it messages, and tells through a pipe when each answer's first words were painted.

Usage: python -m bench.answer_probe COUNT
"""

import os
import runpy
import sys
import time

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication

from bench.model_server import TOKEN
from desktop.views.main_window import MainWindow
from desktop.views.transcript import Transcript

_LOOK_MS = 50
_REST_MS = 150
"""From the end of an answer to the next message."""


class _Person(QObject):
    """Sends a message, waits for the answer to end, and sends the next."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count
        self._sent = 0
        self._painted = 0
        self._ended_at = 0.0
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def note_paint(self, transcript: Transcript) -> None:
        """Look for the words that are awaited in what was just painted."""
        now = time.monotonic()
        token = TOKEN.format(self._painted + 1)
        column = transcript.column
        layout = column.existing(len(column.messages) - 1)
        segments = [slot.segment for slot in layout.slots if slot.width] if layout is not None else []
        if any(segment is not None and token in segment.shown_text() for segment in segments):
            self._painted += 1
            os.write(int(os.environ["BENCH_PIPE"]), f"{now}\n".encode())

    def _look(self) -> None:
        window = next((each for each in QApplication.topLevelWidgets() if isinstance(each, MainWindow)), None)
        if window is None or not hasattr(window, "transcript") or not window.composer.send.isVisible():
            self._ended_at = time.monotonic()
            return
        if self._painted < self._sent or time.monotonic() - self._ended_at < _REST_MS / 1000:
            return
        if self._sent == self._count:
            self._timer.stop()
            return
        self._sent += 1
        window.set_tools(False)
        window.composer.set_text(f"Say something, for the {self._sent}th time.")
        window.composer.send.click()


def _run(count: int) -> None:
    person: list[_Person] = []
    enter_loop = QApplication.exec
    paint = Transcript.paintEvent

    def enter(*_: object) -> int:
        if not person:
            person.append(_Person(count))
        return enter_loop()

    def paint_and_note(transcript: Transcript, event: QPaintEvent) -> None:
        paint(transcript, event)
        person[0].note_paint(transcript)

    QApplication.exec = enter  # type: ignore[method-assign]
    Transcript.paintEvent = paint_and_note  # type: ignore[method-assign,assignment]
    sys.argv[0] = "desktop"
    runpy.run_module("desktop", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _run(int(sys.argv.pop(1)))
