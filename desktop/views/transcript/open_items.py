"""The items of lists that are open at a line, as far as the lines above tell. Pure."""

import re

from desktop.views.transcript.kinds import Item, Kind

ITEM = re.compile(r"( *)(?:([-*+])|(\d{1,9})([.)]))(?:( +)(?=[^\s])|(?=[ \t]*$)|(\t))")
"""What a line begins with that may begin an item."""
_LARGEST = 2**31 - 1


class OpenItems:
    """The open items, outermost first.

    Args:
        kind: Of the piece that cutting begins or goes on with.

    Attributes:
        items: They.
        unsure: Whether the lines do not tell how deep in lists the next one stands.
    """

    def __init__(self, kind: Kind) -> None:
        self.items = list(kind.items)
        self.unsure = kind.unsure

    def close(self) -> None:
        """Something at the margin ends all lists."""
        self.items, self.unsure = [], False

    def depth_at(self, indent: int) -> int:
        """In how many of them a line of an indent stands."""
        return sum(item.column <= indent for item in self.items)

    def column(self, depth: int) -> int:
        """Where the content of the item of a depth begins."""
        return self.items[depth - 1].column if depth else 0

    def begins(self, item: re.Match[str], depth: int, *, is_fresh: bool, after_plain: bool) -> bool:
        """Whether what looks like an item is one: not every marker may interrupt a paragraph.

        Args:
            item: The beginning of its line.
            depth: How deep it would stand.
            is_fresh: Whether no paragraph is open.
            after_plain: Whether the line before is surely text.
        """
        if is_fresh or depth < len(self.items):
            return True
        begins = bool(item[5] or item[6]) and (item[2] is not None or int(item[3]) == 1)
        self.unsure = self.unsure or not (begins or after_plain)
        return begins

    def goes_on(self, item: re.Match[str], depth: int) -> bool:
        """Whether what begins an item goes on with an open list, or stands in one."""
        before = self.items[depth] if depth < len(self.items) else None
        return depth > 0 or (before is not None and before.mark == (item[2] or item[4]))

    def open(self, item: re.Match[str], depth: int, line: str, first_number: int) -> int:
        """Note an item.

        Args:
            item: The beginning of its line.
            depth: How deep it stands.
            line: The line.
            first_number: Its number where its list began before and no item of it is known; 0 otherwise.

        Returns:
            Its number where its list has begun before; 0 otherwise.
        """
        before = self.items[depth] if depth < len(self.items) else None
        del self.items[depth:]
        width = len(item[1]) + len(item[2] or item[3] + item[4])
        gap = len(item[5] or " ")
        rest = line[item.end() :]
        if item[6] or not item[5] or ITEM.match(rest) or rest.startswith((">", "#", "`", "~", "|", "$", "\\[")):
            self.unsure = True
        mark = item[2] or item[4]
        goes_on = before is not None and before.mark == mark
        number = 0
        if item[3]:
            number = before.number + 1 if before is not None and goes_on else first_number or int(item[3])
        if gap > 4:
            gap, self.unsure = 1, True
        self.items.append(Item(width + gap, mark, min(number, _LARGEST)))
        return self.items[-1].number if goes_on and item[3] else 0
