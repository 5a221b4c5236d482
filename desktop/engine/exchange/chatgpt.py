"""ChatGPT's export: each conversation is a tree of messages, of which one branch is the current one."""

from datetime import datetime
from typing import Literal

from desktop.engine.errors import BadFile
from desktop.engine.exchange.fields import EPOCH, Fields
from desktop.engine.exchange.values import Incoming, IncomingMessage
from desktop.engine.messages import MessageDetails

_LONGEST_BRANCH = 100_000
_PLACEHOLDERS = {
    "image_asset_pointer": "Image",
    "audio_asset_pointer": "Audio",
    "real_time_user_audio_video_asset_pointer": "Audio and video",
    "video_container_asset_pointer": "Video",
}
_SILENT = ("thoughts", "reasoning_recap", "user_editable_context", "model_editable_context")
"""Content that the other program does not show as a message either."""


def conversation(fields: Fields) -> Incoming:
    """One conversation of ``conversations.json``: its current branch.

    Raises:
        BadFile: The tree is broken, or an id is missing.
    """
    created = fields.time("create_time", EPOCH)
    messages: list[IncomingMessage] = []
    at = created
    for node in _branch(fields):
        found = _message(node.object("message"), at)
        if found is None:
            continue
        at = found.created_at
        last = messages[-1] if messages else None
        if last is not None and last.role == "assistant" == found.role:  # an answer that went on after a tool
            text = f"{last.text}\n\n{found.text}"
            messages[-1] = last.model_copy(update={"text": text, "details": found.details or last.details})
        else:
            messages.append(found)
    return Incoming(
        source="chatgpt:" + fields.needed_text("conversation_id", "id"),
        title=fields.text("title"),
        created_at=created,
        updated_at=fields.time("update_time", at),
        messages=tuple(messages),
        pinned=fields.flag("is_starred"),
        archived=fields.flag("is_archived"),
    )


def _branch(fields: Fields) -> list[Fields]:
    """The nodes from the root to the current one; without a current one, to the last that has no children."""
    mapping = fields.object("mapping")
    current = fields.text("current_node")
    if not current:
        leaves = [name for name in mapping.names() if not mapping.object(name).raw("children")]
        current = leaves[-1] if leaves else ""
    nodes: list[Fields] = []
    while current:
        if current not in mapping:
            raise BadFile(f"{fields.place} leads to a message that is not in it.", action="Export it again.")
        node = mapping.object(current)
        nodes.append(node)
        if len(nodes) > _LONGEST_BRANCH:
            raise BadFile(f"The messages of {fields.place} lead in a circle.", action="Export it again.")
        current = node.text("parent")
    return nodes[::-1]


def _message(message: Fields, before: datetime) -> IncomingMessage | None:
    speaker = message.object("author").text("role")
    metadata = message.object("metadata")
    if speaker not in ("user", "assistant") or metadata.flag("is_visually_hidden_from_conversation"):
        return None
    role: Literal["user", "assistant"] = "user" if speaker == "user" else "assistant"
    pieces = _pieces(message)
    pieces += [f"[Attached file: {each.text('name') or 'without a name'}]" for each in _attachments(metadata)]
    text = "\n\n".join(piece for piece in pieces if piece.strip())
    if not text:
        return None
    model = metadata.text("model_slug")
    return IncomingMessage(
        role=role,
        text=text,
        created_at=message.time("create_time", before),
        details=MessageDetails(model=model, label=model) if model and role == "assistant" else None,
    )


def _attachments(metadata: Fields) -> list[Fields]:
    return list(metadata.objects("attachments", "attachment")) if metadata.raw("attachments") else []


def _pieces(message: Fields) -> list[str]:
    content = message.object("content")
    kind = content.text("content_type")
    if kind in _SILENT:
        return []
    recipient = message.text("recipient")
    if recipient not in ("", "all"):
        return [f"[Tool call: {recipient}]"]
    parts = content.raw("parts")
    if isinstance(parts, list):
        return [_part(part) for part in parts]
    text = content.text("text", "result")
    if kind == "code":
        language = content.text("language")
        return [f"```{'' if language == 'unknown' else language}\n{text}\n```"] if text else []
    return [text or f"[{kind or 'Something'} that is not text]"]


def _part(part: object) -> str:
    if isinstance(part, str):
        return part
    fields = Fields(part, "a part of a message") if isinstance(part, dict) else None
    if fields is None:
        return ""
    kind = fields.text("content_type")
    if kind == "audio_transcription":
        return fields.text("text")
    return fields.text("text") or f"[{_PLACEHOLDERS.get(kind, kind or 'Something that is not text')}]"
