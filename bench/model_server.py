"""A loopback server that speaks Gemini's and Anthropic's wire as fast as it can, in a process of its own.

It keeps a journal: for each request its path, a digest of its body, and the time its answer's first byte was written.
The clock is ``time.monotonic``, which all processes of a machine share on Linux.
"""

import asyncio
import contextlib
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, cast

import httpx2

from bench.line import ROOT, NotMeasured
from bench.prefix_cache import PrefixCache
from tests.wire import claude, gemini
from tests.wire.server import sse

TOKEN = "token-{}."
"""The first words of the answer to the nth request, counted from 1."""
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

Calls = Sequence[tuple[str, dict[str, Any]]]
"""Tool and arguments of each call of a round."""


@dataclass(frozen=True)
class Script:
    """What the server answers.

    Attributes:
        rounds: The orchestrator's calls by round; after the last one it says a summary.
        latency_ms: From the whole request to the answer's first byte.
        pieces: How many pieces the responder's answer has after its first one.
        pace_ms: Between these pieces.
        counts_cache: Whether the usage tells what a prompt cache would hold; else it is a fixed one.
        text: What the pieces are cut from, four characters each, as often as there are pieces; empty for words.
    """

    rounds: Sequence[Calls] = ()
    latency_ms: float = 0
    pieces: int = 20
    pace_ms: float = 0
    counts_cache: bool = False
    text: str = ""


@dataclass
class _Server:
    script: Script
    journal: list[dict[str, Any]] = field(default_factory=list)
    answers: int = 0
    cache: PrefixCache = field(default_factory=PrefixCache)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                lengths = [line[15:] for line in head.split("\r\n") if line.lower().startswith("content-length:")]
                body = await reader.readexactly(int(lengths[0])) if lengths else b""
                await self._answer(head.split(" ", 2)[1], body, writer)
        writer.close()

    async def _answer(self, path: str, body: bytes, writer: asyncio.StreamWriter) -> None:
        if path == "/journal":
            told, self.journal = json.dumps(self.journal).encode(), []
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(told) + told)
            return
        if self.script.latency_ms:
            await asyncio.sleep(self.script.latency_ms / 1000)
        is_gatherer = "GenerateContent" in path
        request = json.loads(body)
        first, later = self._gather(request) if is_gatherer else self._write(request)
        entry = {"path": path, "body": hashlib.sha256(body).hexdigest(), "first_byte_at": time.monotonic()}
        self.journal.append(entry)
        writer.write(_HEAD + _chunk(first))
        due = time.monotonic()
        for piece in later:
            due += self.script.pace_ms / 1000
            if due > time.monotonic():
                await asyncio.sleep(due - time.monotonic())
            writer.write(_chunk(piece))
            await writer.drain()  # notices that the client has gone
        writer.write(b"0\r\n\r\n")

    def _gather(self, request: dict[str, Any]) -> tuple[bytes, Sequence[bytes]]:
        done = sum(content.get("role") == "model" for content in request["contents"])
        usage = gemini.usage(1000, 50, thoughts=20)
        if self.script.counts_cache:
            counted = self.cache.gemini(request)
            usage = gemini.usage(counted.read + counted.rest, 50, thoughts=20, cached=counted.read)
        if done < len(self.script.rounds):
            calls = [
                gemini.call(tool, said, id=f"call_{done}_{number}", signature=b"s" * 200 if number == 0 else None)
                for number, (tool, said) in enumerate(self.script.rounds[done])
            ]
            return sse(gemini.chunk(gemini.text("I look."))), [sse(gemini.chunk(*calls, finish="STOP", usage=usage))]
        summary = gemini.chunk(gemini.text("What was found, in short."), finish="STOP", usage=usage)
        return sse(summary), []

    def _write(self, request: dict[str, Any]) -> tuple[bytes, Sequence[bytes]]:
        self.answers += 1
        text, count = self.script.text, self.script.pieces
        said = (
            [text[at : at + 4] for at in range(0, 4 * count, 4)] if text else [f" and word {n}" for n in range(count)]
        )
        words = [TOKEN.format(self.answers), *said]
        start, *deltas, stop = claude.text(0, *words).split(b"event: content_block_")[1:]
        events = [b"event: content_block_" + event for event in (start, *deltas, stop)]
        usage = {}
        if self.script.counts_cache:
            counted = self.cache.claude(request)
            usage = {
                "input_tokens": counted.rest,
                "cache_creation_input_tokens": counted.written,
                "cache_read_input_tokens": counted.read,
                "output_tokens": 1,
            }
        first = claude.message_start(**usage) + claude.ping() + events[0] + events[1]
        return first, [*events[2:], claude.message_delta("end_turn"), claude.message_stop()]


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


@dataclass(frozen=True, slots=True)
class ModelServer:
    """A running server.

    Attributes:
        url: Its address.
    """

    url: str

    def journal(self) -> list[dict[str, Any]]:
        """The requests since the last look."""
        with httpx2.Client(trust_env=False) as client:
            return cast(list[dict[str, Any]], client.get(f"{self.url}/journal").json())


@contextlib.contextmanager
def model_server(script: Script) -> Iterator[ModelServer]:
    """A server for the length of a block."""
    command = [sys.executable, "-m", "bench.model_server", json.dumps(asdict(script))]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = process.stdout.readline().strip()
            if not port:
                raise NotMeasured("the model server did not start")
            yield ModelServer(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()


async def _serve(script: Script) -> None:
    server = await asyncio.start_server(_Server(script).serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(Script(**json.loads(sys.argv[1]))))
