"""From the chunks of a streamed chat completion to a turn of the engine. No SDK, no network.

Compatible servers differ in much: chunks are read tolerantly, as plain data, and what has another shape than expected
counts as missing. A turn that misses its end is no turn.
Source: https://platform.openai.com/docs/api-reference/chat-streaming
"""

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from desktop.engine.errors import RequestBlocked, RequestRefused, StreamCut
from desktop.engine.messages import JsonObject, StopReason, ToolCall, Usage
from desktop.engine.models.base import ModelChunk, TextDelta, ThinkingDelta
from desktop.engine.models.clean import clean
from desktop.engine.requests import CallPart, ModelTurn, Part, TextPart

MALFORMED: Final = "_malformed"
"""The one argument of a call whose arguments are no JSON object: no schema has it, so the model reads an error."""

_STOPS: Final[Mapping[str, StopReason]] = {
    "stop": StopReason.END,
    "tool_calls": StopReason.CALLS,
    "function_call": StopReason.CALLS,
    "length": StopReason.MAX_TOKENS,
    "eos": StopReason.END,
    "eos_token": StopReason.END,
    "end_turn": StopReason.END,
    "stop_sequence": StopReason.END,
    "tool_use": StopReason.CALLS,
    "max_tokens": StopReason.MAX_TOKENS,
}
"""The finish reasons that leave a usable turn, those of servers that copy OpenAI's included; ``content_filter`` and all
others are errors."""
_WORD: Final = re.compile(r"[a-z_]{2,50}")


