"""The window's composition root: builds everything, connects it, and owns the start and the end."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import os
import signal
import sys
import threading
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication

from desktop.paths import APP_NAME, Paths
from desktop.views import theme
from desktop.views.icons import application_icon
from desktop.views.main_window import MainWindow
from desktop.window_state import WindowState

# What is named here for readers only is imported after the first paint, by `_Imports`.
if TYPE_CHECKING:
    import asyncio

    from desktop.assembly import Engine
    from desktop.controller import Controller
    from desktop.onboarding import Onboarding
    from desktop.redaction import Redactor
    from desktop.secrets import KeyStore
    from desktop.settings import Settings

# WORKAROUND(qt): nothing here may import PySide6. It makes its classes when they are first imported; on a worker
# thread, while the window's thread is in Qt, that ends in a segmentation fault now and then, as with a screen reader.
_AFTER_FIRST_PAINT = ("desktop.assembly", "desktop.log")

_PAUSE_MS = 20
"""After the first paint: what the person does first is not to wait for the imports."""
_LATEST_MS = 1000
"""A window that nothing of is seen (minimised, on another desktop) is not painted."""


def run(*, demo: bool) -> int:
    """Open the window and stay until it is closed.

    The window is painted and takes input before the engine, the loop and all that they need are imported.

    Args:
        demo: Use the embedded offline models, for this start only.

    Returns:
        The exit status.
    """
    sys.setswitchinterval(0.001)  # a busy worker thread must not hold the window's thread for long
    application = QApplication(sys.argv[:1])
    application.setApplicationName(APP_NAME)
    application.setApplicationDisplayName("Cortex Desktop")
    application.setQuitOnLastWindowClosed(False)
    QGuiApplication.setDesktopFileName(APP_NAME)
    paths = Paths.of_system()
    if not demo and _raised_first_window(paths):
        return 0
    state = WindowState.load(paths.window_file)
    theme.apply(application, cast(theme.Scheme, state.color_scheme))
    window = MainWindow()
    window.restore_layout(state.layout)
    first_start = not paths.database.exists() and not demo
    window.show_start_page(first_start or state.conversation is None, first_start=first_start)
    early = _Early(window)
    window.show()
    imports = _Imports(window)
    imports.done.connect(lambda: application.exit())  # not quit(), which would close the window
    application.exec()  # until all is imported: the window lives meanwhile
    imports.raise_error()
    application.setWindowIcon(application_icon())

    import asyncio

    from qasync import QEventLoop

    loop = QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop:
        result: int = loop.run_until_complete(_Program(application, window, early, paths, state, demo=demo).main())
    return result


def _raised_first_window(paths: Paths) -> bool:
    """Whether a window is open already, and was brought to the front."""
    if os.name == "posix" and not os.path.exists(paths.window_address):
        return False  # as nearly always: without the import
    from desktop.single_instance import raise_first_window

    return raise_first_window(paths.window_address)


class _Imports(QObject):
    """Imports what the first paint did without, on a worker thread, once that paint is through.

    Args:
        window: Whose first paint it waits for.

    Signals:
        done(): All is imported, or one import failed.
    """

    done = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._error: Exception | None = None
        self._begins = QTimer(self, singleShot=True, interval=_LATEST_MS)
        self._begins.timeout.connect(self._start)
        self._begins.start()
        self._window = window
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Begin behind the first paint."""
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            self._begins.start(_PAUSE_MS)
        return False

    def _start(self) -> None:
        self._window.removeEventFilter(self)
        threading.Thread(target=self._import, name="imports", daemon=True).start()

    def raise_error(self) -> None:
        """Raise what failed, here on the thread of the window."""
        if self._error is not None:
            raise self._error

    def _import(self) -> None:
        try:
            for name in _AFTER_FIRST_PAINT:
                importlib.import_module(name)
        except Exception as error:  # raised again by raise_error
            self._error = error
        self.done.emit()


class _Early:
    """What the person did before the engine was there; done when it is."""

    def __init__(self, window: MainWindow) -> None:
        self.closed = False
        self._kept: list[tuple[SignalInstance, tuple[Any, ...]]] = []
        self._window = window
        self._signals = (
            window.files_offered,
            window.picture_offered,
            window.long_text_offered,
            window.submitted,
            window.keys_requested,
            window.new_conversation_requested,
            window.workspace_change_requested,
            window.start_page.demo_chosen,
            window.start_page.local_server_chosen,
        )
        self._connections = [signal.connect(partial(self._keep, signal)) for signal in self._signals]
        window.closed.connect(self._close)

    def _keep(self, signal: SignalInstance, *values: Any) -> None:
        self._kept.append((signal, values))

    def _close(self) -> None:
        self.closed = True

    def replay(self) -> None:
        """Do it now."""
        for connection in self._connections:
            QObject.disconnect(connection)
        self._window.closed.disconnect(self._close)
        for kept, values in self._kept:
            kept.emit(*values)


