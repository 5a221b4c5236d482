"""Tables and code that are wider than the view: one bar, which is dragged; keys and hits scroll them, too."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.views import theme
from desktop.views.transcript import Transcript
from desktop.views.transcript.segment import Segment
from tests.views.transcript.conftest import said

COLUMNS = 12
TABLE = "\n".join(
    [
        "| " + " | ".join(["row", *(f"head {n}" for n in range(COLUMNS))]) + " |",
        "|" + "---|" * (COLUMNS + 1),
        *("| " + " | ".join([f"row {r}", *(f"cell {r} of {n}" for n in range(COLUMNS))]) + " |" for r in range(9)),
    ]
)
CODE = "```text\nshort\n" + "a long line of words " * 10 + "until its end\n```"
TEXT = f"Before it.\n\n{TABLE}\n\nBetween them.\n\n{CODE}\n"


@pytest.fixture
def real(qtbot: QtBot, qapp: QApplication) -> Transcript:
    theme.apply(qapp, "light")
    view = Transcript()
    qtbot.addWidget(view)
    view.setGeometry(60, 60, 600, 700)
    QCursor.setPos(0, 0)
    view.show()
    qtbot.waitExposed(view)
    view.show_conversation([said(1, TEXT)])
    view.activateWindow()
    qtbot.waitUntil(lambda: view.frames.is_at_rest, timeout=5_000)
    return view


def segments(view: Transcript) -> Sequence[Segment]:
    layout = view.column.layout(0)
    return [layout.segment(slot) for slot in range(len(layout.slots))]


def pieces(view: Transcript, kinds: tuple[str, ...]) -> list[int]:
    layout = view.column.layout(0)
    return [at for at, slot in enumerate(layout.slots) if slot.piece.kind.partition("@")[0] in kinds]


def point_in(view: Transcript, slot: int, point: QPointF) -> QPoint:
    layout = view.column.layout(0)
    begin = layout.into_slot(slot, QPointF())
    return (point - begin + QPointF(view.left, view.column.top(0) - view.scroller.top)).toPoint()


def test_a_table_has_one_bar_at_its_end(real: Transcript) -> None:
    table = pieces(real, ("table", "rows"))
    assert len(table) > 2
    assert [segments(real)[slot].bar is not None for slot in table] == [False] * (len(table) - 1) + [True]


def test_rows_are_as_far_apart_where_a_table_is_cut(real: Transcript) -> None:
    layout, tops = real.column.layout(0), []
    for slot in pieces(real, ("table", "rows")):
        segment = layout.segment(slot)
        shown = segment.shown_text()
        for row in range(9):
            if (at := shown.find(f"row {row}")) >= 0:
                tops.append(layout.from_slot(slot, segment.rectangle_at(at)).top())
    apart = {round(low - high) for high, low in pairwise(tops)}
    assert len(tops) == 9
    assert len(apart) == 1


@pytest.mark.parametrize("kinds", [("table", "rows"), ("code",)])
def test_a_bar_is_dragged(real: Transcript, kinds: tuple[str, ...]) -> None:
    slot = pieces(real, kinds)[-1]
    segment, port = segments(real)[slot], real.viewport()
    bar, before = segment.bar, segment.rectangle_at(segment.length).left()
    assert bar is not None
    start = point_in(real, slot, bar.handle.center())
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=start)
    assert segment.rectangle_at(segment.length).left() == pytest.approx(before, abs=4)
    QTest.mouseMove(port, start + QPoint(20, 40))
    moved = segment.bar
    assert moved is not None
    assert moved.handle.left() == pytest.approx(bar.handle.left() + 20, abs=1)
    QTest.mouseMove(port, start + QPoint(2_000, 0))
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=start + QPoint(2_000, 0))
    ended = segment.bar
    assert ended is not None
    assert ended.handle.right() == pytest.approx(bar.place.x() + bar.room, abs=1)
    assert real.selection is None
    QTest.mouseMove(port, start)
    assert segment.bar == ended


def test_a_press_beside_the_handle_jumps(real: Transcript) -> None:
    slot = pieces(real, ("code",))[0]
    segment = segments(real)[slot]
    bar = segment.bar
    assert bar is not None
    place = point_in(real, slot, QPointF(bar.place.x() + bar.room * 0.8, bar.area.center().y()))
    QTest.mouseClick(real.viewport(), Qt.MouseButton.LeftButton, pos=place)
    moved = segment.bar
    assert moved is not None
    assert moved.offset > bar.offset
    assert real.selection is None


def test_left_and_right_scroll_the_first_wide_block_in_view(real: Transcript) -> None:
    table, code = segments(real)[pieces(real, ("rows",))[0]], segments(real)[pieces(real, ("code",))[0]]
    before = table.rectangle_at(3).left(), code.rectangle_at(3).left()
    real.focus_previous_message()
    QTest.keyClick(real, Qt.Key.Key_Right)
    QTest.keyClick(real, Qt.Key.Key_Right)
    assert table.rectangle_at(3).left() < before[0] - 50
    assert code.rectangle_at(3).left() == before[1]
    for _ in range(3):
        QTest.keyClick(real, Qt.Key.Key_Left)
    assert table.rectangle_at(3).left() == before[0]
    real.step_target(True)  # the copy button of the code
    QTest.keyClick(real, Qt.Key.Key_Right)
    assert table.rectangle_at(3).left() == before[0]
    assert code.rectangle_at(3).left() < before[1] - 50


@pytest.mark.parametrize(("query", "kinds"), [("cell 7 of 11", ("rows",)), ("until its end", ("code",))])
def test_a_hit_is_brought_into_view_sideways(
    qtbot: QtBot, real: Transcript, query: str, kinds: tuple[str, ...]
) -> None:
    real.open_find(query)
    qtbot.waitUntil(lambda: real.finder.current is not None)
    hit = real.finder.current
    assert hit is not None
    segment = segments(real)[hit[1]]
    assert hit[1] in pieces(real, kinds)
    start, end = real.finder.hits(*hit[:2], segment)[hit[2]]
    assert segment.window is not None
    left, right = segment.window
    assert left <= segment.rectangle_at(start).left()
    assert segment.rectangle_at(end).right() <= right
    real.finder.look_for("short" if kinds == ("code",) else "row 7")
    real.finder.scan(50)
    real.step_hit(True)
    assert segment.rectangle_at(segment.shown_text().index("short" if kinds == ("code",) else "row 7")).left() >= left


def test_equal_tables_of_two_messages_scroll_apart(real: Transcript) -> None:
    real.show_conversation([said(1, TABLE), said(2, TABLE)])
    first, second = (real.column.layout(index).segment(0) for index in (0, 1))
    before = second.rectangle_at(3)
    assert first.scroll_sideways(50)
    assert second.rectangle_at(3) == before
