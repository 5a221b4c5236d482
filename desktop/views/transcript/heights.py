"""A column of heights that answers, in logarithmic time, where each begins and which one stands at a height. Pure."""

from collections.abc import Iterable
from itertools import accumulate
from operator import sub


class Heights:
    """Heights from the top down, in whole pixels, kept as a Fenwick tree.

    Args:
        heights: The first ones.
    """

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._heights = list(heights)
        sums = list(accumulate(self._heights, initial=0))
        self._tree = sums[:]
        span = 1  # how many heights those of a level sum up
        while span < len(sums):
            self._tree[span :: 2 * span] = map(sub, sums[span :: 2 * span], sums[:: 2 * span])
            span *= 2

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, index: int) -> int:
        return self._heights[index]

    @property
    def total(self) -> int:
        """All of them together."""
        return self.top(len(self._heights))

    def top(self, index: int) -> int:
        """Where one begins: the sum of those before it. The index may be one past the last."""
        tree = self._tree
        found = 0
        while index:
            found += tree[index]
            index &= index - 1
        return found

    def at(self, y: int) -> int:
        """Index of the one that covers a height; the first above all, the last below all, 0 where there is none."""
        tree, count = self._tree, len(self._heights)
        index, left = 0, y
        step = 1 << count.bit_length()
        while step:
            beyond = index + step
            if beyond <= count and tree[beyond] <= left:
                index, left = beyond, left - tree[beyond]
            step >>= 1
        return max(0, min(index, count - 1))

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
            at, tree = index + 1, self._tree
            while at < len(tree):
                tree[at] += grown
                at += at & -at
        return grown

    def append(self, height: int) -> None:
        """Add one at the end."""
        self._heights.append(height)
        at = len(self._heights)
        covered, below = height, at - 1
        while below != at & (at - 1):
            covered += self._tree[below]
            below &= below - 1
        self._tree.append(covered)

    def truncate(self, count: int) -> None:
        """Keep the first ones only."""
        del self._heights[count:]
        del self._tree[count + 1 :]
