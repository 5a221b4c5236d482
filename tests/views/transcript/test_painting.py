"""What stands on the screen after any change is what painting all of it anew would give."""

import random

import pytest
from PySide6.QtCore import QEvent, QRect
from PySide6.QtGui import QCursor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.views import theme
from desktop.views.transcript import Transcript
from tests.views.transcript.conftest import said

TEXT = """\
Some words to begin with, *emphasis* and `code`, enough of them that the line is broken once or twice in a view of this
width, which takes a while.

- An item, and what is **said** in it, which goes on for a bit more than one line of the list would take in this view
- [Another](https://example.org) one
  - One below it

  And a paragraph in the item, after a blank line that makes the whole list loose

1. First
2. Second, with `code_in_it` and more words behind it than the line can take, so that it is broken, too, somewhere
3. Third

> A quote that is long enough to be broken into two lines, with its bar at the side, whatever stands in it and how long
> it goes on
>
> and a paragraph more

## A heading

```python
def words(of: str) -> list[str]:
    \"\"\"A text
    on two lines.\"\"\"
    return of.split()  # a comment
```

| Name | Size | State |
| :--- | ---: | --- |
| one | 12 | `good` |
| two | 1 | a long text in a cell |

The last paragraph. Its words come one by one, it has $x^2$ in it, and it is longer than the others: all of it stands in
one block, of which only the last line may change while words are added to it. And it ends here.
"""

QUOTED = """\
> A quote with some words in it
>
> ```python
> def quoted(words: str) -> str:
>     return words  # a comment that is long enough to be broken, as the lines of code in a quote are, for want of room
> ```
>
> and words behind it

> ```
> without a language
> ```
"""


@pytest.fixture
def real(qtbot: QtBot, qapp: QApplication) -> Transcript:
    """A transcript of real segments, with a conversation in it."""
    theme.apply(qapp, "light")
    view = Transcript()
    qtbot.addWidget(view)
    view.setGeometry(60, 60, 700, 420)
    QCursor.setPos(0, 0)
    view.show()
    qtbot.waitExposed(view)
    view.show_conversation([said(1, "a question " * 12, "user"), said(2, TEXT), said(3, "and another", "user")])
    settle(view, qtbot)
    return view


def settle(view: Transcript, qtbot: QtBot) -> None:
    """Wait until all that can wait was done."""
    qtbot.waitUntil(lambda: view.frames.is_at_rest, timeout=5_000)
    QApplication.processEvents()


def on_screen(view: Transcript) -> QImage:
    """What is on the screen."""
    return view.screen().grabWindow(view.winId()).toImage().convertToFormat(QImage.Format.Format_RGB32)


def assert_right(view: Transcript, what: str = "") -> None:
    """Hold what is on the screen against a drawing of all of it."""
    QApplication.processEvents()
    while view.frames.is_behind:
        QApplication.processEvents()
    QApplication.sendPostedEvents(view, QEvent.Type.UpdateRequest.value)
    shown = on_screen(view)
    view.viewport().repaint()
    view.verticalScrollBar().repaint()
    anew = on_screen(view)
    if shown != anew:
        pytest.fail(f"{what}: {differing(shown, anew)} is not as it should be, {view.left=}, {view.scroller.top=}")


def differing(one: QImage, other: QImage) -> QRect:
    """The rectangle in which two pictures differ."""
    assert one.size() == other.size()
    found = QRect()
    for y in range(one.height()):
        row = QRect(0, y, one.width(), 1)
        if one.copy(row) != other.copy(row):
            xs = [x for x in range(one.width()) if one.pixel(x, y) != other.pixel(x, y)]
            found = found.united(QRect(xs[0], y, xs[-1] - xs[0] + 1, 1))
    return found


def pieces_of(text: str, seed: int) -> list[str]:
    """A text in small pieces, as models send it."""
    dice, at, found = random.Random(seed), 0, []
    while at < len(text):
        length = dice.choice((1, 4, 9, 24, 24, 60))
        found.append(text[at : at + length])
        at += length
    return found


