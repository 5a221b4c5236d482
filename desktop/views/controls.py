"""Small controls that several views share."""

from html import escape

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QSizePolicy, QWidget

from desktop.views.icons import icon
from desktop.views.theme import SPACE, Theme, current_theme, is_theme_change

_SHARE_OF_SCREEN = (0.95, 0.9)
"""Of its width and height; a title bar takes some of the height."""


def fit_screen(window: QWidget, preferred: QSize, least: QSize) -> None:
    """Size a window, and bound it, by what the screen has room for: its buttons are never beyond the edge.

    Args:
        window: The window; what it holds has to scroll or wrap where it is smaller than it would like to be.
        preferred: Its size where there is room.
        least: The least size that a person may give it, where there is room for that.
    """
    screen = (window.screen() or QGuiApplication.primaryScreen()).availableSize()
    room = QSize(int(screen.width() * _SHARE_OF_SCREEN[0]), int(screen.height() * _SHARE_OF_SCREEN[1]))
    window.setMinimumSize(least.boundedTo(room))
    window.resize(preferred.boundedTo(room))


def plain_tool_tip(text: str) -> str:
    """A tool tip that shows foreign text as it is: Qt takes anything like mark-up for mark-up otherwise."""
    return f"<p style='white-space: pre-wrap'>{escape(text)}</p>" if text else ""


def set_tool_tip(widget: QWidget, text: str) -> None:
    """Give a widget a tool tip of foreign text, and the same words as its description.

    Without a description of its own Qt would take the tool tip's for one, mark-up and all.

    Args:
        widget: Any widget.
        text: Shown and told as it is; empty takes both away.
    """
    widget.setToolTip(plain_tool_tip(text))
    widget.setAccessibleDescription(text)


def one_line(text: str) -> str:
    """Foreign text in one line, without the characters that would break or hide it."""
    return "".join(char if char.isprintable() else " " for char in text).strip()


def button_text(text: str) -> str:
    """Foreign text for a button or a check box, where ``&`` would mark a key."""
    return one_line(text).replace("&", "&&")


def larger(font: QFont, factor: float, *, bold: bool = False) -> QFont:
    """A font made from the system's.

    Args:
        font: The font to begin with.
        factor: How many times its size.
        bold: Whether it is set semi-bold.

    Returns:
        The new font.
    """
    result = QFont(font)
    result.setPointSizeF(font.pointSizeF() * factor)
    if bold:
        result.setWeight(QFont.Weight.DemiBold)
    return result


def label(text: str = "", kind: str = "", *, wrap: bool = False) -> QLabel:
    """A label that never guesses rich text.

    Args:
        text: What it shows, literally.
        kind: ``muted``, ``heading`` or nothing; see the style sheet.
        wrap: Whether long text goes over several lines.

    Returns:
        The label.
    """
    result = QLabel()
    result.setTextFormat(Qt.TextFormat.PlainText)
    result.setText(text)
    result.setWordWrap(wrap)
    if kind:
        result.setProperty("kind", kind)
    return result


