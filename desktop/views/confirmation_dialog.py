"""The confirmation dialog: the calls that wait at a gate, and the person's decision on each."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.engine.events import ConfirmationRequested
from desktop.engine.gate import AllowOnce, Decision, Deny
from desktop.views.card_view import CardView
from desktop.views.debug_tables import ROW_STYLE
from desktop.views.decision_bar import DecisionBar
from desktop.views.icons import icon
from desktop.views.input_guard import InputGuard
from desktop.views.literal_text import one_line
from desktop.views.theme import SPACE, current_theme, is_theme_change

_PREFERRED = QSize(740, 540)
_SHARE_OF_SCREEN = 0.8
_KEY = Qt.ItemDataRole.UserRole


class ConfirmationDialog(QDialog):
    """Asks for a decision on each waiting call. Shown with ``open()``; closing it decides nothing.

    Args:
        parent: The window whose run waits.
        guard_ms: How long input is ignored after the dialog appears, and after another call takes a decided one's
            place by itself.

    Signals:
        decided(str, str, object, str): The run, the call, the ``Decision``, and what it is bound to.
    """

    decided = Signal(str, str, object, str)

    def __init__(self, parent: QWidget | None = None, guard_ms: int = 700) -> None:
        super().__init__(parent)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAccessibleName("Confirm tool call")
        self._requests: dict[tuple[str, str], ConfirmationRequested] = {}
        self._card: CardView | None = None
        self._guard = InputGuard(self, guard_ms)
        self._list = QListWidget()
        self._list.setAccessibleName("Waiting calls")
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setFixedWidth(22 * SPACE)
        self._list.setStyleSheet(ROW_STYLE)
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.currentItemChanged.connect(self._show_current)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._bar = DecisionBar()
        self._bar.allowed.connect(lambda: self._decide(AllowOnce()))
        self._bar.denied.connect(lambda reason: self._decide(Deny(reason=reason)))
        self._guard.raised.connect(lambda: self._bar.set_listening(False))
        self._guard.lowered.connect(lambda: self._bar.set_listening(True))
        right = QVBoxLayout()
        right.setSpacing(SPACE)
        right.addWidget(self._scroll, 1)
        right.addWidget(self._bar)
        columns = QHBoxLayout(self)
        columns.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, SPACE * 3 // 2)
        columns.setSpacing(2 * SPACE)
        columns.addWidget(self._list)
        columns.addLayout(right, 1)
        self._bound()

    @property
    def requests(self) -> tuple[ConfirmationRequested, ...]:
        """The calls that wait, in the order they are listed."""
        return tuple(self._requests.values())

    @property
    def is_guarding(self) -> bool:
        """Whether input is ignored now."""
        return self._guard.is_raised

    def show_requests(self, requests: Sequence[ConfirmationRequested]) -> None:
        """List the calls that wait, in place of what was listed; the chosen one stays chosen.

        Args:
            requests: In the order they were asked for.
        """
        before = self._current_request()
        self._requests = {(each.run_id, each.call_id): each for each in requests}
        self._list.blockSignals(True)
        self._list.clear()
        for key, request in self._requests.items():
            item = QListWidgetItem(icon("clock", current_theme().warning), one_line(request.tool, 60))
            item.setData(_KEY, key)
            self._list.addItem(item)
        rows = list(self._requests)
        kept = before is not None and self._requests.get((before.run_id, before.call_id)) == before
        self._list.setCurrentRow(rows.index((before.run_id, before.call_id)) if kept and before is not None else 0)
        self._list.blockSignals(False)
        self._tell_count()
        if not kept:
            self._show_current()
            self._guard_if_shown()

    def remove_request(self, call_id: str, run_id: str | None = None) -> None:
        """Take a call off the list; the dialog closes when none is left.

        Args:
            call_id: The call.
            run_id: Its run; None where the call's id alone tells.
        """
        left = [
            each
            for each in self._requests.values()
            if each.call_id != call_id or (run_id is not None and each.run_id != run_id)
        ]
        if len(left) == len(self._requests):
            return
        if left:
            self.show_requests(left)
        else:
            self._requests = {}
            self.close()

    def _current_request(self) -> ConfirmationRequested | None:
        item = self._list.currentItem()
        return self._requests.get(tuple(item.data(_KEY))) if item is not None else None

    def _tell_count(self) -> None:
        count = len(self._requests)
        self.setWindowTitle("Confirm tool call" if count <= 1 else f"Confirm {count} tool calls")
        self._list.setVisible(count > 1)

    def _show_current(self) -> None:
        request = self._current_request()
        if request is None:
            return
        self._card = CardView(request)
        self._scroll.setWidget(self._card)
        self._bar.reset()
        if self.isVisible() and not self._list.hasFocus():
            self._focus_arguments()

    def _focus_arguments(self) -> None:
        if self._card is not None and self._card.fields:
            self._card.fields[0].setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._card is not None:
            self._card.effect.setFocus(Qt.FocusReason.OtherFocusReason)

    def _decide(self, decision: Decision) -> None:
        request = self._current_request()
        if request is None or self._guard.is_raised:
            return
        # The call leaves the list before anyone hears of it: it can be decided once only.
        self.remove_request(request.call_id, request.run_id)
        self.decided.emit(request.run_id, request.call_id, decision, request.binding)

    def _guard_if_shown(self) -> None:
        if self.isVisible():
            self._guard.raise_now()

    def _bound(self) -> None:
        screen = self.screen() or QGuiApplication.primaryScreen()
        room = screen.availableSize() * _SHARE_OF_SCREEN
        self.setMaximumSize(room.expandedTo(QSize(480, 320)))
        self.resize(_PREFERRED.boundedTo(room))

    def showEvent(self, event: QShowEvent) -> None:
        """Guard against input that was meant for what was there before."""
        super().showEvent(event)
        self._bound()
        self._guard.raise_now()
        self._focus_arguments()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop guarding."""
        super().hideEvent(event)
        self._guard.stand_down()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes and decides nothing; Enter presses nothing."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        event.accept()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Leave the run waiting."""
        event.accept()

    def changeEvent(self, event: QEvent) -> None:
        """Tint the icons anew."""
        super().changeEvent(event)
        if is_theme_change(event) and hasattr(self, "_bar"):
            for row in range(self._list.count()):
                self._list.item(row).setIcon(icon("clock", current_theme().warning))
