"""The dialog of the personas: the files, a plain editor, and what of them goes into the system prompt."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.views.controls import Button, fit_screen, label, larger, plain_tool_tip
from desktop.views.debug_tables import ROW_STYLE
from desktop.views.documents import fixed_font
from desktop.views.literal_text import one_line
from desktop.views.literal_view import LiteralView
from desktop.views.notice_bar import NoticeBar
from desktop.views.quiet_inputs import QuietComboBox
from desktop.views.theme import SPACE

_PREFERRED = QSize(820, 620)
_LEAST = QSize(680, 480)
_LIST_WIDTH = 28 * SPACE
_NAME = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class PersonaFile:
    """A persona file in the list.

    Attributes:
        name: Its name.
        is_own: Whether it is the person's file; else the program's default.
        in_use: Whether the role that is looked at uses it.
        roles: The names of all roles that use it.
    """

    name: str
    is_own: bool
    in_use: bool
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SentText:
    """A text that goes to a model.

    Attributes:
        to: Whom, in words.
        text: As it is sent; empty where nothing is.
        note: What is to be known of it.
    """

    to: str
    text: str
    note: str


class PersonaDialog(QDialog):
    """Shows and edits the persona files. Opened with ``open()``.

    Attributes:
        files: The list "Personas".
        editor: The text field "Persona text".
        name_field: The field "Name of a new persona".
        role: The choice "Role": whose persona is in use, and for whom it is shown what is sent.
        part: The choice "Sent to".
        tabs: The pages "Text" and "What is sent".
        sent: What is sent, as it is sent.
        problem: Says what failed, or that the file was changed elsewhere.

    Signals:
        chosen(str): A file was chosen; its text is wanted.
        role_chosen(str): A role was chosen to be looked at; what it sends is wanted.
        saved(str, str): Name and text to write.
        deleted(str): The person's file is to be deleted; of the default, the program's own comes back.
    """

    chosen = Signal(str)
    role_chosen = Signal(str)
    saved = Signal(str, str)
    deleted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Personas")
        self.setAccessibleName("Personas")
        self._name = ""
        self._stored = ""
        self._unsaved: dict[str, str] = {}
        self.problem = NoticeBar()
        self.files = QListWidget()
        self.files.setAccessibleName("Personas")
        self.files.setFrameShape(QFrame.Shape.NoFrame)
        self.files.setStyleSheet(ROW_STYLE)
        self.files.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.files.setFixedWidth(_LIST_WIDTH)
        self.name_field = QLineEdit()
        self.name_field.setAccessibleName("Name of a new persona")
        self.name_field.setPlaceholderText("poet.md")
        self.new_button = Button("New")
        self.editor = QPlainTextEdit()
        self.editor.setAccessibleName("Persona text")
        self.editor.setFont(fixed_font(self.editor.font(), 0.96))
        self.tabs = QTabWidget()
        self._texts: Sequence[SentText] = ()
        self.role = QuietComboBox()
        self.role.setAccessibleName("Role")
        self.role.setAccessibleDescription("Role that is looked at")
        self.part = QuietComboBox()
        self.part.setAccessibleName("Sent to")
        self.part.setAccessibleDescription("Sent to")
        self.sent = LiteralView("What is sent", is_fixed=True)
        self._note = label(kind="muted", wrap=True)
        self.save_button = Button("Save")
        self.revert_button = Button("Revert to the program's", kind="flat")
        self.delete_button = Button("Delete", kind="flat")
        self.discard_button = Button("Discard changes", kind="flat")
        self.close_button = Button("Close")
        self._lay_out()
        self.editor.setFocus()
        self.files.currentItemChanged.connect(self._choose)
        self.editor.textChanged.connect(self._follow)
        self.role.currentTextChanged.connect(self.role_chosen)
        self.part.currentIndexChanged.connect(lambda _index: self._show_part())
        self.name_field.textChanged.connect(self._follow)
        self.name_field.returnPressed.connect(self._make)
        self.new_button.clicked.connect(self._make)
        self.save_button.clicked.connect(self._save)
        for button in (self.revert_button, self.delete_button):
            button.clicked.connect(lambda: self.deleted.emit(self._name))
        self.discard_button.clicked.connect(self._discard)
        self.close_button.clicked.connect(self.close)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self, self._save)
        self._follow()

    def _lay_out(self) -> None:
        title = label("Personas", "heading")
        title.setFont(larger(title.font(), 1.4, bold=True))
        words = (
            "Stands first in what the writing model is told. A role names its file under Settings, Roles; the others "
            "use default.md."
        )
        left = QVBoxLayout()
        left.setSpacing(SPACE)
        left.addWidget(self.files, 1)
        making = QHBoxLayout()
        making.addWidget(self.name_field, 1)
        making.addWidget(self.new_button)
        left.addLayout(making)
        holder = QWidget()
        holder.setLayout(left)
        holder.setFixedWidth(_LIST_WIDTH)
        left.setContentsMargins(0, 0, 0, 0)
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.editor, "Text")
        self.tabs.addTab(self._sent_page(), "What is sent")
        middle = QHBoxLayout()
        middle.setSpacing(2 * SPACE)
        middle.addWidget(holder)
        middle.addWidget(self.tabs, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.delete_button)
        foot.addWidget(self.revert_button)
        foot.addStretch(1)
        foot.addWidget(self.discard_button)
        foot.addWidget(self.close_button)
        foot.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE + SPACE // 2)
        column.addWidget(title)
        column.addWidget(label(words, "muted", wrap=True))
        column.addWidget(self.problem)
        column.addLayout(middle, 1)
        column.addLayout(foot)
        fit_screen(self, _PREFERRED, _LEAST)

    def _sent_page(self) -> QWidget:
        page = QWidget()
        choices = QHBoxLayout()
        choices.setSpacing(SPACE)
        choices.addWidget(label("Role", "muted"))
        choices.addWidget(self.role)
        choices.addWidget(self.part, 1)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, SPACE, 0, 0)
        column.setSpacing(SPACE)
        column.addLayout(choices)
        column.addWidget(self.sent, 1)
        column.addWidget(self._note)
        return page

    def sizeHint(self) -> QSize:
        """Room for a page of text."""
        return _PREFERRED

    @property
    def name(self) -> str:
        """The chosen file; empty for none."""
        return self._name

    @property
    def is_changed(self) -> bool:
        """Whether the editor holds what is not saved."""
        return self.editor.toPlainText() != self._stored

    def show_files(self, files: Sequence[PersonaFile], chosen: str) -> None:
        """List the files, in place of the ones before."""
        self.files.blockSignals(True)
        self.files.clear()
        for file in files:
            marks = [*(["in use"] if file.in_use else []), *([] if file.is_own else ["the program's"])]
            item = QListWidgetItem(f"{file.name}  ({', '.join(marks)})" if marks else file.name)
            item.setData(_NAME, file.name)
            users = f"Used by: {', '.join(file.roles)}" if file.roles else "No role uses it"
            item.setToolTip(plain_tool_tip(f"{item.text()}\n{users}"))
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, users)
            self.files.addItem(item)
            if file.name == chosen:
                self.files.setCurrentItem(item)
                self.revert_button.setVisible(file.is_own and file.name == files[0].name)
                self.delete_button.setVisible(file.is_own and file.name != files[0].name)
        self.files.blockSignals(False)

    def show_text(self, name: str, text: str) -> None:
        """Show a file's text as it is stored, in place of what was there; what is not saved of it comes back."""
        self._name = name
        self.editor.setPlainText(text)
        self._stored = self.editor.toPlainText()
        if name in self._unsaved:
            self.editor.setPlainText(self._unsaved[name])
        self.problem.show_notice("")
        self._follow()

    def show_roles(self, names: Sequence[str], chosen: str) -> None:
        """Offer these roles to be looked at."""
        self.role.blockSignals(True)
        self.role.clear()
        self.role.addItems(list(names))
        self.role.setCurrentText(chosen)
        self.role.blockSignals(False)

    def show_sent(self, texts: Sequence[SentText]) -> None:
        """Show what the role sends, in place of what was there; the part that is looked at stays."""
        at = self.part.currentIndex()
        self._texts = texts
        self.part.blockSignals(True)
        self.part.clear()
        self.part.addItems([one_line(each.to) for each in texts])
        self.part.setCurrentIndex(at if 0 <= at < len(texts) else 0)
        self.part.blockSignals(False)
        self._show_part()

    def _show_part(self) -> None:
        shown = self._texts[self.part.currentIndex()] if self._texts else SentText("", "", "")
        self.sent.show_text(shown.text)
        self._note.setText(shown.note)

    def show_problem(self, text: str) -> None:
        """Say what failed; empty for nothing."""
        self.problem.show_notice(text, kind="warning")

    def _choose(self, item: QListWidgetItem | None) -> None:
        if self.is_changed:
            self._unsaved[self._name] = self.editor.toPlainText()
        if item is not None:
            self.chosen.emit(item.data(_NAME))

    def _follow(self) -> None:
        self.save_button.setEnabled(self.is_changed)
        self.discard_button.setVisible(self.is_changed)
        self.new_button.setEnabled(bool(self.name_field.text().strip()))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep what is not saved, for the next time."""
        if self.is_changed:
            self._unsaved[self._name] = self.editor.toPlainText()
        super().closeEvent(event)

    def _discard(self) -> None:
        self._unsaved.pop(self._name, None)
        self.editor.setPlainText(self._stored)
        self.chosen.emit(self._name)

    def _save(self) -> None:
        if self.is_changed and self._name:
            self._unsaved.pop(self._name, None)
            self.saved.emit(self._name, self.editor.toPlainText())

    def _make(self) -> None:
        name = self.name_field.text().strip()
        if name:
            self.name_field.clear()
            self.saved.emit(name if name.endswith(".md") else f"{name}.md", "")