class Button(QPushButton):
    """A push button whose icon follows the theme.

    Attributes:
        icon_name: The icon's name in resources/icons.
    """

    def __init__(
        self, text: str = "", icon_name: str = "", *, kind: str = "", name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.icon_name = icon_name
        self._tinted: Theme | None = None
        self.setText(button_text(text))
        self.setAutoDefault(False)
        self.setIconSize(QSize(18, 18))
        if kind:
            self.setProperty("kind", kind)
        self.setAccessibleName(name or text)
        if name and name != text:
            set_tool_tip(self, name)
        self._tint()

    def setText(self, text: str) -> None:
        """Set the words, a little apart from the icon: style sheets leave no room there."""
        super().setText(f"\N{EN SPACE}{text}" if text and self.icon_name else text)

    def set_icon(self, name: str) -> None:
        """Show another icon of resources/icons."""
        if name != self.icon_name:
            self.icon_name = name
            self._tinted = None
            self._tint()

    def changeEvent(self, event: QEvent) -> None:
        """Tint the icon anew with the theme."""
        super().changeEvent(event)
        if is_theme_change(event):
            self._tint()

    def _tint(self) -> None:
        theme = current_theme()
        # The base class tells of changes before this one is built, and more often than there are any.
        if not getattr(self, "icon_name", "") or self._tinted is theme:
            return
        self._tinted = theme
        colours = {"primary": theme.on_accent, "danger": theme.danger, "quiet": theme.muted}
        kind = self.property("kind")
        disabled = theme.muted if kind == "primary" else None
        self.setIcon(icon(self.icon_name, colours.get(kind, theme.text), disabled))


class Switch(QCheckBox):
    """A check box drawn as a switch: on and off is a state that lasts, not a thing to confirm."""

    _TRACK = QSize(30, 18)

    def sizeHint(self) -> QSize:
        """The track, a gap, the words, and room for the focus ring."""
        metrics = self.fontMetrics()
        words = metrics.size(Qt.TextFlag.TextShowMnemonic, self.text()).width()
        return QSize(self._TRACK.width() + SPACE + words + 2 * SPACE, max(self._TRACK.height(), metrics.height()) + 12)

    def minimumSizeHint(self) -> QSize:
        """Never cut."""
        return self.sizeHint()

    def hitButton(self, position: object) -> bool:
        """All of it can be clicked."""
        return self.rect().contains(position)  # type: ignore[call-overload, no-any-return]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the track, the knob and the words."""
        theme = current_theme()
        painter = QPainter(self)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.hasFocus():
                painter.setPen(QPen(theme.accent, 2))
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
            if not self.isEnabled():
                painter.setOpacity(0.5)
            height = self._TRACK.height()
            track = QRectF(SPACE, (self.height() - height) / 2, self._TRACK.width(), height)
            on = self.isChecked()
            hovered = self.underMouse() and self.isEnabled()
            edge = theme.accent if on or hovered else theme.outline
            painter.setPen(QPen(edge, 1.5))
            painter.setBrush(theme.accent if on else QColor(Qt.GlobalColor.transparent))
            painter.drawRoundedRect(track.adjusted(0.75, 0.75, -0.75, -0.75), height / 2, height / 2)
            knob = height - 8
            left = track.right() - knob - 4 if on else track.left() + 4
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.on_accent if on else edge)
            painter.drawEllipse(QRectF(left, track.top() + 4, knob, knob))
            painter.setPen(theme.text)
            words = QRectF(self.rect()).adjusted(track.right() + SPACE, 0, 0, 0)
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(words, flags | Qt.TextFlag.TextShowMnemonic, self.text())
        finally:
            painter.end()


class ElidedLabel(QLabel):
    """A one-line label that ends in an ellipsis where it has no room; the whole text is its tool tip."""

    def __init__(self, text: str = "", kind: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        if kind:
            self.setProperty("kind", kind)
        self.show_text(text)

    @property
    def whole_text(self) -> str:
        """The text before it is cut."""
        return self._whole

    def show_text(self, text: str) -> None:
        """Show a text.

        Args:
            text: Any text; shown literally, in one line.
        """
        self._whole = one_line(text)
        self.updateGeometry()
        self._elide()

    def sizeHint(self) -> QSize:
        """Room for the whole text."""
        margins = self.contentsMargins()
        width = self.fontMetrics().horizontalAdvance(self._whole) + margins.left() + margins.right() + 2
        return QSize(width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Room for an ellipsis."""
        return QSize(self.fontMetrics().horizontalAdvance("…"), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut anew."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, self.contentsRect().width())
        if shown != self.text():
            self.setText(shown)
        set_tool_tip(self, self._whole if shown != self._whole else "")
        self.setAccessibleDescription(self._whole)
