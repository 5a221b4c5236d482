"""Turns what the person does with runs into calls of the engine, and the engine's events into what is shown."""

import dataclasses
import time

from PySide6.QtCore import QObject, QTimer, QUrl
from PySide6.QtGui import QDesktopServices

from desktop import run_outcomes as outcomes
from desktop.actions import Actions
from desktop.assembly import Engine, make_registry, with_budgets
from desktop.attached_files import AttachedFiles
from desktop.attachment_actions import AttachmentActions
from desktop.budget_actions import BudgetActions
from desktop.conversations import Conversations
from desktop.decision_actions import DecisionActions
from desktop.edit_actions import EditActions
from desktop.engine.errors import EngineError
from desktop.engine.events import (
    ConfirmationRequested,
    Event,
    QueuedMessageSent,
    RunFailed,
    RunFinished,
    RunPaused,
    RunStarted,
    RunStopped,
    UsageReported,
)
from desktop.engine.messages import Attachment, Message
from desktop.engine.run_record import RunRecord
from desktop.engine_holder import EngineHolder
from desktop.finding_actions import FindingActions
from desktop.gate_actions import GateActions
from desktop.keeping_actions import KeepingActions
from desktop.message_actions import MessageActions
from desktop.pane_actions import PaneActions
from desktop.paths import Paths
from desktop.presenter import Presenter
from desktop.queue_actions import QueueActions
from desktop.record_actions import RecordActions
from desktop.run_lines import RunLines
from desktop.run_panes import RunPanes
from desktop.settings import Settings
from desktop.settings_actions import SettingsActions
from desktop.title_actions import TitleActions
from desktop.views.confirmation_dialog import ConfirmationDialog
from desktop.views.main_window import MainWindow
from desktop.window_actions import Desk
from desktop.window_state import WindowState


