"""Conversations as a page: everything that the transcript shows, and nothing that loads, runs or leads astray."""

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from desktop.engine.exchange import html_files
from desktop.engine.exchange.html_markdown import html_of_markdown
from desktop.engine.store.store import Store
from tests.engine.exchange.test_files import PNG, TEXT, export, send
from tests.engine.store.test_search import say


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(tmp_path / "cortex.sqlite3")
    yield store
    await store.close()


def html(text: str) -> str:
    return html_of_markdown(text, "m1")


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        (r"\( e^{-x^2}\,dx \)", '<msup><mi>e</mi>'),
        ("\\[\n\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}\n\\]", '<mtr><mtd><mn>3</mn></mtd><mtd><mn>4</mn></mtd></mtr>'),
        ("It is $x<y$.", "<mi>x</mi><mo>&lt;</mo><mi>y</mi>"),
        ("$$\\frac{1}{2}$$", '<div class="formula"><math display="block">'),
        ("It costs $5 and $6.", "It costs $5 and $6."),
        (r"\( \frac{1 \)", r'<code class="formula">\(\frac{1\)</code>'),
        ("$$\\frac{<b>$$", '<code class="formula">$$\\frac{&lt;b&gt;$$</code>'),
        (r"$\frac{1}$", '<code class="formula">'),
        (r"$\newcommand{\a}{xx}\a$", '<code class="formula">'),
        ("$" + "{" * 60 + "x" + "}" * 60 + "$", '<code class="formula">'),
        ("$" + r"\sqrt" * 390 + "x$", '<code class="formula">'),
        ("$" + r"\substack" * 200 + "{x}$", '<code class="formula">'),
        ("One[^a].\n\n[^a]: The *note*.", 'id="fn-m1-1"'),
        ("- [ ] open\n- [x] done", 'disabled="" type="checkbox" checked=""> done'),
        ("See https://e.org/a_b_c?x=1&y=2.", '<a href="https://e.org/a_b_c?x=1&amp;y=2">https://e.org/a_b_c?x=1&amp;y=2</a>.'),
        ("Write to a@e.org", '<a href="mailto:a@e.org">a@e.org</a>'),
        ("[https://e.org](https://e.org)", '<p><a href="https://e.org">https://e.org</a></p>'),
        ("~~gone~~", "<s>gone</s>"),
        ("> [!NOTE]\n> Mind it.", '<div class="markdown-alert markdown-alert-note">'),
        ("- a\n\n  | x | y |\n  |---|--:|\n  | 1 | 2 |", '<td style="text-align:right">2</td>'),
        ("![](a.png)", '<span class="image">[Image]</span> (a.png)'),
        ("![b](file:///etc/x)", '<span class="image">[Image: b]</span> (file:///etc/x)'),
        ("![c](https://e.org/c.png)", '<a class="image" href="https://e.org/c.png">[Image: c]</a>'),
        ("[![d](d.png)](https://e.org)", '<a href="https://e.org"><span class="image">[Image: d]</span> (d.png)</a>'),
        ("[a](javascript:x) b", "<p>a (javascript:x) b</p>"),
        ("[a *b*](other.md)", "<p>a <em>b</em> (other.md)</p>"),
        ("`\\(x\\)` and\n\n    \\[x\\]", r"<code>\(x\)</code>"),
    ],
)  # fmt: skip
def test_a_page_knows_what_the_transcript_knows(text: str, holds: str) -> None:
    assert holds in html(text)


def test_footnotes_of_two_answers_are_told_apart() -> None:
    text = "One[^a].\n\n[^a]: Note."
    ids = [set(re.findall(r' id="([^"]+)"', html_of_markdown(text, name))) for name in ("m1", "m2")]
    assert ids[0]
    assert ids[0].isdisjoint(ids[1])


_KNOWN = """
p em strong s a code pre blockquote ul ol li hr br h1 h2 h3 h4 h5 h6 table thead tbody tr th td div span sup section
input math mrow mi mn mo mtext ms mspace msup msub msubsup mfrac msqrt mroot mover munder munderover mtable mtr mtd
mlabeledtr mstyle mpadded mphantom menclose mfenced mmultiscripts mprescripts none
"""
_TAGS = frozenset(_KNOWN.split())
_NEVER = {"src", "srcset", "style", "action", "formaction", "background", "poster", "data", "xlink:href", "ping"}


