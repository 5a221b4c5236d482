"""What runs did, in one line each between the person's message and the answer; the lines fold out to the calls."""

import json
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QObject, QTimer

from desktop.engine.events import (
    AnswerFinished,
    ConfirmationRequested,
    Event,
    FallbackUsed,
    HandoffReady,
    HistoryLeftOut,
    HistorySummarised,
    OrchestratorDelta,
    Retrying,
    RoundStarted,
    RunFailed,
    RunFinished,
    RunPaused,
    RunStarted,
    RunStopped,
    SummaryReady,
    ToolCallFinished,
    ToolCallRequested,
    ToolCallStarted,
)
from desktop.engine.messages import Brain, CallState, JsonObject
from desktop.engine.run_record import RunRecord
from desktop.engine.store.run_briefs import RunBrief
from desktop.left_out import left_out_detail, left_out_notes, left_out_words
from desktop.run_panes import Clock
from desktop.views.call_text import telling_argument
from desktop.views.main_window import MainWindow
from desktop.views.message_details import duration_text
from desktop.views.transcript.values import LineState, RunDetail, RunLine

_PAUSE_MS = 100
"""Between two looks of the orchestrator's words as they stream."""
_STOPPED = "Stopped while gathering"
_NOTHING_YET = RunDetail("Nothing was called yet.")
_STATES: dict[str, LineState] = {
    "running": "working",
    "waiting": "waiting",
    "interrupted": "stopped",
    "stopped": "stopped",
    "failed": "failed",
}


def line_of(brief: RunBrief, note: str = "") -> RunLine | None:
    """The line of a run as it is stored; None where there is nothing to tell. Its details are loaded when it opens.

    Args:
        brief: The run.
        note: What else its title says; empty for nothing.
    """
    if brief.state == "running" and not brief.is_gathered:
        return RunLine(_joined("Gathering", brief.rounds, brief.calls, note), "working")
    if not brief.calls:
        words = _joined(_STOPPED if brief.has_cut_words else "", 0, 0, note)
        return RunLine(words, "stopped" if brief.has_cut_words else "done") if words else None
    if brief.is_gathered:
        return RunLine(_joined(gathered_words(brief.calls, brief.rounds, brief.gather_ms), 0, 0, note))
    words = "Gathering" if brief.state == "waiting" else "Gathered so far"
    return RunLine(_joined(words, brief.rounds, brief.calls, note), _STATES.get(brief.state, "done"))


def gathered_words(calls: int, rounds: int, gather_ms: int) -> str:
    """What was gathered, in one line: ``Gathered: 3 calls, 2 rounds, 4.2 s``."""
    parts = [_count(calls, "call"), _count(rounds, "round")]
    if gather_ms:
        parts.append(duration_text(gather_ms))
    return f"Gathered: {', '.join(parts)}"


def details_of(run: RunRecord) -> tuple[RunDetail, ...]:
    """What a run's line folds out to: what was left out, and of each round the orchestrator's words and its calls."""
    details = [left_out_detail(run.left_out, run.left_out_summary)] if run.left_out else []
    for each in run.rounds:
        words = _words_of(each.response)
        if words.strip():
            details.append(RunDetail(words))
        details += [
            _call(run.run_id, call.call_id, call.tool, call.arguments, call.state)
            for call in run.calls
            if call.round == each.round
        ]
    if run.cut_words.strip():
        details.append(RunDetail(run.cut_words))
    return tuple(details)


def _words_of(response: str) -> str:
    """What the orchestrator wrote in a round; empty where the stored turn cannot be read."""
    with suppress(ValueError, TypeError, AttributeError):
        parts = json.loads(response)["parts"]
        return "".join(part["text"] for part in parts if part.get("type") == "text")
    return ""


def _call(run_id: str, call_id: str, tool: str, arguments: JsonObject, state: CallState) -> RunDetail:
    return RunDetail(f"{tool} {telling_argument(arguments)}".strip(), f"{run_id}/{call_id}", state)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _joined(what: str, rounds: int, calls: int, *more: str) -> str:
    parts = [what, f"round {rounds}" if rounds else "", _count(calls, "call") if calls else "", *more]
    return " · ".join(part for part in parts if part)


