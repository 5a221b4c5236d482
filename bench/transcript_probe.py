"""Measures the transcript in a window of its own and prints one JSON object: ``python -m bench.transcript_probe``."""

import gc
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from bench.transcript_corpus import corpus
from desktop.engine.messages import Message
from desktop.views import theme
from desktop.views.transcript import Transcript

_SIZE = (1000, 800)
_LONG = 10_000
_SHORT = 100


class Heart(QObject):
    """Beats every millisecond on the window's loop; a gap is a stall."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self, interval=1, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._last = time.perf_counter()
        self.longest_ms = 0.0
        self._timer.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest_ms = max(self.longest_ms, (now - self._last) * 1000)
        self._last = now

    def take(self) -> float:
        """The longest gap since it was last asked, the one that is open now included, in milliseconds."""
        self._beat()
        longest, self.longest_ms = self.longest_ms, 0.0
        return longest


def live(seconds: float) -> None:
    """Let the window live for so long."""
    loop = QEventLoop()
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()


def settle(seconds: float = 0.6) -> None:
    """Let all that can be done ahead be done."""
    live(seconds)


def _centile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _memory_mb() -> float:
    """Resident memory of this process that nothing else shares."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:])
    return sum(int(fields[name].split()[0]) for name in ("Private_Clean", "Private_Dirty")) / 1000


def _open_ms(view: Transcript, messages: list[Message]) -> float:
    view.show_conversation([])
    settle(0.05)
    gc.collect()
    began = time.perf_counter()
    view.show_conversation(messages)
    view.viewport().repaint()
    return (time.perf_counter() - began) * 1000


def _once_ms(do: Callable[[], None]) -> float:
    began = time.perf_counter()
    do()
    return (time.perf_counter() - began) * 1000


def _repaint_ms(view: Transcript) -> float:
    return statistics.median(_once_ms(view.viewport().repaint) for _ in range(25))


def _stalls(heart: Heart, steps: int, seconds: float, step: Callable[[int], None]) -> list[float]:
    """The longest gap of each step."""
    found = []
    heart.take()
    for number in range(steps):
        QTimer.singleShot(0, partial(step, number))
        live(seconds)
        found.append(heart.take())
    return found


def _stream_text() -> list[str]:
    text = "\n\n".join(message.text for message in corpus(120) if message.role == "assistant")
    return [text[at : at + 4] for at in range(0, len(text), 4)]


def _flushing(view: Transcript, act: Callable[[Callable[[], None]], None]) -> Callable[[], None]:
    """Begin an answer, each flush of which is left to a function; gives what ends it.

    Args:
        view: The transcript.
        act: Takes what a flush does: it shows more text, or what one before it has put off to the next frame.
    """
    view.begin_answer("Demo", False)
    settle()
    works = ((view._stream._timer, view._stream.step), (view.frames._laying_out, view._go_on))
    for timer, work in works:
        timer.timeout.disconnect()
        timer.timeout.connect(partial(act, partial(_flush, view, work)))

    def end() -> None:
        for timer, work in works:
            timer.timeout.disconnect()
            timer.timeout.connect(work)
        live(0.3)
        view.drop_answer()

    return end


def _feeding(view: Transcript, tokens: list[str]) -> Callable[[int], None]:
    """What writes three tokens each time it is called."""
    feed = iter(tokens)

    def step(_number: int) -> None:
        for _ in range(3):
            view.extend_answer(next(feed))

    return step


def _flush(view: Transcript, work: Callable[[], None]) -> None:
    """A flush, all slices of it but what it puts off to the next frame, and the painting of what it changed."""
    work()
    while view.frames.is_behind and not view.frames.is_put_off:
        view._go_on()
    QCoreApplication.sendPostedEvents(view, QEvent.Type.UpdateRequest.value)


def _measure_stream(view: Transcript, heart: Heart, tokens: list[str]) -> dict[str, float]:
    end = _flushing(view, lambda flush: flush())
    stalls = _stalls(heart, 900, 0.01, _feeding(view, tokens[:3000]))
    end()
    return {"stream_stall_p99_ms": _centile(stalls, 0.99)}


