"""The fields that filter the audit log."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from PySide6.QtCore import QEvent, QSize, QTimer, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.engine.audit import AuditFilter
from desktop.engine.messages import CallState, utc_now
from desktop.views.audit_text import DECIDERS
from desktop.views.icons import icon
from desktop.views.literal_text import one_line
from desktop.views.theme import SPACE, current_theme, is_theme_change

_TYPING_MS = 200
_LEAST_SEARCH = 20 * SPACE
_SPANS = {"Any time": None, "Last hour": 1 / 24, "Last 24 hours": 1, "Last 7 days": 7, "Last 30 days": 30}
"""The choices of time, in days."""

GRANTS = "Grants"


class AuditFilterBar(QWidget):
    """Fields that say which rows are wanted.

    Attributes:
        search: The field named "Search the audit log".
        tool: The combo box named "Tool".
        state: The combo box named "State"; its last choice is the grants.
        decided_by: The combo box named "Decided by".
        time: The combo box named "Time".
        here: The combo box named "Conversations"; hidden while no conversation is open.
        every_step: The check box named "Every step".

    Signals:
        changed(): Another filter is wanted; typing is waited out.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._conversation_id: str | None = None
        self.search = QLineEdit()
        self.search.setAccessibleName("Search the audit log")
        self.search.setPlaceholderText("Search")
        self.search.setClearButtonEnabled(True)
        self.search.setProperty("kind", "search")
        self._glass = QAction(self.search)
        self.search.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self.tool = _choice("Tool", {"All tools": None})
        states = {state.value.capitalize(): state for state in CallState}
        self.state = _choice("State", {"All states": None} | states | {GRANTS: None})
        self.state.insertSeparator(self.state.count() - 1)
        deciders = {words: decider for decider, words in DECIDERS.items() if decider}
        self.decided_by = _choice("Decided by", {"Anybody": None} | deciders | {"Nobody": ""})
        self.time = _choice("Time", dict(_SPANS))
        self.here = _choice("Conversations", {"All conversations": False, "This conversation": True})
        self.here.hide()
        self.every_step = QCheckBox("Every step")
        self.every_step.setToolTip("List each step of each call and grant, not the latest alone")
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._first, self._second = QHBoxLayout(), QHBoxLayout()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        for row in (self._first, self._second):
            row.setSpacing(SPACE)
            rows.addLayout(row)
        self._first.addWidget(self.search, 1)
        for box in (self.tool, self.state, self.decided_by, self.time, self.here):
            self._first.addWidget(box)
            box.currentIndexChanged.connect(lambda _index: self._tell())
        self._first.addWidget(self.every_step)
        self._is_in_two = False
        self.search.textChanged.connect(lambda _text: self._typing.start())
        self.search.returnPressed.connect(self._tell)
        self._typing.timeout.connect(self._tell)
        self.every_step.toggled.connect(lambda _on: self._tell())
        self._tint()

    def minimumSizeHint(self) -> QSize:
        """Room for the wider half of it: the other one goes into a second row."""
        halves = [(self.search, self.tool, self.state), self._movable]
        widths = [sum(each.minimumSizeHint().width() + SPACE for each in half) for half in halves]
        return QSize(max(widths), super().minimumSizeHint().height())

    @property
    def _movable(self) -> Sequence[QWidget]:
        return self.decided_by, self.time, self.here, self.every_step

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stand in two rows where one has no room."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        shown = [each for each in (self.tool, self.state, *self._movable) if not each.isHidden()]
        wanted = _LEAST_SEARCH + sum(each.sizeHint().width() + SPACE for each in shown)
        if (wanted > self.width()) == self._is_in_two:
            return
        self._is_in_two = not self._is_in_two
        (leaving, entering) = (self._first, self._second) if self._is_in_two else (self._second, self._first)
        for each in self._movable:
            leaving.removeWidget(each)
            entering.addWidget(each)
        if self._is_in_two:
            entering.addStretch(1)
        else:
            leaving.takeAt(0)
        self._second.setContentsMargins(0, SPACE if self._is_in_two else 0, 0, 0)

    @property
    def wanted(self) -> AuditFilter:
        """What the fields say now."""
        days = self.time.currentData()
        return AuditFilter(
            text=self.search.text().strip(),
            kind="grant" if self.state.currentText() == GRANTS else None,
            tool=self.tool.currentData(),
            state=self.state.currentData(),
            decided_by=self.decided_by.currentData(),
            since=self._since(days),
            conversation_id=self._conversation_id if self.here.currentData() else None,
            every_step=self.every_step.isChecked(),
        )

    def show_tools(self, names: Sequence[str]) -> None:
        """Offer these tools; the chosen one stays, where it is among them."""
        chosen = self.tool.currentData()
        self.tool.blockSignals(True)
        while self.tool.count() > 1:
            self.tool.removeItem(1)
        for name in names:
            self.tool.addItem(one_line(name, 40), name)
        self.tool.setCurrentIndex(max(0, self.tool.findData(chosen)))
        self.tool.blockSignals(False)

    def show_conversation(self, conversation_id: str | None) -> None:
        """Offer to look at one conversation alone; None offers it no more."""
        self._conversation_id = conversation_id
        self.here.blockSignals(True)
        self.here.setCurrentIndex(0)
        self.here.blockSignals(False)
        self.here.setVisible(conversation_id is not None)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Tint the glass anew with the theme."""
        super().changeEvent(event)
        if is_theme_change(event) and hasattr(self, "_glass"):
            self._tint()

    def _since(self, days: float | None) -> datetime | None:
        return None if days is None else utc_now() - timedelta(days=days)

    def _tell(self) -> None:
        self._typing.stop()
        self.changed.emit()

    def _tint(self) -> None:
        self._glass.setIcon(icon("search", current_theme().muted))


def _choice(name: str, options: Mapping[str, object]) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.setAccessibleDescription(name)  # on Linux its name is its current text
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    for words, value in options.items():
        box.addItem(words, value)
    return box
