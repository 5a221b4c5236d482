"""Code in a quote looks and is copied as other code is."""

import pytest
from PySide6.QtGui import QColor, QFont, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication

from desktop.views.theme import LIGHT
from desktop.views.transcript.factory import make_segment
from desktop.views.transcript.segment import Look, Segment, Surroundings
from desktop.views.transcript.splitter import split
from tests.views.transcript.test_segments import drawn, finished, made

TEXT = """\
> Words of it.
>
> ```python
> def f(x):
>     return x  # so
> ```
>
> After it.
>
> ```
> plain
> ```
"""


@pytest.fixture
def look(qapp: QApplication) -> Look:
    return Look(LIGHT, QFont("DejaVu Sans", 10))


def colours(image: QImage) -> set[str]:
    return {QColor(image.pixel(x, y)).name() for x in range(image.width()) for y in range(image.height())}


def test_it_has_colours_that_come_later_and_break_no_line_anew(look: Look) -> None:
    segment = made(TEXT, look)[0]
    plain, height = drawn(segment), segment.height
    assert not segment.is_refined
    finished(segment)
    assert segment.is_refined
    assert segment.lay_out(500) == height
    keyword = "#008000"
    assert keyword not in colours(plain)
    assert keyword in colours(drawn(segment))


def test_its_buttons_copy_it(look: Look) -> None:
    segment = made(TEXT, look)[0]
    first, second = segment.controls()
    assert first.name == second.name == "Copy code"
    assert first.area.bottom() < second.area.top()
    first.press()
    assert QGuiApplication.clipboard().text() == "def f(x):\n    return x  # so"
    second.press()
    assert QGuiApplication.clipboard().text() == "plain"


def test_there_is_room_above_it_for_its_language_also_where_it_begins_a_message(look: Look) -> None:
    segment = made("> ```python\n> x = 1\n> ```\n", look)[0]
    (control,) = segment.controls()
    assert control.area.top() >= 0
    assert control.area.bottom() <= segment.rectangle_at(0).top() + 1
    assert segment.height >= segment.rectangle_at(0).bottom() + 8


def test_what_grows_is_what_it_would_be_made_anew(look: Look) -> None:
    around = Surroundings()
    segment: Segment | None = None
    for end in range(1, len(TEXT)):
        piece = split(TEXT[:end], True)[0] if split(TEXT[:end], True) else None
        if piece is None:
            continue
        if segment is None or not segment.grow(piece):
            segment = make_segment(piece, around, look)
        segment.lay_out(500)
        if end % 3 == 0:
            finished(segment)
    assert segment is not None
    finished(segment)
    (anew,) = made(TEXT[:-1], look)
    finished(anew)
    assert segment.height == anew.height
    assert drawn(segment) == drawn(anew)
    assert [control.area for control in segment.controls()] == [control.area for control in anew.controls()]
