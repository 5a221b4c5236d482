"""The settings: a list of pages at the left, the chosen one beside it."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.views.controls import Button, label, larger
from desktop.views.form import Form, FormField
from desktop.views.notice_bar import NoticeBar
from desktop.views.rows_page import RowsPage, page_heading
from desktop.views.theme import SPACE

_PREFERRED = QSize(940, 720)
_SHARE_OF_SCREEN = 0.9
_NAV_WIDTH = 120
_LEAST_WIDTH = 740
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
        self.pages = QListWidget()
        self.pages.setAccessibleName("Pages")
        self.pages.setProperty("kind", "choices")
        self.pages.setFixedWidth(_NAV_WIDTH)
        self.pages.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.pages.addItems([GENERAL, MODELS, ROLES])
        self.general = Form(general)
        self.general_notice = NoticeBar()
        self.models = RowsPage("model", model, {"test": "Test", "list": "List models", "find": "Find servers"})
        self.roles = RowsPage("role", role, {})
        self.tools_button = Button("Tools and grants…", "tools", kind="flat")
        self.keys_button = Button("API keys…", "key", kind="flat")
        self.close_button = Button("Close")
        self._save_general = Button("Save", kind="primary", name="Save general settings")
        self._stack = QStackedWidget()
        self._stack.addWidget(_page(GENERAL, self._general_page()))
        self._stack.addWidget(_page(MODELS, self.models))
        self._stack.addWidget(_page(ROLES, self.roles))
        self._lay_out()
        self.pages.currentRowChanged.connect(self._stack.setCurrentIndex)
        self._save_general.clicked.connect(lambda: self.general_saved.emit(self.general.values))
        self.tools_button.clicked.connect(lambda: self.tools_requested.emit())
        self.keys_button.clicked.connect(lambda: self.keys_requested.emit())
        self.close_button.clicked.connect(self.reject)
        self.show_page(GENERAL)

    def _general_page(self) -> QWidget:
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, SPACE, 0)
        column.addWidget(self.general)
        scroll.setWidget(inside)
        page = QWidget()
        whole = QVBoxLayout(page)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(SPACE)
        whole.addWidget(scroll, 1)
        whole.addWidget(self.general_notice)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self._save_general)
        whole.addLayout(foot)
        return page

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
        room = (self.screen() or QGuiApplication.primaryScreen()).availableSize() * _SHARE_OF_SCREEN
        self.setMinimumWidth(_LEAST_WIDTH)
        self.resize(_PREFERRED.boundedTo(room))

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


def _page(name: str, inside: QWidget) -> QWidget:
    page = QWidget()
    page.setAccessibleName(name)
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(SPACE)
    column.addWidget(page_heading(name, _HEADS[name]))
    column.addWidget(inside, 1)
    return page
