"""Where the view stands in the column: an anchor that nothing moves but the person, and the laying out around it."""

import time
from collections.abc import Iterator

from desktop.views.theme import SPACE
from desktop.views.transcript.column import TOP, Anchor, Column

FRAME_MS = 1.0
"""Milliseconds of laying out for one frame, and a segment more; what is not reached comes in another."""
_AT_END = 4


class Scroller:
    """Keeps the top of the view at an anchor, or the bottom of the view at the end.

    What stands at the anchor stays where it is on the screen, whatever changes above or below; the scroll bar's value
    is derived from it.

    Args:
        column: What is looked at.

    Attributes:
        follows: Whether the view follows the end.
        page: Height of the view.
        top: The column's height that is at the top of the view, as of the last `settle`.
        is_settled: Whether all that is in view was laid out by then.
    """

    def __init__(self, column: Column) -> None:
        self._column = column
        self._anchor = Anchor()
        self.follows = True
        self.page = 0
        self.top = 0
        self.is_settled = True

    @property
    def most(self) -> int:
        """The greatest value that the top can have."""
        return max(0, self._column.height - self.page)

    @property
    def has_drifted(self) -> bool:
        """Whether what stands above the view has another height than at the last `settle`."""
        return self._resolve() != self.top

    @property
    def anchor(self) -> Anchor:
        """What stands at the top of the view."""
        return self._anchor

    def follow(self) -> None:
        """Show the end, and follow it."""
        self.follows = True

    def move_to(self, y: int) -> None:
        """Bring a height of the column to the top; the end is followed from there on where that is the end."""
        self.follows = y >= self.most - _AT_END
        self._anchor = self._column.anchor_at(max(0, min(y, self.most)))

    def move_to_anchor(self, anchor: Anchor) -> None:
        """Bring an anchor to the top."""
        self.follows = False
        self._anchor = anchor

    def move_by(self, pixels: int) -> None:
        """Move the view down; up where it is negative."""
        if self.follows:
            if pixels >= 0:
                return
            self._anchor = self._column.anchor_at(self.top)
            self.follows = False
        self._anchor = Anchor(self._anchor.entry, self._anchor.slot, self._anchor.offset + pixels)

    def settle(self, budget_ms: float = FRAME_MS) -> bool:
        """Lay out what is in view, for about so long, and find the top anew.

        Returns:
            Whether anything was laid out.
        """
        deadline = time.perf_counter() + budget_ms / 1000
        missing = self._next_missing()
        is_anything_new = missing is not None
        while missing is not None:
            is_whole = self.lay_out(*missing)
            missing = self._next_missing() if is_whole else missing
            if time.perf_counter() > deadline:
                break
        self.is_settled = missing is None
        self._stand()
        return is_anything_new

    def look_again(self) -> None:
        """Find the top anew, and whether all that is in view is laid out: something else was."""
        self.is_settled = self._next_missing() is None
        self._stand()

    def _stand(self) -> None:
        self.top = self._resolve()
        if self.follows or self._anchor.entry >= len(self._column.messages):
            self._anchor = self._column.anchor_at(self.top)
        elif self.is_settled or self._is_real(self._column.anchor_at(self.top)):
            if self.top >= self.most:
                self.follows = self.is_settled
            self._anchor = self._column.anchor_at(self.top)

    def follow_growth(self) -> bool:
        """Find the top anew where what is laid out grew at its end and nothing else changed.

        Returns:
            False where that may not be all that is to be done: then `settle` does it.
        """
        if not (self.follows and self.is_settled):
            return False
        self.top = self.most
        self._anchor = self._column.anchor_at(self.top)
        return True

    def _next_missing(self) -> tuple[int, int] | None:
        """What is to be laid out next of what is in view."""
        top = self._resolve()
        return self._missing_anchor() or next(self._missing(top, top + self.page, upwards=self.follows), None)

    def _missing_anchor(self) -> tuple[int, int] | None:
        """The anchor's own slot, where it was not laid out: what its offset leads to is known only then."""
        entry, slot = self._anchor.entry, self._anchor.slot
        if self.follows or entry >= len(self._column.messages):
            return None
        layout = self._column.existing(entry)
        if layout is None:
            return entry, -1
        return (entry, slot) if 0 <= slot < len(layout.slots) and not layout.is_laid_out(slot) else None

    def _is_real(self, anchor: Anchor) -> bool:
        layout = self._column.existing(anchor.entry)
        if layout is None:
            return False
        return not 0 <= anchor.slot < len(layout.slots) or layout.is_laid_out(anchor.slot)

    def _resolve(self) -> int:
        if self.follows:
            return self.most
        top = self._column.y_of(self._anchor)
        if top > self.most:
            return self.most
        if top < 0:
            self._anchor = Anchor(0, -1, -TOP)
            return 0
        return top

    def lay_out(self, index: int, slot: int) -> bool:
        """Take one step to having a slot laid out: make what it holds, or break its lines.

        Args:
            index: Index of the message.
            slot: Index of the slot; -1 for a message without a layout, which is cut into slots.

        Returns:
            False where it was made, and its lines are still to be broken.
        """
        if slot < 0:
            before = self._column.existing(index)
            self._column.layout(index)
            if before is None and not self.follows and self._anchor.entry == index and self._anchor.slot < 0:
                inside = self._column.bottom(index) - self._column.top(index) - 1
                offset = self._anchor.offset if self._anchor.offset < 0 else min(self._anchor.offset, inside)
                self._anchor = Anchor(index, -1, offset)
                if offset > 0:
                    self._anchor = self._column.anchor_at(self._column.y_of(self._anchor))
        elif (layout := self._column.layout(index)).slots[slot].segment is None:
            layout.make_segment(slot)
            return False
        else:
            self._column.lay_out(index, slot)
        return True

    def _missing(self, top: int, bottom: int, *, upwards: bool) -> Iterator[tuple[int, int]]:
        """What shows between two heights and was not laid out: message and slot."""
        column = self._column
        span = column.between(top, bottom)
        for index in reversed(span) if upwards else span:
            layout = column.existing(index)
            if layout is None:
                yield index, -1
                continue
            offset = column.top(index)
            slots = layout.slots_between(top - offset, bottom - offset)
            for slot in reversed(slots) if upwards else slots:
                if not layout.is_laid_out(slot):
                    yield index, slot

    def next_ahead(self) -> tuple[int, int] | None:
        """What should be laid out while nothing else is to be done: a page each way, the nearest first."""
        for reach in (self.page // 4, self.page):
            below = self._missing(self.top, self.top + self.page + reach, upwards=False)
            found = next(below, None) or next(self._missing(self.top - reach, self.top, upwards=True), None)
            if found is not None:
                return found
        return None

    def bring_into_view(self, top: int, bottom: int, *, margin: int = SPACE) -> None:
        """Move as little as needed to have a stretch of the column in view; its beginning, where it is too high."""
        if top - margin < self.top or bottom - top + 2 * margin > self.page:
            if not (bottom - top + 2 * margin > self.page and top <= self.top and bottom >= self.top + self.page):
                self.move_to(top - margin)
        elif bottom + margin > self.top + self.page:
            self.move_to(bottom + margin - self.page)
