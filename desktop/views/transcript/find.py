"""Finds words in all messages: first where they may stand, by the source; then where they are shown."""

import time
import unicodedata
from collections.abc import Sequence

from desktop.engine.messages import Message
from desktop.views.transcript.column import Column
from desktop.views.transcript.segment import Mark, MarkKind, Segment

_SLICE_MESSAGES = 64
_NOTHING = "\x00"
_MOST_MARKED = 1000

Hit = tuple[int, int, int]
"""Index of a message, of a slot in it, and of the hit among the slot's."""


class _Fold(dict[int, str]):
    """Learns, when it meets a character, the one it is searched as; a mark that combines is searched as nothing."""

    def __missing__(self, codepoint: int) -> str:
        letter = unicodedata.normalize("NFKD", chr(codepoint))
        base = next((each for each in letter if not unicodedata.combining(each)), _NOTHING)
        folded = base.casefold()
        self[codepoint] = folded[0] if folded else _NOTHING
        return self[codepoint]


_FOLD = _Fold()


def folded(text: str) -> str:
    """A text without case and accents, with one character for each of the text's; a combining mark becomes NUL."""
    return text.lower() if text.isascii() else text.translate(_FOLD)


def occurrences(text: str, needle: str) -> list[tuple[int, int]]:
    """Where a text holds a needle, whatever case and accents: starts and ends, from the left, not overlapping.

    Args:
        text: Any text.
        needle: Folded, without NULs.
    """
    searched = folded(text)
    places: Sequence[int] | None = None
    if _NOTHING in searched:
        places = [at for at, letter in enumerate(searched) if letter != _NOTHING]
        searched = searched.replace(_NOTHING, "")
    found, at = [], searched.find(needle)
    while at >= 0:
        end = at + len(needle)
        if places is None:
            found.append((at, end))
        else:
            after = places[end] if end < len(places) else len(text)
            found.append((places[at], after))
        at = searched.find(needle, end)
    return found


