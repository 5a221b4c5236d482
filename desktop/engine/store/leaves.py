"""Rows straight from the pages of a database file, for tables whose tree is broken: as SQLite's file format has them.

Source of the format: https://www.sqlite.org/fileformat2.html
"""

import mmap
import struct
from collections.abc import Iterator, Sequence

Cell = tuple[int, tuple[object, ...]]
"""Row id, and the values of the columns."""

_LEAF = 0x0D
_MOST_COLUMNS = 200


class Pages:
    """The pages of a database file.

    Args:
        content: The whole file.

    Attributes:
        size: Bytes of a page.
        count: How many whole pages there are.
    """

    def __init__(self, content: bytes | mmap.mmap) -> None:
        self._content = content
        size = int.from_bytes(content[16:18], "big") if len(content) > 100 else 0
        self.size = 65536 if size == 1 else size if size >= 512 and size & (size - 1) == 0 else 4096
        self.count = len(content) // self.size
        reserved = content[20] if len(content) > 100 and content[20] <= 32 else 0
        self._usable = self.size - reserved

    def _page(self, number: int) -> bytes:
        if not 1 <= number <= self.count:
            raise ValueError(number)
        return self._content[(number - 1) * self.size : number * self.size]

    def free(self) -> frozenset[int]:
        """Pages that belong to nothing: what they hold was deleted."""
        found: set[int] = set()
        try:
            trunk = int.from_bytes(self._page(1)[32:36], "big")
            while trunk and trunk not in found:
                page = self._page(trunk)
                found.add(trunk)
                trunk, count = struct.unpack_from(">II", page)
                found.update(struct.unpack_from(f">{min(count, self.size // 4 - 2)}I", page, 8))
        except (ValueError, struct.error):
            pass  # the rest of the list is lost
        return frozenset(found)

    def cells(self) -> Iterator[Cell]:
        """The rows of all leaves of all tables that can be read, in no order."""
        free = self.free()
        for number in range(2, self.count + 1):
            page = self._page(number)
            if page[0] != _LEAF or number in free:
                continue
            count = int.from_bytes(page[3:5], "big")
            if 8 + 2 * count > self._usable:
                continue
            for at in struct.unpack_from(f">{count}H", page, 8):
                try:
                    yield self._cell(page, at)
                except (ValueError, IndexError, struct.error):
                    continue

    def _cell(self, page: bytes, at: int) -> Cell:
        length, at = _varint(page, at)
        rowid, at = _varint(page, at)
        if length > len(self._content):
            raise ValueError(length)
        most, least = self._usable - 35, (self._usable - 12) * 32 // 255 - 23
        if length <= most:
            return rowid, _record(page[at : at + length])
        here = least + (length - least) % (self._usable - 4)
        here = here if here <= most else least
        parts = [page[at : at + here]]
        following = int.from_bytes(page[at + here : at + here + 4], "big")
        missing = length - here
        while missing > 0:
            overflow = self._page(following)
            parts.append(overflow[4 : min(self._usable, 4 + missing)])
            missing -= self._usable - 4
            following = int.from_bytes(overflow[:4], "big")
        return rowid, _record(b"".join(parts))


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for index in range(9):
        byte = data[at + index]
        if index == 8:
            return (value << 8 | byte) - (1 << 64 if value >> 55 else 0), at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            break
    return value, at + index + 1


_INTEGER_BYTES = (0, 1, 2, 3, 4, 6, 8)


def _record(payload: bytes) -> tuple[object, ...]:
    end, at = _varint(payload, 0)
    kinds: list[int] = []
    while at < end:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    if at != end or len(kinds) > _MOST_COLUMNS:
        raise ValueError(end)
    values: list[object] = []
    for kind in kinds:
        value, at = _value(payload, kind, at)
        values.append(value)
    if at != len(payload):
        raise ValueError(at)
    return tuple(values)


def _value(payload: bytes, kind: int, at: int) -> tuple[object, int]:
    if kind == 0:
        return None, at
    if kind <= 6:
        end = at + _INTEGER_BYTES[kind]
        return int.from_bytes(payload[at:end], "big", signed=True), end
    if kind == 7:
        return struct.unpack_from(">d", payload, at)[0], at + 8
    if kind in (8, 9):
        return kind - 8, at
    if kind < 12:
        raise ValueError(kind)
    end = at + (kind - 12) // 2
    raw = payload[at:end]
    return (raw.decode("utf-8", "replace") if kind % 2 else raw), end


def fits(values: Sequence[object], columns: Sequence[tuple[str, bool]], *, has_row_id: bool) -> bool:
    """Whether a row can be one of a table.

    Args:
        values: The row's.
        columns: By column: its declared type, and whether it is never NULL.
        has_row_id: Whether the first column is another name of the row id, which is stored as NULL.
    """
    if len(values) != len(columns) or (has_row_id and values[0] is not None):
        return False
    rest = zip(values[has_row_id:], columns[has_row_id:], strict=True)
    return all(_is_of(value, kind, needed) for value, (kind, needed) in rest)


def _is_of(value: object, kind: str, needed: bool) -> bool:
    if value is None:
        return not needed
    match kind:
        case "TEXT":
            return isinstance(value, str)
        case "INTEGER":
            return isinstance(value, int)
        case "REAL":
            return isinstance(value, int | float)
        case "BLOB":
            return isinstance(value, bytes)
    return True
