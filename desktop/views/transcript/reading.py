"""The events of the transcript: mouse, keys and focus go to those who know; finding, zooming, the reader."""

from typing import Any

from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QApplication, QWidget

from desktop.views.theme import SPACE
from desktop.views.transcript.announcing import tell_focus
from desktop.views.transcript.column import Anchor
from desktop.views.transcript.find_bar import FindBar
from desktop.views.transcript.keyboard import take_key
from desktop.views.transcript.kit import Kit
from desktop.views.transcript.menu import context_menu
from desktop.views.transcript.metrics import FOOTER
from desktop.views.transcript.pointer import Pointer
from desktop.views.transcript.reader import Reader, message_reader
from desktop.views.transcript.stage import Stage
from desktop.views.transcript.wide_blocks import scroll_at, show_across

_SCAN_MS = 12.0
_COUNT_MS = 250
"""Between two looks of the number of hits while text comes."""


class ReadingStage(Stage):
    """What the person reads in.

    Args:
        kit: Makes segments.
        parent: The parent widget.

    Attributes:
        pointer: What the mouse does.
    """

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        super().__init__(kit, parent)
        self.pointer = Pointer(self)
        self.ground.help_wanted.connect(self.pointer.tell)
        self.ground.pointer_left.connect(self._pointer_left)
        self._find_bar = FindBar(self)
        self._find_bar.query_changed.connect(self._look_for)
        self._find_bar.step_requested.connect(self.step_hit)
        self._find_bar.closed.connect(self.close_find)
        self._wants_first = False
        self._counting = QTimer(self, singleShot=True, interval=_COUNT_MS)
        self._counting.timeout.connect(self._show_count)
        self._jump: tuple[int, Anchor] | None = None
        self._bind_keys()
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_changed)

    def _bind_keys(self) -> None:
        bindings: dict[str, Any] = {
            "Ctrl+F": self.open_find,
            "F3": lambda: self.step_hit(True),
            "Shift+F3": lambda: self.step_hit(False),
            "Ctrl++": lambda: self.zoom_by(1),
            "Ctrl+=": lambda: self.zoom_by(1),
            "Ctrl+-": lambda: self.zoom_by(-1),
            "Ctrl+0": lambda: self.zoom_by(0),
        }
        for keys, act in bindings.items():
            QShortcut(QKeySequence(keys), self, act)
        reads = QShortcut(QKeySequence("F7"), self, lambda: self.open_reader(self.current))
        reads.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def reset(self) -> None:
        """The messages are others: nothing is selected, hovered or at the keyboard."""
        self.lit = None
        self._jump = None
        self.select(None)
        self.set_current(-1)

    def _clear_places_beyond(self) -> None:
        """Forget places in messages that are gone."""
        count = len(self.column.messages)
        if self.selection is not None and self.selection.last[0] >= count:
            self.select(None)
        if self.current >= count:
            self.set_current(count - 1)
        self.footers.forget()

    # Finding.

    def open_find(self, query: str = "") -> None:
        """Open the bar that finds words; it begins with what is selected, where that is short."""
        selected = self.selected_text(markdown=False) if not query else ""
        if selected and "\n" not in selected and len(selected) <= 80:
            query = selected
        self._find_bar.show()
        self._place_find_bar()
        self._find_bar.open(query)

    def close_find(self) -> None:
        """Close the bar; the keyboard goes back to the transcript."""
        self._find_bar.hide()
        self._find_bar.forget()
        self._make_room(0)
        self.finder.look_for("")
        self.viewport().update()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_message(self, message_id: str, query: str = "") -> None:
        """Bring a message into view, and mark hits in it.

        Args:
            message_id: Which; nothing happens where there is none.
            query: What is marked; the first hit of the message is the current one.
        """
        index = self.index_of(message_id)
        if index < 0:
            return
        self.show_entry(index)
        self.set_current(index)
        if query:
            self.finder.look_for(query)
            while self.finder.scan(_SCAN_MS):
                pass
            hit = self.finder.step(True, index)
            if hit is not None and hit[0] == index:
                self._show_hit()
        self.refresh()
        self._jump = index, self.scroller.anchor
        self.viewport().update()

    def _jump_again(self) -> None:
        """Have what was jumped to in view still, the view having another height."""
        if self._jump is None:
            return
        index = self._jump[0]
        if self.finder.current is not None and self.finder.current[0] == index:
            self._show_hit()
        else:
            self.show_entry(index)
        self._jump = index, self.scroller.anchor

    def reveal(self, message_id: str) -> None:
        """Bring a message into view, and give it the focus."""
        index = self.index_of(message_id)
        if index >= 0:
            self.show_entry(index)
            self.set_current(index)
            self.setFocus(Qt.FocusReason.OtherFocusReason)
            self.refresh()

    def end_of(self, message_id: str) -> int | None:
        """Where a message ends in the view, its footer included; None where it does not show there."""
        index = self.index_of(message_id)
        layout = self.column.existing(index) if index >= 0 else None
        if layout is None:
            return None
        end = self.column.top(index) + layout.height - self.scroller.top
        return end if 0 <= end <= self.scroller.page + FOOTER else None

    def keep_end(self, message_id: str, end: int | None) -> None:
        """Have a message end where another one did, so that what was pressed in its footer stays under the pointer.

        Args:
            message_id: Which message.
            end: What `end_of` gave; None for no place.
        """
        index = self.index_of(message_id)
        if index < 0 or end is None:
            return
        for _ in range(3):  # what comes into view is laid out, and may move it once more
            height = self.column.layout(index).height
            self.scroller.move_to(self.column.top(index) + height - end)
            self.refresh()

    def index_of(self, message_id: str) -> int:
        """Index of a message by its id; -1 where there is none."""
        messages = self.column.messages
        return next((at for at in reversed(range(len(messages))) if messages[at].id == message_id), -1)

    def _look_for(self, query: str) -> None:
        self.finder.look_for(query)
        self._wants_first = bool(query)
        self.look_on()
        self.viewport().update()

    def look_on(self) -> None:
        """Look through messages that were not, a slice at a time."""
        if self.finder.is_done and not self._find_bar.isVisible():
            return
        is_left = self.finder.scan(_SCAN_MS)
        if self._wants_first and (self.finder.total or not is_left):
            is_ahead = self.finder.total and not is_left
            if is_ahead:
                self._wants_first = False
                self.finder.step(True, self.column.at(self.scroller.top))
                self._show_hit()
        self._show_count()
        if is_left:
            self.frames.work_soon()

    def _work(self) -> None:
        if self.finder.is_done:
            super()._work()
        else:
            self.look_on()
            if self.finder.is_done:
                self.frames.work_soon()

    def step_hit(self, forward: bool) -> None:
        """Go to the next hit, or to the one before; the bar opens where nothing is looked for."""
        if not self.finder.query:
            self.open_find()
            return
        self.finder.step(forward, self.column.at(self.scroller.top))
        self._show_hit()
        self._show_count()

    def count_soon(self) -> None:
        """Text came: show how many hits there are now, soon."""
        if self._find_bar.isVisible() and not self._counting.isActive():
            self._counting.start()

    def _show_count(self) -> None:
        self._find_bar.show_count(self.finder.number, self.finder.total, is_done=self.finder.is_done)

    def _show_hit(self) -> None:
        hit = self.finder.current
        if hit is None:
            self.viewport().update()
            return
        index, slot, at = hit
        self.stop_gliding()
        self.column.layout(index)
        self.column.lay_out(index, slot)
        layout = self.column.layout(index)
        segment = layout.segment(slot)
        start, end = self.finder.hits(index, slot, segment)[at]
        show_across(segment, start, end)
        for _ in range(3):  # what comes into view is laid out, and may move it once more
            area = layout.from_slot(slot, segment.rectangle_at(start)).translated(0, self.column.top(index))
            self.scroller.bring_into_view(int(area.top()), int(area.bottom()) + 1, margin=6 * SPACE)
            self.refresh()
        self.viewport().update()

    def _place_find_bar(self) -> None:
        size = self._find_bar.fit(self.viewport().width() - 2 * SPACE)
        self._find_bar.setGeometry(self.viewport().width() - size.width() - SPACE, SPACE, size.width(), size.height())
        self._make_room(size.height() + 2 * SPACE if self._find_bar.isVisible() else 0)

    def _make_room(self, pixels: int) -> None:
        """Have so much room above the view, for the bar: it covers nothing. What is shown stays where it is."""
        more = pixels - self.viewportMargins().top()
        if not more:
            return
        follows = self.scroller.follows
        self.setViewportMargins(0, pixels, 0, 0)
        if not follows:
            self.scroll_by(more)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the bar in its corner, and in view what was jumped to, as long as nobody scrolled since."""
        jumped = getattr(self, "_jump", None)
        is_there = jumped is not None and jumped[1] == self.scroller.anchor
        super().resizeEvent(event)
        if hasattr(self, "_find_bar"):
            self._place_find_bar()
        if is_there:
            self._jump_again()

    # The reader.

    def open_reader(self, index: int) -> Reader | None:
        """Show a message in a window of its own.

        Args:
            index: Which; the last one where there is none of that index.
        """
        messages = self.column.messages
        if not messages:
            return None
        index = index if 0 <= index < len(messages) else len(messages) - 1
        reader = message_reader(messages[index], self.column.layout(index).surroundings, self._look, self)
        reader.show()
        return reader

    # Events.

    def scroll_sideways(self, point: object, pixels: int) -> None:
        """Scroll what is wide under a point of the viewport."""
        if isinstance(point, QPoint):
            scroll_at(self, point, -pixels)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a selection, or press something."""
        self.pointer.press(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select a word."""
        self.pointer.press_twice(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Extend the selection, or show what is under the pointer."""
        self.pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Follow what was pressed."""
        self.pointer.release(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done here."""
        point = event.pos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard and 0 <= self.current < len(self.column.messages):
            top = self.column.top(self.current) - self.scroller.top
            point = QPoint(self.left + 4 * SPACE, max(0, min(top + 2 * SPACE, self.viewport().height() - 1)))
        context_menu(self, QPointF(point)).popup(self.viewport().mapToGlobal(point))  # type: ignore[arg-type]

    def _pointer_left(self) -> None:
        """See the pointer leave, but for a footer, which stands on the message that it belongs to."""
        point = self.viewport().mapFromGlobal(self.cursor().pos())
        if not self.viewport().rect().contains(point) or not self.footers.at(point):
            self.pointer.leave()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll, select, copy, follow."""
        if not take_key(self, event):
            event.ignore()

    def focusNextPrevChild(self, next: bool) -> bool:
        """Let Tab go over the links and controls of the message before it leaves."""
        if self.hasFocus() and self.step_target(next):
            tell_focus(self, self.current)
            return True
        return super().focusNextPrevChild(next)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Have the keyboard at the message it was at; come by Tab, at the last in view."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.by_keys = True
            if self.column.messages and not 0 <= self.current < len(self.column.messages):
                self.current = self.column.at(self.scroller.top + self.scroller.page - 1)
        self.set_current(self.current, self.target)
        if self.current >= 0:
            tell_focus(self, self.current)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show no focus."""
        super().focusOutEvent(event)
        self.viewport().update()

    def focus_told(self, index: int) -> None:
        """Tell of it."""
        tell_focus(self, index)

    def _focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        footer = self.footers.of(self.current)
        is_here = new is self or (footer is not None and new is not None and footer.isAncestorOf(new))
        self.footers.focus(self.current if is_here else -1)
