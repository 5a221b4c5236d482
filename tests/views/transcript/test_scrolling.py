"""What stands in the view stays there, whatever changes around it."""

import time

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.views import theme
from desktop.views.transcript import Transcript
from desktop.views.transcript.scrolling import Scroller
from tests.views.transcript.conftest import many, said
from tests.views.transcript.lines import Lines


def settled(qtbot: QtBot, view: Transcript) -> None:
    qtbot.waitUntil(lambda: view.frames.is_at_rest)


def at_top(view: Transcript) -> tuple[int, int, int]:
    anchor = view.column.anchor_at(view.scroller.top)
    return anchor.entry, anchor.slot, anchor.offset


def is_at_end(view: Transcript) -> bool:
    bar = view.verticalScrollBar()
    return bar.value() == bar.maximum() == max(0, view.column.height - view.viewport().height())


def test_conversation_opens_at_its_end_without_reading_what_is_above(qtbot: QtBot, transcript: Transcript) -> None:
    Lines.made = 0
    began = time.perf_counter()
    transcript.show_conversation(many(10_000))
    assert time.perf_counter() - began < 1.0
    qtbot.waitUntil(lambda: is_at_end(transcript))
    assert Lines.made < 40
    settled(qtbot, transcript)
    assert Lines.made < 80
    qtbot.waitUntil(lambda: is_at_end(transcript))


