"""Images of answers that name an attached picture show it; nothing else is ever shown, and nothing loaded."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QBuffer, QIODevice, QRectF, QSizeF
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QTextDocument
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.engine.messages import Attachment
from desktop.views.attachment_pictures import AttachmentPictures, shared_pictures
from desktop.views.theme import DARK, LIGHT, Theme
from desktop.views.transcript import Transcript, picture_object
from desktop.views.transcript.definitions import definitions
from desktop.views.transcript.document_segment import DocumentSegment
from desktop.views.transcript.factory import make_segment
from desktop.views.transcript.formula_object import OBJECT
from desktop.views.transcript.message_layout import MessageLayout
from desktop.views.transcript.metrics import Metrics
from desktop.views.transcript.named_pictures import AttachedPictures, picture_named
from desktop.views.transcript.picture_object import MOST_HEIGHT
from desktop.views.transcript.segment import Look, Segment, Surroundings
from desktop.views.transcript.splitter import split
from desktop.views.transcript.transcript import STANDARD_KIT
from tests.views.transcript.conftest import said
from tests.views.transcript.test_growing import grows_as_made_anew
from tests.views.transcript.test_segments import exercise

WIDTH = 500


def picture(name: str, width: int = 100, height: int = 60, hash: str = "") -> Attachment:
    return Attachment(hash=hash or name, name=name, media_type="image/png", size=1, width=width, height=height)


PLAN = picture("plan.png")
SPACED = picture("my plan.png", 120, 80)
HEBREW = picture("תרשים.png", 90, 50)
PICTURES = (PLAN, SPACED, HEBREW)
AROUND = Surroundings(pictures=PICTURES)


@pytest.fixture
def look(qapp: QApplication) -> Look:
    return Look(LIGHT, QFont("DejaVu Sans", 10))


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> AttachmentPictures:
    """What is drawn from, with nothing in it."""
    own = AttachmentPictures()
    monkeypatch.setattr(picture_object, "shared_pictures", lambda: own)
    return own


def png(colour: str, width: int, height: int) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    return saved(image)


def saved(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def made(text: str, look: Look, pictures: tuple[Attachment, ...] = PICTURES, width: int = WIDTH) -> list[Segment]:
    around = Surroundings(definitions=definitions(text), pictures=pictures)
    found = [make_segment(piece, around, look) for piece in split(text, False)]
    for each in found:
        each.lay_out(width)
    return found


def drawn(segment: Segment, theme: Theme = LIGHT, scale: float = 1.0, width: int = WIDTH) -> QImage:
    image = QImage(round(width * scale), round((segment.height + 1) * scale), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    image.fill(theme.background)
    painter = QPainter(image)
    segment.draw(painter, QRectF(0, 0, width, segment.height))
    painter.end()
    return image


def sizes(segment: Segment) -> list[tuple[int, int]]:
    """The sizes of the pictures in a segment, as laid out."""
    assert isinstance(segment, DocumentSegment)
    document, found = segment._document, []
    handler = document.documentLayout().handlerForObject(picture_object._KIND)
    block = document.begin()
    while block.isValid():
        iterator = block.begin()
        while not iterator.atEnd():
            fragment = iterator.fragment()
            if fragment.charFormat().hasProperty(picture_object.PICTURE):
                size: QSizeF = handler.intrinsicSize(document, fragment.position(), fragment.charFormat())
                found += [(round(size.width()), round(size.height()))] * fragment.length()
            iterator += 1
        block = block.next()
    return found


# Which picture is shown.


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("![the plan](plan.png)", "plan.png"),
        ('![the plan](plan.png "a title")', "plan.png"),
        ("![the plan](attachment:plan.png)", "plan.png"),
        ("![the plan](Attachment:plan.png)", "plan.png"),
        ("![the plan](./plan.png)", "plan.png"),
        ("![the plan](<my plan.png>)", "my plan.png"),
        ("![the plan](my%20plan.png)", "my plan.png"),
        ("![the plan](attachment:my%20plan.png)", "my plan.png"),
        ("![the plan](<attachment:./my plan.png>)", "my plan.png"),
        ("![the plan](תרשים.png)", "תרשים.png"),
        ("![the plan](%D7%AA%D7%A8%D7%A9%D7%99%D7%9D.png)", "תרשים.png"),
        ("![the plan](<50% (final).png>)", "50% (final).png"),
        ("![the plan](<a%20b.png>)", "a%20b.png"),
        ("![the plan](<#1 ?.png>)", "#1 ?.png"),
        ("![the plan](<10:30 Uhr.png>)", "10:30 Uhr.png"),
        ("![the plan](<u\u0308ber.png>)", "\u00fcber.png"),
        ("![the plan][it]\n\n[it]: plan.png\n", "plan.png"),
    ],
)
def test_an_image_that_names_an_attached_picture_shows_it(
    look: Look, store: AttachmentPictures, source: str, name: str
) -> None:
    wanted: list[str] = []
    store.wanted.connect(wanted.append)
    segment = made(source, look, (picture("other.png"), picture(name, hash="it")))[0]
    assert segment.shown_text().strip("\n") == OBJECT
    drawn(segment)
    assert wanted == ["it"]


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:9/plan.png",
        "https://example.org/plan.png",
        "//example.org/plan.png",
        "file:///etc/plan.png",
        "file:plan.png",
        "data:image/png;base64,plan.png",
        "qrc:/plan.png",
        ":/plan.png",
        "/plan.png",
        "../plan.png",
        "folder/plan.png",
        "attachment:///plan.png",
        "attachment:attachment:plan.png",
        "plan.png#x",
        "plan.png?x",
        "Plan.png",
        "plan",
        "",
    ],
)
def test_an_image_that_names_none_is_a_name_and_nothing_is_loaded(
    look: Look, store: AttachmentPictures, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(QTextDocument, "loadResource", lambda *arguments: asked.append(arguments))
    store.wanted.connect(asked.append)
    segment = made(f"![a name]({target})", look)[0]
    drawn(segment)
    assert segment.shown_text() == "[image: a name]"
    assert not asked


def test_what_is_attached_but_no_picture_of_a_known_size_is_not_shown() -> None:
    text = Attachment(hash="t", name="a.txt", media_type="text/plain", size=1)
    attached = AttachedPictures([said(1, attachments=(text, picture("odd.png", 0, 9), picture("b.png", 9, -1), PLAN))])
    assert attached.until(0) == (PLAN,)


def test_the_newest_of_a_name_before_or_in_the_message_is_shown() -> None:
    old, new, late = (picture("a.png", hash=hash) for hash in ("old", "new", "late"))
    other = picture("b.png")
    attached = AttachedPictures([said(0, attachments=(old, other)), said(1), said(2, attachments=(new,)), said(3)])
    attached.note(4, said(4, attachments=(late,)))
    named = [picture_named("a.png", attached.until(index)) for index in range(5)]
    assert named == [old, old, new, new, late]
    assert picture_named("b.png", attached.until(3)) == other
    attached.forget(4)
    assert picture_named("a.png", attached.until(9)) == new


def test_an_answer_shows_what_its_conversation_has(qtbot: QtBot) -> None:
    view = Transcript()
    qtbot.addWidget(view)
    question = said(1, "Look", "user", attachments=(PLAN,))
    view.show_conversation([said(0, "![p](plan.png)"), question, said(2, "![p](plan.png)")])
    shown = [view.column.layout(index).segment(0).shown_text() for index in range(3)]
    assert shown == ["[image: p]", "Look", OBJECT]
    view.show_conversation([said(0, "![p](plan.png)")])
    assert view.column.layout(0).segment(0).shown_text() == "[image: p]"


def test_what_the_person_writes_is_plain_text(qtbot: QtBot) -> None:
    view = Transcript()
    qtbot.addWidget(view)
    view.show_conversation([said(1, "![p](plan.png)", "user", attachments=(PLAN,))])
    assert view.column.layout(0).segment(0).shown_text() == "![p](plan.png)"


# How large, and how it is drawn.


@pytest.mark.parametrize(
    ("natural", "expected"),
    [
        ((100, 60), (100, 60)),
        ((1600, 1000), (WIDTH, 312)),
        ((1000, 1000), (MOST_HEIGHT, MOST_HEIGHT)),
        ((500, 8000), (20, MOST_HEIGHT)),
        ((8000, 4), (WIDTH, 1)),
        ((1, 8000), (1, MOST_HEIGHT)),
        ((2_000_000_000, 2_000_000_000), (MOST_HEIGHT, MOST_HEIGHT)),
    ],
)
def test_a_picture_keeps_its_shape_within_the_column_and_a_height(
    look: Look, store: AttachmentPictures, natural: tuple[int, int], expected: tuple[int, int]
) -> None:
    segment = made("![x](x.png)", look, (picture("x.png", *natural),))[0]
    assert sizes(segment) == [expected]
    drawn(segment)


@pytest.mark.parametrize("text", ["- ![x](x.png)", "> ![x](x.png)", "1. a\n   - b ![x](x.png)", "> - > ![x](x.png)"])
def test_a_picture_in_lists_and_quotes_stays_within_the_column(look: Look, text: str) -> None:
    for width in (WIDTH, 200):
        segment = made(text, look, (picture("x.png", 4000, 1000),), width)[0]
        assert isinstance(segment, DocumentSegment)
        assert segment._document.idealWidth() <= width
        assert sizes(segment)[0][0] > width * 0.7


@pytest.mark.parametrize("margin", ["", "- ", "> "])
def test_a_picture_in_a_cell_is_as_wide_as_its_column_at_most(look: Look, margin: str) -> None:
    below = " " * len(margin) if margin == "- " else margin
    lines = ["| A | B |", "|---|---|", "| ![x](x.png) | words |"]
    text = margin + f"\n{below}".join(lines)
    segment = made(text, look, (picture("x.png", 2000, 1000),))[0]
    ((width, height),) = sizes(segment)
    assert 100 < width < 300
    assert height == pytest.approx(width / 2, abs=1)
    assert segment.lay_out(WIDTH) < height + 100


def test_a_picture_takes_no_more_room_than_its_height_and_that_between_lines(look: Look) -> None:
    tall = made("![x](x.png)", look, (picture("x.png", 300, 300),))[0]
    assert 300 < tall.height < 325
    words = made("words and words", look)[0].height
    beside = made("words ![x](x.png) words", look, (picture("x.png", 5, 5),))[0].height
    assert beside == pytest.approx(words, abs=2)


def test_its_name_stands_there_until_it_comes_and_then_nothing_moves(look: Look, store: AttachmentPictures) -> None:
    segment = made("Before\n\n![x](plan.png)\n\nafter", look)[0]
    height = segment.height
    middle = (50, round(segment.rectangle_at(7).center().y()))
    before = drawn(segment)
    assert before.pixelColor(10, middle[1]) == LIGHT.surface
    store.put(PLAN.hash, png("#ff0000", 100, 60))
    assert drawn(segment).pixelColor(*middle) == QColor("#ff0000")
    assert segment.lay_out(WIDTH) == height
    assert segment.is_refined


def test_a_shown_transcript_draws_it_when_it_comes(qtbot: QtBot) -> None:
    one = picture("late.png", 100, 60, "a hash of this test")
    view = Transcript()
    qtbot.addWidget(view)
    view.resize(700, 500)
    view.show()
    view.show_conversation([said(1, "Look", "user", attachments=(one,)), said(2, "![x](late.png)")])
    qtbot.waitUntil(lambda: view.scroller.is_settled)
    area = view.caret_area((1, 0, 0))
    point = view.from_message(1, area.translated(40, 0)).center().toPoint()
    point.setY(round(area.center().y()) - view.scroller.top)
    assert view.viewport().grab().toImage().pixelColor(point) != QColor("#ff0000")
    shared_pictures().put(one.hash, png("#ff0000", 100, 60))
    assert view.viewport().grab().toImage().pixelColor(point) == QColor("#ff0000")


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5, 1.75, 2.0])
def test_it_is_drawn_pixel_for_pixel_at_every_scale(look: Look, store: AttachmentPictures, scale: float) -> None:
    side = round(MOST_HEIGHT * scale)
    wanted: list[tuple[str, int]] = []
    store.larger_wanted.connect(lambda *each: wanted.append(each))
    segment = made("A line\n\n![x](x.png)", look, (picture("x.png", 2000, 2000),))[0]
    store.put("x.png", png("#00ff00", 256, 256))
    drawn(segment, scale=scale)
    assert wanted == [("x.png", side)]
    board = QImage(side, side, QImage.Format.Format_RGB32)
    board.fill(QColor("#00ff00"))
    for x in range(side):
        for y in range(40, 44):
            board.setPixelColor(x, y, QColor("#000000" if (x + y) % 2 else "#ffffff"))
    store.put_larger("x.png", board)
    image = drawn(segment, scale=scale)
    rows = [[image.pixelColor(x, y).lightness() for x in range(60, 80)] for y in range(image.height())]
    assert sum(row in ([0, 255] * 10, [255, 0] * 10) for row in rows) == 4
    assert wanted == [("x.png", side)]


def test_the_preview_does_where_it_is_large_enough(look: Look, store: AttachmentPictures) -> None:
    wanted: list[str] = []
    store.larger_wanted.connect(lambda hash, height: wanted.append(hash))
    segment = made("![x](plan.png)", look)[0]
    store.put(PLAN.hash, png("#00ff00", 100, 60))
    drawn(segment, scale=2.0)
    assert not wanted


def test_more_is_asked_for_where_more_is_drawn_and_each_once() -> None:
    pictures = AttachmentPictures()
    wanted: list[tuple[str, int]] = []
    pictures.larger_wanted.connect(lambda *each: wanted.append(each))
    assert pictures.at_height("h", 320) is None
    pictures.put("h", png("#00ff00", 256, 200))
    for height in (200, 320, 320, 640, 320, 640):
        assert pictures.at_height("h", height) is not None
    assert wanted == [("h", 320), ("h", 640)]
    pictures.put_larger("h", QImage(800, 640, QImage.Format.Format_RGB32))
    found = pictures.at_height("h", 640)
    assert found is not None
    assert found.height() == 640


def test_larger_pictures_are_forgotten_when_they_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.views.attachment_pictures._MOST_LARGER_BYTES", 3 * 400 * 400 * 4)
    pictures = AttachmentPictures()
    wanted: list[str] = []
    pictures.larger_wanted.connect(lambda hash, height: wanted.append(hash))
    for name in "abcd":
        pictures.put(name, png("#00ff00", 200, 200))
        pictures.at_height(name, 400)
        pictures.put_larger(name, QImage(400, 400, QImage.Format.Format_RGB32))
    assert wanted == ["a", "b", "c", "d"]
    pictures.at_height("d", 400)
    pictures.at_height("a", 400)
    assert wanted == ["a", "b", "c", "d", "a"]


def test_what_one_can_see_through_stands_on_white_in_the_dark_too(store: AttachmentPictures) -> None:
    look = Look(DARK, QFont("DejaVu Sans", 10))
    clear = QImage(100, 60, QImage.Format.Format_ARGB32)
    clear.fill(QColor(0, 0, 0, 0))
    store.put(PLAN.hash, saved(clear))
    assert drawn(made("![x](plan.png)", look)[0], DARK).pixelColor(50, 30) == QColor("#ffffff")


def test_its_picture_is_drawn_also_after_what_made_it_was_collected(look: Look, store: AttachmentPictures) -> None:
    import gc

    segment = made("![x](plan.png)", look)[0]
    store.put(PLAN.hash, png("#ff0000", 100, 60))
    gc.collect()
    assert segment.lay_out(300) == segment.lay_out(WIDTH)
    assert drawn(segment).pixelColor(50, 30) == QColor("#ff0000")


# What is copied and told.


@pytest.mark.parametrize(
    ("source", "markdown", "words"),
    [
        ("![the plan](plan.png)", "![the plan](plan.png)", "the plan"),
        ('![a *b* c](<my plan.png> "t")', '![a *b* c](<my plan.png> "t")', "a *b* c"),
        ("![](plan.png)", "![](plan.png)", "plan.png"),
        ("[![the plan](plan.png)](https://a.b)", "[![the plan](plan.png)](https://a.b)", "the plan"),
        ("![the plan][it]", "![the plan](<plan.png>)", "the plan"),
        ("![a](plan.png)![a](plan.png)", "![a](plan.png)![a](plan.png)", "aa"),
    ],
)
def test_it_is_copied_as_its_source_or_as_its_words(look: Look, source: str, markdown: str, words: str) -> None:
    segment = made(f"Here {source} it is.\n\n[it]: plan.png\n", look)[0]
    text = segment.shown_text()
    start, end = text.index(OBJECT), text.rindex(OBJECT) + 1
    assert segment.markdown(start, end) == markdown
    assert segment.text(0, end + 4) == f"Here {words} it "
    assert segment.markdown(2, end + 4) == f"re {markdown} it "


def test_it_is_copied_from_a_cell(look: Look) -> None:
    text = "| a | b |\n|---|---|\n| ![x \\| y](plan.png) | d |"
    segment = made(text, look)[0]
    assert segment.text(0, segment.length) == "a\tb\nx | y\td"
    assert segment.markdown(2, segment.length) == "| a | b |\n| --- | --- |\n| ![x \\| y](plan.png) | d |"


def test_a_picture_in_a_link_leads_where_the_link_leads(look: Look) -> None:
    segment = made("[![the plan](plan.png)](https://a.b)", look)[0]
    assert [link.target for link in segment.links()] == ["https://a.b"]
    link = segment.link_at(QRectF(0, 0, 100, 60).center())
    assert link is not None
    assert link.target == "https://a.b"
    assert segment.links()[0].end == 1
    assert not made("![the plan](plan.png)", look)[0].links()


# Where it stands.


def test_a_picture_is_at_the_right_where_its_words_are_read_from_there(look: Look, store: AttachmentPictures) -> None:
    store.put(HEBREW.hash, png("#ff0000", 90, 50))
    for text, edge in (("![תרשים](תרשים.png)", WIDTH - 45), ("![plan](תרשים.png)", 45)):
        image = drawn(made(text, look)[0])
        assert image.pixelColor(edge, 25) == QColor("#ff0000")
    segment = made("שלום ![x](תרשים.png) עולם", look)[0]
    assert segment.rectangle_at(0).x() > WIDTH - 10


def test_a_part_of_a_paragraph_that_begins_with_a_picture_is_not_drawn_over_the_part_above(look: Look) -> None:
    tall, metrics = picture("x.png", 80, 200), Metrics(WIDTH, 20.0, 7.0)
    seen = 0
    for more in range(12):
        text = "word " * more + "words ![x](x.png) " * 120
        layout = MessageLayout(said(1, text), (), STANDARD_KIT, look, metrics, (), lambda: (tall,))
        for index in range(len(layout.slots)):
            layout.lay_out(index)
        for slot in layout.slots[1:]:
            assert slot.gap > -40
            seen += slot.piece.text.startswith("![x]") and slot.lead is not None
    assert seen


# While it streams.

_TOKENS = st.sampled_from(
    ["![", "!", "[", "]", "(", ")", "![a](", "![a](plan.png", "![a](plan.png)", "](plan.png)", "<my plan.png>", "](<",
     ">)", "![תרשים](תרשים.png)", "![](./plan.png)", "![b][x]", "![c](no.png)", "[![a](plan.png)](http://a.b)", "word ",
     " ", "\n", "\n\n", "- ", "1. ", "> ", "# ", "**", "*", "`", "$x$ ", "שלום ", "\\", "| ", "\n| - | - |\n| ", "and ",
     'plan.png "t")', "attachment:", "%20", "[1]", "more words. "]
)  # fmt: skip
_IMAGES = st.lists(_TOKENS, max_size=40)
_PROPERTY = settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@given(_IMAGES)
@example(["words `and ", "![a](plan.png)", " more", "` code"])
@example(["words $and ", "![a](plan.png)", " more", "$ formula"])
@example(["![a](plan.png)", " and", " *more", "* of", " it"])
@example(["- ", "![a](plan.png)", " and", "\n- ", "![תרשים](תרשים.png)", " more"])
@_PROPERTY
def test_what_streams_becomes_what_is_made_anew(look: Look, chunks: list[str]) -> None:
    grows_as_made_anew(chunks, look, Surroundings(("c1",), "[x]: plan.png", PICTURES))


@given(_IMAGES)
@_PROPERTY
def test_any_syntax_of_images_can_be_shown(look: Look, chunks: list[str]) -> None:
    for segment in made("".join(chunks), look):
        exercise(segment)


def test_text_behind_a_picture_is_written_behind_it(look: Look) -> None:
    text = "Look at this: ![the plan](plan.png) and what **stands** in it, in some more words of one long line."
    chunks = [text[at : at + 4] for at in range(0, len(text), 4)]
    assert grows_as_made_anew(chunks, look, AROUND) > 0.6 * len(chunks)


def test_a_picture_once_shown_stays_while_more_comes(qtbot: QtBot) -> None:
    view = Transcript()
    qtbot.addWidget(view)
    view.resize(700, 500)
    view.show()
    view.show_conversation([said(1, "Look", "user", attachments=(PLAN,), run_id="r")])
    view.begin_answer("Claude", off_record=False)
    text, shown = "See ![the plan](plan.png) here.\n\n- and ![it](plan.png) *again*\n", []
    for character in text:
        view.extend_answer(character)
        view._flush()
        layout = view.column.layout(1)
        shown.append("".join(layout.segment(slot).shown_text() for slot in range(len(layout.slots))).count(OBJECT))
    assert shown == sorted(shown)
    assert shown[-1] == 2
    streamed = [layout.segment(slot).shown_text() for slot in range(len(layout.slots))]
    view.finish_answer(said(2, text, run_id="r"))
    layout = view.column.layout(1)
    assert [layout.segment(slot).shown_text() for slot in range(len(layout.slots))] == streamed
