"""The real SDK against a scripted server on loopback."""

import asyncio
import gc
import logging
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from desktop.engine.errors import KeyMissing, KeyRejected, ModelUnusable
from desktop.engine.messages import CallState, StopReason, ToolCall, ToolResult, Usage
from desktop.engine.models.base import TextDelta, ThinkingDelta, TurnFinished
from desktop.engine.models.claude import ClaudeModel
from desktop.engine.requests import ModelRequest, ModelTurn, TextPart, ToolDeclaration, ToolResults, UserText
from tests.wire import claude as wire
from tests.wire.reading import chunks_of, turn_of
from tests.wire.server import Exchange, WireServer, wire_server

NAME = "claude-sonnet-5-5"
KEY = "sk-ant-api03-0123456789"
HELLO = ModelRequest(items=(UserText(text="the secret question"),))
CLOCK = ToolDeclaration(name="clock", description="Tells the time.", parameters={"type": "object", "properties": {}})


@pytest.fixture
async def model(server: WireServer) -> AsyncIterator[ClaudeModel]:
    made = ClaudeModel(NAME, "Claude", KEY, server.url, 10.0)
    yield made
    await made.aclose()


async def test_text_streams_and_ends_in_one_turn(server: WireServer, model: ClaudeModel) -> None:
    server.script(wire.answers(wire.text(0, "Hel", "lo ☺"), input_tokens=7, output_tokens=3))
    *deltas, finished = await chunks_of(model, HELLO)
    assert deltas == [TextDelta(text="Hel"), TextDelta(text="lo ☺")]
    assert isinstance(finished, TurnFinished)
    turn = finished.turn
    assert (turn.parts, turn.stop, turn.stop_detail) == ((TextPart(text="Hello ☺"),), StopReason.END, "end_turn")
    assert turn.usage == Usage(input_tokens=7, output_tokens=3)


