"""The values that the transcript is told and tells."""

from dataclasses import dataclass
from typing import Literal

from desktop.engine.messages import CallState

NoteKind = Literal["info", "danger"]
"""How a run ended: as the person wanted it or may expect, or it failed."""
LineState = Literal["working", "waiting", "done", "stopped", "failed"]
"""Where a run stands."""


@dataclass(frozen=True, slots=True)
class RunDetail:
    """One row of a run line that was folded out.

    Attributes:
        text: What is shown: the orchestrator's words, or a call in short.
        call_id: The call it stands for, told when it is chosen; empty for words.
        state: Where the call stands; None for words.
    """

    text: str
    call_id: str = ""
    state: CallState | None = None


@dataclass(frozen=True, slots=True)
class RunLine:
    """What is shown of a run between the person's message and the answer.

    Attributes:
        title: One line, such as ``Gathered: 3 calls, 2 rounds, 4.2 s``.
        state: Where the run stands.
        details: What it folds out to, in order; None where it is loaded once ``run_line_opened`` was told.
    """

    title: str
    state: LineState = "done"
    details: tuple[RunDetail, ...] | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """Where a conversation is being read.

    Attributes:
        message_id: The message at the top of the view, or which run's answer streams there; empty where there is none.
        offset: How far the view's top is below the message's, in logical pixels at the zoom of then.
        at_bottom: Whether the view follows the end.
        fraction: The same as a share of the message's height, for another width.
        slot: In an answer that streams, the piece of it that the offset is counted from.
    """

    message_id: str = ""
    offset: int = 0
    at_bottom: bool = True
    fraction: float = 0.0
    slot: int = -1
