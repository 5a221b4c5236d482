"""What the person did before the engine was there; done when it is."""

from functools import partial
from typing import Any

from PySide6.QtCore import QObject, SignalInstance

from desktop.views.main_window import MainWindow


class Early:
    """Keeps what the person does before there is anything behind the window.

    Args:
        window: The window.

    Attributes:
        closed: Whether the person wants the window closed.
    """

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
        """Do it now; from here on it is done as it comes."""
        for connection in self._connections:
            QObject.disconnect(connection)
        self._window.closed.disconnect(self._close)
        for kept, values in self._kept:
            kept.emit(*values)
