"""Attachments in the window: chips, pastes, drops, and the words why something cannot be sent."""

from typing import Any

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.engine.events import HandoffMessage
from desktop.engine.messages import Attachment, Message
from desktop.views.attachment_bar import AttachmentBar
from desktop.views.attachment_chips import WIDEST, chip_size, chips_in_words, place_chips
from desktop.views.attachment_pictures import AttachmentPictures, shared_pictures
from desktop.views.composer import Composer
from desktop.views.debug_pane import handoff_text
from desktop.views.main_window import MainWindow
from desktop.views.transcript import Transcript
from desktop.views.transcript.accessible import name_of


def of(number: int, name: str = "plan.txt", media_type: str = "text/plain", **more: Any) -> Attachment:
    return Attachment(hash=f"{number:064}", name=name, media_type=media_type, size=1200, **more)


PICTURE = of(1, "cat.png", "image/png", width=800, height=600)
PLAN = of(2)


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    made = MainWindow()
    made.furnish()
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
    return made


@pytest.fixture
def composer(window: MainWindow) -> Composer:
    return window.composer


@pytest.fixture
def bar(composer: Composer) -> AttachmentBar:
    assert composer.attachments is not None
    return composer.attachments


def told(signal: Any) -> list[Any]:
    values: list[Any] = []
    signal.connect(values.append)
    return values


def files(*paths: str) -> QMimeData:
    source = QMimeData()
    source.setUrls([QUrl.fromLocalFile(path) for path in paths])
    return source


def test_pasted_files_are_told_and_not_inserted(composer: Composer, window: MainWindow) -> None:
    offered = told(window.files_offered)
    composer.editor.insertFromMimeData(files("/tmp/a b.txt", "/tmp/c.png"))
    assert offered == [["/tmp/a b.txt", "/tmp/c.png"]]
    assert composer.text == ""


def test_a_pasted_picture_is_told_and_a_text_beside_it_wins(composer: Composer, window: MainWindow) -> None:
    offered = told(window.picture_offered)
    source = QMimeData()
    source.setImageData(QImage(4, 3, QImage.Format.Format_RGB32))
    composer.editor.insertFromMimeData(source)
    assert [(image.width(), image.height()) for image in offered] == [(4, 3)]
    source.setText("cells of a table")
    composer.editor.insertFromMimeData(source)
    assert composer.text == "cells of a table"
    assert len(offered) == 1


@pytest.mark.parametrize(
    ("text", "is_long"), [("x" * 50, False), ("x" * 51, True), ("a\n" * 4, False), ("a\n" * 5, True)]
)
def test_a_paste_over_the_limit_is_told_and_not_inserted(
    composer: Composer, window: MainWindow, text: str, is_long: bool
) -> None:
    composer.editor.most_characters, composer.editor.most_lines = 50, 5
    offered = told(window.long_text_offered)
    source = QMimeData()
    source.setText(text)
    composer.editor.insertFromMimeData(source)
    assert offered == ([text] if is_long else [])
    assert composer.text == ("" if is_long else text)


