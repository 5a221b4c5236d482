"""Finding words in all messages."""

import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.views.transcript import Transcript
from desktop.views.transcript.find import folded, occurrences
from desktop.views.transcript.segment import MarkKind
from tests.views.transcript.conftest import many, said


@pytest.mark.parametrize(
    ("text", "needle", "found"),
    [
        ("One one ONE", "one", ["One", "one", "ONE"]),
        ("Café, cafe, CAFÉ", "cafe", ["Café", "cafe", "CAFÉ"]),
        ("re\u0301sume\u0301 and resume", "resume", ["re\u0301sume\u0301", "resume"]),
        ("Straße İstanbul", "istanbul", ["İstanbul"]),
        ("aaaa", "aa", ["aa", "aa"]),
        ("nothing", "x", []),
    ],
)
def test_case_and_accents_do_not_matter(text: str, needle: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in occurrences(text, needle)] == found
    assert len(folded(text)) == len(text)


def search(qtbot: QtBot, transcript: Transcript, query: str) -> None:
    transcript.open_find(query)
    qtbot.waitUntil(lambda: transcript.finder.is_done and transcript._find_bar.count_text not in ("", "Searching…"))


def current(transcript: Transcript) -> tuple[int, int]:
    hit = transcript.finder.current
    assert hit is not None
    layout = transcript.column.layout(hit[0])
    segment = layout.segment(hit[1])
    start, _ = transcript.finder.hits(hit[0], hit[1], segment)[hit[2]]
    area = layout.from_slot(hit[1], segment.rectangle_at(start)).translated(0, transcript.column.top(hit[0]))
    top = transcript.scroller.top
    assert top <= area.top()
    assert area.bottom() <= top + transcript.viewport().height()
    return hit[0], hit[2]


def test_hits_are_counted_walked_and_brought_into_view(qtbot: QtBot, transcript: Transcript) -> None:
    messages = many(400)
    for index in (10, 200, 390):
        messages[index] = said(index, f"{messages[index].text}\n\nA needle, and one more Néedle here.")
    transcript.show_conversation(messages)
    search(qtbot, transcript, "needle")
    assert transcript._find_bar.count_text == "1 of 6"
    assert current(transcript) == (10, 0)
    seen = []
    for _ in range(6):
        transcript.step_hit(True)
        seen.append(current(transcript))
    assert seen == [(10, 1), (200, 0), (200, 1), (390, 0), (390, 1), (10, 0)]
    transcript.step_hit(False)
    assert current(transcript) == (390, 1)
    assert transcript._find_bar.count_text == "6 of 6"


def test_current_hit_is_marked_apart(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation([said(1, "a word and a word")])
    search(qtbot, transcript, "word")
    segment = transcript.column.layout(0).segment(0)
    kinds = [mark.kind for mark in transcript.marks(0, 0, segment)]
    assert kinds == [MarkKind.CURRENT_HIT, MarkKind.HIT]
    transcript.close_find()
    assert list(transcript.marks(0, 0, segment)) == []


def test_keys_open_walk_and_close(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation([said(1, "a word and a word")])
    transcript.activateWindow()
    transcript.setFocus()
    QTest.keyClick(transcript, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: transcript._find_bar._field.hasFocus())
    QTest.keyClicks(transcript._find_bar._field, "word")
    qtbot.waitUntil(lambda: transcript._find_bar.count_text == "1 of 2")
    QTest.keyClick(transcript._find_bar._field, Qt.Key.Key_Return)
    assert transcript._find_bar.count_text == "2 of 2"
    QTest.keyClick(transcript, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    assert transcript._find_bar.count_text == "1 of 2"
    QTest.keyClick(transcript._find_bar._field, Qt.Key.Key_Escape)
    assert not transcript._find_bar.isVisible()
    assert transcript.hasFocus()


def test_nothing_found_is_said(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation(many(3))
    search(qtbot, transcript, "zanzibar")
    assert transcript._find_bar.count_text == "No hits"


def test_ten_thousand_messages_are_scanned_fast(transcript: Transcript) -> None:
    transcript.show_conversation(many(10_000))
    transcript.finder.look_for("number 77")
    began = time.perf_counter()
    while transcript.finder.scan(1000):
        pass
    assert time.perf_counter() - began < 0.5  # 20 ms where nothing else runs
    assert transcript.finder.total == 111


def test_a_message_is_jumped_to_and_its_hits_marked(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation(many(500))
    transcript.show_message("123", "others")
    assert current(transcript)[0] == 123
    transcript.show_message("no such one")
    assert transcript.current == 123


def test_what_streams_is_found_too(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation([said(1, "a word")])
    search(qtbot, transcript, "word")
    transcript.begin_answer("Claude", False)
    transcript.extend_answer("another word")
    transcript._flush()
    qtbot.waitUntil(lambda: transcript.finder.total == 2)


def test_the_bar_covers_nothing_and_moves_nothing(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation(many(20))
    transcript.scroller.move_to(0)
    transcript.refresh()

    def first_line() -> int:
        return (
            transcript.viewport().mapTo(transcript, QPoint(0, transcript.column.top(0) - transcript.scroller.top)).y()
        )

    before = first_line()
    search(qtbot, transcript, "number 0")
    bar = transcript._find_bar.geometry()
    assert not bar.intersects(transcript.viewport().geometry())
    assert first_line() > bar.bottom()
    transcript.close_find()
    assert first_line() == before
    transcript.scroller.move_to(900)
    transcript.refresh()
    before = first_line()
    search(qtbot, transcript, "nowhere")
    assert first_line() == before
    transcript.close_find()
    assert first_line() == before


@pytest.mark.parametrize("width", [300, 420, 800])
def test_the_bar_is_usable_in_any_width(qtbot: QtBot, transcript: Transcript, width: int) -> None:
    transcript.resize(width, 500)
    transcript.show_conversation([said(1, "a word and a word")])
    search(qtbot, transcript, "word")
    bar = transcript._find_bar
    assert bar.geometry().right() < transcript.viewport().width()
    assert all(button.width() >= 32 and button.height() >= 32 for button in bar.buttons)
    assert bar._field.width() >= 150
    assert bar._count.width() >= bar._count.sizeHint().width()
    parts = [bar._field, bar._count, *bar.buttons]
    assert not any(one.geometry().intersects(other.geometry()) for one in parts for other in parts if one is not other)
    assert all(bar.rect().contains(part.geometry()) for part in parts)


def test_the_number_of_hits_grows_with_an_answer_that_streams(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation([said(1, "Go on.", "user", run_id="r1")])
    transcript.begin_answer("Writer", False)
    transcript.extend_answer("a needle\n\n")
    qtbot.waitUntil(lambda: not transcript._stream.is_waiting)
    transcript.open_find("needle")
    qtbot.waitUntil(lambda: transcript._find_bar.count_text == "1 of 1")
    transcript.extend_answer("one more needle, and a needle\n\n")
    qtbot.waitUntil(lambda: transcript._find_bar.count_text == "1 of 3")
    transcript.close_find()
    transcript.extend_answer("needle\n\n")
    transcript._flush()
    assert not transcript._counting.isActive()
