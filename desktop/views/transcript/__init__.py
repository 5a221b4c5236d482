"""The transcript: a canvas of its own, laid out and drawn segment by segment where it is looked at."""

from desktop.views.transcript.transcript import Transcript
from desktop.views.transcript.values import LineState, NoteKind, Position, RunDetail, RunLine

__all__ = ["LineState", "NoteKind", "Position", "RunDetail", "RunLine", "Transcript"]
