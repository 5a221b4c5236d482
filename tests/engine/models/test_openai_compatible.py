"""OpenAICompatibleModel: the real SDK against a scripted server."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from desktop.engine.messages import CallState, JsonObject, StopReason, ToolCall, ToolResult, Usage
from desktop.engine.models.base import TextDelta, ThinkingDelta, TurnFinished
from desktop.engine.models.openai_compatible import OpenAICompatibleModel
from desktop.engine.requests import CallPart, ModelRequest, ModelTurn, TextPart, ToolDeclaration, ToolResults, UserText
from tests.wire import openai as wire
from tests.wire.reading import chunks_of, turn_of
from tests.wire.server import WireServer, wire_server

KEY = "sk-very-secret-0123456789"
ASK = ModelRequest(system="Be brief.", items=(UserText(text="What is in the folder?"),))
SCHEMA: JsonObject = {
    "type": "object",
    "properties": {"path": {"type": "string", "default": None}, "max_depth": {"$ref": "#/$defs/depth"}},
    "$defs": {"depth": {"type": ["integer", "null"], "minimum": 0}},
}
LIST = ToolDeclaration(name="list_directory", description="Lists a folder.", parameters=SCHEMA)


@pytest.fixture
async def model(server: WireServer) -> AsyncIterator[OpenAICompatibleModel]:
    made = OpenAICompatibleModel("qwen3", "Qwen", KEY, f"{server.url}/v1", 10.0)
    yield made
    await made.aclose()


async def test_text_streams_and_ends_with_the_whole_turn(server: WireServer, model: OpenAICompatibleModel) -> None:
    usage = {
        "prompt_tokens": 30,
        "completion_tokens": 12,
        "total_tokens": 42,
        "prompt_tokens_details": {"cached_tokens": 20, "cache_write_tokens": 5},
        "completion_tokens_details": {"reasoning_tokens": 9},
    }
    server.script(
        wire.answers(
            wire.chunk({"role": "assistant", "content": ""}),
            wire.chunk({"reasoning_content": "Hm."}),
            wire.chunk({"reasoning": "So."}),
            wire.text("Two "),
            wire.text("files."),
            wire.end("stop"),
            wire.chunk(usage=usage),
        )
    )
    turn = ModelTurn(
        parts=(TextPart(text="Two files."),),
        stop=StopReason.END,
        stop_detail="stop",
        usage=Usage(input_tokens=30, cached_tokens=20, cache_write_tokens=5, output_tokens=12, thinking_tokens=9),
    )
    assert await chunks_of(model, ASK) == [
        ThinkingDelta(text="Hm."),
        ThinkingDelta(text="So."),
        TextDelta(text="Two "),
        TextDelta(text="files."),
        TurnFinished(turn=turn),
    ]


async def test_request_holds_the_whole_conversation(server: WireServer, model: OpenAICompatibleModel) -> None:
    turn = ModelTurn(
        parts=(
            TextPart(text="I look."),
            CallPart(call=ToolCall(id="c1", tool="list_directory", arguments={"path": "ä", "n": None})),
            CallPart(call=ToolCall(id="c2", tool="list_directory")),
        ),
        stop=StopReason.CALLS,
    )
    results = ToolResults(
        results=(
            ToolResult(call_id="c1", tool="list_directory", state=CallState.DONE, text="a.txt"),
            ToolResult(call_id="c2", tool="list_directory", state=CallState.DENIED, text="The person said no."),
        )
    )
    server.script(wire.says("ok"))
    items = (*ASK.items, turn, results, ModelTurn(), UserText(text="And?"))
    await turn_of(
        model, ModelRequest(system="Be brief.", items=items, tools=(LIST,), allow_calls=False, max_output_tokens=50)
    )
    (request,) = server.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    call = {"type": "function"}
    assert request.json == {
        "model": "qwen3",
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 50,
        "tool_choice": "none",
        "tools": [
            {
                "type": "function",
                "function": {"name": "list_directory", "description": "Lists a folder.", "parameters": SCHEMA},
            }
        ],
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "What is in the folder?"},
            {
                "role": "assistant",
                "content": "I look.",
                "tool_calls": [
                    call | {"id": "c1", "function": {"name": "list_directory", "arguments": '{"n":null,"path":"ä"}'}},
                    call | {"id": "c2", "function": {"name": "list_directory", "arguments": "{}"}},
                ],
            },
            {"role": "tool", "tool_call_id": "c1", "content": "a.txt"},
            {"role": "tool", "tool_call_id": "c2", "content": "Error: The person said no."},
            {"role": "user", "content": "And?"},
        ],
    }


async def test_without_a_key_a_stand_in_is_sent_and_never_the_environments(
    server: WireServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with wire_server() as elsewhere:
        for name, value in (
            ("OPENAI_API_KEY", KEY),
            ("OPENAI_ADMIN_KEY", KEY),
            ("OPENAI_BASE_URL", elsewhere.url),
            ("OPENAI_ORG_ID", "org-secret"),
            ("OPENAI_PROJECT_ID", "project-secret"),
            ("OPENAI_CUSTOM_HEADERS", f"Authorization: Bearer {KEY}"),
        ):
            monkeypatch.setenv(name, value)
        model = OpenAICompatibleModel("qwen3", "Qwen", "", f"{server.url}/v1")
        server.script(wire.says("ok"))
        assert (await turn_of(model, ASK)).text == "ok"
        headers = server.requests[0].headers
        assert headers["authorization"] == "Bearer no-key"
        assert not {"openai-organization", "openai-project"} & headers.keys()
        assert elsewhere.requests == []
        await model.aclose()


@pytest.mark.parametrize("finish", ["tool_calls", "stop", "function_call"])
async def test_calls_split_over_chunks_are_joined(
    server: WireServer, model: OpenAICompatibleModel, finish: str
) -> None:
    server.script(
        wire.answers(
            wire.calls(wire.piece(0, id="a", name="read_file", arguments="")),
            wire.calls(wire.piece(0, arguments='{"pa')),
            wire.calls(wire.piece(1, id="b", name="list_directory", arguments='{"path"')),
            wire.calls(wire.piece(0, arguments='th": "x"}'), wire.piece(1, arguments=': "y"}')),
            wire.end(finish),
        )
    )
    turn = await turn_of(model, ASK)
    assert turn.stop is StopReason.CALLS
    assert turn.calls == (
        ToolCall(id="a", tool="read_file", arguments={"path": "x"}),
        ToolCall(id="b", tool="list_directory", arguments={"path": "y"}),
    )


piece = wire.piece


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([piece(0, name="f", arguments='{"n":1}'), piece(1, name="g")], id="no ids"),
        pytest.param([piece(0, id="s", name="f", arguments='{"n":1}'), piece(1, id="s", name="g")], id="same id"),
        pytest.param([piece(0, id="s", name="f", arguments='{"n":1}'), piece(0, id="t", name="g")], id="same index"),
        pytest.param([piece(None, name="f", arguments='{"n":1}'), piece(None, name="g")], id="no index"),
        pytest.param(
            [piece(None, name="f", arguments='{"n"'), piece(None, arguments=":1}"), piece(None, name="g")],
            id="no index, in pieces",
        ),
        pytest.param(
            [piece(0, name="f", arguments='{"n"'), piece(0, name="f", arguments=":1}"), piece(1, name="g")],
            id="name repeated",
        ),
        pytest.param([piece(0, name="f", arguments={"n": 1}), piece(1, name="g", arguments={})], id="object"),
    ],
)
async def test_parallel_calls_of_imprecise_servers_are_told_apart(
    server: WireServer, model: OpenAICompatibleModel, pieces: list[dict[str, Any]]
) -> None:
    server.script(wire.answers(*(wire.calls(piece) for piece in pieces), wire.end("tool_calls")))
    first, second = (await turn_of(model, ASK)).calls
    assert (first.tool, first.arguments, second.tool, second.arguments) == ("f", {"n": 1}, "g", {})
    assert first.id
    assert second.id not in ("", first.id)


async def test_id_that_the_run_has_seen_is_replaced(server: WireServer, model: OpenAICompatibleModel) -> None:
    seen = ModelTurn(parts=(CallPart(call=ToolCall(id="call_0", tool="f")),), stop=StopReason.CALLS)
    server.script(wire.answers(wire.calls(wire.piece(0, id="call_0", name="f")), wire.end("tool_calls")))
    turn = await turn_of(model, ModelRequest(items=(*ASK.items, seen)))
    assert turn.calls[0].id not in ("", "call_0")


async def test_older_form_of_a_call_is_read(server: WireServer, model: OpenAICompatibleModel) -> None:
    server.script(
        wire.answers(
            wire.chunk({"function_call": {"name": "f", "arguments": '{"n"'}}),
            wire.chunk({"function_call": {"arguments": ":1}"}}),
            wire.end("function_call"),
        )
    )
    (call,) = (await turn_of(model, ASK)).calls
    assert (call.tool, call.arguments) == ("f", {"n": 1})


@pytest.mark.parametrize(
    "raw", ['{"path": ', "[1]", '"text"', "path=x", '{"n": NaN}', '{"a": "\ud800'.encode("utf-8", "replace").decode()]
)
async def test_malformed_arguments_reach_the_model_as_an_argument_no_schema_has(
    server: WireServer, model: OpenAICompatibleModel, raw: str
) -> None:
    server.script(wire.answers(wire.calls(wire.piece(0, id="a", name="f", arguments=raw)), wire.end("tool_calls")))
    (call,) = (await turn_of(model, ASK)).calls
    assert call.arguments == {"_malformed": raw}


@pytest.mark.parametrize("raw", ["", "  ", "{}"])
async def test_empty_arguments_are_none(server: WireServer, model: OpenAICompatibleModel, raw: str) -> None:
    server.script(wire.answers(wire.calls(wire.piece(0, id="a", name="f", arguments=raw)), wire.end("tool_calls")))
    assert (await turn_of(model, ASK)).calls[0].arguments == {}


async def test_length_keeps_the_text_and_drops_the_calls(server: WireServer, model: OpenAICompatibleModel) -> None:
    half = wire.calls(wire.piece(0, id="a", name="write_file", arguments='{"path": "x", "content": "ab'))
    server.script(wire.answers(wire.text("I write."), half, wire.end("length")))
    turn = await turn_of(model, ASK)
    assert (turn.stop, turn.text, turn.calls) == (StopReason.MAX_TOKENS, "I write.", ())


async def test_lone_surrogates_do_not_get_in(server: WireServer, model: OpenAICompatibleModel) -> None:
    piece = wire.piece(0, id="a\ud800", name="f", arguments=json.dumps({"x": "\udfff"}))
    server.script(wire.answers(wire.text("a\ud800"), wire.calls(piece), wire.end("tool_calls")))
    turn = await turn_of(model, ASK)
    assert (turn.text, turn.calls[0].arguments) == ("a?", {"x": "?"})
    turn.model_dump_json()


@pytest.mark.parametrize("leave", ["aclose", "cancel"])
async def test_leaving_a_stream_closes_its_connection_at_once(
    server: WireServer, model: OpenAICompatibleModel, leave: str
) -> None:
    server.script(wire.keeps_open(wire.text("a")))
    arrived = asyncio.Event()

    async def read() -> None:
        async with contextlib.aclosing(model.stream(ASK)) as stream:
            async for _ in stream:
                arrived.set()
                if leave == "aclose":
                    return

    task = asyncio.create_task(read())
    await arrived.wait()
    if leave == "cancel":
        task.cancel()
    await asyncio.wait({task})
    assert task.cancelled() is (leave == "cancel")
    async with asyncio.timeout(10):
        await server.closed.wait()


async def test_closed_model_can_be_used_again(server: WireServer, model: OpenAICompatibleModel) -> None:
    server.script(wire.says("one"), wire.says("two"))
    assert (await turn_of(model, ASK)).text == "one"
    await model.aclose()
    assert (await turn_of(model, ASK)).text == "two"


async def test_logs_hold_neither_key_nor_request(
    server: WireServer, model: OpenAICompatibleModel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.script(wire.says("ok"))
    await turn_of(model, ASK)
    assert caplog.text
    for secret in (KEY, "What is in the folder", "Be brief"):
        assert secret not in caplog.text


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("http://localhost:11434/v1", "localhost:11434"),
        ("https://api.openai.com/v1", "api.openai.com"),
        ("http://[::1]:8000/v1", "[::1]:8000"),
        ("http://127.0.0.1:99999/v1", ""),
    ],
)
def test_info_names_the_host(base_url: str, host: str) -> None:
    model = OpenAICompatibleModel("qwen3", "Qwen", KEY, base_url)
    assert (model.info.provider, model.info.host) == ("openai-compatible", host)
    assert KEY not in repr(model)


def test_openai_itself_gets_its_own_name_of_the_output_limit() -> None:
    from desktop.engine.models.openai_request import body_for

    request = ModelRequest(items=ASK.items, max_output_tokens=9)
    assert body_for(request, "gpt", "api.openai.com")["max_completion_tokens"] == 9