@dataclass
class _OpenCall:
    """A call whose pieces are still coming."""

    id: str = ""
    name: str = ""
    pieces: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether its arguments are a JSON object already."""
        try:
            return isinstance(json.loads("".join(self.pieces)), dict)
        except ValueError:
            return False


class TurnReader:
    """Gathers one turn from its chunks.

    Args:
        label: Begins the sentence of an error.
        taken: Ids of calls that the run has seen.
    """

    def __init__(self, label: str, taken: set[str]) -> None:
        self._label = label
        self._taken = taken
        self._text: list[str] = []
        self._refusal = False
        self._calls: list[_OpenCall] = []
        self._by_index: dict[int, _OpenCall] = {}
        self._reason: str | None = None
        self._usage = Usage()

    def read(self, chunk: object) -> Iterator[ModelChunk]:
        """Take in a chunk.

        Args:
            chunk: A ``chat.completion.chunk`` as plain data.

        Yields:
            The deltas it holds.
        """
        said = _object(chunk)
        if said.get("usage"):
            self._usage = _usage_of(_object(said["usage"]))
        choices = said.get("choices")
        if not isinstance(choices, list) or not choices:
            return
        choice = _object(choices[0])
        self._reason = _text(choice.get("finish_reason")) or self._reason
        delta = _object(choice.get("delta"))
        if thought := _text(delta.get("reasoning_content")) or _text(delta.get("reasoning")):
            yield ThinkingDelta(text=clean(thought))
        if text := clean(_text(delta.get("content"))):
            self._text.append(text)
            yield TextDelta(text=text)
        if delta.get("refusal"):
            self._refusal = True
        calls = delta.get("tool_calls")
        for piece in calls if isinstance(calls, list) else ():
            self._read_call(_object(piece))
        if isinstance(delta.get("function_call"), dict):  # the older form, one call at most
            self._read_call({"index": -1, "function": delta["function_call"]})

    def turn(self) -> ModelTurn:
        """The whole turn, once the stream has ended.

        Returns:
            The turn. Its calls are there only when it ended in order to make them.

        Raises:
            StreamCut: The stream did not say that it was complete.
            RequestBlocked: A filter blocked the answer, or the model refused.
            RequestRefused: It ended in a way this program has no use for.
        """
        text = "".join(self._text)
        stop = self._stop(has_text=bool(text))
        parts: list[Part] = [TextPart(text=text)] if text else []
        if stop is StopReason.CALLS:
            parts += [CallPart(call=self._whole(call)) for call in self._calls]
        return ModelTurn(parts=tuple(parts), stop=stop, stop_detail=self._reason or "", usage=self._usage)

    def _stop(self, *, has_text: bool) -> StopReason:
        if self._reason is None:
            raise StreamCut(f"{self._label} broke off before the end of its answer.", action="Try again.")
        if self._reason == "content_filter" or (self._refusal and not has_text):
            raise RequestBlocked(
                f"{self._label} refused to answer or had its answer filtered.",
                action="Put the request in other words, or choose another model.",
            )
        stop = _STOPS.get(self._reason)
        if stop is None:
            shown = f" ({self._reason})" if _WORD.fullmatch(self._reason) else ""
            raise RequestRefused(
                f"{self._label} stopped for a reason this program does not know{shown}.",
                action="Try again, or choose another model.",
            )
        if stop is StopReason.MAX_TOKENS:
            if has_text:
                return stop
            raise RequestRefused(
                f"{self._label} used up its output before it wrote anything ({self._reason}).",
                action="Ask for less at once, raise the output limit or the context size, or choose another model.",
            )
        return StopReason.CALLS if self._calls else StopReason.END  # many servers end calls with "stop"

    def _read_call(self, piece: Mapping[str, Any]) -> None:
        function = _object(piece.get("function"))
        call_id, name, arguments = _text(piece.get("id")), _text(function.get("name")), function.get("arguments")
        call = self._call_for(piece.get("index"), call_id, name, has_arguments=bool(arguments))
        call.id = call.id or call_id
        if name != call.name:  # some servers send it again with each piece
            call.name += name
        if isinstance(arguments, str):
            call.pieces.append(arguments)
        elif arguments is not None:  # some servers send the object itself
            call.pieces.append(json.dumps(arguments))

    def _call_for(self, index: object, call_id: str, name: str, *, has_arguments: bool) -> _OpenCall:
        """The call that a piece belongs to; a new one where the index is new, or an id says so.

        Some servers give every call the index 0 and no id: there a name behind whole arguments begins the next call.
        """
        if isinstance(index, int):
            known = self._by_index.get(index)
        else:
            known = self._calls[-1] if self._calls and not name else None
        if known is not None and name and known.is_whole and (has_arguments or name != known.name):
            known = None
        if known is None or (call_id and known.id and call_id != known.id):
            known = _OpenCall()
            self._calls.append(known)
            if isinstance(index, int):
                self._by_index[index] = known
        return known

    def _whole(self, call: _OpenCall) -> ToolCall:
        call_id = clean(call.id)
        if not call_id or call_id in self._taken:
            call_id = f"call_{uuid.uuid4().hex[:16]}"
        self._taken.add(call_id)
        return ToolCall(id=call_id, tool=clean(call.name), arguments=_arguments("".join(call.pieces)))


def _arguments(raw: str) -> JsonObject:
    if not raw.strip():
        return {}
    try:
        value = json.loads(raw, parse_constant=_refuse_constant)
    except ValueError:
        value = None
    return clean(value) if isinstance(value, dict) else {MALFORMED: clean(raw)}


def _refuse_constant(name: str) -> None:
    """NaN and Infinity are no JSON, though Python reads them."""
    raise ValueError(name)


def _usage_of(said: Mapping[str, Any]) -> Usage:
    prompt, completion = _object(said.get("prompt_tokens_details")), _object(said.get("completion_tokens_details"))
    return Usage(
        input_tokens=_count(said.get("prompt_tokens")),
        cached_tokens=_count(prompt.get("cached_tokens")),
        cache_write_tokens=_count(prompt.get("cache_write_tokens")),
        output_tokens=_count(said.get("completion_tokens")),
        thinking_tokens=_count(completion.get("reasoning_tokens")),
    )


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0
