"""Pictures of the gates: dialog, grants, waiting calls: ``python -m tests.views.gallery_gates OUTDIR``."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QPlainTextEdit, QRadioButton, QWidget

from desktop.engine.events import ConfirmationRequested
from desktop.engine.gate import (
    Card,
    CardField,
    Grant,
    ScopeChoice,
    ScopeCommand,
    ScopeExact,
    ScopeFolder,
    ScopeTool,
    TaintSource,
)
from desktop.engine.messages import CallState
from desktop.engine.run_record import CallRecord
from desktop.views.argument_editor import ArgumentEditor
from desktop.views.confirmation_dialog import ConfirmationDialog
from desktop.views.running_calls import CALM_MS
from desktop.views.tool_pane import ToolPane
from desktop.views.tools_page import ToolRow, ToolsDialog
from desktop.views.waiting_list import WaitingRow
from tests.views import gallery, gallery_panes
from tests.views.drawing import main

DIFF = """--- plan.md
+++ plan.md
@@ -1,5 +1,6 @@
 # Plan
-The launch is on the 12th.
+The launch is on the 14th.
+The guide is due two days before.
 Everything else stays as it was agreed on Monday, in the meeting with the printers and the people of the harbour.
-Ship it.
+Ship it!
 — Ada"""

PARAMETERS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "command": {"type": "string", "description": "A command line for the system's shell."},
        "timeout_s": {
            "type": "integer",
            "default": 60,
            "minimum": 1,
            "maximum": 600,
            "description": "Seconds after which the command is ended.",
        },
        "shell": {"enum": ["bash", "sh", "zsh"]},
        "is_quiet": {"type": "boolean"},
        "labels": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["command"],
}

TAINT = (
    TaintSource(tool="fetch_page", subject="https://example.org/launch", call_id="c3", run_id="r1"),
    TaintSource(tool="read_file", subject="inbox/offer from the printers.txt", call_id="c9", run_id="r0"),
)


def write_request(call_id: str = "c1", **update: Any) -> ConfirmationRequested:
    """A change of a file."""
    path = "/home/ada/Documents/Cortex/plan.md"
    return ConfirmationRequested(
        run_id="r1",
        call_id=call_id,
        tool="write_file",
        arguments={"path": "plan.md", "content": "# Plan\n\nThe launch is on the 14th.\n"},
        reasons=("By default this tool asks.", "It changes files on this machine."),
        card=Card(
            effect="Replaces plan.md (8 lines, 241 bytes) in /home/ada/Documents/Cortex",
            fields=(CardField(label="Path", text="plan.md"), CardField(label="Change", text=DIFF, style="diff")),
        ),
        stated_reason="I will move the date, as the page says the launch was moved.",
        binding="b" * 64,
        parameters={
            "type": "object",
            "properties": {
                "path": {"type": "string", "description": "Relative to the workspace folder."},
                "content": {"type": "string", "description": "The whole new content of the file."},
            },
            "required": ["path", "content"],
        },
        scopes=(
            ScopeChoice(
                scope=ScopeExact(arguments={"path": path}), words="write_file of plan.md with exactly this content"
            ),
            ScopeChoice(
                scope=ScopeFolder(argument="path", folder="/home/ada/Documents/Cortex"),
                words="write_file anywhere under /home/ada/Documents/Cortex",
                rehearsal=("today 13:58  guide/index.md", "today 11:20  guide/start.md", "12 Nov  plan.md"),
                rehearsal_count=3,
            ),
            ScopeChoice(
                scope=ScopeTool(),
                words="write_file, whatever its arguments",
                rehearsal=("today 13:58  guide/index.md",),
                rehearsal_count=17,
            ),
        ),
    ).model_copy(update=update)


def command_request(call_id: str = "c2", **update: Any) -> ConfirmationRequested:
    """A command."""
    command = 'for each in notes/*.md; do wc -w "$each" >> "$HOME/count.txt"; done && git status --short'
    return ConfirmationRequested(
        run_id="r1",
        call_id=call_id,
        tool="run_command",
        arguments={"command": command, "timeout_s": 60, "shell": "bash", "is_quiet": False, "labels": ["a", "b"]},
        reasons=("By default this tool asks.", "It changes files on this machine.", "It runs a program."),
        card=Card(
            effect="Runs a command in /home/ada/Documents/Cortex",
            fields=(CardField(label="Command", text=command, style="command"),),
        ),
        stated_reason="I count the words of each note.",
        binding="c" * 64,
        parameters=PARAMETERS,
        scopes=(
            ScopeChoice(
                scope=ScopeExact(arguments={"command": command}), words="run_command with exactly this command"
            ),
            ScopeChoice(
                scope=ScopeCommand(words=("git", "status"), more=True),
                words="run_command beginning with: git status",
                rehearsal=tuple(f"today 13:{59 - n:02d}  git status --short" for n in range(20)),
                rehearsal_count=42,
            ),
        ),
    ).model_copy(update=update)


def fetch_request(call_id: str = "c3") -> ConfirmationRequested:
    """A page whose address deceives."""
    return gallery_panes.request(call_id, "fetch_page")


def edited_request() -> ConfirmationRequested:
    """A call that came back changed."""
    before = {"path": "plan.md", "content": "# Plan\n\nThe launch is on the 12th.\nShip it.\n", "mode": 7}
    after = {"path": "drafts/plan.md", "content": "# Plan\n\nThe launch is on the 14th.\nShip it.\n"}
    return write_request(edited=True, original_arguments=before, arguments=after)


def press(widget: QWidget, *names: str) -> None:
    """Click buttons, by name."""
    for name in names:
        next(each for each in widget.findChildren(QAbstractButton) if each.accessibleName() == name).click()


def dialog(
    *requests: ConfirmationRequested,
    after: Callable[[ConfirmationDialog], None] = lambda _view: None,
    size: tuple[int, int] | None = None,
) -> Callable[[], QWidget]:
    def make() -> QWidget:
        view = ConfirmationDialog(guard_ms=0)
        view.show_requests(requests)
        view.show()
        if size is not None:
            view.setMaximumSize(*size)  # a larger screen than the offscreen platform's
            view.resize(*size)
        QApplication.processEvents()
        after(view)
        return view

    return make


def _remember(view: ConfirmationDialog) -> None:
    press(view, "Always allow")
    view.findChildren(QRadioButton)[1].setChecked(True)
    press(view, "Past calls")


def _edit(view: ConfirmationDialog) -> None:
    press(view, "Edit")


def _edit_badly(view: ConfirmationDialog) -> None:
    press(view, "Edit")
    fields = [each for each in view.findChildren(QPlainTextEdit) if each.property("kind") == "field"]
    fields[0].setPlainText("rm -rf build\u202e \u200bsl")
    fields[1].setPlainText("soon")
    for editor in view.findChildren(ArgumentEditor):
        editor.show_hidden()


def _edit_refused(view: ConfirmationDialog) -> None:
    press(view, "Edit")
    field = next(each for each in view.findChildren(QPlainTextEdit) if each.property("kind") == "field")
    field.setPlainText("../../etc/passwd")
    press(view, "Review changes")
    view.show_edit_error("c1", "path: leads out of the workspace folder '/home/ada/Documents/Cortex'.")


NOW = datetime(2026, 11, 12, 14, 2, tzinfo=UTC)


def grants() -> list[Grant]:
    """Grants of all kinds."""

    def grant(number: int, tool: str, words: str, **update: Any) -> Grant:
        made = NOW - timedelta(days=2 * number, hours=1)
        return Grant(
            id=f"g{number}", tool=tool, definition="d", scope=ScopeTool(), words=words, created_at=made
        ).model_copy(update=update)

    return [
        grant(0, "write_file", "write_file anywhere under /home/ada/Documents/Cortex", conversation_id="v1"),
        grant(
            1,
            "run_command",
            "run_command beginning with: git status",
            use_count=42,
            last_used_at=NOW - timedelta(minutes=9),
            expires_at=NOW + timedelta(days=28),
        ),
        grant(2, "fetch_page", "fetch_page from example.org", uses_left=4, use_count=1, last_used_at=NOW),
        grant(3, "save_note", "save_note, whatever its arguments", expires_at=NOW - timedelta(days=1)),
    ]


TOOLS = (
    ToolRow("list_directory", "Lists a folder.", ("reads your files, notes or history",), None, "allow", "user"),
    ToolRow("write_file", "Writes a file.", ("changes files on this machine",), None, "ask", "user"),
    ToolRow(
        "run_command",
        "Runs a command.",
        (
            "reads your files, notes or history",
            "reads words that somebody else wrote",
            "changes files on this machine",
            "deletes",
            "sends data out of this machine",
            "runs a program",
        ),
        "block",
        "ask",
        "admin",
    ),
    ToolRow("fetch_page", "Fetches a page.", ("sends data out of this machine",), "allow", "ask", "user"),
    ToolRow("calculate", "Calculates.", (), None, "allow", "user"),
)


def tools_dialog(listed: list[Grant]) -> Callable[[], QWidget]:
    def make() -> QWidget:
        view = ToolsDialog(now=lambda: NOW)
        view.show_tools(TOOLS)
        view.show_grants(listed)
        view.show()
        if len(listed) > 1:
            view.grants["g1"].revoke_button.click()
        return view

    return make


WAITING = (
    WaitingRow("r2", "v2", "Compare the two lease offers & their notice periods", ("fetch_page", "fetch_page")),
    WaitingRow("r3", "v3", "Rename 240 photos by date", ("run_command", "write_file")),
)


def waiting() -> QWidget:
    view = gallery.window()
    view.set_waiting(WAITING)
    return view


def waiting_folded() -> QWidget:
    view = gallery.window(900, 500)
    view.set_waiting(WAITING)
    view.toggle_pane("conversations")
    return view


def tool_pane() -> QWidget:
    view = ToolPane()
    view.resize(340, 620)
    view.show_run(gallery_panes.run_record())
    view.mark_call("c3", arguments={"url": "https://example.org/launch-2026"}, allowed_by="person")
    view.mark_call("c2", allowed_by="policy")
    view.select_call("c3")
    return view


def tool_pane_full() -> QWidget:
    """Sixty calls with long names, in every state, some of them running."""
    view = ToolPane()
    view.resize(340, 720)
    states = list(CallState)
    calls = [
        CallRecord(
            call_id=f"c{number}",
            tool=("mcp__harbour_office__look_up_berths_by_date", "read_file", "run_command")[number % 3],
            arguments={"path": f"a/long/way/down/to/the/harbour/of/the/printers/{number}.md"},
            round=1 + number // 20,
            state=states[number % len(states)],
            result=None if states[number % len(states)].is_open else "It is there.",
            duration_ms=None if states[number % len(states)].is_open else 12 * number,
            untrusted=number % 5 == 0,
        )
        for number in range(60)
    ]
    view.show_run(gallery_panes.run_record().model_copy(update={"calls": tuple(calls), "state": "running"}))
    view.select_call("c1")
    QTest.qWait(2 * CALM_MS)  # running calls have their buttons by then
    return view


def tools_crowded() -> QWidget:
    """More tools and grants than there is room for, with long scopes."""
    view = ToolsDialog(now=lambda: NOW)
    view.show_tools([replace(tool, name=f"{tool.name}_{n}") for n in range(4) for tool in TOOLS])
    folder = "/home/ada/Documents/Cortex/" + "/".join(f"a folder of a long name {n}" for n in range(7))
    words = f"write_file anywhere under {folder}"
    view.show_grants(
        [each.model_copy(update={"id": f"{each.id}-{n}", "words": words}) for n in range(3) for each in grants()]
    )
    return view


SCENES: dict[str, Callable[[], QWidget]] = {
    "diff": dialog(write_request()),
    "diff-wide": dialog(write_request(), size=(1000, 640)),
    "sides": dialog(write_request(), after=lambda view: press(view, "Side by side")),
    "command-three": dialog(command_request(), fetch_request(), write_request("c4")),
    "tainted": dialog(write_request(tainted_by=TAINT)),
    "conversation": dialog(
        write_request(tainted_by=TAINT), after=lambda view: press(view, "Allow for this conversation")
    ),
    "always": dialog(write_request(), after=_remember),
    "always-three": dialog(command_request(), write_request("c4"), after=_remember),
    "edit": dialog(command_request(), after=_edit),
    "edit-file": dialog(write_request(), after=_edit),
    "edit-bad": dialog(command_request(), after=_edit_badly),
    "edit-refused": dialog(write_request(), after=_edit_refused),
    "edited": dialog(edited_request(), write_request("c4")),
    "tools": tools_dialog(grants()),
    "tools-empty": tools_dialog([]),
    "waiting": waiting,
    "waiting-folded": waiting_folded,
    "tools-crowded": tools_crowded,
    "pane": tool_pane,
    "pane-full": tool_pane_full,
    "reason": dialog(command_request(), after=lambda view: press(view, "Deny with reason")),
}


if __name__ == "__main__":
    main(SCENES)
