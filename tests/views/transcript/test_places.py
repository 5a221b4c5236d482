"""Places that come back or stay: in an answer that streams, at what was jumped to, under the pointer."""

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.engine.messages import Message
from desktop.views.transcript import Transcript
from desktop.views.transcript.values import Position
from tests.views.transcript.conftest import many, said
from tests.views.transcript.test_scrolling import settled

ASKED = said(1, "Go on.", "user", run_id="r1")
PARAGRAPHS = [f"paragraph {number} " + "with some words of its own. " * 6 + "\n\n" for number in range(60)]


def top_text(view: Transcript) -> str:
    """The beginning of the text at the top of the view."""
    anchor = view.scroller.anchor
    return view.column.layout(anchor.entry).segment(anchor.slot).shown_text()[:14]


def streaming(view: Transcript, text: str) -> None:
    view.show_conversation([ASKED])
    view.begin_answer("Writer", False)
    view.extend_answer(text)


def test_the_place_in_an_answer_that_streams_comes_back_and_the_end_is_not_followed(
    qtbot: QtBot, transcript: Transcript
) -> None:
    streaming(transcript, "".join(PARAGRAPHS[:40]))
    qtbot.waitUntil(lambda: not transcript._stream.is_waiting)
    transcript.scroll_by(-1500)
    settled(qtbot, transcript)
    before, seen = transcript.position(), top_text(transcript)
    transcript.show_conversation(many(4))
    streaming(transcript, "".join(PARAGRAPHS))  # as much as has come by now
    transcript.restore_position(before)
    settled(qtbot, transcript)
    assert top_text(transcript) == seen
    assert transcript.position() == before
    assert not transcript.follows_end
    assert transcript._new_below.isVisible()
    transcript.extend_answer("More.\n\n")
    transcript._flush()
    assert top_text(transcript) == seen


def test_the_place_in_an_answer_that_was_finished_meanwhile_comes_back(qtbot: QtBot, transcript: Transcript) -> None:
    streaming(transcript, "".join(PARAGRAPHS[:40]))
    qtbot.waitUntil(lambda: not transcript._stream.is_waiting)
    transcript.scroll_by(-1500)
    settled(qtbot, transcript)
    before, seen = transcript.position(), top_text(transcript)
    transcript.show_conversation([ASKED, said(2, "".join(PARAGRAPHS), run_id="r1")])
    transcript.restore_position(before)
    settled(qtbot, transcript)
    assert top_text(transcript) == seen


def test_the_end_of_an_answer_that_streams_is_followed_again(qtbot: QtBot, transcript: Transcript) -> None:
    streaming(transcript, "".join(PARAGRAPHS))
    qtbot.waitUntil(lambda: not transcript._stream.is_waiting)
    before = transcript.position()
    assert before.at_bottom
    streaming(transcript, "".join(PARAGRAPHS))
    transcript.restore_position(before)
    assert transcript.follows_end


def hit_is_in_view(view: Transcript) -> bool:
    hit = view.finder.current
    assert hit is not None
    index, slot, at = hit
    layout = view.column.layout(index)
    start, _ = view.finder.hits(index, slot, layout.segment(slot))[at]
    area = layout.from_slot(slot, layout.segment(slot).rectangle_at(start)).translated(0, view.column.top(index))
    top = view.scroller.top
    return bool(top <= area.top() and area.bottom() <= top + view.viewport().height())


def with_needles() -> list[Message]:
    messages = many(40)
    messages[20] = said(20, f"{messages[20].text}\n\nA needle here.", "user")
    return messages


def test_what_was_jumped_to_stays_in_view_when_panels_come_in_below(transcript: Transcript) -> None:
    transcript.show_conversation(with_needles())
    transcript.scroller.move_to(0)
    transcript.refresh()
    transcript.show_message("20", "needle")
    assert hit_is_in_view(transcript)
    for height in (400, 280, 220):
        transcript.resize(800, height)
        QApplication.processEvents()
        assert hit_is_in_view(transcript), height


def test_what_was_jumped_to_is_let_go_of_once_the_person_scrolls(transcript: Transcript) -> None:
    transcript.show_conversation(with_needles())
    transcript.show_message("20", "needle")
    transcript.scroll_by(-2000)
    before = transcript.scroller.anchor
    transcript.resize(800, 300)
    QApplication.processEvents()
    assert transcript.scroller.anchor == before


@pytest.mark.parametrize("length", [1, 12])
def test_another_version_ends_where_the_one_before_it_did(qtbot: QtBot, transcript: Transcript, length: int) -> None:
    before = many(12)
    transcript.show_conversation([*before, said(90, "Short."), *many(4)])
    index = transcript.index_of("90")
    transcript.scroller.move_to(transcript.column.top(index) - 300)
    transcript.refresh()
    settled(qtbot, transcript)
    end = transcript.end_of("90")
    assert end is not None
    transcript.show_conversation([*before, said(91, "A long paragraph of words. " * 40 * length), *many(4)])
    transcript.reveal("91")
    transcript.keep_end("91", end)
    settled(qtbot, transcript)
    assert transcript.end_of("91") == end


def test_a_message_out_of_view_has_no_end_in_it(transcript: Transcript) -> None:
    transcript.show_conversation(many(40))
    assert transcript.end_of("0") is None
    assert transcript.end_of("nowhere") is None
    at = transcript.scroller.top
    transcript.keep_end("39", None)
    assert transcript.scroller.top == at


def test_a_stored_place_in_an_answer_whose_run_is_gone_is_the_end(transcript: Transcript) -> None:
    transcript.show_conversation(many(4))
    transcript.restore_position(Position("answer of r9", 40, False, -1.0))
    assert transcript.follows_end
