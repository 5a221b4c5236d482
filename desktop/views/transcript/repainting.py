"""Brings to the screen what came to look different, and as little else as can be."""

from dataclasses import dataclass
from math import floor

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QRegion
from PySide6.QtWidgets import QWidget

from desktop.views.message_details import stop_mark
from desktop.views.transcript.column import Column
from desktop.views.transcript.run_line import RunLineBox
from desktop.views.transcript.slot import Slot

_OVERHANG = 3
"""How far letters may reach out of their line, in logical pixels."""


@dataclass(frozen=True, slots=True)
class Patch:
    """Something in view.

    Attributes:
        area: Where, in the view.
        slot: The slot that it is; None for what is another thing whenever it looks different.
        version: Of the slot.
    """

    area: QRect
    slot: Slot | None = None
    version: int = 0


Shown = dict[tuple[object, ...], Patch]
"""What is in view, by what it is."""


def shown(column: Column, left: int, top: int, page: int) -> Shown:
    """What of a column is in view.

    Args:
        column: The column.
        left: Where the messages begin, in the view.
        top: The column's height that is at the top of the view.
        page: Height of the view.
    """
    found: Shown = {}
    width = column.metrics.measure
    for index in column.between(top, top + page):
        above = column.top(index) - top
        layout = column.existing(index)
        message = column.messages[index]
        if layout is None:
            found[index, "empty"] = Patch(QRect(left, above, width, column.bottom(index) - top - above))
            continue
        for place, file in zip(layout.chips, message.attachments, strict=False):
            found[index, "file", place.top(), place.left(), file.hash] = Patch(place.translated(left, above))
        if layout.has_bubble:
            bubble = layout.bubble
            found[index, "bubble", bubble.width(), bubble.height()] = Patch(bubble.translated(left, above))
        head = (message.off_record, stop_mark(message))
        if any(head):
            found[index, "marks", head, layout.height] = Patch(QRect(left, above, width, layout.height))
        for number in layout.slots_between(-above, page - above):
            slot = layout.slots[number]
            rises = floor(min(0.0, slot.gap))  # its first line stands beside the one above
            begin, end = layout.slot_top(number) + rises, layout.slot_top(number + 1)
            area = QRect(left, above + begin, width, end - begin)
            found[index, slot, layout.text_left] = Patch(area, slot, slot.version)
        for extra in column.extras(index):
            box = extra.lay_out(width)
            state = (extra.is_open, extra.line) if isinstance(extra, RunLineBox) else ()
            area = QRect(left, column.extra_top(index, extra) - top, width, box)
            found[index, "extra", id(extra), state] = Patch(area)
    return found


def difference(before: Shown, now: Shown) -> tuple[int, QRegion]:
    """How the view gets from one state to another.

    Returns:
        By how much all moves down that is in both, and what must be drawn again after it was moved.
    """
    shift = next((now[key].area.top() - patch.area.top() for key, patch in before.items() if key in now), 0)
    again = QRegion()
    for key, patch in now.items():
        old = before.get(key)
        if old is None:
            again += patch.area.adjusted(0, -_OVERHANG, 0, _OVERHANG)
            continue
        moved = old.area.translated(0, shift)
        if moved == patch.area and old.version == patch.version:
            continue
        steady = 0
        if patch.slot is not None and moved.topLeft() == patch.area.topLeft() and moved.width() == patch.area.width():
            steady = patch.slot.steady_since(old.version) if old.version != patch.version else moved.height()
        again += moved.united(patch.area).adjusted(0, steady - _OVERHANG, 0, _OVERHANG)
    for key, patch in before.items():
        if key not in now:
            again += patch.area.translated(0, shift).adjusted(0, -_OVERHANG, 0, _OVERHANG)
    return shift, again


class Repainter:
    """Knows what the viewport shows.

    Args:
        viewport: What is painted on.
    """

    def __init__(self, viewport: QWidget) -> None:
        self._viewport = viewport
        self._shown: Shown = {}

    def forget(self) -> None:
        """Paint all of it the next time."""
        self._shown = {}

    def show(self, column: Column, left: int, top: int, still: int) -> None:
        """Have the viewport paint what is not as it was.

        Args:
            column: What is shown.
            left: Where the messages begin, in the view.
            top: The column's height that is at the top of the view.
            still: The height in the view from which on nothing moves with the messages.
        """
        page = self._viewport.height()
        now = shown(column, left, top, page)
        shift, again = difference(self._shown, now)
        if abs(shift) >= page or not self._shown:
            self._viewport.update()
        else:
            if shift:
                self._move(shift, QRect(left, 0, column.metrics.measure, still))
            if not again.isEmpty():
                self._viewport.update(again)
        self._shown = now

    def _move(self, shift: int, area: QRect) -> None:
        """Move what is painted down: the messages alone where no widget stands among them."""
        widgets = self._viewport.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if any(each.geometry().intersects(area) and not each.isHidden() for each in widgets):
            self._viewport.scroll(0, shift)
        else:
            self._viewport.scroll(0, shift, area)

    def show_slot(self, index: int, slot: Slot, text_left: int) -> bool:
        """Have the viewport paint what changed of a slot that stands where it stood.

        Args:
            index: Index of its message.
            slot: The slot.
            text_left: Where the text of its message begins.

        Returns:
            Whether it is in view.
        """
        key = (index, slot, text_left)
        patch = self._shown.get(key)
        if patch is None:
            return False
        steady = slot.steady_since(patch.version)
        self._viewport.update(patch.area.adjusted(0, steady - _OVERHANG, 0, _OVERHANG))
        self._shown[key] = Patch(patch.area, slot, slot.version)
        return True
