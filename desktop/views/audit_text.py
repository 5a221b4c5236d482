"""How the rows of the audit log read. Pure functions."""

import json
from datetime import datetime

from desktop.engine.audit import AuditEntry
from desktop.engine.messages import JsonObject, utc_now
from desktop.views.call_text import arguments_text, telling_argument
from desktop.views.grant_words import scope_words
from desktop.views.literal_text import literal, one_line
from desktop.views.message_details import duration_text

STEPS = {
    "requested": "Requested",
    "edited": "Arguments changed",
    "judged_again": "Judged again",
    "decided": "Decided",
    "started": "Started",
    "put_back": "Put back",
    "stopped": "Stopped by you",
    "finished": "Finished",
}
DECIDERS = {"policy": "Policy", "grant": "Grant", "person": "You", "": "Nobody yet"}
_DECISIONS = {
    "allow_once": "Allowed once",
    "allow_conversation": "Allowed for the conversation",
    "allow_always": "Always allowed",
    "deny": "Denied",
}
_RULINGS = {"allow": "Allowed by policy", "ask": "Asked you", "block": "Blocked by policy"}


def moment_text(moment: datetime | None) -> str:
    """A moment on this machine's clock, to the millisecond; empty for none."""
    if moment is None:
        return ""
    local = moment.astimezone()
    return f"{local:%Y-%m-%d %H:%M:%S}.{local.microsecond // 1000:03d}"


def short_moment(moment: datetime) -> str:
    """A moment in short: day and time; of another year that too, and no seconds."""
    local = moment.astimezone()
    return f"{local:%d %b %H:%M:%S}" if local.year == utc_now().astimezone().year else f"{local:%d %b %Y %H:%M}"


def decider_text(entry: AuditEntry) -> str:
    """Who decided; a dash where a call ended before anybody did."""
    return DECIDERS[entry.decided_by] if entry.decided_by or entry.state.is_open else "—"


def took_text(entry: AuditEntry) -> str:
    """How long a call ran; empty where it did not."""
    return duration_text(entry.duration_ms) if entry.duration_ms is not None and entry.started_at is not None else ""


def short_arguments(entry: AuditEntry) -> str:
    """What tells the call apart from others of its tool, in a line."""
    arguments = _arguments(entry)
    return one_line(entry.arguments) if arguments is None else telling_argument(arguments)


def whole_arguments(entry: AuditEntry) -> str:
    """All arguments in full; damaged ones as they are."""
    arguments = _arguments(entry)
    return entry.arguments if arguments is None else arguments_text(arguments)


def facts_of(entry: AuditEntry) -> list[tuple[str, str]]:
    """What is known of a row but its arguments: label and value, literal, empty ones left out."""
    facts = [
        ("Step", STEPS[entry.step]),
        ("Ruling", _RULINGS.get(entry.ruling, entry.ruling)),
        *_decision_facts(entry),
        ("Requested", moment_text(entry.requested_at)),
        ("Decided", moment_text(entry.decided_at)),
        ("Started", moment_text(entry.started_at)),
        ("Finished", moment_text(entry.finished_at)),
        ("Took", took_text(entry)),
        ("Model", entry.model),
        ("Round", str(entry.round)),
        ("Conversation", entry.conversation_id),
        ("Run", entry.run_id),
        ("Call", entry.call_id),
        ("Row", f"{entry.number:,}"),
        ("Chained", "with the key" if entry.keyed else "without a key"),
    ]
    return [(label, literal(text)) for label, text in facts if text]


def _decision_facts(entry: AuditEntry) -> list[tuple[str, str]]:
    if entry.decision is None:
        grant = [("Grant", entry.grant_id)] if entry.grant_id else []
        return [("Decided by", decider_text(entry)), *grant]
    try:
        decision = json.loads(entry.decision)
        words = _DECISIONS.get(str(decision["kind"]), entry.decision)
    except (ValueError, TypeError, KeyError):
        return [("Decision", entry.decision)]
    facts = [("Decided by", decider_text(entry)), ("Decision", words)]
    if decision.get("reason"):
        facts.append(("Reason", str(decision["reason"])))
    if decision.get("scope"):
        facts.append(("Scope", scope_words(entry.tool, decision["scope"])))
    return facts


def _arguments(entry: AuditEntry) -> JsonObject | None:
    try:
        arguments = json.loads(entry.arguments)
    except ValueError:
        return None
    return arguments if isinstance(arguments, dict) else None
