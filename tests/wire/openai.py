"""Steps that speak OpenAI's chat completions: https://platform.openai.com/docs/api-reference/chat-streaming."""

from typing import Any

from tests.wire.server import Exchange, Step, sse

Json = dict[str, Any]
STREAM_HEADERS = {"Content-Type": "text/event-stream"}


def chunk(delta: Json | None = None, *, finish: str | None = None, usage: Json | None = None) -> Json:
    """One event of a stream; without a delta it has no choice, as the one that holds the usage."""
    said: Json = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "served", "choices": []}
    if delta is not None:
        said["choices"] = [{"index": 0, "delta": delta, "finish_reason": finish}]
    return said | ({"usage": usage} if usage is not None else {})


def text(words: str) -> Json:
    return chunk({"content": words})


def end(reason: str) -> Json:
    return chunk({}, finish=reason)


def calls(*pieces: Json) -> Json:
    """An event that holds pieces of calls."""
    return chunk({"tool_calls": list(pieces)})


def piece(index: int | None, *, id: str | None = None, name: str | None = None, arguments: Any = None) -> Json:
    """A piece of a call; what is None is left out."""
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    said: Json = {"type": "function", "function": function}
    return said | {key: value for key, value in (("index", index), ("id", id)) if value is not None}


def answers(*chunks: Json, done: bool = True) -> Step:
    """Streams these events and ends well."""

    async def step(exchange: Exchange) -> None:
        await exchange.start(headers=STREAM_HEADERS)
        for data in chunks:
            await exchange.chunk(sse(data))
        if done:
            await exchange.chunk(b"data: [DONE]\n\n")
        await exchange.end()

    return step


def says(words: str) -> Step:
    """Streams a short whole answer."""
    return answers(text(words), end("stop"), chunk(usage={"prompt_tokens": 10, "completion_tokens": 2}))


def breaks_off(*chunks: Json) -> Step:
    """Streams these events and breaks the connection."""

    async def step(exchange: Exchange) -> None:
        await exchange.start(headers=STREAM_HEADERS)
        for data in chunks:
            await exchange.chunk(sse(data))
        exchange.cut()

    return step


def keeps_open(*chunks: Json) -> Step:
    """Streams these events, and then nothing until the client has gone."""

    async def step(exchange: Exchange) -> None:
        await exchange.start(headers=STREAM_HEADERS)
        for data in chunks:
            await exchange.chunk(sse(data))
        await exchange.wait_for_disconnect()

    return step


def fails(status: int, error: Json | str, headers: dict[str, str] | None = None) -> Step:
    """Answers with an error."""

    async def step(exchange: Exchange) -> None:
        await exchange.reply(status, {"error": error}, headers)

    return step


def redirects_to(url: str, status: int = 307) -> Step:
    """Answers with a redirect."""

    async def step(exchange: Exchange) -> None:
        await exchange.reply(status, b"", {"Location": url})

    return step


def lists(*models: str) -> Step:
    """Answers with a list of models."""

    async def step(exchange: Exchange) -> None:
        await exchange.reply(200, {"object": "list", "data": [{"id": name, "object": "model"} for name in models]})

    return step