class Finder:
    """The hits of one query, and which of them is the current one.

    Args:
        column: What is searched.

    Attributes:
        query: What is looked for.
        is_done: Whether all messages were looked through.
    """

    def __init__(self, column: Column) -> None:
        self._column = column
        self.query = ""
        self.is_done = True
        self._needle = ""
        self._next = 0
        self._counts: dict[int, int] = {}
        self._exact: dict[int, list[tuple[int, int]]] = {}
        self._current: Hit | None = None
        self._marks: dict[tuple[int, int], tuple[Segment, list[tuple[int, int]]]] = {}

    def look_for(self, query: str) -> None:
        """Look for something else, or for nothing; `scan` then does it."""
        self.query = query
        self._needle = folded(query).replace(_NOTHING, "")
        self.restart()

    def restart(self) -> None:
        """Look for the same again: the messages are others."""
        self._next = 0
        self._counts, self._exact, self._current = {}, {}, None
        self._marks = {}
        self.is_done = not self._needle

    def forget(self, index: int) -> None:
        """A message has another text; it is looked through again."""
        self._counts.pop(index, None)
        self._exact.pop(index, None)
        self._marks = {key: value for key, value in self._marks.items() if key[0] != index}
        if self._needle and index < self._next:
            self._count(index, self._column.messages[index])

    def appended(self) -> None:
        """There are more messages."""
        self.is_done = not self._needle

    def scan(self, budget_ms: float) -> bool:
        """Look through more messages, for about so long.

        Returns:
            Whether some are left.
        """
        deadline = time.perf_counter() + budget_ms / 1000
        messages = self._column.messages
        while self._needle and self._next < len(messages):
            end = min(len(messages), self._next + _SLICE_MESSAGES)
            for index in range(self._next, end):
                self._count(index, messages[index])
            self._next = end
            if time.perf_counter() > deadline:
                break
        self.is_done = not self._needle or self._next >= len(messages)
        return not self.is_done

    def _count(self, index: int, message: Message) -> None:
        text = message.text
        if text.isascii():
            count = text.lower().count(self._needle)
        else:
            count = folded(text).replace(_NOTHING, "").count(self._needle)
        if count:
            self._counts[index] = count

    # The hits, in order.

    @property
    def total(self) -> int:
        """How many hits there are; of a message that was not visited, those of its source are counted."""
        return sum(self._counts.values())

    @property
    def current(self) -> Hit | None:
        """The current hit."""
        return self._current

    @property
    def number(self) -> int:
        """The current hit's number, from 1; 0 where there is none."""
        if self._current is None:
            return 0
        index, slot, hit = self._current
        before = sum(count for other, count in self._counts.items() if other < index)
        within = self._places(index)
        return before + sum(count for other, count in within if other < slot) + hit + 1

    def _places(self, index: int) -> list[tuple[int, int]]:
        """The slots of a message that show hits, and how many; the count of the message is made exact."""
        found = self._exact.get(index)
        if found is None:
            layout = self._column.layout(index)
            counts = (
                (slot, len(self.hits(index, slot, layout.make_segment(slot)))) for slot in range(len(layout.slots))
            )
            found = self._exact[index] = [(slot, count) for slot, count in counts if count]
            exact = sum(count for _, count in found)
            if exact:
                self._counts[index] = exact
            else:
                self._counts.pop(index, None)
        return found

    def step(self, forward: bool, start: int) -> Hit | None:
        """Go to the next hit or the one before, around the ends.

        Args:
            forward: Whether to the next.
            start: Index of the message to begin at where there is no current hit.

        Returns:
            The hit; None where nothing is shown.
        """
        if self._current is not None:
            index, slot, hit = self._current
            within = [(other, at) for other, count in self._places(index) for at in range(count)]
            if (slot, hit) in within:
                at = within.index((slot, hit)) + (1 if forward else -1)
                if 0 <= at < len(within):
                    self._current = (index, *within[at])
                    return self._current
            start = index + (1 if forward else -1)
        order = sorted(self._counts, reverse=not forward)
        ahead = [index for index in order if (index >= start if forward else index <= start)]
        for index in [*ahead, *order]:
            within = self._places(index)
            if within:
                slot, count = within[0] if forward else within[-1]
                self._current = (index, slot, 0 if forward else count - 1)
                return self._current
        self._current = None
        return None

    def hits(self, index: int, slot: int, segment: Segment) -> list[tuple[int, int]]:
        """The hits that begin in a segment: starts and ends; an end lies beyond it where its last line goes on."""
        if not self._needle:
            return []
        kept = self._marks.get((index, slot))
        if kept is None or kept[0] is not segment:
            if len(self._marks) > _MOST_MARKED:
                self._marks.clear()  # they hold segments
            text = segment.shown_text()
            found = occurrences(text + self._beyond(index, slot, segment), self._needle)
            found = [(start, end) for start, end in found if start < len(text)]
            kept = self._marks[index, slot] = (segment, found)
        return kept[1]

    def _beyond(self, index: int, slot: int, segment: Segment) -> str:
        """What of the next segment may belong to a hit that begins in one."""
        layout = self._column.layout(index)
        if not segment.goes_on or slot + 1 >= len(layout.slots):
            return ""
        return layout.make_segment(slot + 1).shown_text()[: len(self._needle) - 1]

    def marks(self, index: int, slot: int, segment: Segment) -> list[Mark]:
        """The marks of the hits that a segment shows."""
        found = self._marks_from(index, slot, self.hits(index, slot, segment), 0, segment.length)
        layout = self._column.layout(index)
        if slot and slot < len(layout.slots):
            above = layout.make_segment(slot - 1)
            if above.goes_on:
                hits = self.hits(index, slot - 1, above)
                found = self._marks_from(index, slot - 1, hits, above.length, segment.length) + found
        return found

    def _marks_from(
        self, index: int, slot: int, hits: Sequence[tuple[int, int]], begin: int, length: int
    ) -> list[Mark]:
        """The marks of hits of a slot in a stretch that begins at a position of it."""
        current = self._current[2] if self._current is not None and self._current[:2] == (index, slot) else -1
        return [
            Mark(
                max(0, start - begin), min(end - begin, length), MarkKind.CURRENT_HIT if at == current else MarkKind.HIT
            )
            for at, (start, end) in enumerate(hits)
            if end > begin
        ]
