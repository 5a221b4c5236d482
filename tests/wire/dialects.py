"""How four servers that copy OpenAI's chat completions really stream, call and fail: each with its own habits.

The shapes are those of their sources: Ollama ``openai/openai.go``, LM Studio's REST documentation, llama.cpp
``tools/server``, vLLM ``entrypoints/openai``.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.wire.server import Exchange, Step

Json = dict[str, Any]
USAGE: Json = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


@dataclass(frozen=True)
class Wanted:
    """A call that a scripted model makes."""

    tool: str
    arguments: Json


@dataclass(frozen=True)
class Dialect:
    """A server's way of speaking.

    Attributes:
        name: The server's.
        text: The events of an answer, from its pieces and what it thought before.
        calls: The events of a turn that calls tools.
        done: Whether ``[DONE]`` ends a stream.
        errors: By case: status and body.
        models: The body of its list of models.
    """

    name: str
    text: Callable[[Sequence[str], str], list[Json]]
    calls: Callable[[Sequence[Wanted]], list[Json]]
    done: bool
    errors: dict[str, tuple[int, Json]]
    models: Callable[[Sequence[str]], Json]

    def says(self, *pieces: str, thought: str = "") -> Step:
        """Streams an answer."""
        return self._streams(self.text(pieces, thought))

    def wants(self, *wanted: Wanted) -> Step:
        """Streams a turn that calls these tools."""
        return self._streams(self.calls(wanted))

    def fails(self, case: str) -> Step:
        """Answers with one of its errors."""
        status, body = self.errors[case]

        async def step(exchange: Exchange) -> None:
            await exchange.reply(status, body)

        return step

    def lists(self, *names: str) -> Step:
        """Answers with its list of models."""

        async def step(exchange: Exchange) -> None:
            await exchange.reply(200, self.models(names))

        return step

    def _streams(self, events: Sequence[Json]) -> Step:
        async def step(exchange: Exchange) -> None:
            await exchange.start(headers={"Content-Type": "text/event-stream"})
            for event in events:
                await exchange.chunk(f"data: {json.dumps(event)}\n\n".encode())
            if self.done:
                await exchange.chunk(b"data: [DONE]\n\n")
            await exchange.end()

        return step


def _event(delta: Json | None, finish: str | None = None, **more: Any) -> Json:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}]
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "served"}
    return head | {"choices": choices} | more


def _ollama_text(pieces: Sequence[str], thought: str) -> list[Json]:
    events = [_event({"role": "assistant", "content": "", "reasoning": thought})] if thought else []
    events += [_event({"role": "assistant", "content": piece}) for piece in pieces]
    return [*events, _event({"role": "assistant", "content": ""}, "stop"), _event(None, usage=USAGE)]


def _ollama_calls(wanted: Sequence[Wanted]) -> list[Json]:
    """Each call whole in an event of its own; older versions give each the index 0 and end with ``stop``."""
    events = [
        _event(
            {
                "role": "assistant",
                "content": "",
                "tool_calls": [
                    {
                        "id": f"call_{number}abcdefg",
                        "index": 0,
                        "type": "function",
                        "function": {"name": one.tool, "arguments": json.dumps(one.arguments)},
                    }
                ],
            }
        )
        for number, one in enumerate(wanted)
    ]
    return [*events, _event({"role": "assistant", "content": ""}, "stop"), _event(None, usage=USAGE)]


def _split(one: Wanted) -> list[str]:
    raw = json.dumps(one.arguments)
    return [raw[:3], raw[3:7], raw[7:]]


def _lm_studio_text(pieces: Sequence[str], thought: str) -> list[Json]:
    events = [_event({"role": "assistant", "reasoning_content": thought})] if thought else []
    events += [_event({"role": "assistant", "content": piece}) for piece in pieces]
    return [*events, _event({}, "stop"), _event(None, usage=USAGE)]


def _lm_studio_calls(wanted: Sequence[Wanted]) -> list[Json]:
    """The name first, with a number for an id; the arguments in pieces without either."""
    events: list[Json] = []
    for number, one in enumerate(wanted):
        head = {"index": number, "id": str(365174485 + number), "type": "function"}
        events.append(_event({"tool_calls": [head | {"function": {"name": one.tool, "arguments": ""}}]}))
        events += [
            _event({"tool_calls": [{"index": number, "function": {"arguments": piece}}]}) for piece in _split(one)
        ]
    return [*events, _event({}, "tool_calls"), _event(None, usage=USAGE)]


def _llama_text(pieces: Sequence[str], thought: str) -> list[Json]:
    events = [_event({"role": "assistant", "content": None})]
    events += [_event({"reasoning_content": thought})] if thought else []
    events += [_event({"content": piece}) for piece in pieces]
    timings = {"prompt_n": 11, "predicted_n": 7, "predicted_ms": 1.5}
    return [*events, _event({}, "stop"), _event(None, usage=USAGE, timings=timings)]


def _llama_calls(wanted: Sequence[Wanted]) -> list[Json]:
    """No ids, as templates without them leave them empty; the usage stands beside the finish reason, and no [DONE]."""
    events = [_event({"role": "assistant", "content": None})]
    for number, one in enumerate(wanted):
        head, *rest = _split(one)
        function = {"name": one.tool, "arguments": head}
        events.append(_event({"tool_calls": [{"index": number, "id": "", "type": "function", "function": function}]}))
        events += [_event({"tool_calls": [{"index": number, "function": {"arguments": piece}}]}) for piece in rest]
    return [*events, _event({}, "tool_calls", usage=USAGE, timings={"prompt_n": 11})]


def _vllm_text(pieces: Sequence[str], thought: str) -> list[Json]:
    events = [_event({"role": "assistant", "content": ""})]
    events += [_event({"reasoning_content": thought})] if thought else []
    events += [_event({"content": piece}) for piece in pieces]
    events[-1]["choices"][0] |= {"finish_reason": "stop", "stop_reason": None}
    return [*events, _event(None, usage=USAGE)]


def _vllm_calls(wanted: Sequence[Wanted]) -> list[Json]:
    """The name in pieces' first, without an index where its parser forgets it; content null beside the calls."""
    events = [_event({"role": "assistant", "content": ""})]
    for number, one in enumerate(wanted):
        head = {"id": f"chatcmpl-tool-{number}f00", "type": "function", "function": {"name": one.tool}}
        events.append(_event({"content": None, "tool_calls": [head]}))
        events += [_event({"tool_calls": [{"function": {"arguments": piece}}]}) for piece in _split(one)]
    return [*events, _event({"content": ""}, "tool_calls", stop_reason=None), _event(None, usage=USAGE)]


