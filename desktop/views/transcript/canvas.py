"""The view as a person moves it: scrolled, zoomed, made wider; its place is kept when its look changes."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from desktop.views.theme import SPACE, is_theme_change
from desktop.views.transcript.column_view import ColumnView
from desktop.views.transcript.gliding import Glider
from desktop.views.transcript.kit import Kit

_ZOOM_LEAST, _ZOOM_MOST, _ZOOM_STEP = 0.5, 3.0, 1.1
_ANEW_MS = 6.0
"""For laying out in another width or look: all is painted at once then, and what is not laid out as it was before."""


class Canvas(ColumnView):
    """Shows a column of messages, and scrolls it.

    Args:
        kit: Makes segments.
        parent: The parent widget.

    Signals:
        zoom_changed(float): The person chose another zoom; 1 is the system's size.
    """

    zoom_changed = Signal(float)

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        super().__init__(kit, parent)
        self.setProperty("kind", "bare")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.ground.setMouseTracking(True)
        self.ground.scale_changed.connect(self.renew_look)
        self._bar.setSingleStep(3 * SPACE)
        self._bar.valueChanged.connect(self._bar_moved)
        self._new_below.clicked.connect(self.scroll_to_end)
        self._glider = Glider(self._glide_on, self)

    # Where the view stands.

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

    # Its size and its look.

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
        self.refresh(_ANEW_MS)

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
        self.frames.stop()

    def _fit_width(self) -> None:
        self.column.set_metrics(self._measure())
        self._new_below.adjustSize()
        hint = self._new_below.size()
        self._new_below.move((self.width() - hint.width()) // 2, self.height() - hint.height() - 2 * SPACE)
        self._painted.forget()
        self.refresh(_ANEW_MS)

    def changeEvent(self, event: QEvent) -> None:
        """Draw anew in a new theme or font."""
        super().changeEvent(event)
        if (is_theme_change(event) or event.type() == QEvent.Type.FontChange) and hasattr(self, "frames"):
            self.renew_look()
