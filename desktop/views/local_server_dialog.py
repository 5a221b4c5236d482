"""The dialog that offers model servers on this machine."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from desktop.views.controls import Button, fit_screen, label, larger, one_line, plain_tool_tip
from desktop.views.theme import SPACE

_CHOICE = int(Qt.ItemDataRole.UserRole)
NOTHING_FOUND = (
    "No server answers on this machine. Start Ollama, LM Studio, llama.cpp or another server that speaks OpenAI's API, "
    "then search again; or give its address."
)


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that answered.

    Attributes:
        label: What it is: "Ollama".
        url: Its base address: ``http://localhost:11434/v1``.
        models: The names it offers; may be empty.
    """

    label: str
    url: str
    models: tuple[str, ...] = ()


class LocalServerDialog(QDialog):
    """Lists the models of the servers that were found. Opened with ``open()``.

    Attributes:
        models: The list named "Models"; an item for each model of each server.
        state: The label named "Search state": that it searches, or what it found, in words.
        address: The field named "Server address".
        look_button: Asks the program to look at the address; named "Look there".
        search_button: Asks it to search this machine again.
        use_button: Takes the chosen model; named "Use this model".
        cancel_button: Closes the dialog.

    Signals:
        server_chosen(str, str): Base address and model; the dialog is accepted.
        address_entered(str): The person gave an address; what answers there comes back by `show_servers`.
        search_requested(): The person wants this machine searched again.
    """

    server_chosen = Signal(str, str)
    address_entered = Signal(str)
    search_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Use a local server")
        self.setAccessibleName("Use a local server")
        title = label("Use a local server", "heading")
        title.setFont(larger(title.font(), 1.4, bold=True))
        self.state = label(kind="muted", wrap=True)
        self.models = QListWidget()
        self.models.setAccessibleName("Models")
        self.models.setProperty("kind", "choices")
        self.models.setMinimumHeight(160)
        self.models.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.models.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.address = QLineEdit()
        self.address.setAccessibleName("Server address")
        self.address.setPlaceholderText("http://localhost:8080/v1")
        self.look_button = Button("Look there")
        self.search_button = Button("Search again", "retry", kind="flat")
        self.use_button = Button("Use this model", kind="primary")
        self.cancel_button = Button("Cancel")
        by_address = QHBoxLayout()
        by_address.setSpacing(SPACE)
        by_address.addWidget(self.address, 1)
        by_address.addWidget(self.look_button)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE)
        foot.addWidget(self.search_button)
        foot.addStretch(1)
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.use_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addWidget(title)
        column.addWidget(self.state)
        column.addWidget(self.models, 1)
        column.addSpacing(SPACE)
        column.addWidget(label("Another address", "heading"))
        column.addLayout(by_address)
        column.addSpacing(SPACE)
        column.addStretch(0)
        column.addLayout(foot)
        fit_screen(self, QSize(560, 480), QSize(420, 380))
        self.models.currentItemChanged.connect(lambda _new, _old: self._enable())
        self.models.itemDoubleClicked.connect(lambda _item: self._use())
        self.address.textChanged.connect(lambda _text: self._enable())
        self.address.returnPressed.connect(self._look)
        self.look_button.clicked.connect(self._look)
        self.search_button.clicked.connect(lambda: self.search_requested.emit())
        self.use_button.clicked.connect(self._use)
        self.cancel_button.clicked.connect(self.reject)
        self.show_searching()

    def show_searching(self) -> None:
        """Say that a search goes on."""
        self.models.clear()
        self._say("Looking for servers on this machine …")
        self.search_button.setEnabled(False)
        self._enable()

    def show_servers(self, servers: Sequence[LocalServer]) -> None:
        """Show what was found, or say that nothing was.

        Args:
            servers: In order; the first model becomes the chosen one.
        """
        self.models.clear()
        for server in servers:
            for model in server.models:
                item = QListWidgetItem(f"{one_line(model)}   ·   {one_line(server.label)}")
                item.setData(_CHOICE, (server.url, model))
                item.setToolTip(plain_tool_tip(server.url))
                self.models.addItem(item)
        empty = [server for server in servers if not server.models]
        if self.models.count():
            self._say("Choose a model. It can gather, answer, or do both.")
            self.models.setCurrentRow(0)
            self.models.setFocus()
        elif empty:
            names = ", ".join(f"{one_line(server.label)} at {server.url}" for server in empty)
            self._say(f"Found {names}, but it offers no model. Load one there, then search again.")
        else:
            self._say(NOTHING_FOUND)
            self.address.setFocus()
        self.search_button.setEnabled(True)
        self._enable()

    def _say(self, words: str) -> None:
        self.state.setText(words)
        self.state.setAccessibleDescription(words)

    def _enable(self) -> None:
        self.models.setVisible(self.models.count() > 0)
        self.use_button.setEnabled(self.models.currentItem() is not None)
        self.look_button.setEnabled(bool(self.address.text().strip()))

    def _look(self) -> None:
        url = self.address.text().strip()
        if url:
            self.address_entered.emit(url)

    def _use(self) -> None:
        item = self.models.currentItem()
        if item is None:
            return
        url, model = item.data(_CHOICE)
        self.accept()
        self.server_chosen.emit(url, model)
