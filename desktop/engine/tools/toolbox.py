"""The tools of a run: which there are, and how one is called."""

import asyncio
import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from desktop.engine.errors import ToolError, ToolTimeout, UnknownName, trace_of
from desktop.engine.gate import Access
from desktop.engine.messages import JsonObject
from desktop.engine.requests import ToolDeclaration
from desktop.engine.tools.base import Tool, ToolContext, ToolOutput

_log = logging.getLogger(__name__)


class Toolbox:
    """Tools by name, in a fixed order.

    Args:
        tools: The tools.

    Raises:
        ValueError: Two tools have the same name.
    """

    def __init__(self, tools: Iterable[Tool[Any]]) -> None:
        self._tools: dict[str, Tool[Any]] = {}
        for tool in tools:
            if tool.name in self._tools:
                raise ValueError(f"two tools are named {tool.name!r}")
            self._tools[tool.name] = tool

    def __iter__(self) -> Iterator[Tool[Any]]:
        return iter(self._tools.values())

    def __len__(self) -> int:
        return len(self._tools)

    @property
    def names(self) -> tuple[str, ...]:
        """The tools' names."""
        return tuple(self._tools)

    @property
    def declarations(self) -> tuple[ToolDeclaration, ...]:
        """The tools as a model sees them."""
        return tuple(tool.declaration for tool in self._tools.values())

    def get(self, name: str) -> Tool[Any] | None:
        """The tool of exactly this name; None where this toolbox has none, as for a call a model made up."""
        return self._tools.get(name)

    def choose(self, access: Access, names: Sequence[str] | None = None) -> "Toolbox":
        """The tools of an access level, cut to a list.

        Args:
            access: User leaves out the tools of admins.
            names: The list; None leaves all. It narrows and never widens: a listed tool beyond the
                access level stays out.

        Returns:
            A toolbox in the same order.

        Raises:
            UnknownName: A listed name is no tool of this toolbox.
        """
        for name in names or ():
            if name not in self._tools:
                raise UnknownName(
                    f"There is no tool named {name!r}.",
                    action=f"Choose from: {', '.join(self._tools) or 'none'}.",
                )
        return Toolbox(
            tool
            for tool in self._tools.values()
            if (access is Access.ADMIN or tool.access is Access.USER) and (names is None or tool.name in names)
        )

    async def call(self, tool: Tool[Any], arguments: JsonObject, context: ToolContext) -> ToolOutput:
        """Run a tool. Whether it may run was decided before.

        Args:
            tool: The tool.
            arguments: Validated once more here.
            context: What it may touch.

        Returns:
            What it returned; whatever went wrong with it is a failed output, in words.

        Raises:
            CancelledError: After the tool has ended what it began.
        """
        limit = asyncio.timeout(tool.timeout_s)
        try:
            try:
                async with limit:
                    return await tool.run(tool.validate(arguments), context)
            except TimeoutError:
                if limit.expired():
                    raise ToolTimeout(
                        f"{tool.name} was ended: it took longer than {tool.timeout_s:g} seconds."
                    ) from None
                raise
        except ToolError as error:
            return ToolOutput(str(error), failed=True)
        except Exception as error:
            _log.error("the tool %r failed unexpectedly: %s", tool.name, trace_of(error))
            return ToolOutput(
                f"The tool {tool.name!r} failed because of a fault in the program ({type(error).__name__}). "
                "The same call will likely fail again.",
                failed=True,
            )