async def test_request_is_sent_as_the_api_wants_it(server: WireServer, model: ClaudeModel) -> None:
    server.script(wire.answers(wire.text(0, "Hi")))
    await turn_of(model, ModelRequest(system="Be kind.", items=HELLO.items, max_output_tokens=300))
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/v1/messages")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert "x-api-key" not in request.headers
    assert request.json == {
        "model": NAME,
        "max_tokens": 300,
        "stream": True,
        "system": [{"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "the secret question"}]}],
    }


async def test_thinking_streams_apart_from_the_text(server: WireServer, model: ClaudeModel) -> None:
    server.script(
        wire.answers(wire.thinking(0, "c2ln", "Let me ", "see."), wire.redacted(1, "ZGF0"), wire.text(2, "42"))
    )
    *deltas, finished = await chunks_of(model, HELLO)
    assert deltas == [
        ThinkingDelta(text=""),
        ThinkingDelta(text="Let me "),
        ThinkingDelta(text="see."),
        ThinkingDelta(text=""),
        TextDelta(text="42"),
    ]
    assert isinstance(finished, TurnFinished)
    assert finished.turn.text == "42"


async def test_calls_of_one_turn_keep_their_order(server: WireServer, model: ClaudeModel) -> None:
    first = wire.tool_use(1, "toolu_1", "read_file", '{"pa', 'th": "a', '.txt", "lines": [1, 2]}')
    server.script(wire.answers(wire.text(0, "I look."), first, wire.tool_use(2, "toolu_2", "clock"), stop="tool_use"))
    turn = await turn_of(model, ModelRequest(items=HELLO.items, tools=(CLOCK,)))
    assert turn.stop is StopReason.CALLS
    assert turn.text == "I look."
    assert turn.calls == (
        ToolCall(id="toolu_1", tool="read_file", arguments={"path": "a.txt", "lines": [1, 2]}),
        ToolCall(id="toolu_2", tool="clock"),
    )


async def test_bytes_may_be_split_anywhere(server: WireServer, model: ClaudeModel) -> None:
    whole = b"".join(
        wire.turn(wire.text(0, "Größe ☺"), wire.tool_use(1, "t1", "x", '{"a": "é', '☺"}'), stop="tool_use")
    )
    server.script(wire.streams(whole[i : i + 1] for i in range(len(whole))))
    turn = await turn_of(model, HELLO)
    assert turn.text == "Größe ☺"
    assert turn.calls == (ToolCall(id="t1", tool="x", arguments={"a": "é☺"}),)


async def test_turn_goes_back_as_it_came_after_a_round_trip_through_json(
    server: WireServer, model: ClaudeModel
) -> None:
    signature = "EqQBCkYIARgCKkD+/Zb=="
    came = (
        wire.thinking(0, signature, "I need ", "the time."),
        wire.redacted(1, "EmwKAhgBEgy3va3pzix/LafPsn4a"),
        wire.text(2, "One ", "moment."),
        wire.tool_use(3, "toolu_1", "clock", '{"zone": "U', 'TC"}'),
        wire.tool_use(4, "toolu_2", "clock"),
    )
    server.script(wire.answers(*came, stop="tool_use"), wire.answers(wire.text(0, "Noon.")))
    request = ModelRequest(items=HELLO.items, tools=(CLOCK,))
    turn = ModelTurn.model_validate_json((await turn_of(model, request)).model_dump_json())
    results = ToolResults(
        results=(
            ToolResult(call_id="toolu_1", tool="clock", state=CallState.DONE, text="12:00"),
            ToolResult(call_id="toolu_2", tool="clock", state=CallState.DENIED, text="The person said no."),
        )
    )
    await turn_of(model, ModelRequest(items=(*request.items, turn, results), tools=(CLOCK,)))
    _, assistant, user = server.requests[1].json["messages"]
    assert assistant["content"] == [
        {"type": "thinking", "thinking": "I need the time.", "signature": signature},
        {"type": "redacted_thinking", "data": "EmwKAhgBEgy3va3pzix/LafPsn4a"},
        {"type": "text", "text": "One moment."},
        {"type": "tool_use", "id": "toolu_1", "name": "clock", "input": {"zone": "UTC"}, "caller": {"type": "direct"}},
        {
            "type": "tool_use",
            "id": "toolu_2",
            "name": "clock",
            "input": {},
            "caller": {"type": "direct"},
            "cache_control": {"type": "ephemeral"},
        },
    ]
    assert [block["tool_use_id"] for block in user["content"]] == ["toolu_1", "toolu_2"]
    assert [block.get("is_error") for block in user["content"]] == [None, True]
    assert f'"signature":"{signature}"'.encode() in server.requests[1].body.replace(b": ", b":")


async def test_usage_counts_cached_and_written_tokens_as_input(server: WireServer, model: ClaudeModel) -> None:
    start = wire.message_start(
        input_tokens=10, cache_creation_input_tokens=200, cache_read_input_tokens=3000, output_tokens=1
    )
    end = wire.message_delta(
        "end_turn", output_tokens=90, input_tokens=12, output_tokens_details={"thinking_tokens": 40}
    )
    server.script(wire.streams([start, wire.text(0, "Hi"), end, wire.message_stop()]))
    assert (await turn_of(model, HELLO)).usage == Usage(
        input_tokens=3212, cached_tokens=3000, cache_write_tokens=200, output_tokens=90, thinking_tokens=40
    )


async def test_closing_the_stream_closes_the_connection_at_once(server: WireServer, model: ClaudeModel) -> None:
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(None, None)  # as on the qasync loop
    try:
        server.script(wire.holds([wire.message_start(), wire.text(0, "Hel", "lo")]))
        async with aclosing(model.stream(HELLO)) as chunks:
            assert await anext(chunks) == TextDelta(text="Hel")
        await server.closed.wait()
        gc.collect()  # a generator left open would be reported now, and fail the test
    finally:
        sys.set_asyncgen_hooks(*hooks)


@pytest.mark.parametrize("begun", [[], [wire.message_start(), wire.text(0, "Hel")]], ids=["before", "amid"])
async def test_cancelling_closes_the_connection_and_goes_up(
    server: WireServer, model: ClaudeModel, begun: list[bytes]
) -> None:
    waiting = asyncio.Event()

    async def step(exchange: Exchange) -> None:
        if begun:
            await wire.holds(begun)(exchange)
        waiting.set()
        await exchange.wait_for_disconnect()

    async def consume() -> None:
        async with aclosing(model.stream(HELLO)) as chunks:
            async for _ in chunks:
                waiting.set()

    server.script(step)
    task = asyncio.create_task(consume())
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await server.closed.wait()


async def test_model_is_usable_after_a_closed_stream_and_after_aclose(server: WireServer, model: ClaudeModel) -> None:
    server.script(wire.holds([wire.message_start(), wire.text(0, "x")]), *[wire.answers(wire.text(0, "Hi"))] * 2)
    async with aclosing(model.stream(HELLO)) as chunks:
        await anext(chunks)
    assert (await turn_of(model, HELLO)).text == "Hi"
    await model.aclose()
    assert (await turn_of(model, HELLO)).text == "Hi"


async def test_two_first_calls_at_once_share_one_client(server: WireServer, model: ClaudeModel) -> None:
    server.script(wire.answers(wire.text(0, "Hi")), wire.answers(wire.text(0, "Hi")))
    turns = await asyncio.gather(turn_of(model, HELLO), turn_of(model, HELLO))
    assert [turn.text for turn in turns] == ["Hi", "Hi"]


async def test_redirect_is_refused_and_nothing_reaches_the_other_server(server: WireServer, model: ClaudeModel) -> None:
    async with wire_server() as other:
        for status in (301, 302, 303, 307, 308):
            server.script(wire.redirects(f"{other.url}/v1/messages", status))
            with pytest.raises(ModelUnusable, match="redirects"):
                await turn_of(model, HELLO)
        assert other.requests == []


async def test_environment_changes_neither_address_nor_key(server: WireServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async with wire_server() as other:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", other.url)
        monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "token-of-the-environment")
        monkeypatch.setenv("ANTHROPIC_API_KEY", "key-of-the-environment")
        monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "authorization: Bearer other\nX-Api-Key: other")
        model = ClaudeModel(NAME, "Claude", KEY, server.url, 10.0)
        server.script(wire.answers(wire.text(0, "Hi")))
        await turn_of(model, HELLO)
        await model.aclose()
        assert other.requests == []
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert "other" not in str(server.requests[0].headers)
    assert "environment" not in str(server.requests[0].headers)


async def test_public_address_holds_where_none_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    model = ClaudeModel(NAME, "Claude Sonnet", KEY, None, 10.0)
    assert (model.info.provider, model.info.name, model.info.label) == ("anthropic", NAME, "Claude Sonnet")
    assert model.info.host == "api.anthropic.com"
    assert str((await model._ready()).base_url) == "https://api.anthropic.com"
    await model.aclose()


async def test_no_log_holds_key_or_prompt_at_any_level(
    server: WireServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("anthropic").setLevel(logging.DEBUG)  # as ANTHROPIC_LOG=debug does
    caplog.set_level(logging.DEBUG)
    model = ClaudeModel(NAME, "Claude", KEY, server.url, 10.0)
    server.script(wire.answers(wire.text(0, "Hi")))
    await turn_of(model, HELLO)
    await model.aclose()
    assert KEY not in caplog.text
    assert "the secret question" not in caplog.text


@pytest.mark.parametrize("key", ["", "  "])
async def test_missing_key_sends_nothing(server: WireServer, key: str) -> None:
    with pytest.raises(KeyMissing, match="no API key"):
        await turn_of(ClaudeModel(NAME, "Claude", key, server.url, 10.0), HELLO)
    assert server.requests == []


@pytest.mark.parametrize("key", ["sk-ant-1\n", "sk ant", "sk-änt"])
async def test_key_that_no_header_can_carry_is_rejected_without_being_named(server: WireServer, key: str) -> None:
    with pytest.raises(KeyRejected) as caught:
        await turn_of(ClaudeModel(NAME, "Claude", key, server.url, 10.0), HELLO)
    assert key.strip() not in repr(caught.value)
    assert server.requests == []


def test_modules_import_nothing_heavy() -> None:
    heavy = "{'anthropic', 'httpx2', 'google.genai', 'openai', 'genai_prices'}"
    modules = ", ".join(f"desktop.engine.models.{name}" for name in ("claude", "retry", "prices"))
    code = f"import sys, {modules}; print(sorted({heavy} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
