"""A question before something that cannot simply be taken back."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.views.controls import Button, label
from desktop.views.theme import SPACE


class AskBox(QDialog):
    """Asks once. Cancel has the focus; closing it is Cancel. It deletes itself.

    Args:
        parent: The window.
        title: The dialog's title.
        text: What will happen, shown literally.
        verb: The words of the button that does it.
        act: Called when that is pressed.

    Attributes:
        do_button: Does it.
        cancel_button: Does not.
    """

    def __init__(self, parent: QWidget, title: str, text: str, verb: str, act: Callable[[], object]) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._act = act
        words = label(text, wrap=True)
        words.setMinimumWidth(360)
        self.cancel_button = Button("Cancel")
        self.do_button = Button(verb, kind="danger")
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.do_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addWidget(words)
        column.addLayout(row)
        self.setAccessibleDescription(text)
        self.cancel_button.clicked.connect(self.reject)
        self.do_button.clicked.connect(self._do)
        self.cancel_button.setFocus()

    def _do(self) -> None:
        self.accept()
        self._act()