def _measure_flushes(view: Transcript, tokens: list[str]) -> dict[str, float]:
    """Flushes against repaints of all that is in view: at each twentieth beat of a stream one in place of a flush."""
    flushes: list[float] = []
    repaints: list[float] = []
    beats = count()

    def beat(flush: Callable[[], None]) -> None:
        if view.frames.is_behind or next(beats) % 20:
            flushes.append(_once_ms(flush))
        else:
            repaints.append(_once_ms(view.viewport().repaint))
            view._stream._wait()

    end = _flushing(view, beat)
    step = _feeding(view, tokens[:3000])
    for number in range(900):
        QTimer.singleShot(0, partial(step, number))
        live(0.01)
    end()
    paced_ms = statistics.median(repaints)
    return {
        "repaint_paced_ms": paced_ms,
        "flush_p50_ms": _centile(flushes, 0.5),
        "flush_p50_vs_R": _centile(flushes, 0.5) / paced_ms,
        "flush_p99_vs_R": _centile(flushes, 0.99) / paced_ms,
    }


def _measure_burst(view: Transcript, heart: Heart, tokens: list[str]) -> float:
    view.begin_answer("Demo", False)
    settle()
    heart.take()

    def burst() -> None:
        for token in tokens[:20_000]:
            view.extend_answer(token)

    QTimer.singleShot(0, burst)
    live(0.02)
    while view._stream.is_waiting:
        live(0.02)
    live(0.2)
    longest = heart.take()
    view.drop_answer()
    return longest


class Painted(QObject):
    """Sees whether a widget was painted."""

    seen = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note it."""
        self.seen = self.seen or event.type() == QEvent.Type.Paint
        return False


def _measure_resize(view: Transcript, repaint_ms: float) -> float:
    """Steps of the width, each to the end of the paint that it asks for."""
    width, height = _SIZE
    painted = Painted()
    view.viewport().installEventFilter(painted)
    times = []
    for number in range(30):
        painted.seen = False
        began = time.process_time()
        view.resize(width - 420 - 7 * number, height)  # narrow enough for the measure to change
        while not painted.seen:
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 0)
        times.append((time.process_time() - began) * 1000)
    view.viewport().removeEventFilter(painted)
    view.resize(*_SIZE)
    settle()
    return statistics.median(times) / repaint_ms


def main() -> None:
    """Measure."""
    application = QApplication(sys.argv[:1])
    sys.setswitchinterval(0.001)
    theme.apply(application, "light")
    messages = corpus(_LONG)
    short = messages[-_SHORT:]
    tokens = _stream_text()
    view = Transcript()
    view.resize(*_SIZE)
    view.show()
    view.show_conversation(short)
    settle(1.5)  # fonts, lexers
    found: dict[str, float] = {}
    view.show_conversation([])
    settle()
    gc.collect()
    before = _memory_mb()
    view.show_conversation(messages)
    settle(1.0)
    found["transcript_mb_10k_open"] = _memory_mb() - before
    pairs = [(_open_ms(view, messages), _open_ms(view, short)) for _ in range(9)]
    found["open_10k_ms"] = statistics.median(one for one, _ in pairs)
    found["open_10k_vs_100"] = statistics.median(one / other for one, other in pairs)
    view.show_conversation(messages)
    settle(1.5)
    gc.collect()
    gc.freeze()
    gc.disable()
    found["repaint_ms"] = repaint_ms = _repaint_ms(view)
    found["resize_step_vs_R"] = _measure_resize(view, repaint_ms)
    heart = Heart()
    view.scroll_to_end()
    settle()
    scroll = _stalls(heart, 500, 0.016, lambda _number: view.scroll_by(-120))
    found["scroll_stall_p99_ms"], found["scroll_stall_max_ms"] = _centile(scroll, 0.99), max(scroll)
    dice = random.Random(3)
    bar = view.verticalScrollBar()
    jumps = _stalls(heart, 150, 0.06, lambda _number: bar.setValue(dice.randrange(bar.maximum())))
    found["jump_stall_p99_ms"], found["jump_stall_max_ms"] = _centile(jumps, 0.99), max(jumps)
    view.scroll_to_end()
    settle()
    found |= _measure_flushes(view, tokens)
    found |= _measure_stream(view, heart, tokens)
    found["burst_20k_max_stall_ms"] = _measure_burst(view, heart, tokens)
    settle()
    gc.collect()
    found["transcript_mb_10k_after_use"] = _memory_mb() - before
    os.write(int(os.environ.get("BENCH_PIPE", "1")), json.dumps(found).encode() + b"\n")


if __name__ == "__main__":
    main()
