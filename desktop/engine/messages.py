"""The values of the engine: what is said, called and returned. Pure data, no behaviour beyond reading itself.

Ids of the store (conversation, run) are the store's concern and stand only where an event must name them.
"""

import ipaddress
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

JsonObject = dict[str, JsonValue]
"""A JSON object: the type of tool arguments."""


class Value(BaseModel):
    """A frozen value: equal content is an equal value. Unknown fields of newer programs are ignored when read."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def utc_now() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)


class Brain(StrEnum):
    """Which of the two brains."""

    ORCHESTRATOR = "orchestrator"
    RESPONDER = "responder"


class CallState(StrEnum):
    """Where a tool call stands. The names are part of the contract."""

    WAITING = "waiting"
    """A gate asks, or the call's turn has not come."""
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    """The tool reported an error, took too long, or got bad arguments."""
    DENIED = "denied"
    """The person said no."""
    BLOCKED = "blocked"
    """Policy said no; nobody was asked."""
    CANCELLED = "cancelled"
    """Stopped, and surely without effect."""
    UNKNOWN = "unknown"
    """Stopped or crashed in the middle: a side effect may have happened."""

    @property
    def is_open(self) -> bool:
        """Whether the call still lacks a result."""
        return self in (CallState.WAITING, CallState.RUNNING)


class Usage(Value):
    """Tokens of one model call.

    Attributes:
        input_tokens: All input tokens, cached ones included.
        cached_tokens: Input tokens that were read from the provider's cache; part of ``input_tokens``.
        cache_write_tokens: Input tokens written to the provider's cache; part of ``input_tokens``.
        output_tokens: All output tokens, thinking included.
        thinking_tokens: Output tokens spent on thinking; part of ``output_tokens``.
        cost_usd: US dollars; None where the price is not known, 0 for a local or demo model.
    """

    input_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    thinking_tokens: int = 0
    cost_usd: float | None = None


class ToolCall(Value):
    """A model's wish to run a tool.

    Attributes:
        id: The provider's id, or one made here; unique within its run.
        tool: The tool's name.
        arguments: As the model gave them; judged and validated before use.
    """

    id: str
    tool: str
    arguments: JsonObject = Field(default_factory=dict)


class ToolResult(Value):
    """What came of a tool call.

    Attributes:
        call_id: The call it answers.
        tool: The tool's name.
        state: A closed state: done, failed, denied, blocked, cancelled or unknown.
        text: What the model reads; the whole of it.
        untrusted: Whether the text can carry somebody else's words.
    """

    call_id: str
    tool: str
    state: CallState
    text: str
    untrusted: bool = False

    @property
    def is_error(self) -> bool:
        """Whether the model must read it as a failure."""
        return self.state is not CallState.DONE


class StopReason(StrEnum):
    """Why a model's turn ended, in one set of words for all providers."""

    END = "end"
    CALLS = "calls"
    MAX_TOKENS = "max_tokens"
    BLOCKED = "blocked"
    STOPPED = "stopped"
    """The person stopped it."""
    CUT = "cut"
    """The program or the connection ended in the middle."""


class Attachment(Value):
    """A file that goes with a message. Its bytes are in the store, under its hash.

    Attributes:
        hash: SHA-256 of the bytes, in hexadecimal.
        name: The file's name, any characters; shown literally.
        media_type: Found from the content: ``image/png``, ``application/pdf``, ``text/plain`` …
        size: In bytes.
        width: Of a picture, in pixels; else 0.
        height: Of a picture, in pixels; else 0.
        pages: Of a PDF, where that is cheaply known; else 0.
        tokens: Of a text, about; else 0.
        note: What was done to it when it was attached, a sentence; empty where nothing was.
    """

    hash: str
    name: str
    media_type: str
    size: int
    width: int = 0
    height: int = 0
    pages: int = 0
    tokens: int = 0
    note: str = ""

    @property
    def is_picture(self) -> bool:
        """Whether it is a picture that models look at."""
        return self.media_type.startswith("image/")

    @property
    def is_pdf(self) -> bool:
        """Whether it is a PDF."""
        return self.media_type == "application/pdf"

    @property
    def is_text(self) -> bool:
        """Whether it is text."""
        return self.media_type.startswith("text/")


