"""Claude, through Anthropic's own SDK. Nothing heavy is imported before the first request."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final, cast

from desktop.engine.errors import KeyMissing, KeyRejected, ModelError, StreamCut
from desktop.engine.messages import JsonObject, ModelInfo
from desktop.engine.models.address import host_of
from desktop.engine.models.base import ModelChunk, TurnFinished
from desktop.engine.models.claude_request import PROVIDER, request_body
from desktop.engine.models.claude_stream import TurnReader, fault_for_error
from desktop.engine.models.contents import Load, in_thread_if, load_contents, no_load
from desktop.engine.models.http_faults import fault_for_transport, parse_retry_after
from desktop.engine.models.web_pages import HOOKS
from desktop.engine.requests import ModelRequest

if TYPE_CHECKING:
    import anthropic
    from anthropic._streaming import ServerSentEvent

PUBLIC_URL: Final = "https://api.anthropic.com"
_CONNECT_S: Final = 15.0


class ClaudeModel:
    """A model that speaks Anthropic's Messages API.

    Args:
        name: The provider's name of the model.
        label: The name shown to the person.
        key: The API key.
        base_url: Where the API is; None for Anthropic's own address. The environment has no say in it.
        timeout_s: Longest silence of the server, in seconds; it sends pings while the model thinks.
        load: Where the bytes of attachments come from.
        options: Fields of the provider's own request, sent as they are; the program's own fields win.
    """

    def __init__(
        self,
        name: str,
        label: str,
        key: str,
        base_url: str | None,
        timeout_s: float,
        load: Load = no_load,
        options: JsonObject | None = None,
    ) -> None:
        self._load = load
        self._options = options or {}
        self._url = base_url or PUBLIC_URL
        self._info = ModelInfo(provider=PROVIDER, name=name, label=label, host=host_of(self._url))
        self._key = key
        self._timeout_s = timeout_s
        self._client: anthropic.AsyncAnthropic | None = None
        self._building = asyncio.Lock()

    @property
    def info(self) -> ModelInfo:
        """Which model, and where it runs."""
        return self._info

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        """Stream one turn. Close it with ``contextlib.aclosing``: that closes the connection.

        Args:
            request: What to send.

        Yields:
            Deltas, then exactly one TurnFinished. Its usage has no cost: that is the caller's to add.

        Raises:
            ModelError: The turn is not usable; a TransientModelError is worth another try.
        """
        client = await self._ready()
        import anthropic  # loaded by now
        import httpx2

        reader = TurnReader(self._info.label, self._info.name)
        contents = await load_contents(request, self._load)
        body = await in_thread_if(contents, lambda: request_body(self._info.name, request, contents, self._options))
        try:
            answer = await client.messages.create(**body, stream=True, **self._auth())
            # The raw events, as blocks must go back as they came; the SDK's own accumulation names a call's arguments
            # in its errors. `answer` is left first: that closes the connection, and then no generator of the
            # SDK has anything left to await (qasync has no hooks that would close one for us).
            async with aclosing(_events(answer)) as events, answer:
                async for event in events:
                    for chunk in reader.read(event.data) if event.data else ():
                        yield chunk
            turn = reader.turn()
        except anthropic.APIStatusError as error:
            fault = self._fault_for_response(error)
        except (anthropic.APIConnectionError, httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
            fault = fault_for_transport(self._info.label, error)
        except UnicodeDecodeError:
            fault = StreamCut(f"{self._info.label} sent a stream that cannot be read.", action="Try again.")
        else:
            yield TurnFinished(turn=turn)
            return
        raise fault  # outside of `except`: the SDK's exception holds the request and its headers

    async def aclose(self) -> None:
        """Release the connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _ready(self) -> "anthropic.AsyncAnthropic":
        """The client, made at the first use in a worker thread: importing the SDK takes seconds.

        Raises:
            KeyMissing: There is no key.
            KeyRejected: The key holds what no header can carry.
            ModelUnusable: The address is not usable.
        """
        if not self._key.strip():
            raise KeyMissing(f"There is no API key for {self._info.label}.", action="Enter a key in the settings.")
        if not (self._key.isascii() and self._key.isprintable()) or " " in self._key:
            raise KeyRejected(
                f"The API key for {self._info.label} holds characters that no key has.",
                action="Copy the key again and enter it in the settings.",
            )
        async with self._building:
            if self._client is None:
                label = self._info.label
                self._client = await asyncio.to_thread(_build_client, label, self._key, self._url, self._timeout_s)
            return self._client

    def _auth(self) -> dict[str, Any]:
        """Headers above all others: ANTHROPIC_CUSTOM_HEADERS would otherwise put another key in this one's place."""
        import anthropic

        return {"extra_headers": {"Authorization": f"Bearer {self._key}", "X-Api-Key": anthropic.omit}}

    def _fault_for_response(self, error: "anthropic.APIStatusError") -> ModelError:
        body = error.body if isinstance(error.body, dict) else {}
        return fault_for_error(
            self._info.label,
            body.get("error"),
            status=error.status_code,
            retry_after_s=parse_retry_after(error.response.headers.get("retry-after")),
        )


def _build_client(label: str, key: str, url: str, timeout_s: float) -> "anthropic.AsyncAnthropic":
    """Import the SDK and make a client that the environment cannot change. Takes seconds: for a worker thread."""
    import anthropic
    import httpx2

    logger = logging.getLogger("anthropic")
    if logger.level < logging.INFO:  # at DEBUG the SDK logs whole requests; ANTHROPIC_LOG sets that level on import
        logger.setLevel(logging.INFO)
    timeout = httpx2.Timeout(timeout_s, connect=min(timeout_s, _CONNECT_S))
    try:
        client = anthropic.AsyncAnthropic(
            api_key=key,
            base_url=url,
            timeout=timeout,
            max_retries=0,
            open_telemetry={"traces": False, "propagation": False},  # else the environment can put texts into spans
            http_client=anthropic.DefaultAsyncHttpxClient(follow_redirects=False, timeout=timeout, event_hooks=HOOKS),
        )
    except httpx2.InvalidURL as error:
        fault = fault_for_transport(label, error)
    else:
        _ = client.messages, client.platform_headers()  # both are slow the first time
        return client
    raise fault


def _events(answer: "anthropic.AsyncStream[Any]") -> "AsyncGenerator[ServerSentEvent, None]":
    return cast("AsyncGenerator[ServerSentEvent, None]", answer.raw_events(answer.response))