def test_undo_right_after_a_long_paste_asks_for_it_as_text(composer: Composer) -> None:
    composer.editor.most_characters = 5
    undone: list[bool] = []
    composer.editor.long_text_undone.connect(lambda: undone.append(True))
    QTest.keyClicks(composer.editor, "ab")
    source = QMimeData()
    source.setText("long text")
    composer.editor.insertFromMimeData(source)
    QTest.keyClick(composer.editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (undone, composer.text) == ([True], "ab")
    QTest.keyClick(composer.editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (undone, composer.text) == ([True], "")  # the next one is an ordinary undo
    composer.editor.insertFromMimeData(source)
    QTest.keyClicks(composer.editor, "c")
    QTest.keyClick(composer.editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (undone, composer.text) == ([True], "")  # something was typed since: that is undone


def drop(window: MainWindow, source: QMimeData) -> tuple[bool, bool]:
    """Drag over the window's own area and drop; whether each was taken."""
    button, no_keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, source, button, no_keys)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    hinted = window.composer.editor.placeholderText().startswith("Drop")
    assert hinted == enter.isAccepted()
    dropped = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, source, button, no_keys)
    dropped.ignore()
    QApplication.sendEvent(window, dropped)
    assert window.composer.editor.placeholderText() == "Write a message"
    return enter.isAccepted(), dropped.isAccepted()


def test_files_are_dropped_anywhere_on_the_window(window: MainWindow) -> None:
    offered = told(window.files_offered)
    assert drop(window, files("/tmp/a.txt")) == (True, True)
    assert offered == [["/tmp/a.txt"]]


def test_what_is_no_file_is_not_taken(window: MainWindow) -> None:
    offered = told(window.files_offered)
    source = QMimeData()
    source.setUrls([QUrl("https://example.org/a.png")])
    assert drop(window, source) == (False, False)
    assert offered == []


def test_chips_have_names_and_go_by_button_and_by_key(bar: AttachmentBar, composer: Composer) -> None:
    removed = told(bar.removed)
    bar.show_attachments((PICTURE, PLAN))
    assert bar.isVisible()
    first, second = bar.chips
    assert first.accessibleName() == "cat.png, PNG picture, 800 \N{MULTIPLICATION SIGN} 600, 1 KB"
    assert first.remove.accessibleName() == "Remove cat.png"
    first.remove.click()
    second.setFocus()
    QTest.keyClick(second, Qt.Key.Key_Delete)
    assert removed == [PICTURE.hash, PLAN.hash]


def test_the_focus_stays_among_the_chips_and_goes_to_the_editor_after_the_last(
    bar: AttachmentBar, composer: Composer
) -> None:
    bar.show_attachments((PICTURE, PLAN))
    first, second = bar.chips
    second.setFocus()
    QTest.keyClick(second, Qt.Key.Key_Left)
    assert first.hasFocus()
    QTest.keyClick(first, Qt.Key.Key_Right)
    assert second.hasFocus()
    bar.show_attachments((PICTURE,))
    assert bar.chips == [first]
    assert first.hasFocus()
    bar.show_attachments(())
    assert composer.editor.hasFocus()
    assert not bar.isVisible()


def test_a_message_of_files_alone_can_be_sent(bar: AttachmentBar, composer: Composer) -> None:
    sent = told(composer.submitted)
    assert not composer.send.isEnabled()
    bar.show_attachments((PLAN,))
    assert composer.send.isEnabled()
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert sent == [""]


def test_what_a_model_does_not_take_is_said_and_nothing_is_sent(bar: AttachmentBar, composer: Composer) -> None:
    sent = told(composer.submitted)
    composer.set_text("Look.")
    bar.show_attachments((PICTURE,))
    bar.show_problems({PICTURE.hash: "Qwen reads text alone, no pictures."}, "All of it is too much.")
    assert bar.words.text() == "cat.png: Qwen reads text alone, no pictures. All of it is too much."
    assert bar.chips[0].accessibleDescription() == "Qwen reads text alone, no pictures."
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert sent == []
    assert composer.text == "Look."
    bar.show_problems({})
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert sent == ["Look."]


def test_nothing_is_sent_while_a_file_is_read(bar: AttachmentBar, composer: Composer) -> None:
    composer.set_text("Look.")
    bar.set_reading(2)
    assert bar.words.text() == "Reading 2 files…"
    assert not composer.send.isEnabled()
    bar.set_reading(0)
    assert composer.send.isEnabled()
    assert not bar.isVisible()


def test_a_long_paste_can_be_kept_as_text(bar: AttachmentBar) -> None:
    wanted = told(bar.text_wanted)
    bar.show_attachments((PLAN,), frozenset({PLAN.hash}))
    button = bar.chips[0].keep_as_text
    assert button is not None
    assert button.text() == "Keep as text"
    button.click()
    assert wanted == [PLAN.hash]
    bar.show_attachments((PLAN,))
    assert bar.chips[0].keep_as_text is None


def test_hostile_names_stay_in_one_visible_line(bar: AttachmentBar) -> None:
    one = of(3, "a\u202egnp.exe\n<b>x</b>")
    bar.show_attachments((one,))
    assert bar.chips[0].accessibleName().startswith("a\u2039U+202E\u203agnp.exe <b>x</b>, Text")
    assert "&lt;b&gt;" in bar.chips[0].toolTip()
    assert chip_size(of(4, "x" * 200), bar.font()).width() == WIDEST


def test_rows_of_chips_fit_the_width_and_end_at_the_right_for_the_person(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    many = [of(n) for n in range(7)]
    left = place_chips(many, widget.font(), 400)
    right = place_chips(many, widget.font(), 400, align_right=True)
    assert len(left) == len(right) == 7
    for place in (*left, *right):
        assert QRect(0, 0, 400, 2000).contains(place)
    assert max(place.right() for place in right) == 399
    assert not any(a.intersects(b) for index, a in enumerate(left) for b in left[index + 1 :])
    (narrow,) = place_chips([of(1, "x" * 99)], widget.font(), 100)
    assert narrow.width() == 100


def test_a_picture_is_asked_for_once_and_drawn_when_it_comes() -> None:
    pictures = AttachmentPictures()
    wanted, arrived = told(pictures.wanted), told(pictures.arrived)
    assert pictures.get("h") is None
    assert pictures.get("h") is None
    assert wanted == ["h"]
    pictures.put("h", b"no picture")
    assert arrived == []
    image = QImage(2, 2, QImage.Format.Format_RGB32)
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    pictures.put("h", bytes(data.data()))
    assert arrived == ["h"]
    kept = pictures.get("h")
    assert kept is not None
    assert kept.width() == 2


def showing(qtbot: QtBot, message: Message) -> Transcript:
    transcript = Transcript()
    qtbot.addWidget(transcript)
    transcript.resize(700, 500)
    transcript.show()
    transcript.show_conversation([message])
    return transcript


def test_a_sent_message_shows_and_tells_its_files(qtbot: QtBot) -> None:
    message = Message(id="m", role="user", text="Look.", attachments=(PICTURE, PLAN))
    transcript, plain = showing(qtbot, message), showing(qtbot, message.model_copy(update={"attachments": ()}))
    assert name_of(transcript, 0) == (
        "You: Look. Attached: cat.png (PNG picture, 800 \N{MULTIPLICATION SIGN} 600, 1 KB), plan.txt (Text, 1 KB)"
    )
    assert transcript.column.layout(0).height > plain.column.layout(0).height + 40
    wanted = told(shared_pictures().wanted)
    transcript.grab()
    assert wanted in ([PICTURE.hash], [])  # asked for by the first test that drew it


def test_a_message_of_files_alone_has_no_empty_bubble(qtbot: QtBot) -> None:
    alone = showing(qtbot, Message(id="m", role="user", text="", attachments=(PLAN,)))
    worded = showing(qtbot, Message(id="m", role="user", text="x", attachments=(PLAN,)))
    assert alone.column.layout(0).height < worded.column.layout(0).height - 20
    assert chips_in_words(()) == ""


def test_the_handoff_shows_name_type_size_and_hash() -> None:
    shown = handoff_text([HandoffMessage(role="user", text="Look.", attachments=(PICTURE,))])
    assert shown == (
        "── user ──\n[cat.png · image/png · PNG picture, 800 \N{MULTIPLICATION SIGN} 600, 1 KB"
        f" · SHA-256 {PICTURE.hash}]\nLook."
    )


def test_many_chips_stand_in_rows_and_the_newest_is_in_sight(qtbot: QtBot, bar: AttachmentBar) -> None:
    bar.show_attachments([of(number, f"file {number}.txt") for number in range(12)])
    qtbot.waitUntil(lambda: not bar.chips[-1].visibleRegion().isEmpty())
    rows = {chip.y() for chip in bar.chips}
    assert len(rows) > 1
    assert all(chip.geometry().right() < bar.width() for chip in bar.chips)
    many = bar.height()
    bar.show_attachments([of(number, f"file {number}.txt") for number in range(20)])
    qtbot.waitUntil(lambda: not bar.chips[-1].visibleRegion().isEmpty())
    assert bar.height() <= many + bar.chips[0].height() * 2
    bar.show_attachments([of(3, "file 3.txt")])
    qtbot.waitUntil(lambda: bar.height() < many)
