"""Turns what the person does with runs into calls of the engine, and the engine's events into what is shown."""

import dataclasses
import time
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, QUrl
from PySide6.QtGui import QDesktopServices

from desktop import run_outcomes as outcomes
from desktop.actions import Actions
from desktop.assembly import Engine, make_registry, run_options
from desktop.attachment_actions import AttachmentActions
from desktop.budget_actions import BudgetActions
from desktop.conversations import Conversations
from desktop.engine.errors import BadArguments, EngineError, RunBusy
from desktop.engine.events import (
    ConfirmationRequested,
    Event,
    QueuedMessageSent,
    RunFailed,
    RunFinished,
    RunPaused,
    RunRecord,
    RunStarted,
    RunStopped,
    UsageReported,
)
from desktop.engine.gate import Decision
from desktop.engine.messages import Attachment, ConversationInfo, JsonObject, Message
from desktop.engine.store.records import RunOptions
from desktop.engine_holder import EngineHolder
from desktop.finding_actions import FindingActions
from desktop.gate_actions import GateActions
from desktop.keeping_actions import KeepingActions
from desktop.message_actions import MessageActions
from desktop.paths import Paths
from desktop.presenter import Presenter
from desktop.queue_actions import QueueActions
from desktop.run_lines import RunLines
from desktop.run_panes import RunPanes
from desktop.settings import Settings
from desktop.settings_actions import SettingsActions
from desktop.title_actions import TitleActions
from desktop.views.confirmation_dialog import ConfirmationDialog
from desktop.views.main_window import MainWindow
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
        keeping: Names, pins, archive, deletion.
        finding: The search and the palette.
        attachments: What goes with the next message.
    """

    def __init__(self, window: MainWindow, settings: Settings, paths: Paths) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self._holder = EngineHolder()
        self._dialog = ConfirmationDialog(window)
        self._panes = RunPanes(window.tool_pane, window.debug_pane, self, window.transcript.request_of)
        self._lines = RunLines(window, self)
        self._presenter = Presenter(window, self._dialog, self._panes, self._lines)
        self.actions = Actions(window)
        self.conversations = Conversations(window, settings, paths, self._holder, self.actions, self._presenter)
        self.attachments = AttachmentActions(window, settings, self._holder, self.actions, self.conversations)
        self._gates = GateActions(window, settings, self._holder, self.actions, self.conversations)
        self._gates.review_wanted.connect(self._review)
        self._gates.looked_at.connect(self._review_unseen)
        self._has_unseen_gate = False
        self._budgets = BudgetActions(window, self._holder, self.actions)
        self._messages = MessageActions(
            window, self._holder, self.actions, self.conversations, self._options, lambda: self._run_id in self._began
        )
        self._queue = QueueActions(window, self._holder, self.actions, self.conversations)
        self._titles = TitleActions(settings, self._holder, self.actions, self.conversations)
        self.keeping = KeepingActions(window, self._holder, self.actions, self.conversations)
        self.finding = FindingActions(window, self._holder, self.actions, self.conversations)
        self._settings_actions = SettingsActions(window, settings, self._holder, self.actions, self.take_registry)
        self._began: dict[str, float] = {}
        self._decided: set[str] = set()  # waiting runs with all decisions, while another run of theirs is at work
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
        window.transcript.evidence_activated.connect(lambda place: do(self._show_evidence(place)))
        window.transcript.call_activated.connect(lambda place: do(self._show_evidence(place)))
        window.transcript.run_line_opened.connect(lambda run_id: do(self._show_run(run_id)))
        window.transcript.outcome_action.connect(self._act_on_outcome)
        window.tool_pane.review_requested.connect(lambda _call_id: self._review())
        window.tool_pane.stop_requested.connect(lambda call_id: do(self._stop_call(call_id)))
        self.conversations.shown.connect(self._take_shown)
        self._dialog.decided.connect(
            lambda run_id, call_id, decision, binding: do(self._decide(run_id, call_id, decision, binding))
        )
        self._dialog.edited.connect(
            lambda run_id, call_id, arguments, binding: do(self._edit(run_id, call_id, arguments, binding))
        )

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
        self.actions.do(self.keeping.purge())

    @property
    def _run_id(self) -> str | None:
        """The run that the open conversation shows."""
        return self.conversations.shown_run

    async def opened(self) -> Engine:
        """The engine, as soon as it is open."""
        return await self._holder.opened()

    @property
    def engine(self) -> Engine:
        """The engine, where it is known to be open."""
        return self._holder.engine

    @property
    def gates(self) -> GateActions:
        """What stands around the gates."""
        return self._gates

    async def close(self) -> None:
        """End what is under way."""
        await self.actions.close()

    def began(self, run_id: str) -> float:
        """``time.monotonic()`` of a run's start in this process."""
        return self._began.get(run_id, time.monotonic())

    @property
    def open_conversation_id(self) -> str | None:
        """The open conversation, where it is stored on disk."""
        info = self.conversations.open
        return info.id if info is not None and not info.off_record else None

    def window_state(self) -> WindowState:
        """How the window looks now, and where its conversations are being read."""
        window, conversations = self._window, self.conversations
        conversations.keep_place()
        return WindowState(
            window.save_layout(),
            self.open_conversation_id,
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
                self._has_unseen_gate = True
                self._review_unseen()
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
        for waiting in self._decided - {event.run_id}:
            self.actions.do(self._resume_decided(waiting))
        self.actions.do(self.conversations.show_list())
        self.actions.do(self._gates.show_waiting())
        if event.run_id == self._run_id and not isinstance(event, RunPaused):
            has_answer = isinstance(event, RunFinished) or event.message is not None
            failure = f"{event.error} {event.action}".strip() if isinstance(event, RunFailed) else ""
            self.actions.do(self.conversations.follow_end(event.run_id, has_answer=has_answer, failure=failure))
        if event.run_id == self._panes.run_id:
            self.actions.do(self._refresh_rounds(event.run_id))

    def _take_shown(self, run: RunRecord | None) -> None:
        self.conversations.shown_run = run.run_id if run is not None else None
        self._show_running()
        self._review()
        if self._holder.current is not None:
            self.actions.do(self._gates.show_waiting())

    async def _send(self, text: str, attachments: tuple[Attachment, ...]) -> None:
        self._window.set_notice("")
        info = await self.conversations.stored()
        session = self._holder.engine.session
        try:
            options = self._options(info)
            if await self._queue.take(info, text, options, attachments):
                return
            _, message = await session.send(info.id, text, options, attachments)
        except EngineError:
            if not self._window.composer.text:
                self._window.composer.set_text(text)  # nothing that was typed is lost
            self.attachments.show_draft()
            raise
        shown = self.conversations.open
        if shown is not None and shown.id == info.id:
            self._show_sent(message)

    def _show_sent(self, message: Message) -> None:
        self.conversations.shown_run = message.run_id
        self._window.show_start_page(False)
        self._presenter.begin_run(message, self.conversations.writer_label)

    def _options(self, info: ConversationInfo) -> RunOptions:
        """What a run of a conversation is begun with now."""
        return self._options_in(Path(info.workspace), self.conversations.role_name)

    def options_of(self, role: str) -> RunOptions:
        """What the next run is begun with, where it has this role.

        Raises:
            UnknownName: There is no such role, or it names no known model.
        """
        info = self.conversations.open
        return self._options_in(Path(info.workspace) if info is not None else self.conversations.workspace, role)

    def _options_in(self, root: Path, role: str) -> RunOptions:
        return run_options(
            self._holder.registry,
            self._settings,
            role=role,
            root=root,
            tools_enabled=self._window.composer.tools.isChecked(),
            models=self.conversations.chosen_models,
        )

    async def _stop(self) -> None:
        if self._run_id is not None:
            await self._holder.engine.session.stop(self._run_id)

    async def _stop_call(self, call_id: str) -> None:
        """Stop a call of the run that the panes show."""
        run_id = self._panes.run_id
        if run_id is None:
            return
        try:
            await self._holder.engine.session.stop_call(run_id, call_id)
        except EngineError:
            await self._show_calls(run_id)
            raise

    async def _show_calls(self, run_id: str) -> None:
        """Show where the calls of a run stand, where the panes still show it."""
        record = await self._holder.engine.session.record(run_id)
        if run_id == self._panes.run_id:
            self._panes.show(record)

    async def _decide(self, run_id: str, call_id: str, decision: Decision, binding: str) -> None:
        if await self._holder.engine.session.decide(run_id, call_id, decision, binding):
            await self._resume_decided(run_id)

    async def _edit(self, run_id: str, call_id: str, arguments: JsonObject, binding: str) -> None:
        try:
            decided = await self._holder.engine.session.edit(run_id, call_id, arguments, binding)
        except BadArguments as error:
            self._dialog.show_edit_error(call_id, str(error))
            return
        if decided:
            await self._resume_decided(run_id)

    async def _resume_decided(self, run_id: str) -> None:
        """Go on with a run that is decided; where a newer run of its conversation is at work, as soon as that ends."""
        session = self._holder.engine.session
        try:
            await session.resume(run_id)
        except RunBusy:
            if (await session.store_of(run_id).runs.get(run_id)).state != "waiting":
                self._decided.discard(run_id)  # it went on elsewhere, or has ended: there is nothing to wait for
                raise
            self._decided.add(run_id)
            self._window.set_notice(
                "The decision is kept. The run goes on when the other one of its conversation ends."
            )
            return
        self._decided.discard(run_id)

    async def _write_again(self, run_id: str) -> None:
        await self._holder.engine.session.write_again(run_id)

    def _act_on_outcome(self, chosen: str) -> None:
        action, run_id = outcomes.action_of(chosen)
        session, do = self._holder.engine.session, self.actions.do
        match action:
            case outcomes.REVIEW:
                do(self._review_run(run_id))
            case outcomes.BUDGET:
                self._budgets.ask()
            case outcomes.ADD_KEYS:
                self._window.keys_requested.emit()
            case outcomes.STOP:
                do(session.stop(run_id))
            case outcomes.GO_ON:
                do(session.resume(run_id))
            case outcomes.WRITE_AGAIN:
                do(self._write_again(run_id))

    async def _review_run(self, run_id: str) -> None:
        """Open the confirmation dialog of a run, also of an earlier one of the open conversation."""
        if run_id != self._run_id:
            gates = (await self._holder.engine.session.record(run_id)).gates
            if not gates:
                return
            self._dialog.show_requests(gates)
            self._dialog.open()
            return
        self._review()

    def _review(self) -> None:
        """Open the confirmation dialog where something waits in the open conversation."""
        if self._presenter.has_gates and not self._dialog.isVisible():
            self._dialog.open()

    def _review_unseen(self) -> None:
        """Open the dialog of a gate that the person has not seen; a dialog takes the keyboard from no other program."""
        if self._has_unseen_gate and self._gates.is_looked_at:
            self._has_unseen_gate = False
            self._review()

    async def _show_evidence(self, place: str) -> None:
        """Show the call that a number in an answer leads to, also where it is of an earlier run."""
        run_id, _, call_id = place.partition("/")
        await self._choose_run(run_id)
        self._window.panes.set_wanted("tools", True)
        self._panes.select_call(call_id)

    async def _choose_run(self, run_id: str) -> None:
        if run_id != self._panes.run_id:
            self._panes.show(await self._holder.engine.session.record(run_id))

    async def _show_run(self, run_id: str) -> None:
        """A run's line was folded out: show its words and calls there, and the run in the panes."""
        self._lines.fill(await self._holder.engine.session.record(run_id))
        await self._choose_run(run_id)

    async def _refresh_rounds(self, run_id: str) -> None:
        record = await self._holder.engine.session.record(run_id)
        if run_id == self._panes.run_id:
            self._panes.complete(record)

    def take_registry(self) -> None:
        """Take models and roles from the settings anew: keys, server or demo changed."""
        if self._holder.current is not None:
            session = self._holder.engine.session
            session.runner = dataclasses.replace(session.runner, registry=make_registry(self._settings))
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
