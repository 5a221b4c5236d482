"""The line above the text that says what is being edited, with its way out."""

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from desktop.views.controls import Button, label
from desktop.views.icons import icon_pixmap
from desktop.views.theme import SPACE, current_theme, is_theme_change


class EditBar(QWidget):
    """Says that the text is an earlier one. Hidden while nothing is edited.

    Args:
        parent: The composer.

    Attributes:
        cancel: The push button "Cancel editing".

    Signals:
        cancelled(): The person wants out.
    """

    cancelled = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon = QLabel(self)
        self._words = label("", "muted")
        self._words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.cancel = Button("Cancel", kind="quiet", name="Cancel editing", parent=self)
        self.cancel.setToolTip("Cancel editing (Esc)")
        self.cancel.clicked.connect(self.cancelled)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(self._icon)
        row.addWidget(self._words, 1)
        row.addWidget(self.cancel)
        self._tint()
        self.hide()

    def show_words(self, words: str) -> None:
        """Say what is being edited; empty hides it."""
        self._words.setText(words)
        self.setVisible(bool(words))

    def changeEvent(self, event: QEvent) -> None:
        """Tint the icon anew with the theme."""
        super().changeEvent(event)
        if is_theme_change(event) and hasattr(self, "_icon"):
            self._tint()

    def _tint(self) -> None:
        self._icon.setPixmap(icon_pixmap("edit", current_theme().muted, 16, self.devicePixelRatioF()))
