"""The scroll area under the transcript: paints the column, scrolls it, and works ahead while there is time."""

import time

from PySide6.QtCore import QEvent, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from desktop.views.controls import Button, larger
from desktop.views.theme import SPACE, current_theme, is_theme_change
from desktop.views.transcript import formulas, lexers
from desktop.views.transcript.activity_line import ActivityLine
from desktop.views.transcript.column import ROW_GAP, Column, Growth
from desktop.views.transcript.gliding import Glider
from desktop.views.transcript.kit import Kit
from desktop.views.transcript.metrics import FOOTER, Metrics
from desktop.views.transcript.note_view import NoteView
from desktop.views.transcript.painting import Brush, draw_column, draw_last_slot
from desktop.views.transcript.refining import refine
from desktop.views.transcript.repainting import Repainter
from desktop.views.transcript.scroll_bar import CalmScrollBar
from desktop.views.transcript.scrolling import Scroller
from desktop.views.transcript.segment import Look
from desktop.views.transcript.viewport import Viewport

_SLICE_MS = 3.0
"""With the segment that is under way a slice takes about 4 ms."""
_ZOOM_LEAST, _ZOOM_MOST, _ZOOM_STEP = 0.5, 3.0, 1.1
_TEXT = 1.08
_PARTS = 6
"""Of what is exposed, up to which each is drawn on its own."""
_LARGEST = 16_000_000
"""A scroll bar counts in whole numbers that fit a style's arithmetic."""