class _Looker(HTMLParser):
    """Fails on what a page must not hold."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _TAGS, tag
        for name, value in attrs:
            assert not name.startswith("on"), name
            if name == "href":
                assert re.match(r"(https?://|mailto:|#fn)", value or "", re.IGNORECASE), value
            elif name == "style":
                assert re.fullmatch(r"text-align:(left|right|center)", value or ""), value
            else:
                assert name not in _NEVER, name

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


_PIECES = """<script>alert(1)</script>|<img src=x onerror=y>|<svg/onload=a>|javascript:a|data:text/html,x
JaVaScRiPt&colon;a|vbscript:a|file:///x|//e.org|https://e.org/"onclick=a|http://e.org/'x|mailto:a@b.c?x=<b>|[a](|](|)
<|>|"|'|&lt;|&#60;script&#62;|![|![a](http://e.org/x "onload=a")|[^1]|[^1]: |[^"onclick=a]|[^"onclick=a]: x|$|$$
\\(|\\)|\\[|\\]|\\href{javascript:a}{b}|\\style{background:url(http://e)}{x}|\\class{a}{b}|\\text{<script>}
\\text{&lt;img&gt;}|\\color{"onclick=a}|\\begin{matrix}|\\end{matrix}|\\hspace{1"onx=a}|{|}|^|_|`|```|```a"onx=b c
> [!NOTE]|> |- [ ] |- [x] |<!--|-->|<?x|<!DOCTYPE|<http://e.org/"x>|<javascript:a>|[r]: javascript:a|[r]
\\|*|~~|  |www.e.org|a@e.org|\0|\u202e|x"""
_HOSTILE = st.lists(
    st.sampled_from([*_PIECES.replace("\n", "|").split("|"), "\n", "\n", "\n\n", "\n| a | b |\n|---|:-:|\n| "])
    | st.text(max_size=6),
    max_size=16,
).map("".join)


@settings(max_examples=400)
@given(_HOSTILE)
@example("[a](<java\nscript:x>)")
@example("[a](java&#10;script:x) [b](&#106;avascript:x) [c](\x01javascript:x)")
@example("www.e.org/http://a.org and www.e.orgfile:///x")
@example("$\\href{javascript:a}{b}\\style{background:url(http://e)}{x}\\text{&lt;script&gt;<script>}$")
@example("![a](javascript:x 'onload=a') ![b](data:image/svg+xml,<svg/onload=a>)")
def test_no_markdown_makes_a_page_run_load_or_lead_astray(text: str) -> None:
    looker = _Looker(convert_charrefs=True)
    looker.feed(html(text))
    looker.close()


@pytest.mark.parametrize(
    "unit",
    [
        "$",
        "$a",
        "\\(",
        "\\[",
        "[^a]",
        "::",
        "w.",
        "www.",
        "a@",
        "http://",
        "[a](",
        "![",
        "> ",
        "`",
        "- [ ] ",
        "*a",
        "~~",
    ],
)
@pytest.mark.timeout(60)
def test_no_repetition_takes_more_than_a_moment(unit: str) -> None:
    assert len(html(unit * 8_000)) > 0


async def answered(store: Store, tmp_path: Path, *turns: tuple[str, str]) -> str:
    for question, answer in turns:
        await say(store, question, answer)
    return export(store, tmp_path / "e.html", "html")


async def test_the_page_of_one_conversation_has_its_title(store: Store, tmp_path: Path) -> None:
    page = await answered(store, tmp_path, ("Why <b>?", "So."))
    assert "<title>Why &lt;b&gt;?</title>" in page
    assert "<title>Conversations</title>" in await answered(store, tmp_path, ("And?", "Yes."))
    assert page.count("http-equiv") == 1
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in page


async def test_headings_of_an_answer_are_no_titles(store: Store, tmp_path: Path) -> None:
    page = await answered(store, tmp_path, ("Why?", "# Heading"))
    assert page.count('<h1 class="title"') == 1
    assert ".title { break-before: page; }" in page


async def test_pictures_and_short_texts_stand_in_the_page_and_others_are_named(store: Store, tmp_path: Path) -> None:
    files = {
        'a"b.png': PNG,
        "b.csv": TEXT,
        "long.txt": b"x" * 20_001,
        "c.svg": b"<svg onload='a'/>",
        "d.pdf": b"%PDF-1.4",
    }
    await send(store, "", files)
    page = export(store, tmp_path / "e.html", "html")
    assert '<img src="data:image/png;base64,iVBORw0KGgo' in page
    assert 'alt="a&quot;b.png"' in page
    assert "<details><summary>b.csv <small>Text, 20 bytes</small></summary><pre>name,age\nÄnne,41\n</pre>" in page
    assert "<p>long.txt <small>Text, 20 KB</small></p>" in page
    assert "<p>d.pdf <small>PDF, 8 bytes</small></p>" in page
    assert "&lt;svg onload=" in page
    assert "<svg" not in page
    assert '<div class="you"' not in page


async def test_beyond_its_room_a_page_has_small_pictures_then_names(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = PNG[:100]
    monkeypatch.setattr(html_files, "MOST_BYTES", len(PNG) + 150)
    await send(store, "", {"a.png": PNG, "b.png": PNG + b"b", "c.png": PNG + b"c"}, preview=small)
    page = export(store, tmp_path / "e.html", "html")
    assert page.count("<img ") == 2
    assert "b.png <small>PNG picture, 10 KB</small> <small>(shown smaller)</small>" in page
    assert "<p>c.png <small>PNG picture, 10 KB</small></p>" in page


async def test_keys_are_in_no_text_of_a_page(store: Store, tmp_path: Path) -> None:
    await send(store, "", {"b.csv": b"SECRET-1"})

    def redact(text: str) -> str:
        return text.replace("SECRET-1", "[redacted]")

    page: Any = export(store, tmp_path / "e.html", "html", redact)
    assert "SECRET-1" not in page
    assert "[redacted]" in page
