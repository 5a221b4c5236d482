"""The line at the window's foot: what goes on, and what it has cost so far."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.views.controls import ElidedLabel, label
from desktop.views.theme import SPACE


class StatusLine(QWidget):
    """Two texts: the state on the left, the totals on the right.

    Attributes:
        status: The label named "Status"; its text is also its accessible description.
        totals: The label named "Totals".
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.status = ElidedLabel(kind="muted", parent=self)
        self.status.setAccessibleName("Status")
        self.totals = label(kind="muted")
        self.totals.setAccessibleName("Totals")
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE // 2, 0, SPACE // 2, 0)
        row.setSpacing(2 * SPACE)
        row.addWidget(self.status, 1)
        row.addWidget(self.totals)

    def show_status(self, text: str) -> None:
        """Show what goes on: "Gathering · round 2 of 8 · 3 calls · 4.2 s"."""
        self.status.show_text(text)

    def show_totals(self, text: str) -> None:
        """Show tokens and cost of the conversation."""
        self.totals.setText(text)
        self.totals.setAccessibleDescription(text)
