"""OpenAI's protocol over its SDK: the connection. Importing it takes seconds."""

import contextlib
import functools
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Any, Final

import httpx2
import openai
from openai.types.chat import ChatCompletionChunk

from desktop.engine.errors import ModelError, ModelUnusable, StreamCut
from desktop.engine.messages import JsonObject, ModelInfo
from desktop.engine.models import rehearsal
from desktop.engine.models.base import ModelChunk, TurnFinished
from desktop.engine.models.contents import NO_CONTENTS, Contents, in_thread_if
from desktop.engine.models.http_faults import fault_for_status, fault_for_transport, parse_retry_after
from desktop.engine.models.openai_request import body_for
from desktop.engine.models.openai_turn import TurnReader
from desktop.engine.models.pump import pumped
from desktop.engine.models.raised import raised_in
from desktop.engine.models.web_pages import HOOKS
from desktop.engine.requests import ModelRequest, ModelTurn

logging.getLogger("openai").setLevel(logging.WARNING)  # whatever OPENAI_LOG says: no request belongs in a log

_STATUS_OF_TYPE: Final[Mapping[str, int]] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "insufficient_quota": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "tokens": 429,
    "requests": 429,
}
"""For an error in the middle of a stream, which has no HTTP status; what is not here is the server's own fault."""


class Connection:
    """A client of the SDK, with an HTTP client of its own that follows no redirect.

    Args:
        info: The model.
        key: The API key.
        base_url: Where to send the requests.
        timeout_s: Seconds of silence after which the model counts as not answering.
        options: Fields of the server's own request, sent as they are; the program's own fields win.
        http: Given only for a rehearsal.
    """

    def __init__(
        self,
        info: ModelInfo,
        key: str,
        base_url: str,
        timeout_s: float,
        *,
        options: JsonObject | None = None,
        http: httpx2.AsyncClient | None = None,
    ) -> None:
        self._options = options or {}
        self._info = info
        self._label = f"{info.label} at {info.host}"
        self._timeout_s = timeout_s
        self._client = openai.AsyncOpenAI(
            api_key=key,
            base_url=base_url,
            max_retries=0,
            timeout=None,  # the pump bounds every wait
            http_client=http or httpx2.AsyncClient(follow_redirects=False, timeout=None, event_hooks=HOOKS),
            # Given here, it cannot be replaced by one in OPENAI_CUSTOM_HEADERS.
            default_headers={"Authorization": f"Bearer {key}"},
        )
        # The environment's are for OpenAI itself, and no other server's business.
        self._client.organization = None
        self._client.project = None
        self._client.admin_api_key = None

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
        turns = [item for item in request.items if isinstance(item, ModelTurn)]
        reader = TurnReader(self._label, {call.id for turn in turns for call in turn.calls})

        async def open_stream() -> AsyncIterator[ChatCompletionChunk]:
            host = self._info.host
            body = await in_thread_if(contents, lambda: body_for(request, self._info.name, host, contents))
            extra = {name: value for name, value in self._options.items() if name not in body}
            answer: AsyncIterator[ChatCompletionChunk] = await self._client.chat.completions.create(
                **body, extra_body=extra or None
            )
            return answer

        answer = pumped(open_stream, silence_s=self._timeout_s, translate=self._fault_of)
        async with contextlib.aclosing(answer) as chunks:
            async for chunk in chunks:
                for delta in reader.read(chunk.to_dict(warnings=False)):
                    yield delta
        yield TurnFinished(turn=reader.turn())

    async def aclose(self) -> None:
        """Release the connections."""
        await self._client.close()

    def _fault_of(self, error: Exception) -> ModelError | None:
        match error:
            case openai.APIStatusError():
                wait = parse_retry_after(error.response.headers.get("retry-after"))
                return self._of_body(error, error.status_code, wait)
            case openai.APIConnectionError():
                return fault_for_transport(self._label, error)
            case openai.APIError():
                return self._of_body(error, _status_in_stream(error), None)
            case httpx2.HTTPError() | httpx2.InvalidURL() | httpx2.StreamError() | OSError():
                return fault_for_transport(self._label, error)
            case ValueError() | TypeError() | AttributeError() | KeyError() if raised_in(error, "openai", "httpx2"):
                if isinstance(error, ValueError):  # an event that is no JSON, most often half of one
                    return StreamCut(f"{self._label} broke off before the end of its answer.", action="Try again.")
                return ModelUnusable(
                    f"{self._label} answered in a way this program cannot read.",
                    action="Check the address set for it, or choose another model.",
                )
            case _:
                return None

    def _of_body(self, error: openai.APIError, status: int, retry_after_s: float | None) -> ModelError:
        said = _error_in(error.body)
        code, kind = str(said.get("code") or ""), str(said.get("type") or "")
        detail = f"{code} {kind} {said.get('message') or ''}"
        return fault_for_status(self._label, status, detail, retry_after_s, code=kind or code)


@functools.cache
def rehearse_once() -> None:
    """Let the SDK build what it needs for a first answer; in a worker thread, as this takes a while."""
    piece = {"index": 0, "id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    choice = {"index": 0, "delta": {"tool_calls": [piece]}, "finish_reason": "stop"}
    answer = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    answer["usage"] = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}

    def stream(http: httpx2.AsyncClient, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        return Connection(rehearsal.INFO, "none", rehearsal.URL, 10.0, http=http).stream(request)

    rehearsal.rehearse(stream, f"data: {json.dumps(answer)}\n\ndata: [DONE]\n\n".encode())


def _error_in(body: object) -> Mapping[str, Any]:
    """The error's own object, which some servers wrap in ``error`` and some do not; its text where it is bare."""
    inner = body.get("error", body) if isinstance(body, Mapping) else body
    return inner if isinstance(inner, Mapping) else {"message": str(inner or "")}


def _status_in_stream(error: openai.APIError) -> int:
    said = _error_in(error.body)
    for word in (said.get("code"), said.get("type")):
        if isinstance(word, int) and 400 <= word < 600:
            return word
        if str(word) in _STATUS_OF_TYPE:
            return _STATUS_OF_TYPE[str(word)]
    return 500
