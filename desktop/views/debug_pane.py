"""The debug pane: a run as the models saw it."""

import json
from collections.abc import Callable, Sequence

from PySide6.QtGui import QAccessible, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QTabWidget, QVBoxLayout, QWidget

from desktop.engine.attachments import details_in_words
from desktop.engine.events import HandoffMessage, UsageReported
from desktop.engine.run_record import RoundRecord, RunRecord
from desktop.views.accessible_list import set_role
from desktop.views.controls import ElidedLabel, label
from desktop.views.copy_button import CopyButton, compact
from desktop.views.debug_tables import RoundList, TimeLine, UsageTable
from desktop.views.literal_text import as_line, one_line
from desktop.views.literal_view import INSET, LiteralView
from desktop.views.theme import SPACE


class _TextTab(QWidget):
    """A text to read and copy, or words where there is none yet. It is put together when it is looked at.

    Args:
        name: Its accessible name.
        nothing: The words.
    """

    def __init__(self, name: str, nothing: str) -> None:
        super().__init__()
        self._source: Callable[[], str] = str
        self._is_shown = True
        self._text = LiteralView(name, is_fixed=True)
        self._text.setPlaceholderText(nothing)
        self._caption = label("", "muted")
        copy = CopyButton(lambda: self._source(), f"Copy {name.lower()}")
        compact(copy, 3 * SPACE + 4)
        row = QHBoxLayout()
        row.setContentsMargins(INSET, 0, 0, 0)
        row.addWidget(self._caption, 1)
        row.addWidget(copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, SPACE // 2, SPACE // 2, 0)
        column.setSpacing(SPACE // 2)
        column.addLayout(row)
        column.addWidget(self._text, 1)

    def show_text(self, source: Callable[[], str], caption: str = "") -> None:
        """Show a text.

        Args:
            source: Gives it.
            caption: What is said of it.
        """
        self._source, self._is_shown = source, False
        self._caption.setText(caption)
        if self.isVisible():
            self._write()

    def _write(self) -> None:
        self._is_shown = True
        self._text.show_text(self._source())

    def showEvent(self, event: QShowEvent) -> None:
        """Have the text in its field."""
        super().showEvent(event)
        if not self._is_shown:
            self._write()


def handoff_text(messages: Sequence[HandoffMessage]) -> str:
    """The handoff as text: each message whole, under a line that names its role."""
    return "\n\n".join(f"── {each.role} ──\n{_files_text(each)}{each.text}" for each in messages)


def _files_text(message: HandoffMessage) -> str:
    """What is attached, a line each: its bytes are sent, and not shown."""
    lines = [
        f"[{as_line(one.name)} · {one.media_type} · {details_in_words(one)} · SHA-256 {one.hash}]\n"
        for one in message.attachments
    ]
    return "".join(lines)


def round_text(record: RoundRecord) -> str:
    """A round as text: what was sent and what came."""
    tools = (
        "\n\n".join(
            f"{tool.name}: {tool.description}\n{json.dumps(tool.parameters, indent=2, ensure_ascii=False)}"
            for tool in record.tools
        )
        or "(none)"
    )
    sections = (
        ("system", record.system or "(none)"),
        ("request", record.request),
        ("tools", tools),
        ("response", record.response),
    )
    return "\n\n".join(f"── {name} ──\n{text}" for name, text in sections)


class DebugPane(QWidget):
    """Shows one run: summary, handoff, rounds, time line and usage.

    Args:
        parent: The parent widget.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, QAccessible.Role.Pane)
        self.setAccessibleName("Debug")
        self._summary = _TextTab("Summary", "No summary yet")
        self._handoff = _TextTab("Handoff", "Nothing was handed off yet")
        self._round = _TextTab("Round", "No round yet")
        self._records: tuple[RoundRecord, ...] = ()
        self._round_list = RoundList()
        self._round_list.currentRowChanged.connect(self._show_round)
        rounds = QSplitter()
        rounds.addWidget(self._round_list)
        rounds.addWidget(self._round)
        rounds.setStretchFactor(1, 1)
        rounds.setSizes([88, 300])
        rounds.setChildrenCollapsible(False)
        rounds.setHandleWidth(1)
        self._time_line = TimeLine()
        self._usage = UsageTable()
        self._tabs = QTabWidget()
        self._tabs.setDocumentMode(True)
        self._tabs.setUsesScrollButtons(True)
        self._tabs.addTab(self._summary, "Summary")
        self._tabs.addTab(self._handoff, "Handoff")
        self._tabs.addTab(rounds, "Rounds")
        self._tabs.addTab(self._time_line, "Time line")
        self._tabs.addTab(self._usage, "Usage")
        self._title = ElidedLabel("", "muted", self)
        self._title.setContentsMargins(INSET + SPACE, SPACE // 2, SPACE, 0)
        self._title.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE // 2, 0, 0)
        column.addWidget(self._title)
        column.addWidget(self._tabs)

    @property
    def tabs(self) -> QTabWidget:
        """The tabs, in the order Summary, Handoff, Rounds, Time line, Usage."""
        return self._tabs

    def set_title(self, request: str) -> None:
        """Say which run is shown.

        Args:
            request: The message that it works on; empty where that is not known.
        """
        words = f"Run on “{one_line(request, 200)}”" if request else ""
        self._title.show_text(words)
        self._title.setAccessibleName(words)
        self._title.setVisible(bool(words))

    def clear(self) -> None:
        """Show no run."""
        self.set_title("")
        self.set_summary("")
        self.set_handoff(())
        self.set_rounds(())
        self._time_line.clear()
        self._usage.clear_usage()

    def show_run(self, run: RunRecord) -> None:
        """Show a run as it stands, in place of what was shown."""
        self.clear()
        self.set_summary(run.summary or "")
        self.set_handoff(run.handoff or ())
        self.set_rounds(run.rounds)
        for moment in run.moments:
            self.add_moment(moment.label, moment.at_ms)
        for usage in run.usage:
            self.add_usage(usage)

    def set_summary(self, text: str) -> None:
        """Show the orchestrator's summary."""
        self._summary.show_text(lambda: text, f"{len(text):,} characters" if text else "")

    def set_handoff(self, messages: Sequence[HandoffMessage]) -> None:
        """Show the responder's request exactly as it is sent.

        Args:
            messages: In the order they are sent; the first may be the system prompt.
        """
        sent = tuple(messages)
        count = len(sent)
        size = sum(len(each.text) for each in sent)
        words = "1 message" if count == 1 else f"{count} messages"
        self._handoff.show_text(lambda: handoff_text(sent), f"{words} · {size:,} characters" if count else "")

    def set_rounds(self, records: Sequence[RoundRecord]) -> None:
        """Show the orchestrator's calls; the one that was chosen stays chosen.

        Args:
            records: Oldest first.
        """
        chosen = self._round_list.currentRow()
        was_last = chosen == len(self._records) - 1
        self._records = tuple(records)
        self._round_list.show_rounds(self._records)
        row = len(self._records) - 1 if was_last else min(chosen, len(self._records) - 1)
        self._round_list.setCurrentRow(row)
        self._show_round(row)

    def add_usage(self, usage: UsageReported) -> None:
        """Add a model call to the usage table."""
        self._usage.add_usage(usage)

    def add_moment(self, label_text: str, at_ms: int) -> None:
        """Add a row to the time line.

        Args:
            label_text: What happened.
            at_ms: Milliseconds since the run began.
        """
        self._time_line.add_moment(label_text, at_ms)

    def _show_round(self, row: int) -> None:
        if 0 <= row < len(self._records):
            record = self._records[row]
            caption = f"{record.input_tokens:,} → {record.output_tokens:,} tokens"
            self._round.show_text(lambda: round_text(record), caption)
        else:
            self._round.show_text(str)
