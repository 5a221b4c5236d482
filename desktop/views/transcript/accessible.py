"""The transcript as assistive technology sees it: a list, its messages the items, links and buttons within those.

Interfaces are made when they are asked for, and stand for an index, not for a message: Qt keeps what it was given, so
none is ever taken away.
"""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleActionInterface, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget

from desktop.views.attachment_chips import chips_in_words
from desktop.views.message_details import details_text
from desktop.views.transcript.run_line import RunLineBox
from desktop.views.transcript.targets import Target, targets_of

if TYPE_CHECKING:
    from desktop.views.transcript.stage import Stage

_MOST_LIVE = 20_000
"""Characters of a message in its name while it is being written; all of them once it is whole."""


def name_of(stage: "Stage", index: int) -> str:
    """The name of a message's item: who speaks, and all of the text."""
    message = stage.column.messages[index]
    text = " ".join(part for part in (message.text, chips_in_words(message.attachments)) if part)
    if stage.is_live(index) and len(text) > _MOST_LIVE:
        text = f"{text[:_MOST_LIVE]}…"
    return f"{'You' if message.role == 'user' else 'Assistant'}: {text}"


def _on_screen(stage: "Stage", area: QRect) -> QRect:
    return QRect(stage.viewport().mapToGlobal(area.topLeft()), area.size())


def _state(stage: "Stage", area: QRect) -> QAccessible.State:
    state = QAccessible.State()
    if not stage.isVisible():
        state.invisible = True
    elif not stage.viewport().rect().intersects(area):
        state.offscreen = True
    return state


class TargetElement(QAccessibleWidget):
    """A link or a button in a message.

    It is made for the viewport: an interface of Python's own cannot tell of its actions, since what PySide makes of
    ``interface_cast`` ends the program, while this class tells of its actions in C++.

    Args:
        stage: The transcript.
        item: The message's item.
        number: Which of its targets.
    """

    def __init__(self, stage: "Stage", item: "MessageElement", number: int) -> None:
        super().__init__(stage.viewport(), QAccessible.Role.Button)
        self._stage = stage
        self._item = item
        self._number = number

    def _target(self) -> Target | None:
        targets = self._item.targets()
        return targets[self._number] if self._number < len(targets) else None

    def object(self) -> QObject | None:  # type: ignore[override]
        """None: the viewport has an interface of its own."""
        return None

    def actionNames(self) -> list[str]:
        """One."""
        return [QAccessibleActionInterface.pressAction()]

    def doAction(self, action_name: str) -> None:
        """Do what it is for."""
        target = self._target()
        if target is not None and action_name == QAccessibleActionInterface.pressAction():
            self._stage.press(self._item.index, target)

    def keyBindingsForAction(self, action_name: str) -> list[str]:
        """None."""
        return []

    def isValid(self) -> bool:
        """Whether the message still has it."""
        return self._target() is not None

    def parent(self) -> QAccessibleInterface:
        """The message."""
        return self._item

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        """None."""
        return None

    def childCount(self) -> int:
        """None."""
        return 0

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """None is."""
        return -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        """None."""
        return None

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]
        """None."""
        return None

    def role(self) -> QAccessible.Role:
        """A link or a button."""
        target = self._target()
        is_link = target is not None and target.kind == "link"
        return QAccessible.Role.Link if is_link else QAccessible.Role.Button

    def text(self, kind: QAccessible.Text) -> str:
        """Its name."""
        target = self._target()
        return target.name if target is not None and kind == QAccessible.Text.Name else ""

    def rect(self) -> QRect:
        """Where it is on the screen."""
        return _on_screen(self._stage, self._area())

    def _area(self) -> QRect:
        target = self._target()
        if target is None:
            return QRect()
        return self._stage.from_message(self._item.index, target.area).toAlignedRect()

    def state(self) -> QAccessible.State:
        """Whether it can be seen, and has the keyboard."""
        state = _state(self._stage, self._area())
        target = self._target()
        state.focusable = True
        state.focused = target is not None and target == self._stage.target and self._stage.hasFocus()
        state.linked = target is not None and target.kind == "link"
        return state


