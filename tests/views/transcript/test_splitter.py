# ruff: noqa: E501 - a list of texts is read best as one
import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it.token import Token

from desktop.views.transcript import kinds
from desktop.views.transcript.definitions import definitions
from desktop.views.transcript.kinds import Item, Kind, read_kind
from desktop.views.transcript.parsing import parse, parse_line
from desktop.views.transcript.prose_source import without_margin
from desktop.views.transcript.segment import Piece
from desktop.views.transcript.splitter import resume, split
from tests.views.transcript.markdown_texts import ANYTHING, LONG_PARAGRAPHS, MARKDOWN

Leaf = tuple[str, int, int, str]


def leaves(tokens: Sequence[Token], level: int = 0, quotes: int = 0, number: int = 0) -> list[Leaf]:
    """The blocks of a text in order: kind, depth in lists, depth in quotes, content."""
    found: list[Leaf] = []
    numbers: list[int] = []
    for token in tokens:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                level += 1
                ordered = token.type == "ordered_list_open"
                start = number if number and ordered and not numbers else int(token.attrs.get("start", 1))
                numbers.append(start if ordered else -1)
                number = 0
            case "bullet_list_close" | "ordered_list_close":
                level -= 1
                numbers.pop()
            case "list_item_open":
                found.append(("item", level, quotes, str(numbers[-1]) if numbers[-1] >= 0 else "-"))
                numbers[-1] += numbers[-1] >= 0
            case "blockquote_open":
                quotes += 1
            case "blockquote_close":
                quotes -= 1
            case "inline" | "fence" | "code_block" | "math_block" | "hr":
                content = token.content.rstrip() if token.type == "code_block" else token.content
                found.append((token.type, level, quotes, content))
            case "heading_open" | "th_open" | "td_open" | "footnote_reference_open" | "paragraph_open":
                found.append((token.type, level, quotes, token.tag))
    return found


def of_pieces(pieces: Sequence[Piece], around: str) -> list[Leaf]:
    found: list[Leaf] = []
    for piece in pieces:
        kind = read_kind(piece.kind)
        if kind.name == kinds.PART:  # goes on with what stands in the last block
            name, level, quotes, content = found.pop()
            text = re.sub(r"^[ >]+", "", piece.text, flags=re.MULTILINE) if kind.quotes else piece.text
            found.append((name, level, quotes, f"{content} {parse_line(text, around)[1].content}"))
            continue
        found += leaves(parse(without_margin(piece.text, kind.column), around), len(kind.items), number=kind.number)
    return found


def reads_as_the_whole(text: str) -> None:
    pieces = split(text, False)
    if any(read_kind(piece.kind).name == kinds.ROWS for piece in pieces):
        return  # rows read otherwise, piece by piece
    if any(read_kind(piece.kind).unsure for piece in pieces):
        return  # the lines do not tell whether a list goes on: what looks like a fence there is passed
    around = definitions(text)
    if any(read_kind(piece.kind).name == kinds.PART for piece in pieces) and any(
        token.type == "heading_open" and token.markup in ("-", "=") for token in parse(text, around)
    ):
        return  # that a paragraph is a heading stands below it, too late for a long one
    assert spaced(of_pieces(pieces, around)) == spaced(leaves(parse(text, around)))


def spaced(found: Sequence[Leaf]) -> list[tuple[object, ...]]:
    """The same with one space for each stretch of white space in text."""
    return [(name, *places, " ".join(text.split()) if name == "inline" else text) for name, *places, text in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\n```py\nx\n```\nb", ["prose", "code", "prose"]),
        ("~~~\n```\n~~~\n", ["code"]),
        ("1. a\n   ```\n   x\n   ```\n   b\n2. c", ["prose", "code", "prose", "prose"]),
        ("> ```\n> x\n> ```\n", ["prose"]),
        ("a\n| x | y |\n|---|---|\n| 1 | 2 |\n\nb", ["prose", "table", "prose"]),
        ("| x | y |\n|---|\n", ["prose"]),
        ("a\n$$\nx\n$$\nb", ["prose", "formula", "prose"]),
        ("$$\nx\n\n$$", ["prose"]),
        ("a[^1]\n\n[^1]: b\n    c\n\nd", ["prose", "notes", "prose"]),
        ("[^1]: note\n- task\n  ```", ["notes", "prose", "code"]),
        ("    x\n\n    y\n\nz", ["indented", "prose"]),
        ("a\n    x", ["prose"]),
        ("- a\n\n    x", ["prose"]),
        ("- a\n\n      ```\n      x\n", ["prose"]),
        ("    ```\n    x\n", ["indented"]),
        ("Head\n====\n", ["prose"]),
    ],
)
def test_blocks_of_another_kind_are_pieces_of_their_own(text: str, expected: list[str]) -> None:
    assert [read_kind(piece.kind).name for piece in split(text, False)] == expected


def test_an_item_after_code_keeps_its_number() -> None:
    last = split("4. a\n   ```\n   x\n   ```\n5. b\n", False)[-1]
    assert (last.text, read_kind(last.kind).number) == ("5. b\n", 5)


