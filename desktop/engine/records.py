"""A stored run as the views read it. Pure."""

import json
from collections.abc import Sequence

from desktop.engine.context import round_request
from desktop.engine.events import ConfirmationRequested, RunFailed, UsageReported
from desktop.engine.messages import Brain
from desktop.engine.orchestrator import RESULT_LIMIT_TOKENS
from desktop.engine.requests import ToolDeclaration
from desktop.engine.run_record import CallRecord, Moment, RoundRecord, RunRecord
from desktop.engine.store.records import StoredRound, StoredRun


def can_write_again(run: StoredRun) -> bool:
    """Whether a run's evidence is whole, so that its answer can be written without running a tool."""
    return run.summary is not None or not run.options.tools_enabled


def run_record(
    run: StoredRun,
    rounds: Sequence[StoredRound],
    gates: Sequence[ConfirmationRequested],
    partial: tuple[Brain, str] | None,
    moments: tuple[Moment, ...] = (),
    usage: tuple[UsageReported, ...] = (),
) -> RunRecord:
    """Put a run together for a view.

    Args:
        run: The run.
        rounds: Its rounds, oldest first.
        gates: Its open requests for a decision.
        partial: What streams now, where it is at work in this process.
        moments: Its time line.
        usage: Its model calls.
    """
    return RunRecord(
        run_id=run.id,
        conversation_id=run.conversation_id,
        state=run.state,
        calls=tuple(
            CallRecord(
                call_id=call.call.id,
                tool=call.call.tool,
                arguments=call.call.arguments,
                round=call.round,
                state=call.state,
                result=None if call.state.is_open else call.result,
                untrusted=call.untrusted,
                duration_ms=call.duration_ms,
                edited=call.edited,
                allowed_by=call.decided_by if call.is_allowed else "",
            )
            for past in rounds
            for call in past.calls
        ),
        rounds=tuple(_round_record(run, rounds, index) for index in range(len(rounds))),
        summary=run.summary,
        handoff=run.handoff,
        gates=tuple(gates),
        answer=partial[1] if partial is not None and partial[0] is Brain.RESPONDER else "",
        brain=partial[0] if partial is not None else None,
        max_rounds=run.options.max_rounds,
        moments=moments,
        usage=usage,
        error=run.error,
        action=run.action,
        over_budget=run.over_budget,
        fault=run.fault,
        cut_words=run.partial_text if run.state == "stopped" and run.partial_brain is Brain.ORCHESTRATOR else "",
        can_write_again=can_write_again(run) and run.state in ("failed", "stopped", "interrupted", "done"),
        message_id=run.message_id,
        left_out=run.left_out,
        left_out_summary=run.left_out_summary,
    )


def as_told(record: RunRecord, told: RunFailed | None) -> RunRecord:
    """A run as it was told, where its end could not be stored: the store still takes it for being at work.

    Args:
        record: As it is stored.
        told: What was told of its end; None where it is stored.
    """
    if told is None:
        return record
    answer = told.message.text if told.message is not None else ""
    return record.model_copy(
        update={
            "state": "failed",
            "is_stored": False,
            "error": told.error,
            "action": told.action,
            "answer": answer,
            "brain": None,
        }
    )


def _round_record(run: StoredRun, rounds: Sequence[StoredRound], index: int) -> RoundRecord:
    current = rounds[index]
    system, request = "", ""
    tools: tuple[ToolDeclaration, ...] = ()
    if run.opening is not None:
        sent = round_request(run.opening, rounds[:index], RESULT_LIMIT_TOKENS)
        system = sent.system
        tools = sent.tools
        request = json.dumps([item.model_dump(mode="json") for item in sent.items], indent=2, ensure_ascii=False)
    return RoundRecord(
        round=current.round,
        system=system,
        request=request,
        tools=tools,
        response=json.dumps(current.turn.model_dump(mode="json"), indent=2, ensure_ascii=False),
        input_tokens=current.turn.usage.input_tokens,
        output_tokens=current.turn.usage.output_tokens,
    )
