"""What GeminiModel raises: each fault in words with an action, none with the key or the request."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from google.genai.types import FinishReason

from desktop.engine.errors import (
    ConnectionLost,
    ContextExceeded,
    KeyMissing,
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
from desktop.engine.models.gemini import GeminiModel
from desktop.engine.requests import ModelRequest, UserText
from tests.wire import gemini as wire
from tests.wire.reading import all_said, chunks_of, turn_of
from tests.wire.server import Exchange, Step, WireServer, sse, wire_server

KEY = "AIzaSy-very-secret-0123456789"
WORDS = "my private question"
ASK = ModelRequest(system="private instructions", items=(UserText(text=WORDS),))
ECHO = f"{KEY} {WORDS} private instructions"  # a provider that repeats everything in its errors


@pytest.fixture
async def model(server: WireServer) -> AsyncIterator[GeminiModel]:
    made = GeminiModel("gemini-3.8-flash", "Gemini Flash", KEY, server.url, "v1beta", 10.0)
    yield made
    await made.aclose()


async def fault_of(model: GeminiModel) -> ModelError:
    """What the model raises; whatever it is, it tells what to do and no secret."""
    with pytest.raises(ModelError) as caught:
        await chunks_of(model, ASK)
    error = caught.value
    assert str(error).startswith(("Gemini Flash", "There is no API key", "The API key for Gemini Flash"))
    assert error.action
    for secret in (KEY, WORDS, "private instructions"):
        assert secret not in all_said(error)
    return error


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (400, "Unknown name", RequestRefused),
        (400, "API key not valid. Please pass a valid API key.", KeyRejected),
        (400, "API key expired. Please renew the API key.", KeyRejected),
        (400, "User location is not supported for the API use.", ModelUnusable),
        (400, "The input token count (9) exceeds the maximum number of tokens allowed (8).", ContextExceeded),
        (401, "", KeyRejected),
        (403, "Permission denied", KeyRejected),
        (404, "models/x is not found", ModelUnavailable),
        (408, "", ModelTimeout),
        (413, "", ContextExceeded),
        (429, "slow down", RateLimited),
        (429, "Quota exceeded for requests per day", QuotaExhausted),
        (500, "", Overloaded),
        (502, "", Overloaded),
        (503, "The model is overloaded.", Overloaded),
        (504, "Deadline expired", Overloaded),
    ],
)
async def test_status_becomes_an_error_in_words(
    server: WireServer, model: GeminiModel, status: int, message: str, kind: type[ModelError]
) -> None:
    server.script(wire.fails(status, f"{message} {ECHO}", word="SOME_WORD"))
    error = await fault_of(model)
    assert type(error) is kind
    assert f"({status}, SOME_WORD)" in str(error)
    assert len(server.requests) == 1  # the engine retries, nobody else


@pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", b"\xff\xfe\xfa", b"[]", b'"no"', b""])
async def test_error_without_a_readable_body_is_still_an_error_in_words(
    server: WireServer, model: GeminiModel, body: bytes
) -> None:
    async def step(exchange: Exchange) -> None:
        await exchange.reply(502, body)

    server.script(step)
    assert isinstance(await fault_of(model), Overloaded | ModelUnusable)


PER_MINUTE = wire.quota_failure("GenerateRequestsPerMinutePerProjectPerModel-FreeTier")
PER_DAY = wire.quota_failure("GenerateRequestsPerDayPerProjectPerModel-FreeTier")
USUAL = "You exceeded your current quota, please check your plan and billing details."


@pytest.mark.parametrize(
    ("message", "details", "headers", "kind", "wait_s"),
    [
        ("slow down", None, {"Retry-After": "7"}, RateLimited, 7.0),
        ("slow down", [wire.retry_info("34s")], None, RateLimited, 34.0),
        ("slow down", [wire.retry_info("3.5s")], {"Retry-After": "2"}, RateLimited, 3.5),
        ("slow down", None, None, RateLimited, None),
        (USUAL, [PER_MINUTE, wire.retry_info("20s")], None, RateLimited, 20.0),
        (USUAL, [PER_MINUTE], None, RateLimited, None),
        (USUAL, [PER_DAY, wire.retry_info("20s")], None, QuotaExhausted, None),
        (f"{USUAL} Quota exceeded, limit: 0", [PER_MINUTE], None, QuotaExhausted, None),
        (USUAL, None, None, QuotaExhausted, None),
    ],
)
async def test_wait_and_quota_are_read_from_header_and_details(
    server: WireServer,
    model: GeminiModel,
    message: str,
    details: list[dict[str, Any]] | None,
    headers: dict[str, str] | None,
    kind: type[ModelError],
    wait_s: float | None,
) -> None:
    server.script(wire.fails(429, message, word="RESOURCE_EXHAUSTED", details=details, headers=headers))
    error = await fault_of(model)
    assert type(error) is kind
    assert getattr(error, "retry_after_s", None) == wait_s


async def test_overload_keeps_a_wait_given_as_a_date(server: WireServer, model: GeminiModel) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    server.script(wire.fails(503, headers={"Retry-After": date}))
    error = await fault_of(model)
    assert isinstance(error, Overloaded)
    assert error.retry_after_s == pytest.approx(90, abs=15)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirect_is_refused_and_nothing_goes_elsewhere(
    server: WireServer, model: GeminiModel, status: int
) -> None:
    async with wire_server() as elsewhere:
        server.script(wire.redirects_to(elsewhere.url, status))
        error = await fault_of(model)
        assert type(error) is ModelUnusable
        assert "redirect" in str(error)
        assert elsewhere.requests == []


async def test_connection_cut_in_the_stream_is_lost(server: WireServer, model: GeminiModel) -> None:
    server.script(wire.breaks_off(wire.chunk(wire.text("half an ans"))))
    assert type(await fault_of(model)) is ConnectionLost


async def test_connection_cut_after_the_finish_reason_is_lost_too(server: WireServer, model: GeminiModel) -> None:
    server.script(wire.breaks_off(wire.chunk(wire.text("half"), finish="STOP")))  # some servers say STOP in each chunk
    assert type(await fault_of(model)) is ConnectionLost


@pytest.mark.parametrize("chunks", [[], [wire.chunk(wire.text("half an ans"))]], ids=["empty", "half"])
async def test_stream_without_a_finish_reason_is_cut(
    server: WireServer, model: GeminiModel, chunks: list[dict[str, Any]]
) -> None:
    server.script(wire.answers(*chunks))
    assert type(await fault_of(model)) is StreamCut


async def test_half_an_event_at_the_end_is_cut(server: WireServer, model: GeminiModel) -> None:
    async def step(exchange: Exchange) -> None:
        await exchange.start(headers=wire.STREAM_HEADERS)
        await exchange.chunk(sse(wire.chunk(wire.text(WORDS)))[:-20])
        await exchange.end()

    server.script(step)
    assert type(await fault_of(model)) is StreamCut


async def test_server_that_does_not_run_is_not_reached(unused_tcp_port: int) -> None:
    model = GeminiModel("gemini-3.8-flash", "Gemini Flash", KEY, f"http://127.0.0.1:{unused_tcp_port}", None, 10.0)
    assert type(await fault_of(model)) is ConnectionLost
    await model.aclose()


async def test_silence_becomes_a_timeout_and_closes_the_connection(server: WireServer) -> None:
    model = GeminiModel("gemini-3.8-flash", "Gemini Flash", KEY, server.url, None, 0.2)
    server.script(wire.keeps_open(wire.chunk(wire.text("a"))))
    assert type(await fault_of(model)) is ModelTimeout
    await server.closed.wait()
    await model.aclose()


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": 503, "message": ECHO, "status": "UNAVAILABLE"}, Overloaded),
        ({"code": 429, "message": ECHO, "details": [wire.retry_info("9s")]}, RateLimited),
        ({"message": ECHO}, ModelUnusable),
        (ECHO, ModelUnusable),
    ],
)
async def test_error_in_the_stream_is_an_error(
    server: WireServer, model: GeminiModel, error: Any, kind: type[ModelError]
) -> None:
    server.script(wire.answers(wire.chunk(wire.text("half")), {"error": error}))
    found = await fault_of(model)
    assert type(found) is kind
    if isinstance(found, RateLimited):
        assert found.retry_after_s == 9.0


async def test_answer_of_another_shape_is_refused(server: WireServer, model: GeminiModel) -> None:
    server.script(wire.answers({"candidates": [{"content": "not an object"}]}))
    assert type(await fault_of(model)) is ModelUnusable


@pytest.mark.parametrize("reason", ["SAFETY", "PROHIBITED_CONTENT", "OTHER", "SOMETHING_NEW"])
async def test_blocked_prompt_says_so(server: WireServer, model: GeminiModel, reason: str) -> None:
    server.script(wire.answers({"promptFeedback": {"blockReason": reason}, "usageMetadata": {"promptTokenCount": 5}}))
    error = await fault_of(model)
    assert type(error) is RequestBlocked
    assert reason in str(error)


WHOLE = {"STOP"}
CUT_SHORT = {"MAX_TOKENS", "CONTINUATION"}
RETRIED = {"MALFORMED_FUNCTION_CALL", "MALFORMED_RESPONSE", "UNEXPECTED_TOOL_CALL", "OTHER"}
REFUSED = {
    "FINISH_REASON_UNSPECIFIED",
    "TOO_MANY_TOOL_CALLS",
    "MISSING_THOUGHT_SIGNATURE",
    "IMAGE_OTHER",
    "NO_IMAGE",
    "NOT_KNOWN_YET",
}


@pytest.mark.parametrize("reason", [*(member.value for member in FinishReason), "NOT_KNOWN_YET"])
async def test_calls_come_only_with_a_turn_that_ended_well(server: WireServer, model: GeminiModel, reason: str) -> None:
    server.script(wire.answers(wire.chunk(wire.text("I write."), wire.call("write_file", {}, id="1"), finish=reason)))
    if reason in WHOLE:
        turn = await turn_of(model, ASK)
        assert (turn.stop, len(turn.calls)) == (StopReason.CALLS, 1)
    elif reason in CUT_SHORT:
        turn = await turn_of(model, ASK)
        assert (turn.stop, turn.text, turn.calls) == (StopReason.MAX_TOKENS, "I write.", ())
        assert turn.opaque is None  # its half call must not go back
    else:
        error = await fault_of(model)
        assert reason in str(error)
        expected = TransientModelError if reason in RETRIED else RequestRefused if reason in REFUSED else RequestBlocked
        assert type(error) is expected


@pytest.mark.parametrize("member", list(FinishReason))
def test_table_knows_every_reason_of_the_sdk(member: FinishReason) -> None:
    from desktop.engine.models.gemini_stops import _STOPS

    assert member.value in _STOPS


@pytest.mark.parametrize("reason", sorted(CUT_SHORT))
async def test_limit_met_before_any_text_is_no_turn(server: WireServer, model: GeminiModel, reason: str) -> None:
    server.script(wire.answers(wire.chunk(wire.text("hm", thought=True), finish=reason)))
    assert type(await fault_of(model)) is RequestRefused


@pytest.mark.parametrize(
    ("key", "kind"), [("", KeyMissing), ("  ", KeyMissing), ("AIza\nx", KeyRejected), ("schlüssel", KeyRejected)]
)
async def test_key_that_cannot_be_sent_is_not_sent(
    server: WireServer, key: str, kind: type[ModelError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", "one-from-the-environment")
    model = GeminiModel("gemini-3.8-flash", "Gemini Flash", key, server.url)
    error = await fault_of(model)
    assert type(error) is kind
    assert server.requests == []


async def test_model_name_that_the_sdk_refuses_is_refused(server: WireServer) -> None:
    model = GeminiModel("../x?y", "Gemini Flash", KEY, server.url)
    assert type(await fault_of(model)) is ModelUnusable
    assert server.requests == []
    await model.aclose()


def make_step(data: bytes) -> Step:
    async def step(exchange: Exchange) -> None:
        await exchange.reply(200, data, {"Content-Type": "text/html"})

    return step


async def test_page_instead_of_a_stream_is_no_answer(server: WireServer, model: GeminiModel) -> None:
    server.script(make_step(b"<html>Welcome to the hotel's network</html>"))
    assert isinstance(await fault_of(model), StreamCut | ModelUnusable)