def begin(view: Transcript) -> None:
    """Begin an answer; its line holds its breath."""
    view.begin_answer("Claude", False)
    view._activity._timer.stop()
    view._activity.repaint()


@pytest.mark.parametrize(("seed", "waits"), [(1, True), (2, False), (3, False), (4, True)])
def test_answer_that_streams_is_drawn_right(real: Transcript, qtbot: QtBot, seed: int, waits: bool) -> None:
    begin(real)
    written = ""
    for piece in pieces_of(TEXT, seed):
        written += piece
        real.extend_answer(piece)
        real._flush()
        if waits:
            settle(real, qtbot)
        assert_right(real, f"after {written[-60:]!r}")
    settle(real, qtbot)
    assert_right(real, "at the end")
    real.finish_answer(said(9, TEXT))
    settle(real, qtbot)
    assert_right(real, "finished")


@pytest.mark.parametrize("waits", [True, False])
def test_code_in_a_quote_that_streams_is_drawn_right(real: Transcript, qtbot: QtBot, waits: bool) -> None:
    begin(real)
    for piece in pieces_of(QUOTED, 6):
        real.extend_answer(piece)
        real._flush()
        if waits:
            settle(real, qtbot)
        assert_right(real, repr(piece))
    settle(real, qtbot)
    assert_right(real, "at the end")
    real.finish_answer(said(9, QUOTED))
    settle(real, qtbot)
    assert_right(real, "finished")


def test_answer_that_streams_above_the_view_or_below_is_drawn_right(real: Transcript, qtbot: QtBot) -> None:
    begin(real)
    dice = random.Random(5)
    for piece in pieces_of(TEXT, 5):
        real.extend_answer(piece)
        real._flush()
        real.scroll_by(dice.choice((-120, -33, 0, 0, 7, 40, 200)))
        assert_right(real, f"after {piece!r}")


def test_scrolling_with_widgets_in_the_view_is_drawn_right(real: Transcript, qtbot: QtBot) -> None:
    real.set_outcome("It failed for a reason that is told here.", "retry", "Try again", "danger")
    real.footers.hover(1)
    assert_right(real, "before")
    for pixels in (-5, -80, -300, 41, 220, 7, 600):
        real.scroll_by(pixels)
        assert_right(real, f"scrolled by {pixels}")
    begin(real)
    real.footers.hover(2)
    for piece in pieces_of(TEXT, 6):
        real.extend_answer(piece)
        real._flush()
        assert_right(real, f"after {piece!r}")


def test_what_a_still_view_does_not_show_anew_is_not_painted(real: Transcript, qtbot: QtBot) -> None:
    begin(real)
    real.extend_answer("A paragraph of several lines. " * 12)
    real._flush()
    settle(real, qtbot)
    heights = []
    for _ in range(4):
        real.extend_answer(" and")
        real._flush()
        heights.append(painted_by(real))
        settle(real, qtbot)
    assert max(each.height() for each in heights) < 2.5 * real.column.metrics.line, heights
    assert painted_by(real).isEmpty()


def painted_by(view: Transcript) -> QRect:
    """The rectangle that is painted when the events that wait are done."""
    found = QRect()
    paint = view.paintEvent

    def watch(event):  # type: ignore[no-untyped-def]
        nonlocal found
        found = found.united(event.region().boundingRect())
        paint(event)

    view.paintEvent = watch  # type: ignore[method-assign]
    QApplication.processEvents()
    del view.paintEvent
    return found


def test_scroll_bar_that_stands_still_is_not_painted(real: Transcript, qtbot: QtBot) -> None:
    real.show_conversation([said(n, "some words\n\n" * 40) for n in range(400)])
    settle(real, qtbot)
    bar = real.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    settle(real, qtbot)
    seen = []
    bar.paintEvent = lambda event: seen.append(event.rect())  # type: ignore[method-assign]
    bar.setValue(bar.value() - 20)
    QApplication.processEvents()
    assert not seen
    bar.setValue(bar.maximum() // 4)
    QApplication.processEvents()
    assert seen
