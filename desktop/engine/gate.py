"""The values of the gate: effects, policies, verdicts, scopes, decisions, grants. ``judging`` holds the rule."""

import hashlib
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

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


class ScopeExact(Value):
    """A grant for the very same arguments."""

    kind: Literal["exact"] = "exact"
    arguments: JsonObject


class ScopeFolder(Value):
    """A grant for one path argument anywhere under a folder.

    Attributes:
        argument: The argument's name.
        folder: Absolute; whole path components count, so ``/a/b`` does not hold ``/a/bc``.
    """

    kind: Literal["folder"] = "folder"
    argument: str
    folder: str


class ScopeCommand(Value):
    """A grant for a parsed command. Chained, piped, redirected or substituted commands never match.

    Attributes:
        words: The command's words, or its first ones.
        more: Whether further words may follow.
    """

    kind: Literal["command"] = "command"
    words: tuple[str, ...]
    more: bool = False


class ScopeHost(Value):
    """A grant for one host of an address.

    Attributes:
        argument: The argument that holds the address.
        host: In ASCII, lower case, exact; subdomains do not count.
    """

    kind: Literal["host"] = "host"
    argument: str
    host: str


class ScopeTool(Value):
    """A grant for a tool with whatever arguments."""

    kind: Literal["tool"] = "tool"


Scope = Annotated[ScopeExact | ScopeFolder | ScopeCommand | ScopeHost | ScopeTool, Field(discriminator="kind")]


class ScopeChoice(Value):
    """A scope that the person can choose for a grant, put in words by the engine.

    Attributes:
        scope: What would be granted.
        words: In words: "write_file anywhere under /home/ada/notes".
        rehearsal: The past calls it would have let through, newest first, one line each, at most 20.
        rehearsal_count: How many there are in all.
    """

    scope: Scope
    words: str
    rehearsal: tuple[str, ...] = ()
    rehearsal_count: int = 0


class AllowOnce(Value):
    """The person allows this call, with these arguments, once."""

    kind: Literal["allow_once"] = "allow_once"


class AllowForConversation(Value):
    """The person allows this call, and grants a scope until the conversation ends.

    Attributes:
        scope: What is granted; it covers this call.
    """

    kind: Literal["allow_conversation"] = "allow_conversation"
    scope: Scope


class AllowAlways(Value):
    """The person allows this call, and grants a scope beyond this conversation.

    Attributes:
        scope: What is granted; it covers this call.
        uses: How often it may be used, this call not counted; None for any number.
        expires_at: Aware UTC; None for no end.
    """

    kind: Literal["allow_always"] = "allow_always"
    scope: Scope
    uses: int | None = Field(default=None, ge=1)
    expires_at: AwareDatetime | None = None


class Deny(Value):
    """The person denies this call.

    Attributes:
        reason: Words for the model; empty where the person gave none.
    """

    kind: Literal["deny"] = "deny"
    reason: str = ""


Decision = Annotated[AllowOnce | AllowForConversation | AllowAlways | Deny, Field(discriminator="kind")]


class Grant(Value):
    """A remembered decision: it turns ask into allow, never past a block, never past the taint rule.

    Attributes:
        id: Unique in the store.
        tool: Exact name.
        definition: Hash of the tool's declaration at that time; a changed tool voids the grant.
        scope: What it covers.
        words: The scope in words, as the person saw it.
        conversation_id: The conversation it ends with; None for one that outlives conversations.
        workspace: The folder it holds in: commands and relative paths mean something else elsewhere. None: any.
        uses_left: None for any number.
        expires_at: Aware UTC; None for no end.
        created_at: Aware UTC.
        last_used_at: None while it was not used.
        use_count: How often it let a call through.
        revoked_at: None while it holds.
    """

    id: str
    tool: str
    definition: str
    scope: Scope
    words: str
    conversation_id: str | None = None
    workspace: str | None = None
    uses_left: int | None = None
    expires_at: AwareDatetime | None = None
    created_at: AwareDatetime
    last_used_at: AwareDatetime | None = None
    use_count: int = 0
    revoked_at: AwareDatetime | None = None


class TaintSource(Value):
    """An untrusted result that entered the run or its conversation.

    Attributes:
        tool: The tool that brought it.
        subject: Its main argument, for the person: the address, the path.
        call_id: The call.
        run_id: Its run; another than this one where the conversation was tainted before.
    """

    tool: str
    subject: str
    call_id: str
    run_id: str


class Verdict(Value):
    """What the gate ruled on one call; stored, and never computed again.

    Attributes:
        ruling: allow, ask or block.
        reasons: Sentences that say why, for the dialog (ask) or the model (block).
        grant_id: The grant that turned ask into allow.
        tainted_by: What untrusted results the run and its conversation had; only for a call with side effects.
        taint_holds: Whether they keep every grant from letting this call through.
    """

    ruling: Policy
    reasons: tuple[str, ...] = ()
    grant_id: str | None = None
    tainted_by: tuple[TaintSource, ...] = ()
    taint_holds: bool = False


DecidedBy = Literal["", "policy", "grant", "person"]  # empty while nobody has
Subject = Literal["path", "command", "address"]  # what an argument stands for, where a tool says so


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
        subjects: What its arguments stand for, by name.
    """

    name: str
    effects: frozenset[Effect]
    definition: str
    subjects: dict[str, Subject] = Field(default_factory=dict)


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
