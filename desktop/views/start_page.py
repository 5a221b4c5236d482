"""What stands where the transcript will be: the choices of a first start, or what a new conversation can do."""

from collections.abc import Sequence
from functools import cached_property

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from desktop.views.card import Card
from desktop.views.controls import label, larger
from desktop.views.theme import SPACE

EXAMPLES = (
    "What files are in this folder, and what are they about?",
    "Search my files for “deadline” and list what you find",
    "What time is it in Tokyo, and how much is 17.5 % of 2349?",
    "Save a note titled “Ideas” with three ideas for a quiet weekend",
)
"""Messages that show what a conversation can do."""

_MEASURE = 560
"""Width of the page's column, in device-independent pixels."""


class StartPage(QScrollArea):
    """One of two pages: the first start, or an empty conversation. Each is made when it is first needed.

    Attributes:
        is_first_start: Whether the choices of a first start are shown.

    Signals:
        keys_chosen(): The person wants to enter keys.
        local_server_chosen(): The person wants a server on their own machine.
        demo_chosen(): The person wants the models inside the program.
        example_chosen(str): An example was clicked; its text, for the composer.
    """

    keys_chosen = Signal()
    local_server_chosen = Signal()
    demo_chosen = Signal()
    example_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, examples: Sequence[str] = EXAMPLES) -> None:
        super().__init__(parent)
        self._texts = examples
        self._pages = QStackedWidget()
        self.is_first_start = False
        self.setWidget(self._pages)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self._moved = QTimer(self, singleShot=True, interval=0)  # once all is laid out
        self._moved.timeout.connect(self._look_for_pointer)

    @cached_property
    def keys(self) -> Card:
        """The card "Add API keys"."""
        card = Card("key", "Add API keys", "Gemini gathers and Claude writes. Keys stay in your system's keyring.")
        card.clicked.connect(lambda: self.keys_chosen.emit())
        return card

    @cached_property
    def local_server(self) -> Card:
        """The card "Use a local server"."""
        words = "Ollama, LM Studio, llama.cpp or another server that speaks OpenAI's API."
        card = Card("server", "Use a local server", words)
        card.clicked.connect(lambda: self.local_server_chosen.emit())
        return card

    @cached_property
    def demo(self) -> Card:
        """The card "Try the offline demo"."""
        words = "Two small rule-based models inside this program. No key, no network."
        card = Card("play", "Try the offline demo", words)
        card.clicked.connect(lambda: self.demo_chosen.emit())
        return card

    @cached_property
    def examples(self) -> Sequence[Card]:
        """The cards of an empty conversation, in order."""
        cards = [Card("chevron-right", text) for text in self._texts]
        for card in cards:
            card.clicked.connect(lambda _checked=False, text=card.title: self.example_chosen.emit(text))
        return cards

    @cached_property
    def _first_start(self) -> QWidget:
        page = _page(
            "Welcome to Cortex Desktop",
            "One model gathers with tools, another writes the answer, and you decide in between. "
            "Where should the models come from?",
            [self.keys, self.local_server, self.demo],
        )
        self._pages.addWidget(page)
        return page

    @cached_property
    def _empty(self) -> QWidget:
        page = _page(
            "What would you like to know or do?",
            "Files in this conversation's folder are read and searched, web pages fetched, sums done, notes kept. "
            "Whatever changes or sends something asks you first.",
            self.examples,
        )
        self._pages.addWidget(page)
        return page

    def show_first_start(self) -> None:
        """Show the three ways to begin."""
        self.is_first_start = True
        self._pages.setCurrentWidget(self._first_start)
        self.setAccessibleName("Welcome")
        self._moved.start()

    def show_empty_conversation(self) -> None:
        """Show what a conversation can do."""
        self.is_first_start = False
        self._pages.setCurrentWidget(self._empty)
        self.setAccessibleName("New conversation: examples")
        self._moved.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take note of the cards that move away under the pointer."""
        super().resizeEvent(event)
        self._moved.start()

    def _look_for_pointer(self) -> None:
        for card in self.findChildren(Card):
            card.look_for_pointer()


def _page(heading: str, words: str, cards: Sequence[Card]) -> QWidget:
    page = QWidget()
    title = label(heading, "heading", wrap=True)
    title.setFont(larger(title.font(), 1.7, bold=True))
    column = QWidget()
    column.setMaximumWidth(_MEASURE)
    lines = QVBoxLayout(column)
    lines.setContentsMargins(0, 0, 0, 0)
    lines.setSpacing(SPACE)
    lines.addWidget(title)
    lines.addWidget(label(words, "muted", wrap=True))
    lines.addSpacing(SPACE)
    for card in cards:
        lines.addWidget(card)
    around = QVBoxLayout(page)
    around.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 3 * SPACE)
    # Not an alignment: Qt would ask for the height in the width of the page, in which fewer lines wrap.
    middle = QHBoxLayout()
    middle.addStretch(1)
    middle.addWidget(column)
    middle.addStretch(1)
    around.addStretch(2)
    around.addLayout(middle)
    around.addStretch(3)
    return page
