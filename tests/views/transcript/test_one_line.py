"""One line is read as the parser reads it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.views.transcript.one_line import read_line
from desktop.views.transcript.parsing import parse
from tests.views.transcript.markdown_texts import ANYTHING

_BEGINNINGS = st.sampled_from(
    ["", "- ", "* ", "+ ", "1. ", "12. ", "3) ", "# ", "### ", "####### ", "**", "`", "``", "[", "[ ] ", "[x]", "[^1]",
     "> ", "    ", "  ", "$", "$$", "\\[", "-", "1.", "a", "\u05e9", "日", "www.", "---", "***", "|", "\t"]
)  # fmt: skip


def told(text: str, definitions: str) -> tuple[list[object], list[object]]:
    """What `read_line` says, and what the parser does, as far as anything that writes documents asks for it."""
    line = read_line(text, definitions)
    assert line is not None
    fields = ("type", "tag", "nesting", "attrs", "level", "hidden", "content", "children")
    mine, theirs = line.tokens(), parse(text, definitions)
    return (
        [[getattr(token, field) for field in fields] for token in mine],
        [[getattr(token, field) for field in fields] for token in theirs],
    )


@pytest.mark.parametrize(
    "text", ["words", "- an *item*", "* a\n", "7. seventh\n\n", "## Head **bold** ", "`code` and so on", "**bold** x"]
)
def test_usual_lines_need_no_blocks(text: str) -> None:
    mine, theirs = told(text, "")
    assert mine == theirs


@pytest.mark.parametrize(
    "text",
    ["", "a\nb", "a | b", "- - a", "- # a", "[x]: http://a.b", "[^1]: note", "# a #", "> a", "    a", "- 1. a", "---"],
)
def test_what_may_be_more_than_a_line_is_left_to_the_parser(text: str) -> None:
    assert read_line(text) is None


@given(_BEGINNINGS, ANYTHING, st.sampled_from(["", "\n", "\n\n"]), st.sampled_from(["", "[x]: http://a.b\n\n[^1]: ."]))
@settings(max_examples=1500, deadline=None, derandomize=True)
def test_any_line_is_read_as_the_parser_reads_it(begins: str, text: str, ends: str, definitions: str) -> None:
    text = begins + text.split("\n")[0] + ends
    if read_line(text, definitions) is not None:
        mine, theirs = told(text, definitions)
        assert mine == theirs
