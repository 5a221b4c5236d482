"""The reader of a stream, without network and SDK."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.errors import StreamCut
from desktop.engine.messages import JsonObject, StopReason, ToolCall
from desktop.engine.models.base import TextDelta
from desktop.engine.models.claude_stream import TurnReader
from desktop.engine.requests import ModelTurn, TextPart
from tests.wire import claude as wire
from tests.wire.server import sse

NAME = "claude-sonnet-5-5"


def read(*events: bytes) -> ModelTurn:
    reader = TurnReader("Claude", NAME)
    for event in b"".join(events).decode().split("\n\n"):
        if event:
            list(reader.read(event.split("data: ", 1)[1]))
    return reader.turn()


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(_TEXT, _VALUE, max_size=4), st.booleans(), st.data())
def test_arguments_are_whole_wherever_their_json_is_split(
    arguments: JsonObject, ascii: bool, data: st.DataObject
) -> None:
    whole = json.dumps(arguments, ensure_ascii=ascii)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    turn = read(*wire.turn(wire.tool_use(0, "toolu_1", "x", *pieces), stop="tool_use"))
    assert turn.calls == (ToolCall(id="toolu_1", tool="x", arguments=arguments),)
    assert turn.opaque is not None
    assert turn.opaque.content[0]["input"] == arguments  # type: ignore[index,call-overload]


def test_arguments_may_stand_in_the_blocks_start() -> None:
    start = {"type": "tool_use", "id": "toolu_1", "name": "x", "input": {"a": 1}}
    assert read(*wire.turn(wire.block(0, start), stop="tool_use")).calls[0].arguments == {"a": 1}


@pytest.mark.parametrize("bad", ['{"a": 1', "[1]", "1", '{"a": NaN}', '{"a": "\\ud800"}', "[" * 100_000])
def test_call_with_unreadable_arguments_is_cut_and_its_arguments_are_not_named(bad: str) -> None:
    with pytest.raises(StreamCut) as caught:
        read(*wire.turn(wire.tool_use(0, "toolu_1", "x", bad), stop="tool_use"))
    assert bad not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "blocks",
    [
        [],
        [wire.text(0, "I call nothing.")],
        [wire.tool_use(0, "", "x")],
        [wire.block(0, {"type": "tool_use", "input": {}})],
        [wire.tool_use(0, "same", "x"), wire.tool_use(1, "same", "y")],
    ],
    ids=["nothing", "only text", "no id", "no name", "one id twice"],
)
def test_turn_that_ends_in_calls_without_usable_calls_is_cut(blocks: list[bytes]) -> None:
    with pytest.raises(StreamCut):
        read(*wire.turn(*blocks, stop="tool_use"))


@pytest.mark.parametrize("stop", ["max_tokens", "model_context_window_exceeded"])
def test_what_was_cut_off_by_a_limit_is_kept_as_text_alone(stop: str) -> None:
    turn = read(
        *wire.turn(wire.thinking(0, "", "Hm"), wire.text(1, "I "), wire.tool_use(2, "t", "x", '{"a'), stop=stop)
    )
    assert (turn.parts, turn.stop, turn.stop_detail) == ((TextPart(text="I "),), StopReason.MAX_TOKENS, stop)
    assert turn.opaque is None


def test_calls_of_a_turn_that_ended_otherwise_are_dropped() -> None:
    turn = read(*wire.turn(wire.text(0, "Done."), wire.tool_use(1, "t", "x"), stop="end_turn"))
    assert (turn.parts, turn.opaque) == ((TextPart(text="Done."),), None)


def test_blocks_and_events_of_newer_apis_are_kept_or_passed_over() -> None:
    new = {"type": "hologram", "data": {"x": [1]}}
    turn = read(
        *wire.turn(
            sse({"type": "weather", "is": "fine"}, "weather"),
            wire.block(0, new, {"type": "hologram_delta", "data": "y"}),
            wire.text(1, "Hi"),
        )
    )
    assert turn.parts == (TextPart(text="Hi"),)
    assert turn.opaque is not None
    assert turn.opaque.content == [new, {"type": "text", "text": "Hi"}]


def test_citations_are_kept_for_the_way_back() -> None:
    cited = [{"type": "search_result_location", "source": "s", "cited_text": t} for t in ("a", "b")]
    deltas: list[dict[str, Any]] = [{"type": "citations_delta", "citation": citation} for citation in cited]
    start = {"type": "text", "text": "", "citations": None}
    turn = read(*wire.turn(wire.block(0, start, deltas[0], {"type": "text_delta", "text": "Hi"}, deltas[1])))
    assert turn.opaque is not None
    assert turn.opaque.content == [{"type": "text", "text": "Hi", "citations": cited}]


def test_answer_may_be_empty() -> None:
    turn = read(*wire.turn())
    assert (turn.parts, turn.stop, turn.opaque) == ((), StopReason.END, None)


@pytest.mark.parametrize(
    "odd",
    [
        "[]",
        "null",
        '"x"',
        '{"type": 7}',
        '{"type": "message_start", "message": 3}',
        '{"type": "content_block_start", "content_block": null}',
        '{"type": "content_block_delta", "index": 9, "delta": {"type": "text_delta", "text": "x"}}',
        '{"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": null}}',
        '{"type": "message_delta", "delta": [], "usage": "x"}',
    ],
)
def test_events_of_another_shape_are_read_as_nothing(odd: str) -> None:
    assert list(TurnReader("Claude", NAME).read(odd)) == []


def test_text_in_a_blocks_start_streams_too() -> None:
    reader = TurnReader("Claude", NAME)
    start = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "Hi"}}
    assert list(reader.read(json.dumps(start))) == [TextDelta(text="Hi")]
