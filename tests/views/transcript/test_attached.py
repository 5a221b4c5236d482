"""Attached files in the transcript: a click or a key opens pictures and texts, all of them can be saved."""

import hashlib

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.engine.messages import Attachment, Message
from desktop.views.transcript import Transcript
from desktop.views.transcript.menu import context_menu
from desktop.views.transcript.targets import targets_of


def attached(name: str, media_type: str, **more: int) -> Attachment:
    return Attachment(hash=hashlib.sha256(name.encode()).hexdigest(), name=name, media_type=media_type, size=9, **more)


PICTURE = attached("sunset.png", "image/png", width=300, height=200)
FILES = (PICTURE, attached("notes.txt", "text/plain"), attached("plan.pdf", "application/pdf"))


@pytest.fixture
def transcript(qtbot: QtBot) -> Transcript:
    view = Transcript()
    qtbot.addWidget(view)
    view.resize(800, 600)
    view.show()
    answer = "Words.\n\nBefore ![it](sunset.png) behind.\n"
    view.show_conversation(
        [
            Message(id="1", role="user", text="Look.", attachments=FILES),
            Message(id="2", role="assistant", text=answer),
        ]
    )
    qtbot.waitUntil(lambda: len(places(view, 1)) == 1)
    return view


def places(view: Transcript, index: int) -> list[QPointF]:
    layout = view.column.existing(index)
    if layout is None:
        return []
    move = QPointF(view.left, view.column.top(index) - view.scroller.top)
    return [area.center() + move for area, _ in layout.attached()]


def entries(view: Transcript, point: QPointF) -> list[str]:
    return [action.text() for action in context_menu(view, point).actions() if action.text()]


def test_a_click_opens_what_can_be_shown_and_asks_where_to_save_the_rest(qtbot: QtBot, transcript: Transcript) -> None:
    for place, one in zip(places(transcript, 0), FILES, strict=True):
        signal = transcript.file_saving_requested if one.is_pdf else transcript.file_opened
        with qtbot.waitSignal(signal) as told:
            QTest.mouseClick(transcript.viewport(), Qt.MouseButton.LeftButton, pos=place.toPoint())
        assert told.args == [one]


def test_a_picture_in_an_answer_opens_too(qtbot: QtBot, transcript: Transcript) -> None:
    (place,) = places(transcript, 1)
    with qtbot.waitSignal(transcript.file_opened) as told:
        QTest.mouseClick(transcript.viewport(), Qt.MouseButton.LeftButton, pos=place.toPoint())
    assert told.args == [PICTURE]
    assert transcript.pointer.what_at(place - QPointF(320, 0)) is None


def test_the_menu_opens_pictures_and_texts_alone_and_saves_all(transcript: Transcript) -> None:
    picture, text, pdf = (entries(transcript, place) for place in places(transcript, 0))
    assert picture[:2] == text[:2] == ["Open", "Save as…"]
    assert pdf[0] == "Save as…"


def test_files_are_reached_by_tab_and_opened_by_enter(qtbot: QtBot, transcript: Transcript) -> None:
    names = [target.name for target in targets_of(transcript.column, 0)]
    assert names == ["Open sunset.png", "Open notes.txt", "Save plan.pdf as…"]
    transcript.setFocus()
    transcript.set_current(0)
    QTest.keyClick(transcript, Qt.Key.Key_Tab)
    with qtbot.waitSignal(transcript.file_opened) as told:
        QTest.keyClick(transcript, Qt.Key.Key_Return)
    assert told.args == [PICTURE]
