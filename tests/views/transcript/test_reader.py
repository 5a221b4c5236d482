"""The reader of one message: formatted, every character of it read by the caret, nothing loaded."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QTextBlock, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.engine.messages import Message
from desktop.views.transcript import Transcript
from desktop.views.transcript.reader import Reader, text_reader

TEXT = """# A heading

Words and a formula $a^2$, and ![a picture](https://example.org/a.png).

- An item

  ```python
  if x:

      go()
  ```

The end."""


def read(qtbot: QtBot, message: Message) -> Reader:
    transcript = Transcript()
    qtbot.addWidget(transcript)
    transcript.show()
    transcript.show_conversation([message])
    reader = transcript.open_reader(0)
    assert reader is not None
    qtbot.addWidget(reader)
    return reader


def blocks(reader: Reader) -> list[QTextBlock]:
    block, found = reader.page.document().begin(), []
    while block.isValid():
        found.append(block)
        block = block.next()
    return found


def test_an_answer_is_formatted_and_code_keeps_its_lines(qtbot: QtBot) -> None:
    reader = read(qtbot, Message(id="1", role="assistant", text=TEXT))
    heading, words, item, code, end = blocks(reader)
    assert heading.blockFormat().headingLevel() == 1
    assert words.text() == "Words and a formula $a^2$, and [image: a picture]."
    assert item.textList() is not None
    assert code.text() == "if x:\u2028\u2028    go()"
    assert QTextCursor(end).charFormat().fontFixedPitch() is False
    cursor = QTextCursor(code)
    cursor.movePosition(QTextCursor.MoveOperation.NextCharacter)
    assert cursor.charFormat().font().fixedPitch() or "ono" in cursor.charFormat().font().family()


def test_the_caret_goes_character_by_character(qtbot: QtBot) -> None:
    reader = read(qtbot, Message(id="1", role="assistant", text="A formula $x$ here."))
    assert "\ufffc" not in reader.page.toPlainText()
    for at in range(5):
        assert reader.page.textCursor().position() == at
        QTest.keyClick(reader.page, Qt.Key.Key_Right)


@pytest.mark.parametrize("role", ["user", "assistant"])
def test_what_is_no_markdown_is_read_as_it_is(qtbot: QtBot, role: str) -> None:
    text = ">" * 60 + " too deep" if role == "assistant" else "# No heading\n\n*no* marks"
    reader = read(qtbot, Message.model_validate({"id": "1", "role": role, "text": text}))
    assert reader.page.toPlainText() == text


def test_a_text_file_is_read_literally_and_not_without_end(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    reader = text_reader("a.html", "<b>bold</b>\n\tif x:\n" + "A line of it.\n" * 100_000, QFont(), parent)
    text = reader.page.toPlainText()
    assert text.startswith("<b>bold</b>\n\tif x:\n")
    assert text.endswith("characters more. Save the file to read all of it.")
    assert len(text) < 201_000
