"""A line below a message: how its run ended, and what can be done."""

from typing import ClassVar

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from desktop.views.controls import Button, label
from desktop.views.icons import icon_pixmap
from desktop.views.theme import SPACE, current_theme, is_theme_change
from desktop.views.transcript.metrics import GUTTER
from desktop.views.transcript.values import NoteKind


class NoteView(QWidget):
    """How a run ended, where it ended.

    Args:
        text: What happened.
        action_label: Text of the action's button; empty for none.
        kind: ``danger`` for a failure: it is marked, and not in the muted colour.
        parent: The view it shows in.
        action_id: The action, for whoever looks at it.

    Signals:
        activated(): The action's button was pressed.
    """

    activated = Signal()
    is_widget: ClassVar[bool] = True

    def __init__(self, text: str, action_label: str, kind: NoteKind, parent: QWidget, action_id: str = "") -> None:
        super().__init__(parent)
        self.action_id, self.kind = action_id, kind
        self._icon = QLabel() if kind == "danger" else None
        self._width = self._height = 0
        self.setAccessibleName(text)
        row = QHBoxLayout(self)
        row.setContentsMargins(GUTTER, 0, GUTTER, 0)
        row.setSpacing(SPACE)
        if self._icon is not None:
            row.addWidget(self._icon)
            self._tint()
        self._words = words = label(text, "muted" if kind == "info" else "", wrap=True)
        words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row.addWidget(words, 1)
        self._button = Button(action_label) if action_label else None
        if self._button is not None:
            self._button.clicked.connect(self.activated)
            row.addSpacing(SPACE)
            row.addWidget(self._button)

    def changeEvent(self, event: QEvent) -> None:
        """Tint the mark anew with the theme."""
        super().changeEvent(event)
        if is_theme_change(event) and hasattr(self, "_icon"):
            self._width = 0
            self._tint()

    def _tint(self) -> None:
        if self._icon is not None:
            self._icon.setPixmap(icon_pixmap("warning", current_theme().danger, 20, self.devicePixelRatioF()))

    def lay_out(self, width: int) -> int:
        """The height in a width."""
        if width != self._width:
            layout = self.layout()
            self._width = width
            self._height = max(5 * SPACE, layout.heightForWidth(width) if layout is not None else 0) + SPACE
        return self._height

    def say(self, text: str) -> bool:
        """Say something else; returns whether that changes anything."""
        if text == self.accessibleName():
            return False
        self._words.setText(text)
        self.setAccessibleName(text)
        self._width = 0
        return True

    def leave(self) -> None:
        """Go, and come not back."""
        self.hide()
        self.deleteLater()

    def retire(self) -> None:
        """Take the action away: the conversation has gone on."""
        if self._button is not None:
            self._button.hide()
