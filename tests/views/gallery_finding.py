"""Pictures of search, palette, menus and questions: ``python -m tests.views.gallery_finding FOLDER [NAME]``."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QMenu, QWidget

from desktop.engine.folding import phrase_of, words_of
from desktop.engine.messages import ConversationInfo, utc_now
from desktop.engine.search import SearchHit, passage_of
from desktop.keeping_actions import deletion_question
from desktop.views.ask_box import AskBox
from desktop.views.main_window import MainWindow
from desktop.views.palette import Palette, PaletteEntry
from tests.views.drawing import main
from tests.views.gallery import window

QUERY = "lease offer"
TEXTS = (
    "Compare the three lease offers in my folder, and say which one is the cheapest over five years.",
    "Of the three lease offers the second costs the least: 41,200 over five years, insurance included. The first is "
    "cheaper in its first year, and the third one wants a deposit of three months.",
    "No other lease offer has come.",
)


def hits() -> list[SearchHit]:
    found = []
    for number, text in enumerate(TEXTS):
        passage, marks = passage_of(text, words_of(QUERY), phrase=phrase_of(QUERY))
        found.append(
            SearchHit(
                conversation_id=f"c{number // 2}",
                title=("Lease offers compared", "Mail to the landlord")[number // 2],
                archived=number == 2,
                message_id=f"m{number}",
                role="assistant" if number % 2 else "user",
                created_at=utc_now(),
                passage=passage,
                marks=marks,
            )
        )
    return found


def infos() -> list[ConversationInfo]:
    titles = ("Lease offers compared", "Mail to the landlord", "Weather in Kyoto", "Tax notes", "Old flat", "Bicycle")
    return [
        ConversationInfo(
            id=f"c{number}",
            title=title,
            updated_at=utc_now() - timedelta(days=number * 4),
            workspace="/home/ada",
            pinned=number == 3,
            archived=number > 3,
        )
        for number, title in enumerate(titles)
    ]


_kept: list[MainWindow] = []
"""The windows of the dialogs and menus that are drawn."""


def listed() -> MainWindow:
    shown = window()
    _kept.append(shown)
    shown.conversations.show_conversations(infos())
    return shown


def groups() -> QWidget:
    shown = listed()
    shown.conversations.select("c0")
    return shown


def choose(shown: MainWindow, conversation_ids: Iterable[str]) -> None:
    """Choose these, as Ctrl and a click on each would."""
    rows = shown.conversations
    with rows.view.kept_in_place():  # it opens none of them
        rows.view.selectionModel().clear()
        for each in conversation_ids:
            rows.view.selectionModel().setCurrentIndex(
                rows.model.index_of(each), QItemSelectionModel.SelectionFlag.Select
            )


def choosing() -> QWidget:
    shown = groups()
    assert isinstance(shown, MainWindow)
    shown.show()
    choose(shown, ["c0", "c2", "c3"])
    shown.conversations.view.setFocus(Qt.FocusReason.TabFocusReason)
    return shown


def choosing_beside_the_open_one() -> QWidget:
    shown = window(1000, 600)
    _kept.append(shown)
    shown.panes.setSizes([200, 800, 0])
    choose(shown, [str(number) for number in range(1, 7)])
    return shown


def narrowest() -> QWidget:
    shown = window(1000, 600)
    _kept.append(shown)
    shown.show()
    shown.panes.setSizes([200, 500, 300])
    return shown


def menu_of_several() -> QWidget:
    shown = choosing()
    assert isinstance(shown, MainWindow)
    rows = shown.conversations
    rows.view.menu_wanted.emit(rows.model.index_of("c2"), rows.mapToGlobal(rows.rect().center()), False)
    menu = rows.findChild(QMenu)
    assert isinstance(menu, QMenu)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)  # another window that comes to the front closes it
    return menu


def searching() -> QWidget:
    shown = listed()
    shown.conversations.search.setText(QUERY)
    shown.conversations.show_hits(QUERY, hits())
    return shown


def renaming() -> QWidget:
    shown = listed()
    shown.show()
    shown.conversations.rename("c2")
    return shown


def palette() -> QWidget:
    shown = listed()
    shown.show()
    dialog = Palette(shown)
    dialog.open_with(
        [
            *(PaletteEntry("Conversations", i.id, i.title, f"{i.updated_at:%Y-%m-%d}", "message") for i in infos()),
            PaletteEntry("Actions", "export", "Export conversation…", "", "export"),
            PaletteEntry("Actions", "keys", "API keys…", "", "key"),
            PaletteEntry("Actions", "audit", "Audit log…", "Ctrl+Shift+A", "clock"),
        ]
    )
    return dialog


def palette_hits() -> QWidget:
    dialog = palette()
    assert isinstance(dialog, Palette)
    dialog.field.setText(QUERY)
    found = [PaletteEntry("Messages", h.message_id, h.passage, h.title, "search", marks=h.marks) for h in hits()]
    dialog.show_hits(QUERY, found)
    return dialog


def question() -> QWidget:
    shown = listed()
    shown.show()
    text = "“Lease offers compared” will be deleted, with its messages and tool calls. This can be undone."
    return AskBox(shown, "Delete conversation", text, "Delete", lambda: None)


def question_of_several() -> QWidget:
    shown = choosing()
    chosen = shown.conversations.view.chosen_infos if isinstance(shown, MainWindow) else ()
    at_work = [*chosen, *(info.model_copy(update={"running": True, "waiting": info.pinned}) for info in chosen)]
    return AskBox(shown, "Delete 6 conversations", deletion_question(at_work, chosen[0]), "Delete", lambda: None)


STATES: tuple[Callable[[], QWidget], ...] = (
    groups,
    choosing,
    choosing_beside_the_open_one,
    narrowest,
    menu_of_several,
    searching,
    renaming,
    palette,
    palette_hits,
    question,
    question_of_several,
)


if __name__ == "__main__":
    main({state.__name__: state for state in STATES})
