"""How the making and the end of a grant stand in the audit log."""

import contextlib
import json
import sqlite3

from desktop.engine.messages import canonical

_DECIDERS = {"granted": "person", "used_up": "grant", "revoked": "person"}
_KNOWN = "SELECT arguments FROM audit WHERE run_id = '' AND call_id = ? AND arguments IS NOT NULL ORDER BY number DESC"


def grant_columns(db: sqlite3.Connection, step: str, noted: str, at: str) -> dict[str, object]:
    """The columns of a grant's row that are its own.

    Args:
        db: Where the log is.
        step: granted, used_up or revoked.
        noted: The grant as it was then, as JSON: columns of its table, and ``uses``, how many are left.
        at: When, ISO 8601.
    """
    grant = json.loads(noted)
    with contextlib.suppress(ValueError, TypeError):  # a damaged one stays the text that it is
        grant["scope"] = json.loads(grant["scope"])
    covers = canonical({name: grant[name] for name in ("words", "scope", "workspace", "uses", "expires_at")})
    row = db.execute(f"{_KNOWN} LIMIT 1", (grant["id"],)).fetchone()
    is_known = row is not None and step != "granted"
    return {
        "run_id": "",
        "conversation_id": grant["conversation_id"] or "",
        "call_id": grant["id"],
        "round": 0,
        "model": "",
        "tool": grant["tool"],
        "arguments": None if is_known else covers.encode("utf-8", "backslashreplace").decode(),
        "ruling": "",
        "binding": grant["definition"],
        "decision": None,
        "decided_by": _DECIDERS[step],
        "grant_id": grant["id"],
        "state": "",
        "requested_at": None,
        "decided_at": at,
        "started_at": None,
        "finished_at": None,
        "duration_ms": None,
    }
