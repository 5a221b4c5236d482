"""Gemini. This module is light; the SDK, which takes seconds to import, comes with ``gemini_wire`` at first use."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from desktop.engine.messages import ModelInfo, ModelRequest
from desktop.engine.models.address import host_of
from desktop.engine.models.base import ModelChunk
from desktop.engine.models.contents import Load, load_contents, no_load
from desktop.engine.models.http_faults import fault_of_key

if TYPE_CHECKING:
    from desktop.engine.models.gemini_wire import Connection

PUBLIC_URL = "https://generativelanguage.googleapis.com"
DEFAULT_API_VERSION = "v1"


class GeminiModel:
    """A Gemini model, or one behind a server that speaks its protocol.

    Args:
        name: The provider's name of the model.
        label: The name shown to the person.
        key: The API key.
        base_url: Where to send the requests; None for Google's public address. The environment has no say in it.
        api_version: None for ``v1``.
        timeout_s: Seconds of silence after which the model counts as not answering.
        load: Where the bytes of attachments come from.
    """

    def __init__(
        self,
        name: str,
        label: str,
        key: str,
        base_url: str | None = None,
        api_version: str | None = None,
        timeout_s: float = 120.0,
        load: Load = no_load,
    ) -> None:
        self._load = load
        self._base_url = base_url or PUBLIC_URL
        self._api_version = api_version or DEFAULT_API_VERSION
        self._key = key.strip()
        self._timeout_s = timeout_s
        self._info = ModelInfo(provider="gemini", name=name, label=label, host=host_of(self._base_url))
        self._connection: Connection | None = None
        self._connecting = asyncio.Lock()

    @property
    def info(self) -> ModelInfo:
        """Which model, and where it runs."""
        return self._info

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        """Stream one turn. Close it with ``contextlib.aclosing``: that closes the connection.

        Args:
            request: What to send.

        Yields:
            Deltas, then exactly one TurnFinished.

        Raises:
            ModelError: The turn is not usable; a TransientModelError is worth another try.
        """
        if fault := fault_of_key(self._info.label, self._key):
            raise fault
        connection = await self._connect()
        contents = await load_contents(request, self._load)
        async with contextlib.aclosing(connection.stream(request, contents)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def aclose(self) -> None:
        """Release the connections."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.aclose()

    async def _connect(self) -> "Connection":
        async with self._connecting:
            if self._connection is None:
                self._connection = await asyncio.to_thread(self._open)
            return self._connection

    def _open(self) -> "Connection":
        from desktop.engine.models.gemini_wire import Connection, rehearse_once  # in a worker thread: it takes seconds

        rehearse_once()
        return Connection(self._info, self._key, self._base_url, self._api_version, self._timeout_s)
