"""The actions of a message, and the marker of its versions in the transcript."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop.engine.messages import Message
from desktop.engine.versions import Version
from desktop.views.message_actions import actions_of
from desktop.views.transcript import Transcript

MIDDLE = Version(number=2, count=3, previous="a", next="c")
QUESTION = Message(id="q", role="user", text="Question", run_id="r")
ANSWER = Message(id="b", role="assistant", text="Answer", run_id="r")


def ids(message: Message, version: Version | None = None, *, is_busy: bool = False) -> list[tuple[str, bool]]:
    return [(action.id, action.enabled) for action in actions_of(message, version, is_busy=is_busy)]


def test_what_can_be_done_with_a_message() -> None:
    assert ids(QUESTION) == [("copy", True), ("edit", True)]
    assert ids(ANSWER) == [("copy", True), ("write_again", True), ("regenerate", True)]
    assert ids(ANSWER.model_copy(update={"run_id": None})) == [("copy", True)]
    assert ids(ANSWER, MIDDLE)[:3] == [("previous_version", True), ("version", False), ("next_version", True)]
    assert actions_of(ANSWER, MIDDLE, is_busy=False)[1].label == "2 of 3"


def test_nothing_but_copying_is_offered_while_a_run_works() -> None:
    assert [action for action, enabled in ids(ANSWER, MIDDLE, is_busy=True) if enabled] == ["copy"]
    assert [action for action, enabled in ids(QUESTION, is_busy=True) if enabled] == ["copy"]


@pytest.mark.parametrize(
    ("version", "enabled"),
    [
        (Version(number=1, count=2, next="x"), "next_version"),
        (Version(number=2, count=2, previous="x"), "previous_version"),
    ],
)
def test_the_ends_lead_nowhere(version: Version, enabled: str) -> None:
    shown = [action for action, on in ids(QUESTION, version) if on and action.endswith("_version")]
    assert shown == [enabled]


@pytest.fixture
def transcript(qtbot: QtBot) -> Transcript:
    QCursor.setPos(2000, 2000)  # an earlier test may have left the pointer where a message comes
    made = Transcript()
    made.resize(700, 400)
    qtbot.addWidget(made)
    made.versions = {"b": MIDDLE}  # type: ignore[attr-defined]
    made.set_actions(
        lambda message: actions_of(message, made.versions.get(message.id), is_busy=False),  # type: ignore[attr-defined]
        lambda message: message.id in made.versions,  # type: ignore[attr-defined]
    )
    with qtbot.waitActive(made):
        made.show()
    return made


def shown(transcript: Transcript, name: str) -> list[QPushButton]:
    return [each for each in transcript.findChildren(QPushButton) if each.accessibleName() == name and each.isVisible()]


def test_versions_show_always_and_the_rest_with_the_focus(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation([QUESTION, ANSWER])
    qtbot.waitUntil(lambda: transcript.scroller.is_settled)
    assert len(shown(transcript, "Previous version")) == 1
    assert shown(transcript, "Regenerate") == []
    before = shown(transcript, "Previous version")[0].mapTo(transcript, QPoint())
    transcript.focus_previous_message()
    assert len(shown(transcript, "Regenerate")) == 1
    assert shown(transcript, "Previous version")[0].mapTo(transcript, QPoint()) == before
    with qtbot.waitSignal(transcript.message_action) as told:
        QTest.mouseClick(shown(transcript, "Next version")[0], Qt.MouseButton.LeftButton)
    assert told.args == ["b", "next_version"]
    transcript.focus_previous_message()
    assert shown(transcript, "Regenerate") == []
    assert len(shown(transcript, "Previous version")) == 1


def test_a_message_gets_its_versions_when_they_come_to_be(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.versions = {}  # type: ignore[attr-defined]
    transcript.show_conversation([QUESTION, ANSWER])
    assert shown(transcript, "Previous version") == []
    transcript.versions = {"b": MIDDLE}  # type: ignore[attr-defined]
    transcript.refresh_actions()
    assert len(shown(transcript, "Previous version")) == 1
    words = [each for each in transcript.findChildren(QLabel) if each.accessibleName() == "Version 2 of 3"]
    assert [each.text() for each in words if each.isVisible()] == ["2 of 3"]


def test_a_message_can_be_brought_into_view(qtbot: QtBot, transcript: Transcript) -> None:
    many = [Message(id=str(number), role="user", text=f"Message {number}") for number in range(60)]
    transcript.show_conversation(many)
    transcript.reveal("3")
    assert transcript.hasFocus()
    assert transcript.column.messages[transcript.current].id == "3"
    assert not transcript.follows_end
    transcript.reveal("nowhere")
