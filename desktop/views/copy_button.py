"""A button that copies something, and says that it did."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop.views.controls import Button
from desktop.views.icons import icon
from desktop.views.theme import current_theme

_SHOWN_MS = 1500


class CopyButton(Button):
    """Copies what a function gives when it is pressed; its icon is a check for a moment then.

    Args:
        source: Gives the text.
        name: What assistive technology and the tool tip call it.
        parent: The parent widget.
    """

    def __init__(self, source: Callable[[], str], name: str = "Copy", parent: QWidget | None = None) -> None:
        super().__init__("", "copy", kind="flat", name=name, parent=parent)
        self._source = source
        self._back = QTimer(self)
        self._back.setSingleShot(True)
        self._back.setInterval(_SHOWN_MS)
        self._back.timeout.connect(self._show_copy)
        self.clicked.connect(self._copy)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._source())
        self.setIcon(icon("check", current_theme().success))
        self.setAccessibleDescription("Copied")
        self._back.start()

    def _show_copy(self) -> None:
        self.setAccessibleDescription(self.accessibleName())  # without one, the tool tip would be told
        self.changeEvent(QEvent(QEvent.Type.StyleChange))


def compact(button: Button, side: int) -> None:
    """Make a button with an icon alone a small square."""
    button.setStyleSheet("padding: 0px; min-height: 0px; min-width: 0px;")
    button.setFixedSize(side, side)
