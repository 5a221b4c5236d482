"""The transcript: a conversation's messages, and the answer as it streams.

Values go in and signals come out, so that what is inside can be replaced.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.engine.messages import Message
from desktop.views.accessible_list import set_interface
from desktop.views.attachment_pictures import shared_pictures
from desktop.views.transcript.accessible import TranscriptElement
from desktop.views.transcript.announcing import Announcer
from desktop.views.transcript.column import Anchor
from desktop.views.transcript.definitions import definitions
from desktop.views.transcript.factory import joint, make_segment, plain_pieces
from desktop.views.transcript.footer import ActionsOf
from desktop.views.transcript.footnotes import arranged
from desktop.views.transcript.joined_pieces import joined
from desktop.views.transcript.kit import Kit
from desktop.views.transcript.note_view import NoteView
from desktop.views.transcript.reading import ReadingStage
from desktop.views.transcript.runs import Runs
from desktop.views.transcript.splitter import resume, split
from desktop.views.transcript.streaming import Stream
from desktop.views.transcript.values import NoteKind, Position, RunLine

_ANSWER_OF = "answer of "
"""Begins what a place calls an answer that streams: it has no id yet, and the run's when it is stored."""
STANDARD_KIT = Kit(split, resume, plain_pieces, make_segment, joint, definitions, arranged, joined)


