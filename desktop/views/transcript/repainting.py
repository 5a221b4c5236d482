"""Brings to the screen what came to look different, and as little else as can be."""

from math import floor
from typing import NamedTuple

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QRegion
from PySide6.QtWidgets import QWidget

from desktop.views.message_details import stop_mark
from desktop.views.transcript.column import Column
from desktop.views.transcript.message_layout import MessageLayout
from desktop.views.transcript.metrics import FOOTER, MARK
from desktop.views.transcript.run_line import RunLineBox
from desktop.views.transcript.slot import Slot

_OVERHANG = 3
"""How far letters may reach out of their line, in logical pixels."""


class Patch(NamedTuple):
    """Something in view.

    Attributes:
        area: Where: across in the view, down in the column.
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
        begin = column.top(index)
        layout = column.existing(index)
        message = column.messages[index]
        if layout is None:
            found[index, "empty"] = Patch(QRect(left, begin, width, column.bottom(index) - begin))
            continue
        for place, file in zip(layout.chips, message.attachments, strict=False):
            found[index, "file", place.top(), place.left(), file.hash] = Patch(place.translated(left, begin))
        if layout.has_bubble:
            bubble = layout.bubble
            found[index, "bubble", bubble.width(), bubble.height()] = Patch(bubble.translated(left, begin))
        if message.off_record:
            found[index, "record"] = Patch(QRect(left, begin, width, MARK))
        if words := stop_mark(message):
            found[index, "stop", words] = Patch(QRect(left, begin + layout.height - FOOTER - MARK, width, MARK))
        for number in layout.slots_between(top - begin, top + page - begin):
            slot = layout.slots[number]
            found[index, slot, layout.text_left] = Patch(_area(layout, number, left, begin, width), slot, slot.version)
        for extra in column.extras(index):
            box = extra.lay_out(width)
            state = (extra.is_open, extra.line) if isinstance(extra, RunLineBox) else ()
            found[index, "extra", id(extra), state] = Patch(QRect(left, column.extra_top(index, extra), width, box))
    return found


def _area(layout: MessageLayout, number: int, left: int, begin: int, width: int) -> QRect:
    """Where a slot of a message is that begins at a height."""
    rises = floor(min(0.0, layout.slots[number].gap))  # its first line stands beside the one above
    top = layout.slot_top(number) + rises
    return QRect(left, begin + top, width, layout.slot_top(number + 1) - top)


def difference(before: Shown, now: Shown, moved: int) -> tuple[int, QRegion]:
    """How the view gets from one state to another.

    Args:
        before: What was shown.
        now: What is to be shown.
        moved: By how much what stands where it stood in the column moves down in the view.

    Returns:
        By how much all moves down in the view that is in both, and what of the column must then be drawn again.
    """
    down = next((now[key].area.top() - patch.area.top() for key, patch in before.items() if key in now), 0)
    again = QRegion()
    for key, patch in now.items():
        old = before.get(key)
        if old is None:
            again += patch.area.adjusted(0, -_OVERHANG, 0, _OVERHANG)
            continue
        area = old.area.translated(0, down) if down else old.area
        if area == patch.area and old.version == patch.version:
            continue
        steady = 0
        if patch.slot is not None and area.topLeft() == patch.area.topLeft() and area.width() == patch.area.width():
            steady = patch.slot.steady_since(old.version) if old.version != patch.version else area.height()
        again += area.united(patch.area).adjusted(0, steady - _OVERHANG, 0, _OVERHANG)
    for key, patch in before.items():
        if key not in now:
            again += patch.area.translated(0, down).adjusted(0, -_OVERHANG, 0, _OVERHANG)
    return moved + down, again


class Repainter:
    """Knows what the viewport shows.

    Args:
        viewport: What is painted on.
    """

    def __init__(self, viewport: QWidget) -> None:
        self._viewport = viewport
        self._shown: Shown = {}
        self._top = 0
        self._grown = (-1, 0, 0)

    def forget(self) -> None:
        """Paint all of it the next time."""
        self._shown = {}

    def show(self, column: Column, left: int, top: int, still: int) -> bool:
        """Have the viewport paint what is not as it was.

        Args:
            column: What is shown.
            left: Where the messages begin, in the view.
            top: The column's height that is at the top of the view.
            still: The height in the view from which on nothing moves with the messages.

        Returns:
            Whether there is anything to paint.
        """
        page = self._viewport.height()
        now = shown(column, left, top, page)
        shift, again = difference(self._shown, now, self._top - top)
        is_new = abs(shift) >= page or not self._shown
        if is_new:
            self._viewport.update()
        else:
            if shift:
                self._move(shift, QRect(left, 0, column.metrics.measure, still))
            again = again.translated(0, -top) & QRegion(0, 0, self._viewport.width(), still)
            if not again.isEmpty():
                self._viewport.update(again)
        self._shown, self._top, self._grown = now, top, (-1, 0, 0)
        return is_new or bool(shift) or not again.isEmpty()

    def _move(self, shift: int, area: QRect) -> None:
        """Move what is painted down: the messages alone where no widget stands among them."""
        widgets = self._viewport.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if any(each.geometry().intersects(area) and not each.isHidden() for each in widgets):
            self._viewport.scroll(0, shift)
        else:
            self._viewport.scroll(0, shift, area)

    def show_in_place(self, index: int, layout: MessageLayout) -> bool:
        """Have the viewport paint what changed of the last slot of a message, where all is where it was.

        Returns:
            Whether it is in view.
        """
        slot = layout.slots[-1]
        key = (index, slot, layout.text_left)
        before = self._shown.get(key)
        if before is None:
            return False
        self._paint_last(key, before, before.area, self._top)
        return True

    def show_longer(self, column: Column, index: int, left: int, top: int, still: int) -> bool:
        """Have the viewport paint what changed of the last slot of a message, below which all moved away.

        Args:
            column: What is shown.
            index: Index of the message.
            left: Where the messages begin, in the view.
            top: The column's height that is at the top of the view now.
            still: The height in the view from which on nothing moves with the messages.

        Returns:
            False where the slot was not in view, or moved: then nothing was done.
        """
        layout = column.existing(index)
        if layout is None or not layout.slots:
            return False
        key, shift = (index, layout.slots[-1], layout.text_left), self._top - top
        before = self._shown.get(key)
        area = _area(layout, len(layout.slots) - 1, left, column.top(index), column.metrics.measure)
        if before is None or before.area.topLeft() != area.topLeft() or abs(shift) >= self._viewport.height():
            return False
        if shift:
            self._move(shift, QRect(left, 0, column.metrics.measure, still))
        self._paint_last(key, before, area, top, is_lowest=True)
        return True

    def _paint_last(
        self, key: tuple[int, Slot, int], before: Patch, area: QRect, top: int, *, is_lowest: bool = False
    ) -> None:
        index, slot, _ = key
        steady = slot.steady_since(before.version)
        again = area.united(before.area) if area is not before.area else area
        again = again.adjusted(0, steady - _OVERHANG, 0, 0).translated(0, -top)  # there is room below each
        self._viewport.update(again)
        self._shown[key], self._top = Patch(area, slot, slot.version), top
        lowest = self._viewport.height() if is_lowest else again.bottom()
        self._grown = (index if steady >= _OVERHANG else -1, again.top(), lowest)

    def grown_in(self, area: QRect) -> int:
        """Index of the last message, where nothing but lines of its last slot stand in a rectangle of the view.

        Returns:
            -1 where there may be more than that.
        """
        index, top, bottom = self._grown
        return index if top <= area.top() and area.bottom() <= bottom else -1
