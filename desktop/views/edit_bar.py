"""The line above the text that says what is being edited, with its way out."""

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from desktop.views.controls import Button, ElidedLabel
from desktop.views.icons import icon_pixmap
from desktop.views.theme import SPACE, current_theme, is_theme_change


class EditBar(QWidget):
    """Says that the text is an earlier one. Hidden while nothing is edited.

    Args:
        parent: The composer.

    Attributes:
        cancel: The push button "Cancel editing".
        reset: The push button "Back to the original".

    Signals:
        cancelled(): The person wants out.
        reset_requested(): The person wants the message as it was.
    """

    cancelled = Signal()
    reset_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon = QLabel(self)
        self._words = ElidedLabel("", "muted")
        self.reset = Button("Original", kind="quiet", name="Back to the original", parent=self)
        self.reset.setToolTip("Put back the message as it was")
        self.reset.clicked.connect(self.reset_requested)
        self.cancel = Button("Cancel", kind="quiet", name="Cancel editing", parent=self)
        self.cancel.setToolTip("Cancel editing (Esc)")
        self.cancel.clicked.connect(self.cancelled)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(self._icon)
        row.addWidget(self._words, 1)
        row.addWidget(self.reset)
        row.addWidget(self.cancel)
        self._tint()
        self.hide()

    def show_words(self, words: str, *, can_reset: bool = False) -> None:
        """Say what is being edited; empty hides it.

        Args:
            words: What it says.
            can_reset: Whether the way back to the original is offered.
        """
        self._words.show_text(words)
        self.show_reset(can_reset)
        self.setVisible(bool(words))

    def show_reset(self, on: bool) -> None:
        """Offer the way back to the original, or not."""
        self.reset.setVisible(on)

    def changeEvent(self, event: QEvent) -> None:
        """Tint the icon anew with the theme."""
        super().changeEvent(event)
        if is_theme_change(event) and hasattr(self, "_icon"):
            self._tint()

    def _tint(self) -> None:
        self._icon.setPixmap(icon_pixmap("edit", current_theme().muted, 16, self.devicePixelRatioF()))
