import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QGuiApplication, QImage, QPainter, QTextDocument
from PySide6.QtWidgets import QApplication

from desktop.views.theme import DARK, LIGHT
from desktop.views.transcript import formulas
from desktop.views.transcript.definitions import definitions
from desktop.views.transcript.factory import estimated_height, make_segment, plain_pieces
from desktop.views.transcript.marks import mark_colours
from desktop.views.transcript.segment import Look, Mark, MarkKind, Piece, Segment, Surroundings
from desktop.views.transcript.splitter import split
from tests.views.hostile import HOSTILE
from tests.views.transcript.markdown_texts import ANYTHING

WIDTH = 500


@pytest.fixture
def look(qapp: QApplication) -> Look:
    return Look(LIGHT, QFont("DejaVu Sans", 10))


def made(text: str, look: Look, evidence: tuple[str, ...] = ()) -> list[Segment]:
    around = Surroundings(evidence, definitions(text))
    found = [make_segment(piece, around, look) for piece in split(text, False)]
    for each in found:
        each.lay_out(WIDTH)
    return found


def drawn(segment: Segment, marks: Sequence[Mark] = ()) -> QImage:
    image = QImage(WIDTH, min(2000, int(segment.height) + 1), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(LIGHT.background)
    painter = QPainter(image)
    segment.draw(painter, QRectF(image.rect()), marks)
    painter.end()
    return image


def pixels(image: QImage) -> bytes:
    return bytes(image.constBits())


def finished(segment: Segment) -> None:
    assert formulas.wait(30)
    while segment.refine(50):
        pass


def exercise(segment: Segment) -> None:
    """Ask all that the canvas may ask."""
    assert len(segment.shown_text()) == segment.length
    assert segment.lay_out(WIDTH) == segment.height
    whole = (0, segment.length)
    for position in {0, segment.length // 3, segment.length}:
        assert 0 <= segment.word_at(position)[0] <= segment.word_at(position)[1] <= segment.length
        assert 0 <= segment.paragraph_at(position)[0] <= segment.paragraph_at(position)[1] <= segment.length
        assert 0 <= segment.position_at(segment.rectangle_at(position).center()) <= segment.length
        segment.text(position, segment.length)
        segment.markdown(position, segment.length)
        segment.markdown(0, position)
    assert segment.markdown(*whole).strip("\n") == segment.piece.text.strip("\n")
    segment.links()
    segment.link_at(QPointF(20, 10))
    segment.scroll_sideways(40)
    drawn(segment, [Mark(0, segment.length // 2, MarkKind.SELECTION), Mark(1, segment.length, MarkKind.HIT)])
    segment.refine(5)
    segment.lay_out(200)
    segment.lay_out(WIDTH)


@given(ANYTHING)
@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_can_be_shown(look: Look, text: str) -> None:
    for segment in made(text, look, ("call",)):
        exercise(segment)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_can_be_shown(look: Look, name: str) -> None:
    for segment in [*made(HOSTILE[name], look)[:6], *_plain(HOSTILE[name], look)[:6]]:
        exercise(segment)


def _plain(text: str, look: Look) -> list[Segment]:
    found = [make_segment(piece, Surroundings(), look) for piece in plain_pieces(text)]
    for each in found:
        each.lay_out(WIDTH)
    return found


def test_nothing_is_ever_loaded(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(QTextDocument, "loadResource", lambda *arguments: asked.append(arguments))
    text = '![a](file:///etc/passwd) ![b](http://127.0.0.1:9/x.png)\n\n<img src="file:///etc/passwd">\n'
    segment = made(text, look)[0]
    drawn(segment)
    assert "[image: a]" in segment.shown_text()
    assert '<img src="file:///etc/passwd">' in segment.shown_text()
    assert not asked


@given(st.text(max_size=4000))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_plain_pieces_join_to_the_text(text: str) -> None:
    pieces = plain_pieces(text)
    assert "".join(piece.text for piece in pieces) == text


def test_plain_text_is_no_markdown(look: Look) -> None:
    segment = _plain("# not *a* heading\n- x", look)[0]
    assert segment.shown_text() == "# not *a* heading\n- x"
    assert segment.markdown(2, 9) == "not *a*"


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        ("some **bold words** here", "bold words", "**bold words**"),
        ("1. one\n2. two\n3. three", "two\nthree", "2. two\n3. three"),
        ("- [x] done\n- [ ] open", "done\nopen", "- [x] done\n- [ ] open"),
        ("see [the act](https://example.org) now", "the act now", "[the act](https://example.org) now"),
        ("| a | b |\n|---|---|\n| c | **d** |", "a\nb\nc\nd", "| a | b |\n| --- | --- |\n| c | **d** |"),
        ("a `code b` c", "code b", "`code b`"),
        ("> quoted words\n> go on\n\nend", "quoted words go on", "> quoted words go on"),
        ("x $a^2$ y", "x \ufffc y", "x $a^2$ y"),
        ("```py\na = 1\nb = 2\n```", "b = 2", "```py\nb = 2\n```"),
        ("````\n```\n# a\nb\n````", "```\n# a", "````\n```\n# a\n````"),
        ("> a b\n>\n> c\n>\n> d e", "b\nc\nd", "b\n>\n> c\n>\n> d"),
        ("> a b\n>\n> - c\n> - d\n>\n> e f", "b\nc\nd\ne", "b\n>\n> - c\n> - d\n>\n> e"),
        ("> a b\n>\n> ```py\n> c\n> # d\n> ```", "b\nc", "b\n>\n> ```py\n> c\n> ```"),
        ("> ```py\n> c\n> # d\n> ```\n>\n> e", "# d\ne", "> ```py\n> # d\n> ```\n>\n> e"),
    ],
)
def test_a_part_is_copied_as_markdown(look: Look, text: str, part: str, expected: str) -> None:
    segment = made(text, look)[0]
    start = segment.shown_text().index(part.split("\n")[0])
    last = part.split("\n")[-1]
    end = segment.shown_text().index(last, start) + len(last)
    copied = segment.markdown(start, end) if (start, end) != (0, segment.length) else expected
    assert copied == expected
    assert segment._written(start, end, markdown=True) == expected if hasattr(segment, "_written") else True


def test_plain_copy_keeps_list_marks_and_cells(look: Look) -> None:
    segment = made("1. one\n   - two\n", look)[0]
    assert segment.text(0, segment.length) == "1. one\n   - two"
    segment = made("| a | b |\n|---|---|\n| c | d |", look)[0]
    assert segment.text(0, segment.length) == "a\tb\nc\td"


def test_plain_copy_has_a_blank_line_where_blocks_stand_apart(look: Look) -> None:
    segment = made("# A head\nwords\n\n- one\n- two\n  - three\n\nan end\n\n1. far\n\n2. apart\n", look)[0]
    assert segment.text(0, segment.length) == (
        "A head\n\nwords\n\n- one\n- two\n   - three\n\nan end\n\n1. far\n\n2. apart"
    )


def test_positions_are_characters_also_after_emoji(look: Look) -> None:
    segment = made("😀😀 [link](https://example.org)", look)[0]
    (link,) = segment.links()
    assert segment.shown_text()[link.start : link.end] == "link"
    assert segment.text(link.start, link.end) == "link"
    assert segment.position_at(segment.rectangle_at(4).center()) == 4
    found = segment.link_at(segment.rectangle_at(link.start + 1).center())
    assert found == link


@pytest.mark.parametrize(
    ("text", "shown", "targets"),
    [
        ("[x](javascript:alert)", "x (javascript:alert)", []),
        ("[bank.com](https://evil.example)", "bank.com (evil.example)", ["https://evil.example"]),
        ("[bank.com/a](https://bank.com/b)", "bank.com/a", ["https://bank.com/b"]),
        ("so [1] and [2]", "so [1] and [2]", ["evidence:call"]),
        ("https://a.b/c.", "https://a.b/c.", ["https://a.b/c"]),
        ("costs $5 and $6", "costs $5 and $6", []),
        ("US$5 to $6, $HOME/$PATH", "US$5 to $6, $HOME/$PATH", []),
        (
            "(https://a.b/c_(d)), *https://a.b/e*",
            "(https://a.b/c_(d)), https://a.b/e",
            ["https://a.b/c_(d)", "https://a.b/e"],
        ),
        ("at www.a.org/http://b.org", "at www.a.org/http://b.org", ["http://www.a.org/http://b.org"]),
        ("at www.example.org/x, ok", "at www.example.org/x, ok", ["http://www.example.org/x"]),
        ("to a.b+c@example.org.", "to a.b+c@example.org.", ["mailto:a.b+c@example.org"]),
        ("xwww.a.b @me a@b https:// www.", "xwww.a.b @me a@b https:// www.", []),
        ("見て https://a.b/c。次", "見て https://a.b/c。次", ["https://a.b/c"]),
        ("| a |\n|---|\n| x<br>y<b> |", "\na\nx\ny<b>\n", []),
    ],
)
def test_links_lead_where_they_say(look: Look, text: str, shown: str, targets: list[str]) -> None:
    segment = made(text, look, ("call",))[0]
    assert segment.shown_text() == shown
    assert [link.target for link in segment.links()] == targets


def test_a_footnote_leads_to_its_note(look: Look) -> None:
    text, note = made("first[^b] then[^a]\n\n[^a]: about a\n[^b]: about b\n", look)[0], None
    assert text.shown_text() == "first1 then2"
    assert [link.target for link in text.links()] == ["footnote:b", "footnote:a"]
    notes = made("first[^b] then[^a]\n\n[^a]: about a\n[^b]: about b\n", look)[1:]
    places = [segment.place_of("footnote:b") for segment in notes]
    note = next(segment for segment, place in zip(notes, places, strict=True) if place is not None)
    place = next(place for place in places if place is not None)
    assert note.shown_text()[place:] == "1.\u2002about b\u00a0\u21a9\ufe0e"
    assert note.text(0, note.length) == "1.\u2002about b\u00a0"
    assert text.text(0, text.length) == "first[1] then[2]"
    assert text.place_of("reference:a") == text.shown_text().index("2")


def test_a_formula_is_drawn_in_the_colour_of_text_and_changes_the_height(look: Look) -> None:
    text = "$$\\frac{\\sum_{i=1}^{n} i}{\\sqrt{\\frac{a}{b}}} + 5$$"
    segment = made(text, Look(DARK, look.font))[0]
    finished(segment)
    height = segment.lay_out(WIDTH)
    image = QImage(WIDTH, int(height), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(DARK.background)
    painter = QPainter(image)
    segment.draw(painter, QRectF(image.rect()))
    painter.end()
    shades = {image.pixelColor(x, y).lightness() for x in range(WIDTH) for y in range(int(height))}
    assert height > 40
    assert max(shades) > 200
    assert segment.text(0, segment.length) == text


@pytest.mark.parametrize(
    "source",
    [
        "\\frac{1}{", "{" * 60 + "x" + "}" * 60, "x+" * 60_000, "\\left(" * 400, "", "\\undefinedmacro{x}",
        "x^2 + \\unknown",
    ],
)  # fmt: skip
def test_what_cannot_be_rendered_stays_its_source(look: Look, source: str) -> None:
    formulas.ask(source, True)
    assert formulas.wait(30)
    assert formulas.rendered(source, True) is None


def test_text_in_a_formula_may_look_like_a_command(look: Look) -> None:
    source = "\\text{a\\_b and \\hello} \\backslash \\alpha \\nonumber \\label{a}"
    formulas.ask(source, True)
    assert formulas.wait(30)
    assert formulas.rendered(source, True) is not None


def test_a_wide_table_scrolls_with_all_its_pieces(look: Look) -> None:
    row = "|" + "some words in a cell|" * 9 + "\n"
    first, second, *_ = made(row + "|" + "---|" * 9 + "\n" + row * 30, look)
    before = second.rectangle_at(5).left()
    assert not first.scroll_sideways(-10)
    assert first.scroll_sideways(60)
    assert second.rectangle_at(5).left() == before - 60
    assert first.rectangle_at(5).top() < first.height


def test_pieces_of_a_table_share_their_columns(look: Look) -> None:
    rows = "".join(f"| {n} | {'wide ' * (n % 7)} |\n" for n in range(60))
    pieces = made("| n | words |\n|--:|---|\n" + rows, look)
    lefts = {segment.rectangle_at(segment.shown_text().index("wide")).left() for segment in pieces}
    assert len(pieces) > 2
    assert len(lefts) == 1


def row_heights(pieces: Sequence[Segment]) -> list[int]:
    """How far apart the rows of a table's pieces begin, by ``row 1``, ``row 2`` …; not the last one's."""
    tops, top = [], 0.0
    for segment in pieces:
        shown = segment.shown_text()
        tops += [top + segment.rectangle_at(at.start()).top() for at in re.finditer(r"row \d+", shown)]
        top += segment.height
    return [round(low - high) for high, low in pairwise(tops)]


def test_words_of_a_wide_table_are_not_broken_also_those_of_later_rows(look: Look) -> None:
    head = "|" + "|".join(f"c{n}" for n in range(30)) + "|\n|" + "---|" * 30 + "\n"
    rows = "".join("|" + "|".join([f"row {r}", *(f"r{r}c{n}" for n in range(1, 30))]) + "|\n" for r in range(200))
    heights = row_heights(made(head + rows, look))
    assert len(heights) == 199
    assert max(heights) - min(heights) <= 1


def test_a_long_word_makes_its_column_as_wide(look: Look) -> None:
    row = "| row 1 | " + " | ".join(["an_identifier_of_some_length", "words that can be broken " * 3] * 3) + " |\n"
    table = made("|n|a|b|c|d|e|f|\n|" + "---|" * 7 + "\n" + row, look)[0]
    start = table.shown_text().index("an_identifier")
    assert table.window is not None
    assert table.rectangle_at(start).top() == table.rectangle_at(start + 28).top()
    narrow = made("|a|b|\n|---|---|\n| a word | " + "\u6f22" * 200 + " |\n", look)[0]
    assert narrow.window is None  # it can be broken anywhere


def test_a_heading_has_room_above_it_also_where_it_begins_a_segment(look: Look) -> None:
    around = Surroundings()
    tops = [
        make_segment(Piece(text, start, "prose"), around, look) for text, start in (("## a", 0), ("## a", 9), ("a", 9))
    ]
    heights = [segment.lay_out(WIDTH) for segment in tops]
    assert heights[1] > heights[0] + 3
    assert [segment.rectangle_at(0).top() for segment in tops] == [0, heights[1] - heights[0], 0]


def test_the_caret_stands_in_its_cell(look: Look) -> None:
    segment = made("| aa | bb |\n|---|---|\n| cc | [dd](https://example.org) |", look)[0]
    for words in ("aa", "bb", "cc", "dd"):
        at = segment.shown_text().index(words) + 1
        assert segment.position_at(segment.rectangle_at(at).center()) == at
    link = segment.link_at(segment.rectangle_at(segment.shown_text().index("dd") + 1).center())
    assert link is not None


def test_code_has_its_height_without_layout_and_copies_itself(look: Look) -> None:
    segment = made("```py\n" + "x = 1\n" * 5_000 + "```\n", look)[0]
    longer = made("```py\n" + "x = 1\n" * 5_001 + "```\n", look)[0]
    assert segment.rectangle_at(0).height() == longer.height - segment.height
    (control,) = segment.controls()
    control.press()
    assert QGuiApplication.clipboard().text() == "\n".join(["x = 1"] * 5_000)


def test_code_that_grows_is_what_it_would_be_made_anew(look: Look) -> None:
    text = '```py\ndef f():\n    """long\n    text"""\n    return 1\n```\n'
    segment: Segment | None = None
    for stop in range(8, len(text) + 1):
        (piece,) = split(text[:stop], True)
        if segment is None or not segment.grow(piece):
            segment = make_segment(piece, Surroundings(), look)
        segment.lay_out(WIDTH)
        segment.refine(5)
        whole = make_segment(piece, Surroundings(), look)
        assert (segment.shown_text(), segment.height) == (whole.shown_text(), whole.lay_out(WIDTH) and whole.height)
    assert segment is not None
    fresh = made(text, look)[0]
    finished(segment)
    finished(fresh)
    assert drawn(segment) == drawn(fresh)


def test_growth_of_something_else_is_refused(look: Look) -> None:
    segment = made("```py\nx\n", look)[0]
    assert not segment.grow(Piece("```js\nx\n", 0, "code"))
    assert not segment.grow(Piece("```py\nx\n", 0, "prose"))


def _contrast(one: QColor, other: QColor) -> float:
    def luminance(colour: QColor) -> float:
        parts = (colour.redF(), colour.greenF(), colour.blueF())
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("kind", MarkKind)
def test_marked_text_can_be_read(kind: MarkKind) -> None:
    for theme in (LIGHT, DARK):
        assert _contrast(*mark_colours(kind, theme)) >= 4.5


@pytest.mark.parametrize(
    "text", ["some words here, and more of them", "| a | b |\n|---|---|\n| c | d |", "```\ncode\n```"]
)
def test_marks_change_what_is_drawn(look: Look, text: str) -> None:
    segment = made(text, look)[0]
    assert len({pixels(drawn(segment, [Mark(1, 3, kind)])) for kind in MarkKind}) == 3


def test_the_estimate_is_near(look: Look) -> None:
    text = "Some words of a paragraph that goes on and on for a while. " * 12 + "\n\n"
    text *= 6
    real = sum(segment.height for segment in made(text, look))
    assert 0.6 * real < estimated_height(len(text), text.count("\n"), WIDTH, look) < 1.6 * real
    assert estimated_height(0, 0, WIDTH, look) == 0


RIGHT = "\u0647\u0630\u0647 \u0641\u0642\u0631\u0629 \u0645\u0639"


def test_code_within_text_from_the_right_is_read_from_the_left_and_copied_bare(look: Look) -> None:
    text = f"{RIGHT} `f(x)` {RIGHT}"
    segment = made(text, look)[0]
    at = segment.shown_text().index("f(x)")
    lefts = [segment.rectangle_at(at + n).left() for n in range(1, 4)]
    assert lefts == sorted(lefts)
    assert segment.text(0, segment.length) == text.replace("`", "")
    assert segment.markdown(1, segment.length) == text[1:]
    assert "\u2066" not in made("`f(x)` and `g`", look)[0].shown_text()


def test_numbers_from_the_right_have_their_dot_at_the_left(look: Look) -> None:
    def are_low(text: str) -> list[bool]:
        """Of each column of the number that is dark, from the left, whether it is so in its lower half alone."""
        segment = made(text, look)[0]
        image, caret = drawn(segment), segment.rectangle_at(0)
        begin, end = (caret.right() + 2, WIDTH) if caret.left() > WIDTH / 2 else (0, caret.left() - 2)
        rows = range(int(caret.top()), int(caret.bottom()))
        dark = ([y for y in rows if image.pixelColor(x, y).lightness() < 160] for x in range(int(begin), int(end)))
        return [min(column) > caret.center().y() + 1 for column in dark if column]

    assert [are_low("8. left")[at] for at in (0, -1)] == [False, True]
    assert [are_low(f"8. {RIGHT}")[at] for at in (0, -1)] == [True, False]


def test_right_to_left_paragraphs_begin_at_the_right(look: Look) -> None:
    segment = made("זהו משפט בעברית", look)[0]
    assert segment.rectangle_at(0).left() > WIDTH * 0.9


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"- item {n} {'word ' * 30}\n" for n in range(20)),
        "".join(f"{n}. item {n} {'word ' * 30}\n" for n in range(1, 20)),
        "".join(f"- item {n} {'word ' * 30}\n  - below {'word ' * 30}\n" for n in range(20)),
        f"- item 1\n- item 2 {'word ' * 700}\n- item 3\n",
    ],
)
def test_items_of_a_list_that_is_cut_are_as_far_apart_as_others(look: Look, text: str) -> None:
    pieces = made(text, look)
    assert len(pieces) > 1
    gaps, above = set(), None
    for segment in pieces:
        document, inside = segment._document, segment._document.begin()  # type: ignore[attr-defined]
        while inside.isValid():
            if above is not None and inside.textList():
                gaps.add(above)
            above = inside.blockFormat().bottomMargin() if inside.textList() or inside == document.lastBlock() else None
            inside = inside.next()
    assert gaps == {4}
    assert made(text + "\nAn end.", look)[-1].shown_text().endswith("An end.")
    assert above == 10
