"""Turns what the person does in the window into calls of the engine, and the engine's events into what is shown."""

import asyncio
import dataclasses
import logging
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QFileDialog

from desktop.actions import Actions
from desktop.assembly import Engine, make_registry, run_options
from desktop.engine.errors import EngineError, RunBusy
from desktop.engine.events import (
    ConfirmationRequested,
    Event,
    RunFailed,
    RunFinished,
    RunPaused,
    RunStarted,
    RunStopped,
    UsageReported,
)
from desktop.engine.gate import Decision
from desktop.engine.messages import ConversationInfo
from desktop.engine.models.registry import Registry
from desktop.engine.store.store import Store
from desktop.loading import Loaded, load_conversation
from desktop.paths import Paths
from desktop.presenter import ADD_KEYS, GO_ON, REVIEW, WRITE_AGAIN, Presenter
from desktop.run_panes import RunPanes
from desktop.settings import Settings
from desktop.surroundings import chosen_role, show_models, show_roles, show_totals, writer_label
from desktop.views.confirmation_dialog import ConfirmationDialog
from desktop.views.main_window import MainWindow

_log = logging.getLogger(__name__)


class Controller(QObject):
    """One window's conversations. Truth is the store's; here is only which conversation is open.

    Args:
        window: The window.
        settings: What the person chose.
        paths: Where things lie.
    """

    def __init__(self, window: MainWindow, settings: Settings, paths: Paths) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self._paths = paths
        self._dialog = ConfirmationDialog(window)
        self._actions = Actions(window)
        self._panes = RunPanes(window.tool_pane, window.debug_pane, self)
        self.presenter = Presenter(window, self._dialog, self._panes)
        self._engine: Engine | None = None
        self._ready = asyncio.Event()
        self._open: ConversationInfo | None = None  # None: a new conversation, not stored yet
        self._wanted: str | None = None
        self._run_id: str | None = None
        self._began: dict[str, float] = {}
        self._told = 0  # how many events came that a conversation being loaded may have missed
        self._loading = False
        self._decided: set[str] = set()  # waiting runs with all decisions, while another run of theirs is at work
        self._wants_key: str | None = None
        self._making = asyncio.Lock()
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._show_elapsed)
        self._connect()

    def _connect(self) -> None:
        window = self._window
        window.submitted.connect(lambda text: self.do(self._send(text)))
        window.stop_clicked.connect(lambda: self.do(self._stop()))
        window.draft_changed.connect(lambda text: self.do(self._keep_draft(self._open, text)))
        window.new_conversation_requested.connect(self.new_conversation)
        window.conversation_chosen.connect(lambda chosen: self.do(self.open_conversation(chosen)))
        window.workspace_change_requested.connect(self._choose_workspace)
        window.tools_toggled.connect(lambda _on: self.show_models())
        window.role_chosen.connect(lambda name: self.do(self._set_role(name)))
        window.transcript.link_activated.connect(lambda url: QDesktopServices.openUrl(QUrl(url)))
        window.transcript.evidence_activated.connect(lambda place: self.do(self._show_evidence(place)))
        window.transcript.outcome_action.connect(self._act_on_outcome)
        window.transcript.write_again_requested.connect(lambda run_id: self.do(self._write_again(run_id)))
        window.tool_pane.review_requested.connect(lambda _call_id: self._review())
        self._dialog.decided.connect(
            lambda run_id, call_id, decision, binding: self.do(self._decide(run_id, call_id, decision, binding))
        )

    # What the program tells.

    @property
    def engine(self) -> Engine:
        """The engine; only once it is open."""
        if self._engine is None:
            raise RuntimeError("the engine is not open yet")
        return self._engine

    def began(self, run_id: str) -> float:
        """``time.monotonic()`` of a run's start in this process."""
        return self._began.get(run_id, time.monotonic())

    async def start(self, engine: Engine, conversation_id: str | None) -> None:
        """Take the engine and show the last open conversation.

        Args:
            engine: Just opened.
            conversation_id: The conversation that was open when the window closed; None for none.
        """
        self._engine = engine
        self._ready.set()
        if self._open is None:
            self._window.set_workspace(str(self.workspace))
        self.show_roles()
        await self._show_list()
        listed = await engine.store.conversations.all()
        waiting = next((info.id for info in listed if info.waiting), None)
        known = {info.id for info in listed}
        chosen = conversation_id if conversation_id in known else waiting
        if chosen is not None and self._open is None and not self._window.composer.text:
            await self.open_conversation(chosen)
        elif conversation_id is not None and self._open is None:
            self._window.show_start_page(True)  # the room that was left for the conversation is not needed

    async def close(self) -> None:
        """End what is under way."""
        await self._actions.close()

    @property
    def open_conversation_id(self) -> str | None:
        """The open conversation, where it is stored on disk."""
        return self._open.id if self._open is not None and not self._open.off_record else None

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something asynchronous that the person asked for; what fails is shown."""
        self._actions.do(work)

    # Events.

    def take(self, event: Event) -> None:
        """Take one event of the engine, of any conversation."""
        self._told += event.type not in ("answer_delta", "orchestrator_delta")
        match event:
            case RunStarted():
                self._began.setdefault(event.run_id, time.monotonic())
                if self._open is not None and event.conversation_id == self._open.id:
                    self._run_id = event.run_id
                    self._show_running()
                self.do(self._show_list())
            case RunPaused() | RunFinished() | RunStopped() | RunFailed():
                self._began.pop(event.run_id, None)
                if isinstance(event, RunFailed) and event.needs_key:
                    self._wants_key = event.run_id
                for waiting in self._decided - {event.run_id}:
                    self.do(self._resume_decided(waiting))
                self.do(self._show_list())
                if event.run_id == self._run_id:
                    self.do(self._refresh_debug(event.run_id))
            case ConfirmationRequested():
                QApplication.alert(self._window)
            case UsageReported() if event.run_id == self._run_id:
                self.do(self._show_totals())
        if event.run_id == self._run_id and not self._loading:
            self.presenter.take(event)
            self._show_running()
            if isinstance(event, ConfirmationRequested):
                self._review()

    # Conversations.

    def new_conversation(self) -> None:
        """Show an empty conversation; it is stored with its first message or draft."""
        self._wanted = None
        self._open = None
        self._run_id = None
        self._window.set_title("")
        self._window.composer.set_text("")
        self._window.conversations.select("")
        self.presenter.show_conversation([], {}, None, responder_label="", off_record=False)
        self._window.show_start_page(True)
        self._window.set_totals("")
        self._window.set_off_record(False)
        self._window.set_workspace(str(self.workspace))
        self._show_running()
        self.show_models()

    @property
    def workspace(self) -> Path:
        """The folder of a new conversation."""
        chosen = self._settings.workspace_folder
        return Path(chosen).expanduser() if chosen else self._paths.workspace

    async def open_conversation(self, conversation_id: str) -> None:
        """Show a stored conversation."""
        await self._ready.wait()
        self._wanted = conversation_id
        self._loading = True
        try:
            loaded = await load_conversation(self.engine.session, conversation_id, lambda: self._told)
        finally:
            self._loading = False
        if self._wanted == conversation_id:
            self._show_loaded(loaded)
            await self._show_totals()

    def _show_loaded(self, loaded: Loaded) -> None:
        self._open = info = loaded.info
        self._run_id = loaded.run.run_id if loaded.run is not None else None
        window = self._window
        window.show_start_page(not loaded.messages)
        window.set_title(info.title)
        window.composer.set_text(loaded.draft)
        window.conversations.select(info.id)
        window.set_off_record(info.off_record, changeable=False)
        window.set_workspace(info.workspace)
        self.show_roles()
        label = writer_label(window, self._registry)
        self.presenter.show_conversation(
            loaded.messages, loaded.evidence, loaded.run, responder_label=label, off_record=info.off_record
        )
        self._show_running()
        self._review()

    async def _show_list(self) -> None:
        engine = self.engine
        listed = await engine.store.conversations.all() + await engine.off_record.conversations.all()
        listed.sort(key=lambda info: info.updated_at, reverse=True)
        self._window.conversations.show_conversations(listed)
        if self._open is not None:
            self._window.conversations.select(self._open.id)
            title = next((info.title for info in listed if info.id == self._open.id), self._open.title)
            self._window.set_title(title)

    async def _keep_draft(self, info: ConversationInfo | None, text: str) -> None:
        await self._ready.wait()
        if info is None:
            if not text.strip() or self._open is not None:
                return
            info = await self._make_conversation()
            if self._window.composer.text != text:
                return  # it was sent, or typed on, in the meantime
        await self._store_of(info.id).conversations.set_draft(info.id, text)

    async def _make_conversation(self) -> ConversationInfo:
        """Store the new conversation that is shown."""
        async with self._making:
            if self._open is not None:
                return self._open
            folder = self.workspace
            if folder == self._paths.workspace:
                folder = await asyncio.to_thread(self._paths.make_workspace)
            store = self.engine.off_record if self._window.top_bar.off_record.isChecked() else self.engine.store
            self._open = await store.conversations.create(str(folder), chosen_role(self._window, self._registry).name)
            self._window.set_off_record(self._open.off_record, changeable=False)
            self._window.set_workspace(self._open.workspace)
            return self._open

    # Runs.

    async def _send(self, text: str) -> None:
        await self._ready.wait()
        self._window.set_notice("")
        info = self._open or await self._make_conversation()
        try:
            options = run_options(
                self._registry,
                self._settings,
                role=chosen_role(self._window, self._registry).name,
                root=Path(info.workspace),
                tools_enabled=self._window.composer.tools.isChecked(),
            )
            run_id, message = await self.engine.session.send(info.id, text, options)
        except EngineError:
            if not self._window.composer.text:
                self._window.composer.set_text(text)  # nothing that was typed is lost
            raise
        if self._open is not None and self._open.id == info.id:
            self._run_id = run_id
            self._window.show_start_page(False)
            self.presenter.begin_run(message, writer_label(self._window, self._registry))

    async def _stop(self) -> None:
        if self._run_id is not None:
            await self.engine.session.stop(self._run_id)

    async def _decide(self, run_id: str, call_id: str, decision: Decision, binding: str) -> None:
        if await self.engine.session.decide(run_id, call_id, decision, binding):
            await self._resume_decided(run_id)

    async def _resume_decided(self, run_id: str) -> None:
        """Go on with a run that is decided; where a newer run of its conversation is at work, as soon as that ends."""
        try:
            await self.engine.session.resume(run_id)
        except RunBusy:
            self._decided.add(run_id)
            self._window.set_notice(
                "The decision is kept. The run goes on when the other one of its conversation ends."
            )
            return
        self._decided.discard(run_id)

    async def _write_again(self, run_id: str) -> None:
        await self.engine.session.write_again(run_id)

    def _act_on_outcome(self, action: str) -> None:
        run_id = self._run_id
        if action == REVIEW:
            self._review()
        elif action == GO_ON and run_id is not None:
            self.do(self.engine.session.resume(run_id))
        elif action == ADD_KEYS:
            self._window.keys_requested.emit()
        elif action == WRITE_AGAIN and run_id is not None:
            self.do(self._write_again(run_id))

    def _review(self) -> None:
        """Open the confirmation dialog where something waits in the open conversation."""
        if self.presenter.has_gates and not self._dialog.isVisible():
            self._dialog.open()

    async def _show_evidence(self, place: str) -> None:
        """Show the call that a number in an answer leads to, also where it is of an earlier run."""
        run_id, _, call_id = place.partition("/")
        if run_id != self._panes.run_id:
            self._panes.show(await self.engine.session.record(run_id))
        self._window.panes.set_wanted("tools", True)
        self._panes.select_call(call_id)

    async def _refresh_debug(self, run_id: str) -> None:
        record = await self.engine.session.record(run_id)
        if run_id == self._panes.run_id:
            self._window.debug_pane.set_rounds(record.rounds)

    # What stands around the conversation.

    def _store_of(self, some_id: str) -> Store:
        return self.engine.session.store_of(some_id)

    @property
    def _registry(self) -> Registry:
        return self.engine.session.runner.registry

    def take_registry(self) -> None:
        """Take models and roles from the settings anew: keys, server or demo changed."""
        if self._engine is not None:
            session = self._engine.session
            session.runner = dataclasses.replace(session.runner, registry=make_registry(self._settings))
            self.show_roles()

    def take_key(self) -> None:
        """A key came: offer to go on where the shown run failed for want of it."""
        if self._wants_key is not None and self._wants_key == self._run_id:
            self.presenter.offer_to_go_on_with_key()
        self._wants_key = None

    def show_roles(self) -> None:
        """Show the roles and models of the registry, which may have changed."""
        show_roles(self._window, self._registry, self._open.role if self._open is not None else None)

    def show_models(self) -> None:
        """Show who works on the next message."""
        if self._engine is not None:
            show_models(self._window, self._registry)

    async def _set_role(self, name: str) -> None:
        self.show_models()
        if self._open is not None:
            await self._store_of(self._open.id).conversations.set_role(self._open.id, name)
            self._open = self._open.model_copy(update={"role": name})

    def _choose_workspace(self) -> None:
        chooser = QFileDialog(self._window, "The folder that tools may touch")
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.setOption(QFileDialog.Option.ShowDirsOnly)
        chooser.setDirectory(self._open.workspace if self._open is not None else str(self.workspace))
        chooser.fileSelected.connect(lambda folder: self.do(self._set_workspace(folder)))
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    async def _set_workspace(self, folder: str) -> None:
        await self._ready.wait()
        info = self._open or await self._make_conversation()
        resolved = str(await asyncio.to_thread(lambda: Path(folder).resolve()))
        await self._store_of(info.id).conversations.set_workspace(info.id, resolved)
        self._open = info.model_copy(update={"workspace": resolved})
        self._window.set_workspace(resolved)

    async def _show_totals(self) -> None:
        info = self._open
        if info is None:
            return
        show_totals(self._window, *await self._store_of(info.id).usage.of_conversation(info.id))

    def _show_running(self) -> None:
        running = self._run_id in self._began
        self._window.set_running(running)
        if running and not self._tick.isActive():
            self._tick.start()
        elif not running:
            self._tick.stop()

    def _show_elapsed(self) -> None:
        if self._run_id is not None:
            self._window.set_elapsed(time.monotonic() - self.began(self._run_id))
