"""Footnotes: raised numbers that lead to notes at the end of the message, however and whenever these come."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCharFormat
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.views.transcript import Transcript
from desktop.views.transcript.definitions import definitions
from desktop.views.transcript.footnotes import arranged
from desktop.views.transcript.message_layout import MessageLayout
from desktop.views.transcript.prose_segment import ProseSegment
from desktop.views.transcript.segment import Surroundings
from desktop.views.transcript.splitter import split
from tests.views.transcript.conftest import said
from tests.views.transcript.markdown_texts import MARKDOWN

TEXT = (
    "First claim[^late], and a second one[^2] `not[^code]`.\n\n[^2]: The second's note.\n\n"
    "More text, again[^late], and one without a note[^none].\n\n"
    "[^late]: Where the first is told.\n[^unused]: Nobody asks.\n"
)


@pytest.fixture
def view(qtbot: QtBot) -> Transcript:
    """A transcript with real segments."""
    made = Transcript()
    qtbot.addWidget(made)
    made.setGeometry(60, 60, 700, 300)
    made.show()
    qtbot.waitExposed(made)
    return made


def layout_of(view: Transcript, index: int = 0) -> MessageLayout:
    layout = view.column.layout(index)
    for slot in range(len(layout.slots)):
        layout.segment(slot)
    return layout


def shown(view: Transcript, index: int = 0) -> str:
    layout = layout_of(view, index)
    return "\n".join(layout.segment(slot).shown_text() for slot in range(len(layout.slots)))


def test_notes_stand_at_the_end_in_the_order_of_their_first_mention(view: Transcript) -> None:
    view.show_conversation([said(1, TEXT)])
    assert shown(view).replace("\u00a0\u21a9\ufe0e", "").split("\n") == [
        "First claim1, and a second one2 not[^code].",
        "More text, again1, and one without a note[^none].",
        "1.\u2002Where the first is told.",
        "2.\u2002The second's note.",
        "3.\u2002Nobody asks.",
    ]
    segment = layout_of(view).segment(0)
    assert isinstance(segment, ProseSegment)
    (link, _) = segment.links()
    mark = segment._cursor(link.start, link.end).charFormat()
    assert mark.verticalAlignment() == QTextCharFormat.VerticalAlignment.AlignSuperScript


def test_two_marks_beside_each_other_are_two_numbers(view: Transcript) -> None:
    view.show_conversation([said(1, "both[^a][^b]\n\n[^a]: one\n[^b]: two\n")])
    segment = layout_of(view).segment(0)
    assert segment.shown_text() == "both1\u20092"
    assert segment.markdown(0, segment.length - 1) == "both[^a]"
    assert segment.text(0, segment.length) == "both[1][2]"


def test_the_keyboard_leads_to_the_note_and_back(qtbot: QtBot, view: Transcript) -> None:
    view.show_conversation([said(1, "One[^a].\n\n" + "Words of a paragraph.\n\n" * 40 + "[^a]: The note.\n")])
    view.scroller.move_to(0)
    view.refresh()
    view.activateWindow()
    view.focus_previous_message()
    view.scroller.move_to(0)
    view.refresh()
    QTest.keyClick(view, Qt.Key.Key_Tab)
    assert view.target is not None
    assert view.target.name == "Footnote 1"
    QTest.keyClick(view, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: view.scroller.top > 300)
    assert view.target is not None
    assert view.target.name == "Back to the text"
    QTest.keyClick(view, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: view.scroller.top < 60)
    assert view.target.name == "Footnote 1"


def test_a_mark_that_streams_becomes_a_number_when_its_note_comes(view: Transcript) -> None:
    view.begin_answer("", False)
    seen = []
    for at in range(0, len(TEXT), 9):
        view.extend_answer(TEXT[at : at + 9])
        view._flush()
        seen.append(shown(view))
    assert "First claim[^late], and a second one[^2] `not" in seen[5] or "second one[^2]" in seen[5]
    assert any("First claim[^late], and a second one1" in each for each in seen)
    whole = Transcript()
    whole.resize(view.size())
    whole.show_conversation([said(1, TEXT)])
    assert seen[-1] == shown(whole)
    heights = [layout_of(each).slot_heights() for each in (view, whole)]
    assert heights[0] == heights[1]
    whole.deleteLater()


CHUNKS = st.sampled_from(
    [
        *("[^a]", "[^b]", "[^c]", "words ", "\n\n", "\n\n- item", "[^a", "]: ", "`[^b]`", "[x][y] "),
        *("\n\n[^a]: note a\n", "\n\n[^b]: note\n\n    more\n", "\n\n[^c]: \n", "\n\n[y]: http://a.b\n"),
        "\n\n```\n[^c]: x\n```\n",
    ]
)


@given(st.lists(CHUNKS, min_size=1, max_size=30))
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_stream_ends_as_what_is_shown_whole(view: Transcript, chunks: list[str]) -> None:
    view.show_conversation([])
    view.begin_answer("", False)
    text = ""
    for chunk in chunks:
        view.extend_answer(chunk)
        view._flush()
        text += chunk
        assert len(shown(view)) >= 0
    layout = view.column.layout(0)
    layout.show(said(1, text), growing=False)
    streamed = shown(view)
    view.drop_answer()
    view.show_conversation([said(1, text)])
    assert streamed == shown(view)


@given(MARKDOWN)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_no_piece_is_lost_when_they_are_arranged(text: str) -> None:
    pieces = split(text, False)
    found = arranged(pieces, definitions(text))
    assert sorted(piece.start for piece in found) == [piece.start for piece in pieces]
    assert Surroundings((), definitions(text)).definitions == definitions(text)
