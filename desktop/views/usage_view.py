"""What the models took and cost: a plot by day, and the same as a table by day, model, conversation or brain."""

from collections.abc import Sequence
from datetime import date, timedelta

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.engine.messages import Brain
from desktop.engine.usage_lines import Grouping, UsageLine, UsageTotal, by_day, cost_words, totals, whole
from desktop.views.controls import Button, fit_screen, label, larger
from desktop.views.flow_layout import FlowLayout
from desktop.views.notice_bar import NoticeBar
from desktop.views.theme import SPACE
from desktop.views.usage_chart import Measure, UsageChart, brain_colour
from desktop.views.usage_table import UsageModel, UsageTable

_SPANS: dict[str, int | None] = {
    "Last 7 days": 7,
    "Last 30 days": 30,
    "Last 90 days": 90,
    "Last 12 months": 365,
    "All": None,
}
_BRAINS: dict[str, Brain | None] = {
    "Both brains": None,
    "Orchestrator": Brain.ORCHESTRATOR,
    "Responder": Brain.RESPONDER,
}
_GROUPS: dict[str, Grouping] = {
    "By day": "day",
    "By model": "model",
    "By conversation": "conversation",
    "By brain": "brain",
}
_MEASURES: dict[str, Measure] = {"Plot of cost": "cost", "Plot of tokens": "tokens"}
_HEADINGS: dict[Grouping, str] = {"day": "Day", "model": "Model", "conversation": "Conversation", "brain": "Brain"}
_MOST_BARS = 366


