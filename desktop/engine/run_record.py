"""A run as it stands, for views that open it after the fact: values."""

from typing import Literal

from desktop.engine.events import ConfirmationRequested, HandoffMessage, UsageReported
from desktop.engine.messages import Brain, CallState, JsonObject, Value
from desktop.engine.requests import ToolDeclaration


class CallRecord(Value):
    """A tool call as it stands, for a view that opens a run after the fact.

    Attributes:
        call_id: Unique within the run.
        tool: The tool's name.
        arguments: As validated; as given where they were bad.
        round: Counted from 1.
        state: Where it stands.
        result: The whole result; None while it is open.
        untrusted: Whether the result can carry somebody else's words.
        duration_ms: None while it is open.
        edited: Whether the person changed its arguments.
        allowed_by: ``policy``, ``grant`` or ``person``; empty while it was not allowed.
    """

    call_id: str
    tool: str
    arguments: JsonObject
    round: int
    state: CallState
    result: str | None = None
    untrusted: bool = False
    duration_ms: int | None = None
    edited: bool = False
    allowed_by: str = ""


class RoundRecord(Value):
    """One orchestrator call of a run, for the debug pane.

    Attributes:
        round: Counted from 1.
        system: The system prompt as sent.
        request: The items as sent, as JSON text, indented.
        tools: The declarations as sent.
        response: The turn as it came, as JSON text, indented.
        input_tokens: Tokens in.
        output_tokens: Tokens out.
    """

    round: int
    system: str
    request: str
    tools: tuple[ToolDeclaration, ...]
    response: str
    input_tokens: int = 0
    output_tokens: int = 0


class Moment(Value):
    """Something that happened in a run.

    Attributes:
        label: What.
        at_ms: Milliseconds since the run began, the time it waited included.
    """

    label: str
    at_ms: int


class RunRecord(Value):
    """A run as it stands, for a view that opens it after the fact.

    Attributes:
        run_id: The run.
        conversation_id: Its conversation.
        state: running, waiting, interrupted, done, failed or stopped.
        calls: In the order they were asked for.
        rounds: Oldest first.
        summary: None until it is ready.
        handoff: None until it is ready.
        gates: The open requests for a decision.
        answer: The responder's text so far; empty before the answer begins.
        brain: Which brain is at work now; None while none is.
        max_rounds: Its round limit.
        moments: Its time line so far.
        usage: Its model calls so far, in order.
        error: Why it failed.
        action: What the person can do.
        can_write_again: Whether only the answer has to be written again.
        over_budget: Which budget it came to; empty for none.
        fault: What kind of fault it failed of: a key, or a message that is too long; empty for others.
        cut_words: What had come of a turn of the orchestrator's that was stopped.
        message_id: The person's message that it works on.
        left_out: How many of the oldest messages its requests leave out.
        left_out_summary: What stands in their place; empty where there is no summary of them.
        is_stored: Whether its end is stored; False of one that could not be yet.
    """

    run_id: str
    conversation_id: str
    state: Literal["running", "waiting", "interrupted", "done", "failed", "stopped"]
    calls: tuple[CallRecord, ...] = ()
    rounds: tuple[RoundRecord, ...] = ()
    summary: str | None = None
    handoff: tuple[HandoffMessage, ...] | None = None
    gates: tuple[ConfirmationRequested, ...] = ()
    answer: str = ""
    brain: Brain | None = None
    max_rounds: int = 0
    moments: tuple[Moment, ...] = ()
    usage: tuple[UsageReported, ...] = ()
    error: str = ""
    action: str = ""
    can_write_again: bool = False
    over_budget: Literal["", "run", "day", "price"] = ""
    fault: Literal["", "key", "too_long"] = ""
    cut_words: str = ""
    message_id: str = ""
    left_out: int = 0
    left_out_summary: str = ""
    is_stored: bool = True
