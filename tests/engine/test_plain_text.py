"""Markdown as plain text in the lines that a search shows, and the hits in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.folding import fold, phrase_of, words_of
from desktop.engine.plain_text import in_fence, plain_text
from desktop.engine.search import passage_of


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("Use **bold** and *slanted*, ***both***, ~~gone~~.", "Use bold and slanted, both, gone."),
        ("__init__ in prose, snake_case_name, 2 * 3 * 4", "init in prose, snake_case_name, 2 * 3 * 4"),
        ("`a ** b` and ``c`d``", "a ** b and c`d"),
        ("[text](https://a.b/c_(d)) ![picture](x.png 'T') [ref][1]", "text picture ref"),
        ("<https://a.b/x_y_z> and \\*kept\\*", "https://a.b/x_y_z and *kept*"),
        ("# Head ##\n> quote\n- item\n1. first\n- [x] done", "Head\nquote\nitem\nfirst\ndone"),
        ("| a | b |\n|---|:-:|\n| **c** | d |", "a · b\n\nc · d"),
        ("one\n\n---\n\ntwo", "one\n\n\n\ntwo"),
        ("text\n```python\na ** b\n```\n**end**", "text\n\na ** b\n\nend"),
        ("1 < 2 and a_b and 3 - 1 | 2", "1 < 2 and a_b and 3 - 1 | 2"),
    ],
)
def test_marks_go_and_words_stay(markdown: str, shown: str) -> None:
    assert plain_text(markdown) == shown


def test_a_stretch_that_begins_in_code_stays_code_up_to_the_fence() -> None:
    text = "intro\n```\na ** b\nc ** d\n```\n**end**\n"
    begin = text.index("c ** d")
    assert in_fence(text, begin)
    assert not in_fence(text, text.index("**end"))
    assert plain_text(text[begin:], is_code=True) == "c ** d\n\nend\n"


def test_a_shorter_or_other_fence_does_not_end_code() -> None:
    text = "````\n```\n~~~\nx\n````\ny"
    assert in_fence(text, text.index("x"))
    assert not in_fence(text, text.index("y"))


@pytest.mark.parametrize(
    ("text", "query", "passage", "found"),
    [
        ("A **bold needle** here", "needle", "A bold needle here", ["needle"]),
        ("**Two** [needle words](http://a.b/needle)", "needle", "Two needle words", ["needle"]),
        ("See [the docs](http://a.b/needle) now", "needle", "See the docs (http://a.b/needle) now", ["needle"]),
        ("```\nneedle = a ** b\n```", "needle", "needle = a ** b", ["needle"]),
        ("[1]: http://needle.example/x", "needle", "http://needle.example/x", ["needle"]),
        ("*Ein **Straßen**name*", "strasse", "Ein Straßenname", ["Straße"]),
        ("a --- b ** c", "**", "a --- b ** c", ["**"]),
        ("**bold**", "**", "**bold**", ["**", "**"]),  # marks alone match: they are shown
    ],
)
def test_hits_stand_where_they_are_shown(text: str, query: str, passage: str, found: list[str]) -> None:
    line, marks = passage_of(text, words_of(query))
    assert line == passage
    assert [line[begin:end] for begin, end in marks] == found


def test_what_the_person_wrote_is_shown_as_written() -> None:
    assert passage_of("a **needle**", ("needle",), is_markdown=False)[0] == "a **needle**"


def test_a_hit_far_into_marked_text_is_shown_with_its_surroundings() -> None:
    line, marks = passage_of("**word** " * 300 + "[a needle](http://x.y) " + "_tail_ " * 300, ("needle",))
    assert "word word a needle tail tail" in line
    assert [line[begin:end] for begin, end in marks] == ["needle"]


_MARKS = ["**", "*", "_", "`", "```\n", "[", "](", ")", "\n", " ", "# ", "> ", "|", "---", "\\"]
_PIECES = st.sampled_from([*_MARKS, "ß", "é", "x", "\ue000", "0\ue001"])


@given(st.lists(_PIECES, max_size=40), st.lists(_PIECES, max_size=40))
def test_every_hit_of_a_word_is_shown_whatever_stands_around_it(before: list[str], after: list[str]) -> None:
    line, marks = passage_of(f"{''.join(before)} Needle {''.join(after)}", ("needle",))
    assert marks
    assert all(fold(line[begin:end]) == "needle" for begin, end in marks)
    assert "\n" not in line


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("".join(f"## Part {n}\n\nzebra 33 of the\n\n" for n in range(40)), "part 33", ["Part 33"]),
        ("33 first. " + "word " * 200 + "**Part** [33](http://x.y) last", "part 33", ["Part 33"]),
        ("part " * 100 + "the\n> Crème\n> brûlée", "creme  BRULEE", ["Crème brûlée"]),
        ("http://x.y/a_b and " + "word " * 200 + "a b", "a b", ["a b"]),
        ("33 is no part", "part 33", ["33", "part"]),
        ("a part**33**", "part 33", ["part33"]),
    ],
)
def test_the_line_shows_and_marks_the_whole_query_where_there_is_one(text: str, query: str, marked: list[str]) -> None:
    line, marks = passage_of(text, words_of(query), phrase=phrase_of(query))
    assert [line[begin:end] for begin, end in marks] == marked


def test_what_the_person_wrote_is_marked_as_it_stands() -> None:
    line, marks = passage_of("part *33* and part\n33", ("part", "33"), phrase=("part", "33"), is_markdown=False)
    assert [line[begin:end] for begin, end in marks] == ["part 33"]
