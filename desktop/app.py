"""The start of the window: it is painted and takes input first; the program behind it is imported meanwhile."""

import importlib
import os
import sys
from typing import cast

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from desktop.early import Early
from desktop.leaving import start_unattended
from desktop.paths import APP_NAME, Paths
from desktop.views import theme
from desktop.views.icons import application_icon
from desktop.views.main_window import MainWindow
from desktop.window_state import WindowState

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
    early = Early(window)
    window.show()
    imports = _Imports(window)
    imports.done.connect(lambda: application.exit())  # not quit(), which would close the window
    application.exec()  # until all is imported: the window lives meanwhile
    imports.raise_error()
    application.setWindowIcon(application_icon())

    import asyncio

    from qasync import QEventLoop

    from desktop.program import Program

    loop = QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop:
        result: int = loop.run_until_complete(Program(application, window, early, paths, state, demo=demo).main())
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
        start_unattended("imports", self._import)

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
