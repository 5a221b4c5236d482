"""The commands of the window's menu and palette, and what each does."""

from collections.abc import Callable

from PySide6.QtGui import QKeySequence, QShortcut

from desktop.audit_actions import AuditActions
from desktop.controller import Controller
from desktop.exchange_actions import ExchangeActions
from desktop.views.commands import Command
from desktop.views.main_window import MainWindow

COMMANDS = (
    Command("palette", "Find anything…", "search", "Ctrl+K", group=1),
    Command("new", "New conversation", "plus", "Ctrl+N"),
    Command("rename", "Rename conversation", "edit", group=2, also="title name"),
    Command("pin", "Pin or unpin conversation", "pin", group=2, also="favourite star"),
    Command("archive", "Archive conversation, or take it back", "archive", group=2),
    Command("export", "Export conversation…", "export", group=2, also="save markdown html json print"),
    Command("delete", "Delete conversation…", "trash", group=2, also="remove"),
    Command("export-all", "Export all conversations…", "export", group=3, also="save markdown html json"),
    Command("import", "Import conversations…", "import", group=3, also="chatgpt claude load open"),
    Command("backup", "Back up everything…", "server", group=3, also="save copy database"),
    Command("restore", "Restore a backup…", "retry", group=3, also="load database"),
    Command("settings", "Settings…", "tools", "Ctrl+,", group=4, also="preferences options models roles"),
    Command("tools", "Tools and grants…", "shield", group=4, also="settings policy permissions"),
    Command("keys", "API keys…", "key", group=4, also="settings provider"),
    Command("usage", "Usage and cost…", "info", "Ctrl+Shift+U", group=4, also="tokens money budget price totals"),
    Command("audit", "Audit log…", "clock", "Ctrl+Shift+A", group=4, also="tool calls history"),
    Command("find", "Find in conversation…", "search", "Ctrl+F", group=5, also="look for words text"),
    Command("reader", "Open message in reader", "document", "F7", group=5, also="large window read"),
    Command("larger", "Larger text", "plus", "Ctrl++", group=5, also="zoom in"),
    Command("smaller", "Smaller text", "minus", "Ctrl+-", group=5, also="zoom out"),
    Command("usual-size", "Usual size of text", "check", "Ctrl+0", group=5, also="zoom reset 100"),
    Command("stop", "Stop the run", "stop", "Esc", group=6, also="cancel end"),
    Command("list", "Show or fold the conversation list", "sidebar", also="toggle pane"),
    Command("tool-pane", "Show or fold tool calls", "tools", "Ctrl+Shift+T", also="toggle pane"),
    Command("debug-pane", "Show or fold debug", "debug", "Ctrl+Shift+D", also="toggle pane"),
    Command("folder", "Change the folder…", "folder", also="workspace"),
)


def connect_commands(
    window: MainWindow, controller: Controller, exchange: ExchangeActions, audit: AuditActions
) -> None:
    """Offer the commands in the menu and in the palette, and do what is chosen.

    Args:
        window: The window.
        controller: Its conversations and runs.
        exchange: Export, import, backup.
        audit: The audit view.
    """
    keeping, transcript = controller.keeping, window.transcript
    does: dict[str, Callable[[], object]] = {
        "palette": window.palette_requested.emit,
        "new": window.conversations.new_requested.emit,
        "rename": keeping.rename_open,
        "pin": keeping.toggle_pin,
        "archive": keeping.toggle_archive,
        "delete": keeping.delete_open,
        "export": exchange.export_open,
        "export-all": lambda: exchange.choose_export(None),
        "import": exchange.choose_import,
        "backup": exchange.choose_backup,
        "restore": exchange.choose_restore,
        "settings": window.settings_requested.emit,
        "usage": window.usage_requested.emit,
        "find": transcript.open_find,
        "reader": lambda: transcript.open_reader(transcript.current),
        "larger": lambda: transcript.zoom_by(1),
        "smaller": lambda: transcript.zoom_by(-1),
        "usual-size": lambda: transcript.zoom_by(0),
        "stop": window.stop_clicked.emit,
        "tools": window.tools_settings_requested.emit,
        "keys": window.keys_requested.emit,
        "audit": audit.open,
        "list": lambda: window.toggle_pane("conversations"),
        "tool-pane": lambda: window.toggle_pane("tools"),
        "debug-pane": lambda: window.toggle_pane("debug"),
        "folder": window.workspace_change_requested.emit,
    }
    window.top_bar.menu_button.show_commands(COMMANDS)
    controller.finding.show_commands([command for command in COMMANDS if command.id != "palette"])
    QShortcut(QKeySequence("Ctrl+Shift+U"), window, window.usage_requested.emit)
    window.command_chosen.connect(lambda chosen: does[chosen]())
