"""The messages of a transcript one below the other: heights of all, layouts of those that are looked at."""

import time
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import ClassVar, Protocol

from desktop.engine.messages import Message
from desktop.views.theme import SPACE
from desktop.views.transcript.heights import Heights
from desktop.views.transcript.kit import Kit
from desktop.views.transcript.message_layout import MessageLayout
from desktop.views.transcript.metrics import FOOTER, Metrics
from desktop.views.transcript.named_pictures import AttachedPictures
from desktop.views.transcript.segment import Look

TOP = 2 * SPACE
"""Room above the first message and below the last."""
ROW_GAP = SPACE
_MOST_LAYOUTS = 160
"""Messages that are kept laid out."""
_SAMPLE = 100
"""Messages from the end whose heights are estimated at once; the others are of their average height until then."""
_SURVEYED_AT_ONCE = 100


class Extra(Protocol):
    """Something of a run that stands below a message.

    Attributes:
        is_widget: Whether it is a widget, which somebody puts where it stands; all else is drawn.
    """

    is_widget: ClassVar[bool]

    def lay_out(self, width: int) -> int:
        """Its height in a width."""
        ...


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place in the column that stays what it is while heights change around it.

    Attributes:
        entry: Index of a message; the number of messages for what stands below the last.
        slot: Index of a slot in it; the number of slots for what stands below its text, -1 for the message as a whole.
        offset: Pixels below the top of that.
    """

    entry: int = 0
    slot: int = -1
    offset: int = 0


class Growth(Enum):
    """What more text of a message changed in the column."""

    IN_PLACE = auto()
    """Its last slot alone, which is laid out and as high as before."""
    LONGER = auto()
    """Its last slot alone, which is laid out and of another height."""
    OTHERWISE = auto()
    """Maybe more."""


class Column:
    """The messages. Coordinates are the column's: 0 is above the first message.

    Args:
        kit: Makes segments.
        look: How they are drawn.
        metrics: The width, and what heights are estimated with.

    Attributes:
        messages: Oldest first.
        tail: Height of what stands below the last message.
        version: Changes whenever a layout is made anew, so that what was found in one is looked for again.
    """

    def __init__(self, kit: Kit, look: Look, metrics: Metrics) -> None:
        self.messages: list[Message] = []
        self.tail = 0
        self.version = 0
        self._kit = kit
        self._look = look
        self._metrics = metrics
        self._evidence: dict[str, tuple[str, ...]] = {}
        self._pictures = AttachedPictures()
        self._heights = Heights()
        self._layouts: OrderedDict[int, MessageLayout] = OrderedDict()
        self._known: dict[int, tuple[int, ...]] = {}
        self._extras: dict[int, list[Extra]] = {}
        self._extra_heights: dict[int, int] = {}
        self._with_widgets: set[int] = set()
        self._surveyed = 0

    # What it holds.

    def show(self, messages: Sequence[Message], evidence: Mapping[str, Sequence[str]]) -> None:
        """Hold these messages in place of those there were."""
        self.messages = list(messages)
        self._evidence = {run_id: tuple(ids) for run_id, ids in evidence.items()}
        self._pictures = AttachedPictures(self.messages[:])
        self._extras, self._extra_heights, self._with_widgets = {}, {}, set()
        self.forget_layouts()

    def append(self, message: Message, evidence: Sequence[str] = ()) -> int:
        """Add a message at the end.

        Returns:
            Its index.
        """
        self._pictures.note(len(self.messages), message)
        self.messages.append(message)
        if evidence:
            self._evidence[message.run_id or message.id] = tuple(evidence)
        self._heights.append(self._estimate(message) + ROW_GAP)
        return len(self.messages) - 1

    def remove_last(self) -> None:
        """Take the last message out."""
        last = len(self.messages) - 1
        self._extras.pop(last, None)
        self._extra_heights.pop(last, None)
        self._with_widgets.discard(last)
        self._layouts.pop(last, None)
        self._known.pop(last, None)
        self.messages.pop()
        self._pictures.forget(last)
        self._surveyed = min(self._surveyed, last)
        self._heights.truncate(last)

    def replace(self, index: int, message: Message, *, growing: bool = False) -> None:
        """Show a message in the place of one; equal parts of it keep their layout.

        Args:
            index: Which.
            message: The new one.
            growing: Whether it is still being written.
        """
        before = self.messages[index]
        self.messages[index] = message
        kept = self._evidence.pop(before.run_id or before.id, ()) if before.id != message.id else ()
        if kept:
            self._evidence.setdefault(message.run_id or message.id, kept)
        layout = self.layout(index, growing=growing)
        if layout.message is not message:
            layout.show(message, growing=growing)
        self._fit(index)

    def grow(self, index: int, message: Message) -> Growth:
        """Show a message whose text begins with the text of the one before it, in its place."""
        self.messages[index] = message
        layout = self.layout(index, growing=True)
        if not layout.grow(message):
            self._fit(index)
            return Growth.OTHERWISE
        if not layout.lay_out(len(layout.slots) - 1):
            return Growth.IN_PLACE
        self._fit(index)
        return Growth.LONGER

    def evidence(self, message: Message) -> tuple[str, ...]:
        """Call ids that the chips of a message lead to."""
        return self._evidence.get(message.run_id or message.id, ())

    # Its layouts.

    @property
    def metrics(self) -> Metrics:
        """The width, and what heights are estimated with."""
        return self._metrics

    def existing(self, index: int) -> MessageLayout | None:
        """A message's layout where it has one, at the width that holds."""
        found = self._layouts.get(index)
        if found is not None and found.set_metrics(self._metrics):
            self._fit(index)
        return found

    def layout(self, index: int, *, growing: bool = False) -> MessageLayout:
        """A message's layout, made where it has none; its slots are laid out when they are looked at."""
        found = self.existing(index)
        if found is not None:
            self._layouts.move_to_end(index)
            return found
        message = self.messages[index]
        known = self._known.pop(index, ())
        made = MessageLayout(
            message,
            self.evidence(message),
            self._kit,
            self._look,
            self._metrics,
            known,
            lambda: self._pictures.until(index),
            growing=growing,
        )
        self._layouts[index] = made
        self.version += 1
        while len(self._layouts) > _MOST_LAYOUTS:
            old, layout = self._layouts.popitem(last=False)
            if layout.slots and all(map(layout.is_laid_out, range(len(layout.slots)))):
                self._known[old] = layout.slot_heights()
        self._fit(index)
        return made

    def lay_out(self, index: int, slot: int) -> int:
        """Lay one slot of a message out.

        Returns:
            By how much the message's height changed.
        """
        self.layout(index).lay_out(slot)
        return self._fit(index)

    def refine(self, index: int, slot: int, budget_ms: float) -> None:
        """Do some of what can come after the first drawing of a slot of a message that has a layout."""
        self._layouts[index].refine(slot, budget_ms)
        self._fit(index)

    def is_whole(self, index: int) -> bool:
        """Whether a message's height is its real one."""
        layout = self._layouts.get(index)
        return layout is not None and all(map(layout.is_laid_out, range(len(layout.slots))))

    def set_metrics(self, metrics: Metrics) -> bool:
        """Take another width.

        Returns:
            Whether anything changed.
        """
        if metrics == self._metrics:
            return False
        self._metrics = metrics
        self._known.clear()
        for index, extras in self._extras.items():
            self._measure_extras(index, extras)
        return True

    def set_look(self, look: Look, metrics: Metrics) -> None:
        """Draw all anew with another look."""
        self._look, self._metrics = look, metrics
        for index, extras in self._extras.items():
            self._measure_extras(index, extras)
        self.forget_layouts()

    def forget_layouts(self) -> None:
        """Estimate all heights anew."""
        self._layouts.clear()
        self._known.clear()
        self.version += 1
        messages = self.messages
        sample = [self._estimate(message) + ROW_GAP for message in messages[-_SAMPLE:]]
        self._surveyed = len(messages) - len(sample)
        heights = [sum(sample) // max(1, len(sample))] * self._surveyed + sample
        for index, height in self._extra_heights.items():
            heights[index] += height
        self._heights = Heights(heights)

    def survey(self, deadline: float) -> bool:
        """Estimate more of the heights that were taken for the average so far, the last ones first.

        Args:
            deadline: Of ``time.perf_counter``.

        Returns:
            Whether any was estimated.
        """
        before = self._surveyed
        while self._surveyed > 0 and time.perf_counter() < deadline:
            end = self._surveyed
            self._surveyed = max(0, end - _SURVEYED_AT_ONCE)
            for index in range(self._surveyed, end):
                if index not in self._layouts and index not in self._known:
                    height = self._estimate(self.messages[index]) + ROW_GAP + self._extra_heights.get(index, 0)
                    self._heights.change(index, height)
        return self._surveyed < before

    def _estimate(self, message: Message) -> int:
        return self._metrics.estimated(len(message.text), message.text.count("\n")) + FOOTER

    def _fit(self, index: int) -> int:
        height = self._layouts[index].height + self._extra_heights.get(index, 0) + ROW_GAP
        return self._heights.change(index, height)

    # What stands below a message.

    def set_extras(self, index: int, extras: list[Extra]) -> None:
        """Have these below a message, in order."""
        if extras:
            self._extras[index] = extras
        else:
            self._extras.pop(index, None)
        (self._with_widgets.add if any(each.is_widget for each in extras) else self._with_widgets.discard)(index)
        self._measure_extras(index, extras)

    def extras(self, index: int) -> Sequence[Extra]:
        """What stands below a message."""
        return self._extras.get(index, ())

    def with_widgets(self) -> Collection[int]:
        """Indices of the messages below which widgets stand."""
        return self._with_widgets

    def _measure_extras(self, index: int, extras: list[Extra]) -> None:
        before = self._extra_heights.pop(index, 0)
        height = sum(extra.lay_out(self._metrics.measure) for extra in extras)
        if height:
            self._extra_heights[index] = height
        if index < len(self._heights):
            self._heights.change(index, self._heights[index] + height - before)

    def fit_extras(self, index: int) -> None:
        """Measure again what stands below a message."""
        self._measure_extras(index, self._extras.get(index, []))

    def extra_top(self, index: int, extra: Extra) -> int:
        """Where something below a message begins."""
        top = self.bottom(index) - ROW_GAP - self._extra_heights.get(index, 0)
        for each in self._extras[index]:
            if each is extra:
                break
            top += each.lay_out(self._metrics.measure)
        return top

    # Its geometry.

    @property
    def height(self) -> int:
        """All of it."""
        return TOP + self._heights.total + self.tail + TOP

    def top(self, index: int) -> int:
        """Where a message begins; what stands below the last begins at the index past it."""
        return TOP + self._heights.top(index)

    def bottom(self, index: int) -> int:
        """Where a message ends, what stands below it and the gap to the next included."""
        return self.top(index) + self._heights[index]

    def at(self, y: int) -> int:
        """Index of the message at a height, the nearest where there is none."""
        return self._heights.at(y - TOP)

    def between(self, top: int, bottom: int) -> range:
        """Indices of the messages that show between two heights."""
        return self._heights.between(top - TOP, bottom - TOP)

    def anchor_at(self, y: int) -> Anchor:
        """The anchor of a height."""
        if not self.messages or y < TOP:
            return Anchor(0, -1, y - TOP)
        if y >= self.top(len(self.messages)):
            return Anchor(len(self.messages), -1, y - self.top(len(self.messages)))
        index = self.at(y)
        inside = y - self.top(index)
        layout = self._layouts.get(index)
        if layout is None or inside < layout.text_top:
            return Anchor(index, -1, inside)
        if inside >= layout.text_bottom:  # text above it that is laid out later does not move it
            return Anchor(index, len(layout.slots), inside - layout.text_bottom)
        slot = layout.slot_at(inside)
        return Anchor(index, slot, inside - layout.slot_top(slot))

    def y_of(self, anchor: Anchor) -> int:
        """The height of an anchor now."""
        index = min(anchor.entry, len(self.messages))
        top = self.top(index) + anchor.offset
        if anchor.slot < 0:
            return top
        layout = self._layouts.get(index)
        return top + (layout.slot_top(min(anchor.slot, len(layout.slots))) if layout is not None else 0)
