"""The body that is sent, without network and SDK."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from desktop.engine.messages import CallState, StopReason, ToolCall, ToolResult
from desktop.engine.models.claude_request import DEFAULT_MAX_TOKENS, request_body
from desktop.engine.requests import (
    CallPart,
    ModelRequest,
    ModelTurn,
    Opaque,
    RequestItem,
    TextPart,
    ToolDeclaration,
    ToolResults,
    UserText,
)

NAME = "claude-sonnet-5-5"
CACHE = {"type": "ephemeral"}
CLOCK = ToolDeclaration(name="clock", description="Tells the time.", parameters={"type": "object"})
LIST = ToolDeclaration(name="list", description="", parameters={"type": "object", "properties": {}})
KEPT: list[Any] = [
    {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
    {"type": "tool_use", "id": "toolu_1", "name": "clock", "input": {}},
]


def body(*items: RequestItem, **more: Any) -> dict[str, Any]:
    return request_body(NAME, ModelRequest(items=items, **more))


def plain(value: Any) -> Any:
    """The value without cache breakpoints."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items() if key != "cache_control"}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def marked(value: Any) -> Iterator[dict[str, Any]]:
    """All that carries a cache breakpoint."""
    if isinstance(value, dict):
        if "cache_control" in value:
            yield value
        for inner in value.values():
            yield from marked(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from marked(inner)


def called(
    call_id: str = "toolu_1", *, provider: str = "anthropic", model: str = NAME, content: Any = None
) -> ModelTurn:
    return ModelTurn(
        parts=(TextPart(text="I look."), CallPart(call=ToolCall(id=call_id, tool="clock", arguments={"zone": "UTC"}))),
        stop=StopReason.CALLS,
        opaque=Opaque(provider=provider, model=model, content=KEPT if content is None else content),
    )


def result(call_id: str = "toolu_1", text: str = "12:00", state: CallState = CallState.DONE) -> ToolResult:
    return ToolResult(call_id=call_id, tool="clock", state=state, text=text)


def test_limit_of_output_is_the_requests_or_a_default() -> None:
    assert body(UserText(text="x"))["max_tokens"] == DEFAULT_MAX_TOKENS == 16_000
    assert body(UserText(text="x"), max_output_tokens=5)["max_tokens"] == 5


def test_nothing_is_sent_that_was_not_asked_for() -> None:
    assert set(body(UserText(text="x"))) == {"model", "max_tokens", "messages"}


def test_tools_are_declared_and_calls_can_be_forbidden() -> None:
    free, bound = (
        body(UserText(text="x"), tools=(CLOCK, LIST)),
        body(UserText(text="x"), tools=(CLOCK,), allow_calls=False),
    )
    assert plain(free["tools"]) == [
        {"name": "clock", "description": "Tells the time.", "input_schema": {"type": "object"}},
        {"name": "list", "input_schema": {"type": "object", "properties": {}}},
    ]
    assert "tool_choice" not in free
    assert bound["tool_choice"] == {"type": "none"}
    assert "tool_choice" not in body(UserText(text="x"), allow_calls=False)  # the API refuses it without tools


def test_user_items_in_a_row_are_one_message_with_the_results_first() -> None:
    sent = body(UserText(text="a"), called(), UserText(text="b"), ToolResults(results=(result(),)), UserText(text="c"))[
        "messages"
    ]
    assert [message["role"] for message in sent] == ["user", "assistant", "user"]
    assert plain(sent[2]["content"]) == [
        {"type": "tool_result", "tool_use_id": "toolu_1", "content": "12:00"},
        {"type": "text", "text": "b"},
        {"type": "text", "text": "c"},
    ]


def test_all_results_of_a_round_are_in_one_message_in_order() -> None:
    results = ToolResults(results=(result("t2"), result("t1", "no", CallState.FAILED), result("t3")))
    sent = body(UserText(text="a"), called(), results)["messages"][-1]["content"]
    assert [(block["tool_use_id"], block.get("is_error", False)) for block in sent] == [
        ("t2", False),
        ("t1", True),
        ("t3", False),
    ]


@pytest.mark.parametrize("state", [state for state in CallState if not state.is_open])
def test_every_result_that_is_not_done_is_an_error_with_words(state: CallState) -> None:
    (block,) = body(UserText(text="a"), called(), ToolResults(results=(result(text=" ", state=state),)))["messages"][
        -1
    ]["content"]
    assert block.get("is_error", False) is (state is not CallState.DONE)
    assert block.get("content") == (None if state is CallState.DONE else state.value)


@pytest.mark.parametrize("blank", ["", " \n"])
def test_blank_texts_are_never_sent(blank: str) -> None:
    turn = ModelTurn(parts=(TextPart(text=blank),))
    kept = called(content=[{"type": "text", "text": blank}, *KEPT])
    sent = body(UserText(text="a"), turn, UserText(text=blank), UserText(text="b"), kept, system=blank)
    assert "system" not in sent
    assert plain(sent["messages"]) == [
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        {"role": "assistant", "content": KEPT},
    ]


def test_own_turn_goes_back_unchanged() -> None:
    assert plain(body(UserText(text="a"), called())["messages"][1]["content"]) == KEPT


@pytest.mark.parametrize(
    "foreign",
    [
        called(provider="gemini"),
        called(model="claude-opus-5-5"),
        called(content="damaged"),
        called(content=["damaged"]),
        called(content=[{"text": "no type"}]),
        called().model_copy(update={"opaque": None}),
    ],
)
def test_turn_of_another_model_or_damaged_is_rebuilt_from_its_parts(foreign: ModelTurn) -> None:
    assert plain(body(UserText(text="a"), foreign)["messages"][1]["content"]) == [
        {"type": "text", "text": "I look."},
        {"type": "tool_use", "id": "toolu_1", "name": "clock", "input": {"zone": "UTC"}},
    ]


def test_foreign_call_ids_are_spelled_as_the_api_takes_them_and_still_pair() -> None:
    for call_id in ("functions.clock:0", "ruf-ä", ""):
        foreign = called(call_id, provider="openai-compatible")
        _, assistant, user = body(UserText(text="a"), foreign, ToolResults(results=(result(call_id),)))["messages"]
        wire_id = assistant["content"][1]["id"]
        assert wire_id == user["content"][0]["tool_use_id"]
        assert wire_id.replace("_", "").replace("-", "").isalnum()
        assert wire_id.isascii()


def test_turn_of_thinking_alone_is_left_out() -> None:
    turn = ModelTurn(opaque=Opaque(provider="anthropic", model=NAME, content=KEPT[:1]))
    assert [message["role"] for message in body(UserText(text="a"), turn, UserText(text="b"))["messages"]] == ["user"]


def conversation() -> tuple[RequestItem, ...]:
    return (
        UserText(text="a"),
        ModelTurn(parts=(TextPart(text="b"),)),
        UserText(text="c"),
        called(),
        ToolResults(results=(result(),)),
        ModelTurn(parts=(TextPart(text="d"),)),
        UserText(text="e"),
    )


def test_cache_breakpoints_end_the_parts_that_come_again() -> None:
    items = conversation()
    asked = body(*items, system="S", tools=(LIST, CLOCK))
    assert plain(list(marked(asked))) == [
        {"type": "text", "text": "d"},
        {"type": "text", "text": "S"},
        {"name": "clock", "description": "Tells the time.", "input_schema": {"type": "object"}},
    ]
    gathering = body(*items[:5], system="S", tools=(CLOCK,))
    assert [block.get("type") for block in marked(gathering)] == ["tool_use", "tool_result", "text", None]


def test_there_are_at_most_four_cache_breakpoints_and_none_on_thinking() -> None:
    items = conversation()
    for end in range(1, len(items) + 1):
        marks = list(marked(body(*items[:end], system="S", tools=(CLOCK,))))
        assert len(marks) <= 4
        assert all(mark["cache_control"] == CACHE and mark.get("type") != "thinking" for mark in marks)


def test_longer_conversation_begins_with_the_same_bytes() -> None:
    items = conversation()
    whole = json.dumps(plain(body(*items, system="S", tools=(CLOCK,))["messages"]))
    for end in range(1, len(items)):
        shorter = json.dumps(plain(body(*items[:end], system="S", tools=(CLOCK,))["messages"]))
        assert whole.startswith(shorter.removesuffix("]"))


def test_request_is_left_as_it_was() -> None:
    items = conversation()
    for end in range(1, len(items) + 1):
        request = ModelRequest(items=items[:end], system="S", tools=(CLOCK,))
        before = request.model_dump_json()
        request_body(NAME, request)
        assert request.model_dump_json() == before