def test_what_is_read_does_not_move_while_the_rest_is_laid_out(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation(many(300))
    transcript.verticalScrollBar().setValue(transcript.verticalScrollBar().maximum() // 2)
    QApplication.processEvents()
    before = at_top(transcript)
    picture = transcript.viewport().grab().toImage()
    settled(qtbot, transcript)
    assert at_top(transcript) == before
    assert transcript.viewport().grab().toImage() == picture


def tops(view: Transcript) -> dict[tuple[int, int], int]:
    """Where in the view the texts that show begin and end, by message and slot."""
    column, top = view.column, view.scroller.top
    found: dict[tuple[int, int], int] = {}
    for index in column.between(top, top + view.scroller.page):
        layout = column.existing(index)
        if layout is not None:
            found |= {
                (index, slot): column.top(index) + layout.slot_top(slot) - top for slot in range(len(layout.slots) + 1)
            }
    return {place: y for place, y in found.items() if 0 <= y < view.scroller.page}


@pytest.mark.parametrize("pixels", [170, 37, 120, 260])
@pytest.mark.parametrize("real", [False, True])
def test_scrolling_up_over_what_was_never_laid_out_moves_by_exactly_so_much(
    qtbot: QtBot, transcript: Transcript, pixels: int, real: bool
) -> None:
    view = transcript
    if real:
        view = Transcript()
        qtbot.addWidget(view)
        view.setGeometry(60, 60, 800, 500)
        view.show()
    text = "Some **words** here. " * 30 + "\n\n- an item\n- another\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nAnd an end.\n"
    view.show_conversation(
        [said(n, text, "user" if n % 2 == 0 else "assistant") for n in range(200)] if real else many(200)
    )
    settled(qtbot, view)
    counted = 0
    for _ in range(60):
        while not view.scroller.is_settled:
            view.refresh()
        before = tops(view)
        view.scroll_by(-pixels)
        now = tops(view)
        moved = {now[place] - y for place, y in before.items() if place in now}
        assert moved <= {pixels}
        counted += len(moved)
    assert counted > 40


def test_scrolled_picture_is_the_same_as_one_painted_whole(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation(many(60))
    settled(qtbot, transcript)
    for by in (-37, -200, 90, -450, 13, -2000):
        transcript.scroll_by(by)
        settled(qtbot, transcript)
        QApplication.processEvents()
        text = transcript.viewport().rect()
        shown = transcript.screen().grabWindow(transcript.winId()).toImage().copy(text)
        transcript.viewport().update()
        QApplication.processEvents()
        assert transcript.screen().grabWindow(transcript.winId()).toImage().copy(text) == shown


def test_view_has_text_everywhere_once_a_jump_has_settled(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation(many(2000))
    bar = transcript.verticalScrollBar()
    for share in (3, 7, 5, 2):
        bar.setValue(bar.maximum() * share // 10)
        settled(qtbot, transcript)
        assert transcript.scroller.is_settled
        top = transcript.scroller.top
        for index in transcript.column.between(top, top + transcript.viewport().height()):
            layout = transcript.column.existing(index)
            assert layout is not None
            above = transcript.column.top(index) - top
            for slot in layout.slots_between(-above, transcript.viewport().height() - above):
                assert layout.is_laid_out(slot)


@pytest.mark.parametrize("change", ["width", "zoom", "theme"])
def test_a_change_of_looks_keeps_the_place(
    qtbot: QtBot, transcript: Transcript, qapp: QApplication, change: str
) -> None:
    transcript.show_conversation(many(100))
    settled(qtbot, transcript)
    transcript.scroll_by(-9000)
    settled(qtbot, transcript)
    before = at_top(transcript)
    match change:
        case "width":
            transcript.resize(500, 500)
        case "zoom":
            with qtbot.waitSignal(transcript.zoom_changed) as told:
                transcript.zoom_by(2)
            assert told.args == [transcript.zoom]
            assert transcript.zoom > 1.15
        case "theme":
            theme.apply(qapp, "dark")
    settled(qtbot, transcript)
    assert at_top(transcript)[0] == before[0]
    assert not transcript.follows_end


def test_text_keeps_a_readable_measure_however_wide(transcript: Transcript) -> None:
    transcript.show_conversation(many(4))
    transcript.resize(2400, 500)
    letters = transcript.column.metrics.room / transcript.column.metrics.letter
    assert 70 < letters < 90
    middle = transcript.left + transcript.column.metrics.measure // 2
    assert abs(middle - (transcript.width() - 12) // 2) <= 2


def test_keys_and_wheel_scroll(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation(many(50))
    settled(qtbot, transcript)
    transcript.setFocus()
    QTest.keyClick(transcript, Qt.Key.Key_PageUp)
    qtbot.waitUntil(lambda: not transcript._glider.is_gliding)
    page = transcript.viewport().height() - 2 * transcript.verticalScrollBar().singleStep()
    assert abs(transcript.scroller.most - transcript.scroller.top - page) <= 1
    QTest.keyClick(transcript, Qt.Key.Key_Home)
    assert transcript.scroller.top == 0
    QTest.keyClick(transcript, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: is_at_end(transcript))
    assert transcript.follows_end
    place = QPointF(400, 250)
    for pixels, angle in ((QPoint(0, 60), QPoint(0, 60)), (QPoint(), QPoint(0, 120))):
        before = transcript.scroller.most - transcript.scroller.top
        wheel = QWheelEvent(
            place, transcript.mapToGlobal(place), pixels, angle, Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(transcript.viewport(), wheel)
        qtbot.waitUntil(lambda: not transcript._glider.is_gliding)
        moved = transcript.scroller.most - transcript.scroller.top - before
        assert moved == (60 if not pixels.isNull() else 3 * transcript.verticalScrollBar().singleStep())


def test_place_is_kept_and_given_back(qtbot: QtBot, transcript: Transcript) -> None:
    messages = many(100)
    transcript.show_conversation(messages)
    assert transcript.position().at_bottom
    transcript.scroll_by(-5000)
    settled(qtbot, transcript)
    before, position = at_top(transcript), transcript.position()
    transcript.show_conversation([said(1)])
    transcript.show_conversation(messages)
    transcript.restore_position(position)
    settled(qtbot, transcript)
    index, slot, offset = at_top(transcript)
    assert (index, slot) == before[:2]
    assert abs(offset - before[2]) <= 1
    transcript.show_conversation(messages[:2])
    transcript.restore_position(position)
    assert transcript.follows_end


def test_few_layouts_are_kept(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation(many(1000, words=1))
    bar = transcript.verticalScrollBar()
    for share in range(100):
        bar.setValue(bar.maximum() * share // 100)
    assert sum(transcript.column.existing(index) is not None for index in range(1000)) <= 160


def test_stream_is_followed_while_at_the_end(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation(many(6))
    transcript.begin_answer("Claude", False)
    for number in range(40):
        transcript.extend_answer(f"paragraph {number}\n\n")
    qtbot.waitUntil(lambda: "paragraph 39" in transcript.plain_text())
    qtbot.waitUntil(lambda: is_at_end(transcript))
    assert not transcript._new_below.isVisible()


def test_reading_above_is_not_disturbed_and_new_text_is_told_of(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation(many(20))
    settled(qtbot, transcript)
    transcript.scroll_by(-2500)
    settled(qtbot, transcript)
    before = at_top(transcript)
    transcript.begin_answer("Claude", False)
    transcript.extend_answer("new words\n\n" * 50)
    qtbot.waitUntil(lambda: "new words" in transcript.plain_text())
    assert at_top(transcript) == before
    assert transcript._new_below.isVisible()
    QTest.mouseClick(transcript._new_below, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: is_at_end(transcript))
    assert not transcript._new_below.isVisible()


def test_own_message_is_always_scrolled_to(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation(many(20))
    transcript.scroll_by(-2000)
    transcript.append_message(said(99, "mine", "user"))
    qtbot.waitUntil(lambda: is_at_end(transcript))


def test_scroll_bar_tells_where_the_view_came_to(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation(many(20))
    settled(qtbot, transcript)
    told: list[int] = []
    transcript.verticalScrollBar().valueChanged.connect(told.append)
    transcript.scroll_by(-300)
    assert told == [transcript.scroller.top]
    assert not transcript.follows_end


@pytest.mark.parametrize("width", [300, 500, 1200])
def test_a_change_of_width_keeps_the_place_however_little_is_laid_out_at_a_time(
    qtbot: QtBot, transcript: Transcript, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    transcript.show_conversation(many(100))
    settled(qtbot, transcript)
    for _ in range(20):
        transcript.scroll_by(-470)
        settled(qtbot, transcript)
        before = at_top(transcript)
        with monkeypatch.context() as starved:
            starved.setattr(Scroller.settle, "__defaults__", (0.0,))
            transcript.resize(width, 500)
            settled(qtbot, transcript)
        assert at_top(transcript)[0] == before[0]
        transcript.resize(800, 500)
        settled(qtbot, transcript)