class Transcript(ReadingStage):
    """Shows a conversation.

    Args:
        parent: The parent widget.
        kit: Makes segments.

    Attributes:
        runs: Lines and outcomes of runs.
        extend_answer: Adds text to the answer that streams; it is drawn at the display's pace. Nothing stands between
            this and what takes the text: it is called for every token.

    Signals:
        outcome_action(str): The action of an outcome was chosen; its id.
    """

    outcome_action = Signal(str)

    def __init__(self, parent: QWidget | None = None, kit: Kit = STANDARD_KIT) -> None:
        super().__init__(kit, parent)
        set_interface(self, lambda: TranscriptElement(self))
        self.setAccessibleName("Transcript")
        self.runs = Runs(self)
        self._writing = ""
        self._noted: str | None = None
        self._stream = Stream(self._extend_live, self)
        self.extend_answer = self._stream.extend
        self._announcer = Announcer(self)
        shared_pictures().arrived.connect(self._picture_arrived)

    def _picture_arrived(self, hash: str) -> None:
        self.viewport().update()

    # What is shown.

    def show_conversation(
        self,
        messages: Sequence[Message],
        evidence: Mapping[str, Sequence[str]] | None = None,
        run_lines: Mapping[str, RunLine] | None = None,
    ) -> None:
        """Show a conversation from its end, in place of what was shown.

        Args:
            messages: Oldest first.
            evidence: By run id: the call ids that ``[1]``, ``[2]`` … in its answer lead to.
            run_lines: By run id: what is shown of runs.
        """
        self._stream.stop()
        self._announcer.drop()
        self._forget_notes()
        self._live = self.current = -1
        self.reset()
        self._activity.show_text("")
        self.column.show(messages, evidence or {})
        self.runs.show_lines(run_lines or {})
        self.footers.forget()
        self.finder.restart()
        self.scroll_to_end()
        self.look_on()

    def _forget_notes(self) -> None:
        for note in self.orphans:
            note.leave()
        self.orphans = []
        self.runs.forget()
        self._noted = None

    def append_message(self, message: Message, evidence: Sequence[str] = ()) -> None:
        """Add a message at the end. The person's own is always scrolled to.

        Args:
            message: The message.
            evidence: Call ids that ``[1]``, ``[2]`` … lead to.
        """
        if message.role == "user":
            self.stop_gliding()
            self.scroller.follow()
        if self._noted is not None:
            self.runs.retire(self._noted)
            self._noted = None
        self._append(message, evidence)

    def _append(self, message: Message, evidence: Sequence[str]) -> None:
        index = self.column.append(message, evidence)
        self.runs.message_added(index)
        if self.orphans:
            self._forget_notes()
        self.finder.appended()
        self.tell_of_new()
        self.refresh()
        self.look_on()

    def begin_answer(self, label: str, off_record: bool, evidence: Sequence[str] = ()) -> None:
        """Begin an answer that will stream.

        Args:
            label: Label of the model that writes it.
            off_record: Whether it lives in memory only.
            evidence: Call ids that ``[1]``, ``[2]`` … lead to.
        """
        self.set_outcome(None)
        self._stream.stop()
        self._writing = f"{label} is writing" if label else "Writing"
        self._activity.show_text(self._writing)
        message = Message(id="", role="assistant", text="", off_record=off_record, run_id=self._last_run())
        self._live = len(self.column.messages)
        self._announcer.begin(self._live)
        self._append(message, evidence)

    def _last_run(self) -> str | None:
        messages = self.column.messages
        return messages[-1].run_id if messages else None

    def restart_answer(self) -> None:
        """Void the text of the answer so far: the model call is tried again."""
        self._stream.stop()
        if self._live >= 0:
            message = self.column.messages[self._live].model_copy(update={"text": ""})
            self.column.replace(self._live, message, growing=True)
            self.finder.forget(self._live)
            self.tell_of_new()
            self.refresh()
            self._announcer.grew()

    def drop_answer(self) -> None:
        """Take the answer that streams away: nothing of it is kept."""
        self._stream.stop()
        self._announcer.drop()
        self._activity.show_text("")
        if self._live >= 0:
            self._live = -1
            self.column.remove_last()
            self.runs.last_gone()
            self.finder.restart()
            self._clear_places_beyond()
        self.refresh()

    def finish_answer(self, message: Message) -> None:
        """Put the stored answer in place of the one that streamed.

        Args:
            message: The answer as it is stored.
        """
        self._stream.stop()
        self._activity.show_text("")
        if self._live < 0:
            self.append_message(message)
            return
        index, self._live = self._live, -1
        self.column.replace(index, message)
        self.runs.message_added(index)
        self._announcer.finish()
        self.finder.forget(index)
        self.footers.show()
        self.refresh()
        self.look_on()

    def set_activity(self, text: str | None) -> None:
        """Say in one line under the last message what the run does; None takes the line away."""
        self._activity.show_text(text or "")
        self.refresh()

    def set_run_line(self, run_id: str, line: RunLine | None) -> None:
        """Show a line of a run between the person's message and the answer; None takes it away."""
        self.runs.set_line(run_id, line)
        self.refresh()

    def set_outcome(
        self,
        text: str | None,
        action_id: str = "",
        action_label: str = "",
        kind: NoteKind = "info",
        run_id: str | None = None,
    ) -> None:
        """Say where a run ended how it ended, or that it waits. It stays there when more messages come.

        Args:
            text: What happened; None takes the outcome away.
            action_id: What ``outcome_action`` will tell.
            action_label: The button's text; empty for no button.
            kind: ``danger`` for a failure.
            run_id: The run, whose outcome keeps its action until it is taken away; None for the one of the last
                message, or of the last outcome where that is taken away.
        """
        which = run_id if run_id is not None else self._noted if not text else self._last_run() or ""
        if not text and which is None:
            return
        for note in self.orphans:
            note.leave()
        self.orphans = []
        if text is None or not text:
            self.runs.set_note(which or "", None)
            self._noted = None if which == self._noted else self._noted
        elif run_id is not None and self.runs.say(run_id, text, action_id, kind):
            pass
        else:
            if self._noted is not None and run_id is None:
                self.runs.set_note(self._noted, None)
            view = NoteView(text, action_label, kind, self.viewport(), action_id)
            view.activated.connect(lambda: self.outcome_action.emit(action_id))
            view.show()
            if run_id is None:
                self._noted = which or ""
            if self.column.messages:
                self.runs.set_note(which or "", view)
            else:
                self.orphans = [view]
            self.tell_of_new()
        self.refresh()

    def set_actions(self, actions: ActionsOf, is_steady: Callable[[Message], bool] = lambda message: False) -> None:
        """Have these actions under messages; ask again with ``refresh_actions``.

        Args:
            actions: Gives the actions of a message, in order; asked anew whenever they show.
            is_steady: Whether a message has versions, which show always; asked of all that are in view.
        """
        self.footers.actions, self.footers.is_steady = actions, is_steady
        self.footers.forget()

    def refresh_actions(self) -> None:
        """Ask anew which actions messages have."""
        self.footers.forget()

    def request_of(self, run_id: str) -> str:
        """The text of the message that a run works on; empty where it is not shown."""
        own = (each for each in reversed(self.column.messages) if each.role == "user" and each.run_id == run_id)
        return next((each.text for each in own), "")

    def shows_last(self, known: Collection[str]) -> bool:
        """Whether the last message, but for one that streams, is one of these; true where there is none."""
        messages = self.column.messages
        settled = [
            each.id for index, each in enumerate(messages[-2:], max(0, len(messages) - 2)) if not self.is_live(index)
        ]
        return not settled or settled[-1] in known

    def plain_text(self) -> str:
        """The whole conversation as text, each message after ``You:`` or ``Assistant:``."""
        messages = self.column.messages
        return "\n\n".join(f"{'You' if each.role == 'user' else 'Assistant'}: {each.text}" for each in messages)

    # Where it is being read.

    def position(self) -> Position:
        """Where the conversation is being read."""
        messages, anchor = self.column.messages, self.scroller.anchor
        index = min(anchor.entry, len(messages) - 1)
        if index < 0 or self.scroller.follows:
            return Position(messages[-1].id if messages else "", 0, True)
        offset = self.scroller.top - self.column.top(index)
        if self.is_live(index):
            return Position(f"{_ANSWER_OF}{messages[index].run_id}", anchor.offset, False, slot=anchor.slot)
        height = self.column.bottom(index) - self.column.top(index)
        return Position(messages[index].id, offset, False, offset / max(1, height))

    def restore_position(self, position: Position) -> None:
        """Show what was being read; the end where its message is gone."""
        is_answer = position.message_id.startswith(_ANSWER_OF)
        run_id = position.message_id.removeprefix(_ANSWER_OF)
        index = self.index_of(position.message_id) if not is_answer else self._answer_of(run_id)
        if position.at_bottom or index < 0:
            self.scroll_to_end()
            return
        while self._stream.is_waiting:  # the place may be in it
            self._flush()
        if is_answer:
            self.column.layout(index)
            self.scroller.move_to_anchor(Anchor(index, position.slot, position.offset))
            self.refresh()
        elif 0.0 <= position.fraction <= 1.0 and position.offset >= 0:
            self.show_share(index, position.fraction)
            self.refresh()
        else:
            self.scroller.move_to_anchor(Anchor(index, -1, position.offset))
            self.refresh()
        if self._live >= 0:
            self.tell_of_new()

    def _answer_of(self, run_id: str) -> int:
        messages = self.column.messages
        own = (
            at
            for at in reversed(range(len(messages)))
            if messages[at].role == "assistant" and messages[at].run_id == run_id
        )
        return next(own, -1)

    # Streaming.

    def _extend_live(self, text: str) -> None:
        if self._live < 0:
            return
        self.frames.text_comes()
        message = self.column.messages[self._live]
        if self._activity.text != self._writing:  # a retry told of itself there
            self._activity.show_text(self._writing)
        message = message.model_copy(update={"text": message.text + text})
        growth = self.column.grow(self._live, message)
        if self.finder.query:
            self.finder.forget(self._live)
        self.tell_of_new()
        self.refresh_grown(self._live, growth)
        if self.finder.query:  # a hit may begin in a line above the one that grew
            self.viewport().update()
            self.count_soon()
        self._announcer.grew()

    def _flush(self) -> None:
        self._stream.flush()

    def renew_look(self) -> None:
        """Draw all anew, lines of runs too."""
        if hasattr(self, "runs"):
            self.runs.renew_fonts()
        super().renew_look()

    def standing(self) -> list[QWidget]:
        """What stands on it as widgets, for assistive technology."""
        return [self.viewport(), self._find_bar, self._new_below]
