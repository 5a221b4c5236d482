"""parallel_reads: eight read-only calls of 200 ms in one round, against one such call, through the real loop."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.engine import BenchEngine, bench_engine
from bench.line import Line
from bench.model_server import Calls, Script, model_server
from desktop.engine.events import Event, ToolCallFinished, ToolCallRequested
from desktop.engine.gate import Card, Effect
from desktop.engine.tools.base import Arguments, Tool, ToolContext, ToolOutput
from desktop.engine.tools.threads import StopFlag, in_thread

_CALL_S = 0.2
_TIMES = 5


class _Number(Arguments):
    number: int


async def _run(arguments: _Number, context: ToolContext) -> ToolOutput:
    def read(stop: StopFlag) -> None:
        time.sleep(_CALL_S)  # a slow disk: like the tools for files it holds its thread

    await in_thread(read)
    return ToolOutput(f"read {arguments.number}")


async def _card(arguments: _Number, context: ToolContext) -> Card:
    return Card(effect="Reads")


_SLOW_READ: Tool[Any] = Tool(
    name="slow_read",
    description="Reads slowly.",
    arguments=_Number,
    effects=frozenset({Effect.READS_PRIVATE}),
    run=_run,
    card=_card,
)


def measure() -> list[Line]:
    """The line."""
    return [Line("parallel_reads", asyncio.run(_measure()), "ratio", 1.3)]


async def _measure() -> float:
    async def median_s(count: int) -> float:
        calls: Calls = [("slow_read", {"number": number}) for number in range(count)]
        with (
            tempfile.TemporaryDirectory(prefix="cortex-bench-") as folder,
            model_server(Script(rounds=[calls])) as server,
        ):
            async with bench_engine(Path(folder), server.url, [_SLOW_READ]) as engine:
                return statistics.median([await _time_calls(engine) for _ in range(_TIMES)])

    return await median_s(8) / await median_s(1)


async def _time_calls(engine: BenchEngine) -> float:
    """Seconds from the model's wish, told, to the last result, told."""
    times: list[float] = []

    def take(event: Event) -> None:
        if isinstance(event, ToolCallRequested | ToolCallFinished):
            times.append(time.perf_counter())

    engine.on_event = take
    await engine.work(await engine.conversation())
    return times[-1] - times[0]
