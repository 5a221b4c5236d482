"""The rows of the conversation list: headings of days, and the conversations under them."""

from __future__ import annotations  # the values are named for readers only: their import is not for the first paint

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt

from desktop.engine.folding import fold, words_of
from desktop.views.changing_rows import ChangingRows
from desktop.views.controls import one_line, plain_tool_tip

if TYPE_CHECKING:
    from desktop.engine.messages import ConversationInfo
    from desktop.engine.search import SearchHit

INFO_ROLE = int(Qt.ItemDataRole.UserRole)
"""The row's `ConversationInfo`; None for a heading and a hit."""
HIT_ROLE = INFO_ROLE + 1
"""The row's `SearchHit`; None for a heading and a conversation."""
HEADING_ROLE = INFO_ROLE + 2
"""The row's `Heading`; None for the others."""
ARCHIVED = "Archived"

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Heading:
    """A row that says what the rows under it are.

    Attributes:
        text: "Today", "Yesterday" …, or the title of a conversation over its hits.
        folds: Whether it can be chosen, which shows and folds its rows.
        is_folded: Whether its rows are not shown.
        count: How many there are, of one that folds.
        over_hits: The conversation whose hits are under it; empty for the others.
    """

    text: str
    folds: bool = False
    is_folded: bool = False
    count: int = 0
    over_hits: str = ""


@dataclass(frozen=True, slots=True)
class HitRow:
    """A message that a search found.

    Attributes:
        hit: What was found.
    """

    hit: SearchHit


Row: TypeAlias = "Heading | ConversationInfo | HitRow"


def age_group(day: date, today: date) -> str:
    """The heading a conversation stands under.

    Args:
        day: The local day it was last changed on.
        today: The local day now.

    Returns:
        One of five headings; a day in the future counts as today.
    """
    if day >= today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    if day >= today - timedelta(days=7):
        return "Previous 7 days"
    return "Previous 30 days" if day >= today - timedelta(days=30) else "Older"


def rows_of(
    conversations: Sequence[ConversationInfo], words: str, today: date, *, archive_shown: bool = False
) -> list[Row]:
    """Order and group conversations.

    Args:
        conversations: In any order.
        words: Only titles that hold each of these words, in any case and with any accents.
        today: The local day now.
        archive_shown: Whether the archived ones are shown under their heading; found ones always are.

    Returns:
        Headings and conversations: the pinned ones, then the others newest first, then the archived ones.
    """
    wanted = words_of(words)
    found = [
        info
        for info in sorted(conversations, key=lambda each: each.updated_at, reverse=True)
        if all(word in fold(info.title) for word in wanted)
    ]
    rows: list[Row] = []
    pinned = [info for info in found if info.pinned and not info.archived]
    if pinned:
        rows += [Heading("Pinned"), *pinned]
    group = ""
    for info in found:
        if info.pinned or info.archived:
            continue
        its_group = age_group(info.updated_at.astimezone().date(), today)
        if its_group != group:
            group = its_group
            rows.append(Heading(group))
        rows.append(info)
    archived = [info for info in found if info.archived]
    if archived:
        is_folded = not (archive_shown or wanted)
        rows.append(Heading(ARCHIVED, folds=not wanted, is_folded=is_folded, count=len(archived)))
        rows += [] if is_folded else archived
    return rows


def hit_rows(hits: Sequence[SearchHit]) -> list[Row]:
    """Group hits by their conversations.

    Args:
        hits: Newest first.

    Returns:
        A heading for all, then each conversation's title as a heading and its hits; the conversation of the newest hit
        first. Nothing where there are no hits.
    """
    groups: dict[str, list[SearchHit]] = {}
    for hit in hits:
        groups.setdefault(hit.conversation_id, []).append(hit)
    rows: list[Row] = [Heading("In messages")] if hits else []
    for conversation_id, group in groups.items():
        title = one_line(group[0].title) or "New conversation"
        archived = ", archived" if group[0].archived else ""
        rows.append(Heading(f"{title}{archived}", over_hits=conversation_id))
        rows += [HitRow(hit) for hit in group]
    return rows


def spoken(info: ConversationInfo) -> str:
    """What a screen reader says of a conversation: its title and its marks."""
    marks = [title_of(info)]
    if info.pinned:
        marks.append("pinned")
    if info.archived:
        marks.append("archived")
    if info.waiting:
        marks.append("waiting for you")
    if info.running:
        marks.append("running")
    if info.off_record:
        marks.append("off the record")
    return ", ".join(marks)


def title_of(info: ConversationInfo) -> str:
    """The title as a list shows it."""
    return one_line(info.title) or "New conversation"


class ConversationModel(ChangingRows[Row]):
    """Rows for a list view. A conversation whose marks or title change keeps its row."""

    def __init__(self) -> None:
        super().__init__(_key)

    def index_of(self, conversation_id: str) -> QModelIndex:
        """The row of a conversation; an invalid index where it is not shown."""
        for number, row in enumerate(self._rows):
            if not isinstance(row, Heading | HitRow) and row.id == conversation_id:
                return self.index(number)
        return QModelIndex()

    def info_at(self, row: int) -> ConversationInfo | None:
        """The conversation of a row; None for a heading and a hit. Much faster than asking for its data."""
        found = self._rows[row]
        return None if isinstance(found, Heading | HitRow) else found

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Only headings that fold can be chosen; conversations can be renamed."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        row = self._rows[index.row()]
        if isinstance(row, Heading) and not row.folds:
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return flags if isinstance(row, Heading | HitRow) else flags | Qt.ItemFlag.ItemIsEditable

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """What a row shows and says."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if isinstance(row, Heading):
            return _heading_data(row, role)
        if isinstance(row, HitRow):
            return _hit_data(row, role)
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return title_of(row)
            case Qt.ItemDataRole.AccessibleTextRole:
                return spoken(row)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tool_tip(spoken(row))
            case _:
                return row if role == INFO_ROLE else None


def _heading_data(row: Heading, role: int) -> Any:
    match role:
        case Qt.ItemDataRole.DisplayRole:
            return row.text
        case Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.text}, {row.count:,}, {'folded' if row.is_folded else 'shown'}" if row.folds else row.text
        case _:
            return row if role == HEADING_ROLE else None


def _hit_data(row: HitRow, role: int) -> Any:
    match role:
        case Qt.ItemDataRole.DisplayRole:
            return row.hit.passage
        case Qt.ItemDataRole.AccessibleTextRole | Qt.ItemDataRole.ToolTipRole:
            words = f"{'You' if row.hit.role == 'user' else 'Assistant'}: {one_line(row.hit.passage)}"
            return words if role == Qt.ItemDataRole.AccessibleTextRole else plain_tool_tip(words)
        case _:
            return row.hit if role == HIT_ROLE else None


def _key(row: Row) -> str:
    if isinstance(row, HitRow):
        return f"? {row.hit.message_id} {row.hit.marks}"
    return f"# {row.over_hits} {row.text}" if isinstance(row, Heading) else row.id
