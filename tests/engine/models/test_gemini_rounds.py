"""GeminiModel: calls, results and signatures from one request to the next."""

import base64
from collections.abc import AsyncIterator, Callable

import pytest

from desktop.engine.messages import CallState, JsonObject, StopReason, ToolCall, ToolResult
from desktop.engine.models.gemini import GeminiModel
from desktop.engine.requests import CallPart, ModelRequest, ModelTurn, Opaque, TextPart, ToolResults, UserText
from tests.wire import gemini as wire
from tests.wire.reading import turn_of
from tests.wire.server import WireServer

KEY = "AIzaSy-very-secret-0123456789"
NAME = "gemini-3.8-flash"
ASK = ModelRequest(system="Be brief.", items=(UserText(text="What is in the folder?"),))
ALL_BYTES = bytes(range(256))


@pytest.fixture
async def model(server: WireServer) -> AsyncIterator[GeminiModel]:
    made = GeminiModel(NAME, "Gemini Flash", KEY, server.url, "v1beta", 10.0)
    yield made
    await made.aclose()


def done(call_id: str, text: str = "fine", tool: str = "list_directory") -> ToolResult:
    return ToolResult(call_id=call_id, tool=tool, state=CallState.DONE, text=text)


def read_back(turn: ModelTurn) -> ModelTurn:
    """The turn as it is after a restart."""
    return ModelTurn.model_validate_json(turn.model_dump_json())


@pytest.mark.parametrize("finish", ["STOP", "FUNCTION_CALL"])
async def test_call_keeps_its_arguments_and_its_id(server: WireServer, model: GeminiModel, finish: str) -> None:
    arguments: JsonObject = {"path": "a/b", "max_depth": None, "_under": {"camelCase": [1, None, {"snake_case": 0.5}]}}
    server.script(
        wire.answers(
            wire.chunk(wire.text("I look."), wire.call("list_directory", arguments, id="real-1"), finish=finish)
        )
    )
    turn = await turn_of(model, ASK)
    assert turn.stop is StopReason.CALLS
    assert turn.parts == (
        TextPart(text="I look."),
        CallPart(call=ToolCall(id="real-1", tool="list_directory", arguments=arguments)),
    )


async def test_calls_without_ids_get_local_ones_that_are_not_sent(server: WireServer, model: GeminiModel) -> None:
    calls = [wire.call("list_directory", {"path": path}) for path in ("a", "b")]
    server.script(wire.answers(wire.chunk(calls[0]), wire.chunk(calls[1], finish="STOP")), wire.says("ok"))
    turn = await turn_of(model, ASK)
    first, second = turn.calls
    assert first.id
    assert second.id not in ("", first.id)
    results = ToolResults(results=(done(first.id, "A"), done(second.id, "B")))
    await turn_of(model, ModelRequest(items=(*ASK.items, read_back(turn), results)))
    contents = server.requests[1].json["contents"]
    assert contents[1]["parts"] == calls
    assert contents[2]["parts"] == [
        {"functionResponse": {"name": "list_directory", "response": {"output": text}}} for text in ("A", "B")
    ]


async def test_results_of_a_round_go_in_one_content_in_order_with_real_ids(
    server: WireServer, model: GeminiModel
) -> None:
    server.script(
        wire.answers(
            wire.chunk(
                wire.call("list_directory", {}, id="x"),
                wire.call("write_file", {}),
                wire.call("write_file", {}, id="z"),
                finish="STOP",
            )
        ),
        wire.says("ok"),
    )
    turn = await turn_of(model, ASK)
    ids = [call.id for call in turn.calls]
    denied = ToolResult(call_id=ids[1], tool="write_file", state=CallState.DENIED, text="The person said no.")
    failed = ToolResult(call_id=ids[2], tool="write_file", state=CallState.FAILED, text="No room.")
    await turn_of(model, ModelRequest(items=(*ASK.items, turn, ToolResults(results=(done(ids[0]), denied, failed)))))
    contents = server.requests[1].json["contents"]
    assert [content["role"] for content in contents] == ["user", "model", "user"]
    assert [part["functionResponse"] for part in contents[2]["parts"]] == [
        {"id": "x", "name": "list_directory", "response": {"output": "fine"}},
        {"name": "write_file", "response": {"error": "The person said no."}},
        {"id": "z", "name": "write_file", "response": {"error": "No room."}},
    ]


async def test_id_that_the_run_has_seen_is_replaced_here_and_echoed_as_it_was(
    server: WireServer, model: GeminiModel
) -> None:
    round_one = ModelTurn(parts=(CallPart(call=ToolCall(id="call_0", tool="list_directory")),), stop=StopReason.CALLS)
    items = (*ASK.items, round_one, ToolResults(results=(done("call_0"),)))
    server.script(
        wire.answers(wire.chunk(wire.call("list_directory", {}, id="call_0"), finish="STOP")), wire.says("ok")
    )
    turn = await turn_of(model, ModelRequest(items=items))
    (call,) = turn.calls
    assert call.id != "call_0"
    await turn_of(model, ModelRequest(items=(*items, turn, ToolResults(results=(done(call.id),)))))
    assert server.requests[1].json["contents"][-1]["parts"][0]["functionResponse"]["id"] == "call_0"


