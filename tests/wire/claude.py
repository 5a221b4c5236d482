"""Anthropic's Messages API as it goes over the wire: the events of a stream, and steps for the scripted server."""

from collections.abc import Iterable
from typing import Any

from tests.wire.server import Exchange, Step, sse

SSE = {"Content-Type": "text/event-stream; charset=utf-8"}
USAGE = {"input_tokens": 10, "output_tokens": 1}


def _event(data: dict[str, Any]) -> bytes:
    return sse(data, data["type"])


def message_start(**usage: Any) -> bytes:
    message: dict[str, Any] = {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-5-5",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage or USAGE,
    }
    return _event({"type": "message_start", "message": message})


def block(index: int, start: dict[str, Any], *deltas: dict[str, Any]) -> bytes:
    """One content block from its start to its stop."""
    events = [_event({"type": "content_block_start", "index": index, "content_block": start})]
    events += [_event({"type": "content_block_delta", "index": index, "delta": delta}) for delta in deltas]
    events.append(_event({"type": "content_block_stop", "index": index}))
    return b"".join(events)


def text(index: int, *pieces: str) -> bytes:
    return block(index, {"type": "text", "text": ""}, *({"type": "text_delta", "text": piece} for piece in pieces))


def thinking(index: int, signature: str, *pieces: str) -> bytes:
    deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces]
    start = {"type": "thinking", "thinking": "", "signature": ""}
    return block(index, start, *deltas, {"type": "signature_delta", "signature": signature})


def redacted(index: int, data: str) -> bytes:
    return block(index, {"type": "redacted_thinking", "data": data})


def tool_use(index: int, call_id: str, name: str, *json_pieces: str) -> bytes:
    start = {"type": "tool_use", "id": call_id, "name": name, "input": {}, "caller": {"type": "direct"}}
    return block(index, start, *({"type": "input_json_delta", "partial_json": piece} for piece in json_pieces))


def message_delta(stop_reason: str | None, *, stop_details: dict[str, Any] | None = None, **usage: Any) -> bytes:
    delta = {"stop_reason": stop_reason, "stop_sequence": None, "stop_details": stop_details}
    return _event({"type": "message_delta", "delta": delta, "usage": usage or {"output_tokens": 5}})


def message_stop() -> bytes:
    return _event({"type": "message_stop"})


def ping() -> bytes:
    return _event({"type": "ping"})


def error_event(kind: str, message: str = "", **details: Any) -> bytes:
    return _event({"type": "error", "error": {"type": kind, "message": message, "details": details or None}})


def turn(*blocks: bytes, stop: str = "end_turn", **delta: Any) -> list[bytes]:
    """A whole turn, with a ping where the API sends one."""
    return [message_start(), ping(), *blocks, message_delta(stop, **delta), message_stop()]


def answers(*blocks: bytes, stop: str = "end_turn", **delta: Any) -> Step:
    """Stream a whole turn and end the response."""
    return streams(turn(*blocks, stop=stop, **delta))


def streams(events: Iterable[bytes]) -> Step:
    """Stream the events and end the response as HTTP has it, whether or not they are a whole turn."""

    async def step(exchange: Exchange) -> None:
        await exchange.start(headers=SSE)
        for event in events:
            await exchange.chunk(event)
        await exchange.end()

    return step


def cuts(events: Iterable[bytes]) -> Step:
    """Stream the events and break the connection."""

    async def step(exchange: Exchange) -> None:
        await exchange.start(headers=SSE)
        for event in events:
            await exchange.chunk(event)
        exchange.cut()

    return step


def holds(events: Iterable[bytes]) -> Step:
    """Stream the events and keep the response open until the client has gone."""

    async def step(exchange: Exchange) -> None:
        await exchange.start(headers=SSE)
        for event in events:
            await exchange.chunk(event)
        await exchange.wait_for_disconnect()

    return step


def fails(status: int, kind: str, message: str = "", headers: dict[str, str] | None = None, **details: Any) -> Step:
    """Answer with an error in the API's own shape."""
    error = {"type": kind, "message": message, "details": details or None}

    async def step(exchange: Exchange) -> None:
        await exchange.reply(status, {"type": "error", "error": error, "request_id": "req_01"}, headers)

    return step


def redirects(url: str, status: int = 307) -> Step:
    async def step(exchange: Exchange) -> None:
        await exchange.reply(status, headers={"Location": url})

    return step
