import pytest
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from desktop.views.code_highlight import Highlighter


def coloured(document: QTextDocument) -> list[list[str]]:
    """For each line the pieces that have a format."""
    lines = []
    block = document.begin()
    while block.isValid():
        units = block.text().encode("utf-16-le")
        spans = block.layout().formats()
        lines.append([units[2 * each.start : 2 * (each.start + each.length)].decode("utf-16-le") for each in spans])
        block = block.next()
    return lines


@pytest.fixture
def editor(qtbot: QtBot) -> QPlainTextEdit:
    result = QPlainTextEdit()
    qtbot.addWidget(result)
    return result


def test_formats_fall_on_their_words_also_after_an_emoji(editor: QPlainTextEdit) -> None:
    editor.setPlainText('x = "👩 two"\nreturn x')
    assert Highlighter(editor.document(), "python", "default").work(1000)
    first, second = coloured(editor.document())
    assert "".join(first).replace(" ", "") == 'x="👩two"'
    assert second == ["return", "x"]


def test_a_construct_over_several_lines_is_coloured_in_each(editor: QPlainTextEdit) -> None:
    editor.setPlainText('"""one\ntwo\n\nthree"""')
    Highlighter(editor.document(), "python", "default").work(1000)
    assert ["".join(line) for line in coloured(editor.document())] == ['"""one', "two", "", 'three"""']


def test_long_code_comes_in_slices(editor: QPlainTextEdit) -> None:
    editor.setPlainText("value = 1\n" * 3000)
    highlighter = Highlighter(editor.document(), "python", "default")
    slices = 1
    while not highlighter.work(1):
        slices += 1
    assert slices > 3
    assert all(coloured(editor.document())[:3000])


@pytest.mark.parametrize(("text", "language"), [("x = 1", "no-such-language"), ("x = 1", ""), ("x" * 5000, "python")])
def test_what_cannot_be_coloured_stays_plain(editor: QPlainTextEdit, text: str, language: str) -> None:
    editor.setPlainText(text)
    assert Highlighter(editor.document(), language, "default").work(1000)
    assert not any(coloured(editor.document()))
