"""Small tools whose work a test can see, hold up and let go."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from desktop.engine.errors import ToolError
from desktop.engine.gate import Access, Card, CardField, Effect
from desktop.engine.tools.base import Arguments, Tool, ToolContext, ToolOutput
from desktop.engine.tools.toolbox import Toolbox


class Named(Arguments):
    """The arguments of all of them."""

    name: str


Work = Callable[[str], Awaitable[str]]


@dataclass
class Workshop:
    """The tools and what they did.

    Attributes:
        log: ``begin``, ``end`` and ``cancelled`` of each call with its tool and name, as they came.
        acts: What the side effects did, in order: the world outside.
        gates: Events that held calls wait for, by name.
    """

    log: list[str] = field(default_factory=list)
    acts: list[str] = field(default_factory=list)
    _gates: dict[str, asyncio.Event] = field(default_factory=dict)
    _began: dict[str, asyncio.Event] = field(default_factory=dict)

    def release(self, name: str) -> None:
        """Let the held call of this name end."""
        self._gate(name).set()

    async def begun(self, name: str) -> None:
        """Wait until a call of this name has begun."""
        async with asyncio.timeout(10):
            await self._began.setdefault(name, asyncio.Event()).wait()

    def _gate(self, name: str) -> asyncio.Event:
        return self._gates.setdefault(name, asyncio.Event())

    @contextlib.asynccontextmanager
    async def _logged(self, tool: str, name: str) -> AsyncIterator[None]:
        self.log.append(f"begin {tool} {name}")
        self._began.setdefault(name, asyncio.Event()).set()
        try:
            yield
        except asyncio.CancelledError:
            self.log.append(f"cancelled {tool} {name}")
            raise
        self.log.append(f"end {tool} {name}")

    def _tool(
        self,
        tool: str,
        work: Work,
        *effects: Effect,
        access: Access = Access.USER,
        timeout_s: float = 60.0,
    ) -> Tool[Any]:
        async def run(arguments: Named, context: ToolContext) -> ToolOutput:
            async with self._logged(tool, arguments.name):
                return ToolOutput(await work(arguments.name))

        async def card(arguments: Named, context: ToolContext) -> Card:
            return Card(effect=f"Does {tool}", fields=(CardField(label="Name", text=arguments.name),))

        return Tool(
            name=tool,
            description=f"Does {tool}.",
            arguments=Named,
            effects=frozenset(effects),
            run=run,
            card=card,
            access=access,
            timeout_s=timeout_s,
        )

    def toolbox(self) -> Toolbox:
        """All of them: three reads, three side effects, and some that go wrong."""

        async def look(name: str) -> str:
            return f"saw {name}"

        async def held_look(name: str) -> str:
            await self._gate(name).wait()
            return f"saw {name}"

        async def act(name: str) -> str:
            self.acts.append(name)
            return f"did {name}"

        async def held_act(name: str) -> str:
            self.acts.append(name)
            await self._gate(name).wait()
            return f"did {name}"

        async def refuse(name: str) -> str:
            raise ToolError(f"{name} cannot be done.")

        async def crash(name: str) -> str:
            raise RuntimeError(f"a bug with {name}")

        async def dawdle(name: str) -> str:
            await asyncio.Event().wait()
            return "never"

        private, foreign = Effect.READS_PRIVATE, Effect.READS_UNTRUSTED
        return Toolbox(
            (
                self._tool("look", look, private),
                self._tool("held_look", held_look, private),
                self._tool("browse", look, foreign),
                self._tool("act", act, Effect.WRITES_LOCAL),
                self._tool("held_act", held_act, Effect.WRITES_LOCAL),
                self._tool("admin_act", act, Effect.EXECUTES, access=Access.ADMIN),
                self._tool("refuse", refuse, private),
                self._tool("crash", crash, private),
                self._tool("dawdle", dawdle, private, timeout_s=0.01),
            )
        )
