"""Ollama, LM Studio, llama.cpp and vLLM as they speak, through the real SDK, and as either brain of a whole run."""

import dataclasses
from collections.abc import AsyncIterator
from typing import Final

import pytest

from desktop.engine.errors import ContextExceeded, ModelError, ModelUnavailable, ModelUnusable, Overloaded
from desktop.engine.events import AnswerFinished, ConfirmationRequested, SummaryReady
from desktop.engine.messages import Attachment, CallState, StopReason, ToolCall, ToolResult, Usage
from desktop.engine.models.base import TextDelta, ThinkingDelta
from desktop.engine.models.connect import Connector
from desktop.engine.models.local_servers import find_local_servers
from desktop.engine.models.openai_compatible import OpenAICompatibleModel
from desktop.engine.models.openai_request import body_for
from desktop.engine.models.registry import ModelEntry, Registry, Role
from desktop.engine.requests import CallPart, ModelRequest, ModelTurn, TextPart, ToolDeclaration, ToolResults, UserText
from tests.bench import MakeBench
from tests.wire import openai as wire
from tests.wire.dialects import DIALECTS, Dialect, Wanted
from tests.wire.reading import chunks_of, turn_of
from tests.wire.server import WireServer, wire_server

ASK = ModelRequest(
    items=(UserText(text="What is there?"),),
    tools=(ToolDeclaration(name="look", description="Looks.", parameters={"type": "object"}),),
)
ERRORS: Final[dict[str, tuple[type[ModelError], str]]] = {
    "no model": (ModelUnavailable, "does not know this model"),
    "too long": (ContextExceeded, "too long"),
    "no tools": (ModelUnusable, "cannot call tools"),
    "loading": (Overloaded, "still loading its model"),
    "busy": (Overloaded, "overloaded"),
}
CASES = [(dialect, case) for dialect in DIALECTS for case in dialect.errors]


@pytest.fixture
async def model(server: WireServer) -> AsyncIterator[OpenAICompatibleModel]:
    made = OpenAICompatibleModel("qwen3", "Qwen", "", f"{server.url}/v1", 10.0)
    yield made
    await made.aclose()


@pytest.fixture(params=DIALECTS, ids=lambda dialect: dialect.name)
def dialect(request: pytest.FixtureRequest) -> Dialect:
    chosen: Dialect = request.param
    return chosen


async def test_text_and_thinking_are_told_apart(
    server: WireServer, model: OpenAICompatibleModel, dialect: Dialect
) -> None:
    server.script(dialect.says("Two ", "files.", thought="Hm."))
    chunks = await chunks_of(model, ASK)
    assert "".join(chunk.text for chunk in chunks if isinstance(chunk, ThinkingDelta)) == "Hm."
    assert [chunk.text for chunk in chunks if isinstance(chunk, TextDelta)] == ["Two ", "files."]
    turn = chunks[-1].turn  # type: ignore[union-attr]
    assert (turn.text, turn.stop) == ("Two files.", StopReason.END)
    assert turn.usage == Usage(input_tokens=11, output_tokens=7)


async def test_calls_are_told_apart_and_each_has_an_id(
    server: WireServer, model: OpenAICompatibleModel, dialect: Dialect
) -> None:
    server.script(dialect.wants(Wanted("look", {"name": "a", "deep": {"n": 1}}), Wanted("look", {"name": "b"})))
    turn = await turn_of(model, ASK)
    assert turn.stop is StopReason.CALLS
    assert [call.arguments for call in turn.calls] == [{"name": "a", "deep": {"n": 1}}, {"name": "b"}]
    assert {call.tool for call in turn.calls} == {"look"}
    assert len({call.id for call in turn.calls}) == 2
    assert all(call.id for call in turn.calls)
    assert turn.usage == Usage(input_tokens=11, output_tokens=7)


@pytest.mark.parametrize(("dialect", "case"), CASES, ids=[f"{one.name}-{case}" for one, case in CASES])
async def test_each_error_is_known_by_its_words(
    server: WireServer, model: OpenAICompatibleModel, dialect: Dialect, case: str
) -> None:
    server.script(dialect.fails(case))
    kind, words = ERRORS[case]
    with pytest.raises(kind, match=words) as raised:
        await turn_of(model, ASK)
    assert type(raised.value) is kind
    assert raised.value.action


async def test_a_loading_model_is_waited_for(server: WireServer, model: OpenAICompatibleModel) -> None:
    llama = next(one for one in DIALECTS if one.name == "llama.cpp")
    server.script(llama.fails("loading"))
    with pytest.raises(Overloaded) as raised:
        await turn_of(model, ASK)
    assert raised.value.retry_after_s == 10.0


async def test_its_list_of_models_is_read(dialect: Dialect) -> None:
    async with wire_server() as server:
        server.script(dialect.lists("qwen3:8b", "gemma"))
        (found,) = await find_local_servers([(dialect.name, int(server.url.rpartition(":")[2]))])
        assert (found.label, found.models) == (dialect.name, ("qwen3:8b", "gemma"))


async def test_calls_with_one_index_and_no_ids_are_told_apart(server: WireServer, model: OpenAICompatibleModel) -> None:
    server.script(
        wire.answers(
            wire.calls(wire.piece(0, name="look", arguments='{"name": "a"}')),
            wire.calls(wire.piece(0, name="look", arguments='{"name": "b"}')),
            wire.calls(wire.piece(0, name="act", arguments='{"na')),
            wire.calls(wire.piece(0, name="act", arguments='me": "c"}')),
            wire.calls(wire.piece(0, name="act", arguments="")),
            wire.end("tool_calls"),
        )
    )
    turn = await turn_of(model, ASK)
    assert [(call.tool, call.arguments) for call in turn.calls] == [
        ("look", {"name": "a"}),
        ("look", {"name": "b"}),
        ("act", {"name": "c"}),
    ]


