"""The values that the store keeps of a run. Plain data with a schema version: reading an unknown one fails in words."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from desktop.engine.events import HandoffMessage
from desktop.engine.gate import Access, DecidedBy, Decision, Deny, Policy, TaintSource
from desktop.engine.messages import Attachment, Brain, CallState, JsonObject, ToolCall, ToolResult, Value
from desktop.engine.requests import ModelRequest, ModelTurn

OverBudget = Literal["", "run", "day", "price"]
"""Which budget a run came to; empty for none."""
RunFault = Literal["", "key", "too_long"]
"""Why a run failed, where that tells what helps: a key is missing or refused, the message is too long."""
RunState = Literal["running", "waiting", "interrupted", "done", "failed", "stopped"]


class RunOptions(Value):
    """What a run was begun with; it goes on with the same after a pause or a restart.

    Attributes:
        version: Of this schema.
        role: The role's name.
        orchestrator: Name of a model in the registry.
        responder: Name of a model in the registry.
        orchestrator_fallbacks: Names of the models that take over from the orchestrator, in order.
        responder_fallbacks: The same for the responder.
        fallback_to_paid: Whether a model elsewhere, or one that costs, may take over from one on this machine.
        stand_ins: By brain, the name of the model that took over; the one part that changes while the run is worked.
        tools_enabled: False lets the responder answer alone (B8).
        answer: Who gives the answer; ``summary`` ends with the orchestrator's (B7).
        access: The access level.
        tools: The role's tool list; None for all that the access level has.
        policies: The person's policies by tool, as they were at the start.
        max_rounds: The smaller of the role's and the global limit.
        root: The workspace folder, absolute.
        inject_datetime: Whether the system prompts tell the time.
        inject_mode: Whether they tell the mode.
        run_budget_usd: US dollars that the run may cost; 0 for no limit.
        day_budget_usd: US dollars that all runs of a day may cost; 0 for no limit.
        allow_unpriced: Whether models of unknown price may be called although there is a budget.
        persona: Name of the persona's file; empty for the default.
        keys: Names of further keys, ``gemini/work``, that its models are given where they name none themselves.
    """

    version: Literal[1] = 1
    role: str = "chat"
    orchestrator: str
    responder: str
    orchestrator_fallbacks: tuple[str, ...] = ()
    responder_fallbacks: tuple[str, ...] = ()
    fallback_to_paid: bool = False
    stand_ins: dict[Brain, str] = Field(default_factory=dict)
    tools_enabled: bool = True
    answer: Literal["responder", "summary"] = "responder"
    access: Access = Access.ADMIN
    tools: tuple[str, ...] | None = None
    policies: dict[str, Policy] = Field(default_factory=dict)
    max_rounds: int = Field(default=8, ge=1)
    root: str
    inject_datetime: bool = True
    inject_mode: bool = True
    run_budget_usd: float = 0.0
    day_budget_usd: float = 0.0
    allow_unpriced: bool = False
    persona: str = ""
    keys: tuple[str, ...] = ()

    @property
    def brains(self) -> tuple[Brain, ...]:
        """The brains that a run asks, in order: the responder is not asked where the summary is the answer (B7, B8)."""
        if not self.tools_enabled:
            return (Brain.RESPONDER,)
        if self.answer == "summary":
            return (Brain.ORCHESTRATOR,)
        return (Brain.ORCHESTRATOR, Brain.RESPONDER)

    def seat(self, brain: Brain) -> tuple[str, ...]:
        """Names of the models of a brain: its own first, then those that may take over, each once."""
        if brain is Brain.ORCHESTRATOR:
            names = (self.orchestrator, *self.orchestrator_fallbacks)
        else:
            names = (self.responder, *self.responder_fallbacks)
        return tuple(dict.fromkeys(names))

    def at_work(self, brain: Brain) -> str:
        """Name of the model that works as a brain now: its own, or the one that took over."""
        return self.stand_ins.get(brain, self.seat(brain)[0])


class StoredCall(Value):
    """A tool call, with all that was ruled, decided and done about it.

    Attributes:
        call: The model's wish; its arguments validated where they were good, and as the person changed them.
        round: Counted from 1.
        side_effects: Whether it changes or sends anything.
        ruling: allow, ask or block.
        reasons: Why.
        binding: What a decision is bound to.
        state: Where it stands.
        decision: The person's; None while there is none.
        decided_by: Who decided, in the end; empty while nobody has.
        grant_id: The grant that let it through.
        original_arguments: What the model gave, where the person changed the arguments.
        tainted_by: The untrusted results that were there when it was judged.
        taint_holds: Whether they keep every grant from letting it through.
        result: The text for the model; None while the call is open.
        untrusted: Whether the result can carry somebody else's words.
        duration_ms: None where it never ran.
        stopped: Whether the person stopped it, it alone and not its run.
    """

    call: ToolCall
    round: int
    side_effects: bool
    ruling: Policy
    reasons: tuple[str, ...] = ()
    binding: str = ""
    state: CallState = CallState.WAITING
    decision: Decision | None = None
    decided_by: DecidedBy = ""
    grant_id: str | None = None
    original_arguments: JsonObject | None = None
    tainted_by: tuple[TaintSource, ...] = ()
    taint_holds: bool = False
    result: str | None = None
    untrusted: bool = False
    duration_ms: int | None = None
    stopped: bool = False

    @property
    def needs_decision(self) -> bool:
        """Whether it waits for the person."""
        return self.state is CallState.WAITING and self.ruling is Policy.ASK and self.decision is None

    @property
    def may_run(self) -> bool:
        """Whether it is allowed and has not run."""
        return self.state is CallState.WAITING and self.is_allowed

    @property
    def is_allowed(self) -> bool:
        """Whether policy, a grant or the person allowed it."""
        if self.decision is not None:
            return not isinstance(self.decision, Deny)
        return self.ruling is Policy.ALLOW

    @property
    def edited(self) -> bool:
        """Whether the person changed the arguments that the model gave."""
        return self.original_arguments is not None

    @property
    def as_result(self) -> ToolResult:
        """Its result as the model reads it. Only for a closed call."""
        return ToolResult(
            call_id=self.call.id,
            tool=self.call.tool,
            state=self.state,
            text=self.result or "",
            untrusted=self.untrusted,
        )


class PastCall(Value):
    """A call, seen from outside its run.

    Attributes:
        run_id: Its run.
        call: What ran, or would have.
        root: The workspace folder of the run.
        at: When it was asked for; aware UTC.
        state: Where it stands.
        taint_holds: Whether the taint rule kept every grant from letting it through.
    """

    run_id: str
    call: ToolCall
    root: str
    at: datetime
    state: CallState
    taint_holds: bool


class StoredRound(Value):
    """One orchestrator turn and its calls.

    Attributes:
        round: Counted from 1.
        turn: The model's turn, with what its provider wants back.
        calls: In the model's order.
    """

    round: int
    turn: ModelTurn
    calls: tuple[StoredCall, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether a call lacks its result."""
        return any(call.state.is_open for call in self.calls)


