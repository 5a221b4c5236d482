"""The messages that wait for their turn, above the composer."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop.views.accessible_list import set_role
from desktop.views.controls import Button, ElidedLabel, label
from desktop.views.icons import icon_pixmap
from desktop.views.literal_text import one_line
from desktop.views.theme import SPACE, current_theme, is_theme_change

_MOST_ROWS = 3.5
"""Rows in sight; the half one says that there are more."""
_MOST_LETTERS = 400


@dataclass(frozen=True, slots=True)
class QueuedRow:
    """A message that waits for its turn.

    Attributes:
        id: Told back.
        text: As it will be sent.
        files: The names of the files that go with it.
        is_edited: Whether it is being edited; it is held until that ends.
    """

    id: str
    text: str
    files: tuple[str, ...] = ()
    is_edited: bool = False

    @property
    def words(self) -> str:
        """The message in one line: its text, then its files."""
        names = ", ".join(self.files)
        return " · ".join(part for part in (one_line(self.text, _MOST_LETTERS), one_line(names, _MOST_LETTERS)) if part)


class _Row(QWidget):
    """One queued message with what can be done about it.

    Args:
        row: The message.
        queue: Tells what the person wants.
        number: Its place, from 1; from 2 on it is in the names of its buttons, which are told apart by it.
    """

    def __init__(self, row: QueuedRow, queue: "QueueRows", number: int) -> None:
        super().__init__()
        words = row.words
        which = f" {number}" if number > 1 else ""
        shown = f"{'Being edited' if row.is_edited else 'Queued'}: {words}"
        set_role(self, QAccessible.Role.ListItem)
        self.setAccessibleName(shown)
        text = ElidedLabel(shown, "muted")
        line = QHBoxLayout(self)
        line.setContentsMargins(SPACE, 0, 0, 0)
        line.setSpacing(SPACE // 2)
        line.addWidget(text, 1)
        self.is_edited = row.is_edited
        self.send_now: Button
        for name, told in (
            ("Edit", queue.edit_requested),
            ("Withdraw", queue.withdraw_requested),
            ("Send now", queue.send_now_requested),
        ):
            button = Button(name, kind="quiet", name=f"{name} queued message{which}", parent=self)
            button.setToolTip("Stop the run and send this message" if told is queue.send_now_requested else "")
            button.setAccessibleDescription(words)
            button.clicked.connect(lambda _checked=False, told=told: told.emit(row.id))
            button.setVisible(not row.is_edited or told is queue.withdraw_requested)
            line.addWidget(button)
            self.send_now = button  # the last one


class QueueRows(QFrame):
    """Lists queued messages in the order they will be sent. Hidden while there is none.

    Args:
        parent: The parent widget.

    Attributes:
        send: The push button "Send queued message"; shown while the queue does not move.

    Signals:
        edit_requested(str): The person wants to change a queued message; its id.
        withdraw_requested(str): The person takes it back.
        send_now_requested(str): The person wants the run stopped and this one sent.
        send_requested(): The person wants the first one sent although the run before did not end well.
    """

    edit_requested = Signal(str)
    withdraw_requested = Signal(str)
    send_now_requested = Signal(str)
    send_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[QueuedRow, ...] = ()
        self.setProperty("kind", "notice")
        set_role(self, QAccessible.Role.List)
        self.setAccessibleName("Queued messages")
        self._icon = QLabel()
        self._halted = label("", wrap=True)
        self.send = Button("Send", name="Send queued message")
        self.send.clicked.connect(self.send_requested)
        self._head = QWidget()
        head = QHBoxLayout(self._head)
        head.setContentsMargins(SPACE, 0, 0, 0)
        head.setSpacing(SPACE)
        head.addWidget(self._icon)
        head.addWidget(self._halted, 1)
        head.addWidget(self.send)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.viewport().setAutoFillBackground(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE // 2, SPACE // 2, SPACE, SPACE // 2)
        column.setSpacing(SPACE // 2)
        column.addWidget(self._head)
        column.addWidget(self._scroll)
        self._tint()
        self.hide()

    def show_queue(
        self, rows: Sequence[QueuedRow], halted: str, *, can_stop: bool = True, can_send: bool = True
    ) -> None:
        """Show what is queued.

        Args:
            rows: In the order they will be sent; none hides it all.
            halted: Why they are not sent; empty while they will be.
            can_stop: Whether there is a run that "Send now" would stop.
            can_send: Whether the first one can be sent although it halts.
        """
        self._halted.setText(halted)
        self._head.setVisible(bool(halted))
        self.send.setVisible(can_send)
        self.setAccessibleDescription(halted)
        if tuple(rows) != self.rows:
            self.rows = tuple(rows)
            self._make_rows()
        for row in self.findChildren(_Row):
            row.send_now.setVisible(can_stop and not row.is_edited)
        self.setVisible(bool(rows))

    def _make_rows(self) -> None:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        height = self.fontMetrics().lineSpacing() + SPACE
        for place, row in enumerate(self.rows, 1):
            made = _Row(row, self, place)
            made.setFixedHeight(height)
            column.addWidget(made)
        column.addStretch(1)
        self._scroll.setWidget(holder)  # the one before is deleted at once
        holder.setAutoFillBackground(False)
        self._scroll.setFixedHeight(int(height * min(len(self.rows), _MOST_ROWS)))

    def changeEvent(self, event: QEvent) -> None:
        """Tint the mark anew with the theme."""
        super().changeEvent(event)
        if is_theme_change(event) and hasattr(self, "_icon"):
            self._tint()

    def _tint(self) -> None:
        self._icon.setPixmap(icon_pixmap("info", current_theme().accent, 20, self.devicePixelRatioF()))
