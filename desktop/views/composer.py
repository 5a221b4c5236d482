"""Where the person writes: the editor, the folder, the Tools switch, Send and Stop."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from desktop.views.composer_row import ComposerRow
from desktop.views.edit_bar import EditBar
from desktop.views.message_editor import MessageEditor
from desktop.views.quoting import quotation_at
from desktop.views.theme import SPACE, current_theme

if TYPE_CHECKING:  # brings the engine's values, which take longer than the first paint
    from desktop.views.attachment_bar import AttachmentBar

_DRAFT_DELAY_MS = 300
_MOST_SHARE = 0.4
"""Of the window's height, for the whole composer."""


class Composer(QWidget):
    """The box at the foot of the conversation.

    Attributes:
        editor: The text being written, named "Message".
        send: The push button "Send"; while a run works it is "Queue", and hidden where nothing is written.
        stop: The push button "Stop"; shown while a run works.
        tools: The check box "Tools".
        folder: The button that shows the workspace.
        attach: The button that chooses files.
        attachments: The row of what goes with the message; None until ``take_attachments``.

    Signals:
        submitted(str): The person sent this text, without white space at its ends; the editor is empty now. While a
            run works it is meant for the queue.
        edit_submitted(str, str): The person is done editing; what, as ``begin_edit`` was told, and the new text, which
            is empty where files are what is left of it.
        edit_changed(str, str): What is being edited, and its text, which changed 300 ms ago at most.
        edit_left(str): The person left the edit of this. What was typed was told before.
        edit_reset_requested(str): The person wants what is being edited as it was.
        edited_changed(): Something else is being edited now, or nothing any more.
        edit_last_requested(): The person wants to edit their last message.
        submitted(str): The person sent this text, without white space at its ends; the editor is empty now. It may be
            empty where something is attached.
        attach_requested(): The person wants to choose files.
        stop_clicked(): The person wants the run stopped, by the button or by Esc.
        tools_toggled(bool): The person switched tools on or off for the next message.
        workspace_change_requested(): The folder button was clicked.
        draft_changed(str): The text changed, 300 ms ago at most; empty at once when it was sent.
    """

    submitted = Signal(str)
    edit_submitted = Signal(str, str)
    edit_changed = Signal(str, str)
    edit_left = Signal(str)
    edit_reset_requested = Signal(str)
    edited_changed = Signal()
    edit_last_requested = Signal()
    stop_clicked = Signal()
    tools_toggled = Signal(bool)
    workspace_change_requested = Signal()
    draft_changed = Signal(str)
    attach_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._running = False
        self._quiet = False
        self._edited = ""
        self._kept = ""  # what was being written before an edit began
        self._done = ""  # what ends the edit
        self._send_words = ""
        self.edit_bar = EditBar(self)
        self.editor = MessageEditor(self)
        self._row = row = ComposerRow(self)
        self.attach, self.folder, self.tools, self.stop, self.send = (
            row.attach,
            row.folder,
            row.tools,
            row.stop,
            row.send,
        )
        self.attach.clicked.connect(self.attach_requested)
        self.attachments: AttachmentBar | None = None
        self._drop_hint = False
        self._lay_out()
        self._draft_timer = QTimer(self)
        self._draft_timer.setSingleShot(True)
        self._draft_timer.setInterval(_DRAFT_DELAY_MS)
        self._draft_timer.timeout.connect(self._tell_draft)
        self._escape = QShortcut(Qt.Key.Key_Escape, self)
        self._escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._escape.activated.connect(self._leave)
        self.edit_bar.cancelled.connect(self.cancel_edit)
        self.edit_bar.reset_requested.connect(lambda: self.edit_reset_requested.emit(self._edited))
        self.editor.up_in_empty.connect(self.edit_last_requested)
        self.editor.enter_pressed.connect(self._submit)
        self.editor.textChanged.connect(self._note_change)
        self.editor.installEventFilter(self)
        self.send.clicked.connect(self._submit)
        self.stop.clicked.connect(self.stop_clicked)
        self.tools.clicked.connect(self.tools_toggled)
        self.folder.clicked.connect(self.workspace_change_requested)
        self.setFocusProxy(self.editor)
        self.stop.hide()
        self.set_send_tooltip("")

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, SPACE + SPACE // 2, SPACE, SPACE)
        column.setSpacing(SPACE // 2)
        self._column = column
        inset = QHBoxLayout()
        inset.setContentsMargins(SPACE, 0, 0, 0)
        inset.addWidget(self.editor)
        column.addWidget(self.edit_bar)
        column.addLayout(inset)
        column.addWidget(self._row)
        # Tab goes from the text to Send, which is what comes next most often.
        for before, after in ((self.editor, self.send), (self.send, self.stop), (self.stop, self.attach)):
            QWidget.setTabOrder(before, after)
        QWidget.setTabOrder(self.attach, self.folder)
        QWidget.setTabOrder(self.folder, self.tools)

    def take_attachments(self, bar: "AttachmentBar") -> None:
        """Put in the row of what goes with the message, above the editor. Once."""
        self.attachments = bar
        self._column.insertWidget(0, bar)
        QWidget.setTabOrder(bar, self.editor)
        bar.changed.connect(self._enable_send)
        bar.left.connect(self.editor.setFocus)

    def set_drop_hint(self, on: bool) -> None:
        """Show that files which are dragged over the window can be dropped."""
        self._drop_hint = on
        self.editor.setPlaceholderText("Drop files to attach them" if on else "Write a message")
        self.update()

    @property
    def text(self) -> str:
        """The text being written."""
        return self.editor.toPlainText()

    def set_text(self, text: str) -> None:
        """Put a text in place of what is there, with the cursor at its end. It is not told as a draft.

        What was being edited is edited no more.
        """
        was_edited, self._edited, self._kept = self._edited, "", ""
        self.edit_bar.show_words("")
        self._show(text)
        if was_edited:
            self.edited_changed.emit()

    @property
    def edited(self) -> str:
        """What is being edited, as ``begin_edit`` was told; empty for nothing."""
        return self._edited

    def begin_edit(
        self,
        edited: str,
        text: str,
        words: str,
        done: str = "Send",
        *,
        is_changed: bool = False,
        take_focus: bool = True,
    ) -> None:
        """Put an earlier text in for editing. What was being written is kept, and given back afterwards.

        Args:
            edited: What it is; told back with the new text.
            text: As it stands, or as it was typed in an edit before.
            words: Shown above the text: "Editing an earlier message".
            done: The words of the button that ends it: "Send", or "Save".
            is_changed: Whether it is not as it was any more; the way back is offered then.
            take_focus: Whether the editor gets the keyboard.
        """
        self.flush_draft()
        if not self._edited:
            self._kept = self.text
        self._edited, self._done = edited, done
        self.edit_bar.show_words(words, can_reset=is_changed)
        self._show(text)
        if take_focus:
            self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self.edited_changed.emit()

    def take_original(self, text: str) -> None:
        """Put the text of what is being edited back as it was. Ctrl+Z brings back what was typed."""
        self.edit_bar.show_reset(False)
        cursor = self.editor.textCursor()
        cursor.select(cursor.SelectionType.Document)
        cursor.insertText(text)
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def cancel_edit(self) -> None:
        """Leave an edit, and give back what was being written before."""
        if edited := self._edited:
            self.flush_draft()
            self.end_edit()
            self.edit_left.emit(edited)

    def end_edit(self) -> None:
        """Show what was being written before an edit; nothing is told."""
        if self._edited:
            self.set_text(self._kept)
            self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def quote(self, text: str) -> None:
        """Insert a text as a quotation where the cursor is, and give the editor the focus."""
        cursor = self.editor.textCursor()
        cursor.insertText(quotation_at(self.text[: cursor.selectionStart()], text))
        self.editor.setTextCursor(cursor)
        self.editor.ensureCursorVisible()
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, text: str) -> None:
        self._draft_timer.stop()
        self._quiet = True
        self.editor.setPlainText(text)
        self._quiet = False
        cursor = self.editor.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        self.editor.setTextCursor(cursor)
        self._enable_send()

    def flush_draft(self) -> None:
        """Tell a draft or an edit that is still to be told, now: before another conversation is opened."""
        if self._draft_timer.isActive():
            self._draft_timer.stop()
            self._tell_draft()

    def set_running(self, running: bool) -> None:
        """Show Stop in place of Send while a run works; the text stays editable, and can be queued."""
        if running == self._running:
            return
        had_focus = (self.stop if self._running else self.send).hasFocus()
        self._running = running
        if running:
            self.set_elapsed(0)
        self.stop.setVisible(running)
        self._enable_send()
        if had_focus:
            self.editor.setFocus()

    def set_elapsed(self, seconds: float) -> None:
        """Show how long the run has worked, on Stop and its tool tip."""
        self._row.show_elapsed(seconds)

    def set_send_tooltip(self, text: str) -> None:
        """Show who a message goes to: the role, the model and, with tools on, the orchestrator."""
        self._send_words = text or "Send (Enter)"
        self._enable_send()

    def set_tools(self, on: bool) -> None:
        """Show whether tools are on; nothing is told."""
        self.tools.setChecked(on)

    def set_tools_possible(self, possible: bool) -> None:
        """Let the switch be worked, or show it off where the role or the settings use no tools; nothing is told."""
        self._row.set_tools_possible(possible)

    def set_workspace(self, path: str) -> None:
        """Show the conversation's folder.

        Args:
            path: Absolute; empty hides the button.
        """
        self._row.show_folder(path)

    def fit(self, window_height: int) -> None:
        """Let the composer grow to its share of the window.

        Args:
            window_height: In device-independent pixels.
        """
        controls = self.send.sizeHint().height() + 3 * SPACE
        self.editor.set_most_height(int(window_height * _MOST_SHARE) - controls)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Draw the ring of focus around the whole box when the editor has it."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box: one edge, in the accent while the editor has the focus."""
        theme = current_theme()
        focused = self.editor.hasFocus() or self._drop_hint
        painter = QPainter(self)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            width = 2 if focused else 1
            painter.setPen(QPen(theme.accent if focused else theme.outline, width))
            painter.setBrush(theme.background)
            inset = width / 2
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 12, 12)
        finally:
            painter.end()

    def _submit(self) -> None:
        text = self.text.strip()
        if not self._can_send():
            return
        if self._edited:
            self.flush_draft()
            edited = self._edited
            self.set_text(self._kept)
            self.edit_submitted.emit(edited, text)
            return
        self._draft_timer.stop()
        self._quiet = True
        # Not clear(): so Ctrl+Z brings the text back.
        cursor = self.editor.textCursor()
        cursor.select(cursor.SelectionType.Document)
        cursor.removeSelectedText()
        self._quiet = False
        self._enable_send()
        self.draft_changed.emit("")
        self.submitted.emit(text)

    def _note_change(self) -> None:
        self._enable_send()
        # A running timer runs on: who types without a pause loses no more than others.
        if not self._quiet and not self._draft_timer.isActive():
            self._draft_timer.start()

    def _tell_draft(self) -> None:
        if self._edited:  # the draft is what was being written before
            self.edit_changed.emit(self._edited, self.text)
        else:
            self.draft_changed.emit(self.text)

    def _leave(self) -> None:
        if QApplication.activeModalWidget() is not None:
            return  # it was meant for a dialog that has not been given the keyboard yet
        if self._edited:
            self.cancel_edit()
        else:
            self.stop_clicked.emit()

    def _enable_send(self) -> None:
        has_something = bool(self.text.strip() or self._has_files)
        name = self._done if self._edited else "Queue" if self._running else "Send"
        words = {"Queue": "Queue: send when the run has ended (Enter)", "Save": "Save (Enter)"}
        self._row.show_send(
            name,
            words.get(name, self._send_words),
            is_wanted=has_something or not self._running,
            can_send=self._can_send(),
            beside_stop=self._running,
        )
        self._escape.setEnabled(self._running or bool(self._edited))

    @property
    def _has_files(self) -> bool:
        return self.attachments is not None and bool(self.attachments.chips)

    def _can_send(self) -> bool:
        has_text = bool(self.text.strip())
        if self.attachments is None:
            return has_text
        return self.attachments.is_ready and (has_text or self._has_files)
