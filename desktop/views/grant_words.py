"""What a grant covers and how long, in words. Pure functions."""

import json
from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import JsonValue, TypeAdapter, ValidationError

from desktop.engine.commands import shown_command
from desktop.engine.gate import Grant, Scope, ScopeCommand, ScopeExact, ScopeFolder, ScopeHost, ScopeTool
from desktop.views.literal_text import one_line_both_ends

Until = Literal["hour", "today", "month", "no_end"]
"""How long a grant holds."""

UNTIL_WORDS: dict[Until, str] = {"hour": "1 hour", "today": "Today", "month": "30 days", "no_end": "No end"}
_WITHIN: dict[Until, str] = {"hour": "for 1 hour", "today": "today", "month": "for 30 days", "no_end": ""}
_SCOPE: TypeAdapter[Scope] = TypeAdapter(Scope)
_WORDS = 160
"""Most characters of a scope on a button."""


def expiry_of(until: Until, now: datetime) -> datetime | None:
    """When a grant ends.

    Args:
        until: How long it holds.
        now: Aware; its zone is the person's, for the end of the day.

    Returns:
        Aware UTC; None for no end.
    """
    match until:
        case "hour":
            return (now + timedelta(hours=1)).astimezone(UTC)
        case "today":
            tomorrow = (now + timedelta(days=1)).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
            zone = now.tzinfo
            return tomorrow.replace(tzinfo=zone).astimezone(UTC)
        case "month":
            return (now + timedelta(days=30)).astimezone(UTC)
        case "no_end":
            return None


def always_words(scope: str, uses: int | None, until: Until) -> str:
    """What the button of a lasting grant says.

    Args:
        scope: The scope in words; foreign.
        uses: How often it may be used; None for any number.
        until: How long it holds.

    Returns:
        One line: "Allow 5 more times for 1 hour: run_command git status".
    """
    times = f"{uses:,} more time{'' if uses == 1 else 's'}" if uses is not None else ""
    limits = " ".join(part for part in (times, _WITHIN[until]) if part)
    head = f"Allow {limits}" if limits else "Always allow"
    return f"{head}: {one_line_both_ends(scope, _WORDS)}"


def conversation_words(scope: str) -> str:
    """What the button of a grant for a conversation says."""
    return f"Allow in this conversation: {one_line_both_ends(scope, _WORDS)}"


def scope_words(tool: str, scope: JsonValue) -> str:
    """A stored scope, as the dialog put it when it was granted.

    Args:
        tool: The tool's name.
        scope: As it stands in a stored decision; foreign, of any shape.

    Returns:
        Words, not yet literal; the JSON itself for a scope of no known kind.
    """
    try:
        known = _SCOPE.validate_python(scope)
    except ValidationError:
        return json.dumps(scope, ensure_ascii=False)
    match known:
        case ScopeExact():
            return f"{tool} with exactly these arguments: {json.dumps(known.arguments, ensure_ascii=False)}"
        case ScopeFolder():
            return f"{tool} anywhere under {known.folder}"
        case ScopeCommand():
            command = shown_command(known.words)
            return f"{tool} beginning with `{command}`" if known.more else f"{tool} `{command}` and nothing else"
        case ScopeHost():
            return f"{tool} on {known.host}"
        case ScopeTool():
            return f"{tool} with whatever arguments"


def rehearsal_words(count: int) -> str:
    """What a scope would have let through."""
    if count == 0:
        return "Would have let through none of your past calls"
    return f"Would have let through {count:,} past call{'' if count == 1 else 's'}"


def moment_words(moment: datetime, now: datetime) -> str:
    """A moment on the person's clock: ``14:02`` today, else ``12 Nov 2026, 14:02``."""
    local = moment.astimezone(now.tzinfo)
    time = f"{local:%H:%M}"
    return f"today {time}" if local.date() == now.date() else f"{local.day} {local:%b %Y}, {time}"


def grant_facts(grant: Grant, now: datetime) -> str:
    """Where a grant holds, since when, how often it was used, and when it ends.

    Args:
        grant: The grant.
        now: Aware, in the person's zone.
    """
    parts = ["In one conversation" if grant.conversation_id is not None else "Always"]
    parts.append(f"since {moment_words(grant.created_at, now)}")
    if grant.use_count:
        used = f"used {grant.use_count:,} time{'' if grant.use_count == 1 else 's'}"
        last = f", last {moment_words(grant.last_used_at, now)}" if grant.last_used_at is not None else ""
        parts.append(used + last)
    else:
        parts.append("not used yet")
    if grant.uses_left is not None:
        parts.append(f"{grant.uses_left:,} use{'' if grant.uses_left == 1 else 's'} left")
    if grant.expires_at is not None:
        verb = "ended" if grant.expires_at <= now else "until"
        parts.append(f"{verb} {moment_words(grant.expires_at, now)}")
    return " · ".join(parts)


def holds(grant: Grant, now: datetime) -> bool:
    """Whether a grant can still let a call through."""
    ended = grant.expires_at is not None and grant.expires_at <= now
    return not ended and grant.uses_left != 0 and grant.revoked_at is None
