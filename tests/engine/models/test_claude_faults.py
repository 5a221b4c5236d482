"""What goes wrong at Anthropic's side, through the real SDK, becomes the engine's errors."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import get_args

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
    TransientModelError,
)
from desktop.engine.messages import StopReason
from desktop.engine.models.base import ModelChunk, TextDelta, TurnFinished
from desktop.engine.models.claude import ClaudeModel
from desktop.engine.models.retry import RetryNotice, RetryPolicy, stream_with_retries
from desktop.engine.requests import ModelRequest, UserText
from tests.wire import claude as wire
from tests.wire.server import Exchange, Step, WireServer, sse, wire_server

KEY = "sk-ant-api03-0123456789"
PROMPT = "the secret question"
HELLO = ModelRequest(items=(UserText(text=PROMPT),))
ECHO = f"no: Bearer {KEY} asked {PROMPT!r}"
"""What a bad server may write into its errors."""


@pytest.fixture
async def model(server: WireServer) -> AsyncIterator[ClaudeModel]:
    made = ClaudeModel("claude-sonnet-5-5", "Claude", KEY, server.url, 10.0)
    yield made
    await made.aclose()


async def chunks_of(model: ClaudeModel) -> list[ModelChunk]:
    async with aclosing(model.stream(HELLO)) as chunks:
        return [chunk async for chunk in chunks]


async def fault_of(server: WireServer, model: ClaudeModel, step: Step) -> ModelError:
    """The error of one try; checked for what no error may hold, down to all that hangs on it."""
    server.script(step)
    with pytest.raises(ModelError) as caught:
        await chunks_of(model)
    error: BaseException = caught.value
    assert str(error).startswith("Claude")
    assert caught.value.action
    while True:
        told = f"{error} {error!r} {vars(error)}"
        assert KEY not in told
        assert PROMPT not in told
        assert "toolu_" not in told
        if (inner := error.__cause__ or error.__context__) is None:
            return caught.value
        error = inner


STATUSES: list[tuple[int, str, type[ModelError]]] = [
    (400, "invalid_request_error", RequestRefused),
    (401, "authentication_error", KeyRejected),
    (402, "billing_error", QuotaExhausted),
    (403, "permission_error", ModelUnavailable),
    (404, "not_found_error", ModelUnavailable),
    (408, "timeout_error", ModelTimeout),
    (413, "request_too_large", ContextExceeded),
    (429, "rate_limit_error", RateLimited),
    (500, "api_error", Overloaded),
    (503, "api_error", Overloaded),
    (504, "timeout_error", ModelTimeout),
    (529, "overloaded_error", Overloaded),
]


@pytest.mark.parametrize(("status", "kind", "expected"), STATUSES)
async def test_status_becomes_an_error_in_words(
    server: WireServer, model: ClaudeModel, status: int, kind: str, expected: type[ModelError]
) -> None:
    error = await fault_of(server, model, wire.fails(status, kind, ECHO))
    assert type(error) is expected


@pytest.mark.parametrize(("status", "kind", "expected"), STATUSES)
async def test_error_in_the_stream_is_decided_by_its_type(
    server: WireServer, model: ClaudeModel, status: int, kind: str, expected: type[ModelError]
) -> None:
    events = [wire.message_start(), wire.text(0, "Half an ans"), wire.error_event(kind, ECHO)]
    error = await fault_of(server, model, wire.streams(events))
    assert type(error) is expected


def test_every_error_type_of_the_sdk_is_decided() -> None:
    from anthropic.types.shared.error_type import ErrorType

    # Of the features this program does not use; their status decides.
    others = {"memory_precondition_failed_error", "memory_path_conflict_error", "conflict_error"}
    assert set(get_args(ErrorType)) - {kind for _, kind, _ in STATUSES} == others


@pytest.mark.parametrize(
    ("status", "kind", "message", "code", "expected"),
    [
        (400, "invalid_request_error", "Your credit balance is too low to access the API.", None, QuotaExhausted),
        (400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum", None, ContextExceeded),
        (429, "rate_limit_error", "", "enforced_spend_limit_reached", QuotaExhausted),
        (429, "rate_limit_error", "", "contract_spend_limit_reached", QuotaExhausted),
        (429, "rate_limit_error", "", "ramp_limit_exceeded", RateLimited),
        (400, "invalid_request_error", "", "organization_on_hold", KeyRejected),
    ],
)
async def test_code_or_words_tell_more_than_the_type(
    server: WireServer,
    model: ClaudeModel,
    status: int,
    kind: str,
    message: str,
    code: str | None,
    expected: type[ModelError],
) -> None:
    error = await fault_of(server, model, wire.fails(status, kind, message, error_code=code))
    assert type(error) is expected


async def test_error_that_is_not_the_apis_is_decided_by_its_status(server: WireServer, model: ClaudeModel) -> None:
    async def page(exchange: Exchange) -> None:
        await exchange.reply(502, f"<html>{ECHO}</html>".encode(), {"Content-Type": "text/html"})

    assert type(await fault_of(server, model, page)) is Overloaded


@pytest.mark.parametrize(
    ("headers", "expected"),
    [(None, None), ({"Retry-After": "7"}, 7.0), ({"Retry-After": "3600"}, 3600.0), ({"Retry-After": "soon"}, None)],
)
@pytest.mark.parametrize(("status", "kind"), [(429, "rate_limit_error"), (529, "overloaded_error"), (503, "api_error")])
async def test_retry_after_is_told_and_never_waited_for(
    server: WireServer,
    model: ClaudeModel,
    status: int,
    kind: str,
    headers: dict[str, str] | None,
    expected: float | None,
) -> None:
    error = await fault_of(server, model, wire.fails(status, kind, headers=headers))
    assert isinstance(error, TransientModelError)
    assert error.retry_after_s == expected
    assert len(server.requests) == 1


BEGUN = [wire.message_start(), wire.text(0, "Half an ans"), wire.tool_use(1, "toolu_1", "clock", '{"a": "', '1"}')]


@pytest.mark.parametrize(
    "events",
    [
        [],
        BEGUN,
        [*BEGUN, wire.message_delta("tool_use")],
        [*BEGUN, wire.message_delta(None), wire.message_stop()],
        [*BEGUN, wire.message_stop()],
        [*BEGUN, wire.message_delta("tool_use"), b'event: message_stop\ndata: {"type": "message_stop"}'],
    ],
    ids=["empty", "amid", "no message_stop", "no stop reason", "no message_delta", "event not ended"],
)
async def test_stream_that_ends_early_is_cut_and_gives_no_turn(
    server: WireServer, model: ClaudeModel, events: list[bytes]
) -> None:
    assert type(await fault_of(server, model, wire.streams(events))) is StreamCut


@pytest.mark.parametrize("events", [[], BEGUN, [*BEGUN, wire.message_delta("tool_use")]])
async def test_broken_connection_gives_no_turn(server: WireServer, model: ClaudeModel, events: list[bytes]) -> None:
    assert type(await fault_of(server, model, wire.cuts(events))) is ConnectionLost


async def test_silence_amid_the_stream_is_a_timeout(server: WireServer) -> None:
    model = ClaudeModel("claude-sonnet-5-5", "Claude", KEY, server.url, 0.05)
    assert type(await fault_of(server, model, wire.holds(BEGUN))) is ModelTimeout
    await server.closed.wait()
    await model.aclose()


async def test_nobody_listening_is_a_lost_connection() -> None:
    async with wire_server() as gone:
        url = gone.url
    model = ClaudeModel("claude-sonnet-5-5", "Claude", KEY, url, 5.0)
    with pytest.raises(ConnectionLost):
        await chunks_of(model)
    await model.aclose()


@pytest.mark.parametrize("url", ["http://[::1", "ftp://127.0.0.1"])
async def test_unusable_address_is_refused_in_words(url: str) -> None:
    model = ClaudeModel("claude-sonnet-5-5", "Claude", KEY, url, 5.0)
    with pytest.raises(ModelUnusable):
        await chunks_of(model)
    await model.aclose()


@pytest.mark.parametrize(
    "garbage",
    [
        b"event: ping\ndata: {oops\n\n",
        b"event: x\ndata: \xff\xfe\n\n",
        sse({"type": "ping", "x": "\ud800"}, "ping"),
    ],
)
async def test_stream_that_cannot_be_read_is_cut(server: WireServer, model: ClaudeModel, garbage: bytes) -> None:
    assert type(await fault_of(server, model, wire.streams([wire.message_start(), garbage]))) is StreamCut


STOPS = {
    "end_turn": StopReason.END,
    "stop_sequence": StopReason.END,
    "tool_use": StopReason.CALLS,
    "max_tokens": StopReason.MAX_TOKENS,
    "model_context_window_exceeded": StopReason.MAX_TOKENS,
    "pause_turn": RequestRefused,
    "refusal": RequestBlocked,
}


def test_every_stop_reason_of_the_sdk_is_decided() -> None:
    from anthropic.types import StopReason as Known

    assert set(get_args(Known)) == set(STOPS)


@pytest.mark.parametrize("word", [word for word, stop in STOPS.items() if isinstance(stop, StopReason)])
async def test_stop_reason_is_told_in_one_set_of_words_and_in_the_providers(
    server: WireServer, model: ClaudeModel, word: str
) -> None:
    server.script(wire.answers(wire.text(0, "Hi"), wire.tool_use(1, "toolu_1", "clock"), stop=word))
    finished = (await chunks_of(model))[-1]
    assert isinstance(finished, TurnFinished)
    assert (finished.turn.stop, finished.turn.stop_detail) == (STOPS[word], word)
    assert finished.turn.text == "Hi"
    assert bool(finished.turn.calls) is (word == "tool_use")


@pytest.mark.parametrize("word", ["pause_turn", "refusal", "made_of_cheese", "MADE of cheese"])
async def test_other_stop_reasons_are_errors(server: WireServer, model: ClaudeModel, word: str) -> None:
    error = await fault_of(server, model, wire.answers(wire.text(0, "Hi"), stop=word))
    assert type(error) is STOPS.get(word, RequestRefused)
    assert ("made_of_cheese" in str(error)) is (word == "made_of_cheese")


async def test_refusal_says_why(server: WireServer, model: ClaudeModel) -> None:
    details = {"type": "refusal", "category": "cyber", "explanation": "This looks like\nan exploit."}
    error = await fault_of(server, model, wire.answers(stop="refusal", stop_details=details))
    assert type(error) is RequestBlocked
    assert str(error) == (
        "Claude refused to answer, because it could help to harm computer systems. It says: This looks like an exploit."
    )


async def test_overload_amid_the_stream_is_tried_again_and_its_text_is_void(
    server: WireServer, model: ClaudeModel
) -> None:
    server.script(
        wire.streams([wire.message_start(), wire.text(0, "Half"), wire.error_event("overloaded_error")]),
        wire.cuts([wire.message_start(), wire.text(0, "Ha")]),
        wire.answers(wire.text(0, "Whole")),
    )
    policy = RetryPolicy(base_s=0)
    async with aclosing(stream_with_retries(model, HELLO, policy)) as chunks:
        got = [chunk async for chunk in chunks]
    assert [chunk.attempt for chunk in got if isinstance(chunk, RetryNotice)] == [2, 3]
    assert [chunk.text for chunk in got if isinstance(chunk, TextDelta)] == ["Half", "Ha", "Whole"]
    assert isinstance(got[-1], TurnFinished)
    assert got[-1].turn.text == "Whole"


async def test_an_hour_of_retry_after_is_not_waited_for(server: WireServer, model: ClaudeModel) -> None:
    server.script(wire.fails(429, "rate_limit_error", headers={"Retry-After": "3600"}))
    async with aclosing(stream_with_retries(model, HELLO, RetryPolicy())) as chunks:
        with pytest.raises(RateLimited, match="1 hour"):
            await anext(chunks)
    assert len(server.requests) == 1
