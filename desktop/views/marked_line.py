"""A sentence with an icon before it: what a person should know of the thing above."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from desktop.views.controls import label
from desktop.views.icons import icon_pixmap
from desktop.views.literal_view import INSET
from desktop.views.notice_bar import NoticeKind
from desktop.views.theme import SPACE, current_theme, is_theme_change

_MOST = 600


class MarkedLine(QWidget):
    """Shows a sentence; hidden while there is none.

    Args:
        kind: How grave it is.
        text: The sentence; foreign text in it is literal already. Overlong ones are cut.
    """

    def __init__(self, kind: NoticeKind = "warning", text: str = "") -> None:
        super().__init__()
        self._kind = kind
        self._icon = QLabel()
        self._words = label(wrap=True)
        self._words.setMinimumWidth(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(INSET, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)
        self._say(text)
        if not text:  # shown here, without a parent, it would be a window of its own
            self.hide()

    @property
    def text(self) -> str:
        """The sentence as it is shown."""
        return self._words.text()

    def show_text(self, text: str) -> None:
        """Show a sentence; empty hides the line."""
        self._say(text)
        self.setVisible(bool(text))

    def _say(self, text: str) -> None:
        self._words.setText(text if len(text) <= _MOST else text[: _MOST - 1] + "…")
        self._tint()

    def _tint(self) -> None:
        if not self._words.text():
            return  # most lines never say anything
        theme = current_theme()
        colour = {"info": theme.muted, "warning": theme.warning, "danger": theme.danger}[self._kind]
        name = "info" if self._kind == "info" else "warning"
        self._icon.setPixmap(icon_pixmap(name, colour, 16, self.devicePixelRatioF()))

    def changeEvent(self, event: QEvent) -> None:
        """Tint anew in a new theme."""
        super().changeEvent(event)
        if is_theme_change(event) and hasattr(self, "_icon"):
            self._tint()
