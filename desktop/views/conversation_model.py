"""The rows of the conversation list: headings of days, and the conversations under them."""

from __future__ import annotations  # the values are named for readers only: their import is not for the first paint

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from desktop.views.controls import one_line, plain_tool_tip

if TYPE_CHECKING:
    from desktop.engine.messages import ConversationInfo

INFO_ROLE = int(Qt.ItemDataRole.UserRole)
"""The row's `ConversationInfo`; None for a heading."""

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Heading:
    """A row that only says how old the rows under it are.

    Attributes:
        text: "Today", "Yesterday" …
    """

    text: str


Row: TypeAlias = "Heading | ConversationInfo"


def age_group(day: date, today: date) -> str:
    """The heading a conversation stands under.

    Args:
        day: The local day it was last changed on.
        today: The local day now.

    Returns:
        One of four headings; a day in the future counts as today.
    """
    if day >= today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return "Previous 7 days" if day >= today - timedelta(days=7) else "Older"


def rows_of(conversations: Sequence[ConversationInfo], words: str, today: date) -> list[Row]:
    """Order and group conversations.

    Args:
        conversations: In any order.
        words: Only titles that hold each of these words, in any case.
        today: The local day now.

    Returns:
        Headings and conversations, newest first.
    """
    wanted = words.casefold().split()
    rows: list[Row] = []
    group = ""
    for info in sorted(conversations, key=lambda each: each.updated_at, reverse=True):
        title = info.title.casefold()
        if not all(word in title for word in wanted):
            continue
        its_group = age_group(info.updated_at.astimezone().date(), today)
        if its_group != group:
            group = its_group
            rows.append(Heading(group))
        rows.append(info)
    return rows


def spoken(info: ConversationInfo) -> str:
    """What a screen reader says of a conversation: its title and its marks."""
    marks = [title_of(info)]
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


class ConversationModel(QAbstractListModel):
    """Rows for a list view. A conversation whose marks change keeps its row."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Row] = []

    def show_rows(self, rows: list[Row]) -> bool:
        """Show these rows.

        Args:
            rows: Headings and conversations, in order.

        Returns:
            Whether the rows are others than before, so that selection and scroll position are lost.
        """
        if [_key(row) for row in rows] == [_key(row) for row in self._rows]:
            old, self._rows = self._rows, rows
            for number, (before, after) in enumerate(zip(old, rows, strict=True)):
                if before != after:
                    self.dataChanged.emit(self.index(number), self.index(number))
            return False
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()
        return True

    def index_of(self, conversation_id: str) -> QModelIndex:
        """The row of a conversation; an invalid index where it is not shown."""
        for number, row in enumerate(self._rows):
            if not isinstance(row, Heading) and row.id == conversation_id:
                return self.index(number)
        return QModelIndex()

    def rowCount(self, parent: _Index | None = None) -> int:
        """How many rows there are."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Headings cannot be chosen."""
        if index.isValid() and not isinstance(self._rows[index.row()], Heading):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return Qt.ItemFlag.NoItemFlags

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """What a row shows and says."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if isinstance(row, Heading):
            is_text = role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
            return row.text if is_text else None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return title_of(row)
            case Qt.ItemDataRole.AccessibleTextRole:
                return spoken(row)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tool_tip(spoken(row))
            case _:
                return row if role == INFO_ROLE else None


def _key(row: Row) -> str:
    return f"# {row.text}" if isinstance(row, Heading) else row.id