def test_a_kind_is_read_as_it_was_written() -> None:
    for kind in (
        Kind("prose"),
        Kind("rows", table="|-|\na@b", table_start=7, goes_on=True),
        Kind("part", (Item(3, ".", 12), Item(5, "-", 0)), 3, quotes=2),
        Kind("part", heading=2, open="12 **,2,s,40 ?"),
    ):
        assert read_kind(str(kind)) == kind


@given(ANYTHING)
@settings(deadline=None, derandomize=True)
def test_pieces_join_to_the_text(text: str) -> None:
    pieces = split(text, False)
    assert "".join(piece.text for piece in pieces) == text
    assert [piece.start for piece in pieces] == [sum(len(p.text) for p in pieces[:n]) for n in range(len(pieces))]


@given(MARKDOWN)
@settings(max_examples=600, deadline=None, derandomize=True)
def test_pieces_read_as_the_whole_would(text: str) -> None:
    reads_as_the_whole(text)


@given(MARKDOWN.map(lambda text: text.replace("word", "word " * 60)))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_long_texts_read_as_the_whole_would_too(text: str) -> None:
    reads_as_the_whole(text)


@given(MARKDOWN.map(lambda text: text.replace("word", "word " * 400)))
@settings(max_examples=120, deadline=None, derandomize=True)
def test_very_long_paragraphs_read_as_the_whole_would(text: str) -> None:
    reads_as_the_whole(text)


@given(ANYTHING, st.lists(st.integers(0, 400), max_size=8))
@settings(max_examples=600, deadline=None, derandomize=True)
def test_finished_pieces_stay_however_the_text_grows(text: str, stops: list[int]) -> None:
    whole = list(split(text, False))
    for stop in sorted({min(stop, len(text)) for stop in stops}):
        grown = list(split(text[:stop], True))
        assert grown[:-1] == whole[: max(0, len(grown) - 1)]


@given(ANYTHING.map(lambda text: text.replace("word", "word " * 60)), st.lists(st.integers(0, 2000), max_size=8))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_resuming_gives_what_splitting_the_whole_does(text: str, stops: list[int]) -> None:
    pieces: list[Piece] = []
    for stop in [*sorted({min(stop, len(text)) for stop in stops}), len(text)]:
        if pieces:
            pieces[-1:] = resume(pieces[-1], text[:stop], True)
        else:
            pieces = list(split(text[:stop], True))
        assert pieces == list(split(text[:stop], True))


@given(ANYTHING, st.lists(st.integers(1, 30), min_size=1, max_size=12))
@settings(max_examples=600, deadline=None, derandomize=True)
def test_resuming_line_by_line_gives_what_splitting_the_whole_does(text: str, sizes: list[int]) -> None:
    pieces, at, turn = list[Piece](), 0, 0
    while at < len(text):
        line = text.find("\n", at) + 1 or len(text)
        at, turn = min(line, at + sizes[turn % len(sizes)]), turn + 1
        pieces[-1:] = resume(pieces[-1], text[:at], True) if pieces else split(text[:at], True)
        assert pieces == list(split(text[:at], True))


@given(LONG_PARAGRAPHS, st.lists(st.integers(60, 900), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_parts_of_a_long_paragraph_stay_however_it_grows(text: str, sizes: list[int]) -> None:
    whole = list(split(text, False))
    pieces: list[Piece] = []
    at = 0
    while at < len(text):
        at += sizes[at % len(sizes)]
        pieces[-1:] = resume(pieces[-1], text[:at], True) if pieces else split(text[:at], True)
        assert pieces == list(split(text[:at], True))
        assert pieces[:-1] == whole[: len(pieces) - 1]


def test_what_stands_above_a_table_stays_while_its_head_comes() -> None:
    text = "words\n\n- item\n\n| Name | Size |\n| --- | --- |\n| a | b |\n"
    above = split("words\n\n- item\n\n", True)
    for end in range(text.index("|") + 1, len(text)):
        pieces = split(text[:end], True)
        assert (list(pieces[:1]), len(pieces)) == (list(above), 2)


def test_a_half_typed_fence_is_hidden() -> None:
    assert [piece.text for piece in split("text\n\n``", True)] == ["text\n\n"]
    assert [piece.text for piece in split("```py\nx = 1\n``", True)] == ["```py\nx = 1\n"]
    assert [piece.text for piece in split("```py\nx = 1\n``", False)] == ["```py\nx = 1\n``"]


@pytest.mark.parametrize(
    "text",
    ["word " * 8_000, "x" * 40_000, "*a* " * 10_000, "*" * 10_000, "> " + "quoted words " * 3_000, "- " + "item " * 5_000,
     "| a | b |\n|---|---|\n" + "| some | words |\n" * 5_000, "- item\n" * 5_000, "[" * 20_000, "a" + "`" * 9_999 + " b " * 5_000],
)  # fmt: skip
def test_no_piece_is_long(text: str) -> None:
    pieces = split(text, False)
    assert max(len(piece.text) for piece in pieces) <= 4_300
    assert "".join(piece.text for piece in pieces) == text
