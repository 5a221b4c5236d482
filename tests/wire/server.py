"""A small HTTP/1.1 server on loopback that a test scripts: the real SDKs talk to it over a real socket."""

import asyncio
import contextlib
import json
import ssl
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Request:
    """What a client sent."""

    method: str
    path: str  # with the query
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Exchange:
    """The server's side of one request: answer it at once, or as a stream of chunks."""

    def __init__(self, request: Request, writer: asyncio.StreamWriter, reader: asyncio.StreamReader) -> None:
        self.request = request
        self._writer = writer
        self._reader = reader
        self._chunked = False

    async def start(self, status: int = 200, headers: dict[str, str] | None = None) -> None:
        """Begin a chunked response."""
        self._chunked = True
        lines = [f"HTTP/1.1 {status} Scripted", "Transfer-Encoding: chunked", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        await self._writer.drain()

    async def chunk(self, data: bytes) -> None:
        """Send one chunk now."""
        self._writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        await self._writer.drain()

    async def end(self) -> None:
        """End a chunked response as the protocol has it."""
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()

    async def reply(
        self, status: int, body: bytes | dict[str, Any] = b"", headers: dict[str, str] | None = None
    ) -> None:
        """Answer at once."""
        if isinstance(body, dict):
            body = json.dumps(body).encode()
            headers = {"Content-Type": "application/json", **(headers or {})}
        lines = [f"HTTP/1.1 {status} Scripted", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
        await self._writer.drain()

    def cut(self) -> None:
        """Break the connection now, in the middle of whatever was being said."""
        transport = self._writer.transport
        transport.abort()

    async def wait_for_disconnect(self) -> None:
        """Wait until the client has closed its side; the writer alone does not notice an orderly close."""
        await self._reader.read()


Step = Callable[[Exchange], Awaitable[None]]
"""Answers one request."""


@dataclass
class WireServer:
    """Answers each request with the next step of its script; a request too many gets status 599.

    Attributes:
        steps: What is still to come.
        requests: What came, oldest first.
        closed: Set whenever a client's connection has gone.
    """

    steps: deque[Step] = field(default_factory=deque)
    requests: list[Request] = field(default_factory=list)
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""
    faults: list[BaseException] = field(default_factory=list)
    always: Step | None = None  # answers when the script has ended

    def script(self, *steps: Step) -> None:
        self.steps.extend(steps)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await _read_request(reader)
            if request is None:
                return
            self.requests.append(request)
            exchange = Exchange(request, writer, reader)
            if self.steps:
                await self.steps.popleft()(exchange)
            elif self.always is not None:
                await self.always(exchange)
            else:
                await exchange.reply(599, b"the script has no step for this request")
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        except Exception as error:
            self.faults.append(error)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
            self.closed.set()


async def _read_request(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
    body = b""
    if "content-length" in headers:
        body = await reader.readexactly(int(headers["content-length"]))
    elif headers.get("transfer-encoding") == "chunked":
        while size := int((await reader.readline()).strip() or b"0", 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
    return Request(method, path, headers, body)


@contextlib.asynccontextmanager
async def wire_server(tls: ssl.SSLContext | None = None, port: int = 0) -> AsyncIterator[WireServer]:
    """A server on a port, or a free one, of 127.0.0.1 for the length of a test; its own faults fail the test."""
    scripted = WireServer()
    server = await asyncio.start_server(scripted._serve, "127.0.0.1", port, ssl=tls)
    host, bound = server.sockets[0].getsockname()[:2]
    scripted.url = f"{'https' if tls else 'http'}://{host}:{bound}"
    try:
        yield scripted
    finally:
        server.close()
        if scripted.faults:
            raise ExceptionGroup("the scripted server failed", [e for e in scripted.faults if isinstance(e, Exception)])


def sse(data: dict[str, Any], event: str | None = None) -> bytes:
    """One server-sent event."""
    name = f"event: {event}\n" if event else ""
    return f"{name}data: {json.dumps(data)}\n\n".encode()
