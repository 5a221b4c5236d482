"""What shows under a message while it is hovered or focused: its actions, then its details. Versions show always."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.engine.messages import Message
from desktop.views.controls import Button, ElidedLabel, label, larger
from desktop.views.copy_button import CopyButton, compact
from desktop.views.message_actions import COPY, STEADY, MessageAction, actions_of
from desktop.views.message_details import details_text
from desktop.views.theme import SPACE
from desktop.views.transcript.metrics import FOOTER, GUTTER

if TYPE_CHECKING:
    from desktop.views.transcript.stage import Stage

_SMALL = 0.86
_BETWEEN = "·"
ActionsOf = Callable[[Message], Sequence[MessageAction]]
"""Which actions a message has, in order."""


def usual_actions(message: Message) -> Sequence[MessageAction]:
    """What can be done with a message that has one version."""
    return actions_of(message, None, is_busy=False)


class _Details(ElidedLabel):
    """Details in one line, or in two where one has no room."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__("", "muted", parent)
        self.setFont(larger(self.font(), _SMALL))  # two lines of it stand in a footer
        self.show_text(text)

    def _elide(self) -> None:
        super()._elide()
        metrics, room = self.fontMetrics(), self.contentsRect().width()
        above, below = list[str](), self.whole_text.split()
        while below and metrics.horizontalAdvance(" ".join([*above, below[0]])) <= room:
            above.append(below.pop(0))
        if not above or not below:
            return
        if below[0] == _BETWEEN:  # no line begins with it
            below.pop(0)
        wanted = " ".join(below)
        shown = metrics.elidedText(wanted, Qt.TextElideMode.ElideRight, room)
        self.setText(f"{' '.join(above)}\n{shown}")
        if shown == wanted:
            self.setToolTip("")


class MessageFooter(QWidget):
    """The actions and details of one message.

    Args:
        message: The message.
        actions: What can be done with it.
        parent: The view.

    Signals:
        chosen(str): An action was chosen; its id. Copying is done here, and not told.
    """

    chosen = Signal(str)

    def __init__(self, message: Message, actions: Sequence[MessageAction], parent: QWidget) -> None:
        super().__init__(parent)
        self.message = message
        self.buttons: list[Button] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE // 2)
        self._passing: list[QWidget] = []
        for action in actions:
            control = self._control(action)
            row.addWidget(control)
            if action.id not in STEADY:
                self._passing.append(control)
        row.addSpacing(SPACE // 2)
        details = _Details(details_text(message), self)
        details.setAccessibleName("Details")
        row.addWidget(details, 1)
        self._passing.append(details)
        self._rest = QWidget(self)  # keeps the versions in their place while the rest is away
        self._rest.hide()
        row.addWidget(self._rest, 1)

    def fold(self, folded: bool) -> None:
        """Show the versions alone, or all."""
        for widget in self._passing:
            widget.setVisible(not folded)
        self._rest.setVisible(folded)

    def _control(self, action: MessageAction) -> QWidget:
        if not action.icon and not action.enabled:
            words = label(action.label, "muted")
            words.setAccessibleName(f"Version {action.label}")
            return words
        if action.id == COPY:
            button: Button = CopyButton(lambda: self.message.text, action.label, self)
        else:
            button = Button("" if action.icon else action.label, action.icon, kind="flat", name=action.label)
            button.clicked.connect(lambda: self.chosen.emit(action.id))
        if action.icon:
            compact(button, FOOTER - 4)
        button.setEnabled(action.enabled)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.buttons.append(button)
        return button

    def has_focus(self) -> bool:
        """Whether one of its actions has the focus."""
        focus = self.window().focusWidget()
        return focus is not None and self.isAncestorOf(focus)


class Footers:
    """Shows the footers of the message under the pointer and of the one with the focus.

    Args:
        stage: The view.
    """

    def __init__(self, stage: "Stage") -> None:
        self._stage = stage
        self._hovered = self._focused = -1
        self._made: dict[int, MessageFooter] = {}
        self.actions: ActionsOf = usual_actions
        self.is_steady: Callable[[Message], bool] = lambda message: False

    def hover(self, index: int) -> None:
        """The pointer is over a message; -1 for none."""
        if index != self._hovered:
            self._hovered = index
            self.show()

    def focus(self, index: int) -> None:
        """A message has the focus; -1 for none."""
        if index != self._focused:
            self._focused = index
            self.show()

    def of(self, index: int) -> MessageFooter | None:
        """The footer that a message shows."""
        return self._made.get(index)

    def forget(self) -> None:
        """The messages are others, or what can be done with them is."""
        for footer in self._made.values():
            _drop(footer)
        self._made = {}
        self.show()

    def show(self) -> None:
        """Show those that are wanted, in their places, and no others."""
        count = len(self._stage.column.messages)
        near = {index for index in (self._hovered, self._focused) if 0 <= index < count}
        wanted = near | self._steady()
        wanted -= {index for index in wanted if self._stage.is_live(index)}
        for index in set(self._made) - wanted:
            _drop(self._made.pop(index))
        for index in wanted:
            message = self._stage.column.messages[index]
            if index in self._made and self._made[index].message is not message:
                _drop(self._made.pop(index))
            if index not in self._made:
                self._made[index] = self._make(message)
            self._made[index].fold(index not in near)
        self._place()

    def _steady(self) -> set[int]:
        """The messages in view that have versions."""
        column, top = self._stage.column, self._stage.scroller.top
        seen = column.between(top, top + self._stage.viewport().height()) if column.messages else range(0)
        return {index for index in seen if self.is_steady(column.messages[index])}

    def _make(self, message: Message) -> MessageFooter:
        footer = MessageFooter(message, self.actions(message), self._stage.viewport())
        footer.chosen.connect(lambda action: self._stage.act(message, action))
        before: QWidget = self._stage
        for button in footer.buttons:
            QWidget.setTabOrder(before, button)
            before = button
        footer.show()
        return footer

    def place(self) -> None:
        """Put them where their messages are now; the view may have come to others."""
        missing = self._steady() - set(self._made)
        if missing:
            self.show()
        else:
            self._place()

    def _place(self) -> None:
        column = self._stage.column
        for index, footer in self._made.items():
            layout = column.existing(index)
            if layout is None:
                footer.hide()
                continue
            room = column.metrics.room
            wanted = min(room, footer.sizeHint().width())
            left = GUTTER + room - wanted if layout.message.role == "user" else GUTTER - 5
            top = column.top(index) + layout.height - FOOTER + 2 - self._stage.scroller.top
            footer.setGeometry(self._stage.left + left, top, wanted, FOOTER - 4)
            footer.setVisible(True)

    def at(self, point: QPoint) -> bool:
        """Whether a point of the viewport is on one of them."""
        return any(footer.geometry().contains(point) for footer in self._made.values())


def _drop(footer: MessageFooter) -> None:
    footer.hide()
    footer.deleteLater()


def copy_text(text: str) -> None:
    """Put a text on the clipboard."""
    QGuiApplication.clipboard().setText(text)
