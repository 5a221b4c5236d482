"""The conversations: searched, grouped by age, each with its marks."""

from __future__ import annotations  # the values are named for readers only: their import is not for the first paint

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, assert_never

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from desktop.views.controls import label
from desktop.views.conversation_deeds import Deed, deeds_of, open_menu
from desktop.views.conversation_foot import ConversationFoot
from desktop.views.conversation_model import HEADING_ROLE, HIT_ROLE, INFO_ROLE, ConversationModel, hit_rows, rows_of
from desktop.views.conversation_rows import RowPainter
from desktop.views.icons import icon
from desktop.views.row_view import RowView
from desktop.views.theme import SPACE, current_theme, is_theme_change
from desktop.views.waiting_list import WaitingList

if TYPE_CHECKING:
    from desktop.engine.messages import ConversationInfo
    from desktop.engine.search import SearchHit

_SEARCH_PAUSE_MS = 120
"""Behind the last key, before the texts are searched."""


class ConversationList(QWidget):
    """The left pane.

    Attributes:
        search: Filters by the titles' words, and has the texts searched; named "Search conversations".
        view: The list named "Conversations".
        model: Its rows.
        waiting: The runs that wait for the person in other conversations.
        foot: Its buttons, and what is chosen.
        choice_bar, new_button, tools_button, keys_button: Those of the foot.

    Signals:
        chosen(str): The person opened a conversation; its id.
        new_requested(): The person wants a new conversation.
        tools_requested(): The person wants to see the tools and grants.
        keys_requested(): The person wants to see the keys.
        search_changed(str): The texts are to be searched for these words; `show_hits` shows what is found.
        hit_chosen(str, str, str): The person opened a hit; its conversation, its message, and the words searched for.
        renamed(str, str): The person gave a conversation a title.
        pin_requested(object, bool): The person pins conversations, or no longer; a tuple of their ids.
        archive_requested(object, bool): The person archives conversations, or takes them back; a tuple of their ids.
        export_requested(object): The person wants conversations exported; a tuple of their ids.
        delete_requested(object): The person wants conversations deleted, without having been asked; a tuple of
            `ConversationInfo`.
    """

    chosen = Signal(str)
    search_changed = Signal(str)
    hit_chosen = Signal(str, str, str)
    renamed = Signal(str, str)
    pin_requested = Signal(object, bool)
    archive_requested = Signal(object, bool)
    export_requested = Signal(object)
    delete_requested = Signal(object)
    new_requested = Signal()
    tools_requested = Signal()
    keys_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._conversations: tuple[ConversationInfo, ...] = ()
        self._today: date | None = None
        self._selected = ""
        self._hits: tuple[SearchHit, ...] = ()
        self._answered = self._failed = ""  # the query that the hits are of, and one that none could be found for
        self._archive_shown = False
        self._to_rename = ""
        self._is_changing = False
        self.setProperty("kind", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search")
        self.search.setAccessibleName("Search conversations")
        self.search.setClearButtonEnabled(True)
        self.search.setProperty("kind", "search")
        self._glass = QAction(self.search)
        self.search.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self.model = ConversationModel()
        self.view = RowView(self.model)
        self.view.setAccessibleName("Conversations")
        self._painter = RowPainter(self.view)
        self.view.setItemDelegate(self._painter)
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setProperty("kind", "bare")
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._nothing = label(kind="muted", wrap=True)
        self._nothing.setContentsMargins(SPACE // 2, SPACE // 2, SPACE // 2, 0)
        self.waiting = WaitingList()
        self.foot = ConversationFoot()
        self.new_button, self.choice_bar = self.foot.new_button, self.foot.choice_bar
        self.tools_button, self.keys_button = self.foot.tools_button, self.foot.keys_button
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        column.setSpacing(SPACE)
        column.addWidget(self.search)
        column.addWidget(self.waiting)
        column.addWidget(self._nothing)
        column.addWidget(self.view, 1)
        column.addWidget(self.foot)
        self._pause = QTimer(self, singleShot=True, interval=_SEARCH_PAUSE_MS)
        self._pause.timeout.connect(lambda: self.search_changed.emit(self.search.text()))
        self.view.chosen.connect(self._choose)
        self.view.choice_changed.connect(self._show_choice)
        self.view.rename_wanted.connect(self._rename)
        self.view.delete_wanted.connect(self._delete)
        self.view.menu_wanted.connect(self._open_menu)
        self.view.left.connect(self._show_open)
        self._painter.renamed.connect(self.renamed)
        # Behind the end of it, at which the view still works.
        self._painter.edit_ended.connect(self._refresh, Qt.ConnectionType.QueuedConnection)
        self.choice_bar.wanted.connect(self._do)
        self.choice_bar.ended.connect(self._end_choice)
        self.search.textChanged.connect(self._search)
        self.search.returnPressed.connect(self._choose_first)
        self.new_button.clicked.connect(lambda: self.new_requested.emit())
        self.tools_button.clicked.connect(lambda: self.tools_requested.emit())
        self.keys_button.clicked.connect(lambda: self.keys_requested.emit())
        self._tint()
        self._refresh()

    def show_conversations(self, conversations: Sequence[ConversationInfo], today: date | None = None) -> None:
        """Show these conversations, once no title is being edited.

        The keyboard's row stays its row while the keyboard is in the list, and else the open one is marked; of several
        chosen those that are shown stay so.

        Args:
            conversations: All there are, in any order.
            today: The local day to group by; None for the clock's.
        """
        self._conversations = tuple(conversations)
        self._today = today
        self._refresh()

    def show_hits(self, query: str, hits: Sequence[SearchHit]) -> None:
        """Show what a search of the texts found, under the titles.

        Args:
            query: What was searched for; hits of anything but what stands in the field now are left out.
            hits: Newest first.
        """
        if query == self.search.text() and query.strip():
            self._hits, self._answered, self._failed = tuple(hits), query, ""
            self._refresh()

    def show_failure(self, query: str) -> None:
        """Show that the texts could not be searched for a query."""
        self._failed = query
        self._refresh()

    def rename(self, conversation_id: str) -> None:
        """Let the person rename a conversation in its row, for which the archive unfolds; nothing where it has none."""
        if not self.isActiveWindow():  # a dialog or menu just closed: a field loses the focus until the window has it
            self._to_rename = conversation_id
            return
        if any(info.archived and info.id == conversation_id for info in self._conversations):
            self._archive_shown = True
            self._refresh()
        index = self.model.index_of(conversation_id)
        if index.isValid():
            self.view.show_current(index)
            self.view.scrollTo(index)
            self._rename(index)

    def select(self, conversation_id: str) -> None:
        """Mark the open conversation; nothing is told. An unknown or empty id marks none.

        That another one was opened ends a choice of several, and takes the keyboard's row along; that the same one is
        still open, or the new one stored by now, does not.
        """
        before, self._selected = self._selected, conversation_id
        self.view.open_id = conversation_id
        is_other = conversation_id != before
        if self._painter.is_editing:
            return  # the row that is renamed is the keyboard's
        if (is_other and before) or not self._is_walked:
            self._mark_selected(scroll=is_other)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down goes from the search to the rows; Escape empties it, or goes from several back to the open one."""
        if self.search.hasFocus() and event.key() == Qt.Key.Key_Down:
            self.view.setFocus(Qt.FocusReason.TabFocusReason)
        elif self.search.hasFocus() and event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
        elif event.key() == Qt.Key.Key_Escape and self.view.is_choosing:
            self._end_choice()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay hits out anew: their height follows the width."""
        super().resizeEvent(event)
        if self._hits:
            self.view.scheduleDelayedItemsLayout()

    def event(self, event: QEvent) -> bool:
        """Begin the renaming that waited for the window."""
        if event.type() == QEvent.Type.WindowActivate and self._to_rename:
            wanted, self._to_rename = self._to_rename, ""
            QTimer.singleShot(0, self, lambda: self.rename(wanted))  # behind the focus that comes with the window
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        """Tint the search icon anew with the theme."""
        super().changeEvent(event)
        if is_theme_change(event) and hasattr(self, "_glass"):
            self._tint()

    def _tint(self) -> None:
        self._glass.setIcon(icon("search", current_theme().muted))

    def _search(self, text: str) -> None:
        self._failed = ""
        if not text.strip():
            self._pause.stop()
            self._hits = ()
        else:
            self._pause.start()
        self._refresh()

    @property
    def _is_walked(self) -> bool:
        """Whether the keyboard is in the rows, or several are chosen: then what is marked is the person's."""
        focused = self.window().focusWidget()  # also while a dialog or another window has the keyboard
        return self.view.is_choosing or (focused is self.view and self.view.currentIndex().isValid())

    def _refresh(self) -> None:
        if self._painter.is_editing:
            return  # its end brings it about
        words = self.search.text()
        today = self._today or datetime.now().astimezone().date()
        rows = rows_of(self._conversations, words, today, archive_shown=self._archive_shown) + hit_rows(self._hits)
        self.view.setUniformItemSizes(not self._hits)
        self.view.allow_several(not self._hits)  # a hit is a message: what stands among them is looked at, one by one
        was_choosing, self._is_changing = self.view.is_choosing, True
        with self.view.kept_in_place():
            if self.model.show_rows(rows):
                self.view.doItemsLayout()
        self._is_changing = False
        if was_choosing and (self._hits or not self.view.is_choosing):
            self._mark_selected(scroll=False)
        self._show_open()
        self._show_choice()
        found = "Your conversations will be listed here."
        if words.strip():
            found = f"Nothing holds “{words.strip()}”." if words == self._answered else "Searching…"
            if words == self._failed:
                found = "The messages could not be searched."
        self._nothing.setText(found)
        self._nothing.setVisible(not rows)

    def _show_open(self) -> None:
        """Mark the open one, unless the person walks through the rows."""
        if not (self._is_walked or self._painter.is_editing):
            self._mark_selected(scroll=False)

    def _mark_selected(self, *, scroll: bool) -> None:
        index = self.model.index_of(self._selected)
        self.view.open_id = self._selected
        self.view.show_current(index)
        if scroll and index.isValid():
            self.view.scrollTo(index)

    def _choose(self, index: QModelIndex) -> None:
        info, hit, heading = index.data(INFO_ROLE), index.data(HIT_ROLE), index.data(HEADING_ROLE)
        if info is not None:
            self._selected = info.id
            self._mark_selected(scroll=False)
            self.chosen.emit(info.id)
        elif hit is not None:
            self._selected = hit.conversation_id
            self.hit_chosen.emit(hit.conversation_id, hit.message_id, self.search.text())
        elif heading is not None and heading.folds:
            self._archive_shown = heading.is_folded
            row = index.row()
            self._refresh()
            self.view.show_current(self.model.index(row))

    def _choose_first(self) -> None:
        for number in range(self.model.rowCount()):
            index = self.model.index(number)
            if index.data(INFO_ROLE) is not None or index.data(HIT_ROLE) is not None:
                self.view.show_current(index)
                self._choose(index)
                return

    def _rename(self, index: QModelIndex) -> None:
        if index.data(INFO_ROLE) is not None:
            self.view.edit(index)

    def _show_choice(self) -> None:
        if self._is_changing:
            return
        if self.view.is_choosing:
            self.foot.show_choice(self.view.chosen_infos)
            return
        if self.choice_bar.isAncestorOf(self.focusWidget()):
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)  # before its button goes, and the focus with it
        self.foot.show_choice(())
        if not self.view.selectionModel().hasSelection():
            self._mark_selected(scroll=False)

    def _end_choice(self) -> None:
        self._mark_selected(scroll=True)

    def _infos_at(self, index: QModelIndex) -> tuple[ConversationInfo, ...]:
        """What a key or the menu means on a row: all that is chosen, or this row alone."""
        if self.view.is_choosing and self.view.selectionModel().isSelected(index):
            return self.view.chosen_infos
        info: ConversationInfo | None = index.data(INFO_ROLE)
        return () if info is None else (info,)

    def _delete(self, index: QModelIndex) -> None:
        infos = self.view.chosen_infos if self.view.is_choosing else self._infos_at(index)
        if infos:
            self.delete_requested.emit(infos)

    def _open_menu(self, index: QModelIndex, place: QPoint, by_keyboard: bool) -> None:
        # A click opens a conversation and leaves the keyboard in the composer: there the list's keys do something else.
        if infos := self._infos_at(index):
            open_menu(self, place, deeds_of(infos), self._do, with_keys=by_keyboard or self.view.is_choosing)

    def _do(self, deed: Deed) -> None:
        ids = tuple(info.id for info in deed.infos)
        match deed.verb:
            case "rename":
                self.rename(ids[0])
            case "pin":
                self.pin_requested.emit(ids, deed.on)
            case "archive":
                self.archive_requested.emit(ids, deed.on)
            case "export":
                self.export_requested.emit(ids)
            case "delete":
                self.delete_requested.emit(deed.infos)
            case _:
                assert_never(deed.verb)
