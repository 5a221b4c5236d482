"""Pictures of editing, versions and the queue: ``python -m tests.views.gallery_editing build/pictures``.

Each is drawn light and dark; QT_SCALE_FACTOR=2 gives the sharp ones. A second argument keeps to names that hold it.
"""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from desktop.engine.messages import Attachment, Message
from desktop.engine.versions import Version
from desktop.views.main_window import MainWindow
from desktop.views.message_actions import actions_of
from desktop.views.queue_rows import QueuedRow
from tests.views import gallery
from tests.views.drawing import main

QUESTION = Message(id="m1", role="user", text="Which of my notes mention a deadline?", run_id="r1")
ANSWER = Message(
    id="m2",
    role="assistant",
    text="Two of them: **launch.md** names 30 November, and **taxes.md** the end of the year.",
    run_id="r1",
)
VERSIONS = {
    "m1": Version(number=1, count=2, next="x"),
    "m2": Version(number=2, count=3, previous="y", next="z"),
}
QUEUE = [
    QueuedRow("q1", "And which of these are mine alone?"),
    QueuedRow("q2", "Then write a list of them to deadlines.md, the nearest first, each with the <b>file</b> it is in"),
    QueuedRow("q3", "会議の議事録を要約して"),
]


def conversation(width: int = 1280) -> MainWindow:
    window = gallery.window(width, 640)
    window.transcript.set_actions(lambda message: actions_of(message, VERSIONS.get(message.id), is_busy=False))
    window.transcript.show_conversation([QUESTION, ANSWER])
    return window


def versions() -> QWidget:
    window = conversation()
    window.show()
    window.transcript.focus_previous_message()
    return window


def editing() -> QWidget:
    window = conversation()
    window.composer.begin_edit("m1", QUESTION.text, "Editing an earlier message")
    return window


def editing_again() -> QWidget:
    window = conversation()
    window.composer.begin_edit("m1", f"{QUESTION.text} And when?", "Editing an earlier message", is_changed=True)
    bar = window.composer.attachments
    assert bar is not None
    bar.show_attachments([Attachment(hash="1" * 64, name="launch.md", media_type="text/markdown", size=1_204)])
    return window


def editing_while_it_runs() -> QWidget:
    window = conversation(900)
    window.set_running(True)
    window.composer.begin_edit("q1", QUEUE[0].text, "Editing a queued message", "Save", is_changed=True)
    window.queue.show_queue([replace(QUEUE[0], is_edited=True), QUEUE[1]], "")
    return window


def queued() -> QWidget:
    window = conversation()
    window.set_running(True)
    window.composer.set_text("One more thing")
    window.queue.show_queue(QUEUE, "")
    return window


def halted() -> QWidget:
    window = conversation(700)
    window.queue.show_queue(QUEUE * 2, "Not sent yet: the run waits for your decision.")
    return window


SCENES: dict[str, Callable[[], QWidget]] = {
    "versions": versions,
    "editing": editing,
    "editing-again": editing_again,
    "editing-queued": editing_while_it_runs,
    "queued": queued,
    "halted": halted,
}


if __name__ == "__main__":
    main(SCENES)
