"""How a tool call reads in the panes. Pure functions."""

import json

from desktop.engine.messages import CallState, JsonObject
from desktop.engine.run_record import CallRecord
from desktop.views.literal_text import one_line

_TELLING = ("path", "command", "url", "query", "expression", "title", "timezone", "name", "file")

STATE_ICONS = {
    CallState.WAITING: ("clock", "warning"),
    CallState.RUNNING: ("running", "accent"),
    CallState.DONE: ("check", "success"),
    CallState.FAILED: ("cross", "danger"),
    CallState.DENIED: ("block", "muted"),
    CallState.BLOCKED: ("block", "danger"),
    CallState.CANCELLED: ("stop", "muted"),
    CallState.UNKNOWN: ("question", "warning"),
}
"""For each state: an icon and the theme's colour it is drawn in."""


def telling_argument(arguments: JsonObject) -> str:
    """The argument that tells calls of a tool apart, in short."""
    for key in (*_TELLING, *arguments):
        value = arguments.get(key)
        if isinstance(value, str) and value:
            return one_line(value)
    return one_line(json.dumps(arguments, ensure_ascii=False)) if arguments else ""


_ALLOWED = {"policy": "allowed by your policy", "grant": "allowed by what you remembered", "person": "allowed by you"}


def gate_words(call: CallRecord) -> str:
    """How a call came through the gate, and whether the person changed it; empty where neither is known."""
    parts = ["changed by you"] if call.edited else []
    if call.allowed_by:
        parts.append(_ALLOWED.get(call.allowed_by, f"allowed by {one_line(call.allowed_by, 40)}"))
    words = " · ".join(parts)
    return words[:1].upper() + words[1:]


def arguments_text(arguments: JsonObject) -> str:
    """All arguments in full: a line each, text of several lines below its name."""
    lines: list[str] = []
    for key, value in arguments.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
        lines.append(f"{key}:\n{text}" if "\n" in text else f"{key}: {text}")
    return "\n".join(lines) if lines else "(none)"
