"""Shows the open conversation: its messages, and its latest run as events tell it. Holds nothing that is not shown."""

from collections.abc import Mapping, Sequence

from desktop.engine.events import (
    AnswerDelta,
    AnswerFinished,
    ConfirmationRequested,
    ConfirmationResolved,
    Event,
    FallbackUsed,
    HandoffReady,
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
)
from desktop.engine.messages import Brain, CallState, Message
from desktop.engine.run_record import RunRecord
from desktop.engine.store.records import RunFault
from desktop.engine.store.run_briefs import RunBrief
from desktop.run_lines import RunLines
from desktop.run_outcomes import (
    GO_ON,
    MOST_OUTCOMES,
    Outcome,
    Outcomes,
    failed,
    going_on,
    outcome_of,
    over_budget,
    stopped,
    waiting,
)
from desktop.run_panes import RunPanes
from desktop.views.confirmation_dialog import ConfirmationDialog
from desktop.views.main_window import MainWindow


class Presenter:
    """Puts values into the window's widgets.

    Args:
        window: The window.
        dialog: The confirmation dialog of the window.
        panes: The side panes.
        lines: The lines of runs.
    """

    def __init__(self, window: MainWindow, dialog: ConfirmationDialog, panes: RunPanes, lines: RunLines) -> None:
        self._window = window
        self._dialog = dialog
        self._panes = panes
        self._lines = lines
        self._outcomes = Outcomes(window)
        self._run_id = ""
        self._calls: list[str] = []
        self._gates: list[ConfirmationRequested] = []
        self._round = ""
        self._answering = False
        self._responder_label = ""
        self._off_record = False
        self._took_over = ""

    def show_conversation(
        self,
        messages: Sequence[Message],
        evidence: Mapping[str, Sequence[str]],
        run: RunRecord | None,
        briefs: Sequence[RunBrief] = (),
        *,
        responder_label: str,
        off_record: bool,
    ) -> None:
        """Show a conversation and its latest run as they stand.

        Args:
            messages: Oldest first.
            evidence: By run id, what ``[1]``, ``[2]`` … in its answer lead to.
            run: Its latest run; None where it has none.
            briefs: The runs whose lines and outcomes show, oldest first.
            responder_label: Who writes an answer that streams.
            off_record: Whether it lives in memory only.
        """
        self._off_record = off_record
        self._window.transcript.show_conversation(messages, evidence, self._lines.lines(briefs, run))
        self._begin(responder_label)
        ended = [(brief, outcome) for brief in briefs if (outcome := outcome_of(brief)) is not None]
        for brief, outcome in ended[-MOST_OUTCOMES:]:
            self._outcomes.show(brief.run_id, outcome)
        self._show_gates(run.gates if run is not None else ())
        self._panes.show(run)
        if run is not None:
            self._run_id = run.run_id
            self._calls = [call.call_id for call in run.calls]
            self._show_state(run, has_answer=bool(messages) and messages[-1].role == "assistant")

    def _begin(self, responder_label: str) -> None:
        self._calls = []
        self._round = ""
        self._answering = False
        self._took_over = ""
        self._responder_label = responder_label
        self._window.set_status("")

    def _show_state(self, run: RunRecord, *, has_answer: bool) -> None:
        match run.state:
            case "running":
                self._round = f"round {len(run.rounds) or 1}"
                if run.brain is Brain.RESPONDER or run.handoff is not None:
                    self._begin_answer()
                    self._window.transcript.extend_answer(run.answer)
                else:
                    self._show_progress("Gathering")
            case "waiting":
                self._show_waiting(len(run.gates))
            case "interrupted":
                words = "The program ended while this run was at work."
                unknown = [call.tool for call in run.calls if call.state is CallState.UNKNOWN]
                if unknown:
                    words += f" Whether {', '.join(unknown)} took effect is not known; it was not run again."
                self._show_outcome(going_on(words, run.can_write_again))
            case "stopped":
                self._show_outcome(stopped(run.can_write_again))
            case "failed" if run.over_budget:
                self._show_outcome(over_budget(run.error))
            case "failed":
                words = f"{run.error} {run.action}".strip()
                self._show_outcome(failed(words, run.fault, run.can_write_again, is_stored=run.is_stored))
            case "done":
                self._window.set_status("" if has_answer else "Done")

    def begin_run(self, message: Message, responder_label: str) -> None:
        """Show the message that begins a run."""
        self._off_record = message.off_record
        self._window.transcript.append_message(message)
        self._begin(responder_label)
        self._show_gates(())
        self._run_id = message.run_id or ""
        self._panes.begin(self._run_id)
        self._lines.begin(self._run_id)
        self._show_progress("Starting")

    def tick(self) -> None:
        """A second has passed."""
        self._lines.tick()
        self._outcomes.tick()

    def take(self, event: Event) -> None:
        """Show an event of the conversation's latest run."""
        self._panes.take(event)
        self._lines.take(event)
        match event:
            case RunStarted(resumed=resumed):
                self._take_start(resumed=resumed)
            case OrchestratorDelta() | SummaryReady():
                self._outcomes.end_retry()
            case RoundStarted(round=number, of=limit):
                self._round = f"round {number} of {limit}"
                self._show_progress("Gathering")
            case ToolCallRequested(call_id=call_id):
                self._outcomes.end_retry()
                self._calls.append(call_id)
                self._show_progress("Gathering")
            case ConfirmationRequested() | ConfirmationResolved() | ToolCallFinished():
                self._follow_gate(event)
            case RunPaused(call_ids=call_ids):
                self._show_waiting(len(call_ids))
            case HandoffReady():
                self._begin_answer()
            case AnswerDelta(text=text):
                self._outcomes.end_retry()
                self._window.transcript.extend_answer(text)
            case AnswerFinished():
                self._finish_answer(event)
            case Retrying() | FallbackUsed():
                self._try_again(event)
            case RunFinished() | RunStopped() | RunFailed():
                self._end(event)

    def _take_start(self, *, resumed: bool) -> None:
        self._show_outcome(None)
        if resumed:  # the words of its pause no longer hold
            self._show_progress("Gathering")

    def _show_gates(self, gates: Sequence[ConfirmationRequested]) -> None:
        self._gates = list(gates)
        self._dialog.show_requests(self._gates)

    def _follow_gate(self, event: ConfirmationRequested | ConfirmationResolved | ToolCallFinished) -> None:
        others = [gate for gate in self._gates if gate.call_id != event.call_id]
        if isinstance(event, ConfirmationRequested):
            self._show_gates([*others, event])
        else:
            self._gates = others
            self._dialog.remove_request(event.call_id)

    @property
    def has_gates(self) -> bool:
        """Whether a call of the shown run waits for the person."""
        return bool(self._gates)

    def _finish_answer(self, event: AnswerFinished) -> None:
        message = Message(
            id=event.message_id,
            role="assistant",
            text=event.text,
            run_id=event.run_id,
            details=event.details,
            off_record=self._off_record,
        )
        if not self._answering:
            self._begin_answer()
        self._window.transcript.finish_answer(message)
        self._answering = False

    def _try_again(self, event: Retrying | FallbackUsed) -> None:
        is_answer = event.brain is Brain.RESPONDER
        if isinstance(event, Retrying):
            if is_answer:
                self._window.transcript.restart_answer()
                self._window.transcript.set_activity(None)  # nobody writes while the countdown speaks
            self._outcomes.retry(event)
            self._window.set_status(f"Trying again: attempt {event.attempt}")
            return
        self._outcomes.end_retry()
        words = f"{event.to} takes over: {event.reason}"
        self._took_over = f"{event.to} took over"
        if is_answer:
            self._responder_label = event.to
            self._window.transcript.drop_answer()
            self._begin_answer()
            self._window.transcript.set_activity(words)
        self._window.set_status(words)

    def _end(self, event: RunFinished | RunStopped | RunFailed) -> None:
        transcript = self._window.transcript
        transcript.set_activity(None)
        self._show_outcome(None)
        self._show_gates(())
        self._window.set_status("")
        if isinstance(event, RunFinished):
            return
        if event.message is not None and (event.message.text or self._answering):
            transcript.finish_answer(event.message)
        elif self._answering:
            transcript.drop_answer()
        self._answering = False
        if isinstance(event, RunStopped):
            self._show_outcome(stopped(event.can_write_again))
            return
        words = f"{event.error} {event.action}".strip()
        if self._window.notice.said[0] == words:  # it stands where it happened now
            self._window.set_notice("")
        if event.over_budget:
            self._show_outcome(over_budget(event.error))
        else:
            fault: RunFault = "key" if event.needs_key else "too_long" if event.too_long else ""
            self._show_outcome(failed(words, fault, event.can_write_again, is_stored=event.is_stored))

    def offer_to_go_on_with_key(self) -> None:
        """A key came: the run that failed for want of it can go on."""
        self._show_outcome(Outcome("There is a key now.", GO_ON, "Go on"))

    def _show_outcome(self, outcome: Outcome | None) -> None:
        self._outcomes.show(self._run_id, outcome)

    def _show_waiting(self, count: int) -> None:
        self._show_outcome(waiting(count))
        self._window.set_status("Waiting for your decision")

    def _begin_answer(self) -> None:
        evidence = [f"{self._run_id}/{call_id}" for call_id in self._calls]
        self._show_outcome(None)
        self._window.transcript.begin_answer(self._responder_label, self._off_record, evidence)
        self._answering = True
        self._window.set_status(" · ".join(part for part in ("Answering", self._took_over) if part))

    def _show_progress(self, what: str) -> None:
        count = len(self._calls)
        calls = f"{count} call{'' if count == 1 else 's'}" if count else ""
        words = " · ".join(part for part in (what, self._round, calls, self._took_over) if part)
        self._window.set_status(words)
