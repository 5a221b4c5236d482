"""What is told of runs, where they happened: the line that folds out, and how a run ended."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from desktop.views.transcript.column import Extra
from desktop.views.transcript.note_view import NoteView
from desktop.views.transcript.run_line import RunLineBox
from desktop.views.transcript.values import NoteKind, RunLine

if TYPE_CHECKING:
    from desktop.views.transcript.stage import Stage

_RETIRED = "#"
"""Begins the key of an outcome that nothing changes any more."""


class Runs:
    """The lines and the outcomes of the runs of a conversation.

    Args:
        stage: The transcript.
    """

    def __init__(self, stage: "Stage") -> None:
        self._stage = stage
        self._lines: dict[str, RunLineBox] = {}
        self._notes: dict[str, NoteView] = {}
        self._places: dict[str, tuple[int, int]] = {}
        self._placed: dict[str, tuple[int, int]] = {}
        self._at: dict[int, set[str]] = {}
        self._known = 0

    def forget(self) -> None:
        """The messages are others."""
        for note in self._notes.values():
            note.leave()
        self._lines, self._notes, self._places, self._placed, self._at, self._known = {}, {}, {}, {}, {}, 0

    def show_lines(self, lines: Mapping[str, RunLine]) -> None:
        """Show these lines, by run id."""
        for run_id, line in lines.items():
            self._lines[run_id] = RunLineBox(run_id, line, self._stage.font())
        for run_id in lines:
            self.place(run_id)

    def set_line(self, run_id: str, line: RunLine | None) -> None:
        """Show a run's line; None takes it away."""
        box = self._lines.get(run_id)
        if line is None:
            if self._lines.pop(run_id, None) is None:
                return
        elif box is None:
            self._lines[run_id] = RunLineBox(run_id, line, self._stage.font())
        else:
            box.show(line)
        self.place(run_id)

    def line(self, run_id: str) -> RunLineBox | None:
        """A run's line."""
        return self._lines.get(run_id)

    def renew_fonts(self) -> None:
        """The font changed."""
        for box in self._lines.values():
            box.set_font(self._stage.font())

    def set_note(self, run_id: str, note: NoteView | None) -> None:
        """Show how a run ended; None takes it away."""
        old = self._notes.pop(run_id, None)
        if note is not None:
            self._notes[run_id] = note
        if old is not None or note is not None:
            self.place(run_id)
        if old is not None:
            old.leave()

    def say(self, run_id: str, text: str, action_id: str, kind: NoteKind) -> bool:
        """Say something else of a run that shows the same action already, which keeps the focus there.

        Returns:
            Whether there was such an outcome.
        """
        note = self._notes.get(run_id)
        if note is None or (note.action_id, note.kind) != (action_id, kind):
            return False
        if note.say(text):
            self.place(run_id)
        return True

    def note(self, run_id: str) -> NoteView | None:
        """How a run ended."""
        return self._notes.get(run_id)

    def all_notes(self) -> list[NoteView]:
        """All outcomes."""
        return list(self._notes.values())

    def retire(self, run_id: str) -> None:
        """Take the action of an outcome away, and let it stay where it is."""
        note = self._notes.get(run_id)
        if note is None:
            return
        note.retire()
        if not run_id:  # messages without a run have but one outcome that can change
            index = self._placed.get(run_id, (0, 0))[1]
            del self._notes[run_id]
            kept = f"{_RETIRED}{index}"
            self._notes[kept] = note
            self._places[kept] = (index, index)
            self.place(run_id)
            self.place(kept)

    # Where they stand.

    def place(self, run_id: str) -> None:
        """Put a run's line below its first message, and its outcome below its last."""
        self._learn()
        last = len(self._stage.column.messages) - 1
        touched = set(self._placed.pop(run_id, ()))
        for index in touched:
            self._at[index].discard(run_id)
        if last >= 0 and (run_id in self._lines or run_id in self._notes):
            places = self._places.get(run_id, (last, last))
            self._placed[run_id] = places
            for index in places:
                self._at.setdefault(index, set()).add(run_id)
                touched.add(index)
        for index in touched:
            if 0 <= index <= last:
                self._stage.column.set_extras(index, self._extras_of(index))

    def message_added(self, index: int) -> None:
        """There is a message, or another in its place: what stood below the one before may belong below it."""
        run_id = self._stage.column.messages[index].run_id or ""
        self._learn()
        first, last = self._places.get(run_id, (index, index))
        self._places[run_id] = (first, max(last, index))
        if run_id in self._lines or run_id in self._notes:
            self.place(run_id)

    def last_gone(self) -> None:
        """The last message was taken out."""
        kept = {run_id: places for run_id, places in self._places.items() if run_id.startswith(_RETIRED)}
        self._known, self._places = 0, kept
        for run_id in {*self._lines, *self._notes}:
            self.place(run_id)

    def _learn(self) -> None:
        messages = self._stage.column.messages
        for index in range(self._known, len(messages)):
            run_id = messages[index].run_id or ""
            self._places[run_id] = (self._places.get(run_id, (index, index))[0], index)
        self._known = len(messages)

    def _extras_of(self, index: int) -> list[Extra]:
        found: list[Extra] = []
        for run_id in sorted(self._at.get(index, ())):
            first, end = self._placed[run_id]
            if first == index and run_id in self._lines:
                found.append(self._lines[run_id])
            if end == index and run_id in self._notes:
                found.append(self._notes[run_id])
        return found
