"""What stands around the gates: tools and grants, the runs that wait elsewhere, notifications."""

import sys

from PySide6.QtCore import Qt, Signal

from desktop.actions import Actions
from desktop.engine.errors import EngineError
from desktop.engine.events import ConfirmationRequested
from desktop.engine.gate import SIDE_EFFECTS, Effect, Policy, default_policy
from desktop.engine.judging import EFFECT_WORDS
from desktop.engine.store.ids import OFF_RECORD_PREFIX
from desktop.engine.tools.toolbox import Toolbox
from desktop.settings import Settings
from desktop.views.icons import application_icon
from desktop.views.notifier import NotificationService, Notifier, tray_icon, waiting_words
from desktop.views.tool_row import ToolRow
from desktop.views.tools_page import ToolsDialog
from desktop.views.waiting_list import WaitingRow
from desktop.window_actions import Desk, WindowActions


def tool_rows(toolbox: Toolbox, settings: Settings) -> list[ToolRow]:
    """The tools as the settings show them.

    Args:
        toolbox: All tools.
        settings: The person's policies.
    """
    policies = settings.policies
    return [
        ToolRow(
            name=tool.name,
            description=tool.description,
            effects=tuple(EFFECT_WORDS[effect] for effect in Effect if effect in tool.effects),
            policy=policies[tool.name].value if tool.name in policies else None,
            default_policy=default_policy(tool.effects).value,
            access=tool.access.value,
        )
        for tool in toolbox
    ]


class GateActions(WindowActions):
    """Wires the window's gate settings, waiting runs and notifications to the engine.

    Args:
        desk: The window and what stands behind it.

    Signals:
        audit_requested(): The person wants to see the log of all calls.
        review_wanted(): The person wants to decide on what waits in the conversation that is shown.
        looked_at(): The person came back to the program.
    """

    audit_requested = Signal()
    review_wanted = Signal()
    looked_at = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        window, do = desk.window, self._do
        self._dialog = ToolsDialog(window)
        self._told: list[str] = []
        self._notifier = Notifier(
            window, tray_icon(application_icon(), self), lambda: _notification_service(desk.actions)
        )
        window.tools_settings_requested.connect(lambda: do(self._open_tools()))
        window.waiting_chosen.connect(lambda where, run: do(desk.conversations.show(where, run)))
        self._dialog.policy_chosen.connect(lambda tool, policy: do(self._set_policy(tool, policy)))
        self._dialog.audit_requested.connect(self._leave_for_audit)
        self._dialog.grant_revoked.connect(lambda grant_id: do(self._revoke(grant_id)))
        self._notifier.cleared.connect(self._told.clear)
        # The application is told to be active before its window is.
        self._notifier.looked_at.connect(self.looked_at, Qt.ConnectionType.QueuedConnection)
        self._notifier.activated.connect(lambda run_id: do(self._come_forward(run_id)))

    def _leave_for_audit(self) -> None:
        self._dialog.close()
        self.audit_requested.emit()

    @property
    def is_looked_at(self) -> bool:
        """Whether a window of the program has the person's attention."""
        return self._notifier.is_looked_at

    def tell(self, event: ConfirmationRequested) -> None:
        """Tell the person that a call waits, where they look elsewhere."""
        if self._notifier.is_looked_at:
            return
        if not event.run_id.startswith(OFF_RECORD_PREFIX):  # of what is off the record, nothing stands on a screen
            self._told.append(event.tool)
        tool = self._session.runner.toolbox.get(event.tool)
        effects = tool.effects & SIDE_EFFECTS if tool is not None else frozenset()
        can = [EFFECT_WORDS[effect] for effect in Effect if effect in effects]
        self._notifier.notify("A decision is needed", waiting_words(self._told, can), event.run_id)

    async def show_waiting(self) -> None:
        """Show the runs that wait, but for the one that the open conversation shows."""
        engine = self._holder.engine
        shown = self._conversations.shown_run
        rows = []
        is_all_decided = True
        for store in (engine.store, engine.off_record):
            titles = {info.id: info.title for info in await store.conversations.all()}
            for run_id, conversation_id, state in await store.runs.unfinished():
                rounds = await store.calls.rounds(run_id)
                tools = tuple(call.call.tool for call in rounds[-1].calls if call.needs_decision) if rounds else ()
                is_all_decided = is_all_decided and not tools
                if tools and state == "waiting" and run_id != shown:
                    rows.append(WaitingRow(run_id, conversation_id, titles.get(conversation_id, ""), tools))
        self._window.set_waiting(rows)
        if is_all_decided:
            self._notifier.clear()

    async def _open_tools(self) -> None:
        await self._holder.opened()
        self._dialog.open()
        await self._show_tools()

    async def _show_tools(self) -> None:
        session = self._session
        self._dialog.show_tools(tool_rows(session.runner.toolbox, self._settings))
        self._dialog.show_grants(await session.grants())

    async def _set_policy(self, tool: str, policy: str) -> None:
        self._settings.set_policy(tool, Policy(policy) if policy else None)
        if problem := await self._save_settings():
            self._dialog.show_problem(f"The settings could not be saved: {problem}")
        await self._show_tools()

    async def _revoke(self, grant_id: str) -> None:
        try:
            await self._session.revoke(grant_id)
        except EngineError as error:
            self._dialog.show_problem(f"{error} {error.action}".strip())
        await self._show_tools()

    async def _come_forward(self, run_id: str) -> None:
        """Raise the window, and lead to the gate that the notification was about, where it still waits."""
        window = self._window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.raise_()
        window.activateWindow()
        run = await self._store_of(run_id).runs.get(run_id)
        shown = self._conversations.open
        if shown is None or shown.id != run.conversation_id:
            window.composer.flush_draft()
            await self._conversations.show(run.conversation_id)
        self.review_wanted.emit()


def _notification_service(actions: Actions) -> NotificationService | None:
    """The desktop's notification service; None where only a tray shows messages."""
    if sys.platform != "linux":
        return None
    from desktop.desktop_notifications import DesktopNotifications

    return DesktopNotifications(actions.do)
