"""Keeps a person from deciding by accident: input that was meant for something else is not heard."""

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

_REFUSED = frozenset(
    {
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonRelease,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TouchEnd,
        QEvent.Type.TabletPress,
        QEvent.Type.TabletRelease,
        QEvent.Type.KeyPress,
        QEvent.Type.KeyRelease,
        QEvent.Type.Shortcut,
        QEvent.Type.ShortcutOverride,
        QEvent.Type.InputMethod,
    }
)


class InputGuard(QObject):
    """Swallows mouse and keys that go to a window, for a while.

    Args:
        window: The window.
        guard_ms: How long; 0 guards nothing.

    Signals:
        raised(): Input is refused from now on.
        lowered(): Input is heard again.
    """

    raised = Signal()
    lowered = Signal()

    def __init__(self, window: QWidget, guard_ms: int) -> None:
        super().__init__(window)
        self._window = window
        self._timer = QTimer(self, singleShot=True, interval=guard_ms)
        self._timer.timeout.connect(self._lower)
        self._is_raised = False

    @property
    def is_raised(self) -> bool:
        """Whether input is refused."""
        return self._is_raised

    def raise_now(self) -> None:
        """Refuse input from now on, for the whole time again."""
        if self._timer.interval() == 0:
            return
        self._timer.start()
        application = QApplication.instance()
        if not self._is_raised and application is not None:
            self._is_raised = True
            application.installEventFilter(self)
            self.raised.emit()

    def _lower(self) -> None:
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        self._is_raised = False
        self.lowered.emit()

    def stand_down(self) -> None:
        """Stop guarding: the window is gone."""
        if self._is_raised:
            self._timer.stop()
            self._lower()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Swallow what goes to the window or anything in it."""
        if event.type() not in _REFUSED:
            return False
        if isinstance(watched, QWidget):
            return watched.window() is self._window
        return watched is self._window.windowHandle()
