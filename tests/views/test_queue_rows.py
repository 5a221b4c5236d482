"""The queue above the composer."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop.views.queue_rows import QueuedRow, QueueRows

ROWS = [QueuedRow("q1", "First"), QueuedRow("q2", "<b>Second</b>\nwith a line")]


@pytest.fixture
def queue(qtbot: QtBot) -> QueueRows:
    widget = QueueRows()
    widget.resize(600, 120)
    qtbot.addWidget(widget)
    return widget


def buttons(queue: QueueRows, name: str) -> list[QPushButton]:
    found = [each for each in queue.findChildren(QPushButton) if each.accessibleName() == name]
    return [each for each in found if each.isVisibleTo(queue)]


def test_it_shows_only_where_something_is_queued(queue: QueueRows) -> None:
    assert queue.isHidden()
    queue.show_queue(ROWS, "")
    assert not queue.isHidden()
    assert not queue.send.isVisibleTo(queue)
    queue.show_queue([], "")
    assert queue.isHidden()


@pytest.mark.parametrize(
    ("name", "signal"),
    [
        ("Edit queued message", "edit_requested"),
        ("Withdraw queued message", "withdraw_requested"),
        ("Send now queued message", "send_now_requested"),
    ],
)
def test_each_message_has_its_actions(qtbot: QtBot, queue: QueueRows, name: str, signal: str) -> None:
    queue.show_queue(ROWS, "")
    queue.show()
    assert len(buttons(queue, name)) == 1
    (second,) = buttons(queue, f"{name} 2")
    assert second.accessibleDescription() == "<b>Second</b> with a line"
    with qtbot.waitSignal(getattr(queue, signal)) as told:
        QTest.mouseClick(second, Qt.MouseButton.LeftButton)
    assert told.args == ["q2"]


def test_a_halted_queue_says_why_and_offers_to_send(qtbot: QtBot, queue: QueueRows) -> None:
    queue.show_queue(ROWS, "Not sent: the run before failed.", can_stop=False)
    queue.show()
    assert queue.accessibleDescription() == "Not sent: the run before failed."
    assert buttons(queue, "Send now queued message") == []
    with qtbot.waitSignal(queue.send_requested):
        QTest.mouseClick(queue.send, Qt.MouseButton.LeftButton)
    queue.show_queue(ROWS, "", can_stop=True)
    assert len(buttons(queue, "Send now queued message")) == 1
    assert len(buttons(queue, "Send now queued message 2")) == 1
    assert not queue.send.isVisible()
