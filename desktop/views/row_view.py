"""A list whose rows are looked through, opened, and chosen several at once, by mouse, keys and screen readers."""

from __future__ import annotations  # the values are named for readers only: their import is not for the first paint

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QListView

from desktop.views.conversation_model import INFO_ROLE, ConversationModel

if TYPE_CHECKING:
    from desktop.engine.messages import ConversationInfo

_Flag = QItemSelectionModel.SelectionFlag
_CTRL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_MOVES = {
    Qt.Key.Key_Up: QListView.CursorAction.MoveUp,
    Qt.Key.Key_Down: QListView.CursorAction.MoveDown,
    Qt.Key.Key_PageUp: QListView.CursorAction.MovePageUp,
    Qt.Key.Key_PageDown: QListView.CursorAction.MovePageDown,
    Qt.Key.Key_Home: QListView.CursorAction.MoveHome,
    Qt.Key.Key_End: QListView.CursorAction.MoveEnd,
}
_COMES_BACK = (
    Qt.FocusReason.PopupFocusReason,
    Qt.FocusReason.MenuBarFocusReason,
    Qt.FocusReason.ActiveWindowFocusReason,
)


class RowView(QListView):
    """A list that tells of a choice by click, Enter or a screen reader, and not while the person looks through it.

    Several conversations are chosen as in a file manager; headings and hits are never among them. Qt's own way of that
    is not used: its stretches begin at the last click, though another row may have been opened since, and they take in
    headings.

    Args:
        rows: Its model.

    Attributes:
        open_id: The conversation that is open, marked while several are chosen; empty for none.
        is_choosing: Whether several are chosen.

    Signals:
        chosen(QModelIndex): A row was chosen, to be opened.
        choice_changed(): Other conversations are chosen than before.
        rename_wanted(QModelIndex): F2 or a double click.
        delete_wanted(QModelIndex): Delete.
        menu_wanted(QModelIndex, QPoint, bool): A context menu; where on the screen, and whether by the keyboard.
        left(): The keyboard went elsewhere in the window.
    """

    chosen = Signal(QModelIndex)
    choice_changed = Signal()
    rename_wanted = Signal(QModelIndex)
    delete_wanted = Signal(QModelIndex)
    menu_wanted = Signal(QModelIndex, QPoint, bool)
    left = Signal()

    def __init__(self, rows: ConversationModel) -> None:
        super().__init__()
        self._rows = rows
        self.open_id = ""
        self.is_choosing = False
        self._quiet = False
        self._anchor = QPersistentModelIndex()  # where a stretch begins
        self.setModel(rows)
        self.allow_several(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.clicked.connect(self.chosen)
        self.doubleClicked.connect(self.rename_wanted)

    def allow_several(self, on: bool) -> None:
        """Let several rows be chosen at once, or one."""
        mode = QListView.SelectionMode.ExtendedSelection if on else QListView.SelectionMode.SingleSelection
        self.setSelectionMode(mode)

    @property
    def chosen_infos(self) -> tuple[ConversationInfo, ...]:
        """The conversations that are chosen, in the order of the rows."""
        selection = self.selectionModel().selection()
        stretches = [selection.at(number) for number in range(selection.count())]
        rows = sorted(row for each in stretches for row in range(each.top(), each.bottom() + 1))
        return tuple(info for row in rows if (info := self._rows.info_at(row)) is not None)

    def show_current(self, index: QModelIndex) -> None:
        """Mark a row, and no other; nothing is told. An invalid index marks none."""
        with self._quietly():
            # Not the view's own setCurrentIndex: that adds to a selection while Ctrl or Shift is held.
            if index.isValid():
                self.selectionModel().setCurrentIndex(index, _Flag.ClearAndSelect)
            else:
                self.selectionModel().clear()
        self._anchor = QPersistentModelIndex(index)

    @contextmanager
    def kept_in_place(self) -> Iterator[None]:
        """While its rows change: nothing is told, and what is looked at stays where it is in the view."""
        bar = self.verticalScrollBar()
        top = QPersistentModelIndex(self.indexAt(QPoint(self.viewport().width() // 2, 1)))
        was_at, value = top.row(), bar.value()
        was_current = self.currentIndex().isValid()
        current = QPersistentModelIndex(self.currentIndex())
        with self._quietly():
            yield
        if was_current and not current.isValid() and not self.is_choosing:
            self.show_current(self._neighbour(self.currentIndex().row()))
        # Its scroll bar counts rows. At its very top it stays there: what comes in there is to be seen.
        bar.setValue(value + (top.row() - was_at if value and top.isValid() else 0))

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        was_quiet, self._quiet = self._quiet, True
        try:
            yield
        finally:
            self._quiet = was_quiet

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Take what assistive technology chose."""
        super().selectionChanged(selected, deselected)
        # Neither mouse, keyboard nor program: the action that assistive technology has for a row. It adds to several.
        told = [] if self._quiet else selected.indexes()
        if told and (not self.is_choosing or told[0].data(INFO_ROLE) is None):
            self.show_current(told[0])
            self.chosen.emit(told[0])
        is_choosing = len(self.chosen_infos) > 1
        if is_choosing != self.is_choosing:
            self.is_choosing = is_choosing
            self.viewport().update()  # what is chosen, and what is open, looks different now
        self.choice_changed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Look, and do not open yet; with Ctrl or Shift, choose several."""
        with self._quietly():
            if not self._choose_by_mouse(event):
                super().mousePressEvent(event)
                self._anchor = QPersistentModelIndex(self.currentIndex())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Rename; with Ctrl or Shift it is two clicks, of which each press was told already."""
        if not self._is_for_several(event):
            super().mouseDoubleClickEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Look; a click that slips over several rows chooses none of them."""
        if event.buttons() == Qt.MouseButton.NoButton:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click opens, by its own signal, with the left button alone."""
        with self._quietly():
            if event.button() == Qt.MouseButton.LeftButton and not self._is_for_several(event):
                super().mouseReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The focus chooses nothing."""
        with self._quietly():
            super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that the keyboard went, but not for a menu or another window: it comes back from these."""
        super().focusOutEvent(event)
        if event.reason() not in _COMES_BACK:
            self.left.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu of the row under the pointer, or of the current one for the keyboard."""
        by_keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_keyboard else self.indexAt(event.pos())
        if index.isValid():
            place = self.visualRect(index).center() if by_keyboard else event.pos()
            self.menu_wanted.emit(index, self.viewport().mapToGlobal(place), by_keyboard)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space open, F2 renames, Delete deletes; with Shift and Ctrl several are chosen."""
        with self._quietly():
            if self._choose_by_key(event):
                event.accept()
                return
        index = self.currentIndex()
        told = {
            Qt.Key.Key_Return: self.chosen,
            Qt.Key.Key_Enter: self.chosen,
            Qt.Key.Key_Space: self.chosen,
            Qt.Key.Key_F2: self.rename_wanted,
            Qt.Key.Key_Delete: self.delete_wanted,
        }.get(Qt.Key(event.key()))
        if told is not None and index.isValid():
            event.accept()
            told.emit(index)
            return
        with self._quietly():
            super().keyPressEvent(event)
            if not event.modifiers() & _SHIFT:
                self._anchor = QPersistentModelIndex(self.currentIndex())

    def _is_for_several(self, event: QMouseEvent) -> bool:
        allowed = self.selectionMode() == QListView.SelectionMode.ExtendedSelection
        return allowed and bool(event.modifiers() & (_CTRL | _SHIFT))

    def _choose_by_mouse(self, event: QMouseEvent) -> bool:
        if event.button() != Qt.MouseButton.LeftButton or not self._is_for_several(event):
            return False
        index = self.indexAt(event.position().toPoint())
        if index.data(INFO_ROLE) is None:
            return True  # a heading, or no row
        if event.modifiers() & _SHIFT:
            self._choose_stretch(index, adds=bool(event.modifiers() & _CTRL))
        else:
            self._toggle(index)
        return True

    def _choose_by_key(self, event: QKeyEvent) -> bool:
        if self.selectionMode() != QListView.SelectionMode.ExtendedSelection:
            return False
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self._choose_rows([row for row, _info in self._conversations()])
            return True
        if key == Qt.Key.Key_Space and modifiers & _CTRL:
            if self.currentIndex().data(INFO_ROLE) is not None:
                self._toggle(self.currentIndex())
            return True
        if key in _MOVES and modifiers & _SHIFT:
            to = self.moveCursor(_MOVES[key], modifiers)
            if to.isValid():
                self._choose_stretch(to, adds=bool(modifiers & _CTRL))
            return True
        return False

    def _toggle(self, index: QModelIndex) -> None:
        self._go_to(index)
        self.selectionModel().select(index, _Flag.Toggle)
        self._anchor = QPersistentModelIndex(index)

    def _choose_stretch(self, to: QModelIndex, *, adds: bool) -> None:
        if not self._anchor.isValid():
            self._anchor = QPersistentModelIndex(self.currentIndex() if self.currentIndex().isValid() else to)
        first, last = sorted((self._anchor.row(), to.row()))
        self._go_to(to)
        self._choose_rows([row for row, _info in self._conversations() if first <= row <= last], adds=adds)

    def _choose_rows(self, rows: Iterable[int], *, adds: bool = False) -> None:
        selection = QItemSelection()
        for _start, each in groupby(enumerate(rows), key=lambda pair: pair[1] - pair[0]):
            stretch = [row for _number, row in each]
            selection.select(self._rows.index(stretch[0]), self._rows.index(stretch[-1]))
        self.selectionModel().select(selection, _Flag.Select if adds else _Flag.ClearAndSelect)

    def _neighbour(self, row: int) -> QModelIndex:
        """The next conversation below a row that Qt went to, above what is gone; else the last one."""
        rows = [number for number, _info in self._conversations()]
        return self._rows.index(next((each for each in rows if each > row), rows[-1] if rows else -1))

    def _go_to(self, index: QModelIndex) -> None:
        self.selectionModel().setCurrentIndex(index, _Flag.NoUpdate)

    def _conversations(self) -> Iterator[tuple[int, ConversationInfo]]:
        for row in range(self._rows.rowCount()):
            if (info := self._rows.info_at(row)) is not None:
                yield row, info
