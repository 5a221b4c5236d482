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
