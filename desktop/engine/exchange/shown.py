"""What of an exported conversation is for reading: its messages, with who, when and by which model."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue, ValidationError

from desktop.engine.messages import Attachment, JsonObject


@dataclass(frozen=True, slots=True)
class Shown:
    """One message.

    Attributes:
        is_person: Whether the person speaks.
        speaker: "You", or "Assistant" with the model that wrote it.
        at: Local time, to the minute.
        text: Markdown for the assistant, plain text for the person.
        tools: Names of the tools whose calls led to it, in order.
        attachments: The files that go with it.
    """

    is_person: bool
    speaker: str
    at: str
    text: str
    tools: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()


def shown_messages(conversation: JsonObject) -> Iterator[Shown]:
    """The messages of a conversation that are not superseded, oldest first."""
    tools = dict(_tools(conversation))
    for message in messages_of(conversation):
        if message.get("superseded"):
            continue
        is_person = message.get("role") == "user"
        details = message.get("details")
        label = details.get("label") if isinstance(details, dict) else ""
        yield Shown(
            is_person=is_person,
            speaker="You" if is_person else f"Assistant · {label}" if label else "Assistant",
            at=local_time(message.get("created_at")),
            text=str(message.get("text") or ""),
            tools=() if is_person else tools.get(str(message.get("run_id")), ()),
            attachments=tuple(attachments_of(message)),
        )


def attachments_of(message: JsonObject) -> Iterator[Attachment]:
    """The files of an exported message, also of a superseded one."""
    for each in _objects(message.get("attachments")):
        with contextlib.suppress(ValidationError):
            yield Attachment.model_validate(each)


def messages_of(conversation: JsonObject) -> list[JsonObject]:
    """All messages of an exported conversation, as they are."""
    return _objects(conversation.get("messages"))


def title_of(conversation: JsonObject) -> str:
    """Its title in one line."""
    return " ".join(str(conversation.get("title") or "").split()) or "New conversation"


def local_time(at: object) -> str:
    """A stored time as the person reads it; empty where it is none."""
    try:
        return datetime.fromisoformat(str(at)).astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return ""


def _tools(conversation: JsonObject) -> Iterator[tuple[str, tuple[str, ...]]]:
    for run in _objects(conversation.get("runs")):
        rounds = _objects(run.get("rounds"))
        calls = [call for one in rounds for call in _objects(one.get("calls"))]
        yield str(run.get("id")), tuple(f"{call.get('tool')} ({call.get('state')})" for call in calls)


def _objects(value: JsonValue) -> list[JsonObject]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
