"""The program behind the window: builds all of it, connects it, and owns its end. Imported behind the first paint."""

import asyncio
import contextlib
import dataclasses
import signal
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication

from desktop.assembly import Engine, open_engine, personas_of
from desktop.audit_actions import AuditActions
from desktop.collecting import Collector
from desktop.controller import Controller
from desktop.early import Early
from desktop.engine.errors import EngineError, StoreError
from desktop.engine.store.backup import put_restore_in_place
from desktop.engine.store.opening import late_fault
from desktop.estimates import Estimates
from desktop.exchange_actions import ExchangeActions
from desktop.log import log_unhandled, loop_error_handler, start_logging
from desktop.onboarding import Onboarding
from desktop.os_keyring import os_keyring
from desktop.paths import Paths
from desktop.persona_actions import PersonaActions
from desktop.reading_places import ReadingPlaces
from desktop.redaction import Redactor
from desktop.secrets import KeyStore
from desktop.settings import Settings
from desktop.single_instance import InstanceServer
from desktop.usage_actions import UsageActions
from desktop.views import theme
from desktop.views.main_window import MainWindow
from desktop.views.notice_bar import NoticeKind
from desktop.window_commands import connect_commands
from desktop.window_keeping import WindowKeeper
from desktop.window_state import WindowState


class Program:
    """One start of the program, from its first paint to its end.

    Args:
        application: Qt's.
        window: Shown already.
        early: What the person has done with it so far.
        paths: Where things lie.
        state: The window's, as the last start left it.
        demo: Whether to use the embedded offline models, for this start only.
    """

    def __init__(
        self,
        application: QApplication,
        window: MainWindow,
        early: Early,
        paths: Paths,
        state: WindowState,
        *,
        demo: bool,
    ) -> None:
        self._application = application
        self._window = window
        self._early = early
        self._paths = paths
        self._state = state
        self._demo = demo
        self._engine: Engine | None = None
        self._is_started = False

    async def main(self) -> int:
        """Open the engine behind the window, and wait for the end.

        Returns:
            The exit status.
        """
        self._closed = asyncio.Event()
        self._window.closed.connect(self._closed.set)
        if self._early.closed:
            self._closed.set()
        self._listen_to_signals(asyncio.get_running_loop())
        self._paths.make()
        redactor = Redactor()
        stop_logging = start_logging(self._paths.log_file, redactor)
        restore_hooks = log_unhandled()
        asyncio.get_running_loop().set_exception_handler(loop_error_handler())
        settings, problems = Settings.load(self._paths.settings_file)
        if settings.color_scheme != self._state.color_scheme:
            theme.apply(self._application, cast(theme.Scheme, settings.color_scheme))
        if self._demo:
            settings.override(Settings.demo, True)
        try:
            await self._live(settings, redactor, [str(problem) for problem in problems])
        finally:
            restore_hooks()
            stop_logging()
        return 0

    async def _live(self, settings: Settings, redactor: Redactor, problems: list[str]) -> None:
        window = self._window
        window.furnish()
        keys = KeyStore(on_key=redactor.add, load=os_keyring)
        controller = Controller(window, settings, self._paths)
        onboarding = Onboarding(keys, controller)
        self._audit = AuditActions(controller.desk, redact=redactor.redact)
        QShortcut(QKeySequence("Ctrl+Shift+A"), window, self._audit.open)
        self._personas = PersonaActions(controller.desk, personas_of(self._paths))
        QShortcut(QKeySequence("Ctrl+Shift+E"), window, self._personas.open)
        controller.gates.audit_requested.connect(self._audit.open)
        self._usage = UsageActions(controller.desk)
        window.usage_requested.connect(self._usage.open)
        self._estimates = Estimates(controller.desk)
        exchange = ExchangeActions(controller.desk, self._paths, redact=redactor.redact)
        connect_commands(window, controller, exchange, self._audit)
        self._early.replay()
        instance = InstanceServer(self._paths.window_address, window)
        instance.raised.connect(self._raise)
        keeper = WindowKeeper(
            window,
            self._paths.window_file,
            lambda: self._window_state(controller),
            controller.actions,
        )
        window.transcript.set_zoom(self._state.zoom)
        controller.conversations.places = ReadingPlaces(self._state.places)
        controller.conversations.shown.connect(lambda _run: keeper.note())
        controller.conversations.stored_anew.connect(keeper.note)
        window.submitted.connect(lambda _text: keeper.note())
        onboarding.say_faults(problems)
        opening = asyncio.create_task(self._open(settings, keys, controller, onboarding))
        collector = Collector(window, lambda: controller.is_at_work, self._is_watched)
        opening.add_done_callback(lambda _opening: collector.start())
        await self._closed.wait()
        instance.close()
        await keeper.keep()
        window.hide()  # at once; what is under way ends behind it
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
        await controller.close()
        if self._engine is not None:
            await self._engine.close()
        window.finish_close()

    def _window_state(self, controller: Controller) -> WindowState:
        state = controller.window_state()
        if self._is_started:
            return state
        return dataclasses.replace(state, conversation=self._state.conversation)  # not open yet

    def _raise(self) -> None:
        window = self._window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.raise_()
        window.activateWindow()

    def _is_watched(self) -> bool:
        return self._application.activeWindow() is not None

    async def _open(self, settings: Settings, keys: KeyStore, controller: Controller, onboarding: Onboarding) -> None:
        window = self._window
        try:
            restored, kind = await self._put_restore_in_place()
            self._engine = await open_engine(self._paths, settings, keys, controller.take)
        except EngineError as error:
            window.notice.show_notice(f"{error} {error.action}".strip(), kind="danger")
            return
        await controller.start(self._engine, self._state.conversation)
        self._is_started = True
        self._audit.start()
        has_model = await onboarding.start(self._engine.connector.redirections())
        if has_model and window.start_page.is_first_start and window.start_page.isVisible():
            window.show_start_page(True)
        if restored:  # in the place of what every start says
            window.notice.show_notice(restored, kind=kind)
        await self._tell_of_damage(self._engine)

    async def _tell_of_damage(self, engine: Engine) -> None:
        if (rescued := engine.opened.rescued) is not None:
            self._window.notice.show_notice(rescued.words, kind="warning")
        elif not engine.opened.looked_through and await late_fault(self._paths.database) is not None:
            self._window.notice.show_notice(
                "The database is damaged. Start the program again: what can be read will be recovered.", kind="danger"
            )

    async def _put_restore_in_place(self) -> tuple[str, NoticeKind]:
        """Let a backup that waits take the database's place; what is to be said of it, empty for nothing."""
        try:
            aside = await asyncio.to_thread(put_restore_in_place, self._paths.database)
        except StoreError as error:  # the present database serves on
            return f"{error} {error.action}".strip(), "warning"
        except OSError as error:
            return f"The backup could not be restored: {error.strerror or error}.", "danger"
        said = f"The backup is restored. What was there before is kept as {aside}." if aside is not None else ""
        return said, "info"

    def _listen_to_signals(self, loop: asyncio.AbstractEventLoop) -> None:
        """End in order when the system asks: what is under way is put aside, its processes ended."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None:
                with contextlib.suppress(NotImplementedError, ValueError):
                    loop.add_signal_handler(number, self._closed.set)
