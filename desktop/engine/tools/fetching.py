"""Fetching one web resource over a connection to an address that was judged before, and to no other."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import cast

import httpcore2
import httpx2

from desktop.engine.errors import ToolError, ToolTimeout
from desktop.engine.tools.addresses import Address, IsAllowed, Resolve

LARGEST_BYTES = 2_000_000
"""How much of a page is read, after decompression."""
_LONGEST_S = 30.0
_CONNECT_S = 8.0
_MOST_REDIRECTS = 5
_MOST_ADDRESSES = 4
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; CortexDesktop)",
    "Accept": "text/html,application/xhtml+xml,text/*;q=0.9,application/json;q=0.9,*/*;q=0.1",
}


@dataclass(frozen=True, slots=True)
class Page:
    """What a server sent.

    Attributes:
        url: Where it came from in the end, after redirects.
        status: The HTTP status.
        content_type: The whole header, or empty.
        body: Decompressed, at most LARGEST_BYTES.
        cut: Whether there was more.
    """

    url: str
    status: int
    content_type: str
    body: bytes
    cut: bool


def read_url(text: str) -> httpx2.URL:
    """Read an address that a page may be fetched from.

    Args:
        text: As a model or a server gave it.

    Returns:
        The URL without its fragment.

    Raises:
        ToolError: It is none, not http or https, or carries a user name or password.
    """
    try:
        url = httpx2.URL(text.strip())
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise ToolError(f"This is not a URL: {error}.") from None
    if url.scheme not in _PORTS:
        raise ToolError(f"Only http and https can be fetched, not {url.scheme or 'a URL without a scheme'!r}.")
    host = url.raw_host.decode("ascii")
    if not host or any(character in host for character in "% \\@"):
        raise ToolError("The URL has no valid host name.")
    if url.userinfo:
        raise ToolError("A URL with a user name or password is not fetched.")
    if not 0 < (url.port or _PORTS[url.scheme]) < 65536:
        raise ToolError("The URL's port is not valid.")
    return url.copy_with(fragment=None)


class Fetcher:
    """Fetches pages with GET: no cookies, no credentials, no proxy; every address judged before it is connected to.

    Args:
        is_allowed: Judges addresses.
        resolve: Finds the addresses of a name; asked once for each request.
        make_ssl_context: Makes the settings of TLS, in a worker thread, once.
    """

    def __init__(
        self,
        is_allowed: IsAllowed,
        resolve: Resolve,
        make_ssl_context: Callable[[], ssl.SSLContext] = httpcore2.default_ssl_context,
    ) -> None:
        self._is_allowed = is_allowed
        self._resolve = resolve
        self._make_ssl_context = make_ssl_context
        self._ssl_context: ssl.SSLContext | None = None

    async def fetch(self, url: httpx2.URL) -> Page:
        """Fetch a URL and what it redirects to.

        Args:
            url: As ``read_url`` returned it.

        Returns:
            The page, whatever its status.

        Raises:
            ToolError: It cannot be fetched, or must not.
            CancelledError: After the connection was closed.
        """
        if self._ssl_context is None:
            self._ssl_context = await asyncio.to_thread(self._make_ssl_context)
        try:
            async with asyncio.timeout(_LONGEST_S):
                for _ in range(_MOST_REDIRECTS + 1):
                    found = await self._get(url)
                    if isinstance(found, Page):
                        return found
                    url = found
        except TimeoutError:
            raise ToolTimeout(f"{_host(url)} did not answer in full within {_LONGEST_S:.0f} seconds.") from None
        raise ToolError(f"More than {_MOST_REDIRECTS} redirects.")

    async def _get(self, url: httpx2.URL) -> "Page | httpx2.URL":
        """The page, or where it redirects to."""
        addresses = await self._judged(url)
        transport = _PinnedTransport(addresses, cast(ssl.SSLContext, self._ssl_context))
        # one client for each request: none remembers a cookie
        async with httpx2.AsyncClient(
            transport=transport, trust_env=False, follow_redirects=False, timeout=_LONGEST_S, headers=_HEADERS
        ) as client:
            try:
                async with client.stream("GET", url) as response:
                    location = response.headers.get("location", "")
                    if response.status_code in _REDIRECTS and location:
                        return _joined(url, location)
                    body, cut = await _bounded(response)
                    return Page(str(url), response.status_code, response.headers.get("content-type", ""), body, cut)
            except httpx2.TimeoutException:
                raise ToolTimeout(f"{_host(url)} did not answer in time.") from None
            except httpx2.DecodingError:
                raise ToolError(f"{_host(url)} sent data that cannot be decompressed.") from None
            except httpx2.HTTPError as error:
                detail = str(error) or type(error).__name__
                raise ToolError(f"{_host(url)} could not be reached, or broke off: {detail}.") from None

    async def _judged(self, url: httpx2.URL) -> list[Address]:
        host = _host(url)
        addresses = await self._resolve(host, url.port or _PORTS[url.scheme])
        if not addresses:
            raise ToolError(f"The host {host!r} has no address.")
        # one forbidden address among allowed ones is a trick, not a choice
        for address in addresses:
            if not self._is_allowed(address):
                raise ToolError(
                    f"{host!r} is at {address}, which is not on the public internet (private, local or reserved). "
                    "fetch_page does not go there."
                )
        return addresses


def _host(url: httpx2.URL) -> str:
    return url.raw_host.decode("ascii")


def _joined(url: httpx2.URL, location: str) -> httpx2.URL:
    try:
        target = str(url.join(location))
    except (httpx2.InvalidURL, UnicodeError):
        raise ToolError(f"{_host(url)} redirects to something that is not a URL.") from None
    return read_url(target)


async def _bounded(response: httpx2.Response) -> tuple[bytes, bool]:
    body = bytearray()
    # aiter_bytes hands out decompressed pieces of at most 1 MiB
    async with contextlib.aclosing(response.aiter_bytes()) as pieces:
        async for piece in pieces:
            body += piece
            if len(body) > LARGEST_BYTES:
                return bytes(body[:LARGEST_BYTES]), True
    return bytes(body), False


class _PinnedTransport(httpx2.AsyncBaseTransport):
    """Sends requests over connections to given addresses; the host's name stays in the Host header and in TLS."""

    def __init__(self, addresses: list[Address], ssl_context: ssl.SSLContext) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=ssl_context, http2=False, retries=0, network_backend=_PinnedBackend(addresses)
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = httpcore2.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        with _errors_of_httpx():
            response = await self._pool.handle_async_request(
                httpcore2.Request(
                    method=request.method, url=url, headers=request.headers.raw, extensions=request.extensions
                )
            )
        return httpx2.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Stream(response),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Stream(httpx2.AsyncByteStream):
    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _errors_of_httpx():
            async for piece in self._response.aiter_stream():
                yield piece

    async def aclose(self) -> None:
        await self._response.aclose()


@contextlib.contextmanager
def _errors_of_httpx() -> Iterator[None]:
    try:
        yield
    except httpcore2.TimeoutException as error:
        raise httpx2.ReadTimeout(str(error)) from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
        raise httpx2.NetworkError(str(error)) from error


class _PinnedBackend(httpcore2.AsyncNetworkBackend):
    """Connects to the given addresses, first one first, whatever name is asked for."""

    def __init__(self, addresses: list[Address]) -> None:
        self._addresses = addresses[:_MOST_ADDRESSES]
        self._sockets = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        last: Exception | None = None
        for address in self._addresses:
            try:
                return await self._sockets.connect_tcp(str(address), port, _CONNECT_S, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                last = error
        raise last or httpcore2.ConnectError("no address")
