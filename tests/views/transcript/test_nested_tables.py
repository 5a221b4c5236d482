"""Tables in lists and quotes are grids with cells; none is cut."""

import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from desktop.views.theme import LIGHT
from desktop.views.transcript.factory import make_segment
from desktop.views.transcript.nested_table import MOST_CELLS, tables_of
from desktop.views.transcript.prose_segment import ProseSegment
from desktop.views.transcript.segment import Look, Surroundings
from desktop.views.transcript.splitter import split

WIDTH = 500
LIST = "- one\n\n  | a | b |\n  |---|--:|\n  | c | **d** |\n\n  end\n"
QUOTE = "> said\n>\n> | a | b |\n> |---|---|\n> | c | d |\n"


@pytest.fixture
def look(qapp: QApplication) -> Look:
    return Look(LIGHT, QFont("DejaVu Sans", 10))


def made(text: str, look: Look) -> ProseSegment:
    (piece,) = split(text, False)
    segment = make_segment(piece, Surroundings(), look)
    assert isinstance(segment, ProseSegment)
    segment.lay_out(WIDTH)
    return segment


def left(segment: ProseSegment, words: str) -> float:
    return segment.rectangle_at(segment.shown_text().index(words)).left()


@pytest.mark.parametrize("text", [LIST, QUOTE, "1. | a | b |\n   |---|---|\n   | c | d |\n"])
def test_cells_of_a_column_stand_below_each_other(look: Look, text: str) -> None:
    segment = made(text, look)
    (table,) = tables_of(segment._document)
    assert (table.rows(), table.columns()) == (2, 2)
    assert left(segment, "a\n") == left(segment, "c\n") >= 16
    assert left(segment, "b\n") > left(segment, "a\n") + 20
    assert len(segment._ornaments.heads) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (LIST, "- one\n\n   | a | b |\n   | --- | --- |\n   | c | **d** |\n\n   end"),
        (QUOTE, "> said\n>\n> | a | b |\n> | --- | --- |\n> | c | d |"),
    ],
)
def test_it_is_copied_as_a_table_where_it_stands(look: Look, text: str, expected: str) -> None:
    segment = made(text, look)
    assert segment._written(0, segment.length, markdown=True) == expected
    assert "a\tb\nc\td" in segment.text(0, segment.length)
    start = segment.shown_text().index("d")
    assert segment.markdown(start, start + 1) in ("d", "**d**")


def test_a_wide_one_scrolls_and_text_beside_it_stays_in_the_room(look: Look) -> None:
    row = "  |" + "some words in a cell|" * 9 + "\n"
    words = "words of the item that go on " * 8
    segment = made(f"- {words}\n" + row + "  |" + "---|" * 9 + "\n" + row, look)
    narrow = segment.lay_out(WIDTH)
    assert segment._document.textWidth() > WIDTH + 100
    lines = segment._document.firstBlock().layout()
    assert all(lines.lineAt(at).naturalTextRect().right() <= WIDTH for at in range(lines.lineCount()))
    last = segment.shown_text().rindex("some")
    before = segment.rectangle_at(last).left()
    assert before > WIDTH
    assert segment.scroll_sideways(10_000)
    assert segment.rectangle_at(last).left() < WIDTH
    assert segment.lay_out(4_000) < narrow
    assert segment._document.textWidth() == 4_000


def test_one_too_large_for_cells_is_shown_as_lines(look: Look) -> None:
    rows = "".join(f"  | {n} | x |\n" for n in range(MOST_CELLS // 2 + 1))
    segment = made("- item\n  | a | b |\n  |---|---|\n" + rows, look)
    assert not list(tables_of(segment._document))
    assert segment.shown_text().count("│") == MOST_CELLS // 2 + 2


def test_two_tables_and_text_between_stay_in_order(look: Look) -> None:
    table = "> | {0} | b |\n> |---|---|\n> | c | d |\n"
    segment = made(table.format("first") + ">\n" + table.format("second") + ">\n> end\n", look)
    shown = segment.shown_text()
    assert shown.index("first") < shown.index("second") < shown.index("end")
    assert len(list(tables_of(segment._document))) == 2
    assert len(segment._ornaments.bars) == 1
