"""The switch "Off the record" of a window: it can be thrown until something of the conversation was sent."""

from desktop.attachment_actions import AttachmentActions
from desktop.engine.errors import EngineError
from desktop.window_actions import Desk, WindowActions


class RecordActions(WindowActions):
    """Moves what is being written to memory, or to disk, as the switch says.

    Args:
        desk: The window and what stands behind it.
        attachments: Whose files are part of a draft.
    """

    def __init__(self, desk: Desk, attachments: AttachmentActions) -> None:
        super().__init__(desk)
        self._attachments = attachments
        desk.window.top_bar.off_record_toggled.connect(lambda on: self._do(self._switch(on)))

    def settle(self) -> None:
        """A message is being sent: the switch stays as it is."""
        self._window.set_off_record(self._window.top_bar.off_record.isChecked(), changeable=False)

    def reopen(self) -> None:
        """The message could not be sent: where it would have been the first one, the switch can be thrown again."""
        if self._conversations.shown_run is None:
            self._window.set_off_record(self._window.top_bar.off_record.isChecked())

    async def _switch(self, on: bool) -> None:
        if self._attachments.is_reading:
            self._window.set_off_record(not on)
            words = "Files are still being read. Throw the switch again when they are there."
            self._window.set_notice(words, of_conversation=True)
            return
        self._window.composer.flush_draft()
        try:
            moved = await self._conversations.switch_record(on)
        except EngineError:
            self._window.set_off_record(not on)
            raise
        if moved and on:
            words = "What you had written so far was deleted from the disk."
            self._window.set_notice(words, of_conversation=True)
