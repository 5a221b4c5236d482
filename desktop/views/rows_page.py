"""A page of named rows: a list of them, and a form for the one that is chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListWidget, QListWidgetItem, QScrollArea, QVBoxLayout, QWidget

from desktop.views.controls import Button, label, one_line, set_tool_tip
from desktop.views.flow_layout import FlowLayout
from desktop.views.form import Form, FormField
from desktop.views.notice_bar import NoticeBar, NoticeKind
from desktop.views.theme import SPACE

_NAME = int(Qt.ItemDataRole.UserRole)
_LIST_WIDTH, _LEAST_LIST_WIDTH = 170, 144
_NARROW = 560
"""A page of less width has a narrower list, so that its form has room."""


@dataclass(frozen=True, slots=True)
class PageRow:
    """A row.

    Attributes:
        name: Told apart from the others by it.
        label: What the list shows.
        values: Of the form's fields.
        is_own: Whether the person made or changed it: it can be taken back.
        is_built_in: Whether the program comes with one of this name: taking it back leaves that one.
    """

    name: str
    label: str
    values: Mapping[str, str]
    is_own: bool = False
    is_built_in: bool = False


class FormScroll(QScrollArea):
    """A form that scrolls where it has no room.

    Args:
        fields: Of the form.
        parent: The parent widget.

    Attributes:
        form: The form.
    """

    def __init__(self, fields: Sequence[FormField], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        self.setWidget(inside)
        self.form = Form(fields, inside)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, SPACE, 0)
        column.addWidget(self.form)


class RowsPage(QWidget):
    """Shows rows and lets them be added, changed and removed; nothing changes until it is told so from outside.

    Args:
        what: What a row is: "model".
        fields: Of the form.
        actions: Further buttons under the form: key and words.

    Attributes:
        rows: The list, named "Models" for "model".
        form: The form.
        notice: Says what came of something.
        add_button, remove_button, save_button: The push buttons "Add model", "Remove model", "Save model".
        further: The further buttons, by key.
        new_values: What the form of a new row begins with.

    What is typed for a row and not saved is kept while other rows are looked at.

    Signals:
        saved(str, dict): The name of the row before, empty for a new one, and the form's values.
        removed(str): The row's name.
        action_requested(str, dict): The key of a further button, and the form's values.
        action_cancelled(): What a further button asked for is no longer wanted: another row is looked at, or the person
            says so.
    """

    saved = Signal(str, dict)
    removed = Signal(str)
    action_requested = Signal(str, dict)
    action_cancelled = Signal()

    def __init__(
        self, what: str, fields: Sequence[FormField], actions: Mapping[str, str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._what = what
        self._shown: dict[str, PageRow] = {}
        self._current = ""
        self._drafts: dict[str, Mapping[str, str]] = {}
        self._is_busy = False
        self.new_values: Mapping[str, str] = {}
        self.rows = QListWidget(self)
        self.rows.setAccessibleName(f"{what.capitalize()}s")
        self.rows.setProperty("kind", "choices")
        self.rows.setFixedWidth(_LIST_WIDTH)
        self.rows.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.add_button = Button("Add", "plus", kind="flat", name=f"Add {what}", parent=self)
        self.remove_button = Button("Remove", kind="flat", name=f"Remove {what}", parent=self)
        self._scroll = FormScroll(fields, self)
        self.form = self._scroll.form
        self.notice = NoticeBar(self, dismissible=False)
        self.save_button = Button("Save", kind="primary", name=f"Save {what}", parent=self)
        self.further = {key: Button(words, parent=self) for key, words in actions.items()}
        self._lay_out()
        self.rows.currentItemChanged.connect(lambda new, _old: self._choose(new))
        self.add_button.clicked.connect(self.begin)
        self.remove_button.clicked.connect(lambda: self.removed.emit(self._current))
        self.save_button.clicked.connect(lambda: self.saved.emit(self._current, self.form.values))
        self.notice.action_clicked.connect(lambda _words: self.action_cancelled.emit())
        for key, button in self.further.items():
            button.clicked.connect(lambda _checked=False, key=key: self.action_requested.emit(key, self.form.values))

    def _lay_out(self) -> None:
        under_list = QHBoxLayout()
        under_list.setSpacing(0)
        under_list.addWidget(self.add_button)
        under_list.addWidget(self.remove_button)
        under_list.addStretch(1)
        left = QVBoxLayout()
        left.setSpacing(SPACE)
        left.addWidget(self.rows, 1)
        left.addLayout(under_list)
        foot = FlowLayout([list(self.further.values()), [self.save_button]], SPACE)
        right = QVBoxLayout()
        right.setSpacing(SPACE)
        right.addWidget(self._scroll, 1)
        right.addWidget(self.notice)
        right.addLayout(foot)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(2 * SPACE)
        whole.addLayout(left)
        whole.addLayout(right, 1)

    def showEvent(self, event: QShowEvent) -> None:
        """Lay the list out in the theme's sizes, which it did not have when it was filled."""
        self.rows.doItemsLayout()
        super().showEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the form the room that it needs."""
        super().resizeEvent(event)
        self.rows.setFixedWidth(_LIST_WIDTH if self.width() >= _NARROW else _LEAST_LIST_WIDTH)

    def show_rows(self, rows: Sequence[PageRow], current: str = "") -> None:
        """Show these rows.

        Args:
            rows: In order.
            current: Name of the row whose form is shown anew: it was saved or taken back. Empty for the row before, or
                else the first, with what was typed into it.
        """
        if current:
            for name in (current, self._current):
                self._drafts.pop(name, None)
            self.form.show_values({})
        else:
            self._leave()
        wanted = current or self._current
        self._shown = {row.name: row for row in rows}
        self.rows.blockSignals(True)
        self.rows.clear()
        for row in rows:
            item = QListWidgetItem(one_line(row.label))
            item.setData(_NAME, row.name)
            self.rows.addItem(item)
        names = list(self._shown)
        self._drafts = {name: draft for name, draft in self._drafts.items() if name in ("", *names)}
        place = names.index(wanted) if wanted in names else 0
        self.rows.setCurrentRow(place if names else -1)
        self.rows.blockSignals(False)
        self._choose(self.rows.currentItem())

    def begin(self) -> None:
        """Show an empty form, for a new row, or what was typed for one and not saved."""
        self._leave()
        self.rows.blockSignals(True)
        self.rows.setCurrentRow(-1)
        self.rows.blockSignals(False)
        self._current = ""
        self._fill(self.new_values)
        self.remove_button.setEnabled(False)
        self.form.setFocus()
        self.form.focusNextChild()

    def say(self, words: str, kind: NoticeKind = "info") -> None:
        """Say what came of something; empty takes it away."""
        self.notice.show_notice(words, kind=kind)

    def set_busy(self, words: str) -> None:
        """Let the further buttons wait while one of them is at work, which can be cancelled.

        Args:
            words: What is done; empty when it has ended.
        """
        if words or self._is_busy:
            self.notice.show_notice(words, "Cancel" if words else "")
        self._is_busy = bool(words)
        for button in self.further.values():
            button.setEnabled(not words)

    def _leave(self) -> None:
        """Another form follows: keep what was typed into this one, and end what was asked with it."""
        if self.form.is_changed:
            self._drafts[self._current] = self.form.values
        else:
            self._drafts.pop(self._current, None)
        if self._is_busy:
            self.set_busy("")
            self.action_cancelled.emit()

    def _fill(self, values: Mapping[str, str]) -> None:
        """Show a row's form, with what was typed into it before."""
        self.form.show_values(values)
        self.say("")
        if (draft := self._drafts.get(self._current)) is not None:
            self.form.change_values(draft)
            self.say(f"This {self._what} has changes that are not saved.", "warning")

    def _choose(self, item: QListWidgetItem | None) -> None:
        row = self._shown.get(item.data(_NAME)) if item is not None else None
        if row is None:
            return
        if row.name != self._current:
            self._leave()
        self._current = row.name
        self._fill(row.values)
        self.remove_button.setText("Restore" if row.is_built_in else "Remove")
        self.remove_button.setEnabled(row.is_own)
        set_tool_tip(
            self.remove_button,
            f"Back to the {self._what} that comes with the program" if row.is_built_in else f"Remove {self._what}",
        )


def page_heading(text: str, words: str, parent: QWidget | None = None) -> QWidget:
    """The head of a page: its name, and a sentence."""
    head = QWidget(parent)
    column = QVBoxLayout(head)
    column.setContentsMargins(0, 0, 0, SPACE // 2)
    column.setSpacing(2)
    column.addWidget(label(text, "heading"))
    column.addWidget(label(words, "muted", wrap=True))
    return head
