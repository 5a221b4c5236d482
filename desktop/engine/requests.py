"""What is asked of a model, and the turn it answers with: values that name no provider, kept as they were sent."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from desktop.engine.messages import Attachment, JsonObject, StopReason, ToolCall, ToolResult, Usage, Value


class TextPart(Value):
    """Text a model wrote."""

    type: Literal["text"] = "text"
    text: str


class CallPart(Value):
    """A tool call a model wrote."""

    type: Literal["call"] = "call"
    call: ToolCall


Part = Annotated[TextPart | CallPart, Field(discriminator="type")]


class Opaque(Value):
    """What a provider must get back unchanged (signatures, ids), kept beside the parts.

    Attributes:
        provider: The provider it came from; to any other it is not sent.
        model: The model it came from; signatures do not survive a change of model.
        content: The provider's own JSON of the turn.
    """

    provider: str
    model: str
    content: JsonValue


class ModelTurn(Value):
    """One finished turn of a model.

    Attributes:
        parts: Text and calls, in the order they came.
        stop: Why it ended.
        stop_detail: The provider's own word for it, for the details view.
        usage: Tokens and cost.
        opaque: What the provider wants back unchanged.
    """

    type: Literal["turn"] = "turn"
    parts: tuple[Part, ...] = ()
    stop: StopReason = StopReason.END
    stop_detail: str = ""
    usage: Usage = Usage()
    opaque: Opaque | None = None

    @property
    def text(self) -> str:
        """The turn's text, without its calls."""
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """The turn's tool calls, in order."""
        return tuple(part.call for part in self.parts if isinstance(part, CallPart))


class UserText(Value):
    """Words sent to a model in the user's seat, and the files before them."""

    type: Literal["user"] = "user"
    text: str
    attachments: tuple[Attachment, ...] = ()


class ToolResults(Value):
    """All results of one round, in the order of its calls."""

    type: Literal["results"] = "results"
    results: tuple[ToolResult, ...]


RequestItem = Annotated[UserText | ModelTurn | ToolResults, Field(discriminator="type")]


class ToolDeclaration(Value):
    """A tool as a model sees it.

    Attributes:
        name: Unique among the tools of a request.
        description: What it does and when to use it.
        parameters: JSON Schema of an object.
    """

    name: str
    description: str
    parameters: JsonObject


class ModelRequest(Value):
    """One request to a model, the same for every provider.

    Attributes:
        system: The system prompt; its stable part first.
        items: User texts, model turns and tool results, oldest first; the first is a user text.
        tools: The declarations; empty for a model that only writes.
        allow_calls: False asks for text although tools are declared.
        max_output_tokens: None leaves it to the provider's default.
    """

    system: str = ""
    items: tuple[RequestItem, ...] = ()
    tools: tuple[ToolDeclaration, ...] = ()
    allow_calls: bool = True
    max_output_tokens: int | None = None