class ModelInfo(Value):
    """Which model, and where it runs.

    Attributes:
        provider: ``gemini``, ``anthropic``, ``openai-compatible`` or ``demo``.
        name: The provider's name of the model.
        label: The name shown to the person.
        host: Host name, and port where not the default; ``this program`` for a demo model.
    """

    provider: str
    name: str
    label: str
    host: str

    @property
    def is_local(self) -> bool:
        """Whether it runs on this machine, at no cost."""
        if self.provider == "openai-compatible":
            host = self.host
            return is_this_machine(host[1 : host.find("]")] if host.startswith("[") else host.partition(":")[0])
        return self.provider == "demo"  # another provider on this machine is a way to its servers, which cost


def is_this_machine(host: str) -> bool:
    """Whether a host's name is this machine's own.

    Args:
        host: A name, or an address without brackets and port.
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False  # 127.example.org is anybody


UNSTORED = "not stored"
"""The detail of an answer that was cut and could not be stored."""


class MessageDetails(Value):
    """What is known of how an answer came to be.

    Attributes:
        model: The provider's name of the model that wrote it.
        label: The model's label.
        provider: The provider.
        host: Where it ran.
        brain: Which brain wrote it; the orchestrator where the summary is the answer.
        fallback: Whether a fallback took the first model's place.
        usage: Tokens and cost of this answer.
        gather_ms: Milliseconds of the tool loop.
        answer_ms: Milliseconds of the answer.
        stop: Why it ended.
        stop_detail: The provider's own word, or `UNSTORED`.
    """

    model: str
    label: str
    provider: str = ""
    host: str = ""
    brain: Brain = Brain.RESPONDER
    fallback: bool = False
    usage: Usage = Usage()
    gather_ms: int = 0
    answer_ms: int = 0
    stop: StopReason = StopReason.END
    stop_detail: str = ""


class Message(Value):
    """One message of a conversation.

    Attributes:
        id: Unique in the store.
        role: Who speaks.
        text: Markdown for the assistant, plain text for the person.
        run_id: The run it began (user) or ended (assistant).
        created_at: Aware UTC.
        details: For an assistant's message.
        off_record: Whether it lives in memory only.
        attachments: The files that go with it, in the person's order.
    """

    id: str
    role: Literal["user", "assistant"]
    text: str
    run_id: str | None = None
    created_at: datetime = Field(default_factory=utc_now)
    details: MessageDetails | None = None
    off_record: bool = False
    attachments: tuple[Attachment, ...] = ()


class ConversationInfo(Value):
    """A conversation as a list shows it.

    Attributes:
        id: Unique in the store.
        title: Made from the first message until the person names it.
        updated_at: Aware UTC.
        workspace: The folder its tools work in, absolute.
        role: Name of the role it uses.
        models: By brain, name of the model that works in the place of the role's.
        off_record: Whether it lives in memory only.
        waiting: Whether one of its runs waits for a decision.
        running: Whether one of its runs is at work.
        pinned: Whether the person keeps it at the top.
        archived: Whether the person put it away.
    """

    id: str
    title: str
    updated_at: datetime
    workspace: str
    role: str = "chat"
    models: dict[Brain, str] = Field(default_factory=dict)
    off_record: bool = False
    waiting: bool = False
    running: bool = False
    pinned: bool = False
    archived: bool = False


def canonical(arguments: Mapping[str, Any]) -> str:
    """One spelling of arguments: sorted keys, no spaces. What decisions are bound to.

    Args:
        arguments: A JSON object.

    Returns:
        Its canonical JSON text.
    """
    return json.dumps(arguments, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
