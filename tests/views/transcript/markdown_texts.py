# ruff: noqa: E501 - lists of what is tried
"""Texts that property tests try: Markdown put together of its parts, and anything at all."""

from hypothesis import strategies as st

_WORDS = st.sampled_from(
    ["word", "a", "**bold**", "*it", "`code`", "``", "[x](http://a.b)", "[^1]", "[1]", "$x^2$", "$5", "~~s~~", "\\",
     "<b>", "|", "-", "1.", "#", "&amp;", "שלום", "日本", "😀", "\\(a\\)", "https://x.y", "==", ">", "$$", "![i](j)", "www.a.b",
     "me@b.c", "[^2]", "<br>"]
)  # fmt: skip
_LINES = st.one_of(
    st.lists(_WORDS, min_size=1, max_size=6).map(" ".join),
    st.sampled_from(
        ["", "", "", "```", "```py", "~~~", "  ```", "   ```", "````", "---", "***", "===", "# head", "- item", "* item", "+ x",
         "  - nested", "    - deep", "1. one", "2. two", "3) x", "   inside", "  inside", "    code", "\tcode", "> quote", ">",
         "> - a", "> ```", "| a | b |", "|---|--:|", "| 1 | 2 |", "a | b", "--|--", "$$", "$$x$$", "\\[", "x = y", "\\]",
         "[^1]: note", "    more", "[x]: http://a.b", "- [ ] task", "- [x] done", "10. ten", "-", "1.", "- - a", "  text",
         "-\ttab", "   1. sub", "word " * 30, "<div>", "text $$", "```x```",
         "  | a | b |", "  |---|--:|", "  | 1 | 2<br>3 |", "> | a | b |", "> |---|---|", "> [!NOTE]", "  > quoted", "[^2]: other",
         "see[^2][^1]", "- | a | b |"]
    ),
)  # fmt: skip
MARKDOWN = st.lists(_LINES, max_size=24).map("\n".join)
"""Markdown of many kinds of blocks, well and badly formed."""
ANYTHING = st.one_of(MARKDOWN, st.text(max_size=300), st.text(alphabet="ab *_`~$[](){}\\|<>-#\n\t0.1!^:", max_size=300))
"""Any text."""

_INLINE_MARKS = ["**", "*", "_", "__", "~~", "***", "`", "``", "[", "](http://a.b)", "]", "![", "](x y)", "](http://a.b \"t t\")",
          "$", "\\(", "\\)", "\\", "<http://c.d/", ">", "[ref]", "][ref]", "[^n]", "(", ")", "&amp;", "http://e.f/"]  # fmt: skip
_STRETCHES = st.integers(1, 320).map(lambda count: ("some plain words " * count)[: 5 * count])
_BITS = st.one_of(
    st.sampled_from(_INLINE_MARKS), st.sampled_from([" ", ".", "x", "\n", " \n", "  \nb", "5", "é"]), _STRETCHES
)
_TEXTS = st.lists(_BITS, min_size=4, max_size=40).map("".join)
_FAR = st.lists(
    st.tuples(st.sampled_from(_INLINE_MARKS), st.sampled_from(["", " ", "a"]), st.integers(200, 420)), max_size=12
)
_SPREAD = _FAR.map(lambda parts: "".join(f"{mark}{gap}{'far words ' * (size // 2)}" for mark, gap, size in parts))


def _paragraph(text: str) -> str:
    lines = (line.strip(" >") for line in text.split("\n"))
    return "Begin " + "\n".join(line if line[:1].isalpha() else f"x{line}" for line in lines if line)


LONG_PARAGRAPHS = st.one_of(_TEXTS, _SPREAD).map(_paragraph)
"""Texts of one paragraph, mostly so long that it is cut, with marks near each other and far apart."""
