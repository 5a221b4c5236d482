"""Rows of a list that change by what is different: what stays keeps its place, its choice and the keyboard."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex

_R = TypeVar("_R")


class ChangingRows(QAbstractListModel, Generic[_R]):
    """A model of rows, each of which is known by a key.

    Never reset: a view would close the field in which a row is edited, forget what is chosen, and tell assistive
    technology that all is new.

    Args:
        key: What a row is known by; unlike that of all others.
    """

    def __init__(self, key: Callable[[_R], str]) -> None:
        super().__init__()
        self._key = key
        self._rows: list[_R] = []
        self._keys: list[str] = []  # of the rows, one each

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        """How many rows there are."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def show_rows(self, rows: Sequence[_R]) -> bool:
        """Show these rows, in this order.

        Returns:
            Whether rows came, went or changed places.
        """
        keys = [self._key(row) for row in rows]
        are_others = keys != self._keys
        if are_others:
            self._remove(set(keys))
            self._sort(keys)
            self._insert(rows, keys)
        before, self._rows = self._rows, list(rows)
        for number, (old, new) in enumerate(zip(before, rows, strict=True)):
            if old != new:
                self.dataChanged.emit(self.index(number), self.index(number))
        return are_others

    def _remove(self, staying: set[str]) -> None:
        end = len(self._keys)
        while end:
            if self._keys[end - 1] in staying:
                end -= 1
                continue
            begin = end - 1
            while begin and self._keys[begin - 1] not in staying:
                begin -= 1
            self.beginRemoveRows(QModelIndex(), begin, end - 1)
            del self._rows[begin:end], self._keys[begin:end]
            self.endRemoveRows()
            end = begin

    def _sort(self, keys: list[str]) -> None:
        """Move as few rows as will do, of those that stay."""
        staying = set(self._keys)
        wanted = [key for key in keys if key in staying]
        place = {key: number for number, key in enumerate(wanted)}
        at_rest = longest_rising([place[key] for key in self._keys])
        for number, key in enumerate(wanted):
            if number in at_rest:
                continue
            begin = self._keys.index(key)
            to = self._keys.index(wanted[number - 1]) + 1 if number else 0
            if begin == to:
                continue
            self.beginMoveRows(QModelIndex(), begin, begin, QModelIndex(), to)
            to -= begin < to
            self._rows.insert(to, self._rows.pop(begin))
            self._keys.insert(to, self._keys.pop(begin))
            self.endMoveRows()

    def _insert(self, rows: Sequence[_R], keys: list[str]) -> None:
        present = set(self._keys)
        begin = 0
        while begin < len(keys):
            end = begin
            while end < len(keys) and keys[end] not in present:
                end += 1
            if end > begin:
                self.beginInsertRows(QModelIndex(), begin, end - 1)
                self._rows[begin:begin], self._keys[begin:begin] = rows[begin:end], keys[begin:end]
                self.endInsertRows()
            begin = end + 1


def longest_rising(numbers: Sequence[int]) -> set[int]:
    """The numbers, each there once, of a longest stretch of them that rises; others may stand in between."""
    ends: list[int] = []  # the least last number of a rising stretch, by its length
    before: dict[int, int | None] = {}
    for number in numbers:
        length = bisect_left(ends, number)
        before[number] = ends[length - 1] if length else None
        ends[length : length + 1] = [number]
    found: set[int] = set()
    last = ends[-1] if ends else None
    while last is not None:
        found.add(last)
        last = before[last]
    return found
