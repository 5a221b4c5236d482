"""What a call would do, for the person who decides: from its real arguments, every character visible."""

from PySide6.QtCore import QEvent, QObject, QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QHBoxLayout, QVBoxLayout, QWidget

from desktop.engine.events import ConfirmationRequested
from desktop.engine.gate import CardField
from desktop.views.argument_changes import argument_changes
from desktop.views.controls import ElidedLabel, Switch
from desktop.views.diff_view import DiffView
from desktop.views.literal_text import as_line, deceptive_hosts, has_right_to_left, literal, one_line
from desktop.views.literal_view import INSET, LiteralView
from desktop.views.marked_line import MarkedLine
from desktop.views.theme import SPACE, current_theme, is_theme_change

_FIELD_LINES = {"plain": 6, "code": 10, "command": 10}
_MOST_SOURCES = 20
_TAINTED = "It has read words that somebody else wrote, which may have steered what it asks for:"


class FieldView(LiteralView):
    """One field of a card that is not a diff.

    Args:
        field: What it shows.
    """

    def __init__(self, field: CardField) -> None:
        super().__init__(literal(field.label), most_lines=_FIELD_LINES[field.style], is_fixed=field.style != "plain")
        self._style = field.style
        self.show_text(field.text)
        self._colour()

    def _colour(self) -> None:
        if self._style == "command" and self.is_complete:
            # Imported here: pygments takes long, and most calls are no commands.
            from desktop.views.code_highlight import Highlighter

            Highlighter(self.document(), "bash", current_theme().pygments_style).work(20)

    def changeEvent(self, event: QEvent) -> None:
        """Colour anew in a new theme."""
        super().changeEvent(event)
        if is_theme_change(event) and hasattr(self, "_style"):
            self._colour()


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
        is_side_by_side: How its diffs begin.

    Attributes:
        request: The call.
        effect: The line that says what it would do.
        fields: Its arguments, in order; a diff's is its unified text.

    Signals:
        side_by_side_toggled(bool): The person wants diffs side by side, or not.
    """

    side_by_side_toggled = Signal(bool)

    def __init__(self, request: ConfirmationRequested, *, is_side_by_side: bool = False) -> None:
        super().__init__()
        self.request = request
        self.fields: list[LiteralView] = []
        self._is_side_by_side = is_side_by_side
        self._diffs: list[DiffView] = []
        self._switches: list[Switch] = []
        self._quiet: list[LiteralView] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, SPACE, 0)
        column.setSpacing(SPACE // 2)
        column.addWidget(_caption(one_line(request.tool, 400)))
        self.effect = LiteralView("Effect", most_lines=4, is_heading=True)
        self.effect.show_text(request.card.effect or request.tool)
        column.addWidget(self.effect)
        if request.edited and request.original_arguments is not None:
            self._add_changes(column, argument_changes(request.original_arguments, request.arguments))
        self._add_reasons(column)
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

    def _add_changes(self, column: QVBoxLayout, changes: str) -> None:
        if changes:
            column.addWidget(_caption("Your changes"))
            column.addWidget(_Boxed(DiffView("Your changes", changes)))
            column.addSpacing(SPACE)

    def _add_reasons(self, column: QVBoxLayout) -> None:
        request = self.request
        if request.reasons:
            column.addWidget(_caption("Why it asks"))
            reasons = LiteralView("Why it asks", most_lines=6)
            reasons.show_text("\n".join(request.reasons))
            column.addWidget(reasons)
        if request.tainted_by:
            column.addWidget(MarkedLine("warning", _TAINTED))
            sources = LiteralView("Read from outside", most_lines=4)
            sources.show_text(_sources_text(request))
            self._quiet.append(sources)
            column.addWidget(sources)

    def _add_field(self, column: QVBoxLayout, field: CardField) -> None:
        column.addSpacing(SPACE)
        head = QHBoxLayout()
        head.setSpacing(SPACE)
        head.addWidget(_caption(one_line(field.label, 200)), 1)
        column.addLayout(head)
        view: QWidget
        if field.style == "diff":
            view = self._diff(field, head)
        else:
            view = FieldView(field)
            self.fields.append(view)
        column.addWidget(_Boxed(view))
        for host in deceptive_hosts(field.text):
            column.addWidget(MarkedLine("warning", f"Leads to {literal(host)[:200]}"))
        if has_right_to_left(field.text):
            column.addWidget(
                MarkedLine("warning", "Holds right-to-left letters: their order on screen is not that of the text.")
            )

    def _diff(self, field: CardField, head: QHBoxLayout) -> DiffView:
        view = DiffView(field.label, field.text, is_side_by_side=self._is_side_by_side)
        switch = Switch("Side by side")
        switch.setAccessibleName("Side by side")
        switch.setChecked(self._is_side_by_side)
        switch.clicked.connect(self._set_side_by_side)
        head.addWidget(switch)
        self.fields.append(view.unified)
        self._diffs.append(view)
        self._switches.append(switch)
        return view

    def _set_side_by_side(self, on: bool) -> None:
        for switch in self._switches:
            switch.setChecked(on)
        for view in self._diffs:
            view.set_side_by_side(on)
        self.side_by_side_toggled.emit(on)

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


def _sources_text(request: ConfirmationRequested) -> str:
    lines = []
    for source in request.tainted_by[:_MOST_SOURCES]:
        earlier = "" if source.run_id == request.run_id else " (earlier in this conversation)"
        lines.append(f"{as_line(source.tool, 80)} {as_line(source.subject)}{earlier}")
    left = len(request.tainted_by) - _MOST_SOURCES
    return "\n".join([*lines, f"… and {left:,} more"] if left > 0 else lines)


def _caption(text: str) -> ElidedLabel:
    result = ElidedLabel(text, "muted")
    result.setContentsMargins(INSET, 0, 0, 0)
    return result
