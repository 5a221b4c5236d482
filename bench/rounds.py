"""round_overhead: a run of ten rounds through the session, against the same requests by the bare SDKs."""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

import anthropic
from google import genai
from google.genai import types

from bench.engine import API_VERSION, GATHERER, WRITER, BenchEngine, bench_engine
from bench.line import Line, NotMeasured, median_ratio
from bench.model_server import ModelServer, Script, model_server
from desktop.engine.messages import ModelInfo
from desktop.engine.models.base import Connects, Model, ModelChunk
from desktop.engine.models.claude_request import request_body
from desktop.engine.models.gemini_request import config_for, contents_for
from desktop.engine.models.registry import ModelEntry
from desktop.engine.requests import ModelRequest

_ROUNDS = [
    [("calculate", {"expression": f"{number} * 7 + 1"}), ("read_file", {"path": "notes.md"})] for number in range(10)
]
_NOTES = "# Notes\n\n" + "The meeting is on Thursday at ten. Bring the figures of October.\n" * 30


def measure() -> list[Line]:
    """Both lines: with a server as fast as it can be, and with one that takes 150 ms to its first byte."""
    return [
        Line("round_overhead", asyncio.run(_measure(latency_ms=0, pairs=21)), "ratio", 1.15),
        Line("round_overhead_150ms", asyncio.run(_measure(latency_ms=150, pairs=3)), "ratio", 1.15),
    ]


class _Recording:
    """A model that keeps its requests."""

    def __init__(self, model: Model, kept: list[ModelRequest]) -> None:
        self._model = model
        self._kept = kept

    @property
    def info(self) -> ModelInfo:
        return self._model.info

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        self._kept.append(request)
        async with contextlib.aclosing(self._model.stream(request)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def aclose(self) -> None:
        await self._model.aclose()


class _RecordingConnector:
    def __init__(self, connector: Connects) -> None:
        self._connector = connector
        self.kept: list[ModelRequest] = []

    async def connect(self, entry: ModelEntry) -> Model:
        return _Recording(await self._connector.connect(entry), self.kept)

    def info(self, entry: ModelEntry) -> ModelInfo:
        return self._connector.info(entry)


class _BareSdks:
    """The requests of a run, each built before the clock runs, sent one after the other."""

    def __init__(self, url: str, requests: list[ModelRequest]) -> None:
        *gathering, answering = requests
        self._gathering: list[tuple[Any, Any]] = [
            (contents_for(each, GATHERER), config_for(each)) for each in gathering
        ]
        self._answering = request_body(WRITER, answering)
        options = types.HttpOptions(base_url=url, api_version=API_VERSION)
        self._gemini = genai.Client(vertexai=False, api_key="key-of-gemini", http_options=options)
        self._claude = anthropic.AsyncAnthropic(api_key="key-of-anthropic", base_url=url)

    async def work(self) -> None:
        for contents, config in self._gathering:
            stream = await self._gemini.aio.models.generate_content_stream(
                model=GATHERER, contents=contents, config=config
            )
            async for _ in stream:
                pass
        async for _ in await self._claude.messages.create(**self._answering, stream=True):
            pass

    async def aclose(self) -> None:
        await self._gemini.aio.aclose()
        await self._claude.close()


@contextlib.contextmanager
def _workspace() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="cortex-bench-") as folder:
        Path(folder, "notes.md").write_text(_NOTES, encoding="utf-8")
        yield Path(folder)


async def _measure(*, latency_ms: float, pairs: int) -> float:
    with (
        _workspace() as folder,
        model_server(Script(rounds=_ROUNDS, latency_ms=latency_ms)) as server,
    ):
        async with bench_engine(folder, server.url) as engine:
            requests = await _requests_of_a_run(engine)
            bare = _BareSdks(server.url, requests)
            try:
                await _check_alike(engine, bare, server)
                taken = [(await _time_run(engine), await _time_bare(bare)) for _ in range(pairs)]
            finally:
                await bare.aclose()
    return median_ratio(taken)


async def _requests_of_a_run(engine: BenchEngine) -> list[ModelRequest]:
    """The requests of a first, untimed run, which also warms everything up."""
    runner = engine.session.runner
    recording = _RecordingConnector(runner.connector)
    engine.session.runner = type(runner)(runner.registry, recording, runner.toolbox, runner.limits)
    await engine.work(await engine.conversation())
    engine.session.runner = runner
    return recording.kept


async def _check_alike(engine: BenchEngine, bare: _BareSdks, server: ModelServer) -> None:
    """Both must send the same bodies, in the same order."""
    server.journal()
    await engine.work(await engine.conversation())
    ours = [request["body"] for request in server.journal()]
    await bare.work()
    theirs = [request["body"] for request in server.journal()]
    if ours != theirs or len(ours) != len(_ROUNDS) + 2:
        raise NotMeasured(f"the session sent {len(ours)} requests and the bare SDKs {len(theirs)}, not the same ones")


async def _time_run(engine: BenchEngine) -> float:
    conversation = await engine.conversation()
    began = time.perf_counter()
    await engine.work(conversation)
    return time.perf_counter() - began


async def _time_bare(bare: _BareSdks) -> float:
    began = time.perf_counter()
    await bare.work()
    return time.perf_counter() - began