class Controller(QObject):
    """The runs of one window.

    Args:
        window: The window.
        settings: What the person chose.
        paths: Where things lie.

    Attributes:
        actions: Runs what takes time, and shows what fails.
        conversations: Which one is open.
        desk: The window and what stands behind it, for those who wire parts of it.
        keeping: Names, pins, archive, deletion.
        finding: The search and the palette.
        attachments: What goes with the next message.
    """

    def __init__(self, window: MainWindow, settings: Settings, paths: Paths) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self._holder = EngineHolder()
        dialog = ConfirmationDialog(window)
        panes = RunPanes(window.tool_pane, window.debug_pane, self, window.transcript.request_of)
        lines = RunLines(window, self)
        self._presenter = Presenter(window, dialog, panes, lines)
        self.actions = Actions(window)
        self.conversations = Conversations(window, settings, paths, self._holder, self.actions, self._presenter)
        self.desk = Desk(window, settings, self._holder, self.actions, self.conversations)
        self.attachments = AttachmentActions(self.desk)
        AttachedFiles(self.desk, self.attachments.read_bytes)
        self._record = RecordActions(self.desk, self.attachments)
        self._gates = GateActions(self.desk)
        self._decisions = DecisionActions(self.desk, dialog, self._presenter)
        self._gates.review_wanted.connect(self._decisions.review)
        self._gates.looked_at.connect(self._look_at_unseen)
        self._pane_actions = PaneActions(self.desk, panes, lines)
        self._budgets = BudgetActions(self.desk)
        edits = EditActions(self.desk, self.attachments)
        self._messages = MessageActions(self.desk, lambda: self._run_id in self._began, edits)
        self._queue = QueueActions(self.desk, edits)
        self._titles = TitleActions(self.desk)
        self.keeping = KeepingActions(self.desk)
        self.finding = FindingActions(self.desk)
        self._settings_actions = SettingsActions(self.desk, self.take_registry)
        self._began: dict[str, float] = {}
        self._wants_key: str | None = None
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._show_elapsed)
        self._connect()

    def _connect(self) -> None:
        window, do = self._window, self.actions.do
        window.submitted.connect(lambda text: do(self._send(text, self.attachments.take())))
        window.stop_clicked.connect(lambda: do(self._stop()))
        window.transcript.link_activated.connect(lambda url: QDesktopServices.openUrl(QUrl(url)))
        window.transcript.outcome_action.connect(self._act_on_outcome)
        self.conversations.shown.connect(self._take_shown)

    async def start(self, engine: Engine, conversation_id: str | None) -> None:
        """Take the engine and show the last open conversation.

        Args:
            engine: Just opened.
            conversation_id: The conversation that was open when the window closed; None for none.
        """
        self._holder.fill(engine)
        engine.session.editing.sends_queue = True
        await self.conversations.start(conversation_id)
        await self._gates.show_waiting()
        self.actions.do(self.keeping.start())

    @property
    def _run_id(self) -> str | None:
        """The run that the open conversation shows."""
        return self.conversations.shown_run

    @property
    def gates(self) -> GateActions:
        """What stands around the gates."""
        return self._gates

    async def close(self) -> None:
        """End what is under way."""
        await self.actions.close()
        await self.conversations.close()

    @property
    def is_at_work(self) -> bool:
        """Whether any run is at work."""
        return bool(self._began)

    def began(self, run_id: str) -> float:
        """``time.monotonic()`` of a run's start in this process."""
        return self._began.get(run_id, time.monotonic())

    def window_state(self) -> WindowState:
        """How the window looks now, and where its conversations are being read."""
        window, conversations = self._window, self.conversations
        conversations.keep_place()
        return WindowState(
            window.save_layout(),
            conversations.kept_id,
            self._settings.color_scheme,
            window.transcript.zoom,
            conversations.places.stored(),
        )

    def take(self, event: Event) -> None:
        """Take one event of the engine, of any conversation."""
        self.conversations.events_told += event.type not in ("answer_delta", "orchestrator_delta")
        do, conversations = self.actions.do, self.conversations
        match event:
            case RunStarted():
                self._began.setdefault(event.run_id, time.monotonic())
                if conversations.open is not None and event.conversation_id == conversations.open.id:
                    self._take_start(event)
                do(conversations.show_list())
            case QueuedMessageSent(conversation_id=where, message=message):
                if conversations.open is not None and where == conversations.open.id and not conversations.is_loading:
                    self._show_sent(message)
            case RunPaused() | RunFinished() | RunStopped() | RunFailed():
                self._take_end(event)
            case ConfirmationRequested():
                self._gates.tell(event)
            case UsageReported() if event.run_id == self._run_id:
                do(conversations.show_totals())
        if event.run_id == self._run_id and not conversations.is_loading:
            self._presenter.take(event)
            if isinstance(event, RunFailed) and event.over_budget:
                self._budgets.take(event)
            self._show_running()
            if isinstance(event, ConfirmationRequested):
                self._decisions.take(event, is_looked_at=self._gates.is_looked_at)
        conversations.follow(event)
        self._queue.follow(event)
        self._titles.follow(event)

    def _take_start(self, event: RunStarted) -> None:
        if event.resumed and event.run_id != self._run_id:  # its branch is the chosen one now
            self.actions.do(self.conversations.refresh())
        elif event.resumed:
            self.actions.do(self.conversations.follow_start())
        self.conversations.shown_run = event.run_id

    def _take_end(self, event: RunPaused | RunFinished | RunStopped | RunFailed) -> None:
        self._began.pop(event.run_id, None)
        if isinstance(event, RunFailed) and event.needs_key:
            self._wants_key = event.run_id
        self._decisions.take_end(event.run_id)
        self.actions.do(self.conversations.show_list())
        self.actions.do(self._gates.show_waiting())
        if event.run_id == self._run_id and not isinstance(event, RunPaused):
            has_answer = isinstance(event, RunFinished) or event.message is not None
            failure = f"{event.error} {event.action}".strip() if isinstance(event, RunFailed) else ""
            self.actions.do(self.conversations.follow_end(event.run_id, has_answer=has_answer, failure=failure))
        self._pane_actions.take_end(event.run_id)

    def _take_shown(self, run: RunRecord | None) -> None:
        self.conversations.shown_run = run.run_id if run is not None else None
        self._show_running()
        if self._tick.isActive():
            self._show_elapsed()
        self._decisions.review()
        if self._holder.current is not None:
            self.actions.do(self._gates.show_waiting())

    async def _send(self, text: str, attachments: tuple[Attachment, ...]) -> None:
        self._window.set_notice("")
        self._record.settle()
        info = await self.conversations.stored()
        session = self._holder.engine.session
        try:
            options = self.desk.run_options(info.workspace)
            if await self._queue.take(info, text, options, attachments):
                return
            _, message = await session.send(info.id, text, options, attachments)
        except EngineError:
            if not self._window.composer.text:
                self._window.composer.set_text(text)  # nothing that was typed is lost
            self.attachments.show_draft()
            self._record.reopen()
            raise
        shown = self.conversations.open
        if shown is not None and shown.id == info.id:
            self._show_sent(message)

    def _show_sent(self, message: Message) -> None:
        self.conversations.shown_run = message.run_id
        self._window.show_start_page(False)
        self._presenter.begin_run(message, self.conversations.writer_label)

    async def _stop(self) -> None:
        if self._run_id is not None:
            await self._holder.engine.session.stop(self._run_id)

    def _act_on_outcome(self, chosen: str) -> None:
        action, run_id = outcomes.action_of(chosen)
        session, do = self._holder.engine.session, self.actions.do
        match action:
            case outcomes.REVIEW:
                do(self._decisions.review_run(run_id))
            case outcomes.BUDGET:
                do(self._budgets.ask(run_id))
            case outcomes.ADD_KEYS:
                self._window.keys_requested.emit()
            case outcomes.STOP:
                do(session.stop(run_id))
            case outcomes.GO_ON:
                do(session.resume(run_id))
            case outcomes.EDIT:
                do(self._messages.edit_of_run(run_id))
            case outcomes.WRITE_AGAIN:
                do(session.write_again(run_id))

    def _look_at_unseen(self) -> None:
        if self._gates.is_looked_at:
            self._decisions.review_unseen()

    def take_registry(self) -> None:
        """Take models, roles and budgets from the settings anew: keys, server or demo changed, say."""
        if self._holder.current is not None:
            session, settings = self._holder.engine.session, self._settings
            limits = with_budgets(session.runner.limits, settings)
            session.runner = dataclasses.replace(session.runner, registry=make_registry(settings), limits=limits)
            self.conversations.show_roles()
            self.attachments.show_problems()

    def take_key(self) -> None:
        """A key came: offer to go on where the shown run failed for want of it."""
        if self._wants_key is not None and self._wants_key == self._run_id:
            self._presenter.offer_to_go_on_with_key()
        self._wants_key = None

    def _show_running(self) -> None:
        running = self._run_id in self._began
        self._window.set_running(running)
        self._messages.show_busy()
        if running and not self._tick.isActive():
            self._tick.start()
        elif not running:
            self._tick.stop()

    def _show_elapsed(self) -> None:
        if self._run_id is not None:
            self._window.set_elapsed(time.monotonic() - self.began(self._run_id))
            self._presenter.tick()