async def test_signatures_return_unchanged_in_their_parts_after_a_restart(
    server: WireServer, model: GeminiModel
) -> None:
    signed_call = wire.call("list_directory", {"path": "a", "n": None}, id="r1", signature=ALL_BYTES)
    server.script(
        wire.answers(
            wire.chunk(wire.text("Let me ", thought=True)),
            wire.chunk(wire.text("think.", thought=True)),
            wire.chunk(wire.text("I ")),
            wire.chunk(wire.text("look ")),
            wire.chunk(wire.text("now", signature=b"\xff\xfe\xfd")),
            wire.chunk(wire.text(".")),
            wire.chunk(wire.text("", signature=b"\x00")),
            wire.chunk(signed_call, wire.call("list_directory", {"path": "b"})),
            wire.chunk(wire.text(""), finish="STOP"),
        ),
        wire.says("ok"),
    )
    turn = read_back(await turn_of(model, ASK))
    assert turn.text == "I look now."
    results = ToolResults(results=tuple(done(call.id) for call in turn.calls))
    await turn_of(model, ModelRequest(items=(*ASK.items, turn, results)))
    sent = server.requests[1].json["contents"][1]
    assert wire.signatures_in(sent) == [None, None, b"\xff\xfe\xfd", None, b"\x00", ALL_BYTES, None]
    assert [{key: part[key] for key in part if key != "thoughtSignature"} for part in sent["parts"]] == [
        {"text": "Let me think.", "thought": True},
        {"text": "I look "},
        {"text": "now"},
        {"text": "."},
        {"text": ""},
        {"functionCall": {"name": "list_directory", "args": {"path": "a", "n": None}, "id": "r1"}},
        {"functionCall": {"name": "list_directory", "args": {"path": "b"}}},
    ]


@pytest.mark.parametrize(
    "opaque",
    [
        None,
        Opaque(provider="anthropic", model=NAME, content=[{"type": "text", "text": "x"}]),
        Opaque(provider="gemini", model="gemini-2.5-flash", content={"role": "model", "parts": [{"text": "x"}]}),
        Opaque(provider="gemini", model=NAME, content={"damaged": True}),
    ],
    ids=["none", "other provider", "other model", "damaged"],
)
async def test_turn_from_elsewhere_is_rebuilt_with_the_stand_in_signature(
    server: WireServer, model: GeminiModel, opaque: Opaque | None
) -> None:
    parts = (
        TextPart(text="I look."),
        CallPart(call=ToolCall(id="toolu_1", tool="list_directory", arguments={"path": "a"})),
        CallPart(call=ToolCall(id="toolu_2", tool="list_directory")),
    )
    turn = ModelTurn(parts=parts, stop=StopReason.CALLS, opaque=opaque)
    results = ToolResults(results=(done("toolu_1"), done("toolu_2")))
    server.script(wire.says("ok"))
    await turn_of(model, ModelRequest(items=(*ASK.items, turn, results)))
    contents = server.requests[0].json["contents"]
    assert wire.signatures_in(contents[1]) == [None, b"skip_thought_signature_validator", None]
    assert [part.get("functionCall") for part in contents[1]["parts"]] == [
        None,
        {"name": "list_directory", "args": {"path": "a"}},
        {"name": "list_directory", "args": {}},
    ]
    assert ["id" in part["functionResponse"] for part in contents[2]["parts"]] == [False, False]


async def test_turn_without_parts_is_left_out(server: WireServer, model: GeminiModel) -> None:
    server.script(wire.answers(wire.chunk(finish="STOP")), wire.says("ok"))
    turn = await turn_of(model, ASK)
    assert turn.parts == ()
    await turn_of(model, ModelRequest(items=(*ASK.items, turn, UserText(text="And?"))))
    assert [content["role"] for content in server.requests[1].json["contents"]] == ["user", "user"]


async def test_stand_in_signature_is_the_literal_in_base64(server: WireServer, model: GeminiModel) -> None:
    call: Callable[[str], CallPart] = lambda call_id: CallPart(call=ToolCall(id=call_id, tool="f"))  # noqa: E731
    server.script(wire.says("ok"))
    items = (*ASK.items, ModelTurn(parts=(call("1"),)), ToolResults(results=(done("1", tool="f"),)))
    await turn_of(model, ModelRequest(items=items))
    assert base64.b64encode(b"skip_thought_signature_validator") in server.requests[0].body
