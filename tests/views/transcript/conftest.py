"""A transcript of the simplest segments, shown."""

from collections.abc import Callable

import pytest
from PySide6.QtGui import QCursor
from pytestqt.qtbot import QtBot

from desktop.engine.messages import Message
from desktop.views.transcript import Transcript
from tests.views.transcript.lines import KIT

MakeTranscript = Callable[..., Transcript]


@pytest.fixture
def transcript(qtbot: QtBot) -> Transcript:
    """A transcript of lines."""
    view = Transcript(kit=KIT)
    qtbot.addWidget(view)
    view.setGeometry(60, 60, 800, 500)
    QCursor.setPos(0, 0)  # where the test before left it, it might hover a message
    view.show()
    qtbot.waitExposed(view)
    return view


def said(number: int, text: str = "", role: str = "assistant", **more: object) -> Message:
    """A message."""
    return Message.model_validate({"id": str(number), "role": role, "text": text or f"message {number}", **more})


def many(count: int, words: int = 60) -> list[Message]:
    """A conversation of so many messages, of several paragraphs each."""
    text = "Some words here. " * words + "\n\n" + "Others there. " * 20 + "\n\nAnd an end."
    return [
        said(n, f"number {n} {text}", "user" if n % 2 == 0 else "assistant", run_id=f"r{n // 2}") for n in range(count)
    ]