class Canvas(QAbstractScrollArea):
    """Shows a column of messages.

    Args:
        kit: Makes segments.
        parent: The parent widget.

    Attributes:
        column: The messages.
        scroller: Where the view stands.
        orphans: Outcomes that show while there are no messages.
        ground: What is painted on.

    Signals:
        zoom_changed(float): The person chose another zoom; 1 is the system's size.
    """

    zoom_changed = Signal(float)

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
        self.setProperty("kind", "bare")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.ground.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.ground.setMouseTracking(True)
        self.ground.scale_changed.connect(self.renew_look)
        self._bar = CalmScrollBar(self)
        self.setVerticalScrollBar(self._bar)
        self._bar.setSingleStep(3 * SPACE)
        self._bar.valueChanged.connect(self._bar_moved)
        self._usable = 0
        self._painted = Repainter(self.ground)
        self._activity = ActivityLine(self.ground)
        self._new_below = Button("New below", "arrow-down", kind="primary", parent=self)
        self._new_below.clicked.connect(self.scroll_to_end)
        self._new_below.hide()
        self._idle_timer = QTimer(self, singleShot=True, interval=0)
        self._idle_timer.timeout.connect(self._work)
        self._frame_timer = QTimer(self, singleShot=True, interval=0)
        self._frame_timer.timeout.connect(self.refresh)
        self._glider = Glider(self._glide_on, self)

    def _measure(self) -> Metrics:
        """Measure the width without a scroll bar, whether it shows or not: its coming breaks no line anew."""
        self._usable = self.width() - self._bar.sizeHint().width()
        return Metrics.of(self._look, self._usable)

    # What a subclass knows.

    def brush(self) -> Brush:
        """What is drawn with."""
        raise NotImplementedError

    def line_within(self) -> int:
        """Index of the message whose room for actions the line of activity has, so that its going moves nothing.

        Returns:
            -1 where the line stands below all messages.
        """
        return -1

    def view_moved(self) -> None:
        """What stands in the view stands elsewhere now."""

    # Where the view stands.

    @property
    def left(self) -> int:
        """Where the messages begin, in the viewport."""
        return (self._usable - self.column.metrics.measure) // 2

    @property
    def follows_end(self) -> bool:
        """Whether the view follows what comes."""
        return self.scroller.follows

    def scroll_to_end(self) -> None:
        """Show the end, and follow it from now on."""
        self.stop_gliding()
        self.scroller.follow()
        self.refresh()

    def scroll_by(self, pixels: int) -> None:
        """Move the view down at once; up where it is negative."""
        self.scroller.move_by(pixels)
        self.refresh()

    def glide_by(self, pixels: float) -> None:
        """Move the view smoothly; what is left of the way before is added where it is the same way."""
        if self.style().styleHint(self.style().StyleHint.SH_Widget_Animation_Duration, None, self) <= 0:
            self.scroll_by(round(pixels))
        else:
            self._glider.glide(pixels)

    def _glide_on(self, pixels: int) -> bool:
        self.scroll_by(pixels)
        return not self.scroller.follows if pixels > 0 else self.scroller.top > 0

    def stop_gliding(self) -> None:
        """Stay where the view is."""
        self._glider.stop()

    def _bar_moved(self, value: int) -> None:
        if self._bar.is_told:
            return
        self.stop_gliding()
        self.scroller.move_to(value)
        self.refresh()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Nothing: `refresh` moves what is shown."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll by a touchpad's pixels at once, by a wheel's steps smoothly; sideways what is wide, or zoom."""
        pixels, angle = event.pixelDelta(), event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if angle.y():
                self.set_zoom(self._zoom * _ZOOM_STEP ** (angle.y() / 120), told=True)
        elif abs(angle.x()) > abs(angle.y()) or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.scroll_sideways(event.position().toPoint(), pixels.x() or (angle.x() or angle.y()) // 2)
        elif pixels.y():
            self.stop_gliding()
            self.scroll_by(-pixels.y())
        else:
            self.glide_by(-angle.y() / 120 * 3 * self._bar.singleStep())
        event.accept()

    def scroll_sideways(self, point: object, pixels: int) -> None:
        """Scroll what is wide under a point of the viewport."""

    # Laying out and painting.

    def refresh(self) -> None:
        """Lay out what is in view, and show what changed."""
        if not self.isVisible():
            return
        scroller = self.scroller
        scroller.page = self.ground.height()
        stands_below = not self._activity.isHidden() and self.line_within() < 0
        self.column.tail = self._orphan_height() + (self._activity.sizeHint().height() if stands_below else 0)
        scroller.settle()
        self._bar.stand(scroller.page, min(_LARGEST, scroller.most), scroller.top)
        self._painted.show(self.column, self.left, scroller.top, self._still_from())
        self._place_widgets()
        if scroller.follows:
            self._new_below.hide()
        if scroller.is_settled:
            self._idle_timer.start()
        else:
            self._frame_timer.start()
        self.view_moved()

    def refresh_grown(self, index: int, growth: Growth) -> None:
        """Show that a message has grown.

        Args:
            index: Index of the message.
            growth: What that changed.
        """
        layout = self.column.existing(index)
        if layout is None or not layout.slots or not self.isVisible() or not self.scroller.is_settled:
            self.refresh()
        elif growth is Growth.IN_PLACE and self._painted.show_in_place(index, layout):
            if not layout.slots[-1].refined:
                self._idle_timer.start()
        elif growth is not Growth.LONGER or not self._lengthen(index):
            self.refresh()

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
        self._bar.stand(scroller.page, min(_LARGEST, scroller.most), scroller.top)
        self._place_widgets()
        self.view_moved()
        self._idle_timer.start()
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
        painter = QPainter(self.ground)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            brush, left, top = self.brush(), self.left, self.scroller.top
            grown = self._painted.grown_in(event.rect())
            if grown >= 0 and draw_last_slot(painter, self.column, grown, event.rect(), left, top, brush):
                return
            region = event.region()
            if not 1 < region.rectCount() <= _PARTS:  # what Qt clips to is the region itself
                draw_column(painter, self.column, event.rect(), left, top, brush)
                return
            for rect in region:  # type: ignore[attr-defined]
                painter.setClipRect(rect)
                draw_column(painter, self.column, QRect(rect), left, top, brush)
        finally:
            painter.end()

    def _work(self) -> None:
        """One slice of what can wait: a page each way is laid out, then what is in view gets its colours."""
        deadline = time.perf_counter() + _SLICE_MS / 1000
        scroller = self.scroller
        if not self.isVisible():
            return
        is_changed = False
        while (ahead := scroller.next_ahead()) is not None and time.perf_counter() < deadline:
            scroller.lay_out(*ahead)
            is_changed = True
        if ahead is None:
            if self.column.messages:
                lexers.ask_for_usual()
                formulas.warm()
            top, page = scroller.top, scroller.page
            is_changed = refine(self.column, top - page, top + 2 * page, deadline) or is_changed
        if self.column.survey(deadline) or is_changed or scroller.has_drifted:
            self.refresh()

    # Its size, its look.

    def _make_look(self) -> Look:
        return Look(current_theme(), larger(self.font(), _TEXT * self._zoom), self.devicePixelRatioF())

    @property
    def zoom(self) -> float:
        """How large text is; 1 is the system's size."""
        return self._zoom

    def set_zoom(self, zoom: float, *, told: bool = False) -> None:
        """Make text larger or smaller; what stands at the top stays there.

        Args:
            zoom: 1 is the system's size; kept between 0.5 and 3.
            told: Whether ``zoom_changed`` is emitted.
        """
        zoom = max(_ZOOM_LEAST, min(_ZOOM_MOST, round(zoom, 3)))
        if abs(zoom - 1) < 0.03:
            zoom = 1.0
        if zoom == self._zoom:
            return
        self._zoom = zoom
        self.renew_look()
        if told:
            self.zoom_changed.emit(zoom)

    def zoom_by(self, steps: int) -> None:
        """Zoom in by so many steps; out where it is negative; back to the system's size where it is 0."""
        self.set_zoom(self._zoom * _ZOOM_STEP**steps if steps else 1.0, told=True)

    def renew_look(self) -> None:
        """Draw all anew: the theme, the font or the scale changed. The place is kept."""
        anchor, follows = self.scroller.anchor, self.scroller.follows
        share = self._share_of(anchor.entry)
        self._look = self._make_look()
        self.column.set_look(self._look, self._measure())
        if not follows:
            self.show_share(anchor.entry, share)
        self._painted.forget()
        self.refresh()

    def _share_of(self, index: int) -> float:
        """Which share of a message is above the view."""
        if index >= len(self.column.messages):
            return 0.0
        height = self.column.bottom(index) - self.column.top(index)
        return (self.scroller.top - self.column.top(index)) / max(1, height)

    def show_share(self, index: int, share: float) -> None:
        """Bring the place in a message that is at a share of its height to the top; it is laid out."""
        if index >= len(self.column.messages):
            return
        layout = self.column.layout(index)
        if len(layout.slots) <= 40:
            for slot in range(len(layout.slots)):
                self.column.lay_out(index, slot)
        height = self.column.bottom(index) - self.column.top(index)
        self.scroller.move_to_anchor(self.column.anchor_at(self.column.top(index) + round(share * height)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew what is in view, where the measure changed."""
        super().resizeEvent(event)
        self._fit_width()

    def showEvent(self, event: QShowEvent) -> None:
        """Lay out what is in view."""
        super().showEvent(event)
        self._fit_width()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest."""
        super().hideEvent(event)
        self.stop_gliding()
        self._idle_timer.stop()

    def _fit_width(self) -> None:
        self.column.set_metrics(self._measure())
        self._new_below.adjustSize()
        hint = self._new_below.size()
        self._new_below.move((self.width() - hint.width()) // 2, self.height() - hint.height() - 2 * SPACE)
        self._painted.forget()
        self.refresh()

    def changeEvent(self, event: QEvent) -> None:
        """Draw anew in a new theme or font."""
        super().changeEvent(event)
        if (is_theme_change(event) or event.type() == QEvent.Type.FontChange) and hasattr(self, "_frame_timer"):
            self.renew_look()
