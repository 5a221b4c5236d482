"""The settings: a list of pages at the left, the chosen one beside it."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.views.controls import Button, fit_screen, label, larger
from desktop.views.form import Form, FormField
from desktop.views.notice_bar import NoticeBar
from desktop.views.rows_page import FormScroll, RowsPage, page_heading
from desktop.views.theme import SPACE

_PREFERRED = QSize(940, 720)
_NAV_WIDTH = 104
_LEAST = QSize(740, 360)
GENERAL, MODELS, ROLES = "General", "Models", "Roles"
_HEADS = {
    GENERAL: "How the program works. Everything here is also in the settings file, which you can edit by hand.",
    MODELS: "What can gather and what can answer. A role names them; the toolbar changes them for one conversation.",
    ROLES: "How a run works: its models, who takes over when one fails, its tools, its limits.",
}


class SettingsDialog(QDialog):
    """General settings, models and roles. Opened with ``open()``.

    Args:
        general: Fields of the page "General".
        model: Fields of a model.
        role: Fields of a role.
        parent: The parent widget.

    Attributes:
        pages: The list named "Pages".
        general: The form of the page "General".
        general_notice: Says what came of saving it.
        models: The page "Models".
        roles: The page "Roles".
        tools_button, keys_button: Lead to the other dialogs of settings.
        close_button: The push button "Close".

    Signals:
        general_saved(dict): The values of the page "General".
        tools_requested(): The person wants the tools and grants.
        keys_requested(): The person wants the API keys.
    """

    general_saved = Signal(dict)
    tools_requested = Signal()
    keys_requested = Signal()

    def __init__(
        self,
        general: Sequence[FormField],
        model: Sequence[FormField],
        role: Sequence[FormField],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self.setAccessibleName("Settings")
        self.pages = QListWidget(self)
        self.pages.setAccessibleName("Pages")
        self.pages.setProperty("kind", "choices")
        self.pages.setFixedWidth(_NAV_WIDTH)
        self.pages.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.pages.addItems([GENERAL, MODELS, ROLES])
        self.tools_button = Button("Tools and grants…", "tools", kind="flat", parent=self)
        self.keys_button = Button("API keys…", "key", kind="flat", parent=self)
        self.close_button = Button("Close", parent=self)
        # Each widget is made where it stays: a style sheet is resolved anew for all that moves to another parent.
        self._stack = QStackedWidget(self)
        general_page, models_page, roles_page = (_page(name, self._stack) for name in (GENERAL, MODELS, ROLES))
        self.general, self.general_notice, self._save_general = _general_page(general_page, general)
        actions = {"test": "Test", "list": "List models", "find": "Find servers"}
        self.models = RowsPage("model", model, actions, models_page)
        self.roles = RowsPage("role", role, {}, roles_page)
        for page, inside in ((models_page, self.models), (roles_page, self.roles)):
            _column_of(page).addWidget(inside, 1)
        for page in (general_page, models_page, roles_page):
            self._stack.addWidget(page)
        self._lay_out()
        self.pages.currentRowChanged.connect(self._stack.setCurrentIndex)
        self._save_general.clicked.connect(lambda: self.general_saved.emit(self.general.values))
        self.tools_button.clicked.connect(lambda: self.tools_requested.emit())
        self.keys_button.clicked.connect(lambda: self.keys_requested.emit())
        self.close_button.clicked.connect(self.reject)
        self.show_page(GENERAL)

    def _lay_out(self) -> None:
        title = label("Settings", "heading")
        title.setFont(larger(title.font(), 1.4, bold=True))
        middle = QHBoxLayout()
        middle.setSpacing(2 * SPACE)
        middle.addWidget(self.pages)
        middle.addWidget(self._stack, 1)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE)
        foot.addWidget(self.keys_button)
        foot.addWidget(self.tools_button)
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addWidget(title)
        column.addLayout(middle, 1)
        column.addLayout(foot)
        fit_screen(self, _PREFERRED, _LEAST)

    def show_page(self, name: str) -> None:
        """Show a page by its name."""
        self.pages.setCurrentRow([GENERAL, MODELS, ROLES].index(name))

    def show_general(self, values: Mapping[str, str]) -> None:
        """Show the values of the page "General"; what was typed there and not saved stays, and is named so."""
        draft = self.general.values if self.general.is_changed else None
        self.general.show_values(values)
        self.general_notice.show_notice("")
        if draft is not None:
            self.general.change_values(draft)
            self.general_notice.show_notice("There are changes that are not saved.", kind="warning")

    def showEvent(self, event: QShowEvent) -> None:
        """Lay the list of pages out in the theme's sizes, which it did not have when it was filled."""
        self.pages.doItemsLayout()
        super().showEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes; Enter presses nothing."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
        else:
            super().keyPressEvent(event)


def _page(name: str, parent: QWidget) -> QWidget:
    """A page with its head."""
    page = QWidget(parent)
    page.setAccessibleName(name)
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(SPACE)
    column.addWidget(page_heading(name, _HEADS[name], page))
    return page


def _column_of(page: QWidget) -> QVBoxLayout:
    layout = page.layout()
    assert isinstance(layout, QVBoxLayout)
    return layout


def _general_page(page: QWidget, fields: Sequence[FormField]) -> tuple[Form, NoticeBar, Button]:
    """Fill the page "General": its form, the notice under that, and what saves it."""
    scroll = FormScroll(fields, page)
    notice = NoticeBar(page)
    save = Button("Save", kind="primary", name="Save general settings", parent=page)
    column = _column_of(page)
    column.addWidget(scroll, 1)
    column.addWidget(notice)
    foot = QHBoxLayout()
    foot.addStretch(1)
    foot.addWidget(save)
    column.addLayout(foot)
    return scroll.form, notice, save
