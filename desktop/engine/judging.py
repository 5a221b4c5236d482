"""The rule of the gate: allow, ask or block. Pure: everything it looks at is handed to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from desktop.engine.gate import (
    SIDE_EFFECTS,
    Effect,
    Grant,
    Policy,
    ToolFacts,
    Verdict,
    default_policy,
    has_side_effects,
)
from desktop.engine.grants import Reach, grant_for
from desktop.engine.messages import JsonObject, utc_now
from desktop.engine.provenance import Words
from desktop.engine.taint import Taint, held_because, taint_in_words

EFFECT_WORDS: Mapping[Effect, str] = {
    Effect.READS_PRIVATE: "reads your files, notes or history",
    Effect.READS_UNTRUSTED: "reads words that somebody else wrote",
    Effect.WRITES_LOCAL: "changes files on this machine",
    Effect.DELETES: "deletes",
    Effect.SENDS: "sends data out of this machine",
    Effect.EXECUTES: "runs a program",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand when a call is judged.

    Attributes:
        run_id: The run.
        conversation_id: Its conversation.
        root: The workspace folder, absolute.
        policies: The person's policy by exact tool name; a missing one falls to the default of the effects.
        grants: The person's remembered decisions.
        taint: What the run and its conversation have read.
        words: The person's own words.
        now: Aware.
    """

    run_id: str = ""
    conversation_id: str = ""
    root: str = ""
    policies: Mapping[str, Policy] = field(default_factory=dict)
    grants: Sequence[Grant] = ()
    taint: Taint = Taint()  # noqa: RUF009 - a frozen value
    words: Words = Words(())  # noqa: RUF009 - never changes
    now: datetime = field(default_factory=utc_now)

    def with_grants(self, grants: Sequence[Grant]) -> "Standing":
        """The same with other grants."""
        return replace(self, grants=grants)


def judge(facts: ToolFacts, arguments: JsonObject, standing: Standing, reach: Reach = Reach()) -> Verdict:  # noqa: B008
    """Rule on a call.

    Args:
        facts: The tool.
        arguments: Validated, canonical arguments.
        standing: Policies, grants, and what the run has read.
        reach: What the arguments lead to.

    Returns:
        The verdict. Block wins over all. An allow that the person set stands. Only where the policy asks, whether by
        default or by the person's choice, a grant may turn ask into allow, and never past the taint rule.
    """
    chosen = standing.policies.get(facts.name)
    tainted_by = standing.taint.sources if has_side_effects(facts.effects) else ()
    why_held = None
    if tainted_by:
        why_held = held_because(facts, arguments, standing.taint, standing.words, standing.root)
    about_taint = {"tainted_by": tainted_by, "taint_holds": why_held is not None}
    match chosen if chosen is not None else default_policy(facts.effects):
        case Policy.BLOCK:
            return Verdict(ruling=Policy.BLOCK, reasons=(f"The person's policy blocks the tool {facts.name!r}.",))
        case Policy.ALLOW:
            return Verdict(ruling=Policy.ALLOW, **about_taint)
        case Policy.ASK:
            grant = grant_for(
                standing.grants,
                facts,
                arguments,
                reach,
                conversation_id=standing.conversation_id,
                now=standing.now,
            )
            if grant is not None and why_held is None:
                reasons: tuple[str, ...] = (f"You granted it: {grant.words}.",)
                return Verdict(ruling=Policy.ALLOW, reasons=reasons, grant_id=grant.id, **about_taint)
            reasons = _why_it_asks(facts, by_choice=chosen is not None)
            if tainted_by:
                reasons += (f"{taint_in_words(standing.taint, standing.run_id)}.",)
            if grant is not None:
                reasons += (f"After that your grant does not suffice ({grant.words}): {why_held}.",)
            return Verdict(ruling=Policy.ASK, reasons=reasons, **about_taint)


def _why_it_asks(facts: ToolFacts, *, by_choice: bool) -> tuple[str, ...]:
    words = [EFFECT_WORDS[effect] for effect in Effect if effect in facts.effects & SIDE_EFFECTS]
    why = "Your policy for this tool is to ask." if by_choice else "By default this tool asks."
    return (why, *(f"It {word}." for word in words))
