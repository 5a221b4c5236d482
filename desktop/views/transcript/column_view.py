"""The scroll area under the transcript: lays out what is in view of a column, paints it, and works ahead."""

import time
from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from desktop.views.controls import Button, larger
from desktop.views.theme import SPACE, current_theme
from desktop.views.transcript import formulas, lexers
from desktop.views.transcript.activity_line import ActivityLine
from desktop.views.transcript.column import ROW_GAP, Column, Growth
from desktop.views.transcript.frames import Frames
from desktop.views.transcript.kit import Kit
from desktop.views.transcript.metrics import FOOTER, Metrics
from desktop.views.transcript.note_view import NoteView
from desktop.views.transcript.painting import Brush, draw_column, draw_last_slot
from desktop.views.transcript.refining import refine
from desktop.views.transcript.repainting import Repainter
from desktop.views.transcript.scroll_bar import CalmScrollBar
from desktop.views.transcript.scrolling import FRAME_MS, Scroller
from desktop.views.transcript.segment import Look, Mark, Segment
from desktop.views.transcript.viewport import Viewport

_SLICE_MS = 1.5
"""After which no more of what can wait is begun; the segment under way comes on top of it."""
_TEXT = 1.08
_PARTS = 6
"""Of what is exposed, up to which each is drawn on its own."""
_LARGEST = 16_000_000
"""A scroll bar counts in whole numbers that fit a style's arithmetic."""


