"""Tells on the desktop that something waits, while the person looks elsewhere. It says which tools, never what of."""

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from desktop.views.literal_text import one_line
from desktop.views.waiting_list import tools_words

_SHOWN_MS = 15_000
_MOST = 200
# Notification servers read mark-up; not all of them, so that escapes would be seen in some.
_UNMARKED = str.maketrans({"<": "‹", ">": "›", "&": "+"})  # noqa: RUF001


class NotificationService(Protocol):
    """The desktop's own way to show a notification."""

    def show(self, title: str, text: str, on_click: Callable[[], None], on_failure: Callable[[], None]) -> None:
        """Show one, in place of the one before; where it cannot be shown, say so."""

    def withdraw(self) -> None:
        """Take it away."""


def waiting_words(tools: Sequence[str], effects: Sequence[str] = ()) -> str:
    """What a notification says of waiting calls: their tools and what these can do, and nothing of their arguments.

    Args:
        tools: Their names, those of calls off the record left out; empty where all are.
        effects: What a single one can do: "changes files on this machine".
    """
    if not tools:
        return "A call waits for your decision."
    verb = "waits" if len(tools) == 1 else "wait"
    can = f" It {' and '.join(effects)}." if effects and len(tools) == 1 else ""
    return f"{tools_words(tools)} {verb} for your decision.{can}"


def tray_icon(icon: QIcon, parent: QObject) -> QSystemTrayIcon | None:
    """An icon that can show messages; None where the desktop has no place for one."""
    if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
        return QSystemTrayIcon(icon, parent)
    return None


class Notifier(QObject):
    """Marks the window in the task bar, and shows a notification: by the desktop's service, else by a tray icon.

    Args:
        window: The window that wants attention.
        tray: Shows the message where there is no service, or it fails; None marks the window alone.
        make_service: Makes what shows the message, when there is a first one; None leaves it to the tray.
        is_looked_at: Tells whether the program has the person's attention.

    Signals:
        activated(str): The person clicked the notification or its icon; what the latest one was about.
        cleared(): What was told is past: the person looks, or nothing waits any more.
        looked_at(): The person came back to the program.
    """

    activated = Signal(str)
    cleared = Signal()
    looked_at = Signal()

    def __init__(
        self,
        window: QWidget,
        tray: QSystemTrayIcon | None = None,
        make_service: Callable[[], NotificationService | None] = lambda: None,
        *,
        is_looked_at: Callable[[], bool] = lambda: QApplication.activeWindow() is not None,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._tray = tray
        self._make_service = make_service
        self._service: NotificationService | None = None
        self._about = ""
        self._is_looked_at = is_looked_at
        if tray is not None:
            tray.setToolTip("Cortex Desktop")
            tray.messageClicked.connect(self._activate)
            tray.activated.connect(lambda _reason: self._activate())
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.applicationStateChanged.connect(self._follow)

    @property
    def is_looked_at(self) -> bool:
        """Whether a window of the program has the person's attention."""
        return self._is_looked_at()

    def notify(self, title: str, text: str, about: str = "") -> None:
        """Tell the person; nothing while a window of the program has their attention.

        Args:
            title: One line.
            text: One line; no arguments of a call, as anybody may stand before the screen.
            about: Comes back with `activated`.
        """
        if self._is_looked_at():
            return
        self._about = about
        QApplication.alert(self._window)
        self._service = self._service or self._make_service()
        shown = _plain(title), _plain(text)
        if self._service is not None:
            self._service.show(*shown, self._activate, lambda: self._show_in_tray(*shown))
        else:
            self._show_in_tray(*shown)

    def _show_in_tray(self, title: str, text: str) -> None:
        if self._tray is not None:
            self._tray.show()
            self._tray.showMessage(title, text, self._tray.icon(), _SHOWN_MS)

    def clear(self) -> None:
        """Take it away: nothing waits any more, or the person looks."""
        if self._service is not None:
            self._service.withdraw()
        if self._tray is not None:
            self._tray.hide()
        self.cleared.emit()

    def _activate(self) -> None:
        self.clear()
        self.activated.emit(self._about)

    def _follow(self, state: Qt.ApplicationState) -> None:
        if state is Qt.ApplicationState.ApplicationActive:
            self.clear()
            self.looked_at.emit()


def _plain(text: str) -> str:
    return one_line(text, _MOST).translate(_UNMARKED)
