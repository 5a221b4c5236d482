"""A page of exported conversations takes for a formula what the transcript takes for one."""

from collections.abc import Iterable, Iterator

from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from desktop.engine.exchange.formula_rules import find_formulas
from desktop.views.transcript.parsing import parse

_PAGE = MarkdownIt("commonmark", {"html": False, "maxNesting": 60}).enable(["table", "strikethrough"])
_PAGE.validateLink = lambda url: True  # type: ignore[method-assign]
find_formulas(_PAGE)

_TEXTS = st.lists(
    st.sampled_from(["$", "$$", "\\(", "\\)", "\\[", "\\]", "\\", "\n", "\n\n", "```", "> ", "- ", "  ", "    ", " "])
    | st.sampled_from(["5", "x", "{", "HOME/", " and ", "*", "`", "|", "[a](b)", "1. ", "^2", "."]),
    max_size=14,
).map("".join)


def formulas(tokens: Iterable[Token]) -> Iterator[tuple[str, str, str]]:
    for token in tokens:
        if token.type in ("math_block", "math_inline"):
            yield token.type, token.markup, token.content
        yield from formulas(token.children or ())


@settings(max_examples=400)
@given(_TEXTS)
@example("It costs $5 and 6$, or $HOME/$PATH, or a$x$ or $x$5")
@example("> $$\n> x\n> $$\n\n- \\[\n  y\n  \\]")
@example("$$\nx\n\ny$$")
@example("\\( x " + "y" * 4_100 + "\\)")
@example("$$\n" + "x\n" * 90 + "$$")
def test_both_parsers_find_the_same_formulas(text: str) -> None:
    assert list(formulas(_PAGE.parse(text))) == list(formulas(parse(text)))
