"""From a request of the engine to the JSON of Anthropic's Messages API. Pure functions.

The wire format: https://platform.claude.com/docs/en/api/messages
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, assert_never

from desktop.engine.media import decode_text
from desktop.engine.messages import Attachment, JsonObject, ToolResult
from desktop.engine.models.contents import NO_CONTENTS, Contents, label_of, lost_text, text_of
from desktop.engine.requests import (
    CallPart,
    ModelRequest,
    ModelTurn,
    RequestItem,
    TextPart,
    ToolDeclaration,
    ToolResults,
    UserText,
)

PROVIDER: Final = "anthropic"
DEFAULT_MAX_TOKENS: Final = 16_000
"""The API requires a limit. All current models allow this one; the SDK's guard against long answers is for those that
are not streamed."""

Block = dict[str, Any]
"""A content block as it goes over the wire."""

_CACHE: Final = {"type": "ephemeral"}
_CACHEABLE: Final = frozenset(
    {"text", "tool_use", "tool_result", "image", "document"}
)  # thinking takes no cache_control
_SENT_AGAIN: Final = frozenset({"tool_result", "image", "document"})
_THINKING: Final = frozenset({"thinking", "redacted_thinking"})
_FOREIGN: Final = re.compile(r"[^a-zA-Z0-9_-]")


def request_body(
    model: str, request: ModelRequest, contents: Contents = NO_CONTENTS, options: JsonObject | None = None
) -> dict[str, Any]:
    """The keyword arguments of the SDK's ``messages.create``, which are the body's fields.

    The order of the cache is tools, system, messages. A breakpoint stands at the end of each part that comes again:
    the tools, the system prompt, and the history, which ends before the last text of the person's seat; within
    a tool loop, in the history's place, the turn and the results of the last round, as the next round sends them
    again. That is at most the four the API allows. Apart from these marks a longer conversation
    begins with the same bytes as a shorter one.

    Args:
        model: The provider's name of the model.
        request: What to send.
        contents: The bytes of what is attached.
        options: Fields that the person adds; ``max_tokens`` may be one, all others of the program's own win.

    Returns:
        The body.
    """
    messages = _messages(model, request.items, contents)
    if messages and any(block["type"] == "tool_result" for block in messages[-1]["content"]):
        for message in messages[-2:]:
            _mark_last(message["content"])
    else:
        _mark_last([block for message in messages for block in message["content"]][:-1])
    body: dict[str, Any] = {
        "model": model,
        "max_tokens": request.max_output_tokens or DEFAULT_MAX_TOKENS,
        "messages": messages,
    }
    if system := _text_blocks(request.system):
        _mark_last(system)
        body["system"] = system
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
        body["tools"][-1]["cache_control"] = _CACHE
        if not request.allow_calls:
            body["tool_choice"] = {"type": "none"}
    given = dict(options or {})
    if request.max_output_tokens is None and isinstance(given.get("max_tokens"), int):
        body["max_tokens"] = given["max_tokens"]
    if extra := {name: value for name, value in given.items() if name not in (*body, "stream")}:
        body["extra_body"] = extra
    return body


def _mark_last(blocks: Sequence[Block]) -> None:
    """Set a cache breakpoint on the last block that can carry one."""
    for block in reversed(blocks):
        if block["type"] in _CACHEABLE:
            block["cache_control"] = _CACHE
            return


def _tool(tool: ToolDeclaration) -> dict[str, Any]:
    said = {"description": tool.description} if tool.description else {}
    return {"name": tool.name, **said, "input_schema": tool.parameters}


def _messages(model: str, items: Iterable[RequestItem], contents: Contents) -> list[dict[str, Any]]:
    """Messages whose roles alternate: neighbours of one role are one message, and what is empty is left out."""
    messages: list[dict[str, Any]] = []
    wire_ids: dict[str, str] = {}
    for item in items:
        match item:
            case UserText():
                role, blocks = "user", [*_files(item, contents), *_text_blocks(item.text)]
            case ToolResults():
                role, blocks = "user", [_result(result, wire_ids) for result in item.results]
            case ModelTurn():
                role, blocks = "assistant", _turn_blocks(model, item, wire_ids)
            case _:
                assert_never(item)
        if not blocks:
            continue
        if messages and messages[-1]["role"] == role:
            messages[-1]["content"].extend(blocks)
        else:
            messages.append({"role": role, "content": blocks})
    for message in messages:
        if message["role"] == "user":  # the API wants the results of a round before any text
            message["content"].sort(key=lambda block: block["type"] != "tool_result")
    return messages


def _text_blocks(text: str) -> list[Block]:
    """One block, or none: the API refuses text blocks that are empty or blank."""
    return [{"type": "text", "text": text}] if text.strip() else []


def _files(item: UserText, contents: Contents) -> list[Block]:
    """What is attached, each picture under the line that names it."""
    blocks: list[Block] = []
    for one in item.attachments:
        data = contents.get(one.hash)
        if data is None:
            blocks += _text_blocks(lost_text(one))
        elif one.is_text:
            text = decode_text(data) or ""
            source = {"type": "text", "media_type": "text/plain", "data": text}
            blocks += [_document(one, source)] if text.strip() else _text_blocks(text_of(one, data))
        else:
            source = {"type": "base64", "media_type": one.media_type, "data": base64.b64encode(data).decode()}
            blocks += [*_text_blocks(label_of(one)), {"type": "image", "source": source}] if one.is_picture else []
            blocks += [_document(one, source)] if one.is_pdf else []
    return blocks


def _document(one: Attachment, source: dict[str, str]) -> Block:
    return {"type": "document", "source": source, "title": one.name}


def _turn_blocks(model: str, turn: ModelTurn, wire_ids: dict[str, str]) -> list[Block]:
    """The turn as the model wrote it where this model did, rebuilt from its parts where another one did."""
    if (kept := _kept_blocks(model, turn)) is not None:
        return kept
    blocks: list[Block] = []
    for part in turn.parts:
        match part:
            case TextPart():
                blocks += _text_blocks(part.text)
            case CallPart():
                wire_id = wire_ids[part.call.id] = _wire_id(part.call.id)
                blocks.append({"type": "tool_use", "id": wire_id, "name": part.call.tool, "input": part.call.arguments})
            case _:
                assert_never(part)
    return blocks


def _kept_blocks(model: str, turn: ModelTurn) -> list[Block] | None:
    """The blocks the provider wants back unchanged; None where they are another model's, or damaged."""
    opaque = turn.opaque
    if opaque is None or opaque.provider != PROVIDER or opaque.model != model or not isinstance(opaque.content, list):
        return None
    blocks: list[Block] = []
    for block in opaque.content:
        if not isinstance(block, dict) or not isinstance(block.get("type"), str):
            return None
        if block["type"] == "text" and not str(block.get("text", "")).strip():
            continue
        blocks.append(dict(block))  # a copy: a cache breakpoint may be set on it
    if all(block["type"] in _THINKING for block in blocks):
        return []  # a message may not end in thinking, and says nothing without more
    return blocks


def _wire_id(call_id: str) -> str:
    """The id in the characters this API takes; other providers' ids may hold more."""
    fitting = _FOREIGN.sub("_", call_id)
    if fitting == call_id and call_id:
        return call_id
    return f"{fitting}_{hashlib.sha256(call_id.encode()).hexdigest()[:8]}"


def _result(result: ToolResult, wire_ids: dict[str, str]) -> Block:
    block: Block = {"type": "tool_result", "tool_use_id": wire_ids.get(result.call_id, result.call_id)}
    if result.text.strip():
        block["content"] = result.text
    elif result.is_error:  # the API refuses an error without words
        block["content"] = result.state.value
    if result.is_error:
        block["is_error"] = True
    return block
