"""The engine for those who are there before it: it opens behind the window."""

import asyncio

from desktop.assembly import Engine
from desktop.engine.models.registry import Registry


class EngineHolder:
    """Holds the engine once it is open.

    Attributes:
        current: The engine; None while it opens.
    """

    def __init__(self) -> None:
        self.current: Engine | None = None
        self._opened = asyncio.Event()

    def fill(self, engine: Engine) -> None:
        """The engine is open."""
        self.current = engine
        self._opened.set()

    async def opened(self) -> Engine:
        """The engine, as soon as it is open."""
        await self._opened.wait()
        return self.engine

    @property
    def engine(self) -> Engine:
        """The engine, where it is known to be open."""
        if self.current is None:
            raise RuntimeError("the engine is not open yet")
        return self.current

    @property
    def registry(self) -> Registry:
        """Models and roles of the open engine."""
        return self.engine.session.runner.registry
