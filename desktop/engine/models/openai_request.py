"""From a request of the engine to the body of a chat completion, as plain data. No SDK.

Source: https://platform.openai.com/docs/api-reference/chat/create
"""

import base64
from typing import Any

from desktop.engine.messages import ToolResult, canonical
from desktop.engine.models.contents import NO_CONTENTS, Contents, label_of, lost_text, text_of
from desktop.engine.requests import ModelRequest, ModelTurn, ToolResults, UserText


def body_for(request: ModelRequest, model: str, host: str, contents: Contents = NO_CONTENTS) -> dict[str, Any]:
    """The whole body.

    Args:
        request: The request.
        model: The server's name of the model.
        host: Where it goes: OpenAI itself has another name for the output limit than the servers that copy it, and
            takes several messages of one role in a row, which the chat templates of many local models refuse.
        contents: The bytes of what is attached.

    Returns:
        A JSON object.
    """
    is_openai = host.endswith("openai.com")
    messages = _messages(request, contents)
    body: dict[str, Any] = {
        "model": model,
        "messages": messages if is_openai else _joined(messages),
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.tools:
        body["tools"] = [
            {
                "type": "function",
                "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters},
            }
            for tool in request.tools
        ]
        if not request.allow_calls:
            body["tool_choice"] = "none"
    if request.max_output_tokens is not None:
        limit = "max_completion_tokens" if is_openai else "max_tokens"
        body[limit] = request.max_output_tokens
    return body


def _messages(request: ModelRequest, contents: Contents) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    if request.system:
        messages.append({"role": "system", "content": request.system})
    for item in request.items:
        match item:
            case UserText():
                messages.append({"role": "user", "content": _user(item, contents)})
            case ModelTurn():
                if item.text or item.calls:
                    messages.append(_assistant(item))
            case ToolResults():
                messages.extend(_tool(result) for result in item.results)
    return messages


def _joined(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The messages with neighbours of one role made one, so that person and model take turns."""
    joined: list[dict[str, Any]] = []
    for message in messages:
        before = joined[-1] if joined else {}
        is_neighbour = message["role"] in ("user", "assistant") and message["role"] == before.get("role")
        if is_neighbour and "tool_calls" not in {*before, *message}:
            joined[-1] = {**before, "content": _content(before["content"], message["content"])}
        else:
            joined.append(message)
    return joined


def _content(first: str | list[dict[str, Any]], second: str | list[dict[str, Any]]) -> str | list[dict[str, Any]]:
    """Two contents as one: text where both are text, else a list of parts."""
    if isinstance(first, str) and isinstance(second, str):
        return f"{first}\n\n{second}"
    return [*_parts(first), *_parts(second)]


def _parts(content: str | list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _user(item: UserText, contents: Contents) -> str | list[dict[str, Any]]:
    """A plain string where there is nothing but text, which every server understands; else a list of parts."""
    texts: list[str] = []
    parts: list[dict[str, Any]] = []
    for one in item.attachments:
        data = contents.get(one.hash)
        if data is None:
            texts.append(lost_text(one))
        elif one.is_text:
            texts.append(text_of(one, data))
        else:
            url = f"data:{one.media_type};base64,{base64.b64encode(data).decode()}"
            file: dict[str, Any] = {"type": "file", "file": {"filename": one.name, "file_data": url}}
            picture: dict[str, Any] = {"type": "image_url", "image_url": {"url": url}}
            parts += [{"type": "text", "text": label_of(one)}, picture if one.is_picture else file]
    text = "\n\n".join([*texts, item.text] if item.text else texts)
    return [*parts, {"type": "text", "text": text}] if parts else text


def _assistant(turn: ModelTurn) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": turn.text or None}
    if turn.calls:
        message["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.tool, "arguments": canonical(call.arguments)},
            }
            for call in turn.calls
        ]
    return message


def _tool(result: ToolResult) -> dict[str, Any]:
    """A tool's message. The protocol has no field for a failure, so its text says it."""
    text = f"Error: {result.text}" if result.is_error else result.text
    return {"role": "tool", "tool_call_id": result.call_id, "content": text}