class MessageElement(QAccessibleInterface):
    """The item of a message.

    Args:
        stage: The transcript.
        owner: Its list.
        index: Which message.
    """

    def __init__(self, stage: "Stage", owner: "TranscriptElement", index: int) -> None:
        super().__init__()
        self._stage = stage
        self._owner = owner
        self.index = index
        self._targets: list[TargetElement] = []

    def targets(self) -> list[Target]:
        """Its links and buttons, where it is in view."""
        is_seen = self.isValid() and self._stage.viewport().rect().intersects(self._area())
        return targets_of(self._stage.column, self.index) if is_seen else []

    def object(self) -> QObject | None:  # type: ignore[override]
        """None: nothing but the transcript itself is one."""
        return None

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Nothing can be set."""

    def window(self) -> Any:
        """The transcript's window."""
        return self._stage.window().windowHandle()

    def isValid(self) -> bool:
        """Whether there is such a message."""
        return self.index < len(self._stage.column.messages)

    def parent(self) -> QAccessibleInterface:
        """The list."""
        return self._owner

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        """One of its links and buttons."""
        if not 0 <= index < len(self.targets()):
            return None
        while len(self._targets) <= index:
            self._targets.append(TargetElement(self._stage, self, len(self._targets)))
        return self._targets[index]

    def childCount(self) -> int:
        """How many links and buttons it has."""
        return len(self.targets())

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """Which of its links and buttons something is."""
        return next((at for at, each in enumerate(self._targets) if each is child), -1)

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        """The link or button at a point of the screen."""
        point = self._stage.viewport().mapFromGlobal(QPoint(x, y))
        inside = self._stage.to_message(self.index, point)
        return next((self.child(at) for at, each in enumerate(self.targets()) if each.area.contains(inside)), None)

    def role(self) -> QAccessible.Role:
        """An item of a list."""
        return QAccessible.Role.ListItem

    def text(self, kind: QAccessible.Text) -> str:
        """Who speaks and what; as the description its details, and what a run's line below it folded out to."""
        if not self.isValid():
            return ""
        if kind == QAccessible.Text.Name:
            return name_of(self._stage, self.index)
        if kind != QAccessible.Text.Description or self._stage.is_live(self.index):
            return ""
        column = self._stage.column
        opened = [box.words() for box in column.extras(self.index) if isinstance(box, RunLineBox) and box.is_open]
        return "\n".join([details_text(column.messages[self.index]), *opened])

    def rect(self) -> QRect:
        """Where it is on the screen."""
        return _on_screen(self._stage, self._area())

    def _area(self) -> QRect:
        if not self.isValid():
            return QRect()
        column = self._stage.column
        top, bottom = column.top(self.index), column.bottom(self.index)
        return QRect(self._stage.left, top - self._stage.scroller.top, column.metrics.measure, bottom - top)

    def state(self) -> QAccessible.State:
        """Whether it can be seen, and has the keyboard."""
        state = _state(self._stage, self._area())
        is_current = self._stage.current == self.index and self._stage.hasFocus()
        state.focusable = state.selectable = True
        state.focused = is_current and self._stage.target is None
        return state


class TranscriptElement(QAccessibleWidget):
    """The list: the messages, then the widgets that stand on it.

    Args:
        stage: The transcript.
    """

    def __init__(self, stage: "Stage") -> None:
        super().__init__(stage, QAccessible.Role.List, "Transcript")
        self._stage = stage
        self._items: dict[int, MessageElement] = {}

    def item(self, index: int) -> MessageElement:
        """The item of a message."""
        if index not in self._items:
            self._items[index] = MessageElement(self._stage, self, index)
        return self._items[index]

    def made(self, index: int) -> MessageElement | None:
        """The item of a message, where it was asked for."""
        return self._items.get(index)

    def _widgets(self) -> list[QWidget]:
        return [each for each in self._stage.standing() if not each.isHidden()]

    def childCount(self) -> int:
        """How many there are of both."""
        return len(self._stage.column.messages) + len(self._widgets())

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        """One of them."""
        count = len(self._stage.column.messages)
        if 0 <= index < count:
            return self.item(index)
        widgets = self._widgets()
        return QAccessible.queryAccessibleInterface(widgets[index - count]) if index - count < len(widgets) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """Which of them something is."""
        if isinstance(child, MessageElement):
            return child.index if child.isValid() else -1
        widgets = self._widgets()
        thing = child.object()
        return len(self._stage.column.messages) + widgets.index(thing) if thing in widgets else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        """The one at a point of the screen."""
        point = self._stage.mapFromGlobal(QPoint(x, y))
        for widget in reversed(self._widgets()):
            if widget is not self._stage.viewport() and widget.geometry().contains(point):
                return QAccessible.queryAccessibleInterface(widget)
        index = self._stage.message_at(self._stage.viewport().mapFromGlobal(QPoint(x, y)))
        return self.item(index) if index >= 0 else None

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]
        """The message with the keyboard, or what has it in there."""
        stage = self._stage
        if not stage.hasFocus() or not 0 <= stage.current < len(stage.column.messages):
            return None
        item = self.item(stage.current)
        targets = item.targets()
        return item.child(targets.index(stage.target)) if stage.target in targets else item
