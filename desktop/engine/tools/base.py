"""What the engine asks of a tool."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from desktop.engine.errors import BadArguments
from desktop.engine.gate import Access, Card, Effect, Subject, ToolFacts, has_side_effects
from desktop.engine.messages import JsonObject, canonical
from desktop.engine.requests import ToolDeclaration


class Arguments(BaseModel):
    """The arguments of a tool: a pydantic model, its field descriptions read by the model."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


ArgumentsT = TypeVar("ArgumentsT", bound=Arguments)


class Notes(Protocol):
    """Where notes are kept."""

    async def save_note(self, title: str, text: str) -> str:
        """Keep a note; returns its id."""
        ...

    async def find_notes(self, query: str, limit: int) -> list[tuple[str, str]]:
        """Notes whose title or text holds every word of the query: (title, text), newest first."""
        ...


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a tool may touch.

    Attributes:
        root: The workspace folder, absolute; file tools and commands stay in it.
        notes: The notes.
    """

    root: Path
    notes: Notes


@dataclass(frozen=True, slots=True)
class ToolOutput:
    """What a tool returns.

    Attributes:
        text: For the model, the whole of it.
        failed: Whether the model must read it as a failure (a command that exits with 1, say).
    """

    text: str
    failed: bool = False


@dataclass(frozen=True)
class Tool(Generic[ArgumentsT]):
    """A tool: its declaration, its effects, and the two functions that describe and run a call.

    Attributes:
        name: The exact name.
        description: What the model reads.
        arguments: The pydantic model of the arguments.
        effects: What it can do.
        run: Runs a call. Raises ToolError for what the model can mend. On cancellation it ends all it began
            before it lets CancelledError go up.
        card: Describes a call to the person from its real arguments; may read the workspace, changes nothing.
        access: Who may use it.
        timeout_s: Seconds after which the call is cancelled.
        subjects: Which arguments are a path beneath the workspace folder, a shell command or a web address.
    """

    name: str
    description: str
    arguments: type[ArgumentsT]
    effects: frozenset[Effect]
    run: Callable[[ArgumentsT, ToolContext], Awaitable[ToolOutput]]
    card: Callable[[ArgumentsT, ToolContext], Awaitable[Card]]
    access: Access = Access.USER
    timeout_s: float = 60.0
    subjects: Mapping[str, Subject] = field(default_factory=dict)

    @cached_property
    def declaration(self) -> ToolDeclaration:
        """The tool as a model sees it."""
        schema = self.arguments.model_json_schema()
        return ToolDeclaration(name=self.name, description=self.description, parameters=_without_titles(schema))

    @cached_property
    def facts(self) -> ToolFacts:
        """The tool as the gate sees it."""
        declared = {
            "declaration": self.declaration.model_dump(mode="json"),
            "effects": sorted(self.effects),
            "subjects": dict(self.subjects),
        }
        digest = hashlib.sha256(canonical(declared).encode()).hexdigest()
        return ToolFacts(name=self.name, effects=self.effects, definition=digest, subjects=dict(self.subjects))

    @property
    def has_side_effects(self) -> bool:
        """Whether a call changes or sends anything."""
        return has_side_effects(self.effects)

    @property
    def is_untrusted(self) -> bool:
        """Whether a result can carry somebody else's words."""
        return Effect.READS_UNTRUSTED in self.effects

    def validate(self, arguments: JsonObject) -> ArgumentsT:
        """Read a model's arguments.

        Args:
            arguments: As the model gave them.

        Returns:
            The validated arguments; ``model_dump(mode="json", exclude_unset=True)`` is their canonical form.

        Raises:
            BadArguments: They do not fit; the text says what is wrong, for the model.
        """
        try:
            return self.arguments.model_validate(arguments)
        except ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(str(step) for step in item['loc']) or 'arguments'}: {item['msg']}"
                for item in error.errors(include_url=False, include_context=False, include_input=False)
            )
            raise BadArguments(f"The arguments of {self.name!r} do not fit its schema: {problems}.") from None


def _without_titles(schema: JsonValue) -> JsonObject:
    """A JSON Schema without pydantic's titles, which say nothing to a model."""
    if not isinstance(schema, dict):
        raise TypeError("a schema is an object")
    cleaned: JsonObject = {}
    for key, value in schema.items():
        if key == "title" and isinstance(value, str):
            continue
        if key == "properties" and isinstance(value, dict):
            cleaned[key] = {name: _without_titles(inner) for name, inner in value.items()}
        elif isinstance(value, dict):
            cleaned[key] = _without_titles(value)
        else:
            cleaned[key] = value
    return cleaned