class StoredRun(Value):
    """A run without its rounds.

    Attributes:
        id: The run.
        conversation_id: Its conversation.
        state: Where it stands.
        options: What it was begun with.
        request: The person's message.
        message_id: Its id.
        attachments: The files that go with it.
        opening: What every round's request begins with; None before round 1.
        summary: None until the loop has ended.
        handoff: None until it was built.
        partial_brain: Which brain's text ``partial_text`` is.
        partial_text: What has streamed of the turn under way.
        error: Why it failed.
        action: What the person can do.
        over_budget: Which budget the next model call would have gone past.
        fault: What kind of fault it failed of.
        needed_usd: What the run would have cost by that call.
        gather_ms: Milliseconds spent in the tool loop so far.
        left_out: How many of the oldest messages its requests leave out.
        left_out_summary: What stands in their place; empty where there is no summary of them.
        started_at: Aware UTC.
    """

    id: str
    conversation_id: str
    state: RunState
    options: RunOptions
    request: str
    message_id: str = ""
    attachments: tuple[Attachment, ...] = ()
    opening: ModelRequest | None = None
    summary: str | None = None
    handoff: tuple[HandoffMessage, ...] | None = None
    partial_brain: Brain | None = None
    partial_text: str = ""
    error: str = ""
    action: str = ""
    over_budget: OverBudget = ""
    fault: RunFault = ""
    needed_usd: float = 0.0
    gather_ms: int = 0
    left_out: int = 0
    left_out_summary: str = ""
    started_at: datetime
