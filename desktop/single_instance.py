"""A second start raises the window of the first. The address is a socket in the state folder, or a pipe's name."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_WAIT_MS = 500
_ANSWER_MS = 3000
"""The first window may be at work; one that says nothing for so long is not coming to the front."""


def raise_first_window(address: str) -> bool:
    """Ask the window that listens there to come to the front.

    Args:
        address: From ``Paths.window_address``.

    Returns:
        Whether there was one.
    """
    socket = QLocalSocket()
    socket.connectToServer(address)
    if not socket.waitForConnected(_WAIT_MS):
        return False
    socket.write(b"raise\n")
    socket.waitForBytesWritten(_WAIT_MS)
    # The answer may have come while the question was written.
    return socket.bytesAvailable() > 0 or socket.waitForReadyRead(_ANSWER_MS)


class InstanceServer(QObject):
    """Listens for later starts.

    Args:
        address: From ``Paths.window_address``.
        parent: The owner.

    Signals:
        raised(): A later start asks the window to come to the front.
    """

    raised = Signal()

    def __init__(self, address: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)
        if not self._server.listen(address):
            QLocalServer.removeServer(address)  # left by a process that was killed
            self._server.listen(address)

    def close(self) -> None:
        """Stop listening."""
        self._server.close()

    def _answer(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.write(b"here\n")
            socket.flush()
            self.raised.emit()
