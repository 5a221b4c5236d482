"""A workspace folder, notes in memory, and shortcuts to call tools."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.engine.gate import Card
from desktop.engine.tools.base import Tool, ToolContext, ToolOutput
from desktop.engine.tools.toolbox import Toolbox

Call = Callable[..., Awaitable[ToolOutput]]
ShowCard = Callable[..., Awaitable[Card]]


class MemoryNotes:
    """Notes in a list."""

    def __init__(self) -> None:
        self.notes: list[tuple[str, str]] = []

    async def save_note(self, title: str, text: str) -> str:
        self.notes.insert(0, (title, text))
        return str(len(self.notes))

    async def find_notes(self, query: str, limit: int) -> list[tuple[str, str]]:
        words = query.lower().split()
        return [note for note in self.notes if all(word in " ".join(note).lower() for word in words)][:limit]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


@pytest.fixture
def context(root: Path) -> ToolContext:
    return ToolContext(root=root, notes=MemoryNotes())


def caller(tools: tuple[Tool[Any], ...], context: ToolContext) -> Call:
    """Call a tool as the engine does: by name, with JSON arguments, through the toolbox."""
    toolbox = Toolbox(tools)

    async def call(name: str, **arguments: Any) -> ToolOutput:
        tool = toolbox.get(name)
        assert tool is not None
        return await toolbox.call(tool, arguments, context)

    return call


def card_maker(tools: tuple[Tool[Any], ...], context: ToolContext) -> ShowCard:
    """Make the card of a call."""
    toolbox = Toolbox(tools)

    async def card(name: str, **arguments: Any) -> Card:
        tool = toolbox.get(name)
        assert tool is not None
        return await tool.card(tool.validate(arguments), context)

    return card


def fields_of(card: Card) -> dict[str, str]:
    return {field.label: field.text for field in card.fields}


async def cancel(task: "asyncio.Task[Any]") -> None:
    """Cancel a task; it must end by that."""
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
