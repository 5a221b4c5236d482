"""Asks whether a run may go past a budget. Its safe button has the focus: a stray key spends nothing."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.views.controls import Button, label, larger
from desktop.views.input_guard import InputGuard
from desktop.views.theme import SPACE

GUARD_MS = 600
"""How long the dialog hears nothing after it opens."""
_MEANS = {
    "run": "Go on lets this run make that request and spend its budget once more; then it asks again.",
    "day": "Go on leaves the day's budget out for this run alone.",
    "price": "Go on runs it without a budget; its cost will be shown as unknown.",
}


class BudgetDialog(QDialog):
    """Says which budget is reached. Opened with `ask`, never with ``exec()``.

    Attributes:
        stay_button: The push button "Not now", which has the focus.
        go_on_button: The push button "Go on".
        settings_button: The push button "Budgets…".

    Signals:
        go_on_chosen(str, str): The run may go on; its id and the budget's kind.
        settings_requested(): The person wants to change the budgets.
    """

    go_on_chosen = Signal(str, str)
    settings_requested = Signal()

    def __init__(self, parent: QWidget | None = None, *, guard_ms: int = GUARD_MS) -> None:
        super().__init__(parent)
        self.setWindowTitle("Budget reached")
        self.setAccessibleName("Budget reached")
        self._run_id = self._kind = ""
        self._guard = InputGuard(self, guard_ms)
        title = label("Budget reached", "heading")
        title.setFont(larger(title.font(), 1.25, bold=True))
        self._words = label(wrap=True)
        self._means = label(kind="muted", wrap=True)
        self.stay_button = Button("Not now")
        self.go_on_button = Button("Go on")
        self.settings_button = Button("Budgets…", name="Budgets")
        self.stay_button.setDefault(True)
        for button in (self.go_on_button, self.settings_button):
            button.setAutoDefault(False)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE)
        foot.addWidget(self.settings_button)
        foot.addStretch(1)
        foot.addWidget(self.go_on_button)
        foot.addWidget(self.stay_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addWidget(title)
        column.addWidget(self._words)
        column.addWidget(self._means)
        column.addSpacing(SPACE)
        column.addStretch(1)
        column.addLayout(foot)
        self.setMinimumWidth(60 * SPACE)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self._guard.raised.connect(lambda: self.go_on_button.setEnabled(False))
        self._guard.lowered.connect(lambda: self.go_on_button.setEnabled(True))
        self.stay_button.clicked.connect(self.reject)
        self.settings_button.clicked.connect(self._open_settings)
        self.go_on_button.clicked.connect(self._go_on)

    def ask(self, run_id: str, kind: str, words: str) -> None:
        """Ask about a run.

        Args:
            run_id: The run.
            kind: Which budget: ``run``, ``day`` or ``price``.
            words: What is reached.
        """
        self._run_id, self._kind = run_id, kind
        self._words.setText(words)
        self._means.setText(_MEANS[kind])
        self.setAccessibleDescription(f"{words} {_MEANS[kind]}")
        self._guard.raise_now()
        self.open()
        self.stay_button.setFocus()

    def _go_on(self) -> None:
        self.accept()
        self.go_on_chosen.emit(self._run_id, self._kind)

    def _open_settings(self) -> None:
        self.reject()
        self.settings_requested.emit()
