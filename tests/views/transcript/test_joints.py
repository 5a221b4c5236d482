"""A paragraph of several segments reads as one: its lines, what is selected, copied and found in it."""

import re
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont, QGuiApplication, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.views.theme import LIGHT
from desktop.views.transcript import Transcript
from desktop.views.transcript.document_segment import DocumentSegment
from desktop.views.transcript.factory import make_segment
from desktop.views.transcript.message_layout import MessageLayout
from desktop.views.transcript.metrics import Metrics
from desktop.views.transcript.segment import Look, MarkKind, Piece, Surroundings
from desktop.views.transcript.selection import Selection
from desktop.views.transcript.transcript import STANDARD_KIT
from tests.views.transcript.conftest import said

WORDS = " ".join(f"Sentence {n} says *some* words, `code_{n}` and **more** of it." for n in range(140))
LINES = WORDS.replace(". Sentence", ".\nSentence")
HEBREW = "זהו משפט בעברית שנמשך ונמשך עד אין קץ " * 120
JAPANESE = "日本語の段落です会議の議事録を要約してください" * 160
UNBROKEN = "x" * 9_000


@pytest.fixture
def look(qapp: QApplication) -> Look:
    return Look(LIGHT, QFont("DejaVu Sans", 10))


def laid_out(text: str, look: Look, width: int, role: str = "assistant") -> MessageLayout:
    metrics = Metrics(width, 20.0, 7.0)
    layout = MessageLayout(said(1, text, role), (), STANDARD_KIT, look, metrics)
    for slot in range(len(layout.slots)):
        layout.lay_out(slot)
    return layout


def document_of(layout: MessageLayout, slot: int) -> QTextDocument:
    segment = layout.segment(slot)
    assert isinstance(segment, DocumentSegment)
    return segment._document


def lines_of(document: QTextDocument) -> list[tuple[float, str]]:
    """Base lines and words of all lines of a document."""
    found, block = [], document.begin()
    while block.isValid():
        lines, text = block.layout(), block.text()
        for line in (lines.lineAt(at) for at in range(lines.lineCount())):
            words = text[line.textStart() : line.textStart() + line.textLength()]
            found.append((lines.position().y() + line.y() + line.ascent(), words))
        block = block.next()
    return found


def shown_lines(layout: MessageLayout) -> list[tuple[float, str]]:
    """Base lines and words of all lines of a message; what stands at one height is one line."""
    found: list[tuple[float, str]] = []
    for slot in range(len(layout.slots)):
        top = layout.slot_top(slot) + layout.slots[slot].gap
        for base, words in lines_of(document_of(layout, slot)):
            if found and abs(found[-1][0] - top - base) < 0.05:
                found[-1] = (found[-1][0], found[-1][1] + words)
            else:
                found.append((top + base, words))
    return found


@pytest.mark.parametrize("width", [260, 420, 600])
@pytest.mark.parametrize("text", [WORDS, LINES, f"- {WORDS}", f"1. one\n2. {WORDS}\n", f"> {WORDS}", HEBREW])
def test_lines_break_where_those_of_one_paragraph_do(look: Look, text: str, width: int) -> None:
    layout = laid_out(text, look, width)
    whole = make_segment(Piece(text, 0, "prose"), Surroundings(), look)
    assert isinstance(whole, DocumentSegment)
    whole.lay_out(layout._inner)
    expected = [words.strip() for _, words in lines_of(whole._document)]
    assert len(layout.slots) > 3
    assert [words.strip() for _, words in shown_lines(layout)] == expected


@pytest.mark.parametrize("width", [260, 420, 600])
def test_lines_of_what_has_no_break_are_full(look: Look, width: int) -> None:
    lengths = {len(words.strip()) for _, words in shown_lines(laid_out(UNBROKEN, look, width))[:-1]}
    assert max(lengths) - min(lengths) <= 1


@pytest.mark.parametrize("text", [WORDS, f"- {WORDS}", HEBREW, JAPANESE])
def test_lines_stand_at_one_distance(look: Look, text: str) -> None:
    bases = [base for base, _ in shown_lines(laid_out(text, look, 420))]
    steps = {round(after - before) for before, after in pairwise(bases)}
    assert max(steps) - min(steps) <= 1


def test_plain_text_of_a_person_goes_on_too(look: Look) -> None:
    layout = laid_out("So many words of a person. " * 400, look, 420, "user")
    lines = [words for _, words in shown_lines(layout)]
    assert len(layout.slots) > 3
    assert all(len(words) > 30 for words in lines[:-1])


def test_another_width_breaks_them_anew(look: Look) -> None:
    layout = laid_out(WORDS, look, 600)
    layout.set_metrics(Metrics(340, 20.0, 7.0))
    assert not any(map(layout.is_laid_out, range(len(layout.slots))))
    for slot in range(len(layout.slots)):
        layout.lay_out(slot)
    assert shown_lines(layout) == shown_lines(laid_out(WORDS, look, 340))


def test_what_was_laid_out_first_follows_what_is_laid_out_above_it(look: Look) -> None:
    layout = laid_out("", look, 420)
    layout.show(said(1, WORDS * 4), growing=False)
    layout.lay_out(20)
    assert [layout.slots[slot].width > 0 for slot in range(14, 22)] == [
        False,
        False,
        True,
        True,
        True,
        True,
        True,
        False,
    ]
    while not all(map(layout.is_laid_out, range(len(layout.slots)))):
        for slot in reversed(range(len(layout.slots))):
            if not layout.is_laid_out(slot):
                layout.lay_out(slot)
    assert shown_lines(layout) == shown_lines(laid_out(WORDS * 4, look, 420))