class UsageView(QDialog):
    """Shows usage and cost. Opened with ``open()``; asks for its figures with ``lines_wanted``.

    Attributes:
        chart: Cost or tokens by day.
        table: The table named "Usage".
        span: The combo box named "Time".
        brain: The combo box named "Brain".
        group: The combo box named "Grouping".
        measure: The combo box named "Plot".
        unknown: The label that says why the plot shows no cost, or not all of it.
        sum: The label with the whole.
        note: The bar with what was done or failed.
        export_button: The push button "Export".
        close_button: The push button "Close".

    Signals:
        lines_wanted(object): Figures since a day (a ``date``, None for all) are to be shown with `show_lines`.
        export_requested(object): The person wants the lines that are shown in a file: a tuple of `UsageLine`.
    """

    lines_wanted = Signal(object)
    export_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Usage and cost")
        self.setAccessibleName("Usage and cost")
        self._all: Sequence[UsageLine] = ()
        self._today = date.today()  # noqa: DTZ011 - the person's own day, as the lines have it
        self.chart = UsageChart()
        self._model = UsageModel()
        self.table = UsageTable(self._model)
        self.span = _choice("Time", list(_SPANS), 1)
        self.brain = _choice("Brain", list(_BRAINS), 0)
        self.group = _choice("Grouping", list(_GROUPS), 0)
        self.measure = _choice("Plot", list(_MEASURES), 0)
        self.unknown = label(kind="muted", wrap=True)
        self._nothing = label(
            "Each model call is counted here: its tokens, and its cost where the price is known.", "muted"
        )
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sum = label(kind="heading")
        self.note = NoticeBar()
        self.export_button = Button("Export…", name="Export")
        self.close_button = Button("Close")
        self._lay_out()
        self.span.currentIndexChanged.connect(lambda _index: self.refresh())
        self.brain.currentIndexChanged.connect(lambda _index: self._show())
        self.group.currentIndexChanged.connect(lambda _index: self._show())
        self.measure.currentIndexChanged.connect(lambda _index: self._show())
        self.export_button.clicked.connect(lambda: self.export_requested.emit(tuple(self.lines)))
        self.close_button.clicked.connect(self.reject)

    def _lay_out(self) -> None:
        title = label("Usage and cost", "heading")
        title.setFont(larger(title.font(), 1.4, bold=True))
        self.sum.setFont(larger(self.sum.font(), 1.15, bold=True))
        choices = FlowLayout([[self.span, self.brain, self.group, self.measure], [_Key()]], SPACE)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE)
        prices = "Prices are the providers' list prices; unknown ones are never counted as 0."
        foot.addWidget(label(prices, "muted", wrap=True), 1)
        foot.addWidget(self.export_button)
        foot.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addWidget(title)
        column.addWidget(self.sum)
        column.addSpacing(SPACE)
        column.addLayout(choices)
        column.addWidget(self.note)
        column.addWidget(self.unknown)
        column.addWidget(self.chart)
        column.addWidget(self.table, 1)
        column.addWidget(self._nothing, 1)
        column.addLayout(foot)
        fit_screen(self, QSize(960, 700), QSize(620, 520))

    def refresh(self) -> None:
        """Ask for the figures of the chosen time."""
        self._today = date.today()  # noqa: DTZ011
        self.lines_wanted.emit(self._first_day)

    @property
    def _first_day(self) -> date | None:
        days = _SPANS[self.span.currentText()]
        return None if days is None else self._today - timedelta(days=days - 1)

    @property
    def lines(self) -> list[UsageLine]:
        """What is shown, after the choice of brain."""
        brain = _BRAINS[self.brain.currentText()]
        return [line for line in self._all if brain is None or line.brain is brain]

    def show_lines(self, lines: Sequence[UsageLine], today: date | None = None) -> None:
        """Show figures that were asked for.

        Args:
            lines: All of the chosen time.
            today: The last day of the plot; None for the present.
        """
        self._all = lines
        self._today = today or self._today
        self._show()

    def show_problem(self, text: str) -> None:
        """Say what failed."""
        self.note.show_notice(text, kind="danger")

    def show_note(self, text: str) -> None:
        """Say what was done; empty takes it away."""
        self.note.show_notice(text)

    def _show(self) -> None:
        lines = self.lines
        total = whole(lines)
        tokens = total.input_tokens + total.output_tokens
        calls = "1 call" if total.calls == 1 else f"{total.calls:,} calls"
        cost = cost_words(total.cost_usd, total.unpriced, total.calls)
        cost = "cost unknown" if cost == "unknown" else cost
        self.sum.setText(
            f"{cost} · {tokens:,} tokens · {calls}" if total.calls else "No model was called in this time."
        )
        first = self._first_day or min((line.day for line in lines), default=self._today)
        first = max(first, self._today - timedelta(days=_MOST_BARS - 1))
        self._show_plot(by_day(lines, first, self._today), total)
        by = _GROUPS[self.group.currentText()]
        self._model.show_totals(totals(lines, by), _HEADINGS[by])
        self.export_button.setEnabled(bool(lines))
        for widget in (self.chart, self.table):
            widget.setVisible(bool(lines))
        self._nothing.setHidden(bool(lines))

    def _show_plot(self, days: Sequence[UsageTotal], total: UsageTotal) -> None:
        """Plot what was chosen; where no cost is known there is none to plot, which is not the same as none."""
        measure = _MEASURES[self.measure.currentText()]
        words = ""
        if measure == "cost" and total.calls and not total.cost_usd:
            measure = "tokens"
            words = "No price is known" if total.unpriced == total.calls else "No call cost anything"
            if 0 < total.unpriced < total.calls:
                words = f"No price is known of {total.unpriced:,} calls, and the others cost nothing"
            words += ": the plot shows tokens."
        elif measure == "cost" and total.unpriced:
            calls = "1 call" if total.unpriced == 1 else f"{total.unpriced:,} calls"
            words = (
                f"The price of {calls} is not known. Days with such calls have a ring: they cost more than it shows."
            )
        self.unknown.setText(words)
        self.unknown.setVisible(bool(words))
        self.chart.show_days(days, measure)


def _choice(name: str, items: Sequence[str], chosen: int) -> QComboBox:
    box = QComboBox()
    box.addItems(items)
    box.setCurrentIndex(chosen)
    box.setAccessibleName(name)
    box.setAccessibleDescription(name)
    return box


class _Key(QWidget):
    """What the colours of the plot mean."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        for brain, words in ((Brain.ORCHESTRATOR, "Orchestrator"), (Brain.RESPONDER, "Responder")):
            row.addWidget(_Swatch(brain), alignment=Qt.AlignmentFlag.AlignVCenter)
            row.addWidget(label(words, "muted"))
            row.addSpacing(SPACE)


class _Swatch(QWidget):
    def __init__(self, brain: Brain) -> None:
        super().__init__()
        self._brain = brain
        self.setFixedSize(12, 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a small rounded square in the brain's colour."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brain_colour(self._brain))
        painter.drawRoundedRect(self.rect(), 3, 3)
        painter.end()
