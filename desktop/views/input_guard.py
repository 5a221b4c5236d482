"""Keeps a person from deciding by accident: input that was meant for something else is not heard."""

import time

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget

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
_LATE_S = 0.05
_AFTER_LATE_MS = 200
_NO_LETTERS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Backtab})


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
        self._guard_ms = guard_ms
        self._due = 0.0
        self._timer = QTimer(self, singleShot=True, interval=guard_ms)
        self._timer.timeout.connect(self._time_over)
        self._is_raised = False
        self._lets_type = False

    @property
    def is_raised(self) -> bool:
        """Whether input is refused."""
        return self._is_raised

    def raise_now(self, *, let_type: bool = False) -> None:
        """Refuse input from now on, for the whole time again.

        Args:
            let_type: Whether letters still reach a field that the person has just asked for and that has the focus.
        """
        if self._guard_ms == 0:
            return
        self._lets_type = let_type
        self._wait(self._guard_ms)
        application = QApplication.instance()
        if not self._is_raised and application is not None:
            self._is_raised = True
            application.installEventFilter(self)
            self.raised.emit()

    def _wait(self, milliseconds: int) -> None:
        self._due = time.monotonic() + milliseconds / 1000
        self._timer.start(milliseconds)

    def _time_over(self) -> None:
        """Lower the guard, unless the program was too busy to hear what came meanwhile: that is heard, and refused."""
        if time.monotonic() - self._due > _LATE_S:
            self._wait(_AFTER_LATE_MS)
        else:
            self._lower()

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
        if event.type() not in _REFUSED or (self._lets_type and self._is_typing(event)):
            return False
        if isinstance(watched, QWidget):
            return watched.window() is self._window
        return watched is self._window.windowHandle()

    def _is_typing(self, event: QEvent) -> bool:
        """Whether it goes into a text that can be edited, and is no key that could decide or close anything."""
        field = self._window.focusWidget()
        editable = isinstance(field, QLineEdit | QPlainTextEdit) and not field.isReadOnly()
        if event.type() is QEvent.Type.InputMethod:
            return editable
        return editable and isinstance(event, QKeyEvent) and Qt.Key(event.key()) not in _NO_LETTERS