def _listed(owner: str) -> Callable[[Sequence[str]], Json]:
    def models(names: Sequence[str]) -> Json:
        return {"object": "list", "data": [{"id": name, "object": "model", "owned_by": owner} for name in names]}

    return models


def _llama_models(names: Sequence[str]) -> Json:
    """Both the list of Ollama's kind and that of OpenAI's."""
    return {"models": [{"name": name, "model": name} for name in names]} | _listed("llamacpp")(names)


OLLAMA = Dialect(
    name="Ollama",
    text=_ollama_text,
    calls=_ollama_calls,
    done=True,
    errors={
        "no model": (404, {"error": {"message": 'model "qwen9" not found, try pulling it first', "type": "api_error"}}),
        "no tools": (400, {"error": {"message": "registry.ollama.ai/library/x:latest does not support tools"}}),
        "busy": (503, {"error": {"message": "server busy, please try again. maximum pending requests exceeded"}}),
    },
    models=lambda names: _listed("library")(names) if names else {"object": "list", "data": None},
)
LM_STUDIO = Dialect(
    name="LM Studio",
    text=_lm_studio_text,
    calls=_lm_studio_calls,
    done=True,
    errors={
        "no model": (
            400,
            {
                "error": {
                    "message": "No models loaded. Please load a model in the developer page or use `lms load`.",
                    "type": "invalid_request_error",
                    "param": "model",
                    "code": "model_not_found",
                }
            },
        ),
        "too long": (
            400,
            {
                "error": "Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded"
                " with context length of only 4096 tokens, which is not enough."
            },
        ),
    },
    models=_listed("organization_owner"),
)
LLAMA_CPP = Dialect(
    name="llama.cpp",
    text=_llama_text,
    calls=_llama_calls,
    done=False,
    errors={
        "loading": (503, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}),
        "too long": (
            400,
            {
                "error": {
                    "code": 400,
                    "message": "the request exceeds the available context size, try increasing it",
                    "type": "exceed_context_size_error",
                    "n_prompt_tokens": 9000,
                    "n_ctx": 4096,
                }
            },
        ),
        "no tools": (
            500,
            {"error": {"code": 500, "message": "tools param requires --jinja flag", "type": "server_error"}},
        ),
    },
    models=_llama_models,
)
VLLM = Dialect(
    name="vLLM",
    text=_vllm_text,
    calls=_vllm_calls,
    done=True,
    errors={
        "no model": (
            404,
            {"object": "error", "message": "The model `qwen9` does not exist.", "type": "NotFoundError", "code": 404},
        ),
        "too long": (
            400,
            {
                "object": "error",
                "message": "This model's maximum context length is 4096 tokens. However, you requested 9000 tokens.",
                "type": "BadRequestError",
                "code": 400,
            },
        ),
        "no tools": (
            400,
            {
                "error": {
                    "message": '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
                    "type": "BadRequestError",
                    "code": 400,
                }
            },
        ),
    },
    models=_listed("vllm"),
)
DIALECTS = (OLLAMA, LM_STUDIO, LLAMA_CPP, VLLM)
