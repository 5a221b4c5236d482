"""What the mouse does: hover, press links and controls, drag bars, select with the view scrolling at its edges."""

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QHelpEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QToolTip

from desktop.engine.attachments import details_in_words
from desktop.engine.messages import Attachment
from desktop.views.attachment_chips import chip_name
from desktop.views.controls import plain_tool_tip
from desktop.views.literal_text import host_in_ascii, literal
from desktop.views.markdown_inks import EVIDENCE
from desktop.views.transcript.run_line import Part, RunLineBox
from desktop.views.transcript.segment import Control, Link
from desktop.views.transcript.selection import Place, Selection
from desktop.views.transcript.wide_blocks import Hold, bar_at, drag

if TYPE_CHECKING:
    from desktop.views.transcript.stage import Stage

Pressable = Link | Control | Part | Attachment
"""What a click does something with."""
_EDGE_MS = 16
_FASTEST = 40


def link_tool_tip(target: str) -> str:
    """What a link leads to: the real target, and its host in ASCII where that reads otherwise."""
    if target.startswith(EVIDENCE):
        return "Show the tool call"
    if target.startswith("footnote:"):
        return "Show the footnote"
    if target.startswith("reference:"):
        return "Back to the text"
    host = host_in_ascii(target)
    shown = literal(target)
    return f"{shown}\nHost: {host}" if host and host not in target.lower() else shown


