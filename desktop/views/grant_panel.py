"""What to remember beyond this one call: a scope, and for one that outlives the conversation, limits."""

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from desktop.engine.events import ConfirmationRequested
from desktop.engine.gate import AllowAlways, AllowForConversation, TaintSource
from desktop.views.controls import label
from desktop.views.flow_layout import FlowLayout
from desktop.views.grant_words import UNTIL_WORDS, Until, always_words, conversation_words, expiry_of
from desktop.views.literal_text import one_line
from desktop.views.literal_view import INSET
from desktop.views.marked_line import MarkedLine
from desktop.views.quiet_inputs import QuietComboBox, QuietSpinBox
from desktop.views.scope_row import ScopeRow
from desktop.views.theme import SPACE, current_theme

_UNTIL: tuple[Until, ...] = ("no_end", "hour", "today", "month")
_MOST_USES = 999
_MOST_SCOPES = 12


def local_now() -> datetime:
    """The time now in the person's zone."""
    return datetime.now().astimezone()


class GrantPanel(QWidget):
    """Asks what to remember. It decides nothing: the dialog's button does.

    Args:
        request: The call; it has scopes.
        is_lasting: Whether the grant outlives the conversation.
        now: Tells the time, in the person's zone.

    Attributes:
        rows: The scopes, narrowest first; the first is chosen.
        uses: The number of uses; 0 for any. Shown for a lasting grant.
        until: How long it holds. Shown for a lasting grant.

    Signals:
        changed(): `words` and `decision` may be others.
    """

    changed = Signal()

    def __init__(
        self, request: ConfirmationRequested, *, is_lasting: bool, now: Callable[[], datetime] = local_now
    ) -> None:
        super().__init__()
        self._is_lasting = is_lasting
        self._now = now
        self._dimmed_focus: QWidget | None = None
        title = (
            "Allow, and do not ask again for" if is_lasting else "Allow, and in this conversation do not ask again for"
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE * 3 // 2, SPACE, SPACE * 3 // 2, SPACE)
        column.setSpacing(SPACE // 2)
        heading = label(title, "heading", wrap=True)
        column.addWidget(heading)
        self.rows = [ScopeRow(choice) for choice in request.scopes[:_MOST_SCOPES]]
        self._group = QButtonGroup(self)
        for row in self.rows:
            self._group.addButton(row.radio)
            column.addWidget(row)
            row.chosen.connect(self.changed)
        self.rows[0].radio.setChecked(True)
        self.uses = QuietSpinBox()
        self.until = QuietComboBox()
        self._limits = self._make_limits()
        column.addWidget(self._limits)
        self._limits.setVisible(is_lasting)
        if request.tainted_by:
            column.addSpacing(SPACE)
            column.addWidget(MarkedLine("info", _taint_sentence(request.tainted_by)))

    def _make_limits(self) -> QWidget:
        self.uses.setRange(0, _MOST_USES)
        self.uses.setSpecialValueText("any number of")
        self.uses.setAccessibleName("Uses")
        self.uses.valueChanged.connect(lambda _value: self.changed.emit())
        self.until.setAccessibleName("Until")
        self.until.setAccessibleDescription("Until")  # on Linux its name is its current text
        for each in _UNTIL:
            self.until.addItem(UNTIL_WORDS[each], each)
        self.until.currentIndexChanged.connect(lambda _index: self.changed.emit())
        limits = QWidget()
        words = [label(text, "muted") for text in ("For", "uses, until")]
        for word in words:
            word.setMinimumHeight(self.until.sizeHint().height())
        flow = FlowLayout([[words[0], self.uses, words[1], self.until]], SPACE)
        flow.setContentsMargins(INSET, 0, 0, 0)
        limits.setLayout(flow)
        return limits

    @property
    def chosen(self) -> ScopeRow:
        """The chosen scope's row."""
        return next(row for row in self.rows if row.radio.isChecked())

    @property
    def words(self) -> str:
        """What would be granted, in one line, for the button."""
        scope = self.chosen.choice.words
        return always_words(scope, self._uses, self._until) if self._is_lasting else conversation_words(scope)

    def set_listening(self, listening: bool) -> None:
        """Let the choices be made, or dim them; what had the focus before has it again afterwards."""
        if not listening:
            focus = self.focusWidget()
            self._dimmed_focus = focus if focus is not None and focus.hasFocus() else None
        for row in self.rows:
            row.set_listening(listening)
        self.uses.setEnabled(listening)
        self.until.setEnabled(listening)
        if listening and self._dimmed_focus is not None:
            self._dimmed_focus.setFocus(Qt.FocusReason.OtherFocusReason)
            self._dimmed_focus = None

    def decision(self) -> AllowForConversation | AllowAlways:
        """What is granted as it stands."""
        scope = self.chosen.choice.scope
        if not self._is_lasting:
            return AllowForConversation(scope=scope)
        return AllowAlways(scope=scope, uses=self._uses, expires_at=expiry_of(self._until, self._now()))

    @property
    def _uses(self) -> int | None:
        return self.uses.value() or None

    @property
    def _until(self) -> Until:
        chosen: Until = self.until.currentData()
        return chosen

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the surface it stands on."""
        painter = QPainter(self)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(current_theme().border)
            painter.setBrush(current_theme().surface)
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 8, 8)
        finally:
            painter.end()


def _taint_sentence(sources: Sequence[TaintSource]) -> str:
    first = sources[0]
    more = f" and {len(sources) - 1:,} more" if len(sources) > 1 else ""
    read = f"{one_line(first.tool, 60)} {one_line(first.subject, 120)}{more}"
    return (
        "A run that has read content from outside still asks before it changes or sends anything, "
        f"also where this is remembered. This one has read: {read}."
    )
