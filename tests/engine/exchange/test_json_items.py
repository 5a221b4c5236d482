"""JSON that comes in pieces is read item by item."""

import itertools
import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.errors import BadFile
from desktop.engine.exchange.json_items import json_items

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
_CUTS = st.lists(st.integers(1, 40), min_size=1, max_size=8)


def pieces(text: str, sizes: list[int]) -> Iterator[str]:
    at = 0
    for size in itertools.cycle(sizes):
        if at >= len(text):
            return
        yield text[at : at + size]
        at += size


@given(st.lists(_VALUES, max_size=6), _CUTS, st.booleans(), st.sampled_from([None, 1]))
def test_a_list_comes_whole_wherever_it_is_cut(
    values: list[object], sizes: list[int], ascii_only: bool, indent: int | None
) -> None:
    text = json.dumps(values, ensure_ascii=ascii_only, indent=indent)
    assert list(json_items(pieces(text, sizes), "x")) == [("", value) for value in values]


@given(st.dictionaries(st.text(max_size=4), _VALUES, max_size=4), st.lists(_VALUES, max_size=4), _CUTS)
def test_an_object_comes_whole_and_its_long_list_item_by_item(
    head: dict[str, object], values: list[object], sizes: list[int]
) -> None:
    head.pop("items", None)
    text = json.dumps(head | {"items": values})
    found = list(json_items(pieces(text, sizes), "items"))
    assert [value for key, value in found if key == "items"] == values
    assert {key: value for key, value in found if key != "items"} == head


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[\n{"a": 1},\n{"b" 2}]', "is no whole JSON: .* in line 3"),
        ('[{"a": "never closed', "ends too early|Unterminated"),
        ('[1, 2', "',' is missing in line 1, at character 5; it ends too early"),
        ("[1] 2", "more text behind the end in line 1, at character 4"),
        ('{"a": 1, 2: 3}', "a name is missing"),
        ("[tru]", "Expecting value in line 1"),
        ("", "no JSON list or object"),
        (" \n ", "no JSON list or object"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place_wherever_the_text_is_cut(text: str, says: str, size: int) -> None:
    with pytest.raises(BadFile, match=says):
        list(json_items(pieces(text, [size]), "items"))


def test_no_more_is_read_than_is_needed() -> None:
    came: list[int] = []

    def coming() -> Iterator[str]:
        yield "["
        for number in range(1_000):
            came.append(number)
            yield f'{"," if number else ""}{{"n": {number}}}'
        yield "]"

    items = json_items(coming(), "items")
    assert next(items) == ("", {"n": 0})
    assert len(came) < 5
    assert len(list(items)) == 999


def test_a_fault_early_in_a_long_text_is_told_early() -> None:
    def coming() -> Iterator[str]:
        yield '[{"a": oops, "b": "' + "x" * 100
        raise AssertionError("read on behind a fault")

    with pytest.raises(BadFile, match="Expecting value"):
        next(json_items(coming(), "items"))
