"""The side panes: one run's tool calls, summary, handoff, rounds, time line and usage."""

import time
from collections.abc import Callable
from typing import Protocol

from desktop.engine.events import (
    AnswerFinished,
    ConfirmationRequested,
    ConfirmationResolved,
    Event,
    FallbackUsed,
    HandoffReady,
    HistoryLeftOut,
    HistorySummarised,
    Retrying,
    RoundStarted,
    RunFailed,
    RunFinished,
    RunStarted,
    RunStopped,
    SummaryReady,
    ToolCallFinished,
    ToolCallRequested,
    ToolCallStarted,
    UsageReported,
)
from desktop.engine.messages import CallState
from desktop.engine.run_record import RunRecord
from desktop.left_out import left_out_words
from desktop.views.debug_pane import DebugPane
from desktop.views.tool_pane import ToolPane


class Clock(Protocol):
    """When a run began in this process."""

    def began(self, run_id: str) -> float:
        """``time.monotonic()`` of its start; of now where it is not at work."""
        ...


class RunPanes:
    """Shows one run beside the conversation: its latest, or the one whose evidence the person follows.

    Args:
        tools: The tool pane.
        debug: The debug pane.
        clock: When runs began.
        request_of: The message that a run works on, by the run's id; empty where it is not shown.

    Attributes:
        run_id: The run that is shown; None for none.
    """

    def __init__(self, tools: ToolPane, debug: DebugPane, clock: Clock, request_of: Callable[[str], str]) -> None:
        self._tools = tools
        self._debug = debug
        self._clock = clock
        self._request_of = request_of
        self.run_id: str | None = None

    def show(self, run: RunRecord | None) -> None:
        """Show a run as it stands."""
        self.run_id = run.run_id if run is not None else None
        if run is None:
            self._tools.clear()
            self._debug.clear()
            return
        self._tools.show_run(run)
        self._debug.show_run(run)
        self._debug.set_title(self._request_of(run.run_id))

    def begin(self, run_id: str) -> None:
        """Show a run that has just begun."""
        self.show(None)
        self.run_id = run_id
        self._debug.set_title(self._request_of(run_id))

    def complete(self, run: RunRecord) -> None:
        """Add what no event tells: the rounds as they were sent, and who allowed each call."""
        self._debug.set_rounds(run.rounds)
        for call in run.calls:
            self._tools.mark_call(call.call_id, allowed_by=call.allowed_by)

    def select_call(self, call_id: str) -> None:
        """Show a call of the run in full."""
        self._tools.select_call(call_id)

    def take(self, event: Event) -> None:
        """Show an event, where it is of the run that is shown."""
        if event.run_id != self.run_id:
            return
        self._take_calls(event)
        match event:
            case SummaryReady(text=text):
                self._debug.set_summary(text)
            case HandoffReady(messages=messages):
                self._debug.set_handoff(messages)
            case UsageReported():
                self._debug.add_usage(event)
        words = _words_of(event)
        if words:
            at_ms = round((time.monotonic() - self._clock.began(event.run_id)) * 1000)
            self._debug.add_moment(words, at_ms)

    def _take_calls(self, event: Event) -> None:
        match event:
            case RoundStarted(round=number, of=limit):
                self._tools.begin_round(number, limit)
            case ToolCallRequested(call_id=call_id, tool=tool, arguments=arguments, round=number):
                self._tools.add_call(call_id, tool, arguments, number)
            case ConfirmationRequested(call_id=call_id):
                self._tools.set_state(call_id, CallState.WAITING)
                if event.edited:
                    self._tools.mark_call(call_id, arguments=event.arguments)
            case ToolCallStarted(call_id=call_id):
                self._tools.set_state(call_id, CallState.RUNNING)
            case SummaryReady() | HandoffReady() | RunFinished() | RunStopped() | RunFailed():
                self._tools.end_rounds()
            case ToolCallFinished():
                self._tools.finish_call(event.call_id, event.state, event.result, event.duration_ms, event.untrusted)


def _words_of(event: Event) -> str:
    """An event on the time line; empty for one that does not stand there."""
    match event:
        case RunStarted(resumed=resumed):
            return "Goes on" if resumed else "Begins"
        case RoundStarted(round=number):
            return f"Round {number} begins"
        case ToolCallFinished(tool=tool, state=state):
            return f"{tool} {state.value}"
        case ConfirmationRequested(tool=tool):
            return f"{tool} asks"
        case HistorySummarised(left_out=count):
            return left_out_words(count, has_summary=True)
        case HistoryLeftOut(left_out=count):
            return left_out_words(count, has_summary=False)
        case Retrying(attempt=attempt):
            return f"Attempt {attempt}"
        case FallbackUsed(to=label):
            return f"{label} takes over"
    return {
        ConfirmationResolved: "Decided",
        SummaryReady: "Summary",
        HandoffReady: "Handoff",
        AnswerFinished: "Answer",
        RunFinished: "Done",
        RunStopped: "Stopped",
        RunFailed: "Failed",
    }.get(type(event), "")
