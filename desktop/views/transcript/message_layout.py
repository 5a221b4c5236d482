"""One message laid out: its segments one below the other, made and measured only where they are looked at."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QFontMetricsF, QPainter

from desktop.engine.messages import Message
from desktop.views.attachment_chips import place_chips
from desktop.views.message_details import stop_mark
from desktop.views.theme import SPACE
from desktop.views.transcript.definitions import changed_names, mentions
from desktop.views.transcript.heights import Heights
from desktop.views.transcript.kit import Kit
from desktop.views.transcript.segment import Control, LineEnd, Link, Look, Mark, Piece, Segment, Surroundings
from desktop.views.transcript.slot import Slot

GUTTER = 2 * SPACE
"""Room left and right of the text, for the mark of the focus."""
MARK = 3 * SPACE
"""Height of a line that marks a message: off the record, or how it ended."""
FOOTER = 4 * SPACE
"""The room that a message reserves for its actions and details."""
PAD = SPACE * 3 // 2
_BUBBLE_SHARE = 0.85
_LED = 4
"""Slots that are laid out with one whose paragraph begins in them."""
_FITTED = 2000
"""Characters up to which a bubble is made as narrow as its longest line."""

MarksOf = Callable[[int, Segment], Sequence[Mark]]
"""What is marked in a segment, by its index."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """What heights are estimated with.

    Attributes:
        measure: Width of a message, gutters included.
        line: Height of a line of text.
        letter: Average width of a letter.
    """

    measure: int
    line: float
    letter: float

    @classmethod
    def of(cls, look: Look, width: int) -> "Metrics":
        """The metrics of a look in a view of a width: about 75 characters a line, however wide the view."""
        font = QFontMetricsF(look.font)
        readable = int(font.averageCharWidth() * 82)
        measure = max(160, min(width - 2 * SPACE, readable + 2 * GUTTER))
        return cls(measure, font.lineSpacing() * 1.28, font.averageCharWidth())

    @property
    def room(self) -> int:
        """Width of the text."""
        return self.measure - 2 * GUTTER

    def estimated(self, length: int, line_feeds: int) -> int:
        """A guess at the height of a text that was never laid out."""
        return int((1 + line_feeds * 0.82 + length * self.letter / self.room * 0.62) * self.line)


class MessageLayout:
    """A message and its segments. Coordinates are the message's: 0, 0 is its top left corner, gutter included.

    Args:
        message: The message.
        evidence: Call ids that ``[1]``, ``[2]`` … lead to.
        kit: Makes the segments.
        look: How they are drawn.
        metrics: The width, and what heights are estimated with.
        known: Heights of its slots when it was last laid out in this width.
        growing: Whether it is being written.

    Attributes:
        message: The message.
        slots: The segments' places, from the top.
        chips: Where each attached file stands.
    """

    def __init__(
        self,
        message: Message,
        evidence: Sequence[str],
        kit: Kit,
        look: Look,
        metrics: Metrics,
        known: Sequence[int] = (),
        *,
        growing: bool = False,
    ) -> None:
        self.message = message
        self.is_growing = growing
        self._evidence = tuple(evidence)
        self._kit = kit
        self._look = look
        self._metrics = metrics
        self._is_user = message.role == "user"
        text = message.text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in message.text else message.text
        self._text = text
        self._around = self._surroundings(text)
        self._pieces = list(self._cut(text, growing))
        self.slots = [Slot(piece) for piece in self._arranged()]
        self._place_chips()
        self._heights = Heights(known if len(known) == len(self.slots) else map(self._guess, self.slots))
        self._inner = metrics.room
        self._fit_bubble()

    def _place_chips(self) -> None:
        """Place what is attached above the words."""
        places = place_chips(self.message.attachments, self._look.font, self._metrics.room, align_right=self._is_user)
        top = MARK if self.message.off_record else 0
        self.chips = [place.translated(GUTTER, top) for place in places]
        self._chips_height = places[-1].bottom() + 1 + SPACE if places else 0

    def _cut(self, text: str, growing: bool) -> Sequence[Piece]:
        return self._kit.plain_pieces(text) if self._is_user else self._kit.split(text, growing)

    def _arranged(self) -> Sequence[Piece]:
        """Its pieces in the order in which they are shown."""
        return self._kit.arrange(self._pieces, self._around.definitions)

    def _surroundings(self, text: str) -> Surroundings:
        return Surroundings(self._evidence, "" if self._is_user else self._kit.definitions(text))

    def _guess(self, slot: Slot) -> int:
        return self._metrics.estimated(len(slot.piece.text), slot.piece.text.count("\n"))

    # Its geometry.

    @property
    def height(self) -> int:
        """Its height, estimated where it was not laid out; the room for its actions included."""
        below = MARK if stop_mark(self.message) else 0
        if self._is_user and not self.has_bubble:
            return self.text_top - PAD - SPACE + below + FOOTER
        bubble = 2 * PAD - 5 if self._is_user else 0  # the last line's spacing is room already
        return self.text_top + self._heights.total + bubble - (PAD if self._is_user else 0) + below + FOOTER

    @property
    def text_top(self) -> int:
        """Where its text begins."""
        return (MARK if self.message.off_record else 0) + self._chips_height + (PAD if self._is_user else 0)

    @property
    def has_bubble(self) -> bool:
        """Whether words stand in a bubble: the person's, where there are any beside the files."""
        return self._is_user and bool(self._text or not self.chips)

    @property
    def text_left(self) -> int:
        """Where its text begins."""
        return GUTTER + self._metrics.room - self._inner - PAD if self._is_user else GUTTER

    @property
    def text_bottom(self) -> int:
        """Where its text ends."""
        return self.text_top + self._heights.total

    @property
    def bubble(self) -> QRect:
        """What is drawn behind the person's words."""
        height = self._heights.total + 2 * PAD - 5
        return QRect(self.text_left - PAD, self.text_top - PAD, self._inner + 2 * PAD, height)

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

    def _fit_bubble(self) -> None:
        if not self._is_user:
            return
        widest = int(self._metrics.room * _BUBBLE_SHARE) - 2 * PAD
        self._inner = widest
        if len(self._text) > _FITTED:
            return
        longest = 0.0
        for slot in self.slots:
            segment = self._segment(slot)
            segment.lay_out(widest)
            longest = max(longest, segment.ideal_width())
        self._inner = min(widest, ceil(longest) + 2)
        for index in range(len(self.slots)):
            self.lay_out(index)

    def set_metrics(self, metrics: Metrics) -> bool:
        """Take another width. Slots are laid out for it when they are looked at.

        Returns:
            Whether it is another one; the height may have changed then.
        """
        if metrics is self._metrics or metrics == self._metrics:
            return False
        self._metrics = metrics
        self._inner = metrics.room
        self._place_chips()
        self._fit_bubble()
        return True

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

    # Growing.

    def grow(self, message: Message) -> bool:
        """Show the same message with more text; what is finished of it stays as it is.

        Args:
            message: Its text begins with the text of before.

        Returns:
            Whether only its last slot grew.
        """
        text = message.text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in message.text else message.text
        self.message, self._text = message, text
        at = max(0, len(self._pieces) - 1)
        is_read_otherwise = False
        if self._pieces and not self._is_user:
            last = self._pieces[at]
            self._pieces[at:] = self._kit.resume(last, text, True)
            tail = text[last.start :]
            if "]:" in tail or ("[" in tail and self._around.definitions):
                is_read_otherwise = self._look_around(text)
        else:
            self._pieces = list(self._cut(text, True))
            at = 0
        if "[^" in self._around.definitions:
            self._retake()
            return False
        return self._take(self._pieces[at:], at) and not is_read_otherwise

    def show(self, message: Message, *, growing: bool) -> None:
        """Show a message in place of what was shown; equal pieces keep their segments."""
        text = message.text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in message.text else message.text
        self.message, self._text, self.is_growing = message, text, growing
        self._place_chips()
        self._pieces = list(self._cut(text, growing))
        self._look_around(text)
        self._retake()

    def _look_around(self, text: str) -> bool:
        """Take note of the definitions of a text, and make anew what reads otherwise with them.

        Returns:
            Whether anything may.
        """
        before, now = self._around, self._surroundings(text)
        if now == before:
            return False
        self._around = now
        names = changed_names(before.definitions, self._around.definitions)
        for slot in self.slots:
            if mentions(slot.piece.text, names):
                slot.segment, slot.width, slot.refined = None, 0, False
        return True

    def _retake(self) -> None:
        """Have the pieces in the order in which they are shown; equal ones keep their slots."""
        known = {slot.piece.start: (slot, self._heights[index]) for index, slot in enumerate(self.slots)}
        slots, heights = [], []
        for piece in self._arranged():
            slot, height = known.get(piece.start, (None, 0))
            if slot is None or not self._grow_slot(slot, piece):
                slot = Slot(piece)
                height = self._guess(slot)
            slots.append(slot)
            heights.append(height)
        self.slots, self._heights = slots, Heights(heights)
        self._fit_bubble()

    def _take(self, pieces: list[Piece], kept: int) -> bool:
        """Have these pieces after so many slots that stay.

        Returns:
            Whether that is no more than that the last slot grew.
        """
        if pieces and kept < len(self.slots) and self._grow_slot(self.slots[kept], pieces[0]):
            pieces, kept = pieces[1:], kept + 1
            if not pieces and kept == len(self.slots):
                return True
        del self.slots[kept:]
        self._heights.truncate(kept)
        for piece in pieces:
            slot = Slot(piece)
            self.slots.append(slot)
            self._heights.append(self._guess(slot))
        self._fit_bubble()
        return False

    def _grow_slot(self, slot: Slot, piece: Piece) -> bool:
        """Have a slot show a piece that is its own with more text; False where it cannot."""
        if slot.piece == piece:
            return True
        if slot.piece.kind != piece.kind or slot.segment is None:
            return False
        if slot.around is not self._around and "[" in piece.text:  # what it mentions may be defined otherwise now
            return False
        if not slot.segment.grow(piece):
            return False
        slot.piece, slot.refined = piece, slot.segment.is_refined
        slot.width = -1 if slot.width == self._inner else 0
        return True

    # Looking at it.

    def draw(self, painter: QPainter, exposed: QRectF, marks: MarksOf) -> Iterator[QRectF]:
        """Draw what of its text lies in a rectangle.

        Yields:
            Where a slot that is not laid out would be.
        """
        left = self.text_left
        for index in self.slots_between(exposed.top(), exposed.bottom()):
            top = self.slot_top(index)
            segment = self.slots[index].segment
            if segment is None or not self.slots[index].width:
                yield QRectF(left, top, self._inner, self._heights[index])
                continue
            begin = top + self.slots[index].gap
            painter.save()
            painter.translate(left, begin)
            segment.draw(painter, exposed.translated(-left, -begin), marks(index, segment))
            painter.restore()

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
