"""A passage in a few lines, cut so that the hit in it shows."""

import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.engine.folding import marks_of
from desktop.views.marked_text import _laid_out, fitted

PASSAGES = (
    "a needle first, and then many words that go on and on until there is no room for more of them",
    '…= look(9, "have look") # set year_10 = needle(10, and more) # until there is no room for more of them',
    "many words that go on and on until there is hardly any room for more of them and then needle",
    "many words that go on and on until a needle and much, much, much later another needle of the same kind",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxneedlexxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "\N{EARTH GLOBE EUROPE-AFRICA}" * 40 + " needle " + "\N{EARTH GLOBE EUROPE-AFRICA}" * 40,
    "needle",
)


@pytest.mark.parametrize("passage", PASSAGES)
@pytest.mark.parametrize("lines", [1, 2])
def test_the_first_mark_shows_and_no_line_is_too_many(qtbot: QtBot, passage: str, lines: int) -> None:
    font = QFont(QApplication.font())
    for width in range(90, 700, 23):
        text, marks = fitted(passage, marks_of(passage, ("needle",)), font, width, lines)
        layout = _laid_out(text, font, width)
        assert layout.lineCount() <= lines
        assert all(layout.lineAt(number).naturalTextWidth() <= width for number in range(layout.lineCount()))
        assert text[slice(*marks[0])] == "needle"
        assert all("needle".startswith(text[begin:end]) for begin, end in marks)
        assert text.strip("…") in passage


def test_what_has_room_is_not_cut(qtbot: QtBot) -> None:
    font = QApplication.font()
    assert fitted("the needle", ((4, 10),), font, 400, 1) == ("the needle", ((4, 10),))
    text, marks = fitted("no mark " * 40, (), font, 200, 1)
    assert text.startswith("no mark")
    assert text.endswith("…")
    assert marks == ()
