"""The window's composition root: builds everything, connects it, and owns the start and the end."""

import asyncio
import contextlib
import gc
import importlib
import signal
import sys
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from desktop.engine.errors import EngineError
from desktop.log import log_unhandled, loop_error_handler, start_logging
from desktop.paths import APP_NAME, Paths
from desktop.redaction import Redactor
from desktop.settings import Settings
from desktop.views import theme
from desktop.views.icons import application_icon
from desktop.views.main_window import MainWindow
from desktop.window_state import WindowState

if TYPE_CHECKING:
    from desktop.assembly import Engine
    from desktop.controller import Controller
    from desktop.onboarding import Onboarding
    from desktop.secrets import KeyStore


def run(*, demo: bool) -> int:
    """Open the window and stay until it is closed.

    Args:
        demo: Use the embedded offline models, for this start only.

    Returns:
        The exit status.
    """
    sys.setswitchinterval(0.001)  # a busy worker thread must not hold the window's thread for long
    application = QApplication(sys.argv[:1])
    application.setApplicationName(APP_NAME)
    application.setApplicationDisplayName("Cortex Desktop")
    QGuiApplication.setDesktopFileName(APP_NAME)
    application.setWindowIcon(application_icon())
    application.setQuitOnLastWindowClosed(False)
    loop = QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop:
        result: int = loop.run_until_complete(_Program(application, demo=demo).main())
    return result


class _Program:
    """One start of the program, from its first window to its end."""

    def __init__(self, application: QApplication, *, demo: bool) -> None:
        self._application = application
        self._demo = demo
        self._paths = Paths.of_system()
        self._redactor = Redactor()
        self._closed = asyncio.Event()
        self._engine: Engine | None = None

    async def main(self) -> int:
        """Show the window at once, open the engine behind it, and wait for the end."""
        self._paths.make()
        stop_logging = start_logging(self._paths.log_file, self._redactor)
        restore_hooks = log_unhandled()
        asyncio.get_running_loop().set_exception_handler(loop_error_handler())
        settings, problems = Settings.load(self._paths.settings_file)
        if self._demo:
            settings.demo = True
        theme.apply(self._application, cast(theme.Scheme, settings.color_scheme))
        state = WindowState.load(self._paths.window_file)
        window = MainWindow()
        window.restore_layout(state.layout)
        first_start = not self._paths.database.exists() and not settings.demo
        window.show_start_page(True, first_start=first_start)
        window.closed.connect(self._closed.set)
        window.show()
        self._listen_to_signals()
        try:
            return await self._live(window, settings, state, [str(problem) for problem in problems])
        finally:
            restore_hooks()
            stop_logging()

    async def _live(self, window: MainWindow, settings: Settings, state: WindowState, problems: list[str]) -> int:
        sent_early: list[str] = []
        window.submitted.connect(sent_early.append)
        await _painted()
        await asyncio.to_thread(_import_engine)  # takes long: not before the first paint, and not on the GUI's thread
        from desktop.controller import Controller
        from desktop.onboarding import Onboarding
        from desktop.os_keyring import os_keyring
        from desktop.secrets import KeyStore

        keys = KeyStore(on_key=self._redactor.add, load=os_keyring)
        controller = Controller(window, settings, self._paths)
        onboarding = Onboarding(window, settings, keys, controller)
        window.submitted.disconnect(sent_early.append)
        for text in sent_early:
            window.submitted.emit(text)
        if problems:
            window.set_notice(problems[0], kind="danger")
        opening = asyncio.create_task(self._open(window, settings, state, keys, controller, onboarding))
        await self._closed.wait()
        window.hide()  # at once; what is under way ends behind it
        state = WindowState(layout=window.save_layout(), conversation=controller.open_conversation_id)
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
        await controller.close()
        if self._engine is not None:
            await self._engine.close()
        with contextlib.suppress(OSError):  # only the window's shape would be lost
            await asyncio.to_thread(state.save, self._paths.window_file)
        window.finish_close()
        return 0

    async def _open(
        self,
        window: MainWindow,
        settings: Settings,
        state: WindowState,
        keys: "KeyStore",
        controller: "Controller",
        onboarding: "Onboarding",
    ) -> None:
        from desktop.assembly import open_engine

        try:
            self._engine = await open_engine(self._paths, settings, keys, controller.take)
        except EngineError as error:
            window.set_notice(f"{error} {error.action}".strip(), kind="danger")
            return
        await controller.start(self._engine, state.conversation)
        has_model = await onboarding.start(self._engine.connector.redirections())
        if has_model and window.start_page.is_first_start and window.start_page.isVisible():
            window.show_start_page(True)
        _settle_memory()

    def _listen_to_signals(self) -> None:
        """End in order when the system asks: what is under way is put aside, its processes ended."""
        loop = asyncio.get_running_loop()
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None:
                with contextlib.suppress(NotImplementedError, ValueError):
                    loop.add_signal_handler(number, self._closed.set)


def _import_engine() -> None:
    """Import what the window does not need for its first paint."""
    for name in ("desktop.assembly", "desktop.controller", "desktop.onboarding"):
        importlib.import_module(name)


async def _painted() -> None:
    """Wait until the event loop has painted what was shown."""
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def finish() -> None:
        if not done.done():
            done.set_result(None)

    QTimer.singleShot(0, lambda: QTimer.singleShot(0, finish))
    await done


def _settle_memory() -> None:
    """What start-up made stays: keep the collector from walking through it again and again."""
    gc.collect()
    gc.freeze()
