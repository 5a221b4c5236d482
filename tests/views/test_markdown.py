import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextBlock, QTextDocument, QTextFormat
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.views.documents import InertDocument
from desktop.views.markdown import QUOTE_LEVEL, RULE, TASK, markdown_document
from desktop.views.segments import Code, Prose, split
from desktop.views.selection_markdown import selection_markdown
from desktop.views.theme import LIGHT


def build(text: str, evidence: tuple[str, ...] = ()) -> InertDocument:
    return markdown_document(text, LIGHT, QApplication.font(), evidence=evidence)


def blocks(document: QTextDocument) -> list[QTextBlock]:
    found = []
    block = document.begin()
    while block.isValid():
        found.append(block)
        block = block.next()
    return found


def anchors(document: QTextDocument) -> list[tuple[str, str]]:
    found = []
    for block in blocks(document):
        iterator = block.begin()
        while not iterator.atEnd():
            fragment = iterator.fragment()
            if fragment.charFormat().isAnchor():
                found.append((fragment.text(), fragment.charFormat().anchorHref()))
            iterator += 1
    return found


def test_blocks_become_blocks(qtbot: QtBot) -> None:
    document = build("# Title\n\ntext\n\n> quoted\n\n---\n\n1. one\n2. two\n   - deep\n\n- [x] did\n- [ ] do\n")
    found = blocks(document)
    assert [block.text().strip() for block in found] == [
        "Title", "text", "quoted", "", "one", "two", "deep", "did", "do",
    ]  # fmt: skip
    assert found[0].blockFormat().headingLevel() == 1
    assert found[2].blockFormat().intProperty(QUOTE_LEVEL) == 1
    assert found[3].blockFormat().boolProperty(RULE)
    lists = [block.textList() for block in found[4:7]]
    assert [each.format().indent() for each in lists if each is not None] == [1, 1, 2]
    assert [block.blockFormat().boolProperty(TASK) for block in found[7:]] == [True, False]


def test_ordered_list_keeps_its_start(qtbot: QtBot) -> None:
    document = build("7. seven\n8. eight")
    first = blocks(document)[0].textList()
    assert first is not None
    assert first.format().start() == 7


def test_raw_html_is_shown_as_text(qtbot: QtBot) -> None:
    text = 'a <b>bold</b> <img src="file:///etc/passwd">\n\n<script>alert(1)</script>\n\nList<String> <br> after'
    shown = build(text).toPlainText()
    assert shown == 'a <b>bold</b> <img src="file:///etc/passwd">\n<script>alert(1)</script>\nList<String> <br> after'


def test_images_are_named_and_never_made(qtbot: QtBot) -> None:
    document = build("![a cat](file:///etc/passwd) ![](https://example.org/x.png)")
    assert document.toPlainText() == "[image: a cat] [image: ]"
    assert not any(each.isImageFormat() for each in document.allFormats())


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "file:///etc/passwd", "ftp://a/b", "data:text/html,x", "/etc"]
)
def test_other_schemes_are_no_links_and_show_their_target(qtbot: QtBot, target: str) -> None:
    document = build(f"[click]({target})")
    assert anchors(document) == []
    assert document.toPlainText() == f"click ({target})"


def test_safe_links_are_links(qtbot: QtBot) -> None:
    document = build("[a](https://example.org/a) <mailto:ada@example.org> see https://example.org/b. `https://no.link`")
    assert [target for _, target in anchors(document)] == [
        "https://example.org/a", "mailto:ada@example.org", "https://example.org/b",
    ]  # fmt: skip


def test_chips_lead_to_evidence_that_exists(qtbot: QtBot) -> None:
    document = build("so it is [1], and [3], `[2]`", ("c1", "c2"))
    assert anchors(document) == [("[1]", "evidence:c1")]


def test_link_definitions_of_other_segments_hold(qtbot: QtBot) -> None:
    document = markdown_document("see [it]", LIGHT, QApplication.font(), definitions="[it]: https://example.org/")
    assert anchors(document) == [("it", "https://example.org/")]


def test_table_cells_and_widths(qtbot: QtBot) -> None:
    document = build("| a | b |\n|---|--:|\n| 1 | 2 |\n| 3 |\n\nafter")
    assert "after" in document.toPlainText()
    assert any(each.isTableFormat() for each in document.allFormats())


def test_a_monstrous_table_is_text(qtbot: QtBot) -> None:
    wide = "|" + "a|" * 100 + "\n|" + "-|" * 100 + "\n" + ("|" + "1|" * 100 + "\n") * 100
    assert not any(each.isTableFormat() for each in build(wide).allFormats())


