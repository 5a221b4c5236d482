"""A segment that grew holds what one made anew would."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QFont, QTextDocument, QTextFormat
from PySide6.QtWidgets import QApplication

from desktop.engine.messages import Attachment
from desktop.views.theme import LIGHT
from desktop.views.transcript import formulas
from desktop.views.transcript.factory import make_segment
from desktop.views.transcript.growth import is_closed, lengthens_line, reread_from, words_added
from desktop.views.transcript.message_layout import MessageLayout
from desktop.views.transcript.metrics import Metrics
from desktop.views.transcript.prose_segment import ProseSegment
from desktop.views.transcript.segment import Look, Piece, Surroundings
from desktop.views.transcript.splitter import resume, split
from desktop.views.transcript.table_segment import TableSegment
from desktop.views.transcript.transcript import STANDARD_KIT
from tests.views.transcript.conftest import said
from tests.views.transcript.markdown_texts import ANYTHING

AROUND = Surroundings(("c1", "c2"), "[x]: http://a.b\n\n[^1]: .")
_WORDS = st.sampled_from(
    ["word ", "More", " of it, ", "and. ", "**bold** ", "*it", "`code`", "\n", "\n\n", "- ", "1. ", "# ", "[1]", "$x$ ",
     "http://a.b", "www", "www.x", "me@b", ".c", "/d ", "> ", "  ", "---\n", "[x]", "[y](z)", "&amp", ";", "\\", "~~",
     "日本", "שלום ", "😀",
     "|", "    "]
)  # fmt: skip
CHUNKS = st.lists(_WORDS, max_size=40)
_ITEMS = st.sampled_from(
    ["- word", "\n- more", "\n- *it*", "\n- [a](http://b.c) d", "\n1. one", "\n2. two", "\n* star", "\n* **bold** x",
     " and", "\n\n", "\n", "\n\n- loose", "\n  - below", "\n  goes on", "\n\n  a paragraph", "\nlazy", "\n\nText.",
     "\n\nText:\n\n- a", "\n> - quoted", "\n- [ ] open", "\n- [x] done", "\n---", "\n## Head", " | b", "\n- | -",
     "\n```\ncode\n```\n", "\n- `c`", "\n1) other", "\n- - twice", "\n- # head", "\n-", "\n- \u05e9\u05dc", " **b**",
     "\n12. far", "  \n", "\t", "\n\n---\n", "\n- a[^1]", "\n- www.a.b", "\n- it costs $5"]
)  # fmt: skip
LISTS = st.lists(_ITEMS, max_size=30)


@pytest.fixture
def look(qapp: QApplication) -> Look:
    return Look(LIGHT, QFont("DejaVu Sans", 10))


def told(style: QTextFormat) -> QTextFormat:
    """A format without the number of the list it belongs to."""
    result = QTextFormat(style)
    result.setObjectIndex(-1)
    return result


def content(document: QTextDocument) -> list[Any]:
    """Blocks, their formats, and the stretches of one format in each."""
    found: list[Any] = []
    block = document.begin()
    while block.isValid():
        listed = block.textList()
        order = (told(listed.format()), listed.itemNumber(block)) if listed is not None else None
        stretches: list[Any] = []
        iterator = block.begin()
        while not iterator.atEnd():
            fragment = iterator.fragment()
            stretches.append((fragment.text(), told(fragment.charFormat())))
            iterator += 1
        found.append((told(block.blockFormat()), told(block.charFormat()), order, stretches))
        block = block.next()
    return found


def grows_as_made_anew(chunks: list[str], look: Look, around: Surroundings = AROUND) -> int:
    """Grow the last segment as the canvas does, and compare after each chunk.

    Returns:
        How often it grew.
    """
    text = "".join(chunks[:1])
    pieces = list(split(text, True))
    live = make_segment(pieces[-1], around, look) if pieces else None
    grown = 0
    for chunk in chunks[1:]:
        text += chunk
        before = pieces[-1] if pieces else None
        pieces = list(resume(before, text, True)) if before is not None else list(split(text, True))
        if not pieces:
            continue
        if live is not None and before is not None and pieces[0].kind == before.kind and len(pieces) == 1:
            live.lay_out(300)
            if pieces[0] == before or live.grow(pieces[0]):
                grown += pieces[0] != before
                assert formulas.wait(30)
                live.refine(50)
                anew = make_segment(pieces[0], around, look)
                assert live.shown_text() == anew.shown_text()
                assert live.lay_out(300) == anew.lay_out(300)
                assert live.links() == anew.links()
                assert live.markdown(0, live.length // 2) == anew.markdown(0, live.length // 2)
                if isinstance(live, ProseSegment):
                    assert isinstance(anew, ProseSegment)
                    assert content(live._document) == content(anew._document)
                    assert live._ornaments == anew._ornaments
                if isinstance(live, TableSegment):
                    assert isinstance(anew, TableSegment)
                    assert content(live._document) == content(anew._document)
                    assert live._lines == anew._lines
                continue
        live = make_segment(pieces[-1], around, look)
    return grown


LONG = st.sampled_from(
    [
        "- " + "an item of some words\n- " * 50,
        "1. first\n" + "".join(f"{number}. an item of some words\n" for number in range(2, 45)),
        "- outer\n" + "  - an inner item of some words\n" * 40,
        "10. outer\n\n" + "    A paragraph in it, of some words.\n\n" * 30,
        "- outer\n\n" + "  A paragraph in it, of some words.\n\n" * 30,
        "Words of a *long* paragraph, and more. " * 50,
        "> " + "Words of a quoted paragraph, and more. " * 50,
        "- " + "Words of a **long** item, and more. " * 50,
        "A paragraph of words.\n\n" * 40,
    ]
)
"""Beginnings so long that what follows stands in a piece of its own, in a list, a quote or a paragraph."""
_ON = st.sampled_from(["\n\nText.", "\n\n  Text.", "\n\n    Text.", "\n  - inner", "\n- outer", "\n3. three", " more"])

PROPERTY = settings(
    max_examples=250, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


_BLOCKS = st.sampled_from(
    ["Text of a line.", "**Bold** words", "`code` words", "## A heading", "> Quoted words", "> quoted\n> more",
     "> \u05e9\u05dc", "- item", "- another *item*", "- `code`", "* star", "* **bold**", "1. one", "2. two `c`",
     "7. far", "- [a](http://b.c) d", "- item\n- item", "1. one\n2. two", "- item\n\n- apart", "> - quoted item",
     "| a |", "---"]
)  # fmt: skip
BLOCKS = st.lists(st.tuples(_BLOCKS, st.sampled_from(["\n", "\n", "\n\n", "\n\n", "\n\n\n"])), max_size=12)


@given(BLOCKS, st.lists(st.integers(2, 30), min_size=1, max_size=20))
@PROPERTY
def test_blocks_of_one_line_in_any_order(look: Look, blocks: list[tuple[str, str]], sizes: list[int]) -> None:
    text = "".join(block + end for block, end in blocks)
    chunks, at, turn = [], 0, 0
    while at < len(text):
        end = text.find("\n", at) + 1 or len(text)
        stop = min(end, at + sizes[turn % len(sizes)])
        chunks.append(text[at:stop])
        at, turn = stop, turn + 1
    grows_as_made_anew(chunks, look)


@pytest.mark.parametrize(
    ("item", "keeps"), [("- item", True), ("1. item", True), ("- item\n\n", True), ("- item\n  - inner item", True)]
)
def test_a_list_that_is_cut_keeps_its_segment_and_the_room_of_one_made_anew(look: Look, item: str, keeps: bool) -> None:
    layout = MessageLayout(said(1, "", "assistant"), (), STANDARD_KIT, look, Metrics(400, 20.0, 7.0), growing=True)
    text, kept = "A paragraph of words. " * 42 + "\n\n", 0
    for number in range(90):
        text += f"{item} of some words, number {number}\n"
        before = [slot.segment for slot in layout.slots]
        layout.grow(said(1, text, "assistant"))
        for slot in range(len(layout.slots)):
            layout.lay_out(slot)
        kept += len(before) < len(layout.slots) and before == [slot.segment for slot in layout.slots[: len(before)]]
        anew = MessageLayout(said(1, text, "assistant"), (), STANDARD_KIT, look, Metrics(400, 20.0, 7.0), growing=True)
        for slot in range(len(anew.slots)):
            anew.lay_out(slot)
        assert layout.slot_heights() == anew.slot_heights()
    assert len(layout.slots) > 2
    assert bool(kept) is keeps


def laid_out(layout: MessageLayout) -> MessageLayout:
    """A layout of which all slots are laid out."""
    for slot in range(len(layout.slots)):
        layout.lay_out(slot)
    assert formulas.wait(30)
    for slot in range(len(layout.slots)):
        layout.refine(slot, 50)
    return layout


@given(
    st.one_of(
        CHUNKS, LISTS, st.lists(st.sampled_from(["word", " more", ".", "\n", "\n\n", " ", "\\", "**"]), max_size=20)
    )
)
@PROPERTY
def test_message_in_chunks_of_any_size_is_the_one_made_anew(look: Look, chunks: list[str]) -> None:
    def made(text: str) -> MessageLayout:
        message = said(1, "x", "assistant").model_copy(update={"text": text})
        return MessageLayout(message, (), STANDARD_KIT, look, Metrics(400, 20.0, 7.0), growing=True)

    live, text = made(""), ""
    for chunk in chunks:
        text += chunk
        anew = made(text)
        live.grow(anew.message)
        assert [slot.piece for slot in laid_out(live).slots] == [slot.piece for slot in laid_out(anew).slots]
        assert live.slot_heights() == anew.slot_heights()
        for one, other in zip(live.slots, anew.slots, strict=True):
            assert type(one.segment) is type(other.segment)
            if isinstance(one.segment, ProseSegment) and isinstance(other.segment, ProseSegment):
                assert content(one.segment._document) == content(other.segment._document)
                assert one.segment._ornaments == other.segment._ornaments


_ROWS = st.sampled_from(
    ["| a | b |", "| word | a wide cell of words |", "| `c` | *it* and **bold** |", "| 1 |", "| 1 | 2 | 3 |", "plain",
     "| [x](http://a.b) | [1] |", "| one<br>two | $x$ |", "| שלום | 日本 |", "|  |  |", "| ![p](plan.png) | b |",
     "a \\| b | c"]
)  # fmt: skip


@given(
    st.sampled_from(["| --- | ---: |", "|---|", "| :-: | --- | --- |"]),
    st.lists(_ROWS, max_size=8),
    st.lists(st.integers(1, 25), min_size=1, max_size=20),
)
@PROPERTY
def test_tables_in_chunks_of_any_size(look: Look, dashes: str, rows: list[str], sizes: list[int]) -> None:
    text = "\n".join(["| Name | Size |" if dashes.count("-") == 6 else "| A |", dashes, *rows])
    chunks, at, turn = [], 0, 0
    while at < len(text):
        stop = at + sizes[turn % len(sizes)]
        chunks.append(text[at:stop])
        at, turn = stop, turn + 1
    plan = Attachment(hash="p", name="plan.png", media_type="image/png", size=1, width=100, height=60)
    grows_as_made_anew(chunks, look, Surroundings(("c1",), "", (plan,)))


def test_a_row_more_leaves_the_table_as_it_is(look: Look) -> None:
    chunks = ["| Name | Size |\n|---|---|\n| a | b |\n", "| c", " | d |\n", "| e | f |\n| g | h |"]
    assert grows_as_made_anew(chunks, look) == len(chunks) - 1


@given(CHUNKS)
@PROPERTY
def test_words_in_any_order(look: Look, chunks: list[str]) -> None:
    grows_as_made_anew(chunks, look)


@given(LISTS)
@PROPERTY
def test_lists_in_any_order(look: Look, chunks: list[str]) -> None:
    grows_as_made_anew(chunks, look)


@given(ANYTHING, st.lists(st.integers(1, 40), min_size=1, max_size=40))
@PROPERTY
def test_any_text_in_chunks_of_any_size(look: Look, text: str, sizes: list[int]) -> None:
    chunks, at = [], 0
    for size in sizes * (1 + len(text) // max(1, sum(sizes))):
        chunks.append(text[at : at + size])
        at += size
    grows_as_made_anew(chunks, look)


@given(LONG, st.one_of(CHUNKS, LISTS, st.lists(_ON | _ITEMS | _WORDS, max_size=20)))
@PROPERTY
def test_behind_a_long_beginning(look: Look, beginning: str, chunks: list[str]) -> None:
    grows_as_made_anew([beginning, *chunks], look)


def test_an_ordinary_answer_is_grown_nearly_always(look: Look) -> None:
    text = (
        "The function `parse` reads **one** line. It gives back what it found, and where.\n\n"
        "## How it works\n\nFirst it looks at the margin (see [the manual](https://a.b/c)). Then it goes on.\n\n"
        "- one item, and more of it\n- another with `code` in it\n\nAnd an end of so many words, more or less.\n"
    )
    chunks = [text[at : at + 12] for at in range(0, len(text), 12)]
    assert grows_as_made_anew(chunks, look) > 0.6 * len(chunks)


@pytest.mark.parametrize(
    "text",
    [
        "Der Aufruf **gibt zurück**, was er fand (siehe [hier](https://a.b/c)), sonst `nichts`.\n\n## Ende\n\nMehr.",
        "这个函数**只读**一行。它返回找到的内容,以及`位置`。\n\n## 说明\n\n它先看 [手册](https://a.b/c) 再继续。",
        "**Bold** first, then *more* [1], and [a](https://b.c).\n\n- `code` begins\n- [x y](https://z.w) begins\n",
    ],
)
@pytest.mark.parametrize("size", [3, 7])
def test_an_answer_of_any_script_is_grown_nearly_always(look: Look, text: str, size: int) -> None:
    chunks = [text[at : at + size] for at in range(0, len(text), size)]
    assert grows_as_made_anew(chunks, look) > 0.6 * len(chunks)


@pytest.mark.parametrize("mark", ["- ", "* ", "1. "])
def test_items_that_end_are_not_read_again(look: Look, mark: str) -> None:
    items = "".join(f"{mark}an item with `code` in it and **more** words\n" for _ in range(12))
    chunks = [items[at : at + 12] for at in range(0, len(items), 12)]
    assert grows_as_made_anew(chunks, look) > 0.85 * len(chunks)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("some wor", "some words and", "ds and"),
        ("some words ", "some words ", ""),
        ("some ", "some more ", " more"),
        ("- item a", "- item and", "nd"),
        ("so **it", "so **it is", " is"),
        ("so *it", "so *it*", None),
        ("at https://a.b.", "at https://a.b.c", None),
        ("at https://a.b c", "at https://a.b cd", "d"),
        ("1", "12", None),
        ("a\n", "a\nb", None),
        ("| a", "| a b", None),
        ("```\nab", "```\nabc", None),
    ],
)
def test_words_that_only_lengthen_a_line(before: str, after: str, expected: str | None) -> None:
    assert words_added(before, after) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("some wor", "some words and **b", True),
        ("- [a](htt", "- [a](http://b.c) d", True),
        ("## Head", "## Head `x`", True),
        ("## Head", "## Head ##", False),
        ("some", "some\nmore", False),
        ("- [x", "- [x] done", False),
        ("> said", "> said so", True),
        ("> > **said", "> > **said** so", True),
        ("> 12", "> 12 \u05e9", False),
        ("> [!NOTE", "> [!NOTE]", False),
        ("a | b", "a | b | c", False),
        ("```\nab", "```\nabc", False),
        ("*", "**", False),
        ("12", "12.", False),
    ],
)
def test_a_line_whose_kind_is_sure_is_lengthened(before: str, after: str, expected: bool) -> None:
    assert lengthens_line(before, after) is expected


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("plain words, [1] and (more)", True),
        ("a snake_case_name", True),
        ("an *open mark", False),
        ("an open [bracket", False),
        ("a `back tick", False),
        ("it costs $5", False),
        ("_leading", False),
    ],
)
def test_marks_that_show_may_still_begin_something(shown: str, expected: bool) -> None:
    assert is_closed(shown) is expected


@pytest.mark.parametrize(
    ("before", "shown", "expected"),
    [
        ("some **bold** wor", "some bold wor", (14, 3)),
        ("some **bold** wor ", "some bold wor", (14, 3)),
        ("some **bold", "some **bold", (0, 11)),
        ("some *open wor", "some *open wor", (0, 14)),
        ("above *open\nbelow wor", "above *open below wor", None),
        ("- an item", "an item", (5, 4)),
        ("and\n2. `two`", "and 2. two", None),
        ("1. one\n2. `two`", "two", (10, 3)),
    ],
)
def test_where_the_last_line_is_read_from(before: str, shown: str, expected: tuple[int, int] | None) -> None:
    assert reread_from(before, shown) == expected


def test_a_piece_of_another_kind_is_not_taken(look: Look) -> None:
    segment = make_segment(Piece("words", 0, "prose"), Surroundings(), look)
    assert not segment.grow(Piece("words and", 0, "part"))
    assert not segment.grow(Piece("other words", 0, "prose"))
