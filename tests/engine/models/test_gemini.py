"""GeminiModel: the real SDK against a scripted server."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from desktop.engine.messages import JsonObject, StopReason, Usage
from desktop.engine.models.base import ModelChunk, TextDelta, ThinkingDelta, TurnFinished
from desktop.engine.models.gemini import GeminiModel
from desktop.engine.requests import ModelRequest, ModelTurn, Opaque, TextPart, ToolDeclaration, UserText
from tests.wire import gemini as wire
from tests.wire.reading import chunks_of, turn_of
from tests.wire.server import WireServer, wire_server

KEY = "AIzaSy-very-secret-0123456789"
NAME = "gemini-3.8-flash"
ASK = ModelRequest(system="Be brief.", items=(UserText(text="What is in the folder?"),))
SCHEMA: JsonObject = {
    "type": "object",
    "properties": {"path": {"type": "string", "default": None}, "max_depth": {"$ref": "#/$defs/depth"}},
    "$defs": {"depth": {"type": ["integer", "null"], "minimum": 0}},
    "additionalProperties": False,
}
LIST = ToolDeclaration(name="list_directory", description="Lists a folder.", parameters=SCHEMA)


@pytest.fixture
async def model(server: WireServer) -> AsyncIterator[GeminiModel]:
    made = GeminiModel(NAME, "Gemini Flash", KEY, server.url, "v1beta", 10.0)
    yield made
    await made.aclose()


async def test_text_streams_and_ends_with_the_whole_turn(server: WireServer, model: GeminiModel) -> None:
    server.script(
        wire.answers(
            wire.chunk(wire.text("Two "), usage=wire.usage(10, 1)),
            wire.chunk(wire.text("files."), finish="STOP", usage=wire.usage(10, 2, thoughts=5, cached=4)),
        )
    )
    turn = ModelTurn(
        parts=(TextPart(text="Two files."),),
        stop=StopReason.END,
        stop_detail="STOP",
        usage=Usage(input_tokens=10, cached_tokens=4, output_tokens=7, thinking_tokens=5),
        opaque=Opaque(provider="gemini", model=NAME, content={"role": "model", "parts": [{"text": "Two files."}]}),
    )
    expected: list[ModelChunk] = [TextDelta(text="Two "), TextDelta(text="files."), TurnFinished(turn=turn)]
    assert await chunks_of(model, ASK) == expected


async def test_usage_is_the_last_total(server: WireServer, model: GeminiModel) -> None:
    last = wire.usage(30, 4, thoughts=6, cached=20) | {"toolUsePromptTokenCount": 3}
    server.script(
        wire.answers(
            wire.chunk(wire.text("a"), usage=wire.usage(30, 1)),
            wire.chunk(wire.text("b"), finish="STOP"),
            {"usageMetadata": last},
        )
    )
    assert (await turn_of(model, ASK)).usage == Usage(
        input_tokens=33, cached_tokens=20, output_tokens=10, thinking_tokens=6
    )


async def test_request_goes_to_the_version_and_with_the_key_in_its_header_only(
    server: WireServer, model: GeminiModel
) -> None:
    server.script(wire.says("ok"))
    await turn_of(model, ASK)
    (request,) = server.requests
    assert request.path == f"/v1beta/models/{NAME}:streamGenerateContent?alt=sse"
    assert request.headers["x-goog-api-key"] == KEY
    assert KEY.encode() not in request.body
    assert "x-server-timeout" not in request.headers  # the server would cut long answers off
    assert request.json["systemInstruction"]["parts"] == [{"text": "Be brief."}]
    assert request.json["contents"] == [{"role": "user", "parts": [{"text": "What is in the folder?"}]}]


async def test_schema_of_a_tool_is_sent_verbatim(server: WireServer, model: GeminiModel) -> None:
    server.script(wire.says("ok"))
    await turn_of(model, ASK.model_copy(update={"tools": (LIST,), "max_output_tokens": 77}))
    body = server.requests[0].json
    (declared,) = body["tools"][0]["functionDeclarations"]
    assert (declared["name"], declared["description"]) == ("list_directory", "Lists a folder.")
    assert declared["parameters_json_schema"] == SCHEMA  # the SDK's spelling; the API reads both
    assert "toolConfig" not in body
    assert body["generationConfig"]["maxOutputTokens"] == 77


async def test_tools_stay_declared_where_calls_are_not_allowed(server: WireServer, model: GeminiModel) -> None:
    server.script(wire.says("ok"))
    await turn_of(model, ASK.model_copy(update={"tools": (LIST,), "allow_calls": False}))
    body = server.requests[0].json
    assert body["toolConfig"] == {"functionCallingConfig": {"mode": "NONE"}}
    assert body["tools"]


async def test_thoughts_are_told_apart_from_text(server: WireServer, model: GeminiModel) -> None:
    server.script(
        wire.answers(wire.chunk(wire.text("Hm.", thought=True)), wire.chunk(wire.text("Yes."), finish="STOP"))
    )
    first, second, last = await chunks_of(model, ASK)
    assert (first, second) == (ThinkingDelta(text="Hm."), TextDelta(text="Yes."))
    assert isinstance(last, TurnFinished)
    assert last.turn.text == "Yes."


@pytest.mark.parametrize(
    "leave", ["aclose", "cancel"], ids=["closing the generator", "cancelling the task that waits for a chunk"]
)
async def test_leaving_a_stream_closes_its_connection_at_once(
    server: WireServer, model: GeminiModel, leave: str
) -> None:
    server.script(wire.keeps_open(wire.chunk(wire.text("a"))))
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


async def test_cancelling_before_the_first_byte_closes_the_connection(server: WireServer, model: GeminiModel) -> None:
    asked = asyncio.Event()

    async def silent(exchange: Any) -> None:
        asked.set()
        await exchange.wait_for_disconnect()

    server.script(silent)
    task = asyncio.create_task(chunks_of(model, ASK))
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(10):
        await server.closed.wait()


async def test_closed_model_can_be_used_again(server: WireServer, model: GeminiModel) -> None:
    server.script(wire.says("one"), wire.says("two"))
    assert (await turn_of(model, ASK)).text == "one"
    await model.aclose()
    assert (await turn_of(model, ASK)).text == "two"


async def test_environment_does_not_override_what_the_model_was_given(
    server: WireServer, model: GeminiModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with wire_server() as elsewhere:
        for name, value in (
            ("GOOGLE_GEMINI_BASE_URL", elsewhere.url),
            ("GOOGLE_VERTEX_BASE_URL", elsewhere.url),
            ("GOOGLE_GENAI_API_VERSION", "v9"),
            ("GOOGLE_GENAI_USE_VERTEXAI", "true"),
            ("GOOGLE_GENAI_USE_ENTERPRISE", "true"),
            ("GOOGLE_CLOUD_PROJECT", "someone-elses"),
            ("GOOGLE_CLOUD_LOCATION", "somewhere"),
            ("GEMINI_API_KEY", "other-key"),
        ):
            monkeypatch.setenv(name, value)
        server.script(wire.says("ok"))
        assert (await turn_of(model, ASK)).text == "ok"
        assert server.requests[0].headers["x-goog-api-key"] == KEY
        assert server.requests[0].path.startswith("/v1beta/models/")
        assert elsewhere.requests == []


async def test_logs_hold_neither_key_nor_request(
    server: WireServer, model: GeminiModel, caplog: pytest.LogCaptureFixture
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
        (None, "generativelanguage.googleapis.com"),
        ("http://127.0.0.1:4010", "127.0.0.1:4010"),
        ("https://gateway.example:443/gemini", "gateway.example"),
    ],
)
def test_info_names_the_host(base_url: str | None, host: str) -> None:
    model = GeminiModel(NAME, "Gemini Flash", KEY, base_url)
    assert (model.info.provider, model.info.name, model.info.host) == ("gemini", NAME, host)
    assert KEY not in repr(model)


async def test_lone_surrogates_do_not_get_in(server: WireServer, model: GeminiModel) -> None:
    server.script(
        wire.answers(wire.chunk(wire.text("a\ud800"), wire.call("f", {"x": ["\udfff"]}), finish="STOP")),
    )
    turn = await turn_of(model, ASK)
    assert turn.text == "a?"
    assert turn.calls[0].arguments == {"x": ["?"]}
    turn.model_dump_json()
