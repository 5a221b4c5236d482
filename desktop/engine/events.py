"""The events of a run, in the order the engine tells them. ``type`` and the field names are part of the contract.

A view or a script needs nothing else to follow a run; what an event says is in the store before it is told
(deltas excepted, which are stored at least once a second).
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from desktop.engine.gate import Card, Decision, ScopeChoice, TaintSource
from desktop.engine.messages import Attachment, Brain, CallState, JsonObject, Message, MessageDetails, StopReason, Value


class _Event(Value):
    run_id: str
    """The run it belongs to."""


class RunStarted(_Event):
    """A run began, or goes on after a pause (``resumed``)."""

    type: Literal["run_started"] = "run_started"
    conversation_id: str
    resumed: bool = False


class QueuedMessageSent(_Event):
    """A queued message was sent; ``run_id`` is the run that begins on it."""

    type: Literal["queued_message_sent"] = "queued_message_sent"
    conversation_id: str
    message: Message


class QueueHalted(_Event):
    """The queue of a conversation does not go on although the run ``run_id`` ended well; the messages stay in it."""

    type: Literal["queue_halted"] = "queue_halted"
    conversation_id: str
    error: str


class RoundStarted(_Event):
    """The orchestrator is called for the ``round``-th time, ``of`` at most; both count from 1 over the whole run."""

    type: Literal["round_started"] = "round_started"
    round: int
    of: int


class OrchestratorDelta(_Event):
    """The orchestrator wrote some text."""

    type: Literal["orchestrator_delta"] = "orchestrator_delta"
    text: str


class ToolCallRequested(_Event):
    """The orchestrator asks for a tool call."""

    type: Literal["tool_call_requested"] = "tool_call_requested"
    call_id: str
    tool: str
    arguments: JsonObject
    round: int


class ConfirmationRequested(_Event):
    """A call waits at the gate."""

    type: Literal["confirmation_requested"] = "confirmation_requested"
    call_id: str
    tool: str
    arguments: JsonObject
    reasons: tuple[str, ...]
    """Sentences: why it asks."""
    card: Card
    """The call in the tool's own words, from its real arguments."""
    stated_reason: str = ""
    """What the model wrote beside the call; the model's words, not facts."""
    binding: str = ""
    """What the decision is bound to; handed back with it."""
    parameters: JsonObject = Field(default_factory=dict)
    """JSON Schema of the arguments, for editing them."""
    edited: bool = False
    """Whether the person changed the arguments that the model gave."""
    original_arguments: JsonObject | None = None
    """What the model gave, where the person changed it."""
    scopes: tuple[ScopeChoice, ...] = ()
    """What a grant could cover, narrowest first."""
    tainted_by: tuple[TaintSource, ...] = ()
    """The untrusted results because of which remembered grants did not suffice, or will not."""


class ConfirmationResolved(_Event):
    """A decision on a call was stored."""

    type: Literal["confirmation_resolved"] = "confirmation_resolved"
    call_id: str
    decision: Decision


class ToolCallStarted(_Event):
    """A call runs now."""

    type: Literal["tool_call_started"] = "tool_call_started"
    call_id: str


class ToolCallFinished(_Event):
    """A call has its result, also when it never ran."""

    type: Literal["tool_call_finished"] = "tool_call_finished"
    call_id: str
    tool: str
    state: CallState
    result: str
    duration_ms: int
    untrusted: bool = False


class RunPaused(_Event):
    """The run waits, stored, until these calls are decided. Nothing of it is left in memory."""

    type: Literal["run_paused"] = "run_paused"
    call_ids: tuple[str, ...]


class SummaryReady(_Event):
    """The orchestrator's summary, stored."""

    type: Literal["summary_ready"] = "summary_ready"
    text: str


class HandoffMessage(Value):
    """One message of the handoff as the responder gets it. The first may be ``system``."""

    role: Literal["system", "user", "assistant"]
    text: str
    attachments: tuple[Attachment, ...] = ()
    """The files that go before the text."""


class HandoffReady(_Event):
    """The responder's request exactly as it will be sent, stored."""

    type: Literal["handoff_ready"] = "handoff_ready"
    messages: tuple[HandoffMessage, ...]


