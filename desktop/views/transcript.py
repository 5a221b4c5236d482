"""The transcript: a conversation's messages, and the answer as it streams.

Values go in and signals come out, so that what is inside can be replaced.
"""

import time
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from desktop.engine.messages import Message
from desktop.views.message_actions import MessageAction, actions_of
from desktop.views.message_view import MessageView
from desktop.views.transcript_rows import NoteKind, NoteView, Row
from desktop.views.transcript_scroller import TranscriptScroller

_FLUSH_LEAST_MS, _FLUSH_MOST_MS, _FLUSH_FACTOR = 16, 100, 3
_NAME_MS = 400
"""How long an answer's accessible name may lag behind its text."""


class Transcript(TranscriptScroller):
    """Shows a conversation.

    Args:
        parent: The parent widget.

    Signals:
        link_activated(str): A link was clicked; http, https or mailto only.
        evidence_activated(str): A chip was clicked; the call's id.
        outcome_action(str): The action of an outcome was chosen; its id.
        message_action(str, str): An action of a message was chosen; the message's id and the action's.
    """

    link_activated = Signal(str)
    evidence_activated = Signal(str)
    outcome_action = Signal(str)
    message_action = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions: Callable[[Message], Sequence[MessageAction]] = lambda message: actions_of(
            message, None, is_busy=False
        )
        self._live: Row | None = None
        self._pending = ""
        self._writing = ""
        self._note: Row | None = None
        self._cost_ms = 0.0
        self._flush_timer = QTimer(self, singleShot=True)
        self._flush_timer.timeout.connect(self._flush)
        self._name_timer = QTimer(self, singleShot=True, interval=_NAME_MS)
        self._name_timer.timeout.connect(self._name_live)

    def set_actions(self, actions: Callable[[Message], Sequence[MessageAction]]) -> None:
        """Say what can be done with each message; ask again with ``refresh_actions``."""
        self._actions = actions

    def refresh_actions(self) -> None:
        """Show what can be done with the messages now."""
        for row in self._column.rows:
            if isinstance(row.view, MessageView):
                row.view.refresh_actions()

    def reveal(self, message_id: str) -> None:
        """Bring a message into view, and give it the focus."""
        row = next((row for row in self._column.rows if row.message and row.message.id == message_id), None)
        if row is not None:
            self._follows = False
            self._bring_into_view(row)
            if row.view is not None:
                self._make_current(row)
                row.view.setFocus(Qt.FocusReason.OtherFocusReason)

    # What is shown.

    def show_conversation(
        self, messages: Sequence[Message], evidence: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """Show a conversation from its end, in place of what was shown.

        Args:
            messages: Oldest first.
            evidence: By run id: the call ids that ``[1]``, ``[2]`` … in its answer lead to.
        """
        self._stop_timers()
        known = evidence or {}
        self._live = self._note = self._current = None
        self._pending = ""
        self._activity.show_text("")
        self._follows = True
        self._column.show_rows([Row(each, tuple(known.get(each.run_id or "", ()))) for each in messages])
        self._refresh()

    def show_message(self, message_id: str, query: str = "") -> None:
        """Bring a message into view and give it the focus; nothing where it is not shown.

        Args:
            message_id: Which one.
            query: The words it was found by; here they are not marked.
        """
        row = next((row for row in self._column.rows if row.message is not None and row.message.id == message_id), None)
        if row is None:
            return
        self._follows = False
        self._bring_into_view(row)
        self._refresh()
        if row.view is not None:
            self._make_current(row)
            row.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def append_message(self, message: Message, evidence: Sequence[str] = ()) -> None:
        """Add a message at the end. The person's own is always scrolled to.

        Args:
            message: The message.
            evidence: Call ids that ``[1]``, ``[2]`` … lead to.
        """
        if message.role == "user":
            self._follows = True
        if self._note is not None and isinstance(self._note.view, NoteView):
            self._note.view.retire()
            self._note = None
        self._append(Row(message, tuple(evidence)))

    def begin_answer(self, label: str, off_record: bool, evidence: Sequence[str] = ()) -> None:
        """Begin an answer that will stream.

        Args:
            label: Label of the model that writes it.
            off_record: Whether it lives in memory only.
            evidence: Call ids that ``[1]``, ``[2]`` … lead to.
        """
        self.set_outcome(None)
        self._pending = ""
        self._writing = f"{label} is writing" if label else "Writing"
        self._activity.show_text(self._writing)
        message = Message(id="", role="assistant", text="", off_record=off_record)
        row = Row(message, tuple(evidence))
        self._live = row
        self._append(row)

    def extend_answer(self, text: str) -> None:
        """Add text to the answer that streams. It is drawn at the display's pace."""
        self._pending += text
        if not self._flush_timer.isActive():
            wait_ms = min(_FLUSH_MOST_MS, max(_FLUSH_LEAST_MS, _FLUSH_FACTOR * self._cost_ms))
            self._flush_timer.start(int(wait_ms))

    def restart_answer(self) -> None:
        """Void the text of the answer so far: the model call is tried again."""
        self._pending = ""
        self._set_live_text("")

    def drop_answer(self) -> None:
        """Take the answer that streams away: nothing of it is kept."""
        self._stop_timers()
        self._pending = ""
        self._activity.show_text("")
        row, self._live = self._live, None
        if row is not None:
            with self._kept_in_place():
                self._column.remove(row)

    def finish_answer(self, message: Message) -> None:
        """Put the stored answer in place of the one that streamed.

        Args:
            message: The answer as it is stored.
        """
        self._stop_timers()
        self._pending = ""
        self._activity.show_text("")
        row, self._live = self._live, None
        if row is None:
            self.append_message(message)
            return
        row.message = message
        with self._kept_in_place():
            if isinstance(row.view, MessageView):
                row.view.show_message(message, row.evidence)
                self._column.lay_out(row)
        self._idle_timer.start()

    def set_activity(self, text: str | None) -> None:
        """Say in one line under the last message what the run does; None takes the line away."""
        with self._kept_in_place():
            self._activity.show_text(text or "")

    def set_outcome(
        self, text: str | None, action_id: str = "", action_label: str = "", kind: NoteKind = "info"
    ) -> None:
        """Say under the last message how its run ended, or that it waits.

        Args:
            text: What happened; None takes the last outcome away.
            action_id: What ``outcome_action`` will tell.
            action_label: The button's text; empty for no button.
            kind: ``danger`` for a failure.
        """
        if self._note is not None:
            with self._kept_in_place():
                self._column.remove(self._note)
            self._note = None
        if text:
            view = NoteView(text, action_label, kind, self._column)
            view.activated.connect(lambda: self.outcome_action.emit(action_id))
            view.stackUnder(self._activity)
            row = Row(None, view=view)
            view.show()
            self._append(row)
            self._note = row

    def plain_text(self) -> str:
        """The whole conversation as text, each message after ``You:`` or ``Assistant:``."""
        messages = [row.message for row in self._column.rows if row.message is not None]
        return "\n\n".join(f"{'You' if each.role == 'user' else 'Assistant'}: {each.text}" for each in messages)

    # Streaming.

    def _flush(self) -> None:
        if self._live is None or self._live.message is None:
            return
        text, self._pending = self._live.message.text + self._pending, ""
        if self._activity.text != self._writing:  # a retry told of itself there
            self._activity.show_text(self._writing)
        self._set_live_text(text)

    def _set_live_text(self, text: str) -> None:
        row = self._live
        if row is None or row.message is None:
            return
        began = time.perf_counter()
        row.message = row.message.model_copy(update={"text": text})
        with self._kept_in_place():
            if isinstance(row.view, MessageView):
                row.view.show_message(row.message, row.evidence, growing=True)
            self._column.lay_out(row)
        self._tell_of_new()
        self._cost_ms = (time.perf_counter() - began) * 1000
        if not self._name_timer.isActive():
            self._name_timer.start()

    def _name_live(self) -> None:
        if self._live is not None and isinstance(self._live.view, MessageView):
            self._live.view.name_live_text()

    def _stop_timers(self) -> None:
        self._flush_timer.stop()
        self._name_timer.stop()

    def _make_view(self, row: Row) -> MessageView:
        assert row.message is not None
        view = MessageView(row.message, row.evidence, lambda message: self._actions(message), self._column)
        view.link_activated.connect(self.link_activated)
        view.evidence_activated.connect(self.evidence_activated)
        view.action_chosen.connect(self.message_action)
        view.set_reachable(row is self._current)
        return view
