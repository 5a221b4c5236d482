"""Tells assistive technology of an answer that is being written, politely, a finished paragraph at a time."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent

from desktop.views.transcript.accessible import TranscriptElement

if TYPE_CHECKING:
    from desktop.views.transcript.stage import Stage

_NAME_MS = 400
"""How long an answer's name may lag behind its text."""
_MOST = 4000
"""Characters of one announcement."""


class Announcer(QObject):
    """Tells of the answer that streams.

    Args:
        stage: The transcript.
    """

    def __init__(self, stage: "Stage") -> None:
        super().__init__(stage)
        self._stage = stage
        self._index = -1
        self._told = 0
        self._timer = QTimer(self, singleShot=True, interval=_NAME_MS)
        self._timer.timeout.connect(self._tell)

    def begin(self, index: int) -> None:
        """An answer begins, the message of an index."""
        self._index, self._told = index, 0

    def grew(self) -> None:
        """There is more of it."""
        if not self._timer.isActive():
            self._timer.start()

    def finish(self) -> None:
        """All of it is there."""
        self._timer.stop()
        self._tell(is_finished=True)
        self._index = -1

    def drop(self) -> None:
        """There is no such answer."""
        self._timer.stop()
        self._index = -1

    def _tell(self, *, is_finished: bool = False) -> None:
        if not QAccessible.isActive() or not 0 <= self._index < len(self._stage.column.messages):
            return
        owner = QAccessible.queryAccessibleInterface(self._stage)
        if isinstance(owner, TranscriptElement):
            item = owner.made(self._index)
            if item is not None:
                QAccessible.updateAccessibility(QAccessibleEvent(item, QAccessible.Event.NameChanged))
        layout = self._stage.column.layout(self._index)
        ready = len(layout.slots) if is_finished else len(layout.slots) - 1
        if ready > self._told:
            segments = [layout.make_segment(slot) for slot in range(self._told, ready)]
            words = "".join(segment.text(0, segment.length) + ("" if segment.goes_on else "\n") for segment in segments)
            self._told = ready
            if words.strip():
                QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._stage, words[:_MOST]))


def tell_focus(stage: "Stage", index: int) -> None:
    """Tell that the keyboard came to a message, or to something in it."""
    if not QAccessible.isActive():
        return
    owner = QAccessible.queryAccessibleInterface(stage)
    if isinstance(owner, TranscriptElement):
        QAccessible.updateAccessibility(
            QAccessibleEvent(owner.focusChild() or owner.item(index), QAccessible.Event.Focus)
        )