class ColumnView(QAbstractScrollArea):
    """Shows what is in view of a column of messages.

    Args:
        kit: Makes segments.
        parent: The parent widget.

    Attributes:
        column: The messages.
        scroller: Where the view stands.
        orphans: Outcomes that show while there are no messages.
        ground: What is painted on.
        frames: When what is laid out is shown.
    """

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ground = Viewport(self)
        self.setViewport(self.ground)
        self._zoom = 1.0
        self._look = self._make_look()
        self.column = Column(kit, self._look, Metrics.of(self._look, 800))
        self.scroller = Scroller(self.column)
        self.orphans: list[NoteView] = []
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.ground.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._bar = CalmScrollBar(self)
        self.setVerticalScrollBar(self._bar)
        self._usable = 0
        self._painted = Repainter(self.ground)
        self._activity = ActivityLine(self.ground)
        self._new_below = Button("New below", "arrow-down", kind="primary", parent=self)
        self._new_below.hide()
        self.frames = Frames(self, self._go_on, self._work)

    # What a subclass knows.

    def brush(self) -> Brush:
        """What is drawn with."""
        raise NotImplementedError

    def marks(self, index: int, slot: int, segment: Segment) -> Sequence[Mark]:
        """What is marked in a segment of a message."""
        raise NotImplementedError

    def line_within(self) -> int:
        """Index of the message whose room for actions the line of activity has, so that its going moves nothing.

        Returns:
            -1 where the line stands below all messages.
        """
        return -1

    def view_moved(self) -> None:
        """What stands in the view stands elsewhere now."""

    # Its look.

    def _make_look(self) -> Look:
        return Look(current_theme(), larger(self.font(), _TEXT * self._zoom), self.devicePixelRatioF())

    def _measure(self) -> Metrics:
        """Measure the width without a scroll bar, whether it shows or not: its coming breaks no line anew."""
        self._usable = self.width() - self._bar.sizeHint().width()
        return Metrics.of(self._look, self._usable)

    @property
    def left(self) -> int:
        """Where the messages begin, in the viewport."""
        return (self._usable - self.column.metrics.measure) // 2

    # Laying out and painting.

    def refresh(self, budget_ms: float = FRAME_MS) -> None:
        """Lay out what is in view, and show what changed: at once where that takes little, else soon."""
        self.frames.hurry()
        self._refresh(budget_ms)

    def _refresh(self, budget_ms: float = FRAME_MS) -> None:
        if not self.isVisible():
            return
        scroller = self.scroller
        scroller.page = self.ground.height()
        stands_below = not self._activity.isHidden() and self.line_within() < 0
        self.column.tail = self._orphan_height() + (self._activity.sizeHint().height() if stands_below else 0)
        if has_time := self.frames.has_time():
            scroller.settle(budget_ms)
        if scroller.is_settled or not has_time:
            self._show()
        else:
            self._tell_place()
            self.frames.go_on()

    def _go_on(self) -> None:
        """Lay out more of what is in view, or show it: each costs a part of a frame."""
        if not self.isVisible():
            return
        self.frames.hurry()
        if not self.scroller.is_settled and self.frames.has_time() and self.scroller.settle():
            self.frames.go_on()
        else:
            self._show()

    def _show(self) -> bool:
        """Bring what is laid out to the screen.

        Returns:
            Whether there is anything to paint.
        """
        self._tell_place()
        is_painted = self._painted.show(self.column, self.left, self.scroller.top, self._still_from())
        self._place_widgets()
        self.frames.shown(is_whole=self.scroller.is_settled)
        self.view_moved()
        return is_painted

    def _tell_place(self) -> None:
        """Have the scroll bar and the button to the end tell where the view stands."""
        scroller = self.scroller
        self._bar.stand(scroller.page, min(_LARGEST, scroller.most), scroller.top)
        if scroller.follows:
            self._new_below.hide()

    def refresh_grown(self, index: int, growth: Growth) -> None:
        """Show that a message has grown.

        Args:
            index: Index of the message.
            growth: What that changed.
        """
        layout = self.column.existing(index)
        is_shown = self.scroller.is_settled and not self.frames.is_behind
        if layout is None or not layout.slots or not self.isVisible() or not is_shown:
            self._refresh()
        elif growth is Growth.IN_PLACE and self._painted.show_in_place(index, layout):
            if not layout.slots[-1].refined:
                self.frames.shown(is_whole=True)
        elif self.frames.put_off():
            self.scroller.is_settled = False
        elif growth is not Growth.LONGER or not self._lengthen(index):
            self._refresh()

    def _lengthen(self, index: int) -> bool:
        """Show that the last slot of the last message is longer, where that is all.

        Returns:
            Whether it was.
        """
        column, scroller = self.column, self.scroller
        if column.extras(index) or self.orphans or not scroller.follow_growth():
            return False
        if not self._painted.show_longer(column, index, self.left, scroller.top, self._still_from()):
            return False
        self._tell_place()
        self._place_widgets()
        self.view_moved()
        self.frames.shown(is_whole=True)
        return True

    def _still_from(self) -> int:
        """The height in the view from which on nothing moves with the messages: that of the line under them."""
        line = self._activity
        return self.scroller.page if line.isHidden() or line.y() != self._activity_top() else line.y()

    def tell_of_new(self) -> None:
        """There is something new: offer the way to it where the view does not follow."""
        if not self.scroller.follows and self._new_below.isHidden():
            self._new_below.show()
            self._new_below.raise_()

    def _orphan_height(self) -> int:
        return sum(note.lay_out(self.column.metrics.measure) for note in self.orphans)

    def _activity_top(self) -> int:
        if (within := self.line_within()) >= 0:
            return self.column.bottom(within) - ROW_GAP - FOOTER - self.scroller.top
        below = self.column.top(len(self.column.messages)) - self.scroller.top
        return below + sum(note.lay_out(self.column.metrics.measure) for note in self.orphans)

    def _place_widgets(self) -> None:
        column, top = self.column, self.scroller.top
        width, left = column.metrics.measure, self.left
        for index in column.with_widgets():
            for extra in column.extras(index):
                if isinstance(extra, NoteView):
                    extra.setGeometry(left, column.extra_top(index, extra) - top, width, extra.lay_out(width) - SPACE)
        below = column.top(len(column.messages)) - top
        for note in self.orphans:
            note.setGeometry(left, below, width, note.lay_out(width) - SPACE)
            below += note.lay_out(width)
        self._activity.setGeometry(left, self._activity_top(), width, self._activity.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what is exposed."""
        if self.frames.is_behind:  # it is drawn where it stands now: what was shown cannot be moved there any more
            self._painted.forget()
        painter = QPainter(self.ground)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            left, top, exposed = self.left, self.scroller.top, event.rect()
            grown = self._painted.grown_in(exposed)
            if (
                grown >= 0
                and not self.hasFocus()  # then a message may have the mark of that
                and draw_last_slot(painter, self.column, grown, exposed, left, top, self._look.theme, self.marks)
            ):
                return
            brush, region = self.brush(), event.region()
            if not 1 < region.rectCount() <= _PARTS:  # what Qt clips to is the region itself
                draw_column(painter, self.column, exposed, left, top, brush)
                return
            for rect in region:  # type: ignore[attr-defined]
                painter.setClipRect(rect)
                draw_column(painter, self.column, QRect(rect), left, top, brush)
        finally:
            painter.end()
            self.frames.painted()

    def _work(self) -> None:
        """One slice of what can wait.

        A page each way is laid out, then what is in view gets its colours, then documents are made for what comes next.
        """
        deadline = time.perf_counter() + _SLICE_MS / 1000
        scroller = self.scroller
        if not self.isVisible() or self.frames.is_laying_out:
            return
        is_further = False
        while (ahead := scroller.next_ahead()) is not None and time.perf_counter() < deadline:
            scroller.lay_out(*ahead)
            is_further = True
        is_refined = False
        if ahead is None:
            if self.column.messages:
                lexers.ask_for_usual()
                formulas.warm()
            top, page = scroller.top, scroller.page
            is_refined = refine(self.column, top - page, top + 2 * page, deadline)
        is_further = self.column.survey(deadline) or is_further
        if is_further or is_refined or scroller.has_drifted:
            scroller.look_again()
            is_painted = self._show()
            if is_further and not is_painted and scroller.is_settled:  # what only waits, for a formula, does so quietly
                self.frames.work_soon()
        elif self._look.make_document():
            self.frames.work_soon()
