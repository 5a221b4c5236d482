"""One tool of the settings: what it can do, and the person's standing word on it."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.views.controls import ElidedLabel, label, set_tool_tip
from desktop.views.literal_text import literal, one_line
from desktop.views.literal_view import INSET
from desktop.views.quiet_inputs import QuietComboBox
from desktop.views.theme import SPACE

_POLICIES = {"allow": "Allow", "ask": "Ask", "block": "Block"}
_DESCRIPTION = 600


@dataclass(frozen=True, slots=True)
class ToolRow:
    """A tool as the settings show it.

    Attributes:
        name: Its exact name.
        description: What it does, in its author's words.
        effects: What it can do to the person, in words: "changes files on this machine".
        policy: ``allow``, ``ask`` or ``block``; None where the person said nothing.
        default_policy: What holds then.
        access: ``user`` or ``admin``.
    """

    name: str
    description: str
    effects: tuple[str, ...]
    policy: str | None
    default_policy: str
    access: str


class ToolRowView(QWidget):
    """Shows a tool.

    Attributes:
        row: The tool.
        policy: The combo box "Policy for <tool>".

    Signals:
        policy_chosen(str): ``allow``, ``ask`` or ``block``; empty for the default.
    """

    policy_chosen = Signal(str)

    def __init__(self, row: ToolRow) -> None:
        super().__init__()
        self.row = row
        name = one_line(row.name, 120)
        title = ElidedLabel(name, "heading")
        access = ElidedLabel("admins only" if row.access == "admin" else "", "muted")
        effects = one_line("; ".join(row.effects), 400)
        shown = effects[:1].upper() + effects[1:] if effects else "Only computes"
        self._effects = label(shown, "muted", wrap=True)
        self._effects.setMinimumWidth(1)
        self.policy = QuietComboBox()
        self.policy.setAccessibleName(f"Policy for {name}")
        self.policy.setAccessibleDescription(f"Policy for {name}")  # on Linux its name is its current text
        self.policy.setMinimumWidth(17 * SPACE)
        self.policy.addItem(f"Default ({row.default_policy})", "")
        for value, words in _POLICIES.items():
            self.policy.addItem(words, value)
        set_tool_tip(self, literal(row.description[:_DESCRIPTION], lines=True))
        self.setAccessibleName(name)
        self.setAccessibleDescription(one_line(row.description, _DESCRIPTION))
        head = QHBoxLayout()
        head.setSpacing(SPACE)
        head.addWidget(title)
        head.addWidget(access)
        head.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self._effects)
        line = QHBoxLayout(self)
        line.setContentsMargins(INSET, SPACE // 2, SPACE, SPACE // 2)
        line.setSpacing(2 * SPACE)
        line.addLayout(column, 1)
        line.addWidget(self.policy)
        self.show_policy(row)
        self.policy.activated.connect(lambda _index: self.policy_chosen.emit(self.policy.currentData()))

    def show_policy(self, row: ToolRow) -> None:
        """Show the policy of the same tool as it is now; nothing is told."""
        self.row = row
        self.policy.setItemText(0, f"Default ({row.default_policy})")
        self.policy.setCurrentIndex(max(0, self.policy.findData(row.policy or "")))