class Pointer(QObject):
    """The mouse over the transcript.

    Args:
        stage: The view.
    """

    def __init__(self, stage: "Stage") -> None:
        super().__init__(stage)
        self._stage = stage
        self._origin: tuple[Place, Place] | None = None
        self._unit = 1
        self._point = QPointF()
        self._pressed: Pressable | None = None
        self._held: Hold | None = None
        self._clicked_at = 0.0
        self._clicked = QPoint()
        self._edge = QTimer(self, interval=_EDGE_MS)
        self._edge.timeout.connect(self._scroll_at_edge)

    @property
    def is_selecting(self) -> bool:
        """Whether the button is down and drags a selection."""
        return self._origin is not None

    # What is under it.

    def what_at(self, point: QPointF) -> tuple[int, Pressable, RunLineBox | None] | None:
        """The link, control, attached file or part of a run line under a point of the viewport, and its message."""
        stage = self._stage
        index = stage.message_at(point)
        layout = stage.column.existing(index) if index >= 0 else None
        if layout is None:
            return None
        inside = stage.to_message(index, point)
        for found in (layout.control_at(inside), layout.link_at(inside)):
            if found is not None:
                return index, found[1], None
        for area, attachment in layout.attached():
            if area.contains(inside):
                return index, attachment, None
        for extra in stage.column.extras(index):
            if isinstance(extra, RunLineBox):
                top = stage.column.extra_top(index, extra) - stage.column.top(index)
                part = extra.part_at((inside - QPointF(0, top)).toPoint())
                if part is not None:
                    return index, part, extra
        return None

    def hover(self, point: QPointF) -> None:
        """Show what is under the pointer."""
        stage = self._stage
        index = stage.message_at(point)
        stage.footers.hover(index)
        found = self.what_at(point)
        lit = (found[2], found[1]) if found and found[2] is not None and isinstance(found[1], Part) else None
        if lit != stage.lit:
            stage.lit = lit
            stage.viewport().update()
        layout = stage.column.existing(index) if index >= 0 else None
        if found is not None:
            shape = Qt.CursorShape.PointingHandCursor
        elif bar_at(stage, point) is not None:
            shape = Qt.CursorShape.ArrowCursor
        elif layout is not None and layout.holds(stage.to_message(index, point)):
            shape = Qt.CursorShape.IBeamCursor
        else:
            shape = Qt.CursorShape.ArrowCursor
        stage.viewport().setCursor(shape)

    def leave(self) -> None:
        """The pointer went elsewhere."""
        self._stage.footers.hover(-1)
        if self._stage.lit is not None:
            self._stage.lit = None
            self._stage.viewport().update()

    def tell(self, event: QHelpEvent) -> None:
        """Tell what a link leads to, or what a control does."""
        found = self.what_at(QPointF(event.pos()))
        match found[1] if found is not None else None:
            case Link(target=target):
                words = link_tool_tip(target)
            case Control(name=name):
                words = name
            case Attachment() as attachment:
                words = f"{chip_name(attachment)}\n{details_in_words(attachment)}"
            case _:
                QToolTip.hideText()
                return
        QToolTip.showText(event.globalPos(), plain_tool_tip(words), self._stage.viewport())

    # Its buttons.

    def press(self, event: QMouseEvent) -> None:
        """Begin a selection, or press a link or control."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        stage, point = self._stage, event.position()
        stage.stop_gliding()
        self._point = point
        found = self.what_at(point)
        self._pressed = found[1] if found is not None else None
        self._held = bar_at(stage, point) if found is None else None
        place = stage.place_at(point)
        index = stage.message_at(point)
        stage.by_keys = False
        if index >= 0:
            stage.set_current(index)
        if self._held is not None:
            drag(stage, self._held, point)
        if place is None or self._held is not None or isinstance(self._pressed, Control | Part):
            return
        if self._is_triple(point):
            self._begin(place, 3)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier and stage.selection is not None:
            anchor = stage.selection.anchor
            self._origin, self._unit = (anchor, anchor), 1
            stage.select(Selection(anchor, place))
        else:
            self._begin(place, 1)

    def press_twice(self, event: QMouseEvent) -> None:
        """Select a word, or press a control again."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        found = self.what_at(event.position())
        is_pressed = isinstance(found[1], Control | Part) if found is not None else False
        if is_pressed or (found is None and bar_at(self._stage, event.position()) is not None):
            self.press(event)
            return
        if found is not None and isinstance(found[1], Attachment):  # the first click opened it
            return
        place = self._stage.place_at(event.position())
        if place is not None:
            self._clicked_at, self._clicked = time.monotonic(), event.position().toPoint()
            self._pressed = None
            self._begin(place, 2)

    def _is_triple(self, point: QPointF) -> bool:
        near = (point.toPoint() - self._clicked).manhattanLength() < QApplication.startDragDistance()
        return near and time.monotonic() - self._clicked_at < QApplication.doubleClickInterval() / 1000

    def _begin(self, place: Place, unit: int) -> None:
        self._unit = unit
        self._origin = self._widened(place)
        start, end = self._origin
        self._stage.select(Selection(start, end))

    def _widened(self, place: Place) -> tuple[Place, Place]:
        """The word or paragraph around a place, as the clicks say."""
        index, slot, position = place
        layout = self._stage.column.layout(index)
        if self._unit == 1 or not layout.slots:
            return place, place
        if self._unit == 2:
            start, end = layout.segment(slot).word_at(position)
            return (index, slot, start), (index, slot, end)
        first, last = layout.paragraph_at(slot, position)
        return (index, *first), (index, *last)

    def move(self, event: QMouseEvent) -> None:
        """Extend the selection, drag a bar, or show what is under the pointer."""
        self._point = event.position()
        if self._held is not None and event.buttons() & Qt.MouseButton.LeftButton:
            drag(self._stage, self._held, self._point)
            return
        if not event.buttons() & Qt.MouseButton.LeftButton or self._origin is None:
            self.hover(self._point)
            return
        height = self._stage.viewport().height()
        if 0 <= self._point.y() < height:
            self._edge.stop()
        elif not self._edge.isActive():
            self._edge.start()
        self._extend()

    def _extend(self) -> None:
        place = self._stage.place_at(self._point)
        if place is None or self._origin is None:
            return
        start, end = self._widened(place)
        anchor_start, anchor_end = self._origin
        if start < anchor_start:
            self._stage.select(Selection(anchor_end, start))
        else:
            self._stage.select(Selection(anchor_start, max(end, anchor_end)))

    def _scroll_at_edge(self) -> None:
        height, y = self._stage.viewport().height(), self._point.y()
        beyond = y if y < 0 else max(0.0, y - height + 1)
        if self._origin is None or not beyond:
            self._edge.stop()
            return
        speed = max(-_FASTEST, min(_FASTEST, round(beyond / 3)))
        self._stage.scroll_by(speed or (1 if beyond > 0 else -1))
        self._extend()

    def release(self, event: QMouseEvent) -> None:
        """Follow what was pressed and released, or end the selection."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._edge.stop()
        stage = self._stage
        pressed, self._pressed, self._held = self._pressed, None, None
        was_selecting = self._origin is not None and stage.selection is not None and not stage.selection.is_empty
        self._origin = None
        if was_selecting:
            stage.offer_selection()
            return
        found = self.what_at(event.position()) if pressed is not None else None
        if found is None or not _is_same(found[1], pressed):
            return
        index, what, box = found
        match what:
            case Link():
                stage.follow(index, what.target)
            case Control():
                what.press()
                stage.viewport().update()
            case Part():
                if box is not None:
                    stage.press_part(index, box, what)
            case Attachment():
                stage.open_file(what)


def _is_same(one: Pressable, other: Pressable | None) -> bool:
    if isinstance(one, Control) and isinstance(other, Control):
        return one.name == other.name and one.area == other.area  # what it does may be a new function each time
    return one == other
