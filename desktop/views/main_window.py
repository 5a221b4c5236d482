"""The window: it puts the views in their places and tells what the person did."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSize, Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QImage, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QFrame, QMainWindow, QVBoxLayout, QWidget

from desktop.views.centre import Centre, Slot
from desktop.views.controls import one_line
from desktop.views.conversation_list import ConversationList
from desktop.views.dropping import Dropping
from desktop.views.notice_bar import Notice, NoticeKind
from desktop.views.side_panes import PANES, PaneName, SidePanes
from desktop.views.top_bar import TopBar
from desktop.views.waiting_list import WaitingRow

if TYPE_CHECKING:
    from desktop.views.debug_pane import DebugPane
    from desktop.views.tool_pane import ToolPane
    from desktop.views.transcript import Transcript

PROGRAM = "Cortex Desktop"


class MainWindow(QMainWindow):
    """All of the window but the dialogs.

    Made light, so that it is painted and takes input at once; ``furnish`` then adds the transcript and the panes.

    Attributes:
        top_bar: Role, models, switches.
        conversations: The left pane.
        transcript: The messages.
        start_page: In the transcript's place while there is none.
        undo_bar: Says what was deleted and can be undone, above the notice.
        notice: The bar above the composer.
        queue: What waits to be sent, above the composer.
        composer: Where the person writes.
        tool_pane: The right pane's upper half.
        debug_pane: The right pane's lower half.
        panes: The columns.
        status_line: The window's foot.

    Signals:
        submitted(str): The person sent a message.
        stop_clicked(): The person wants the run stopped.
        draft_changed(str): The text of the open conversation's draft.
        new_conversation_requested(): The person wants a new conversation.
        conversation_chosen(str): The person opened a conversation; its id. A pending draft was told before.
        hit_chosen(str, str, str): The person opened a message that was found; its conversation, the message, and the
            words. A pending draft was told before.
        palette_requested(): The person wants the palette.
        command_chosen(str): The person chose a command of the menu; its id.
        workspace_change_requested(): The person wants another folder.
        keys_requested(): The person wants the keys dialog.
        settings_requested(): The person wants the settings.
        tools_settings_requested(): The person wants the dialog of tools and grants.
        waiting_chosen(str, str): The person wants to decide on a waiting run; its conversation, and the run. A
            pending draft was told before.
        tools_toggled(bool): Tools for the next message.
        off_record_toggled(bool): Off the record.
        role_chosen(str): The name of a role.
        notice_action(str): The notice's button was clicked; its words.
        layout_changed(): The person showed, hid or resized a pane.
        usage_requested(): The person wants to see usage and cost.
        files_offered(list): Files were dropped, pasted or chosen; their paths.
        picture_offered(QImage): A picture was pasted or dropped.
        long_text_offered(str): A long text was pasted.
        closed(): The person wants the window closed; `finish_close` does it.
    """

    submitted = Signal(str)
    stop_clicked = Signal()
    draft_changed = Signal(str)
    new_conversation_requested = Signal()
    conversation_chosen = Signal(str)
    hit_chosen = Signal(str, str, str)
    palette_requested = Signal()
    command_chosen = Signal(str)
    workspace_change_requested = Signal()
    keys_requested = Signal()
    settings_requested = Signal()
    tools_settings_requested = Signal()
    waiting_chosen = Signal(str, str)
    tools_toggled = Signal(bool)
    off_record_toggled = Signal(bool)
    role_chosen = Signal(str)
    notice_action = Signal(str)
    layout_changed = Signal()
    usage_requested = Signal()
    files_offered = Signal(list)
    picture_offered = Signal(QImage)
    long_text_offered = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._may_close = False
        self.top_bar = TopBar()
        self.conversations = ConversationList()
        self.transcript: Transcript
        self.tool_pane: ToolPane
        self.debug_pane: DebugPane
        self._tool_slot, self._debug_slot = Slot(), Slot()
        self._centre = Centre()
        self.start_page = self._centre.start_page
        self.undo_bar = self._centre.undo_bar
        self.notice = self._centre.notice
        self.queue = self._centre.queue
        self.composer = self._centre.composer
        self.status_line = self._centre.status_line
        self.panes = SidePanes(self.conversations, self._centre, self._tool_slot, self._debug_slot)
        self._lay_out()
        self._connect()
        self._bind_keys()
        for pane in PANES:
            self.top_bar.show_pane(pane, self.panes.is_shown(pane))
        self.set_title("")
        self.show_start_page(False)
        self.resize(1280, 800)
        self.composer.setFocus()

    def furnish(self) -> None:
        """Add the transcript, the tool pane and the debug pane. Once, before a conversation is shown."""
        # Imported here: Markdown, highlighting and the engine's values take longer than all of the first paint.
        from desktop.views.attachment_bar import AttachmentBar
        from desktop.views.attachment_pictures import shared_pictures
        from desktop.views.debug_pane import DebugPane
        from desktop.views.tool_pane import ToolPane
        from desktop.views.transcript import Transcript

        self.transcript, self.tool_pane, self.debug_pane = Transcript(), ToolPane(), DebugPane()
        self.composer.take_attachments(AttachmentBar(shared_pictures(), self.composer))
        self._centre.transcript_slot.fill(self.transcript)
        self._tool_slot.fill(self.tool_pane)
        self._debug_slot.fill(self.debug_pane)

    def _lay_out(self) -> None:
        hairline = QFrame()
        hairline.setProperty("kind", "hairline")
        hairline.setFixedHeight(1)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top_bar)
        column.addWidget(hairline)
        column.addWidget(self.panes, 1)
        self.setCentralWidget(whole)
        self.setMinimumSize(QSize(620, 440))

    def _connect(self) -> None:
        self.composer.submitted.connect(self.submitted)
        self.composer.editor.files_given.connect(self.files_offered)
        self.composer.editor.picture_given.connect(self.picture_offered)
        self.composer.editor.long_text_given.connect(self.long_text_offered)
        self._dropping = Dropping(self, self.composer)
        self.composer.stop_clicked.connect(self.stop_clicked)
        self.composer.draft_changed.connect(self.draft_changed)
        self.composer.tools_toggled.connect(self.tools_toggled)
        self.composer.workspace_change_requested.connect(self.workspace_change_requested)
        self.conversations.chosen.connect(self._tell_chosen)
        self.conversations.new_requested.connect(self._tell_new)
        self.conversations.hit_chosen.connect(self.tell_hit)
        self.top_bar.menu_button.chosen.connect(self.command_chosen)
        self.conversations.keys_requested.connect(self.keys_requested)
        self.conversations.tools_requested.connect(self.tools_settings_requested)
        self.conversations.waiting.chosen.connect(self._tell_waiting)
        self.start_page.keys_chosen.connect(self.keys_requested)
        self.start_page.example_chosen.connect(self._take_example)
        self.top_bar.role_chosen.connect(self.role_chosen)
        self.top_bar.off_record_toggled.connect(self.off_record_toggled)
        self.top_bar.pane_toggled.connect(self.panes.toggle)
        self.panes.pane_shown.connect(self.top_bar.show_pane)
        self.panes.wishes_changed.connect(self.layout_changed)
        self.notice.action_clicked.connect(self.notice_action)
        self.status_line.totals_clicked.connect(self.usage_requested)

    def _bind_keys(self) -> None:
        bindings = {
            "Ctrl+N": self._tell_new,
            "Ctrl+Shift+T": lambda: self.panes.toggle("tools"),
            "Ctrl+Shift+D": lambda: self.panes.toggle("debug"),
            "Ctrl+K": self.palette_requested.emit,
            "Ctrl+,": self.settings_requested.emit,
            "Alt+Up": lambda: self._move_in_transcript("focus_previous_message"),
            "Alt+Down": lambda: self._move_in_transcript("focus_next_message"),
        }
        for keys, act in bindings.items():
            action = QAction(self)
            action.setShortcut(QKeySequence(keys))
            action.triggered.connect(act)
            self.addAction(action)

    def set_title(self, title: str) -> None:
        """Show the conversation's title, literally; empty for a new one."""
        # Qt takes "[*]" for its mark of unsaved changes; doubled, it is itself.
        shown = one_line(title).replace("[*]", "[*][*]") or "New conversation"
        self.setWindowTitle(f"{shown} — {PROGRAM}")

    def set_models(self, orchestrator: str, responder: str, send_tool_tip: str) -> None:
        """Show who works on the next message.

        Args:
            orchestrator: Its label; empty where nobody gathers.
            responder: Its label; empty where the summary is the answer.
            send_tool_tip: What Send's tool tip says of them.
        """
        self.top_bar.show_models(orchestrator, responder)
        self.composer.set_send_tooltip(send_tool_tip)

    def set_roles(self, roles: Sequence[str], current: str) -> None:
        """Offer these roles, by name; nothing is told."""
        self.top_bar.show_roles(roles, current)

    def set_workspace(self, path: str) -> None:
        """Show the conversation's folder, absolute."""
        self.composer.set_workspace(path)

    def set_tools(self, on: bool) -> None:
        """Show whether the next message has tools; nothing is told."""
        self.composer.set_tools(on)

    def set_off_record(self, on: bool, *, changeable: bool = True) -> None:
        """Show whether the conversation is off the record; nothing is told.

        Args:
            on: Whether it is.
            changeable: False once something of it was sent: what is stored cannot be taken back.
        """
        self.top_bar.set_off_record(on, changeable=changeable)

    def set_waiting(self, rows: Sequence[WaitingRow]) -> None:
        """Show the runs of other conversations that wait for the person, in order."""
        self.conversations.waiting.show_rows(rows)
        self.top_bar.show_waiting(len(rows))

    def set_running(self, running: bool) -> None:
        """Show whether the open conversation's run works."""
        self.composer.set_running(running)

    def set_elapsed(self, seconds: float) -> None:
        """Show how long the run has worked."""
        self.composer.set_elapsed(seconds)

    def set_status(self, text: str) -> None:
        """Show what goes on."""
        self.status_line.show_status(text)

    def set_totals(self, text: str) -> None:
        """Show tokens and cost of the conversation."""
        self.status_line.show_totals(text)

    def set_estimate(self, text: str) -> None:
        """Show what the next message will take at least; empty for nothing."""
        self.status_line.show_estimate(text)

    def set_notice(
        self,
        text: str,
        action: str = "",
        kind: NoticeKind = "info",
        *,
        leaves: bool | None = None,
        of_conversation: bool | None = None,
    ) -> None:
        """Say something above the composer; empty takes it away.

        Args:
            text: The sentence.
            action: The words of its button; empty for none.
            kind: How grave it is.
            leaves: Whether it goes by itself after a while; None for: where it is information without a button.
            of_conversation: Whether it goes when the person opens another conversation; None for: where it is grave,
                and has no button.
        """
        if leaves is None:
            leaves = kind == "info" and not action
        if of_conversation is None:
            of_conversation = kind != "info" and not action
        self.notice.show_anew(Notice(text, action, kind, leaves, of_conversation))

    def show_start_page(self, visible: bool, *, first_start: bool = False, is_same: bool = False) -> None:
        """Show the start page in the transcript's place, or the transcript.

        Args:
            visible: Whether the start page is shown.
            first_start: Its three choices, without a composer, in place of the examples.
            is_same: Whether it is of the conversation that was shown before, read anew: then the keyboard, where it is
                among the conversations, stays there.
        """
        # Whoever chooses among conversations has the keyboard there; it is not taken away when one is loaded behind it.
        focused, rows = self.focusWidget(), self.conversations
        is_among = focused is not None and rows.isAncestorOf(focused) and (is_same or rows.view.is_choosing)
        self._centre.show_start_page(visible, first_start=first_start, takes_keyboard=not is_among)

    def toggle_pane(self, pane: PaneName) -> None:
        """Show or fold a pane."""
        self.panes.toggle(pane)

    def save_layout(self) -> dict[str, str]:
        """Geometry and panes as plain text, for `restore_layout`."""
        geometry = bytes(self.saveGeometry().toBase64().data()).decode("ascii")
        return {"geometry": geometry, **self.panes.save()}

    def restore_layout(self, values: dict[str, str]) -> None:
        """Take a layout that was saved; what is missing or damaged stays as it is."""
        self.restoreGeometry(QByteArray.fromBase64(values.get("geometry", "").encode()))
        self.panes.restore(values)

    def finish_close(self) -> None:
        """Close the window without asking again."""
        self._may_close = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Leave the decision to the program."""
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self.composer.flush_draft()
        self.closed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the composer have its share of the height."""
        super().resizeEvent(event)
        self.composer.fit(event.size().height())

    def focusNextPrevChild(self, next: bool) -> bool:
        """Go to the editor when what had the focus went away; it would fall to whatever comes next in the chain."""
        focused = self.focusWidget()
        is_lost = focused is None or not focused.isVisibleTo(self) or not focused.isEnabled()
        if is_lost and self.composer.editor.isVisibleTo(self):
            self.composer.editor.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        return super().focusNextPrevChild(next)

    def _tell_chosen(self, conversation_id: str) -> None:
        self.composer.flush_draft()
        self.conversation_chosen.emit(conversation_id)

    def tell_hit(self, conversation_id: str, message_id: str, query: str) -> None:
        """Tell that the person wants to see a message, as the list of conversations does."""
        self.composer.flush_draft()
        self.hit_chosen.emit(conversation_id, message_id, query)

    def _tell_waiting(self, conversation_id: str, run_id: str) -> None:
        self.composer.flush_draft()
        self.waiting_chosen.emit(conversation_id, run_id)

    def _tell_new(self) -> None:
        self.composer.flush_draft()
        self.new_conversation_requested.emit()

    def _take_example(self, text: str) -> None:
        self.composer.set_text(text)
        self.composer.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _move_in_transcript(self, verb: str) -> None:
        move = getattr(self.transcript, verb, None)
        if move is not None:
            move()
