"""What can be done with one conversation of the list, or with several at once, in words; and the menu of it."""

from __future__ import annotations  # the values are named for readers only: their import is not for the first paint

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from desktop.views.icons import icon
from desktop.views.theme import current_theme

if TYPE_CHECKING:
    from desktop.engine.messages import ConversationInfo

Verb: TypeAlias = "Literal['rename', 'pin', 'archive', 'export', 'delete']"


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that can be done with conversations.

    Attributes:
        verb: What it is.
        words: As a menu and a screen reader say it: "Delete 3 conversations…".
        icon_name: An icon of resources/icons.
        infos: The conversations it is done with, in the order of the list; none where it cannot be done.
        on: Whether a pin is set, or a conversation put away; else that is taken back.
        keys: Its key; empty for none.
    """

    verb: Verb
    words: str
    icon_name: str
    infos: tuple[ConversationInfo, ...]
    on: bool = True
    keys: str = ""


def deeds_of(infos: Sequence[ConversationInfo]) -> list[Deed]:
    """What can be done with conversations, in the order of a menu.

    Args:
        infos: One, or several that are chosen, in the order of the list. What is not true of all of them yet is
            offered: with one that is pinned and one that is not, both are pinned.

    Returns:
        The deeds; only one alone can be renamed, and what is off the record is not exported.
    """
    whole = tuple(infos)
    recorded = tuple(info for info in whole if not info.off_record)
    pins, archives = not all(info.pinned for info in whole), not all(info.archived for info in whole)
    if len(whole) == 1:
        return [
            Deed("rename", "Rename", "edit", whole, keys="F2"),
            Deed("pin", "Pin" if pins else "Unpin", "pin", whole, pins),
            Deed("archive", "Archive" if archives else "Take out of the archive", "archive", whole, archives),
            Deed("export", "Export…", "export", recorded),
            Deed("delete", "Delete…", "trash", whole, keys="Del"),
        ]
    many = _many(whole)
    return [
        Deed("pin", f"{'Pin' if pins else 'Unpin'} {many}", "pin", whole, pins),
        Deed(
            "archive", f"Archive {many}" if archives else f"Take {many} out of the archive", "archive", whole, archives
        ),
        Deed("export", f"Export {_many(recorded or whole)}…", "export", recorded),
        Deed("delete", f"Delete {many}…", "trash", whole, keys="Del"),
    ]


def open_menu(
    parent: QWidget, place: QPoint, deeds: Sequence[Deed], do: Callable[[Deed], object], *, with_keys: bool
) -> None:
    """Open the context menu of conversations.

    Args:
        parent: The list.
        place: Where on the screen.
        deeds: What it offers.
        do: Called with the one that is chosen.
        with_keys: Whether it shows their keys, which are the list's.
    """
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setAccessibleName("Conversation")
    for deed in deeds:
        if deed.verb == "delete":
            menu.addSeparator()
        words = f"{deed.words}\t{deed.keys}" if deed.keys and with_keys else deed.words
        action = menu.addAction(icon(deed.icon_name, current_theme().muted), words)
        action.triggered.connect(lambda _checked=False, deed=deed: do(deed))
        action.setEnabled(bool(deed.infos))
    menu.popup(place)


def _many(infos: Sequence[ConversationInfo]) -> str:
    return f"{len(infos):,} conversation{'' if len(infos) == 1 else 's'}"
