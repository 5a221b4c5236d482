"""The gate: whether a tool call may run, must wait for the person, or is blocked. Pure functions on values."""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from desktop.engine.messages import JsonObject, Value, canonical


class Effect(StrEnum):
    """What running a tool can do to the person."""

    READS_PRIVATE = "reads_private"
    """Files, notes, history."""
    READS_UNTRUSTED = "reads_untrusted"
    """Its result can carry somebody else's words."""
    WRITES_LOCAL = "writes_local"
    DELETES = "deletes"
    SENDS = "sends"
    """Anything that leaves the machine, a GET to a chosen address included."""
    EXECUTES = "executes"


SIDE_EFFECTS = frozenset({Effect.WRITES_LOCAL, Effect.DELETES, Effect.SENDS, Effect.EXECUTES})
UNDECLARED = frozenset({Effect.READS_UNTRUSTED, Effect.SENDS, Effect.WRITES_LOCAL})
"""What a tool that declares nothing counts as."""


class Policy(StrEnum):
    """The person's standing word on a tool."""

    ALLOW = "allow"
    ASK = "ask"
    BLOCK = "block"


class Access(StrEnum):
    """Who may use a tool; admin includes user."""

    USER = "user"
    ADMIN = "admin"


def has_side_effects(effects: frozenset[Effect]) -> bool:
    """Whether a call with these effects changes or sends anything."""
    return bool(effects & SIDE_EFFECTS)


def default_policy(effects: frozenset[Effect]) -> Policy:
    """The policy of a tool the person said nothing about: read-only and local is allowed, all else asks."""
    return Policy.ASK if has_side_effects(effects) else Policy.ALLOW


class Verdict(Value):
    """What the gate ruled on one call; stored, and never computed again.

    Attributes:
        ruling: allow, ask or block.
        reasons: Sentences that say why, for the dialog (ask) or the model (block).
    """

    ruling: Policy
    reasons: tuple[str, ...] = ()


class AllowOnce(Value):
    """The person allows this call, with these arguments, once."""

    kind: Literal["allow_once"] = "allow_once"


class Deny(Value):
    """The person denies this call.

    Attributes:
        reason: Words for the model; empty where the person gave none.
    """

    kind: Literal["deny"] = "deny"
    reason: str = ""


Decision = Annotated[AllowOnce | Deny, Field(discriminator="kind")]


class CardField(Value):
    """One line of a card: what the arguments really are.

    Attributes:
        label: "Path", "Command" …
        text: The whole text, literal.
        style: ``plain``; ``code`` for fixed pitch; ``diff`` for a unified diff; ``command`` for a command line.
    """

    label: str
    text: str
    style: Literal["plain", "code", "diff", "command"] = "plain"


class Card(Value):
    """How a tool describes one of its calls to the person, made from the real arguments only.

    Attributes:
        effect: One line: "Writes notes.md in /home/ada/Documents/Cortex".
        fields: The arguments in full.
    """

    effect: str
    fields: tuple[CardField, ...] = ()


class ToolFacts(Value):
    """What the gate knows of a tool.

    Attributes:
        name: The tool's exact name.
        effects: What it can do.
        definition: Hash of its declaration: a changed tool voids decisions made for the old one.
    """

    name: str
    effects: frozenset[Effect]
    definition: str


_EFFECT_WORDS: Mapping[Effect, str] = {
    Effect.READS_PRIVATE: "reads your files, notes or history",
    Effect.READS_UNTRUSTED: "reads words that somebody else wrote",
    Effect.WRITES_LOCAL: "changes files on this machine",
    Effect.DELETES: "deletes",
    Effect.SENDS: "sends data out of this machine",
    Effect.EXECUTES: "runs a program",
}


def judge(facts: ToolFacts, policies: Mapping[str, Policy]) -> Verdict:
    """Rule on a call of a tool.

    Args:
        facts: The tool.
        policies: The person's policy by exact tool name; a missing one falls to the default of the effects.

    Returns:
        The verdict. Block wins over all; ask always asks.
    """
    chosen = policies.get(facts.name)
    policy = chosen if chosen is not None else default_policy(facts.effects)
    match policy:
        case Policy.ALLOW:
            return Verdict(ruling=Policy.ALLOW)
        case Policy.BLOCK:
            return Verdict(ruling=Policy.BLOCK, reasons=(f"The person's policy blocks the tool {facts.name!r}.",))
        case Policy.ASK:
            words = [_EFFECT_WORDS[effect] for effect in Effect if effect in facts.effects & SIDE_EFFECTS]
            why = "Your policy for this tool is to ask." if chosen is not None else "By default this tool asks."
            return Verdict(ruling=Policy.ASK, reasons=(why, *(f"It {word}." for word in words)))


def binding(run_id: str, call_id: str, facts: ToolFacts, arguments: JsonObject) -> str:
    """The hash a decision is bound to: it holds for this call of this tool with these arguments, and no other.

    Args:
        run_id: The run.
        call_id: The call.
        facts: The tool as it is now.
        arguments: Validated, canonical arguments.

    Returns:
        64 hexadecimal digits (SHA-256).
    """
    text = "\x00".join((run_id, call_id, facts.name, facts.definition, canonical(arguments)))
    return hashlib.sha256(text.encode()).hexdigest()
