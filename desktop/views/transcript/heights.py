"""A column of heights that answers quickly where each begins and which one stands at a height. Pure."""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate

_BLOCK = 128
_NEAR_END = 12
"""How many at the end are looked through one by one, before all others: an answer that streams stands there."""


class Heights:
    """Heights from the top down, in whole pixels, summed up in blocks.

    What is asked goes through the blocks' sums, and through one block: of ten thousand, two hundred numbers, which is a
    matter of microseconds. To make a tree of sums would take ten times as long as to make this.

    Args:
        heights: The first ones.
    """

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._heights = list(heights)
        self._sums = [sum(self._heights[at : at + _BLOCK]) for at in range(0, len(self._heights), _BLOCK)]

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, index: int) -> int:
        return self._heights[index]

    @property
    def total(self) -> int:
        """All of them together."""
        return sum(self._sums)

    def top(self, index: int) -> int:
        """Where one begins: the sum of those before it. The index may be one past the last."""
        if index >= len(self._heights) - _NEAR_END:
            return self.total - sum(self._heights[index:])
        block = index // _BLOCK
        return sum(self._sums[:block]) + sum(self._heights[block * _BLOCK : index])

    def at(self, y: int) -> int:
        """Index of the one that covers a height; the first above all, the last below all, 0 where there is none."""
        last = len(self._heights) - 1
        end = self.total
        for index in range(last, max(-1, last - _NEAR_END), -1):
            end -= self._heights[index]
            if end <= y:
                return index
        if last < _NEAR_END:
            return 0
        ends = list(accumulate(self._sums))
        block = bisect_right(ends, y)
        begin = block * _BLOCK
        inside = y - (ends[block] - self._sums[block])
        return begin + bisect_right(list(accumulate(self._heights[begin : begin + _BLOCK])), inside)

    def between(self, top: int, bottom: int) -> range:
        """Indices of those that show between two heights; never empty where there are any."""
        count = len(self._heights)
        if not count:
            return range(0)
        first = last = self.at(top)
        below = self.top(first) + self._heights[first]
        while below <= bottom and last + 1 < count:
            last += 1
            below += self._heights[last]
        return range(first, last + 1)

    def change(self, index: int, height: int) -> int:
        """Give one another height.

        Returns:
            By how much it grew.
        """
        grown = height - self._heights[index]
        if grown:
            self._heights[index] = height
            self._sums[index // _BLOCK] += grown
        return grown

    def append(self, height: int) -> None:
        """Add one at the end."""
        if len(self._heights) % _BLOCK:
            self._sums[-1] += height
        else:
            self._sums.append(height)
        self._heights.append(height)

    def truncate(self, count: int) -> None:
        """Keep the first ones only."""
        block = count // _BLOCK
        del self._heights[count:]
        self._sums[block:] = [sum(self._heights[block * _BLOCK :])] if count % _BLOCK else []
