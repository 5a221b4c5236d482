"""The line at the window's foot: what goes on, what the next message will take, and what it has cost so far."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.views.controls import Button, ElidedLabel, button_text, set_tool_tip
from desktop.views.theme import SPACE


class StatusLine(QWidget):
    """The state on the left; on the right an estimate where it is worth one, and the totals.

    Attributes:
        status: The label named "Status"; its text is also its accessible description.
        estimate: The label named "Estimate"; hidden while the next message takes little.
        totals: The push button named "Totals".

    Signals:
        totals_clicked(): The person wants to see usage and cost.
    """

    totals_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.status = ElidedLabel(kind="muted", parent=self)
        self.status.setAccessibleName("Status")
        self.estimate = ElidedLabel(kind="muted", parent=self)
        self.estimate.setAccessibleName("Estimate")
        self.estimate.hide()
        self.totals = Button(kind="quiet", name="Totals")
        set_tool_tip(self.totals, "Usage and cost…")
        self.totals.clicked.connect(self.totals_clicked)
        self.totals.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE // 2, 0, SPACE // 2, 0)
        row.setSpacing(2 * SPACE)
        row.addWidget(self.status, 1)
        row.addWidget(self.estimate)
        row.addWidget(self.totals)
        self.totals.ensurePolished()
        row.addStrut(self.totals.sizeHint().height())  # what comes and goes does not move what stands above

    def show_status(self, text: str) -> None:
        """Show what goes on: "Gathering · round 2 of 8 · 3 calls · 4.2 s"."""
        self.status.show_text(text)

    def show_totals(self, text: str) -> None:
        """Show tokens and cost of the conversation."""
        self.totals.setText(button_text(text))
        self.totals.setAccessibleDescription(text)
        self.totals.setVisible(bool(text))

    def show_estimate(self, text: str) -> None:
        """Show what the next message will take at least; empty where that is not worth a word."""
        self.estimate.show_text(text)
        self.estimate.setVisible(bool(text))
