"""One scope that can be granted: in words, with the past calls it would have let through."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QRadioButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.engine.gate import ScopeChoice
from desktop.views.controls import Button, label
from desktop.views.grant_words import rehearsal_words
from desktop.views.literal_text import as_line, one_line_both_ends
from desktop.views.literal_view import INSET, LiteralView

_MOST_LISTED = 20


class ScopeRow(QWidget):
    """A choice of a scope.

    Args:
        choice: The scope, in the engine's words.

    Attributes:
        choice: The scope.
        radio: Chooses it; its accessible name are the scope's words.
        words: The words, whole.
        more: Shows the past calls; named "Past calls". None where there are none.
        rehearsal: The past calls, a line each.

    Signals:
        chosen(): The person chose it.
    """

    chosen = Signal()

    def __init__(self, choice: ScopeChoice) -> None:
        super().__init__()
        self.choice = choice
        self.radio = QRadioButton()
        self.radio.setAccessibleName(one_line_both_ends(choice.words, 300))
        self.words = LiteralView("Scope", most_lines=3)
        self.words.show_text(choice.words)
        self.words.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.words.viewport().installEventFilter(self)
        self.more: Button | None = None
        self.rehearsal = LiteralView("Past calls", most_lines=6, is_fixed=True)
        self.rehearsal.hide()
        lines = QVBoxLayout()
        lines.setSpacing(0)
        lines.addWidget(self.words)
        if choice.rehearsal_count:
            self.more = Button(
                rehearsal_words(choice.rehearsal_count), "chevron-right", kind="quiet", name="Past calls"
            )
            self.more.setToolTip("")
            self.more.setAccessibleDescription(rehearsal_words(choice.rehearsal_count))
            self.more.setCheckable(True)
            self.more.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            self.more.toggled.connect(self._show_rehearsal)
            self.more.setEnabled(bool(choice.rehearsal))
            lines.addWidget(self.more)
        else:
            none = label(rehearsal_words(0), "muted")
            none.setContentsMargins(INSET, 0, 0, 0)
            lines.addWidget(none)
        lines.addWidget(self.rehearsal)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.radio, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(lines, 1)
        self.radio.toggled.connect(lambda on: self.chosen.emit() if on else None)

    def set_listening(self, listening: bool) -> None:
        """Let the scope be chosen, or dim what chooses it; the words stay readable."""
        self.radio.setEnabled(listening)
        if self.more is not None:
            self.more.setEnabled(listening and bool(self.choice.rehearsal))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A click on the words chooses them."""
        if event.type() == QEvent.Type.MouseButtonPress and self.radio.isEnabled():
            self.radio.setChecked(True)
        return super().eventFilter(watched, event)

    def _show_rehearsal(self, on: bool) -> None:
        if self.more is not None:
            self.more.set_icon("chevron-down" if on else "chevron-right")
        if on and not self.rehearsal.raw_text:
            lines = [as_line(line) for line in self.choice.rehearsal[:_MOST_LISTED]]
            left = self.choice.rehearsal_count - len(lines)
            self.rehearsal.show_text("\n".join([*lines, f"… and {left:,} more"] if left > 0 else lines))
        self.rehearsal.setVisible(on)