@pytest.mark.parametrize(
    ("reason", "stop"),
    [
        ("eos", StopReason.END),
        ("eos_token", StopReason.END),
        ("end_turn", StopReason.END),
        ("stop_sequence", StopReason.END),
        ("max_tokens", StopReason.MAX_TOKENS),
    ],
)
async def test_other_words_for_the_end_are_known(
    server: WireServer, model: OpenAICompatibleModel, reason: str, stop: StopReason
) -> None:
    server.script(wire.answers(wire.text("Two files."), wire.end(reason), done=False))
    turn = await turn_of(model, ASK)
    assert (turn.text, turn.stop, turn.stop_detail) == ("Two files.", stop, reason)


class _NoKeys:
    async def get(self, name: str) -> str | None:
        return None


async def test_it_serves_both_brains_with_gate_pause_and_resume(
    server: WireServer, dialect: Dialect, make_bench: MakeBench
) -> None:
    """A read, a gated call after a pause and a restart, malformed arguments on the way, a summary, an answer."""
    entry = ModelEntry(
        key="local", provider="openai-compatible", name="qwen3", label="Qwen", base_url=f"{server.url}/v1"
    )
    connector = Connector(_NoKeys(), {})
    bench = await make_bench(connector=connector)
    bench.registry = Registry([entry], [Role(name="chat", label="Chat", orchestrator="local", responder="local")])
    bench.session.runner = dataclasses.replace(bench.session.runner, registry=bench.registry)
    malformed = wire.answers(
        wire.calls(wire.piece(0, id="m", name="look", arguments='{"name": "half')), wire.end("tool_calls")
    )
    server.script(
        dialect.wants(Wanted("look", {"name": "notes"})),
        malformed,
        dialect.wants(Wanted("act", {"name": "report"})),
        dialect.says("A summary."),
        dialect.says("The ", "answer."),
    )
    run_id = await bench.run(orchestrator="local", responder="local")
    assert bench.types[-1] == "run_paused"
    (gate,) = bench.told(ConfirmationRequested)
    await bench.restart()
    bench.session.runner = dataclasses.replace(bench.session.runner, registry=bench.registry)
    assert await bench.decide(run_id, gate.call_id)
    await bench.resume(run_id)
    assert bench.workshop.log == ["begin look notes", "end look notes", "begin act report", "end act report"]
    assert [event.text for event in bench.told(SummaryReady)] == ["A summary."]
    (answer,) = bench.told(AnswerFinished)
    assert (answer.text, answer.label, answer.fallback) == ("The answer.", "Qwen", False)
    sent = server.requests[3].json["messages"]
    assert [message["role"] for message in sent[-6:]] == ["assistant", "tool"] * 3
    for asked, told in zip(sent[-6::2], sent[-5::2], strict=True):
        assert [call["id"] for call in asked["tool_calls"]] == [told["tool_call_id"]]
    assert sent[-3]["content"].startswith("Error: ")
    assert server.requests[4].json.get("tools") is None
    await connector.aclose()


def _said(words: str, *calls: ToolCall) -> ModelTurn:
    return ModelTurn(parts=(TextPart(text=words), *(CallPart(call=call) for call in calls)))


HISTORY = ModelRequest(
    system="Be brief.",
    items=(
        UserText(text="Earlier."),
        UserText(text="Also earlier."),
        _said("Noted."),
        _said("Both."),
        UserText(text="The request."),
        UserText(text="[the day]"),
    ),
)


async def test_person_and_model_take_turns_as_strict_templates_demand(
    server: WireServer, model: OpenAICompatibleModel, dialect: Dialect
) -> None:
    server.script(dialect.says("Fine."))
    await turn_of(model, HISTORY)
    assert server.requests[0].json["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Earlier.\n\nAlso earlier."},
        {"role": "assistant", "content": "Noted.\n\nBoth."},
        {"role": "user", "content": "The request.\n\n[the day]"},
    ]


async def test_a_message_with_a_picture_is_joined_as_parts(server: WireServer, dialect: Dialect) -> None:
    picture = Attachment(hash="a" * 64, name="p.png", size=3, media_type="image/png")

    async def load(hash: str) -> bytes:
        return b"png"

    model = OpenAICompatibleModel("qwen3", "Qwen", "", f"{server.url}/v1", 10.0, load)
    server.script(dialect.says("A cat."))
    items = (UserText(text="Before."), UserText(text="What is it?", attachments=(picture,)), UserText(text="Well?"))
    await turn_of(model, ModelRequest(items=items))
    await model.aclose()
    (message,) = server.requests[0].json["messages"]
    assert message["content"][0]["text"] == "Before."
    assert [part["type"] for part in message["content"]] == ["text", "text", "image_url", "text", "text"]
    assert [part["text"] for part in message["content"][-2:]] == ["What is it?", "Well?"]


def test_calls_and_their_results_stay_apart_and_openai_gets_what_was_said() -> None:
    call = ToolCall(id="c", tool="look", arguments={})
    results = ToolResults(results=(ToolResult(call_id="c", tool="look", state=CallState.DONE, text="One."),))
    turns = (_said("Then.", call), results, _said("Done."))
    request = ModelRequest(items=(UserText(text="A"), UserText(text="B"), _said("First."), *turns))
    assert [one["role"] for one in body_for(request, "m", "localhost")["messages"]] == [
        *("user", "assistant", "assistant", "tool", "assistant")
    ]
    assert [one["content"] for one in body_for(request, "m", "api.openai.com")["messages"]][:2] == ["A", "B"]