class AnswerDelta(_Event):
    """The answer grew by some text."""

    type: Literal["answer_delta"] = "answer_delta"
    text: str


class AnswerFinished(_Event):
    """The answer is whole, or ended early (``stop_reason``), and stored as a message."""

    type: Literal["answer_finished"] = "answer_finished"
    text: str
    model: str
    label: str
    fallback: bool
    stop_reason: StopReason
    message_id: str = ""
    details: MessageDetails | None = None
    """What is known of how the answer came to be."""


class UsageReported(_Event):
    """Tokens and cost of one model call."""

    type: Literal["usage_reported"] = "usage_reported"
    brain: Brain
    model: str
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    cost_usd: float | None
    """US dollars; None where the price is not known."""
    thinking_tokens: int = 0
    cache_write_tokens: int = 0
    """Input tokens that were written to the provider's cache; part of ``input_tokens``."""


class Retrying(_Event):
    """A model call failed in a way that may pass; it is tried again. Text of the failed try is void."""

    type: Literal["retrying"] = "retrying"
    attempt: int
    """The try that comes, counted from 2."""
    wait_s: float
    reason: str
    brain: Brain = Brain.ORCHESTRATOR


class FallbackUsed(_Event):
    """A model failed for good and the next of its seat takes over. Text of the failed turn is void; nothing else is."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    type: Literal["fallback_used"] = "fallback_used"
    from_model: str = Field(alias="from")
    """Label of the model that failed; ``from`` in JSON."""
    to: str
    """Label of the model that takes over."""
    reason: str
    """Why the first one failed, in words."""
    brain: Brain


class HistorySummarised(_Event):
    """So many older messages are sent to both brains as this summary; they stay in the conversation."""

    type: Literal["history_summarised"] = "history_summarised"
    left_out: int
    text: str


class HistoryLeftOut(_Event):
    """So many older messages are sent to neither brain, and no summary of them could be made; they stay stored."""

    type: Literal["history_left_out"] = "history_left_out"
    left_out: int


class RunFinished(_Event):
    """The run is done."""

    type: Literal["run_finished"] = "run_finished"


class RunStopped(_Event):
    """The person stopped the run; what had arrived is kept."""

    type: Literal["run_stopped"] = "run_stopped"
    message: Message | None = None
    """What had arrived of the answer, as it is stored; marked as stopped. None where an earlier answer stays."""
    can_write_again: bool = False
    """Whether the evidence is whole, so that only the answer has to be written again."""


class RunFailed(_Event):
    """The run failed; what was gathered is kept."""

    type: Literal["run_failed"] = "run_failed"
    error: str
    action: str
    """What the person can do."""
    can_write_again: bool = False
    """Whether the evidence is whole, so that only the answer has to be written again."""
    needs_key: bool = False
    """Whether an API key is missing or was refused."""
    too_long: bool = False
    """Whether the message is longer than the model can read."""
    over_budget: Literal["", "run", "day", "price"] = ""
    """Which budget the next model call would go past; ``price``: one is set, and the model's price is not known."""
    message: Message | None = None
    """An answer that broke off, as it is stored; marked as cut. Where nothing could be stored, what had come of it."""
    is_stored: bool = True
    """Whether all this is stored; else that is tried again, until ``run_end_stored`` or the end of the program."""


class RunEndStored(_Event):
    """The end of a run that was told as failed, and could not be stored then, is stored now."""

    type: Literal["run_end_stored"] = "run_end_stored"
    message: Message | None = None
    """What had arrived of the answer, as it is stored."""


Event = Annotated[
    RunStarted
    | QueuedMessageSent
    | QueueHalted
    | RoundStarted
    | OrchestratorDelta
    | ToolCallRequested
    | ConfirmationRequested
    | ConfirmationResolved
    | ToolCallStarted
    | ToolCallFinished
    | RunPaused
    | SummaryReady
    | HandoffReady
    | AnswerDelta
    | AnswerFinished
    | UsageReported
    | Retrying
    | FallbackUsed
    | HistorySummarised
    | HistoryLeftOut
    | RunFinished
    | RunStopped
    | RunFailed
    | RunEndStored,
    Field(discriminator="type"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
"""Reads and writes events as JSON."""
