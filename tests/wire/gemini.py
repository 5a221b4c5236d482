"""Steps that speak Gemini's wire format, https://ai.google.dev/api/generate-content (streamGenerateContent)."""

import base64
from typing import Any

from tests.wire.server import Exchange, Step, sse

Json = dict[str, Any]
STREAM_HEADERS = {"Content-Type": "text/event-stream"}


def text(words: str, *, signature: bytes | None = None, thought: bool = False) -> Json:
    """A part that holds text."""
    return {"text": words} | ({"thought": True} if thought else {}) | _signed(signature)


def call(tool: str, arguments: Json, *, id: str | None = None, signature: bytes | None = None) -> Json:
    """A part that holds a function call."""
    said: Json = {"name": tool, "args": arguments} | ({"id": id} if id is not None else {})
    return {"functionCall": said} | _signed(signature)


def chunk(*parts: Json, finish: str | None = None, usage: Json | None = None) -> Json:
    """One event of a stream."""
    candidate: Json = {"index": 0, "content": {"role": "model", "parts": list(parts)}}
    if finish is not None:
        candidate["finishReason"] = finish
    return {"candidates": [candidate]} | ({"usageMetadata": usage} if usage is not None else {})


def usage(prompt: int, candidates: int, *, thoughts: int = 0, cached: int = 0) -> Json:
    """Totals so far."""
    return {
        "promptTokenCount": prompt,
        "candidatesTokenCount": candidates,
        "thoughtsTokenCount": thoughts,
        "cachedContentTokenCount": cached,
        "totalTokenCount": prompt + candidates + thoughts,
    }


def answers(*chunks: Json) -> Step:
    """Streams these events and ends well."""

    async def step(exchange: Exchange) -> None:
        await exchange.start(headers=STREAM_HEADERS)
        for data in chunks:
            await exchange.chunk(sse(data))
        await exchange.end()

    return step


def says(words: str) -> Step:
    """Streams a short whole answer."""
    return answers(chunk(text(words), finish="STOP", usage=usage(10, 2)))


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


def fails(
    status: int,
    message: str = "it failed",
    *,
    word: str = "",
    details: list[Json] | None = None,
    headers: dict[str, str] | None = None,
) -> Step:
    """Answers with an error: https://google.aip.dev/193."""
    error: Json = {"code": status, "message": message, "status": word}
    if details is not None:
        error["details"] = details

    async def step(exchange: Exchange) -> None:
        await exchange.reply(status, {"error": error}, headers)

    return step


def redirects_to(url: str, status: int = 307) -> Step:
    """Answers with a redirect."""

    async def step(exchange: Exchange) -> None:
        await exchange.reply(status, b"", {"Location": url})

    return step


def retry_info(delay: str) -> Json:
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}


def quota_failure(quota_id: str) -> Json:
    return {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": quota_id}]}


def signatures_in(content: Json) -> list[bytes | None]:
    """The signature of each part of a content that a client sent."""
    return [
        base64.urlsafe_b64decode(_urlsafe(part["thoughtSignature"])) if "thoughtSignature" in part else None
        for part in content["parts"]
    ]


def _signed(signature: bytes | None) -> Json:
    return {} if signature is None else {"thoughtSignature": base64.b64encode(signature).decode()}


def _urlsafe(encoded: str) -> str:
    return encoded.replace("+", "-").replace("/", "_")
