"""What a call would do, for the person who decides: from its real arguments, every character visible."""

from PySide6.QtCore import QEvent, QObject, QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QTextBlock, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QAbstractScrollArea, QHBoxLayout, QLabel, QTextEdit, QVBoxLayout, QWidget

from desktop.engine.events import ConfirmationRequested
from desktop.engine.gate import CardField
from desktop.views.code_highlight import Highlighter
from desktop.views.controls import ElidedLabel, label
from desktop.views.icons import icon_pixmap
from desktop.views.literal_text import deceptive_hosts, has_right_to_left, literal
from desktop.views.literal_view import INSET, LiteralView
from desktop.views.theme import SPACE, Theme, current_theme, is_theme_change

_FIELD_LINES = {"plain": 6, "code": 10, "diff": 14, "command": 10}
_DIFF_LIMIT = 3000
"""Lines of a diff that are coloured; the signs stand in all of them."""


class FieldView(LiteralView):
    """One field of a card.

    Args:
        field: What it shows.
    """

    def __init__(self, field: CardField) -> None:
        super().__init__(literal(field.label), most_lines=_FIELD_LINES[field.style], is_fixed=field.style != "plain")
        self._style = field.style
        self.show_text(field.text)
        self._colour()

    def _colour(self) -> None:
        theme = current_theme()
        if self._style == "command" and self.is_complete:
            Highlighter(self.document(), "bash", theme.pygments_style).work(20)
        elif self._style == "diff":
            self.setExtraSelections(_diff_marks(self.document().begin(), theme))

    def changeEvent(self, event: QEvent) -> None:
        """Colour anew in a new theme."""
        super().changeEvent(event)
        if is_theme_change(event) and hasattr(self, "_style"):
            self._colour()


def _diff_marks(block: QTextBlock, theme: Theme) -> list[QTextEdit.ExtraSelection]:
    marks: list[QTextEdit.ExtraSelection] = []
    for _ in range(_DIFF_LIMIT):
        if not block.isValid():
            break
        text = block.text()
        colour = {"+": theme.success, "-": theme.danger, "@": theme.accent}.get(text[:1])
        if text.startswith(("+++", "---")):
            colour = theme.muted
        if colour is not None:
            mark = QTextEdit.ExtraSelection()
            mark.cursor = QTextCursor(block)
            mark.cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
            ink = QTextCharFormat()
            ink.setForeground(colour)
            if text[0] in "+-" and colour is not theme.muted:
                shade = QColor(colour)
                shade.setAlphaF(0.12)
                ink.setBackground(shade)
            mark.format = ink
            marks.append(mark)
        block = block.next()
    return marks


class _Boxed(QWidget):
    """A field on a quiet surface, whose edge shows the focus of what is inside."""

    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE // 2, SPACE // 4, SPACE // 2, SPACE // 4)
        column.addWidget(inside)
        for field in (inside, *inside.findChildren(QAbstractScrollArea)):
            field.setProperty("boxed", True)  # the style sheet leaves the focus to the box then
            field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the focus."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the surface."""
        painter = QPainter(self)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, focus = current_theme(), self.focusWidget()
            width = 2 if focus is not None and focus.hasFocus() else 1
            painter.setPen(QPen(theme.accent if width == 2 else theme.border, width))
            painter.setBrush(theme.surface)
            inset = width / 2
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 6, 6)
        finally:
            painter.end()


class CardView(QWidget):
    """A call that waits: its effect, why it asks, its arguments, and the model's words apart.

    Args:
        request: The call.

    Attributes:
        request: The call.
        effect: The line that says what it would do.
        fields: Its arguments, in order.
    """

    def __init__(self, request: ConfirmationRequested) -> None:
        super().__init__()
        self.request = request
        self.fields: list[LiteralView] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, SPACE, 0)
        column.setSpacing(SPACE // 2)
        column.addWidget(_caption(literal(request.tool)))
        self.effect = LiteralView("Effect", most_lines=4, is_heading=True)
        self.effect.show_text(request.card.effect or request.tool)
        column.addWidget(self.effect)
        self._quiet: list[LiteralView] = []
        if request.reasons:
            column.addWidget(_caption("Why it asks"))
            reasons = LiteralView("Why it asks", most_lines=6)
            reasons.show_text("\n".join(request.reasons))
            column.addWidget(reasons)
        for field in request.card.fields:
            self._add_field(column, field)
        if request.stated_reason:
            column.addSpacing(SPACE)
            column.addWidget(_caption("The model says:"))
            said = LiteralView("The model says", most_lines=5)
            said.show_text(request.stated_reason)
            self._quiet.append(said)
            column.addWidget(said)
        column.addStretch(1)
        self._mute()

    def _add_field(self, column: QVBoxLayout, field: CardField) -> None:
        view = FieldView(field)
        self.fields.append(view)
        name = _caption(literal(field.label))
        column.addSpacing(SPACE)
        column.addWidget(name)
        column.addWidget(_Boxed(view))
        for host in deceptive_hosts(field.text):
            column.addWidget(_Warning(f"Leads to {literal(host)[:200]}"))
        if has_right_to_left(field.text):
            column.addWidget(
                _Warning("Holds right-to-left letters: their order on screen is not the order in the text.")
            )

    def _mute(self) -> None:
        for view in self._quiet:
            colours = view.palette()
            colours.setColor(colours.ColorRole.Text, current_theme().muted)
            view.setPalette(colours)

    def changeEvent(self, event: QEvent) -> None:
        """Mute anew in a new theme."""
        super().changeEvent(event)
        if is_theme_change(event) and hasattr(self, "_quiet"):
            self._mute()


def _caption(text: str) -> ElidedLabel:
    result = ElidedLabel(text, "muted")
    result.setContentsMargins(INSET, 0, 0, 0)
    return result


class _Warning(QWidget):
    """A sentence about what the text above may hide."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._icon = QLabel()
        words = label(text, wrap=True)
        words.setMinimumWidth(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(INSET, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(self._icon)
        row.addWidget(words, 1)
        self._tint()

    def _tint(self) -> None:
        self._icon.setPixmap(icon_pixmap("warning", current_theme().warning, 16, self.devicePixelRatioF()))

    def changeEvent(self, event: QEvent) -> None:
        """Tint anew in a new theme."""
        super().changeEvent(event)
        if is_theme_change(event) and hasattr(self, "_icon"):
            self._tint()
