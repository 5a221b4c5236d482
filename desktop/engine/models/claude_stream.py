"""From the event stream of Anthropic's Messages API to chunks and a turn of the engine. No SDK, no network.

The wire format: https://platform.claude.com/docs/en/build-with-claude/streaming. Events are read tolerantly: what has
another shape than expected counts as missing, and a turn that misses its end is no turn.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from desktop.engine.errors import ModelError, ModelUnavailable, RequestBlocked, RequestRefused, StreamCut
from desktop.engine.messages import StopReason, ToolCall, Usage
from desktop.engine.models.base import ModelChunk, TextDelta, ThinkingDelta
from desktop.engine.models.claude_request import PROVIDER, Block
from desktop.engine.models.http_faults import fault_for_status
from desktop.engine.requests import CallPart, ModelTurn, Opaque, Part, TextPart

_STOPS: Final[Mapping[str, StopReason]] = {
    "end_turn": StopReason.END,
    "stop_sequence": StopReason.END,
    "tool_use": StopReason.CALLS,
    "max_tokens": StopReason.MAX_TOKENS,
    "model_context_window_exceeded": StopReason.MAX_TOKENS,
}
"""The stop reasons that leave a usable turn; ``refusal``, ``pause_turn`` and all others are errors."""

_STATUS_OF_TYPE: Final[Mapping[str, int]] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "timeout_error": 408,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "overloaded_error": 529,
}
_STATUS_OF_CODE: Final[Mapping[str, int]] = {  # these say more than their type: a spent limit is a "rate limit"
    "contract_spend_limit_reached": 402,
    "enforced_spend_limit_reached": 402,
    "linked_organization_spend_limit_reached": 402,
    "linked_organization_billing_unavailable": 402,
    "organization_on_hold": 401,
}
_REFUSED_FOR: Final[Mapping[str, str]] = {
    "cyber": "it could help to harm computer systems",
    "bio": "it could help to do biological harm",
    "frontier_llm": "it could help to build a competing model",
    "reasoning_extraction": "it asks for the model's inner reasoning",
    "general_harms": "it could help to do harm",
}
_GROWING: Final[Mapping[str, str]] = {  # type of a delta → its field
    "text_delta": "text",
    "thinking_delta": "thinking",
    "input_json_delta": "partial_json",
}
_WORD: Final = re.compile(r"[a-z_]{1,50}")


def fault_for_error(label: str, error: object, *, status: int, retry_after_s: float | None = None) -> ModelError:
    """The engine's error for an ``error`` object of the API: its code decides, then its type, then the status.

    Args:
        label: The model's label; it begins the sentence.
        error: The ``error`` object of a response or of an event; its message is read and never repeated.
        status: The HTTP status; 200 for an error in the middle of a stream.
        retry_after_s: Seconds the provider asked to wait; None where it named none.

    Returns:
        The error to raise.
    """
    said = _object(error)
    kind, code = _text(said.get("type")), _text(_object(said.get("details")).get("error_code"))
    status = _STATUS_OF_CODE.get(code) or _STATUS_OF_TYPE.get(kind) or (status if status >= 300 else 500)
    if kind == "permission_error" and code not in _STATUS_OF_CODE:
        return ModelUnavailable(
            f"{label} may not be used with this API key ({status}, {kind}).",
            action="Choose another model, or a key that has the permission.",
        )
    detail = f"{kind} {code} {_text(said.get('message'))}"
    return fault_for_status(label, status, detail, retry_after_s, code=code or kind)


class TurnReader:
    """Gathers one turn from its events.

    Args:
        label: The model's label, for the texts of errors.
        model: The provider's name of the model.
    """

    def __init__(self, label: str, model: str) -> None:
        self._label = label
        self._model = model
        self._blocks: dict[int, Block] = {}
        self._pieces: dict[int, list[str]] = {}
        self._counts: dict[str, int] = {}
        self._stop: str | None = None
        self._stop_details: dict[str, Any] = {}
        self._ended = False

    def read(self, data: str) -> Iterator[ModelChunk]:
        """Take in the data of one event.

        Args:
            data: Its JSON.

        Yields:
            The deltas it holds.

        Raises:
            ModelError: It is an ``error`` event, or no JSON.
        """
        try:
            event = _object(_parse(data))
        except (ValueError, RecursionError):
            event = None
        if event is None:  # raised here, as the parser's exception holds the data
            raise StreamCut(f"{self._label} sent a stream that cannot be read.", action="Try again.")
        match event.get("type"):
            case "message_start":
                self._count(_object(event.get("message")).get("usage"))
            case "content_block_start":
                yield from self._begin_block(_count(event.get("index")), dict(_object(event.get("content_block"))))
            case "content_block_delta":
                yield from self._grow_block(_count(event.get("index")), _object(event.get("delta")))
            case "message_delta":
                delta = _object(event.get("delta"))
                self._stop = _text(delta.get("stop_reason")) or None
                self._stop_details = _object(delta.get("stop_details"))
                self._count(event.get("usage"))
            case "message_stop":
                self._ended = True
            case "error":
                raise fault_for_error(self._label, event.get("error"), status=200)
            case _:
                pass  # ping, content_block_stop, and the events of newer API versions

    def turn(self) -> ModelTurn:
        """The whole turn, once the stream has ended.

        Returns:
            The turn. Its calls are there only when it ended in order to make them.

        Raises:
            StreamCut: The stream did not say that it was complete, or a call cannot be read.
            RequestBlocked: The model refused.
            RequestRefused: It ended in a way this program has no use for.
        """
        if not self._ended or self._stop is None:
            raise StreamCut(
                f"{self._label} broke off before the end of its answer.", action="Try again, or choose another model."
            )
        stop = _STOPS.get(self._stop)
        if stop is None:
            raise self._fault_for_stop(self._stop)
        content = [self._block(index) for index in sorted(self._blocks)]
        calls = [block for block in content if block.get("type") == "tool_use"]
        parts: list[Part] = []
        for block in content:
            if block.get("type") == "text" and block.get("text"):
                parts.append(TextPart(text=_text(block["text"])))
            elif block.get("type") == "tool_use" and stop is StopReason.CALLS:
                parts.append(CallPart(call=self._call(block)))
        if stop is StopReason.CALLS and len({block["id"] for block in calls}) != max(1, len(calls)):
            raise self._unreadable_call()
        # What was cut off cannot be sent back as it is: a call needs a result, thinking its signature.
        whole = stop is StopReason.CALLS or (stop is StopReason.END and not calls)
        opaque = Opaque(provider=PROVIDER, model=self._model, content=content) if whole and content else None
        return ModelTurn(parts=tuple(parts), stop=stop, stop_detail=self._stop, usage=self._usage(), opaque=opaque)

    def _begin_block(self, index: int, block: Block) -> Iterator[ModelChunk]:
        self._blocks[index] = block
        self._pieces[index] = []
        match block.get("type"):
            case "text":
                yield from _text_delta(_text(block.get("text")))
            case "thinking" | "redacted_thinking":
                yield ThinkingDelta(text=_text(block.get("thinking")))

    def _grow_block(self, index: int, delta: dict[str, Any]) -> Iterator[ModelChunk]:
        if (block := self._blocks.get(index)) is None:
            return
        kind = _text(delta.get("type"))
        if (field := _GROWING.get(kind)) is not None:
            piece = _text(delta.get(field))
            self._pieces[index].append(piece)
            if kind == "text_delta":
                yield from _text_delta(piece)
            elif kind == "thinking_delta":
                yield ThinkingDelta(text=piece)
        elif kind == "signature_delta":
            block["signature"] = _text(delta.get("signature"))
        elif kind == "citations_delta":
            block["citations"] = [*(block.get("citations") or ()), delta.get("citation")]

    def _block(self, index: int) -> Block:
        """The block with all that came for it; ``input`` is left as a text where it is no JSON object."""
        block, grown = self._blocks[index], "".join(self._pieces[index])
        match block.get("type"):
            case "text" | "thinking" as field:
                return {**block, field: _text(block.get(field)) + grown}
            case _ if grown:
                return {**block, "input": _arguments(grown)}
            case _:
                return block

    def _call(self, block: Block) -> ToolCall:
        call_id, tool, arguments = block.get("id"), block.get("name"), block.get("input")
        if not (isinstance(call_id, str) and call_id and isinstance(tool, str) and isinstance(arguments, dict)):
            raise self._unreadable_call()
        return ToolCall(id=call_id, tool=tool, arguments=arguments)

    def _unreadable_call(self) -> StreamCut:
        return StreamCut(f"{self._label} asked for a tool in a way that cannot be read.", action="Try again.")

    def _fault_for_stop(self, stop: str) -> ModelError:
        if stop == "refusal":
            category = _REFUSED_FOR.get(_text(self._stop_details.get("category")))
            said = " ".join(_text(self._stop_details.get("explanation")).split())[:300]
            because = f", because {category}" if category else ""
            return RequestBlocked(
                f"{self._label} refused to answer{because}." + (f" It says: {said}" if said else ""),
                action="Put the request in other words, or choose another model.",
            )
        if stop == "pause_turn":  # only tools that run at the provider pause a turn, and none is ever declared
            return RequestRefused(
                f"{self._label} paused its turn to go on later, which this program did not ask for.",
                action="Try again, or choose another model.",
            )
        shown = f" ({stop})" if _WORD.fullmatch(stop) else ""
        return RequestRefused(
            f"{self._label} ended its turn for a reason this program does not know{shown}.",
            action="Look for a newer version of this program, or choose another model.",
        )

    def _count(self, usage: object) -> None:
        """Take in counts; later ones are totals and replace earlier ones."""
        said = _object(usage)
        for name, value in (said | _object(said.get("output_tokens_details"))).items():
            if isinstance(value, int):
                self._counts[name] = value

    def _usage(self) -> Usage:
        count = self._counts.get
        cached, written = count("cache_read_input_tokens", 0), count("cache_creation_input_tokens", 0)
        return Usage(
            input_tokens=count("input_tokens", 0) + written + cached,
            cached_tokens=cached,
            cache_write_tokens=written,
            output_tokens=count("output_tokens", 0),
            thinking_tokens=count("thinking_tokens", 0),
        )


def _arguments(text: str) -> Any:
    """The JSON object in the text; the text itself where there is none."""
    try:
        value = _parse(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, dict) else text


def _parse(text: str) -> Any:
    """Read strict JSON; raises ValueError also for lone surrogates, which neither a store nor a socket can write."""
    value = json.loads(text, parse_constant=_refuse_constant)
    if "\\u" in text:
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _text_delta(text: str) -> Iterator[ModelChunk]:
    if text:
        yield TextDelta(text=text)


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0
