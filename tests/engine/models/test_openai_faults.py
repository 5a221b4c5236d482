"""What OpenAICompatibleModel raises: each fault in words with an action, none with the key or the request."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from desktop.engine.errors import (
    ConnectionLost,
    ContextExceeded,
    KeyRejected,
    ModelError,
    ModelTimeout,
    ModelUnavailable,
    ModelUnusable,
    Overloaded,
    QuotaExhausted,
    RateLimited,
    RequestBlocked,
    RequestRefused,
    StreamCut,
)
from desktop.engine.models.openai_compatible import OpenAICompatibleModel
from desktop.engine.requests import ModelRequest, UserText
from tests.wire import openai as wire
from tests.wire.reading import all_said, chunks_of
from tests.wire.server import Exchange, WireServer, sse, wire_server

KEY = "sk-very-secret-0123456789"
WORDS = "my private question"
ASK = ModelRequest(system="private instructions", items=(UserText(text=WORDS),))
ECHO = f"{KEY} {WORDS} private instructions"


@pytest.fixture
async def model(server: WireServer) -> AsyncIterator[OpenAICompatibleModel]:
    made = OpenAICompatibleModel("qwen3", "Qwen", KEY, f"{server.url}/v1", 10.0)
    yield made
    await made.aclose()


async def fault_of(model: OpenAICompatibleModel) -> ModelError:
    """What the model raises; whatever it is, it tells what to do and no secret."""
    with pytest.raises(ModelError) as caught:
        await chunks_of(model, ASK)
    error = caught.value
    assert "Qwen" in str(error)
    assert error.action
    for secret in (KEY, WORDS, "private instructions"):
        assert secret not in all_said(error)
    return error


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, {"message": "bad request", "type": "invalid_request_error"}, RequestRefused),
        (400, {"message": "This model's maximum context length is 8 tokens."}, ContextExceeded),
        (401, {"message": "Incorrect API key provided", "code": "invalid_api_key"}, KeyRejected),
        (402, {"message": ""}, QuotaExhausted),
        (403, {"message": "no"}, KeyRejected),
        (404, {"message": "model 'x' not found"}, ModelUnavailable),
        (422, "no", RequestRefused),
        (429, {"message": "slow down", "type": "requests", "code": "rate_limit_exceeded"}, RateLimited),
        (429, {"message": "check your plan", "code": "insufficient_quota"}, QuotaExhausted),
        (500, "no", Overloaded),
        (502, "no", Overloaded),
        (503, {"message": "Loading model", "type": "unavailable_error", "code": 503}, Overloaded),
        (504, "no", Overloaded),
    ],
)
async def test_status_becomes_an_error_in_words(
    server: WireServer, model: OpenAICompatibleModel, status: int, error: Any, kind: type[ModelError]
) -> None:
    said = f"{error} {ECHO}" if isinstance(error, str) else error | {"message": f"{error['message']} {ECHO}"}
    server.script(wire.fails(status, said))
    assert type(await fault_of(model)) is kind
    assert len(server.requests) == 1  # the engine retries, nobody else


@pytest.mark.parametrize(("status", "kind"), [(429, RateLimited), (503, Overloaded)])
@pytest.mark.parametrize(
    ("headers", "wait_s"), [({"Retry-After": "7"}, 7.0), ({"Retry-After": "soon"}, None), ({}, None)]
)
async def test_wait_is_read_from_the_header(
    server: WireServer,
    model: OpenAICompatibleModel,
    status: int,
    kind: type[ModelError],
    headers: dict[str, str],
    wait_s: float | None,
) -> None:
    server.script(wire.fails(status, {"message": "slow down"}, headers))
    error = await fault_of(model)
    assert isinstance(error, RateLimited | Overloaded)
    assert type(error) is kind
    assert error.retry_after_s == wait_s


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirect_is_refused_and_nothing_goes_elsewhere(
    server: WireServer, model: OpenAICompatibleModel, status: int
) -> None:
    async with wire_server() as elsewhere:
        server.script(wire.redirects_to(elsewhere.url, status))
        error = await fault_of(model)
        assert type(error) is ModelUnusable
        assert "redirect" in str(error)
        assert elsewhere.requests == []


async def test_connection_cut_in_the_stream_is_lost(server: WireServer, model: OpenAICompatibleModel) -> None:
    server.script(wire.breaks_off(wire.text("half an ans")))
    assert type(await fault_of(model)) is ConnectionLost


@pytest.mark.parametrize("done", [True, False], ids=["with [DONE]", "without [DONE]"])
@pytest.mark.parametrize("chunks", [[], [wire.text("half an ans")]], ids=["empty", "half"])
async def test_stream_without_a_finish_reason_is_cut(
    server: WireServer, model: OpenAICompatibleModel, chunks: list[dict[str, Any]], done: bool
) -> None:
    server.script(wire.answers(*chunks, done=done))
    assert type(await fault_of(model)) is StreamCut


async def test_half_an_event_at_the_end_is_cut(server: WireServer, model: OpenAICompatibleModel) -> None:
    async def step(exchange: Exchange) -> None:
        await exchange.start(headers=wire.STREAM_HEADERS)
        await exchange.chunk(sse(wire.text(WORDS))[:-20] + b"\n\n")
        await exchange.end()

    server.script(step)
    assert type(await fault_of(model)) is StreamCut


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": 503, "message": ECHO, "type": "unavailable_error"}, Overloaded),
        ({"code": None, "message": ECHO, "type": "server_error"}, Overloaded),
        ({"message": ECHO, "type": "rate_limit_error"}, RateLimited),
        ({"message": ECHO, "type": "invalid_request_error"}, RequestRefused),
        ({"message": ECHO, "code": "insufficient_quota"}, QuotaExhausted),
        (ECHO, Overloaded),
    ],
)
async def test_error_in_the_stream_is_an_error(
    server: WireServer, model: OpenAICompatibleModel, error: Any, kind: type[ModelError]
) -> None:
    server.script(wire.answers(wire.text("half"), {"error": error}))
    assert type(await fault_of(model)) is kind


@pytest.mark.parametrize("said", [{}, {"choices": None}, {"choices": ["x"]}, {"choices": [{"delta": 5}]}])
async def test_events_of_another_shape_do_not_end_a_stream(
    server: WireServer, model: OpenAICompatibleModel, said: dict[str, Any]
) -> None:
    server.script(wire.answers(said, wire.text("fine"), wire.end("stop")))
    chunks = await chunks_of(model, ASK)
    assert len(chunks) == 2


async def test_server_that_does_not_run_is_not_reached(unused_tcp_port: int) -> None:
    model = OpenAICompatibleModel("qwen3", "Qwen", "", f"http://127.0.0.1:{unused_tcp_port}/v1")
    assert type(await fault_of(model)) is ConnectionLost
    await model.aclose()


async def test_address_without_http_is_refused() -> None:
    model = OpenAICompatibleModel("qwen3", "Qwen", "", "ftp://127.0.0.1/v1")
    assert type(await fault_of(model)) is ModelUnusable
    await model.aclose()


async def test_silence_becomes_a_timeout_and_closes_the_connection(server: WireServer) -> None:
    model = OpenAICompatibleModel("qwen3", "Qwen", KEY, f"{server.url}/v1", 0.2)
    server.script(wire.keeps_open(wire.text("a")))
    assert type(await fault_of(model)) is ModelTimeout
    await server.closed.wait()
    await model.aclose()


@pytest.mark.parametrize(
    ("chunks", "kind"),
    [
        ([wire.text("a"), wire.end("content_filter")], RequestBlocked),
        ([wire.chunk({"refusal": "I will not."}), wire.end("stop")], RequestBlocked),
        ([wire.text("a"), wire.end("not_known_yet")], RequestRefused),
        ([wire.chunk({"reasoning": "hm"}), wire.end("length")], RequestRefused),
        ([wire.calls(wire.piece(0, id="a", name="f")), wire.end("content_filter")], RequestBlocked),
    ],
)
async def test_turn_that_ended_badly_is_an_error(
    server: WireServer, model: OpenAICompatibleModel, chunks: list[dict[str, Any]], kind: type[ModelError]
) -> None:
    server.script(wire.answers(*chunks))
    assert type(await fault_of(model)) is kind


async def test_key_that_cannot_be_sent_is_not_sent(server: WireServer) -> None:
    model = OpenAICompatibleModel("qwen3", "Qwen", "sk-ü", f"{server.url}/v1")
    assert type(await fault_of(model)) is KeyRejected
    assert server.requests == []
