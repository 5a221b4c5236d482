"""What the engine asks of a model, whatever its provider."""

from collections.abc import AsyncGenerator
from typing import Literal, Protocol

from desktop.engine.messages import ModelInfo, Value
from desktop.engine.models.registry import ModelEntry
from desktop.engine.requests import ModelRequest, ModelTurn


class TextDelta(Value):
    """Some text of the turn arrived."""

    type: Literal["text"] = "text"
    text: str


class ThinkingDelta(Value):
    """The model thinks; the text may be empty."""

    type: Literal["thinking"] = "thinking"
    text: str


class TurnFinished(Value):
    """The turn is whole. Always the last chunk of a stream that did not raise."""

    type: Literal["finished"] = "finished"
    turn: ModelTurn


ModelChunk = TextDelta | ThinkingDelta | TurnFinished


class Model(Protocol):
    """A model that streams one turn for a request.

    It runs no tool and retries nothing; both are the engine's.
    """

    @property
    def info(self) -> ModelInfo:
        """Which model, and where it runs."""
        ...

    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        """Stream one turn. Close it with ``contextlib.aclosing``: that closes the connection.

        Args:
            request: What to send.

        Yields:
            Deltas, then exactly one TurnFinished.

        Raises:
            ModelError: The turn is not usable; a TransientModelError is worth another try.
        """
        ...

    async def aclose(self) -> None:
        """Release the connections."""
        ...


class Connects(Protocol):
    """Makes models from registry entries."""

    async def connect(self, entry: ModelEntry) -> Model:
        """A model ready to be called.

        Args:
            entry: Which model.

        Raises:
            ModelError: It cannot be called: a key or an address is missing.
        """
        ...

    def info(self, entry: ModelEntry) -> ModelInfo:
        """Which model, and where it runs.

        Args:
            entry: Which model; it need not be one that can be called.
        """
        ...
