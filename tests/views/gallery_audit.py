"""Pictures of the audit view: ``python -m tests.views.gallery_audit OUTDIR``."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from PySide6.QtWidgets import QWidget

from desktop.engine.audit import AuditEntry, AuditPage, AuditReport
from desktop.engine.messages import CallState
from desktop.views.audit_view import AuditView
from tests.views.drawing import main

_AT = datetime(2026, 11, 30, 13, 4, 5, 250_000, tzinfo=UTC)
_TEXT = "# Launch\n\nThe launch moves to the 14th.\nEvil is here: \u202emoc.elpmaxe\u202c and\u200bthere.\n" * 3
_CALLS: tuple[tuple[str, dict[str, object], CallState, str, dict[str, object] | None], ...] = (
    ("write_file", {"path": "launch.md", "content": _TEXT}, CallState.DONE, "person", {"kind": "allow_once"}),
    (
        "run_command",
        {"command": "rm -rf build"},
        CallState.DENIED,
        "person",
        {"kind": "deny", "reason": "Not that one."},
    ),
    ("fetch_page", {"url": "https://example.org/launch"}, CallState.DONE, "grant", None),
    ("read_file", {"path": "a/very/long/way/down/to/the/guide/of/the/launch.md"}, CallState.DONE, "policy", None),
    ("save_note", {"title": "Launch", "text": "14th"}, CallState.BLOCKED, "policy", None),
    ("run_command", {"command": "make guide"}, CallState.UNKNOWN, "person", {"kind": "allow_once"}),
    ("calculate", {"expression": "14 / 0"}, CallState.FAILED, "policy", None),
    ("edit_file", {"path": "plan.md", "old": "12th", "new": "14th"}, CallState.WAITING, "", None),
    ("list_directory", {"path": "."}, CallState.RUNNING, "policy", None),
    ("search_files", {"query": "launch", "path": "notes"}, CallState.CANCELLED, "", None),
)


def entry(number: int) -> AuditEntry:
    """A row; the same for the same number."""
    tool, arguments, state, decider, decision = _CALLS[number % len(_CALLS)]
    if number % 17 == 13:
        return grant_entry(number)
    at = _AT + timedelta(seconds=37 * number)
    ran = state in (CallState.DONE, CallState.FAILED, CallState.UNKNOWN)
    rulings = {"policy": "allow", "grant": "allow"}
    return AuditEntry.model_validate(
        {
            "number": number,
            "at": at,
            "step": "requested" if state is CallState.WAITING else "started" if state.is_open else "finished",
            "run_id": f"r_0abc{number:012}",
            "conversation_id": "c_0abc123def456ghjk",
            "call_id": f"call_{number}",
            "round": 1 + number % 3,
            "model": "gemini-3.8-flash",
            "tool": tool,
            "arguments": json.dumps(arguments, sort_keys=True, separators=(",", ":")),
            "ruling": "block" if state is CallState.BLOCKED else rulings.get(decider, "ask"),
            "decision": json.dumps(decision) if decision else None,
            "decided_by": decider,
            "grant_id": "g_0abc123def456ghjk" if decider == "grant" else None,
            "state": state,
            "requested_at": at - timedelta(seconds=9),
            "decided_at": at - timedelta(seconds=2) if decider else None,
            "started_at": at - timedelta(seconds=1) if ran or state is CallState.RUNNING else None,
            "finished_at": None if state.is_open else at,
            "duration_ms": 12 + 321 * (number % 7) if ran else None,
            "keyed": True,
        }
    )


def grant_entry(number: int) -> AuditEntry:
    """A row of a grant; the same for the same number."""
    step, decider = (("granted", "person"), ("used_up", "grant"), ("revoked", "person"))[number // 17 % 3]
    covers = {
        "words": "write_file anywhere under /home/ada/Documents/Cortex",
        "scope": {"kind": "folder", "argument": "path", "folder": "/home/ada/Documents/Cortex"},
        "workspace": None,
        "uses": 5,
        "expires_at": "2027-02-01T00:00:00+00:00",
    }
    return AuditEntry.model_validate(
        {
            "number": number,
            "at": _AT + timedelta(seconds=37 * number),
            "step": step,
            "run_id": "",
            "conversation_id": "c_0abc123def456ghjk" if number % 2 else "",
            "call_id": "g_0abc123def456ghjk",
            "round": 0,
            "model": "",
            "tool": "write_file",
            "arguments": json.dumps(covers, sort_keys=True, separators=(",", ":")),
            "ruling": "",
            "decided_by": decider,
            "grant_id": "g_0abc123def456ghjk",
            "keyed": True,
        }
    )


def page(total: int, offset: int = 0, limit: int = 200) -> AuditPage:
    """A page of a log of so many rows."""
    numbers = range(total - offset, max(0, total - offset - limit), -1)
    entries = tuple(entry(number) for number in numbers)
    grants = sum(number % 17 == 13 for number in range(1, total + 1))
    return AuditPage(entries=entries, offset=offset, total=total, grants=grants, up_to=total)


def serve(view: AuditView, total: int) -> None:
    """Give the view whatever rows it wants."""
    view.rows_wanted.connect(lambda wanted, offset: view.show_page(wanted, page(total, offset)))
    view.show_tools(sorted({call[0] for call in _CALLS}))
    view.refresh()


def dialog(total: int = 100_000, chosen: int = 0, *, every_step: bool = False) -> Callable[[], AuditView]:
    def make() -> AuditView:
        view = AuditView()
        view.filters.every_step.setChecked(every_step)
        serve(view, total)
        if total:
            view.table.selectRow(chosen)
        return view

    return make


def reported(report: AuditReport) -> Callable[[], AuditView]:
    def make() -> AuditView:
        view = dialog(chosen=5)()
        view.show_report(report)
        return view

    return make


def filtered_to_nothing() -> AuditView:
    view = AuditView()
    view.filters.search.setText("nothing of the kind")
    view.refresh()
    view.show_page(view.filters.wanted, AuditPage(entries=(), offset=0, total=0, up_to=9))
    return view


def narrow() -> AuditView:
    view = dialog(chosen=9)()
    view.show_conversation("c_0abc123def456ghjk")
    view.resize(980, 520)
    return view


_UNPROVEN = (
    "Rows 99,990 to 100,000 are younger than what the keyring holds: the program is still at work, or ended before it "
    "could note them there. Whether more rows followed them cannot be seen.",
)
_BAD = "Row 73,412 is not as it was written, or a row before it was put in, taken out or exchanged."
SCENES: dict[str, Callable[[], QWidget]] = {
    "audit": dialog(),
    "audit-long": dialog(chosen=0, total=100_010 - 10),
    "audit-denied": dialog(chosen=9),
    "audit-grant": dialog(chosen=10),
    "audit-steps": dialog(every_step=True, chosen=3),
    "audit-empty": dialog(0),
    "audit-nothing": filtered_to_nothing,
    "audit-narrow": narrow,
    "audit-intact": reported(AuditReport(ok=True, rows=100_000, checked=100_000)),
    "audit-unproven": reported(AuditReport(ok=True, rows=100_000, checked=100_000, unproven=_UNPROVEN)),
    "audit-tampered": reported(
        AuditReport(ok=False, rows=100_000, checked=73_411, first_bad=73_412, problem=_BAD),
    ),
}


if __name__ == "__main__":
    main(SCENES)
