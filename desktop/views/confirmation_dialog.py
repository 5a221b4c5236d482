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
    QWidget,
)

from desktop.engine.events import ConfirmationRequested
from desktop.engine.gate import Decision
from desktop.engine.messages import JsonObject
from desktop.views.call_decision import CallDecision
from desktop.views.debug_tables import ROW_STYLE
from desktop.views.icons import icon
from desktop.views.input_guard import InputGuard
from desktop.views.literal_text import one_line
from desktop.views.theme import SPACE, current_theme, is_theme_change

_PREFERRED = QSize(880, 640)
_SHARE_OF_SCREEN = (0.95, 0.8)
_KEY = Qt.ItemDataRole.UserRole
_Key = tuple[str, str]


class ConfirmationDialog(QDialog):
    """Asks for a decision on each waiting call. Shown with ``open()``; closing it decides nothing.

    Args:
        parent: The window whose run waits.
        guard_ms: How long input is ignored after the dialog appears, and after another call takes a decided one's
            place by itself.

    Signals:
        decided(str, str, object, str): The run, the call, the ``Decision``, and what it is bound to.
        edited(str, str, object, str): The run, the call, the changed arguments (a ``JsonObject``), and what the
            unchanged call is bound to. The answer comes by `show_requests` or `show_edit_error`.
    """

    decided = Signal(str, str, object, str)
    edited = Signal(str, str, object, str)

    def __init__(self, parent: QWidget | None = None, guard_ms: int = 700) -> None:
        super().__init__(parent)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAccessibleName("Confirm tool call")
        self._requests: dict[_Key, ConfirmationRequested] = {}
        self._guard = InputGuard(self, guard_ms)
        self._list = QListWidget()
        self._list.setAccessibleName("Waiting calls")
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setFixedWidth(22 * SPACE)
        self._list.setStyleSheet(ROW_STYLE)
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.currentItemChanged.connect(self._show_current)
        self._call = CallDecision()
        self._call.decided.connect(self._decide)
        self._call.edited.connect(self._tell_edited)
        # The second click of a double click must not fall on the button that now stands there.
        self._call.turned.connect(lambda: self._guard_if_shown(let_type=True))
        self._guard.raised.connect(lambda: self._call.set_listening(False))
        self._guard.lowered.connect(lambda: self._call.set_listening(True))
        columns = QHBoxLayout(self)
        columns.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, SPACE * 3 // 2)
        columns.setSpacing(2 * SPACE)
        columns.addWidget(self._list)
        columns.addWidget(self._call, 1)
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
        chosen = _key(before) if before is not None else None
        self._requests = {_key(each): each for each in requests}
        self._call.keep_forms(self._requests)
        self._list.blockSignals(True)
        self._list.clear()
        for key, request in self._requests.items():
            item = QListWidgetItem(one_line(request.tool, 60))
            item.setData(_KEY, key)
            self._list.addItem(item)
        self._tint()
        rows = list(self._requests)
        kept = chosen is not None and self._requests.get(chosen) == before
        # A call that comes back changed stays in sight, so that the person sees what became of it.
        self._list.setCurrentRow(rows.index(chosen) if chosen in self._requests else 0)
        self._list.blockSignals(False)
        self._tell_count()
        if not kept:
            self._show_current()
            self._guard_if_shown()

    def show_edit_error(self, call_id: str, text: str) -> None:
        """Say why the changed arguments of a call will not do; its form stays as it was left.

        Args:
            call_id: The call.
            text: What is wrong with them; may be foreign.
        """
        self._call.show_edit_error(call_id, text)

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
        self._call.show_request(request)
        if self.isVisible() and not self._list.hasFocus():
            self._call.focus_arguments()

    def _decide(self, decision: Decision) -> None:
        request = self._current_request()
        if request is None or self._guard.is_raised:
            return
        # The call leaves the list before anyone hears of it: it can be decided once only.
        self.remove_request(request.call_id, request.run_id)
        self.decided.emit(request.run_id, request.call_id, decision, request.binding)

    def _tell_edited(self, arguments: JsonObject) -> None:
        request = self._current_request()
        if request is not None:
            self.edited.emit(request.run_id, request.call_id, arguments, request.binding)

    def _guard_if_shown(self, *, let_type: bool = False) -> None:
        if self.isVisible():
            self._guard.raise_now(let_type=let_type)

    def _bound(self) -> None:
        screen = self.screen() or QGuiApplication.primaryScreen()
        share = screen.availableSize()
        room = QSize(int(share.width() * _SHARE_OF_SCREEN[0]), int(share.height() * _SHARE_OF_SCREEN[1]))
        self.setMaximumSize(room.expandedTo(QSize(480, 320)))
        self.resize(_PREFERRED.boundedTo(room))

    def showEvent(self, event: QShowEvent) -> None:
        """Guard against input that was meant for what was there before."""
        super().showEvent(event)
        self._bound()
        self._guard.raise_now()
        self._call.focus_arguments()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop guarding."""
        super().hideEvent(event)
        self._guard.stand_down()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes a step back or closes, and decides nothing; Enter presses nothing."""
        if event.key() == Qt.Key.Key_Escape and not self._call.go_back():
            self.close()
        event.accept()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Leave the run waiting."""
        event.accept()

    def changeEvent(self, event: QEvent) -> None:
        """Tint the icons anew."""
        super().changeEvent(event)
        if is_theme_change(event) and hasattr(self, "_call"):
            self._tint()

    def _tint(self) -> None:
        theme = current_theme()
        for row, request in enumerate(self._requests.values()):
            name = "edit" if request.edited else "clock"
            self._list.item(row).setIcon(icon(name, theme.accent if request.edited else theme.warning))


def _key(request: ConfirmationRequested) -> _Key:
    return request.run_id, request.call_id