def test_a_word_that_does_not_fit_begins_a_line(look: Look) -> None:
    text = ("word " * 281).strip() + " " + "w" * 30 + " end " * 20
    for width in range(300, 420, 8):
        layout = laid_out(text, look, width)
        whole = make_segment(Piece(text, 0, "prose"), Surroundings(), look)
        assert isinstance(whole, DocumentSegment)
        whole.lay_out(layout._inner)
        assert [words.strip() for _, words in shown_lines(layout)] == [
            words.strip() for _, words in lines_of(whole._document)
        ]


def test_a_line_break_at_a_joint_stays_one(look: Look) -> None:
    line = "words of a line that is a bit long, and ends with a break"
    for mark in ("  \n", "\\\n"):
        lines = [words.strip("\u2028 ") for _, words in shown_lines(laid_out(mark.join([line] * 60), look, 700))]
        assert lines == [line] * 60


@pytest.fixture
def long(qtbot: QtBot) -> Transcript:
    """One message of one long paragraph."""
    view = Transcript()
    qtbot.addWidget(view)
    view.setGeometry(60, 60, 800, 500)
    view.show()
    qtbot.waitExposed(view)
    view.show_conversation([said(1, f"First.\n\n{WORDS}\n\nLast.")])
    view.scroller.move_to(0)
    view.refresh()
    view.activateWindow()
    return view


def joint_of(view: Transcript) -> tuple[int, QPoint]:
    """The first slot whose first line stands beside another, and a point in that line right of the joint."""
    layout = view.column.layout(0)
    slot = next(at for at, each in enumerate(layout.slots) if layout.segment(at) and each.gap < 0)
    area = view.caret_area((0, slot, 3))
    return slot, QPoint(int(area.x()) + view.left + 1, int(area.center().y()) - view.scroller.top)


def test_a_click_beside_a_joint_is_in_the_segment_that_stands_there(long: Transcript) -> None:
    slot, point = joint_of(long)
    assert long.place_at(point.toPointF()) == (0, slot, 3)
    lead = long.column.layout(0).slots[slot].lead
    assert lead is not None
    left = QPoint(long.left + long.column.layout(0).text_left + int(lead.taken) - 12, point.y())
    place = long.place_at(left.toPointF())
    assert place is not None
    assert place[1] == slot - 1


def test_a_triple_click_selects_all_of_it_and_copies_no_break(long: Transcript) -> None:
    slot, point = joint_of(long)
    assert slot
    QTest.mouseDClick(long.viewport(), Qt.MouseButton.LeftButton, pos=point)
    QTest.mouseClick(long.viewport(), Qt.MouseButton.LeftButton, pos=point)
    held = Qt.KeyboardModifier.ControlModifier
    for keys, expected in ((held | Qt.KeyboardModifier.ShiftModifier, re.sub(r"[*`]", "", WORDS)), (held, WORDS)):
        QTest.keyClick(long, Qt.Key.Key_C, keys)
        assert QGuiApplication.clipboard().text().removeprefix("First.\n\n") == expected


def test_a_part_around_a_joint_is_copied_as_it_reads(long: Transcript) -> None:
    slot, _ = joint_of(long)
    above = long.column.layout(0).segment(slot - 1)
    long.select(Selection((0, slot - 1, above.length - 6), (0, slot, 8)))
    joined = above.shown_text()[-6:] + long.column.layout(0).segment(slot).shown_text()[:8]
    assert long.selected_text(markdown=False) == joined
    assert "  " not in joined
    assert joined in re.sub(r"[*`]", "", WORDS)


def test_words_across_a_joint_are_found_and_marked_on_both_sides(qtbot: QtBot, long: Transcript) -> None:
    long.show_conversation([said(1, " ".join(f"word{n}" for n in range(800)))])
    layout = long.column.layout(0)
    slot = 1
    above, below = layout.segment(slot - 1), layout.segment(slot)
    words = below.shown_text()[:12].strip()
    long.open_find(above.shown_text()[-9:] + words)
    qtbot.waitUntil(lambda: long.finder.is_done and long.finder.current is not None)
    assert long.finder.current == (0, slot - 1, 0)
    mark = long.finder.marks(0, slot - 1, above)[-1]
    assert (mark.start, mark.end, mark.kind) == (above.length - 9, above.length, MarkKind.CURRENT_HIT)
    mark = long.finder.marks(0, slot, below)[0]
    assert (mark.start, mark.end, mark.kind) == (0, len(words), MarkKind.CURRENT_HIT)


def test_its_picture_while_it_streams_is_the_one_painted_whole(qtbot: QtBot) -> None:
    view = Transcript()
    qtbot.addWidget(view)
    view.setGeometry(60, 60, 700, 400)
    view.show()
    qtbot.waitExposed(view)
    view.begin_answer("", False)
    view._activity._timer.stop()  # its dot breathes from one picture to the next
    text = WORDS[:3600]
    for at in range(0, len(text), 90):
        view.extend_answer(text[at : at + 90])
        view._flush()
        qtbot.waitUntil(lambda: view.frames.is_at_rest)
        QApplication.processEvents()
        area = view.viewport().rect()
        shown = view.screen().grabWindow(view.winId()).toImage().copy(area)
        view.viewport().update()
        QApplication.processEvents()
        assert view.screen().grabWindow(view.winId()).toImage().copy(area) == shown
    assert any(slot.gap < 0 for slot in view.column.layout(0).slots)
