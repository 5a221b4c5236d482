"""The tool pane: the calls of a run, round by round, live; one of them in full below."""

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QMenu, QSplitter, QVBoxLayout, QWidget

from desktop.engine.messages import CallState, JsonObject
from desktop.engine.run_record import CallRecord, RunRecord
from desktop.views import call_rows
from desktop.views.accessible_list import set_role
from desktop.views.call_details import CallDetails
from desktop.views.call_list import CallList
from desktop.views.call_rows import CallRows
from desktop.views.call_text import gate_words, telling_argument
from desktop.views.literal_text import one_line
from desktop.views.row_buttons import RowButtons
from desktop.views.running_calls import RunningCalls, stop_key
from desktop.views.theme import is_theme_change


class ToolPane(QWidget):
    """Shows the tool calls of one run.

    Args:
        parent: The parent widget.

    Signals:
        call_selected(str): The person chose a call; its id.
        review_requested(str): The person wants to decide on a waiting call; its id.
        stop_requested(str): The person wants to stop a call that runs, or that is allowed and waits for its turn; its
            id. A running one is shown as being stopped; ``set_state`` with ``running`` takes that back.
    """

    call_selected = Signal(str)
    review_requested = Signal(str)
    stop_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, QAccessible.Role.Pane)
        self.setAccessibleName("Tool calls")
        self._calls: dict[str, CallRecord] = {}
        self._items: dict[str, QListWidgetItem] = {}
        self._rounds: dict[int, QListWidgetItem] = {}
        self._most_rounds = 0  # of the run that is shown; 0 where it is not known
        self._gated: set[str] = set()
        self._list = CallList()
        self._list.setAccessibleName("Calls")
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setStyleSheet("QListWidget { border: none; }")  # the row shows the focus
        self._list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self._list.setMouseTracking(True)
        self._list.setItemDelegate(CallRows(self._list))
        self._list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.viewport().setAutoFillBackground(False)
        self._list.itemClicked.connect(self._clicked)
        self._list.fold_wanted.connect(self._fold)
        self._list.currentItemChanged.connect(self._current_changed)
        self._list.stop_wanted.connect(self._stop)
        self._list.menu_wanted.connect(self._open_menu)
        self._buttons = RowButtons(self._list)
        self._list.rows_moved.connect(self._buttons.place)
        self._buttons.pressed.connect(self._button_pressed)
        self._running = RunningCalls(self._buttons)
        self._details = CallDetails()
        self._details.hide()
        self._details.review_requested.connect(self._review_current)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(1)
        split.addWidget(self._buttons)
        split.addWidget(self._details)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 1)
        split.setSizes([220, 260])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)

    @property
    def selected_call(self) -> str | None:
        """Id of the call that is shown in full."""
        item = self._list.currentItem()
        return str(item.data(call_rows.CALL_ID)) if item is not None and item.data(call_rows.CALL_ID) else None

    def clear(self) -> None:
        """Show no run."""
        self._most_rounds = 0
        self._running.clear()
        self._buttons.clear()
        self._list.clear()
        self._calls.clear()
        self._items.clear()
        self._rounds.clear()
        self._gated.clear()
        self._details.hide()

    def show_run(self, run: RunRecord) -> None:
        """Show a run as it stands, in place of what was shown; a call that was chosen stays chosen."""
        chosen = self.selected_call
        self.clear()
        self._most_rounds = run.max_rounds
        for record in run.rounds:
            self.begin_round(record.round, run.max_rounds)
        self._gated = {gate.call_id for gate in run.gates}
        for call in run.calls:
            self._show(call)
        if run.handoff is not None or run.state in ("done", "failed", "stopped"):
            self.end_rounds()
        if chosen in self._items:
            self._list.setCurrentItem(self._items[chosen])

    def begin_round(self, round_number: int, of: int) -> None:
        """Add a round.

        Args:
            round_number: Counted from 1.
            of: The most there can be; 0 where it is not known.
        """
        self.end_rounds()
        text = f"Round {round_number} of {of}" if of else f"Round {round_number}"
        item = self._rounds.get(round_number)
        if item is None:
            item = QListWidgetItem()
            item.setData(call_rows.IS_ROUND, True)
            self._rounds[round_number] = item
            self._list.addItem(item)
        item.setText(text)
        item.setData(call_rows.IS_OVER, False)

    def end_rounds(self) -> None:
        """Say of rounds without calls that there are none: the run has gone on, or ended."""
        for item in self._rounds.values():
            item.setData(call_rows.IS_OVER, True)
            if not item.data(call_rows.COUNT):
                item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, call_rows.NO_CALLS)

    def add_call(self, call_id: str, tool: str, arguments: JsonObject, round_number: int) -> None:
        """Add a call that waits for its turn; ``set_state`` tells when it waits for the person."""
        self._show(
            CallRecord(call_id=call_id, tool=tool, arguments=arguments, round=round_number, state=CallState.WAITING)
        )

    def set_state(self, call_id: str, state: CallState) -> None:
        """Show where a call stands; ``waiting`` says that a gate asks the person."""
        if call_id in self._calls:
            if state is CallState.WAITING:
                self._gated.add(call_id)
            self._show(self._calls[call_id].model_copy(update={"state": state}))

    def finish_call(self, call_id: str, state: CallState, result: str, duration_ms: int, untrusted: bool) -> None:
        """Show what came of a call.

        Args:
            call_id: The call.
            state: A closed state.
            result: The whole result.
            duration_ms: How long it took.
            untrusted: Whether the result can carry somebody else's words.
        """
        if call_id in self._calls:
            values = {"state": state, "result": result, "duration_ms": duration_ms, "untrusted": untrusted}
            self._show(self._calls[call_id].model_copy(update=values))

    def mark_call(self, call_id: str, *, arguments: JsonObject | None = None, allowed_by: str = "") -> None:
        """Show what became of a call at its gate.

        Args:
            call_id: The call.
            arguments: What the person made of its arguments; None where they were not changed.
            allowed_by: ``policy``, ``grant`` or ``person``; empty while it was not allowed.
        """
        call = self._calls.get(call_id)
        if call is not None:
            changed = {"arguments": arguments, "edited": True} if arguments is not None else {}
            self._show(call.model_copy(update={**changed, "allowed_by": allowed_by or call.allowed_by}))

    def select_call(self, call_id: str) -> None:
        """Show a call in full, and unfold its round."""
        item = self._items.get(call_id)
        if item is not None:
            self._fold(self._rounds[self._calls[call_id].round], False)
            self._list.setCurrentItem(item)
            self._list.scrollToItem(item)

    def _show(self, call: CallRecord) -> None:
        self._calls[call.call_id] = call
        if call.state is not CallState.WAITING:
            self._gated.discard(call.call_id)
        item = self._items.get(call.call_id)
        if item is None:
            item = self._insert(call)
        item.setText(f"{one_line(call.tool)} {call.state}")
        item.setData(call_rows.TOOL, one_line(call.tool))
        item.setData(call_rows.ARGUMENT, telling_argument(call.arguments))
        item.setData(call_rows.STATE, call.state.value)
        item.setData(call_rows.DURATION_MS, call.duration_ms)
        item.setData(call_rows.IS_EDITED, call.edited)
        item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, gate_words(call))
        item.setData(call_rows.IS_GATED, call.call_id in self._gated)
        self._offer_button(item, call)
        if self.selected_call == call.call_id:
            self._details.show_call(call, asks=call.call_id in self._gated)

    def _insert(self, call: CallRecord) -> QListWidgetItem:
        if call.round not in self._rounds:
            self.begin_round(call.round, self._most_rounds)
        head = self._rounds[call.round]
        count = int(head.data(call_rows.COUNT) or 0)
        item = QListWidgetItem()
        item.setData(call_rows.CALL_ID, call.call_id)
        self._items[call.call_id] = item
        self._list.insertItem(self._list.row(head) + count + 1, item)
        item.setHidden(bool(head.data(call_rows.IS_FOLDED)))
        head.setData(call_rows.COUNT, count + 1)
        head.setData(Qt.ItemDataRole.AccessibleDescriptionRole, None)
        return item

    def _offer_button(self, item: QListWidgetItem, call: CallRecord) -> None:
        if call.call_id in self._gated:
            self._buttons.offer(call.call_id, item, "Review…", f"Review {one_line(call.tool)}")
        else:
            self._buttons.withdraw(call.call_id)
        if call.state is CallState.RUNNING:
            self._running.begin(call.call_id, item, one_line(call.tool))
        else:
            self._running.end(call.call_id)

    def _button_pressed(self, key: str) -> None:
        if key in self._calls and key in self._gated:
            self.review_requested.emit(key)
            return
        for call_id in self._calls:
            if key == stop_key(call_id):
                self._stop(self._items[call_id])
                return

    def _can_stop(self, item: QListWidgetItem) -> bool:
        call = self._calls.get(item.data(call_rows.CALL_ID) or "")
        return call is not None and call.state.is_open and call.call_id not in self._gated

    def _stop(self, item: QListWidgetItem) -> None:
        if self._can_stop(item):
            call_id = str(item.data(call_rows.CALL_ID))
            self._running.stopping(call_id)
            self.stop_requested.emit(call_id)

    def _open_menu(self, item: QListWidgetItem, place: QPoint) -> None:
        if not self._can_stop(item):
            return
        call_id = str(item.data(call_rows.CALL_ID))

        def stop() -> None:
            if call_id in self._items:  # another run may be shown by now
                self._stop(self._items[call_id])

        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        words = f"Stop {one_line(self._calls[call_id].tool)}"
        menu.addAction(words.replace("&", "&&")).triggered.connect(stop)
        menu.popup(place)

    def _review_current(self) -> None:
        if self.selected_call is not None:
            self.review_requested.emit(self.selected_call)

    def _clicked(self, item: QListWidgetItem) -> None:
        if item.data(call_rows.IS_ROUND):
            self._fold(item, None)

    def _fold(self, head: QListWidgetItem, folded: bool | None) -> None:
        folded = not head.data(call_rows.IS_FOLDED) if folded is None else folded
        head.setData(call_rows.IS_FOLDED, folded)
        number = next(number for number, item in self._rounds.items() if item is head)
        for call_id, item in self._items.items():
            if self._calls[call_id].round == number:
                item.setHidden(folded)

    def _current_changed(self, item: QListWidgetItem | None) -> None:
        call_id = item.data(call_rows.CALL_ID) if item is not None else None
        self._details.setVisible(call_id is not None)
        if call_id is not None:
            self._details.show_call(self._calls[call_id], asks=call_id in self._gated)
            self.call_selected.emit(call_id)

    def changeEvent(self, event: QEvent) -> None:
        """Draw anew in a new theme."""
        super().changeEvent(event)
        if is_theme_change(event) and hasattr(self, "_details"):
            self._current_changed(self._list.currentItem())
