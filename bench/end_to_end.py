"""end_to_end_stall_p99_ms, end_to_end_cpu_percent: an answer of 300 tokens a second through the whole program."""

import json
import select
from typing import Any

from bench.line import Line, NotMeasured
from bench.model_server import Script
from bench.probed import probed
from bench.transcript_corpus import corpus

_TOKENS = 3000
_PER_SECOND = 300
_PATIENCE_S = 60.0


def measure() -> list[Line]:
    """The lines."""
    told = _streamed()
    rate = told["characters"] / 4 / told["seconds"]
    if rate < 0.9 * _PER_SECOND:
        raise NotMeasured(f"only {rate:.0f} of {_PER_SECOND} tokens a second arrived")
    return [
        Line("end_to_end_stall_p99_ms", told["p99_ms"], "ms", 16),
        Line("end_to_end_stall_max_ms", told["max_ms"], "ms", None),
        Line("end_to_end_cpu_percent", told["cpu_percent"], "percent", None),
    ]


def _streamed() -> dict[str, Any]:
    text = "\n\n".join(message.text for message in corpus(120) if message.role == "assistant")[: 4 * _TOKENS]
    script = Script(latency_ms=100, pieces=_TOKENS, pace_ms=1000 / _PER_SECOND, text=text)
    with probed(script, "bench.stream_probe") as (pipe, _server):
        ready, _, _ = select.select([pipe], [], [], _PATIENCE_S)
        line = pipe.readline() if ready else b""
    if not line:
        raise NotMeasured("the answer did not come to its end")
    told: dict[str, Any] = json.loads(line)
    return told
