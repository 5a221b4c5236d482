"""A paragraph of several segments is read as the whole of it would be: what is shown, and in which formats."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from desktop.views.documents import LINE_SEPARATOR
from desktop.views.markdown_inks import INLINE_CODE
from desktop.views.theme import LIGHT
from desktop.views.transcript.document_segment import DocumentSegment
from desktop.views.transcript.factory import make_segment
from desktop.views.transcript.formula_object import FORMULA
from desktop.views.transcript.joined_pieces import joined
from desktop.views.transcript.message_layout import MessageLayout
from desktop.views.transcript.metrics import Metrics
from desktop.views.transcript.segment import Look, Piece, Segment, Surroundings
from desktop.views.transcript.splitter import split
from desktop.views.transcript.transcript import STANDARD_KIT
from tests.views.transcript.conftest import said
from tests.views.transcript.markdown_texts import LONG_PARAGRAPHS

DEFINITIONS = "[ref]: http://r.e/f\n\n[^n]: ."
AROUND = Surroundings((), DEFINITIONS)
Character = tuple[str, int, bool, bool, bool, str, str, float]
"""A character; its weight; whether italic, struck through, code; its target; its formula; its size."""

PROPERTY = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def look(qapp: QApplication) -> Look:
    return Look(LIGHT, QFont("DejaVu Sans", 10))


def characters(segments: Sequence[Segment]) -> list[Character]:
    """What is shown, character by character."""
    found: list[Character] = []
    for segment in segments:
        assert isinstance(segment, DocumentSegment)
        block = segment._document.begin()
        while block.isValid():
            fragments = block.begin()
            while not fragments.atEnd():
                ink = fragments.fragment().charFormat()
                form = (
                    ink.fontWeight(),
                    ink.fontItalic(),
                    ink.fontStrikeOut(),
                    ink.boolProperty(INLINE_CODE),
                    ink.anchorHref(),
                    str(ink.property(FORMULA) or ""),
                    0.0 if ink.hasProperty(FORMULA) else ink.fontPointSize(),  # a formula's changes when it is rendered
                )
                found += [(character, *form) for character in fragments.fragment().text()]
                fragments += 1
            block = block.next()
    return found


def in_parts(text: str, look: Look) -> list[Character]:
    return characters([make_segment(piece, AROUND, look) for piece in joined(split(text, False), 0, False)])


def in_one(text: str, look: Look) -> list[Character]:
    return characters([make_segment(Piece(text, 0, "prose"), AROUND, look)])


def shown(found: Sequence[Character]) -> str:
    return "".join(character for character, *_ in found).replace(LINE_SEPARATOR, "\n")


def assert_reads_as_one(text: str, look: Look) -> None:
    parts, whole = in_parts(text, look), in_one(text, look)
    assert shown(parts) == shown(whole)
    assert parts == whole


LONG = "words of it, and more of them " * 110
"""Over 3,000 characters."""


@pytest.mark.parametrize("mark", ["**", "*", "__", "_", "~~", "***", "`", "``"])
def test_a_format_reaches_over_all_parts(look: Look, mark: str) -> None:
    text = f"Begin {mark}{LONG.strip()}{mark} and end. {LONG}"
    assert len(split(text, False)) > 3
    assert mark not in shown(in_parts(text, look))
    assert_reads_as_one(text, look)


@pytest.mark.parametrize(
    "text",
    [
        f"**a *{LONG}* {LONG}b** c",
        f"**{LONG}",
        f"so [{LONG}**x**](http://a.b) c",
        f"so [x {LONG}](http://a.b \"a title\") c",
        f"so [{LONG}][ref] c [^n] *{LONG}*",
        f"so [{LONG}](javascript:x) c",
        f"so ![{LONG}](x.png) c",
        f"*so \\({LONG}\\) c*",
        f"so ${LONG}x^2$ c",
        f"costs $5 {LONG}**x {LONG}** $6",
        f"**a [b** {LONG}](http://a.b)",
        "see http://a.b/" + "x" * 6_000 + " *end*",
        "x" * 3_000 + "**" + "y" * 3_000 + "**",
        f"***a **b *c {LONG}* d** e***",
        f"**{LONG}  \n{LONG}\\\n{LONG}** a",
        f"` {LONG}\n{LONG} `",
    ],
)  # fmt: skip
def test_marks_far_apart_are_read_as_in_the_whole(look: Look, text: str) -> None:
    assert_reads_as_one(text, look)


@pytest.mark.parametrize("before", ["- ", "1. one\n2. ", "> ", "> - ", "Above.\n\n", "- outer\n  - "])
@pytest.mark.parametrize("join", [" ", "\n"])
def test_marks_reach_over_parts_in_lists_and_quotes(look: Look, before: str, join: str) -> None:
    words = join.join(["words of it, some of these **more**"] * 90)
    assert_reads_as_one(f"{before}so *{words} and* `{words.replace('*', '')}` [{words}](http://a.b) end.", look)


@pytest.mark.parametrize("text", [f"# a {LONG}", f"### **{LONG.strip()}** end ###\n", f"# {LONG}# {LONG} #"])
def test_a_long_heading_is_one_in_all_parts(look: Look, text: str) -> None:
    assert_reads_as_one(text, look)


def test_a_paragraph_below_a_long_heading_is_none(look: Look) -> None:
    *_, below = joined(split(f"## {LONG}\nbelow", False), 0, False)
    assert below.text == "below"
    assert characters([make_segment(below, AROUND, look)]) == in_one("below", look)


@given(LONG_PARAGRAPHS)
@PROPERTY
def test_any_long_paragraph_reads_as_one_segment_would(look: Look, text: str) -> None:
    assert_reads_as_one(text, look)


def shown_by(layout: MessageLayout) -> list[Character]:
    return characters([layout.make_segment(slot) for slot in range(len(layout.slots))])


def made(text: str, look: Look) -> MessageLayout:
    return MessageLayout(said(1, text, "assistant"), (), STANDARD_KIT, look, Metrics(420, 20.0, 7.0), growing=True)


def test_a_link_over_parts_is_one_when_its_definition_comes(look: Look) -> None:
    text = f"so [{LONG.strip()}][ref] c.\n\n[ref]: http://r.e/f\n"
    layout = made("", look)
    for at in range(100, len(text) + 100, 100):
        layout.grow(said(1, text[:at], "assistant"))
        shown_by(layout)
    assert shown_by(layout) == shown_by(made(text, look))
    assert {target for _, _, _, _, _, target, *_ in shown_by(layout)[3:-3]} == {"http://r.e/f"}


def test_a_format_that_ends_far_below_shows_above_while_it_streams(look: Look) -> None:
    text = f"**{LONG.strip()}** and"
    layout = made("", look)
    weights = []
    for end in (len(text) - 10, len(text)):
        layout.grow(said(1, text[:end], "assistant"))
        weights.append({character[1] for character in shown_by(layout)[:2000]})
    assert weights == [{400}, {700}]


@given(LONG_PARAGRAPHS, st.lists(st.integers(100, 1500), min_size=1, max_size=30))
@settings(parent=PROPERTY, max_examples=30)
def test_a_long_paragraph_that_streams_reads_as_one_segment_would(look: Look, text: str, sizes: list[int]) -> None:
    layout, at = made("", look), 0
    while at < len(text):
        at += sizes[at % len(sizes)]
        layout.grow(said(1, text[:at], "assistant"))
        for slot in range(len(layout.slots)):
            layout.lay_out(slot)
        assert shown_by(layout) == shown_by(made(text[:at], look))
    layout.show(said(1, text, "assistant"), growing=False)
    whole = characters([make_segment(Piece(text, 0, "prose"), Surroundings(), look)])
    assert shown(shown_by(layout)) == shown(whole)
    assert shown_by(layout) == whole
