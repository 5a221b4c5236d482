"""What the models behind an SDK have in common: the SDK is imported, and the connection opened, at the first use."""

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from typing import Protocol

from desktop.engine.messages import ModelInfo
from desktop.engine.models.base import ModelChunk
from desktop.engine.models.contents import Contents, Load, load_contents
from desktop.engine.models.http_faults import fault_of_key
from desktop.engine.requests import ModelRequest


class Connection(Protocol):
    """A client of an SDK."""

    def stream(self, request: ModelRequest, contents: Contents) -> AsyncGenerator[ModelChunk, None]:
        """Stream one turn, as ``Model.stream``, with the bytes of what is attached."""
        ...

    async def aclose(self) -> None:
        """Release the connections."""
        ...


class SdkModel(ABC):
    """A model whose connection is opened at the first request, and kept.

    Args:
        info: Which model, and where it runs.
        key: The API key.
        load: Where the bytes of attachments come from.
    """

    def __init__(self, info: ModelInfo, key: str, load: Load) -> None:
        self._load = load
        self._info = info
        self._key = key.strip()
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

    async def _connect(self) -> Connection:
        async with self._connecting:
            if self._connection is None:
                self._connection = await asyncio.to_thread(self._open)
            return self._connection

    @abstractmethod
    def _open(self) -> Connection:
        """Import the SDK and make a client. In a worker thread: it takes seconds."""
