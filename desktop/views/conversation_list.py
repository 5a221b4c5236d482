"""The conversations: searched, grouped by age, each with its marks."""

from __future__ import annotations  # the values are named for readers only: their import is not for the first paint

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from desktop.views.controls import Button, label
from desktop.views.conversation_model import HEADING_ROLE, HIT_ROLE, INFO_ROLE, ConversationModel, hit_rows, rows_of
from desktop.views.conversation_rows import RowPainter, RowView
from desktop.views.copy_button import compact
from desktop.views.icons import icon
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
        new_button: The push button "New conversation".
        waiting: The runs that wait for the person in other conversations.
        tools_button: The push button "Tools and grants".
        keys_button: The push button "API keys".

    Signals:
        chosen(str): The person opened a conversation; its id.
        new_requested(): The person wants a new conversation.
        tools_requested(): The person wants to see the tools and grants.
        keys_requested(): The person wants to see the keys.
        search_changed(str): The texts are to be searched for these words; `show_hits` shows what is found.
        hit_chosen(str, str, str): The person opened a hit; its conversation, its message, and the words searched for.
        renamed(str, str): The person gave a conversation a title.
        pin_requested(str, bool): The person pins a conversation, or no longer.
        archive_requested(str, bool): The person archives a conversation, or takes it back.
        export_requested(str): The person wants a conversation exported.
        delete_requested(str, str): The person wants a conversation deleted, without having been asked; id and title.
    """

    chosen = Signal(str)
    search_changed = Signal(str)
    hit_chosen = Signal(str, str, str)
    renamed = Signal(str, str)
    pin_requested = Signal(str, bool)
    archive_requested = Signal(str, bool)
    export_requested = Signal(str)
    delete_requested = Signal(str, str)
    new_requested = Signal()
    tools_requested = Signal()
    keys_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._conversations: tuple[ConversationInfo, ...] = ()
        self._today: date | None = None
        self._selected = ""
        self._hits: tuple[SearchHit, ...] = ()
        self._archive_shown = False
        self._to_rename = ""
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
        self.view = RowView()
        self.view.setAccessibleName("Conversations")
        self.view.setModel(self.model)
        self._painter = RowPainter(self.view)
        self.view.setItemDelegate(self._painter)
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setProperty("kind", "bare")
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._nothing = label(kind="muted", wrap=True)
        self._nothing.setContentsMargins(SPACE // 2, SPACE // 2, SPACE // 2, 0)
        self.new_button = Button("New conversation", "plus", kind="flat")
        self.new_button.setToolTip("New conversation (Ctrl+N)")
        self.waiting = WaitingList()
        self.tools_button = Button(icon_name="shield", kind="flat", name="Tools and grants")
        self.keys_button = Button(icon_name="key", kind="flat", name="API keys")
        foot = QHBoxLayout()
        foot.addWidget(self.new_button)
        foot.addStretch(1)
        foot.setSpacing(0)
        for each in (self.tools_button, self.keys_button):
            compact(each, 4 * SPACE)
        foot.addWidget(self.tools_button)
        foot.addWidget(self.keys_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        column.setSpacing(SPACE)
        column.addWidget(self.search)
        column.addWidget(self.waiting)
        column.addWidget(self._nothing)
        column.addWidget(self.view, 1)
        column.addLayout(foot)
        self._pause = QTimer(self, singleShot=True, interval=_SEARCH_PAUSE_MS)
        self._pause.timeout.connect(lambda: self.search_changed.emit(self.search.text()))
        self.view.chosen.connect(self._choose)
        self.view.rename_wanted.connect(self._rename)
        self.view.delete_wanted.connect(self._delete)
        self.view.menu_wanted.connect(self._open_menu)
        self._painter.renamed.connect(self.renamed)
        self.search.textChanged.connect(self._search)
        self.search.returnPressed.connect(self._choose_first)
        self.new_button.clicked.connect(lambda: self.new_requested.emit())
        self.tools_button.clicked.connect(lambda: self.tools_requested.emit())
        self.keys_button.clicked.connect(lambda: self.keys_requested.emit())
        self._tint()
        self._refresh()

    def show_conversations(self, conversations: Sequence[ConversationInfo], today: date | None = None) -> None:
        """Show these conversations; the selected one stays selected.

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
            self._hits = tuple(hits)
            self._refresh()

    def rename(self, conversation_id: str) -> None:
        """Let the person rename a conversation in its row; nothing where it is not shown."""
        if not self.isActiveWindow():  # a dialog or menu just closed: a field loses the focus until the window has it
            self._to_rename = conversation_id
            return
        index = self.model.index_of(conversation_id)
        if index.isValid():
            self.view.show_current(index)
            self.view.scrollTo(index)
            self._rename(index)

    def select(self, conversation_id: str) -> None:
        """Mark the open conversation; nothing is told. An unknown or empty id marks none."""
        self._selected = conversation_id
        self._mark_selected(scroll=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down goes from the search to the rows; Escape empties it."""
        if self.search.hasFocus() and event.key() == Qt.Key.Key_Down:
            self.view.setFocus(Qt.FocusReason.TabFocusReason)
        elif self.search.hasFocus() and event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
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
        if not text.strip():
            self._pause.stop()
            self._hits = ()
        else:
            self._pause.start()
        self._refresh()

    def _refresh(self) -> None:
        words = self.search.text()
        today = self._today or datetime.now().astimezone().date()
        rows = rows_of(self._conversations, words, today, archive_shown=self._archive_shown) + hit_rows(self._hits)
        bar = self.view.verticalScrollBar()
        place = bar.value()
        self.view.setUniformItemSizes(not self._hits)
        if self.model.show_rows(rows):
            self.view.doItemsLayout()
            bar.setValue(place)
            self._mark_selected(scroll=False)
        found = f"Nothing holds “{words.strip()}”." if words.strip() else "Your conversations will be listed here."
        self._nothing.setText(found)
        self._nothing.setVisible(not rows)

    def _mark_selected(self, *, scroll: bool) -> None:
        index = self.model.index_of(self._selected)
        self.view.show_current(index)
        if scroll and index.isValid():
            self.view.scrollTo(index)

    def _choose(self, index: QModelIndex) -> None:
        info, hit, heading = index.data(INFO_ROLE), index.data(HIT_ROLE), index.data(HEADING_ROLE)
        if info is not None:
            self._selected = info.id
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

    def _delete(self, index: QModelIndex) -> None:
        info = index.data(INFO_ROLE)
        if info is not None:
            self.delete_requested.emit(info.id, info.title)

    def _open_menu(self, index: QModelIndex, place: QPoint) -> None:
        info: ConversationInfo | None = index.data(INFO_ROLE)
        if info is None:
            return
        its_id, title = info.id, info.title
        pinned, archived = info.pinned, info.archived
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName("Conversation")
        entries = [
            ("edit", "Rename\tF2", lambda: self.rename(its_id)),
            ("pin", "Unpin" if pinned else "Pin", lambda: self.pin_requested.emit(its_id, not pinned)),
            (
                "archive",
                "Take out of the archive" if archived else "Archive",
                lambda: self.archive_requested.emit(its_id, not archived),
            ),
            ("export", "Export…", lambda: self.export_requested.emit(its_id)),
            ("trash", "Delete…\tDel", lambda: self.delete_requested.emit(its_id, title)),
        ]
        for name, words, act in entries:
            if name == "trash":
                menu.addSeparator()
            action = menu.addAction(icon(name, current_theme().muted), words)
            action.triggered.connect(lambda _checked=False, do=act: do())
            action.setEnabled(name != "export" or not info.off_record)
        menu.popup(place)
