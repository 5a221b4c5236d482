"""When what is laid out comes to the screen: whole where that takes little, in parts where it takes long."""

import itertools

import pytest
from PySide6.QtCore import QEvent, QObject, QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.views.transcript import Transcript, frames, painting
from desktop.views.transcript.column_view import ColumnView
from desktop.views.transcript.scrolling import Scroller
from tests.views.transcript.conftest import many


@pytest.fixture
def placeholders(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with each placeholder that is drawn, where a frame has one step and there is a minute for all of them."""
    drawn: list[int] = []
    draw = painting._draw_placeholder

    def noted(*arguments: object) -> None:
        drawn.append(1)
        draw(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(painting, "_draw_placeholder", noted)
    for laying_out in (Scroller.settle, ColumnView.refresh, ColumnView._refresh):  # one step at a time
        monkeypatch.setattr(laying_out, "__defaults__", (0.0,))
    monkeypatch.setattr(frames, "_UNSHOWN_MS", 60_000.0)
    return drawn


def rest(qtbot: QtBot, view: Transcript) -> None:
    """Wait until nothing is left to do."""
    qtbot.waitUntil(lambda: view.frames.is_at_rest)
    QApplication.processEvents()


def on_screen(view: Transcript) -> QImage:
    """What is on the screen."""
    return view.screen().grabWindow(view.winId()).toImage()


def jump(view: Transcript, share: float) -> None:
    """Drag the scroll bar's handle."""
    bar = view.verticalScrollBar()
    bar.setValue(int(bar.maximum() * share))


def test_a_jump_shows_its_place_once_it_is_whole(qtbot: QtBot, transcript: Transcript, placeholders: list[int]) -> None:
    transcript.show_conversation(many(500))
    rest(qtbot, transcript)
    before = on_screen(transcript)
    placeholders.clear()
    jump(transcript, 0.4)
    assert transcript.frames.is_behind
    assert on_screen(transcript) == before
    qtbot.waitUntil(lambda: not transcript.frames.is_behind)
    assert transcript.scroller.is_settled
    rest(qtbot, transcript)
    assert on_screen(transcript) != before
    assert not placeholders


def test_what_takes_long_shows_in_parts(
    qtbot: QtBot, transcript: Transcript, placeholders: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    transcript.show_conversation(many(500))
    rest(qtbot, transcript)
    placeholders.clear()
    turns = itertools.cycle([True, False])  # as where each step takes longer than a frame
    monkeypatch.setattr(frames.Frames, "has_time", lambda self: next(turns))
    jump(transcript, 0.4)
    rest(qtbot, transcript)
    assert placeholders
    assert transcript.scroller.is_settled


def test_what_is_exposed_while_a_jump_is_laid_out_is_not_left_where_it_was(
    qtbot: QtBot, transcript: Transcript, placeholders: list[int]
) -> None:
    transcript.show_conversation(many(500))
    rest(qtbot, transcript)
    transcript.scroll_by(-3_000)
    assert transcript.frames.is_behind
    transcript.viewport().repaint(QRect(0, 100, 400, 50))
    rest(qtbot, transcript)
    shown = on_screen(transcript)
    transcript.viewport().repaint()
    assert on_screen(transcript) == shown


def test_text_that_streams_while_a_jump_is_laid_out_is_shown_with_it(
    qtbot: QtBot, transcript: Transcript, placeholders: list[int]
) -> None:
    transcript.show_conversation(many(500))
    transcript.begin_answer("Claude", False)
    rest(qtbot, transcript)
    jump(transcript, 0.4)
    transcript.scroll_to_end()
    transcript.extend_answer("and it goes on")
    transcript._stream.step()
    rest(qtbot, transcript)
    shown = on_screen(transcript)
    transcript.viewport().repaint()
    assert on_screen(transcript) == shown
    assert transcript.scroller.is_settled


@pytest.fixture
def streaming(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Transcript:
    """A transcript in which an answer streams, and all that does more than lengthen its line costs much."""
    view = Transcript()
    qtbot.addWidget(view)
    view.resize(800, 500)
    view.show()
    qtbot.waitExposed(view)
    view.show_conversation(many(20))
    view.begin_answer("Claude", False)
    flush(view, "words")
    rest(qtbot, view)
    monkeypatch.setattr(frames, "_STREAMS_MS", 60_000.0)
    monkeypatch.setattr(frames, "_MOST_MS", 0.0)
    return view


def flush(view: Transcript, text: str) -> None:
    """Have a text come, and show what is shown of it at once."""
    view.extend_answer(text)
    view._stream.step()


def repainted(view: Transcript) -> QImage:
    """What is on the screen when all is painted anew."""
    view.viewport().repaint()
    return on_screen(view)


def test_a_line_that_costs_much_is_shown_a_little_later(qtbot: QtBot, streaming: Transcript) -> None:
    before = on_screen(streaming)
    flush(streaming, "\n\nand others, in a line")
    streaming._stream.step()
    assert streaming.frames.is_put_off
    assert on_screen(streaming) == before
    qtbot.waitUntil(lambda: not streaming.frames.is_behind)
    rest(qtbot, streaming)
    shown = on_screen(streaming)
    assert shown != before
    assert shown == repainted(streaming)


def test_words_are_shown_at_once(streaming: Transcript) -> None:
    flush(streaming, " and others")
    assert not streaming.frames.is_behind


def test_the_first_words_are_shown_at_once(transcript: Transcript, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "_MOST_MS", 0.0)
    transcript.begin_answer("Claude", False)
    flush(transcript, "words")
    assert not transcript.frames.is_behind


def test_what_comes_after_a_pause_is_shown_at_once(streaming: Transcript, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "_STREAMS_MS", 0.0)
    flush(streaming, "\n\nand others")
    streaming._stream.step()
    assert not streaming.frames.is_behind


def test_who_scrolls_waits_for_no_text(qtbot: QtBot, streaming: Transcript) -> None:
    flush(streaming, "\n\nand others")
    streaming._stream.step()
    assert streaming.frames.is_put_off
    streaming.scroll_by(-40)
    assert not streaming.frames.is_put_off
    rest(qtbot, streaming)
    assert on_screen(streaming) == repainted(streaming)


def test_what_waits_to_be_painted_is_not_overtaken(qtbot: QtBot, streaming: Transcript) -> None:
    streaming.scroll_by(-40)
    flush(streaming, "\n\nand others")
    streaming._stream.step()
    assert not streaming.frames.is_behind
    rest(qtbot, streaming)
    assert on_screen(streaming) == repainted(streaming)


def test_text_is_put_off_once_and_shown_with_the_next_however_fast_that_comes(streaming: Transcript) -> None:
    flush(streaming, "\n\nand others")
    streaming._stream.step()
    assert streaming.frames.is_put_off
    flush(streaming, " that come")
    assert not streaming.frames.is_put_off


class Paints(QObject):
    """Counts how often a widget is painted."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


def test_the_breathing_dot_paints_nothing_but_itself(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation(many(20))
    transcript.begin_answer("Claude", False)
    rest(qtbot, transcript)
    paints = Paints(transcript)
    for widget in (transcript.viewport(), transcript._activity):
        widget.installEventFilter(paints)
    for _ in range(4):
        transcript._activity._breathe()
        QApplication.processEvents()
    assert paints.count == 4