class _Program:
    """One start of the program, from its first paint to its end."""

    def __init__(
        self,
        application: QApplication,
        window: MainWindow,
        early: _Early,
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
        """Open the engine behind the window, and wait for the end."""
        import asyncio

        from desktop.log import log_unhandled, loop_error_handler, start_logging
        from desktop.redaction import Redactor
        from desktop.settings import Settings

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
        import asyncio

        from desktop.assembly import personas_of
        from desktop.audit_actions import AuditActions
        from desktop.collecting import Collector
        from desktop.controller import Controller
        from desktop.estimates import Estimates
        from desktop.exchange_actions import ExchangeActions
        from desktop.onboarding import Onboarding
        from desktop.os_keyring import os_keyring
        from desktop.persona_actions import PersonaActions
        from desktop.reading_places import ReadingPlaces
        from desktop.secrets import KeyStore
        from desktop.single_instance import InstanceServer
        from desktop.usage_actions import UsageActions
        from desktop.window_commands import connect_commands
        from desktop.window_keeping import WindowKeeper

        window = self._window
        window.furnish()
        keys = KeyStore(on_key=redactor.add, load=os_keyring)
        controller = Controller(window, settings, self._paths)
        onboarding = Onboarding(window, settings, keys, controller)
        self._audit = AuditActions(window, controller, redact=redactor.redact)
        QShortcut(QKeySequence("Ctrl+Shift+A"), window, self._audit.open)
        self._personas = PersonaActions(window, personas_of(self._paths), controller)
        QShortcut(QKeySequence("Ctrl+Shift+E"), window, self._personas.open)
        controller.gates.audit_requested.connect(self._audit.open)
        self._usage = UsageActions(window, controller)
        window.usage_requested.connect(self._usage.open)
        Estimates(window, settings, controller)
        exchange = ExchangeActions(window, controller, self._paths, redact=redactor.redact)
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
        window.submitted.connect(lambda _text: keeper.note())
        if problems:
            window.set_notice(problems[0], kind="danger")
        opening = asyncio.create_task(self._open(settings, keys, controller, onboarding))
        collector = Collector(window)
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

    async def _open(self, settings: Settings, keys: KeyStore, controller: Controller, onboarding: Onboarding) -> None:
        from desktop.assembly import open_engine
        from desktop.engine.errors import EngineError

        window = self._window
        try:
            await self._put_restore_in_place()
            self._engine = await open_engine(self._paths, settings, keys, controller.take)
        except EngineError as error:
            window.set_notice(f"{error} {error.action}".strip(), kind="danger")
            return
        await controller.start(self._engine, self._state.conversation)
        self._is_started = True
        self._audit.start()
        has_model = await onboarding.start(self._engine.connector.redirections())
        if has_model and window.start_page.is_first_start and window.start_page.isVisible():
            window.show_start_page(True)
        await self._tell_of_damage(self._engine)

    async def _tell_of_damage(self, engine: Engine) -> None:
        from desktop.engine.store.opening import late_fault

        if (rescued := engine.opened.rescued) is not None:
            self._window.set_notice(rescued.words, kind="warning")
        elif not engine.opened.looked_through and await late_fault(self._paths.database) is not None:
            self._window.set_notice(
                "The database is damaged. Start the program again: what can be read will be recovered.", kind="danger"
            )

    async def _put_restore_in_place(self) -> None:
        import asyncio

        from desktop.engine.errors import StoreError
        from desktop.engine.store.backup import put_restore_in_place

        try:
            aside = await asyncio.to_thread(put_restore_in_place, self._paths.database)
        except StoreError as error:  # the present database serves on
            self._window.set_notice(f"{error} {error.action}".strip(), kind="warning")
            return
        except OSError as error:
            self._window.set_notice(f"The backup could not be restored: {error.strerror or error}.", kind="danger")
            return
        if aside is not None:
            self._window.set_notice(f"The backup is restored. What was there before is kept as {aside}.")

    def _listen_to_signals(self, loop: asyncio.AbstractEventLoop) -> None:
        """End in order when the system asks: what is under way is put aside, its processes ended."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None:
                with contextlib.suppress(NotImplementedError, ValueError):
                    loop.add_signal_handler(number, self._closed.set)
