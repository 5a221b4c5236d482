"""The transcript as assistive technology sees it."""

import pytest
from PySide6.QtGui import QAccessible, QAccessibleInterface
from pytestqt.qtbot import QtBot

from desktop.views.transcript import RunLine, Transcript
from desktop.views.transcript.accessible import MessageElement, TranscriptElement
from tests.views.transcript.conftest import many, said


def root(transcript: Transcript) -> TranscriptElement:
    found = QAccessible.queryAccessibleInterface(transcript)
    assert isinstance(found, TranscriptElement)
    return found


def name(element: QAccessibleInterface | None) -> str:
    assert element is not None
    return element.text(QAccessible.Text.Name)


def test_messages_are_items_of_a_list_and_named_by_who_speaks(transcript: Transcript) -> None:
    transcript.show_conversation([said(1, "hello", "user"), said(2, "hi **you**")])
    owner = root(transcript)
    assert owner.role() == QAccessible.Role.List
    assert name(owner) == "Transcript"
    items = [owner.child(at) for at in range(2)]
    assert [name(item) for item in items] == ["You: hello", "Assistant: hi **you**"]
    assert all(item is not None and item.role() == QAccessible.Role.ListItem for item in items)
    assert [owner.indexOfChild(item) for item in items if item is not None] == [0, 1]


def test_ten_thousand_messages_make_no_ten_thousand_elements(transcript: Transcript) -> None:
    transcript.show_conversation(many(10_000))
    owner = root(transcript)
    assert owner.childCount() >= 10_000
    assert owner.child(5) is owner.child(5)
    assert len(owner._items) == 1
    seen = owner.child(9999)
    above = owner.child(5)
    assert seen is not None
    assert above is not None
    assert not seen.state().offscreen
    assert above.state().offscreen
    assert above.childCount() == 0


def test_links_and_buttons_of_what_is_in_view_can_be_pressed(qtbot: QtBot, transcript: Transcript) -> None:
    messages = [
        said(1, "hello", "user", run_id="r1"),
        said(2, "See [1] and [a link](https://example.org/x)\n\ncopy", run_id="r1"),
    ]
    transcript.show_conversation(messages, {"r1": ["c1"]}, {"r1": RunLine("Gathered: 1 call", details=())})
    qtbot.waitUntil(lambda: transcript.scroller.is_settled)
    owner = root(transcript)
    found = {}
    for at in range(2):
        item = owner.child(at)
        assert isinstance(item, MessageElement)
        for index in range(item.childCount()):
            child = item.child(index)
            assert child is not None
            assert child.parent() is item
            assert item.indexOfChild(child) == index
            found[name(child)] = child
    roles = [(each, element.role()) for each, element in found.items()]
    assert roles == [
        ("Gathered: 1 call", QAccessible.Role.Button),
        ("Tool call 1", QAccessible.Role.Link),
        ("[a link](https://example.org/x)", QAccessible.Role.Link),
        ("Copy code", QAccessible.Role.Button),
    ]
    press = found["[a link](https://example.org/x)"].actionInterface()
    with qtbot.waitSignal(transcript.link_activated) as told:
        press.doAction(press.actionNames()[0])
    assert told.args == ["https://example.org/x"]


def test_the_message_with_the_keyboard_has_the_focus(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation(many(10))
    transcript.activateWindow()
    transcript.focus_previous_message()
    qtbot.waitUntil(transcript.hasFocus)
    focused = root(transcript).focusChild()
    assert focused is root(transcript).child(9)
    assert focused is not None
    assert focused.state().focused


@pytest.mark.usefixtures("qtbot")
def test_a_long_answer_is_named_in_short_while_it_comes(transcript: Transcript) -> None:
    transcript.begin_answer("Claude", False)
    item = root(transcript).child(0)
    assert name(item) == "Assistant: "
    transcript.extend_answer("word " * 10_000)
    while transcript._stream.is_waiting:
        transcript._flush()
        if not transcript._stream._pending:
            break
    assert 20_000 < len(name(item)) < 20_100
    transcript.finish_answer(said(2, "word " * 10_000))
    assert len(name(item)) > 50_000


def test_an_element_of_a_message_that_is_gone_is_not_valid(transcript: Transcript) -> None:
    transcript.show_conversation(many(4))
    item = root(transcript).child(3)
    assert item is not None
    assert item.isValid()
    transcript.show_conversation(many(2))
    assert not item.isValid()
    assert name(item) == ""
