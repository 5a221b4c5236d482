"""What moves wide tables and code sideways: the mouse on their bar, keys, and a hit that is to be seen."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF

from desktop.views.theme import SPACE
from desktop.views.transcript.message_layout import MessageLayout
from desktop.views.transcript.segment import Segment

if TYPE_CHECKING:
    from desktop.views.transcript.stage import Stage

STEP = 8 * SPACE
"""Pixels for one press of a key."""
_MARGIN = 3 * SPACE
"""Room beside what is brought into view."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A bar that the mouse holds.

    Attributes:
        index: Index of the message.
        slot: Of the slot in it that has the bar.
        grip: Pixels from the left end of the bar's handle to the mouse.
    """

    index: int
    slot: int
    grip: float


def _slot_at(stage: "Stage", point: QPoint | QPointF) -> tuple[int, int, QPointF] | None:
    """What is laid out at a point of the viewport: message, slot, and the point in that."""
    index = stage.message_at(point)
    layout = stage.column.existing(index) if index >= 0 else None
    if layout is None:
        return None
    inside = stage.to_message(index, point)
    slot = layout.slot_at(inside.y())
    if slot < 0 or not layout.is_laid_out(slot):
        return None
    return index, slot, layout.into_slot(slot, inside)


def bar_at(stage: "Stage", point: QPointF) -> Hold | None:
    """The bar at a point of the viewport, to be held there."""
    found = _slot_at(stage, point)
    if found is None:
        return None
    index, slot, inside = found
    bar = stage.column.layout(index).segment(slot).bar
    return Hold(index, slot, bar.grip(inside.x())) if bar is not None and bar.area.contains(inside) else None


def drag(stage: "Stage", hold: Hold, point: QPointF) -> None:
    """Scroll what a held bar belongs to: its handle goes to a point of the viewport."""
    layout = stage.column.existing(hold.index) if hold.index < len(stage.column.messages) else None
    if layout is None or hold.slot >= len(layout.slots):
        return
    segment = layout.segment(hold.slot)
    x = layout.into_slot(hold.slot, stage.to_message(hold.index, point)).x()
    if (bar := segment.bar) is not None and segment.scroll_sideways(bar.offset_for(x, hold.grip) - bar.offset):
        stage.viewport().update()


def scroll_at(stage: "Stage", point: QPoint, pixels: float) -> None:
    """Scroll what is wide at a point of the viewport."""
    found = _slot_at(stage, point)
    if found is not None and stage.column.layout(found[0]).segment(found[1]).scroll_sideways(pixels):
        stage.viewport().update()


def scroll_current(stage: "Stage", pixels: float) -> bool:
    """Scroll what is wide in the message that the keyboard is at: around its target, else the first in view.

    Returns:
        Whether there is anything wide.
    """
    index, target = stage.current, stage.target
    layout = stage.column.existing(index) if 0 <= index < len(stage.column.messages) else None
    if layout is None:
        return False
    wide = (layout.segment(slot) for slot in _in_view(stage, layout, index, target.slot if target is not None else -1))
    segment = next((segment for segment in wide if segment.window is not None), None)
    if segment is None:
        return False
    if segment.scroll_sideways(pixels):
        stage.viewport().update()
    return True


def _in_view(stage: "Stage", layout: MessageLayout, index: int, first: int) -> Iterator[int]:
    """The slots of a message that are in view and laid out; before them one of which that may be meant."""
    top = stage.scroller.top - stage.column.top(index)
    slots = layout.slots_between(top, top + stage.scroller.page)
    for slot in [first, *slots] if first in slots else slots:
        if layout.is_laid_out(slot):
            yield slot


def show_across(segment: Segment, start: int, end: int) -> None:
    """Scroll a segment sideways, where that is needed to see a stretch of it; its beginning, where it is too long.

    Args:
        segment: Laid out.
        start: First position.
        end: Position after the last.
    """
    if segment.window is None:
        return
    left, right = segment.window
    begins, ends = segment.rectangle_at(start), segment.rectangle_at(min(end, segment.length))
    first = begins.left()
    last = max(first, ends.right()) if abs(ends.top() - begins.top()) < 1 else first
    margin = min(_MARGIN, (right - left) / 8)
    if last + margin > right:
        segment.scroll_sideways(min(last + margin - right, first - margin - left))
    elif first - margin < left:
        segment.scroll_sideways(first - margin - left)