@dataclass
class _Live:
    """The run that events tell of."""

    run_id: str
    state: LineState = "working"
    rounds: int = 0
    calls: int = 0
    before_ms: int = 0  # of the loop, before it went on
    seen_ms: int = 0  # since then, as it was shown last
    gather_ms: int = 0  # once the loop has ended
    is_gathering: bool = True
    took_over: str = ""
    left_out_before: int = 0  # of the run before
    left_out: int = 0
    note: str = ""  # of what is left out, where that began with this run
    details: list[RunDetail] = field(default_factory=list)
    is_writing: bool = False  # whether the last detail are words that still grow

    def line(self, elapsed_s: float) -> RunLine | None:
        if not self.is_gathering:
            words = gathered_words(self.calls, self.rounds, self.gather_ms) if self.calls else ""
            return self._ended(words, "done")
        if self.state in ("stopped", "failed"):
            cut = _STOPPED if self.state == "stopped" and self.is_writing else ""
            words = _joined("Gathered so far", self.rounds, self.calls) if self.calls else cut
            return self._ended(words, self.state)
        seconds = self.before_ms / 1000 + elapsed_s
        clock = f"{seconds:.0f} s" if self.state == "working" and seconds >= 1 else ""
        what = "Gathering" if self.rounds else "Starting"
        words = _joined(what, self.rounds, self.calls, self.took_over, self.note, clock)
        return RunLine(words, self.state, tuple(self.details) or (_NOTHING_YET,))

    def _ended(self, words: str, state: LineState) -> RunLine | None:
        title = _joined(words, 0, 0, self.note)
        return RunLine(title, state if words else "done", tuple(self.details)) if title else None

    def leave_out(self, count: int, summary: str) -> None:
        """So many older messages are left out; a summary may stand in their place."""
        detail = left_out_detail(count, summary)
        self.details[: 1 if self.left_out else 0] = [detail]
        self.left_out = count
        is_new = count != self.left_out_before
        self.note = left_out_words(count, has_summary=bool(summary)) if is_new else ""

    def put(self, place: str, state: CallState) -> None:
        self.details = [replace(each, state=state) if each.call_id == place else each for each in self.details]

    def void(self) -> None:
        """The turn under way is tried again."""
        if self.is_writing:
            self.details.pop()
            self.is_writing = False


class RunLines(QObject):
    """The run lines of the open conversation. Truth is the store's; here is what is told of the run at work.

    Args:
        window: The window.
        clock: When runs began.
    """

    def __init__(self, window: MainWindow, clock: Clock) -> None:
        super().__init__(window)
        self._window = window
        self._clock = clock
        self._live: _Live | None = None
        self._left_out = 0  # of the run before the one at work
        self._timer = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._timer.timeout.connect(self._show)

    def lines(self, briefs: Iterable[RunBrief], run: RunRecord | None) -> Mapping[str, RunLine]:
        """The lines of a conversation that is shown now, by run id.

        Args:
            briefs: Its runs.
            run: The run that events will tell of; None for none.
        """
        self._timer.stop()
        self._live = None
        known = {brief.run_id: brief for brief in briefs}
        notes = left_out_notes(known.values())
        lines = {run_id: line_of(brief, notes.get(run_id, "")) for run_id, brief in known.items()}
        found = {run_id: line for run_id, line in lines.items() if line is not None}
        self._left_out = 0
        for run_id, brief in known.items():
            if run is None or run_id != run.run_id:
                self._left_out = brief.left_out
        if run is not None and run.run_id in known:
            self._live = live = _from_record(run, known[run.run_id], self._left_out)
            live.note = notes.get(run.run_id, "")
            if run.state in ("running", "waiting") and (line := live.line(self._elapsed(live))) is not None:
                found[run.run_id] = line
        return found

    def begin(self, run_id: str) -> None:
        """Show that a run begins."""
        self._timer.stop()
        if self._live is not None:
            self._left_out = self._live.left_out
        self._live = _Live(run_id, left_out_before=self._left_out)
        self._show()

    def fill(self, run: RunRecord) -> None:
        """Show what a run's line folded out to; what is told of the run at work is newer."""
        box = self._window.transcript.runs.line(run.run_id)
        if box is not None and (self._live is None or self._live.run_id != run.run_id or run.state != "running"):
            self._window.transcript.set_run_line(run.run_id, replace(box.line, details=details_of(run)))

    def tick(self) -> None:
        """A second has passed."""
        if self._live is not None and self._live.is_gathering and self._live.state == "working":
            self._show()

    def take(self, event: Event) -> None:
        """Show an event of the run that is followed."""
        live = self._live
        if live is None or live.run_id != event.run_id:
            return
        if isinstance(event, OrchestratorDelta):
            _write(live, event.text)
            if not self._timer.isActive():
                self._timer.start()
        elif _take(live, event):
            if not live.is_gathering and not live.gather_ms:
                live.gather_ms = live.before_ms + round(self._elapsed(live) * 1000)
            self._show()

    def _elapsed(self, live: _Live) -> float:
        return time.monotonic() - self._clock.began(live.run_id)

    def _show(self) -> None:
        self._timer.stop()
        if (live := self._live) is None:
            return
        elapsed = self._elapsed(live)
        if live.state == "working":
            live.seen_ms = round(elapsed * 1000)
        self._window.transcript.set_run_line(live.run_id, live.line(elapsed))


