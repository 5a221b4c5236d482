"""One message of the transcript, and what the person does with it: select, copy, follow links, act."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QEnterEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QMenu, QToolTip, QWidget

from desktop.engine.messages import Message
from desktop.views.code_view import CodeView
from desktop.views.controls import plain_tool_tip
from desktop.views.literal_text import host_in_ascii, literal
from desktop.views.markdown_inks import EVIDENCE, is_safe_link
from desktop.views.message_actions import STEADY, MessageAction
from desktop.views.message_canvas import GUTTER, MessageCanvas
from desktop.views.message_details import details_text
from desktop.views.message_footer import HEIGHT as FOOTER
from desktop.views.message_footer import MessageFooter
from desktop.views.message_selection import Place, Selection, whole


def link_tool_tip(target: str) -> str:
    """What a link leads to: the real target, and its host in ASCII where that reads otherwise."""
    if target.startswith(EVIDENCE):
        return "Show the tool call"
    host = host_in_ascii(target)
    shown = literal(target)
    return f"{shown}\nHost: {host}" if host and host not in target.lower() else shown


class MessageView(MessageCanvas):
    """A message, and what the person does with it.

    Args:
        message: What it shows.
        evidence: Call ids that ``[1]``, ``[2]`` … lead to.
        actions: Gives what can be done with it.
        parent: The transcript's column.

    Signals:
        link_activated(str): A link was clicked; http, https or mailto only.
        evidence_activated(str): A chip was clicked; the call's id.
        action_chosen(str, str): The person chose an action; the message's id and the action's.
    """

    link_activated = Signal(str)
    evidence_activated = Signal(str)
    action_chosen = Signal(str, str)

    def __init__(
        self,
        message: Message,
        evidence: Sequence[str],
        actions: Callable[[Message], Sequence[MessageAction]],
        parent: QWidget,
    ) -> None:
        self._footer: MessageFooter | None = None
        self._actions = actions
        self._is_reachable = False
        self._anchor: Place | None = None
        self._pressed_link = ""
        super().__init__(message, evidence, parent)
        self.setMouseTracking(True)
        self.refresh_actions()

    def show_message(self, message: Message, evidence: Sequence[str], *, growing: bool = False) -> None:
        """Show a message, or the same one with more text. Call ``lay_out`` afterwards."""
        super().show_message(message, evidence, growing=growing)
        self.set_reachable(self._is_reachable)
        if self._footer is not None and not growing:
            self.refresh_actions()

    def refresh_actions(self) -> None:
        """Show what can be done with it now."""
        had_focus = self._footer is not None and self._has_focus_within() and not self.hasFocus()
        if self._footer is not None:
            self._footer.hide()
            self._footer.deleteLater()
            self._footer = None
        if had_focus:
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.show_footer(self._has_focus_within())

    def set_reachable(self, reachable: bool) -> None:
        """Say whether Tab stops at this message and what is in it."""
        self._is_reachable = reachable
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if reachable else Qt.FocusPolicy.ClickFocus)
        for block in self.blocks:
            if isinstance(block, CodeView):
                block.set_focus_policy(Qt.FocusPolicy.TabFocus if reachable else Qt.FocusPolicy.NoFocus)
        if self._footer is not None:
            self._footer.set_focus_policy(Qt.FocusPolicy.TabFocus if reachable else Qt.FocusPolicy.NoFocus)

    def show_footer(self, wanted: bool) -> None:
        """Show the actions and details while it has the focus or the pointer; its versions show always."""
        wanted = wanted or self.underMouse()
        if self._is_live:
            return
        if self._footer is None:
            actions = self._actions(self.message)
            if not wanted and not any(action.id in STEADY for action in actions):
                return
            self._footer = MessageFooter(details_text(self.message), lambda: self.message.text, actions, self)
            self._footer.chosen.connect(lambda action: self.action_chosen.emit(self.message.id, action))
            self.set_reachable(self._is_reachable)
        self._footer.fold(not wanted)
        self._place_footer()
        self._footer.setVisible(wanted or self._footer.is_steady)

    def _place_footer(self) -> None:
        if self._footer is None:
            return
        room = self.width() - 2 * GUTTER
        wanted = min(room, self._footer.sizeHint().width())
        left = GUTTER + room - wanted if self.message.role == "user" else GUTTER - 5
        self._footer.setGeometry(left, self.height() - FOOTER + 2, wanted, FOOTER - 4)

    def _has_focus_within(self) -> bool:
        focus = self.window().focusWidget()
        return focus is not None and (focus is self or self.isAncestorOf(focus))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the actions at the bottom."""
        super().resizeEvent(event)
        self._place_footer()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the actions."""
        super().enterEvent(event)
        self.show_footer(True)

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the actions, unless the focus is here."""
        super().leaveEvent(event)
        if self._footer is not None and not self._has_focus_within():
            self._footer.fold(True)
            self._place_footer()
            self._footer.setVisible(self._footer.is_steady)

    def event(self, event: QEvent) -> bool:
        """Tell what a link leads to."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            target = self.link_at(event.pos())
            if target:
                QToolTip.showText(event.globalPos(), plain_tool_tip(link_tool_tip(target)), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a selection, or press a link."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        point = event.position().toPoint()
        self._pressed_link = self.link_at(point)
        place = self.place_at(point)
        extends = event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._selection is not None
        if extends and place is not None and self._selection is not None:
            self._anchor = self._selection.anchor
            self.select(Selection(self._anchor, place))
        else:
            self._anchor = place
            self.select(None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Extend the selection, or show what is under the pointer."""
        point = event.position().toPoint()
        if event.buttons() & Qt.MouseButton.LeftButton and self._anchor is not None:
            place = self.place_at(point)
            if place is not None:
                self.select(Selection(self._anchor, place))
            return
        over_text = any(block.area.contains(point) for block in self.blocks)
        shape = Qt.CursorShape.IBeamCursor if over_text else Qt.CursorShape.ArrowCursor
        self.setCursor(Qt.CursorShape.PointingHandCursor if self.link_at(point) else shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Follow a link that was pressed and released."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        pressed, self._pressed_link, self._anchor = self._pressed_link, "", None
        selecting = self._selection is not None and not self._selection.is_empty
        if pressed and not selecting and self.link_at(event.position().toPoint()) == pressed:
            self._follow(pressed)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select a word."""
        point = event.position().toPoint()
        place = self.place_at(point)
        if event.button() == Qt.MouseButton.LeftButton and place is not None:
            start, end = self.blocks[place[0]].word_at(point)
            self.select(Selection((place[0], start), (place[0], end)))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll code sideways; all else is the transcript's."""
        pixels = event.pixelDelta().x() or event.angleDelta().x() // 2
        point = event.position().toPoint()
        if abs(event.angleDelta().x()) > abs(event.angleDelta().y()):
            for block in self.blocks:
                if isinstance(block, CodeView) and block.area.contains(point):
                    block.scroll_sideways(pixels)
                    return
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy, select all, follow a link."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_selection()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select(whole(self.blocks))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._link is not None:
            chosen = self._link
            self._follow(next((link[3] for link in self.all_links() if link[:3] == chosen), ""))
        else:
            event.ignore()

    def focusNextPrevChild(self, next: bool) -> bool:
        """Let Tab go over the links of the message before it leaves."""
        if self.hasFocus():
            links = [link[:3] for link in self.all_links()]
            at = links.index(self._link) if self._link in links else -1
            at += 1 if next else -1
            if 0 <= at < len(links):
                self.select(None)
                self._link = links[at]
                self.update()
                return True
            self._link = None
            self.update()
        return super().focusNextPrevChild(next)

    def copy_selection(self) -> None:
        """Copy what is selected as Markdown, or the whole message where nothing is."""
        QGuiApplication.clipboard().setText(self.selected_markdown() or self.message.text)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be copied."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.selected_markdown():
            menu.addAction("Copy", self.copy_selection)
        target = self.link_at(event.pos())
        if is_safe_link(target):
            menu.addAction("Copy link address", lambda: QGuiApplication.clipboard().setText(target))
        menu.addAction("Copy message", lambda: QGuiApplication.clipboard().setText(self.message.text))
        menu.addAction("Select all", lambda: self.select(whole(self.blocks)))
        menu.popup(event.globalPos())

    def _follow(self, target: str) -> None:
        if target.startswith(EVIDENCE):
            self.evidence_activated.emit(target.removeprefix(EVIDENCE))
        elif is_safe_link(target):
            self.link_activated.emit(target)
