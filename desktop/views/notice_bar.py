"""A calm bar with a sentence and, where the person can do something, a button."""

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from desktop.views.controls import Button, button_text, label
from desktop.views.icons import icon_pixmap
from desktop.views.theme import SPACE, current_theme, is_theme_change

NoticeKind = Literal["info", "warning", "danger"]
"""How grave it is; shown by icon and colour."""
_LEAVES_AFTER_MS = 10_000


@dataclass(frozen=True, slots=True)
class Notice:
    """What the bar says.

    Attributes:
        text: The sentence, shown literally; empty for nothing.
        action: The button's words; empty for none.
        kind: How grave it is.
        leaves: Whether it goes by itself after a while.
        of_conversation: Whether it goes when the person opens another conversation.
    """

    text: str = ""
    action: str = ""
    kind: NoticeKind = "info"
    leaves: bool = False
    of_conversation: bool = False


class NoticeBar(QFrame):
    """Says one thing above the composer or in a dialog. Hidden while it has nothing to say.

    Attributes:
        text: The label with the words.
        action: The button; hidden where there is nothing to do.
        close_button: Hides the bar; only where it may be dismissed.
        leaving: Runs out when a notice that leaves by itself was there long enough.

    Signals:
        action_clicked(str): The button was clicked; its words.
        dismissed(): The person closed the bar.
    """

    action_clicked = Signal(str)
    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None, *, dismissible: bool = True) -> None:
        super().__init__(parent)
        self._notice = Notice()
        self.setProperty("kind", "notice")
        self.setAccessibleName("Notice")
        self._icon = QLabel()
        self.text = label(wrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.action = Button()
        self.close_button = Button(icon_name="cross", kind="flat", name="Dismiss notice")
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE + SPACE // 2, SPACE, SPACE, SPACE)
        row.setSpacing(SPACE)
        row.addWidget(self._icon)
        row.addWidget(self.text, 1)
        row.addWidget(self.action)
        row.addWidget(self.close_button)
        self.close_button.setVisible(dismissible)  # once it has a parent: before, it would be a window for a moment
        self.action.clicked.connect(lambda: self.action_clicked.emit(self._notice.action))
        self.close_button.clicked.connect(self._dismiss)
        self.leaving = QTimer(self, singleShot=True, interval=_LEAVES_AFTER_MS)
        self.leaving.timeout.connect(self._leave)
        self.hide()

    @property
    def said(self) -> tuple[str, str, NoticeKind]:
        """What it says now: words, the button's words, how grave it is; no words where it is hidden."""
        return ("" if self.isHidden() else self._notice.text, self._notice.action, self._notice.kind)

    @property
    def notice(self) -> Notice:
        """All of what it says now, for `show_anew`."""
        return Notice() if self.isHidden() else self._notice

    def show_notice(self, text: str, action: str = "", kind: NoticeKind = "info") -> None:
        """Say something that stays until it is closed, or nothing.

        Args:
            text: The sentence, shown literally; empty hides the bar.
            action: The button's words; empty for none.
            kind: How grave it is.
        """
        self.show_anew(Notice(text, action, kind))

    def show_anew(self, notice: Notice) -> None:
        """Say something, or nothing."""
        self._notice = notice
        self.text.setText(notice.text)
        self.setAccessibleDescription(notice.text)
        self.action.setText(button_text(notice.action))
        self.action.setAccessibleName(notice.action)
        self.action.setVisible(bool(notice.action))
        self._tint()
        self.setVisible(bool(notice.text))
        if notice.text and notice.leaves:
            self.leaving.start()
        else:
            self.leaving.stop()

    def leave_conversation(self) -> None:
        """Say no more what was said of the conversation that was open."""
        if self._notice.of_conversation:
            self.show_anew(Notice())

    def changeEvent(self, event: QEvent) -> None:
        """Tint the icon anew with the theme."""
        super().changeEvent(event)
        if is_theme_change(event) and hasattr(self, "_icon"):
            self._tint()

    def _dismiss(self) -> None:
        self.hide()
        self.dismissed.emit()

    def _leave(self) -> None:
        focused = self.window().focusWidget()
        is_at_hand = self.underMouse() or (focused is not None and self.isAncestorOf(focused))
        if is_at_hand or not self.isActiveWindow():  # somebody reads it, or nobody can have read it yet
            self.leaving.start()
        else:
            self.show_anew(Notice())

    def _tint(self) -> None:
        theme = current_theme()
        colour = {"info": theme.accent, "warning": theme.warning, "danger": theme.danger}[self._notice.kind]
        name = "info" if self._notice.kind == "info" else "warning"
        self._icon.setPixmap(icon_pixmap(name, colour, 20, self.devicePixelRatioF()))
