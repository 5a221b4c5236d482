"""Tells on the desktop that something waits, while the person looks elsewhere. It says which tools, never what of."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from desktop.views.literal_text import one_line
from desktop.views.waiting_list import tools_words

_SHOWN_MS = 15_000
_MOST = 200
# Notification servers read mark-up; not all of them, so that escapes would be seen in some.
_UNMARKED = str.maketrans({"<": "‹", ">": "›", "&": "+"})  # noqa: RUF001


def waiting_words(tools: Sequence[str]) -> str:
    """What a notification says of waiting calls: the names of their tools and nothing else."""
    verb = "waits" if len(tools) == 1 else "wait"
    return f"{tools_words(tools)} {verb} for your decision."


def tray_icon(icon: QIcon, parent: QObject) -> QSystemTrayIcon | None:
    """An icon that can show messages; None where the desktop has no place for one."""
    if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
        return QSystemTrayIcon(icon, parent)
    return None


class Notifier(QObject):
    """Shows a desktop notification where it can, and marks the window in the task bar where it cannot.

    Args:
        window: The window that wants attention.
        tray: Shows the message; None marks the window alone.
        is_looked_at: Tells whether the program has the person's attention.

    Signals:
        activated(): The person clicked the notification or its icon.
    """

    activated = Signal()

    def __init__(
        self,
        window: QWidget,
        tray: QSystemTrayIcon | None = None,
        is_looked_at: Callable[[], bool] = lambda: QApplication.activeWindow() is not None,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._tray = tray
        self._is_looked_at = is_looked_at
        if tray is not None:
            tray.setToolTip("Cortex Desktop")
            tray.messageClicked.connect(self._activate)
            tray.activated.connect(lambda _reason: self._activate())

    def notify(self, title: str, text: str) -> None:
        """Tell the person; nothing while a window of the program has their attention.

        Args:
            title: One line.
            text: One line; no arguments of a call, as anybody may stand before the screen.
        """
        if self._is_looked_at():
            return
        QApplication.alert(self._window)
        if self._tray is not None:
            self._tray.show()
            self._tray.showMessage(_plain(title), _plain(text), self._tray.icon(), _SHOWN_MS)

    def clear(self) -> None:
        """Take the icon away: nothing waits any more, or the person looks."""
        if self._tray is not None:
            self._tray.hide()

    def _activate(self) -> None:
        self.clear()
        self.activated.emit()


def _plain(text: str) -> str:
    return one_line(text, _MOST).translate(_UNMARKED)