def _from_record(run: RunRecord, brief: RunBrief, left_out_before: int) -> _Live:
    is_gathering = not brief.is_gathered and run.handoff is None
    state = _STATES.get(run.state, "done")
    live = _Live(run.run_id, state, len(run.rounds), len(run.calls), is_gathering=is_gathering)
    live.left_out_before, live.left_out = left_out_before, run.left_out
    live.details = list(details_of(run))
    live.gather_ms = 0 if is_gathering else brief.gather_ms
    live.before_ms = brief.gather_ms if run.state != "running" else 0
    return live


def _write(live: _Live, text: str) -> None:
    if live.is_writing:
        live.details[-1] = RunDetail(live.details[-1].text + text)
    else:
        live.details.append(RunDetail(text))
        live.is_writing = True


def _take(live: _Live, event: Event) -> bool:
    """Whether the event changes the line."""
    if _take_call(live, event):
        return True
    match event:
        case RunStarted():
            live.state = "working"
        case RoundStarted(round=number):
            live.rounds, live.is_writing, live.is_gathering = number, False, True
        case HistorySummarised(left_out=count, text=text):
            live.leave_out(count, text)
        case HistoryLeftOut(left_out=count):
            live.leave_out(count, "")
        case Retrying(brain=Brain.ORCHESTRATOR):
            live.void()
        case FallbackUsed(brain=Brain.ORCHESTRATOR, to=label, reason=reason):
            live.void()
            live.took_over = f"{label} took over"
            live.details.append(RunDetail(f"{label} takes over: {reason}"))
        case RunPaused():
            live.state, live.before_ms, live.seen_ms = "waiting", live.before_ms + live.seen_ms, 0
        case SummaryReady() | HandoffReady() | RunFinished():
            live.is_gathering, live.is_writing, live.state = False, False, "done"
        case AnswerFinished(details=details):
            live.gather_ms = details.gather_ms if details is not None and details.gather_ms else live.gather_ms
        case RunStopped() | RunFailed():
            live.state = "stopped" if isinstance(event, RunStopped) else "failed"
        case _:
            return False
    return True


def _take_call(live: _Live, event: Event) -> bool:
    match event:
        case ToolCallRequested(call_id=call_id, tool=tool, arguments=arguments):
            live.calls += 1
            live.is_writing = False
            live.details.append(_call(event.run_id, call_id, tool, arguments, CallState.WAITING))
        case ConfirmationRequested(call_id=call_id):
            live.put(f"{event.run_id}/{call_id}", CallState.WAITING)
        case ToolCallStarted(call_id=call_id):
            live.put(f"{event.run_id}/{call_id}", CallState.RUNNING)
        case ToolCallFinished(call_id=call_id, state=state):
            live.put(f"{event.run_id}/{call_id}", state)
        case _:
            return False
    return True
