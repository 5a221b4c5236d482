"""Whether a grant covers a call: exactly what it says, and nothing beside. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath
from typing import assert_never

from desktop.engine.gate import (
    Grant,
    Scope,
    ScopeCommand,
    ScopeExact,
    ScopeFolder,
    ScopeHost,
    ScopeTool,
    Subject,
    ToolFacts,
)
from desktop.engine.messages import JsonObject, canonical


@dataclass(frozen=True, slots=True)
class Reach:
    """What the arguments of a call lead to, where that can be told; an argument left out matches no grant.

    Attributes:
        workspace: The workspace folder, symbolic links followed.
        paths: Where path arguments lead, symbolic links followed: absolute, beneath the workspace folder.
        commands: The words of command arguments that are simple commands.
        hosts: The hosts of address arguments: ASCII, lower case, with the port where it is not the usual one.
    """

    workspace: str = ""
    paths: Mapping[str, str] = field(default_factory=dict)
    commands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hosts: Mapping[str, str] = field(default_factory=dict)


def covers(scope: Scope, facts: ToolFacts, arguments: JsonObject, reach: Reach) -> bool:
    """Whether a scope covers a call.

    A scope drawn around one argument covers no call that has a second argument of any such kind: nothing was said
    about that one.

    Args:
        scope: Of a grant for this very tool.
        facts: The tool.
        arguments: Validated, canonical arguments.
        reach: What they lead to.
    """
    match scope:
        case ScopeExact():
            return canonical(scope.arguments) == canonical(arguments)
        case ScopeFolder():
            path = reach.paths.get(scope.argument)
            if path is None or _the_subject(facts, arguments) != (scope.argument, "path"):
                return False
            folder = PurePath(scope.folder)
            return folder.is_absolute() and ".." not in folder.parts and PurePath(path).is_relative_to(folder)
        case ScopeCommand():
            found = _the_subject(facts, arguments)
            if found is None or found[1] != "command" or (words := reach.commands.get(found[0])) is None:
                return False
            return bool(scope.words) and words[: len(scope.words) if scope.more else None] == scope.words
        case ScopeHost():
            if _the_subject(facts, arguments) != (scope.argument, "address"):
                return False
            return bool(scope.host) and reach.hosts.get(scope.argument) == scope.host
        case ScopeTool():
            return True
        case _:
            assert_never(scope)


def _the_subject(facts: ToolFacts, arguments: JsonObject) -> tuple[str, Subject] | None:
    """The one argument that a scope can be drawn around; None where there is none, or more than one."""
    found = [(name, subject) for name, subject in facts.subjects.items() if name in arguments]
    return found[0] if len(found) == 1 else None


def workspace_of(scope: Scope, facts: ToolFacts, reach: Reach) -> str | None:
    """The workspace folder that a grant of this scope is bound to; None where the scope means the same everywhere.

    Args:
        scope: What is granted.
        facts: The tool.
        reach: Of the call it is granted at.
    """
    local = isinstance(scope, ScopeCommand) or (
        isinstance(scope, ScopeExact) and not {"path", "command"}.isdisjoint(facts.subjects.values())
    )
    return reach.workspace if local else None


def is_live(grant: Grant, now: datetime) -> bool:
    """Whether a grant still holds: not revoked, not past its time, not used up."""
    in_time = grant.expires_at is None or now < grant.expires_at
    return grant.revoked_at is None and in_time and (grant.uses_left is None or grant.uses_left > 0)


def grant_for(
    grants: Iterable[Grant],
    facts: ToolFacts,
    arguments: JsonObject,
    reach: Reach,
    *,
    conversation_id: str,
    now: datetime,
) -> Grant | None:
    """The grant that lets a call through.

    Args:
        grants: All there are.
        facts: The tool as it is now: a grant made for another declaration of it is void.
        arguments: Validated, canonical arguments.
        reach: What they lead to.
        conversation_id: Where the call is made.
        now: Aware.

    Returns:
        One without a number of uses before one with; None where no grant covers the call.
    """
    fitting = [
        grant
        for grant in grants
        if grant.tool == facts.name
        and grant.definition == facts.definition
        and grant.conversation_id in (None, conversation_id)
        and grant.workspace in (None, reach.workspace)
        and is_live(grant, now)
        and covers(grant.scope, facts, arguments, reach)
    ]
    return min(fitting, key=lambda grant: (grant.uses_left is not None, grant.created_at), default=None)


def used(grant: Grant, now: datetime) -> Grant:
    """The grant after it let one more call through."""
    return grant.model_copy(
        update={
            "uses_left": None if grant.uses_left is None else grant.uses_left - 1,
            "use_count": grant.use_count + 1,
            "last_used_at": now,
        }
    )
