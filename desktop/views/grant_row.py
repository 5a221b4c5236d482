"""One remembered decision in the ledger, and the way to take it back."""

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.engine.gate import Grant
from desktop.views.controls import Button, ElidedLabel, label
from desktop.views.grant_words import grant_facts, holds
from desktop.views.literal_text import one_line, one_line_both_ends
from desktop.views.literal_view import INSET, LiteralView
from desktop.views.theme import SPACE


class GrantRowView(QWidget):
    """Shows a grant.

    Args:
        grant: The grant.
        now: Aware, in the person's zone.

    Attributes:
        grant: The grant.
        revoke_button: Asks whether to revoke; named "Revoke <scope>".
        sure_button: Revokes; named "Revoke now". Shown once it was asked for.
        keep_button: Leaves the grant; named "Keep".

    Signals:
        revoked(): The person takes the grant back.
    """

    revoked = Signal()

    def __init__(self, grant: Grant, now: datetime) -> None:
        super().__init__()
        self.grant = grant
        scope = one_line_both_ends(grant.words or grant.tool)
        tool = ElidedLabel(one_line(grant.tool, 120), "muted")
        tool.setContentsMargins(INSET, 0, 0, 0)
        words = LiteralView("Scope", most_lines=4)
        words.show_text(grant.words or grant.tool)
        self._facts = label(grant_facts(grant, now), "muted", wrap=True)
        self._question = label("It will ask again.", wrap=True)
        for line in (self._facts, self._question):
            line.setContentsMargins(INSET, 0, 0, 0)
        if not holds(grant, now):
            words.setEnabled(False)
        self.revoke_button = Button("Revoke", name=f"Revoke {scope}")
        self.revoke_button.setToolTip("")
        self.sure_button = Button("Revoke now", kind="danger")
        self.keep_button = Button("Keep", kind="flat")
        lines = QVBoxLayout()
        lines.setSpacing(0)
        lines.addWidget(tool)
        lines.addWidget(words)
        lines.addWidget(self._facts)
        lines.addWidget(self._question)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, SPACE // 2, SPACE, SPACE // 2)
        row.setSpacing(SPACE)
        row.addLayout(lines, 1)
        tool.setVisible(not scope.startswith(one_line(grant.tool, 40).rstrip("…")))
        for widget in (self.keep_button, self.sure_button, self.revoke_button):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self.revoke_button.clicked.connect(lambda: self._ask(True))
        self.keep_button.clicked.connect(lambda: self._ask(False))
        self.sure_button.clicked.connect(self._revoke)
        self._ask(False, focus=False)

    def _ask(self, asking: bool, *, focus: bool = True) -> None:
        for widget in (self.revoke_button, self._facts):
            widget.setVisible(not asking)
        for widget in (self._question, self.keep_button, self.sure_button):
            widget.setVisible(asking)
        if focus:
            (self.keep_button if asking else self.revoke_button).setFocus(Qt.FocusReason.OtherFocusReason)

    def _revoke(self) -> None:
        self.sure_button.setEnabled(False)
        self.revoked.emit()
