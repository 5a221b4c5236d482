"""A calm bar with a sentence and, where the person can do something, a button."""

from typing import Literal

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from desktop.views.controls import Button, button_text, label
from desktop.views.icons import icon_pixmap
from desktop.views.theme import SPACE, current_theme, is_theme_change

NoticeKind = Literal["info", "warning", "danger"]
"""How grave it is; shown by icon and colour."""


class NoticeBar(QFrame):
    """Says one thing above the composer or in a dialog. Hidden while it has nothing to say.

    Attributes:
        text: The label with the words.
        action: The button; hidden where there is nothing to do.
        close_button: Hides the bar; only where it may be dismissed.

    Signals:
        action_clicked(str): The button was clicked; its words.
        dismissed(): The person closed the bar.
    """

    action_clicked = Signal(str)
    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None, *, dismissible: bool = True) -> None:
        super().__init__(parent)
        self._kind: NoticeKind = "info"
        self._action = ""
        self.setProperty("kind", "notice")
        self.setAccessibleName("Notice")
        self._icon = QLabel()
        self.text = label(wrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.action = Button()
        self.close_button = Button(icon_name="cross", kind="flat", name="Dismiss notice")
        if not dismissible:
            self.close_button.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE + SPACE // 2, SPACE, SPACE, SPACE)
        row.setSpacing(SPACE)
        row.addWidget(self._icon)
        row.addWidget(self.text, 1)
        row.addWidget(self.action)
        row.addWidget(self.close_button)
        self.action.clicked.connect(lambda: self.action_clicked.emit(self._action))
        self.close_button.clicked.connect(self._dismiss)
        self.hide()

    @property
    def said(self) -> tuple[str, str, NoticeKind]:
        """What it says now: words, the button's words, how grave it is; no words where it is hidden."""
        return ("" if self.isHidden() else self.text.text(), self._action, self._kind)

    def show_notice(self, text: str, action: str = "", kind: NoticeKind = "info") -> None:
        """Say something, or nothing.

        Args:
            text: The sentence, shown literally; empty hides the bar.
            action: The button's words; empty for none.
            kind: How grave it is.
        """
        self._kind = kind
        self._action = action
        self.text.setText(text)
        self.setAccessibleDescription(text)
        self.action.setText(button_text(action))
        self.action.setAccessibleName(action)
        self.action.setVisible(bool(action))
        self._tint()
        self.setVisible(bool(text))

    def changeEvent(self, event: QEvent) -> None:
        """Tint the icon anew with the theme."""
        super().changeEvent(event)
        if is_theme_change(event) and hasattr(self, "_icon"):
            self._tint()

    def _dismiss(self) -> None:
        self.hide()
        self.dismissed.emit()

    def _tint(self) -> None:
        theme = current_theme()
        colour = {"info": theme.accent, "warning": theme.warning, "danger": theme.danger}[self._kind]
        name = "info" if self._kind == "info" else "warning"
        self._icon.setPixmap(icon_pixmap(name, colour, 20, self.devicePixelRatioF()))
