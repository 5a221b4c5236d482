"""first_token_delay_ms: from the first byte of an answer on the wire to its first words painted in the window."""

import os
import select
import statistics
import time

from bench.line import Line, NotMeasured
from bench.model_server import Script
from bench.probed import probed

_ANSWERS = 24
_PATIENCE_S = 60.0
_SCRIPT = Script(latency_ms=100, pieces=10, pace_ms=20)


def measure() -> list[Line]:
    """The line."""
    delays_ms = first_token_delays_ms()
    return [Line("first_token_delay_ms", statistics.median(delays_ms), "ms", 35)]


def first_token_delays_ms() -> list[float]:
    """The delay of each answer, in order."""
    with probed(_SCRIPT, "bench.answer_probe", str(_ANSWERS)) as (pipe, server):
        painted_at = _times(pipe.fileno())
        sent_at = [entry["first_byte_at"] for entry in server.journal()]
    if len(sent_at) != len(painted_at):
        raise NotMeasured(f"{len(painted_at)} answers were painted and {len(sent_at)} were sent")
    return [(painted - sent) * 1000 for painted, sent in zip(painted_at, sent_at, strict=True)]


def _times(pipe: int) -> list[float]:
    told = b""
    deadline = time.monotonic() + _PATIENCE_S
    while told.count(b"\n") < _ANSWERS:
        ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
        piece = os.read(pipe, 1000) if ready else b""
        if not piece:
            raise NotMeasured(f"only {len(told.splitlines())} answers were painted")
        told += piece
    return [float(line) for line in told.splitlines()]
