"""When what is laid out comes to the screen: whole where that takes little, in parts where it takes long."""

import itertools

import pytest
from PySide6.QtCore import QRect
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
    for laying_out in (Scroller.settle, ColumnView.refresh):  # one step at a time
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
