"""Gemini over its SDK: the connection, and what came back as the engine's values. Importing it takes seconds."""

import contextlib
import functools
import json
import logging
import uuid
import warnings
from collections.abc import AsyncGenerator, AsyncIterator, Iterator

import httpx2
from google import genai
from google.genai import types

from desktop.engine.messages import JsonObject, ModelInfo, StopReason, ToolCall, Usage
from desktop.engine.models import rehearsal
from desktop.engine.models.base import ModelChunk, TextDelta, ThinkingDelta, TurnFinished
from desktop.engine.models.clean import clean
from desktop.engine.models.contents import NO_CONTENTS, Contents
from desktop.engine.models.gemini_faults import fault_of
from desktop.engine.models.gemini_request import PROVIDER, config_for, contents_for
from desktop.engine.models.gemini_stops import blocked_prompt, stop_of
from desktop.engine.models.pump import pumped
from desktop.engine.models.web_pages import HOOKS
from desktop.engine.requests import CallPart, ModelRequest, ModelTurn, Opaque, Part, TextPart

logging.getLogger("google_genai").setLevel(logging.WARNING)  # below that it may log parts of requests


_OWN_FIELDS = frozenset({"contents", "tools", "toolConfig", "systemInstruction"})


class Connection:
    """A client of the SDK, with an HTTP client of its own.

    The HTTP client is made here because the SDK's own follows redirects, key and conversation with them, and because
    the SDK takes aiohttp, which follows them too, where that happens to be installed.

    Args:
        info: The model.
        key: The API key.
        base_url: Where to send the requests.
        api_version: ``v1``, ``v1beta`` …
        timeout_s: Seconds of silence after which the model counts as not answering.
        options: Fields of the provider's own request, sent as they are; the conversation and tools are the program's.
        http: Given only for a rehearsal.
    """

    def __init__(
        self,
        info: ModelInfo,
        key: str,
        base_url: str,
        api_version: str,
        timeout_s: float,
        *,
        options: JsonObject | None = None,
        http: httpx2.AsyncClient | None = None,
    ) -> None:
        self._info = info
        self._timeout_s = timeout_s
        self._http = http or httpx2.AsyncClient(follow_redirects=False, timeout=None, event_hooks=HOOKS)
        # No timeout is given to the SDK: it would tell the server, which then cuts a long answer off.
        extra = {name: value for name, value in (options or {}).items() if name not in _OWN_FIELDS}
        self._client = genai.Client(
            vertexai=False,
            api_key=key,
            http_options=types.HttpOptions(
                base_url=base_url, api_version=api_version, httpx_async_client=self._http, extra_body=extra or None
            ),
        )

    async def stream(self, request: ModelRequest, contents: Contents = NO_CONTENTS) -> AsyncGenerator[ModelChunk, None]:
        """Stream one turn.

        Args:
            request: What to send.
            contents: The bytes of what is attached.

        Yields:
            Deltas, then exactly one TurnFinished.

        Raises:
            ModelError: The turn is not usable.
        """
        _quiet_unknown_enum_values()
        reader = _TurnReader(self._info, {call.id for item in request.items for call in _calls_of(item)})

        async def open_stream() -> AsyncIterator[types.GenerateContentResponse]:
            return await self._client.aio.models.generate_content_stream(
                model=self._info.name,
                contents=contents_for(request, self._info.name, contents),
                config=config_for(request),
            )

        answer = pumped(
            open_stream, silence_s=self._timeout_s, translate=lambda error: fault_of(self._info.label, error)
        )
        async with contextlib.aclosing(answer) as chunks:
            async for chunk in chunks:
                for delta in reader.read(chunk):
                    yield delta
        yield TurnFinished(turn=reader.turn())

    async def aclose(self) -> None:
        """Release the connections."""
        await self._client.aio.aclose()
        self._client.close()
        await self._http.aclose()


