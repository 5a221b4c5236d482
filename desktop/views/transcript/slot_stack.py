"""Segments one below the other, made and measured only where they are looked at; and what stands at a point of them."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import ceil

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from desktop.views.transcript.heights import Heights
from desktop.views.transcript.kit import Kit
from desktop.views.transcript.segment import Control, LineEnd, Link, Look, Mark, Segment, Surroundings
from desktop.views.transcript.slot import Slot

_LED = 4
"""Slots that are laid out with one whose paragraph begins in them."""

MarksOf = Callable[[int, Segment], Sequence[Mark]]
"""What is marked in a segment, by its index."""


class SlotStack(ABC):
    """The slots of a text. Coordinates are those of what the text stands in: 0, 0 is its top left corner.

    Args:
        kit: Makes the segments.
        look: How they are drawn.
        width: What they are laid out for.

    Attributes:
        slots: The segments' places, from the top.
    """

    def __init__(self, kit: Kit, look: Look, width: int) -> None:
        self._kit = kit
        self._look = look
        self._around = Surroundings()  # what segments are told of the whole text
        self._inner = width
        self.slots: list[Slot] = []
        self._heights = Heights()

    # Its geometry.

    @property
    @abstractmethod
    def text_top(self) -> int:
        """Where the text begins."""

    @property
    @abstractmethod
    def text_left(self) -> int:
        """Where the text begins."""

    @property
    def text_bottom(self) -> int:
        """Where its text ends."""
        return self.text_top + self._heights.total

    def slot_top(self, index: int) -> int:
        """Where a slot begins; its index may be one past the last."""
        return self.text_top + self._heights.top(index)

    def slot_at(self, y: float) -> int:
        """Index of the slot at a height, the nearest where there is none; -1 in a message without text."""
        return self._heights.at(int(y) - self.text_top) if self.slots else -1

    def slots_between(self, top: float, bottom: float) -> range:
        """Indices of the slots that show between two heights."""
        if not self.slots or bottom < self.text_top or top > self.text_bottom:
            return range(0)
        found = self._heights.between(int(top) - self.text_top, int(bottom) - self.text_top)
        last = found.stop
        while (
            last < len(self.slots) and self.slots[last].gap < 0 and self.slot_top(last) + self.slots[last].gap < bottom
        ):
            last += 1
        return range(found.start, last)

    def slot_heights(self) -> tuple[int, ...]:
        """The heights, for `known` when it is laid out again."""
        return tuple(self._heights[index] for index in range(len(self.slots)))

    # Laying out.

    def is_laid_out(self, index: int) -> bool:
        """Whether a slot's height is its real one."""
        slot = self.slots[index]
        return slot.width == self._inner and slot.lead == self._lead(index)

    def _lead(self, index: int) -> LineEnd | None:
        """Where the line ends that a slot goes on in, told to its top; None where there is none, or none is known."""
        above = self.slots[index - 1] if index else None
        if above is None or above.segment is None or above.width != self._inner:
            return None
        end = above.segment.line_end
        return replace(end, base=end.base + above.gap - self._heights[index - 1]) if end is not None else None

    def lay_out(self, index: int) -> int:
        """Lay one slot out.

        Returns:
            By how much its height changed.
        """
        for above in range(self._led_from(index), index):
            self._lay_out_one(above)
        return self._lay_out_one(index)

    def _led_from(self, index: int) -> int:
        """The first of the slots that are laid out with one: where its lines break depends on those above it."""
        first = index
        while (
            index - first < _LED
            and first > 0
            and self.slots[first - 1].width != self._inner
            and self._kit.joint(self.slots[first - 1].piece) == ""
        ):
            first -= 1
        return first

    def _lay_out_one(self, index: int) -> int:
        slot, lead = self.slots[index], self._lead(index)
        if slot.width == self._inner and slot.lead == lead:
            return 0
        segment = self._segment(slot)
        has_grown = slot.width < 0 and lead == slot.lead
        slot.lead = lead
        segment.begin_after(lead)
        changed = self._fit(index, segment)
        slot.changed(int(segment.steady + max(0.0, slot.gap)) if has_grown else 0)
        slot.width = self._inner
        return changed

    def _fit(self, index: int, segment: Segment) -> int:
        slot = self.slots[index]
        height = segment.lay_out(self._inner)
        beside = segment.beside
        slot.gap = slot.lead.base - beside if slot.lead is not None and beside is not None else 0.0
        return self._heights.change(index, max(0, ceil(height + slot.gap)))

    def _segment(self, slot: Slot) -> Segment:
        if slot.segment is None:
            slot.segment = self._kit.make_segment(slot.piece, self._around, self._look)
            slot.around = self._around
            slot.refined = slot.segment.is_refined
        return slot.segment

    def segment(self, index: int) -> Segment:
        """A slot's segment; laid out, if it was not."""
        if not self.is_laid_out(index):
            self.lay_out(index)
        segment = self.slots[index].segment
        assert segment is not None
        return segment

    def make_segment(self, index: int) -> Segment:
        """A slot's segment, whether laid out or not."""
        return self._segment(self.slots[index])

    def joint(self, index: int) -> str:
        """What stands between what is copied of a slot and of the next."""
        return self._kit.joint(self.slots[index].piece)

    def refine(self, index: int, budget_ms: float) -> bool:
        """Do some of what can come after the first drawing of a slot.

        Returns:
            Whether something is left to do.
        """
        slot = self.slots[index]
        if slot.segment is not None and not slot.refined:
            slot.refined = not slot.segment.refine(budget_ms)
            slot.changed(int(slot.segment.steady + max(0.0, slot.gap)))
            if slot.width == self._inner:  # a formula that has come is of another height
                self._fit(index, slot.segment)
        return not slot.refined

    # Looking at it.

    def draw(self, painter: QPainter, exposed: QRectF, marks: MarksOf) -> Iterator[QRectF]:
        """Draw what of its text lies in a rectangle.

        Yields:
            Where a slot that is not laid out would be.
        """
        left = self.text_left
        for index in self.slots_between(exposed.top(), exposed.bottom()):
            segment = self.slots[index].segment
            if segment is None or not self.slots[index].width:
                yield QRectF(left, self.slot_top(index), self._inner, self._heights[index])
                continue
            self.draw_slot(painter, index, exposed, marks(index, segment))

    def draw_slot(self, painter: QPainter, index: int, exposed: QRectF, marks: Sequence[Mark]) -> None:
        """Draw what lies in a rectangle of a slot that is laid out."""
        segment = self.slots[index].segment
        assert segment is not None
        left, begin = self.text_left, self.slot_top(index) + self.slots[index].gap
        painter.translate(left, begin)
        segment.draw(painter, exposed.translated(-left, -begin), marks)
        painter.translate(-left, -begin)

    def into_slot(self, index: int, point: QPointF) -> QPointF:
        """A point of the message in the coordinates of a slot's segment."""
        return point - QPointF(self.text_left, self.slot_top(index) + self.slots[index].gap)

    def from_slot(self, index: int, area: QRectF) -> QRectF:
        """A rectangle of a slot's segment in the coordinates of the message."""
        return area.translated(self.text_left, self.slot_top(index) + self.slots[index].gap)

    def _slot_under(self, point: QPointF) -> int:
        """The slot at a point, the nearest where there is none: in a line that two share, the one that stands there."""
        index = self.slot_at(point.y())
        while 0 <= index < len(self.slots) - 1:
            below = self.slots[index + 1]
            across = point.x() - self.text_left
            if below.lead is None or point.y() < self.slot_top(index + 1) + below.gap:
                break
            if below.lead.taken > (self._inner - across if below.lead.from_right else across):
                break
            index += 1
        return index

    def place_at(self, point: QPointF) -> tuple[int, int]:
        """The slot and the position in it nearest to a point; 0, 0 in a message without text."""
        index = self._slot_under(point)
        if index < 0:
            return 0, 0
        segment = self.segment(index)
        if point.y() < self.slot_top(index) + self.slots[index].gap:
            return index, 0
        if point.y() >= self.slot_top(index + 1):
            return index, segment.length
        return index, segment.position_at(self.into_slot(index, point))

    def paragraph_at(self, index: int, position: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """The paragraph around a position of a slot, which may go on in others: the slots and positions of its ends."""
        first = last = index
        start, end = self.segment(index).paragraph_at(position)
        while start == 0 and first > 0 and self.make_segment(first - 1).goes_on:
            first -= 1
            start, _ = self.make_segment(first).paragraph_at(self.make_segment(first).length)
        while end == self.make_segment(last).length and self.make_segment(last).goes_on and last + 1 < len(self.slots):
            last += 1
            _, end = self.make_segment(last).paragraph_at(0)
        return (first, start), (last, end)

    def holds(self, point: QPointF) -> bool:
        """Whether there is text, or room within it, at a point."""
        return QRectF(self.text_left, self.text_top, self._inner, self._heights.total).contains(point)

    def link_at(self, point: QPointF) -> tuple[int, Link] | None:
        """The link under a point, and its slot."""
        index = self._slot_under(point) if self.holds(point) else -1
        segment = self.slots[index].segment if index >= 0 else None
        link = segment.link_at(self.into_slot(index, point)) if segment is not None else None
        return (index, link) if link is not None else None

    def control_at(self, point: QPointF) -> tuple[int, Control] | None:
        """The control under a point, and its slot."""
        index = self._slot_under(point) if self.holds(point) else -1
        segment = self.slots[index].segment if index >= 0 else None
        if segment is None:
            return None
        inner = self.into_slot(index, point)
        return next(((index, each) for each in segment.controls() if each.area.contains(inner)), None)
