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
    "granted": "Granted",
    "used_up": "Used up",
    "revoked": "Revoked",
}
DECIDERS = {"policy": "Policy", "grant": "Grant", "person": "You", "": "Nobody yet"}
GRANT_ICONS = {"granted": ("check", "accent"), "used_up": ("stop", "muted"), "revoked": ("block", "muted")}
"""For what becomes of a grant: an icon and the theme's colour it is drawn in."""
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
    is_open = entry.state is not None and entry.state.is_open
    return DECIDERS[entry.decided_by] if entry.decided_by or is_open else "—"


def state_text(entry: AuditEntry) -> str:
    """Where the call stands, or what became of the grant."""
    return entry.state.value if entry.state is not None else STEPS[entry.step].lower()


def kinds_text(calls: int, grants: int) -> str:
    """How many calls and grants there are: ``2 calls, 1 grant``."""
    parts = [f"{calls:,} call{'' if calls == 1 else 's'}"] if calls or not grants else []
    if grants:
        parts.append(f"{grants:,} grant{'' if grants == 1 else 's'}")
    return ", ".join(parts)


def took_text(entry: AuditEntry) -> str:
    """How long a call ran; empty where it did not."""
    return duration_text(entry.duration_ms) if entry.duration_ms is not None and entry.started_at is not None else ""


def short_arguments(entry: AuditEntry) -> str:
    """What tells the call apart from others of its tool, or what the grant covers, in a line."""
    arguments = _arguments(entry)
    if entry.kind == "grant" and arguments is not None:
        return one_line(_grant_words(arguments))
    return one_line(entry.arguments) if arguments is None else telling_argument(arguments)


def whole_arguments(entry: AuditEntry) -> str:
    """All arguments in full, or what the grant covers; damaged ones as they are."""
    arguments = _arguments(entry)
    if entry.kind == "grant" and arguments is not None:
        return _grant_words(arguments)
    return entry.arguments if arguments is None else arguments_text(arguments)


def facts_of(entry: AuditEntry) -> list[tuple[str, str]]:
    """What is known of a row but its arguments: label and value, literal, empty ones left out."""
    facts = _grant_facts(entry) if entry.kind == "grant" else _call_facts(entry)
    facts += [
        ("Row", f"{entry.number:,}"),
        ("Chained", "with the key" if entry.keyed else "without a key"),
    ]
    return [(label, literal(text)) for label, text in facts if text]


def _call_facts(entry: AuditEntry) -> list[tuple[str, str]]:
    return [
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
    ]


_WHEN = {"granted": "Granted", "used_up": "Used up", "revoked": "Revoked"}
_BY = {"granted": "Granted by", "used_up": "Used up by", "revoked": "Revoked by"}


def _grant_facts(entry: AuditEntry) -> list[tuple[str, str]]:
    covers = _arguments(entry) or {}
    uses, until = covers.get("uses"), covers.get("expires_at")
    return [
        ("Step", STEPS[entry.step]),
        (_BY[entry.step], "Its last use" if entry.step == "used_up" else decider_text(entry)),
        (_WHEN[entry.step], moment_text(entry.at)),
        ("Holds", "In one conversation" if entry.conversation_id else "In every conversation"),
        ("Uses", f"{uses:,}" if isinstance(uses, int) else "Any number"),
        ("Until", _until_text(until)),
        ("Folder", str(covers.get("workspace") or "")),
        ("Conversation", entry.conversation_id),
        ("Grant", entry.call_id),
    ]


def _until_text(until: object) -> str:
    if not isinstance(until, str):
        return "No end"
    try:
        return moment_text(datetime.fromisoformat(until))
    except ValueError:
        return until


def _grant_words(covers: JsonObject) -> str:
    """A grant's scope as the person chose it; damaged ones as they are."""
    words = covers.get("words")
    return words if isinstance(words, str) else json.dumps(covers, ensure_ascii=False)


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