@functools.cache
def rehearse_once() -> None:
    """Let the SDK build what it needs for a first answer; in a worker thread, as this takes a while."""
    candidate = {"content": {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}}]}}
    answer = {"candidates": [candidate | {"finishReason": "STOP"}], "usageMetadata": {"promptTokenCount": 1}}

    def stream(http: httpx2.AsyncClient, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        return Connection(rehearsal.INFO, "none", rehearsal.URL, "v1", 10.0, http=http).stream(request)

    rehearsal.rehearse(stream, f"data: {json.dumps(answer)}\n\n".encode())


def _calls_of(item: object) -> tuple[ToolCall, ...]:
    return item.calls if isinstance(item, ModelTurn) else ()


def _quiet_unknown_enum_values() -> None:
    """WORKAROUND(gemini): the SDK warns of each enum value that is newer than itself; the tables here decide on them.

    Set anew each time, as others may have put the filters back. Setting it again does not let the list grow.
    """
    warnings.filterwarnings(
        "ignore", message=r".* is not a valid \w+$", category=UserWarning, module=r"google\.genai\._common"
    )


class _TurnReader:
    """Gathers one turn from the chunks of a stream.

    Args:
        info: The model.
        taken: Ids of calls that the run has seen.
    """

    def __init__(self, info: ModelInfo, taken: set[str]) -> None:
        self._info = info
        self._taken = taken
        self._parts: list[types.Part] = []
        self._reason: str | None = None
        self._usage = Usage()

    def read(self, chunk: types.GenerateContentResponse) -> Iterator[ModelChunk]:
        """Take in a chunk.

        Args:
            chunk: What the SDK made of one event.

        Yields:
            The deltas it holds.

        Raises:
            RequestBlocked: The prompt was blocked.
        """
        if chunk.usage_metadata is not None:
            self._usage = _usage_of(chunk.usage_metadata)
        if chunk.prompt_feedback is not None and chunk.prompt_feedback.block_reason is not None:
            raise blocked_prompt(self._info.label, str(chunk.prompt_feedback.block_reason.value))
        if not chunk.candidates:
            return
        candidate = chunk.candidates[0]
        if candidate.finish_reason is not None:
            self._reason = str(candidate.finish_reason.value)
        for part in (candidate.content and candidate.content.parts) or ():
            if part.text:
                part.text = clean(part.text)
                yield ThinkingDelta(text=part.text) if part.thought else TextDelta(text=part.text)
            if part.function_call is not None:
                part.function_call.args = clean(part.function_call.args)
            self._keep(part)

    def turn(self) -> ModelTurn:
        """The whole turn, once the stream has ended.

        Returns:
            The turn. Its calls are there only when it ended in order to make them.

        Raises:
            ModelError: The turn is not usable.
        """
        has_text = any(part.text and not part.thought for part in self._parts)
        has_calls = any(part.function_call for part in self._parts)
        stop = stop_of(self._info.label, self._reason, has_text=has_text, has_calls=has_calls)
        opaque = None
        if stop is not StopReason.MAX_TOKENS and self._parts:
            content = types.Content(role="model", parts=self._parts)
            opaque = Opaque(
                provider=PROVIDER,
                model=self._info.name,
                content=content.model_dump(mode="json", by_alias=True, exclude_none=True),
            )
        return ModelTurn(
            parts=tuple(self._values(with_calls=stop is StopReason.CALLS)),
            stop=stop,
            stop_detail=self._reason or "",
            usage=self._usage,
            opaque=opaque,
        )

    def _keep(self, part: types.Part) -> None:
        """Keep a part for sending back. Bare text is joined; all else, signed text above all, stays as it came."""
        last = self._parts[-1] if self._parts else None
        if not _is_bare_text(part):
            self._parts.append(part)
        elif last is not None and _is_bare_text(last) and bool(last.thought) is bool(part.thought):
            self._parts[-1] = last.model_copy(update={"text": (last.text or "") + (part.text or "")})
        elif part.text:
            self._parts.append(part)

    def _values(self, *, with_calls: bool) -> Iterator[Part]:
        text = ""
        for part in self._parts:
            if part.text and not part.thought:
                text += part.text
            elif part.function_call is not None and with_calls:
                if text:
                    yield TextPart(text=text)
                    text = ""
                call = part.function_call
                yield CallPart(
                    call=ToolCall(id=self._id_for(call), tool=clean(call.name or ""), arguments=call.args or {})
                )
        if text:
            yield TextPart(text=text)

    def _id_for(self, call: types.FunctionCall) -> str:
        """The call's own id; one made here where it has none, or one that the run has seen."""
        call_id = clean(call.id or "")
        if not call_id or call_id in self._taken:
            call_id = f"call_{uuid.uuid4().hex[:16]}"
        self._taken.add(call_id)
        return call_id


def _is_bare_text(part: types.Part) -> bool:
    return part.text is not None and part.model_dump(exclude_none=True).keys() <= {"text", "thought"}


def _usage_of(usage: types.GenerateContentResponseUsageMetadata) -> Usage:
    """Totals so far; the last chunk's are the turn's."""
    thinking = usage.thoughts_token_count or 0
    return Usage(
        input_tokens=(usage.prompt_token_count or 0) + (usage.tool_use_prompt_token_count or 0),
        cached_tokens=usage.cached_content_token_count or 0,
        output_tokens=(usage.candidates_token_count or 0) + thinking,
        thinking_tokens=thinking,
    )
