"""How runs ended, that they wait, and that they try again: where it happened, each with its action."""

import math
import time
from dataclasses import dataclass

from desktop.engine.events import Retrying
from desktop.engine.store.records import RunFault
from desktop.engine.store.run_briefs import RunBrief
from desktop.views.main_window import MainWindow
from desktop.views.transcript.values import NoteKind

REVIEW, GO_ON, WRITE_AGAIN, ADD_KEYS = "review", "go_on", "write_again", "add_keys"
BUDGET, STOP, EDIT = "budget", "stop", "edit"
"""The actions of outcomes in the transcript."""
NOT_STORED = "What is shown of this run is not stored yet: it will be as soon as there is room."
"""Of a run whose end could not be stored, on a full disk say."""
MOST_OUTCOMES = 100
"""Of earlier runs of a conversation: each is a widget. The newest are shown."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is said of a run where it happened.

    Attributes:
        words: What happened.
        action: What can be done; empty for nothing.
        label: The words of its button.
        kind: ``danger`` for a failure.
    """

    words: str
    action: str = ""
    label: str = ""
    kind: NoteKind = "info"


def action_of(chosen: str) -> tuple[str, str]:
    """Which action was chosen, and of which run, from what the transcript told."""
    action, _, run_id = chosen.partition(" ")
    return action, run_id


def going_on(words: str, can_write_again: bool, kind: NoteKind = "info") -> Outcome:
    """A run that can go on, or whose answer can be written again."""
    action, label = (WRITE_AGAIN, "Write again") if can_write_again else (GO_ON, "Go on")
    return Outcome(words, action, label, kind)


def stopped(can_write_again: bool) -> Outcome:
    """A run that the person stopped: while it gathered, or while its answer was written."""
    if can_write_again:
        return going_on("You stopped this run. Its answer can be written anew.", can_write_again)
    return going_on("You stopped this run. It can go on from here.", can_write_again)


def failed(words: str, fault: RunFault, can_write_again: bool, *, is_stored: bool = True) -> Outcome:
    """A run that failed, with what helps.

    Args:
        words: What failed.
        fault: What kind of fault it was.
        can_write_again: Whether only the answer has to be written again.
        is_stored: Whether its end is stored.
    """
    words = words if is_stored else f"{words} {NOT_STORED}"
    match fault:
        case "key":
            return Outcome(words, ADD_KEYS, "Add API keys…", "danger")
        case "too_long":
            return Outcome(words, EDIT, "Edit message", "danger")
        case "":
            return going_on(words, can_write_again, "danger")


def over_budget(words: str) -> Outcome:
    """A run that came to a budget: whether it may go on is asked first."""
    return Outcome(words, BUDGET, "Go on…")


def waiting(count: int) -> Outcome:
    """A run that waits for the person, with so many calls; 0 where that is not known."""
    calls = f"{count} tool calls wait" if count > 1 else "A tool call waits"
    return Outcome(f"{calls} for your decision.", REVIEW, "Review…")


def outcome_of(brief: RunBrief) -> Outcome | None:
    """What is to be said of a stored run; None of one that is done or at work."""
    match brief.state:
        case "waiting":
            return waiting(0)
        case "interrupted":
            words = "The program ended while this run was at work."
            if brief.unknown:
                words += f" Whether {brief.unknown} took effect is not known; it was not run again."
            return going_on(words, brief.can_write_again)
        case "stopped":
            return stopped(brief.can_write_again)
        case "failed" if brief.over_budget:
            return over_budget(brief.error)
        case "failed":
            return failed(f"{brief.error} {brief.action}".strip(), brief.fault, brief.can_write_again)
    return None


class Outcomes:
    """Shows outcomes in the transcript.

    Args:
        window: The window.
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._retry: tuple[Retrying, float] | None = None

    def show(self, run_id: str, outcome: Outcome | None) -> None:
        """Show an outcome where its run happened, in the place of an earlier one; None takes it away."""
        self._retry = None
        self._put(run_id, outcome)

    def _put(self, run_id: str, outcome: Outcome | None) -> None:
        transcript = self._window.transcript
        if outcome is None:
            transcript.set_outcome(None, run_id=run_id)
            return
        chosen = f"{outcome.action} {run_id}" if outcome.action else ""
        transcript.set_outcome(outcome.words, chosen, outcome.label, kind=outcome.kind, run_id=run_id)

    # Trying again.

    def retry(self, event: Retrying) -> None:
        """Show that a model is called again soon, and count down to it."""
        self._retry = event, time.monotonic() + event.wait_s
        self.tick()

    def tick(self) -> None:
        """A second has passed."""
        if self._retry is None:
            return
        event, at = self._retry
        left = math.ceil(at - time.monotonic())
        words = f"Attempt {event.attempt} in {left} s." if left > 0 else f"Attempt {event.attempt} is under way."
        self._put(event.run_id, Outcome(f"{event.reason} {words}", STOP, "Stop"))

    def end_retry(self) -> None:
        """The model answers again."""
        if self._retry is not None:
            self.show(self._retry[0].run_id, None)
