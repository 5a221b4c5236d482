"""Claude's export: each conversation is a list of messages made of blocks, with attachments beside them."""

from typing import Literal

from desktop.engine.errors import BadFile
from desktop.engine.exchange.fields import EPOCH, Fields
from desktop.engine.exchange.values import Incoming, IncomingMessage

_SILENT = ("thinking", "redacted_thinking", "tool_result", "token_budget", "flag")


def conversation(fields: Fields) -> Incoming:
    """One conversation of ``conversations.json``.

    Raises:
        BadFile: An id is missing, or somebody unknown speaks.
    """
    created = fields.time("created_at", EPOCH)
    messages: list[IncomingMessage] = []
    for message in fields.objects("chat_messages", "message"):
        text = "\n\n".join(piece for piece in _pieces(message) if piece.strip())
        if text:
            at = message.time("created_at", messages[-1].created_at if messages else created)
            messages.append(IncomingMessage(role=_role(message), text=text, created_at=at))
    return Incoming(
        source="claude:" + fields.needed_text("uuid"),
        title=fields.text("name"),
        created_at=created,
        updated_at=fields.time("updated_at", messages[-1].created_at if messages else created),
        messages=tuple(messages),
        pinned=fields.flag("is_starred"),
    )


def _role(message: Fields) -> Literal["user", "assistant"]:
    match message.text("sender"):
        case "human":
            return "user"
        case "assistant":
            return "assistant"
        case other:
            raise BadFile(f"{message.place} is by {other or 'nobody'!r}, who is not known.", action="Export it again.")


def _pieces(message: Fields) -> list[str]:
    blocks = list(message.objects("content", "block")) if isinstance(message.raw("content"), list) else []
    pieces = [_block(block) for block in blocks]
    if not any(pieces):
        pieces = [message.text("text")]
    for attachment in message.objects("attachments", "attachment"):
        name = attachment.text("file_name") or "without a name"
        extracted = attachment.text("extracted_content")
        pieces.append(f"[Attached file: {name}]" + (f"\n\n{_fenced(extracted)}" if extracted else ""))
    for file in message.objects("files", "file"):
        pieces.append(f"[Attached file: {file.text('file_name') or 'without a name'}]")
    return pieces


def _block(block: Fields) -> str:
    kind = block.text("type")
    if kind == "text":
        return block.text("text")
    if kind in _SILENT:
        return ""
    if kind == "tool_use":
        return f"[Tool call: {block.text('name') or 'without a name'}]"
    return f"[{kind.replace('_', ' ').capitalize() or 'Something that is not text'}]"


def _fenced(text: str) -> str:
    """Text as a code block, whatever fences it holds."""
    longest = max((len(line) - len(line.lstrip("`")) for line in map(str.strip, text.splitlines())), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"
