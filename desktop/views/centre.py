"""The middle column: the transcript or the start page, and the composer with what stands around it."""

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.views.composer import Composer
from desktop.views.notice_bar import NoticeBar
from desktop.views.queue_rows import QueueRows
from desktop.views.start_page import StartPage
from desktop.views.status_line import StatusLine
from desktop.views.theme import SPACE

_MEASURE = 800
"""The composer's greatest width: about the transcript's readable measure."""


class Slot(QWidget):
    """The place of a widget that comes after the first paint."""

    def fill(self, widget: QWidget) -> None:
        """Put the widget in."""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(widget)


class Centre(QWidget):
    """Puts the views of the middle column in their places.

    Attributes:
        transcript_slot: The transcript's place.
        start_page: In the transcript's place while there is none.
        undo_bar: Says what was deleted and can be undone, apart from what else there is to say.
        notice: The bar above the composer.
        queue: What waits to be sent.
        composer: Where the person writes.
        status_line: The foot.
    """

    def __init__(self) -> None:
        super().__init__()
        self.transcript_slot = Slot()
        self.start_page = StartPage()
        self.undo_bar = NoticeBar()
        self.undo_bar.setAccessibleName("Deletion")
        self.notice = NoticeBar()
        self.queue = QueueRows()
        self.composer = Composer()
        self.status_line = StatusLine()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.transcript_slot)
        self._stack.addWidget(self.start_page)
        column = QWidget()
        column.setMaximumWidth(_MEASURE)
        lines = QVBoxLayout(column)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(SPACE)
        lines.addWidget(self.undo_bar)
        lines.addWidget(self.notice)
        lines.addWidget(self.queue)
        lines.addWidget(self.composer)
        lines.addWidget(self.status_line)
        around = QHBoxLayout()
        around.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        around.addWidget(column)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._stack, 1)
        whole.addLayout(around)

    def show_start_page(self, visible: bool, *, first_start: bool = False, takes_keyboard: bool = True) -> None:
        """Show the start page in the transcript's place, or the transcript.

        Args:
            visible: Whether the start page is shown.
            first_start: Its three choices, without a composer, in place of the examples.
            takes_keyboard: Whether the keyboard goes to where the person goes on; else it stays where it is.
        """
        if visible and first_start:
            self.start_page.show_first_start()
        elif visible:
            self.start_page.show_empty_conversation()
        self._stack.setCurrentWidget(self.start_page if visible else self.transcript_slot)
        choosing = visible and first_start
        self.composer.setVisible(not choosing)
        if takes_keyboard:
            (self.start_page.keys if choosing else self.composer).setFocus()
