"""One message laid out: its files, its text in slots, the bubble around it; and the text as it grows."""

from collections.abc import Callable, Sequence
from math import ceil

from PySide6.QtCore import QRect, QRectF

from desktop.engine.messages import Attachment, Message
from desktop.views.attachment_chips import place_chips
from desktop.views.message_details import stop_mark
from desktop.views.theme import SPACE
from desktop.views.transcript.definitions import changed_names, mentions
from desktop.views.transcript.heights import Heights
from desktop.views.transcript.kit import Kit
from desktop.views.transcript.metrics import FOOTER, GUTTER, MARK, PAD, Metrics
from desktop.views.transcript.segment import Look, Piece, Surroundings
from desktop.views.transcript.slot import Slot
from desktop.views.transcript.slot_stack import SlotStack

_BUBBLE_SHARE = 0.85
_IMAGE = "!["
"""What an image begins with."""
_FITTED = 2000
"""Characters up to which a bubble is made as narrow as its longest line."""


class MessageLayout(SlotStack):
    """A message and its segments. Coordinates are the message's: 0, 0 is its top left corner, gutter included.

    Args:
        message: The message.
        evidence: Call ids that ``[1]``, ``[2]`` … lead to.
        kit: Makes the segments.
        look: How they are drawn.
        metrics: The width, and what heights are estimated with.
        known: Heights of its slots when it was last laid out in this width.
        pictures: Gives those that images in it may name, each of another name; asked where there are images.
        growing: Whether it is being written.

    Attributes:
        message: The message.
        is_growing: Whether it is being written.
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
        pictures: Callable[[], tuple[Attachment, ...]] = tuple,
        *,
        growing: bool = False,
    ) -> None:
        super().__init__(kit, look, metrics.room)
        self.message = message
        self.is_growing = growing
        self._evidence = tuple(evidence)
        self._pictures = pictures
        self._metrics = metrics
        self._is_user = message.role == "user"
        self._text = text = _with_line_feeds(message.text)
        self._around = self._surroundings(text)
        self._pieces = list(self._cut(text, growing))
        self.slots = [Slot(piece) for piece in self._arranged()]
        self._place_chips()
        self._heights = Heights(known if len(known) == len(self.slots) else map(self._guess, self.slots))
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
        return self._kit.arrange(self._kit.join(self._pieces, 0, self.is_growing), self._around.definitions)

    def _surroundings(self, text: str) -> Surroundings:
        if self._is_user:
            return Surroundings(self._evidence)
        pictures = self._pictures() if _IMAGE in text else ()
        return Surroundings(self._evidence, self._kit.definitions(text), pictures)

    def _guess(self, slot: Slot) -> int:
        return self._metrics.estimated(len(slot.piece.text), slot.piece.text.count("\n"))

    @property
    def surroundings(self) -> Surroundings:
        """What its segments know of it as a whole."""
        return self._around

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
    def bubble(self) -> QRect:
        """What is drawn behind the person's words."""
        height = self._heights.total + 2 * PAD - 5
        return QRect(self.text_left - PAD, self.text_top - PAD, self._inner + 2 * PAD, height)

    def attached(self) -> list[tuple[QRectF, Attachment]]:
        """The attached files that it shows, with where: its chips, and the pictures within its text."""
        found = [(QRectF(area), one) for area, one in zip(self.chips, self.message.attachments, strict=False)]
        by_hash = {each.hash: each for each in self._around.pictures}
        for index, slot in enumerate(self.slots if by_hash else ()):
            if slot.segment is not None and self.is_laid_out(index):
                found += [
                    (self.from_slot(index, area), by_hash[hash])
                    for area, hash in slot.segment.pictures()
                    if hash in by_hash
                ]
        return found

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

    # Growing.

    def grow(self, message: Message) -> bool:
        """Show the same message with more text; what is finished of it stays as it is.

        Args:
            message: Its text begins with the text of before.

        Returns:
            Whether only its last slot grew.
        """
        text = _with_line_feeds(message.text)
        added = text[len(self._text) :]
        self.message, self._text = message, text
        if self._lengthen(added):
            return True
        at = max(0, len(self._pieces) - 1)
        is_read_otherwise = False
        if self._pieces and not self._is_user:
            last = self._pieces[at]
            self._pieces[at:] = self._kit.resume(last, text, True)
            tail = text[last.start :]
            has_images = _IMAGE in tail and not self._around.pictures
            if "]:" in tail or has_images or ("[" in tail and self._around.definitions):
                is_read_otherwise = self._look_around(text)
        else:
            self._pieces = list(self._cut(text, True))
            at = 0
        if "[^" in self._around.definitions:
            self._retake()
            return False
        joined = list(self._kit.join(self._pieces, at, True))
        return self._take(joined, len(self._pieces) - len(joined)) and not is_read_otherwise

    def _lengthen(self, added: str) -> bool:
        """Take words that can be nothing but more of the last line: no text is cut for them.

        Returns:
            False where they may be more than that.
        """
        slot = self.slots[-1] if self.slots else None
        if slot is None or slot.segment is None or self._around.definitions or slot.around is not self._around:
            return False
        last = self._pieces[-1]
        if last.start + len(last.text) + len(added) != len(self._text) or not slot.segment.lengthen(added):
            return False
        self._pieces[-1] = slot.piece = slot.segment.piece
        slot.refined, slot.width = slot.segment.is_refined, -1 if slot.width == self._inner else 0
        return True

    def show(self, message: Message, *, growing: bool) -> None:
        """Show a message in place of what was shown; equal pieces keep their segments."""
        text = _with_line_feeds(message.text)
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
            if any(mentions(each.text, names) for each in slot.piece.reads_with or (slot.piece,)):
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
        reads_otherwise = False
        while pieces and kept < len(self.slots):
            slot, piece = self.slots[kept], pieces[0]
            if not self._grow_slot(slot, piece):
                if piece.text != slot.piece.text or piece.kind != slot.piece.kind:
                    break
                slot.piece, slot.segment, slot.width, slot.refined = piece, None, 0, False
                reads_otherwise = True
            pieces, kept = pieces[1:], kept + 1
        if not pieces and kept == len(self.slots):
            return not reads_otherwise
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
        if slot.segment is None:
            return False
        read = piece.reads_with or (piece,)
        if slot.around is not self._around and any(
            "[" in each.text for each in read
        ):  # what it mentions may be defined otherwise now
            return False
        if not slot.segment.grow(piece):
            return False
        slot.piece, slot.refined = piece, slot.segment.is_refined
        slot.width = -1 if slot.width == self._inner else 0
        return True


def _with_line_feeds(text: str) -> str:
    """A text whose lines end with line feeds alone."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