@pytest.fixture
def touched() -> Iterator[tuple[int, list[str]]]:
    """A loopback server that must not be asked."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1], asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_nothing_is_ever_loaded(qtbot: QtBot, touched: tuple[int, list[str]], tmp_path: Path) -> None:
    port, asked = touched
    picture = tmp_path / "x.png"
    picture.write_bytes(b"not read")
    for target in (f"http://127.0.0.1:{port}/x.png", picture.as_uri(), "qrc:/x"):
        document = build(f"![x]({target}) <img src='{target}'>")
        for kind in QTextDocument.ResourceType:
            assert document.resource(kind.value, QUrl(target)) is None
        document.setTextWidth(300)
        document.size()
    # Even a document somebody fills with HTML loads nothing.
    hostile = InertDocument()
    hostile.setHtml(f"<img src='http://127.0.0.1:{port}/y.png'><img src='{picture.as_uri()}'>")
    hostile.setTextWidth(300)
    hostile.size()
    assert asked == []


MARKDOWN = st.text(
    alphabet=st.sampled_from(list("ab1 \n\t#*_~`[]()<>|!-+.:\\>&x\u2028\u202e\ufdd0\ufffc\x00é日")), max_size=300
)


@given(MARKDOWN)
@settings(max_examples=150, deadline=None)
def test_no_text_breaks_it(text: str) -> None:
    document = build(text, ("c1",))
    document.setTextWidth(200)
    document.size()
    selection_markdown(document, 0, document.characterCount() - 1)


@given(st.text(max_size=100))
@settings(max_examples=100, deadline=None)
def test_no_characters_break_it(text: str) -> None:
    build(text).setTextWidth(200)


@pytest.mark.parametrize(
    "text",
    [
        "# Title\n\nSome *text* with **bold**, `code`, ~~gone~~ and [a link](https://example.org/).",
        "1. one\n2. two\n   - deep\n3. three",
        "- [x] did\n- [ ] do",
        "> quoted\n\nafter",
        "| a | b |\n| --- | --- |\n| 1 | 2 |",
        "before\n\n---\n\nafter",
        "see [1] and https://example.org/x",
    ],
)
def test_a_selection_gives_its_markdown_back(qtbot: QtBot, text: str) -> None:
    document = build(text, ("c1",))
    assert selection_markdown(document, 0, document.characterCount() - 1) == text


def test_a_part_of_a_line_has_no_marks_of_its_block(qtbot: QtBot) -> None:
    assert selection_markdown(build("# A long title"), 2, 6) == "long"


def test_code_in_a_list_keeps_its_fence(qtbot: QtBot) -> None:
    document = build("- item\n\n  ```sh\n  ls\n  pwd\n  ```")
    code = blocks(document)[1]
    assert code.blockFormat().stringProperty(QTextFormat.Property.BlockCodeLanguage) == "sh"
    assert "```sh" in selection_markdown(document, 0, document.characterCount() - 1)


def test_fences_at_the_margin_are_segments() -> None:
    text = "before\n```python title=x\na = 1\n\n```\nafter\n~~~\n```\n~~~"
    assert split(text) == [
        Prose("before\n", 0),
        Code("a = 1\n", 7, "python", True),
        Prose("after\n", 36),
        Code("```", 42, "", True),
    ]


def test_a_fence_that_is_not_whole_yet_is_hidden() -> None:
    assert split("text\n``", growing=True) == [Prose("text\n", 0)]
    assert split("text\n```py", growing=True) == [Prose("text\n", 0)]
    assert split("```py\nx\n``", growing=True) == [Code("x", 0, "py", False)]


LINES = st.lists(
    st.sampled_from(
        ["```", "```py", "~~~", "`", "", "- item", "  more", "1. one", "> q", "| a |", "w" * 400, "```a`b"]
    ),
    max_size=30,
)


@given(LINES, st.data())
def test_growing_text_never_moves_a_cut(lines: list[str], data: st.DataObject) -> None:
    text = "\n".join(lines)
    at = data.draw(st.integers(0, len(text)))
    early, whole = split(text[:at], growing=True), split(text)
    assert early[:-1] == whole[: max(0, len(early) - 1)]
    if early:
        start = early[-1].start
        assert split(text[start:], start=start) == whole[len(early) - 1 :]


@given(LINES)
def test_no_segment_loses_prose(lines: list[str]) -> None:
    text = "\n".join(lines)
    for segment in split(text):
        assert text[segment.start :].startswith(segment.text) or isinstance(segment, Code)
