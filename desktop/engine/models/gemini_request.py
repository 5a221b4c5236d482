"""From a request of the engine to the arguments of Gemini's SDK. Importing it takes seconds."""

import json
from collections.abc import Sequence

from google.genai import types
from pydantic import ValidationError

from desktop.engine.messages import Attachment, ToolResult
from desktop.engine.models.contents import NO_CONTENTS, Contents, label_of, lost_text, text_of
from desktop.engine.requests import CallPart, ModelRequest, ModelTurn, TextPart, ToolResults, UserText

PROVIDER = "gemini"
_NO_SIGNATURE = b"skip_thought_signature_validator"
"""Stands in for a signature that is not to be had, on the first call of a turn.

Source: https://ai.google.dev/gemini-api/docs/thought-signatures
"""


def config_for(request: ModelRequest) -> types.GenerateContentConfig:
    """All of the request that is not the conversation.

    Args:
        request: The request.

    Returns:
        The SDK's configuration, with all that the SDK would do of its own accord switched off.
    """
    tools: list[types.Tool] | None = None
    if request.tools:
        tools = [
            types.Tool(
                function_declarations=[
                    types.FunctionDeclaration(
                        name=tool.name, description=tool.description, parameters_json_schema=tool.parameters
                    )
                    for tool in request.tools
                ]
            )
        ]
    no_calls = types.ToolConfig(
        function_calling_config=types.FunctionCallingConfig(mode=types.FunctionCallingConfigMode.NONE)
    )
    return types.GenerateContentConfig(
        system_instruction=request.system or None,
        max_output_tokens=request.max_output_tokens,
        tools=list(tools) if tools else None,
        tool_config=no_calls if tools and not request.allow_calls else None,
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        automatic_continuation=False,  # it would send the request again, unseen
    )


def contents_for(request: ModelRequest, model: str, files: Contents = NO_CONTENTS) -> list[types.Content]:
    """The conversation, oldest first.

    Args:
        request: The request.
        model: The name of the model it goes to: only its own turns go back as they came.
        files: The bytes of what is attached.

    Returns:
        The SDK's contents. All results of a round are in one; a turn without any part is left out.
    """
    contents: list[types.Content] = []
    ids: dict[str, str | None] = {}  # the provider's own id of each call, None where it gave none
    for item in request.items:
        match item:
            case UserText():
                parts = [part for one in item.attachments for part in _file(one, files.get(one.hash))]
                contents.append(types.Content(role="user", parts=[*parts, types.Part(text=item.text)]))
            case ModelTurn():
                content = _own_content(item, model) or _rebuilt(item)
                ids |= _real_ids(item, content)
                if content.parts:
                    contents.append(content)
            case ToolResults():
                responses = [_response(result, ids.get(result.call_id)) for result in item.results]
                contents.append(types.Content(role="user", parts=list(responses)))
    return contents


def _file(one: Attachment, data: bytes | None) -> list[types.Part]:
    """What is attached: a picture or a PDF inline under the line that names it, text as text."""
    if data is None:
        return [types.Part(text=lost_text(one))]
    if one.is_text:
        return [types.Part(text=text_of(one, data))]
    blob = types.Blob(mime_type=one.media_type, data=data)
    return [types.Part(text=label_of(one)), types.Part(inline_data=blob)]


def _own_content(turn: ModelTurn, model: str) -> types.Content | None:
    """The turn exactly as it came; None where it came from elsewhere, or what was kept is damaged."""
    opaque = turn.opaque
    if opaque is None or opaque.provider != PROVIDER or opaque.model != model:
        return None
    try:
        # From JSON text, not from the object: only so are the signatures read as base64.
        return types.Content.model_validate_json(json.dumps(opaque.content))
    except ValidationError:
        return None


def _rebuilt(turn: ModelTurn) -> types.Content:
    parts: list[types.Part] = []
    signature: bytes | None = _NO_SIGNATURE
    for part in turn.parts:
        match part:
            case TextPart():
                if part.text:
                    parts.append(types.Part(text=part.text))
            case CallPart():
                call = types.FunctionCall(name=part.call.tool, args=part.call.arguments)
                parts.append(types.Part(function_call=call, thought_signature=signature))
                signature = None
    return types.Content(role="model", parts=parts)


def _real_ids(turn: ModelTurn, content: types.Content) -> dict[str, str | None]:
    given = [part.function_call.id for part in content.parts or () if part.function_call]
    calls: Sequence[str] = [call.id for call in turn.calls]
    return dict(zip(calls, given, strict=True)) if len(calls) == len(given) else {}


def _response(result: ToolResult, real_id: str | None) -> types.Part:
    key = "error" if result.is_error else "output"
    return types.Part(
        function_response=types.FunctionResponse(id=real_id, name=result.tool, response={key: result.text})
    )
