"""Edits of earlier and of queued messages: begun, kept as they are typed, shown again, left, and finished."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from PySide6.QtCore import Signal

from desktop.attachment_actions import AttachmentActions
from desktop.engine.errors import EngineError
from desktop.engine.messages import Attachment
from desktop.engine.store.edits import Edit
from desktop.window_actions import Desk, WindowActions

Finish = Callable[[str, str, tuple[Attachment, ...]], Awaitable[None]]
"""Puts an edit in force: the message, its new text, its new files."""


@dataclass(frozen=True, slots=True)
class EditKind:
    """What can be edited.

    Attributes:
        words: Shown above the text.
        done: The words of the button that ends the edit.
        finish: Puts it in force.
    """

    words: str
    done: str
    finish: Finish


class EditActions(WindowActions):
    """Wires the composer's edits to the store, which keeps them as it keeps drafts.

    Args:
        desk: The window and what stands behind it.
        attachments: Whose files an edit shows.

    Attributes:
        sent: How a message that was sent is edited; None until it is known.
        queued: How a queued one is.

    Signals:
        changed(): An edit began or ended.
    """

    changed = Signal()

    def __init__(self, desk: Desk, attachments: AttachmentActions) -> None:
        super().__init__(desk)
        self._attachments = attachments
        self.sent: EditKind | None = None
        self.queued: EditKind | None = None
        composer, do = desk.window.composer, self._do
        composer.edit_changed.connect(lambda edited, text: do(self._keep(edited, text)))
        composer.edit_left.connect(lambda edited: do(self._leave(edited)))
        composer.edit_reset_requested.connect(lambda edited: do(self._reset(edited)))
        composer.edit_submitted.connect(self._finish_shown)
        desk.conversations.edit_found.connect(lambda edit: self._show(edit, take_focus=False))

    async def begin(self, edited: str) -> None:
        """Edit a message, with what was typed into an earlier edit of it.

        Raises:
            UnknownName: It cannot be edited any more.
        """
        composer = self._window.composer
        composer.flush_draft()
        edit = await self._store_of(edited).edits.begin(edited)
        info = self._conversations.open
        if info is None or info.id != edit.conversation_id:
            await self._store_of(edited).edits.leave(edited)
            return
        self._show(edit)
        await self._session.editing.release(edit.conversation_id)  # what another edit held
        self.changed.emit()

    def _show(self, edit: Edit, *, take_focus: bool = True) -> None:
        kind = self.queued if edit.is_queued else self.sent
        if kind is not None:
            self._window.composer.begin_edit(
                edit.edited,
                edit.text,
                kind.words,
                kind.done,
                is_changed=edit.is_changed,
                take_focus=take_focus,
            )

    async def _keep(self, edited: str, text: str) -> None:
        await self._store_of(edited).edits.keep(edited, text)

    async def _leave(self, edited: str) -> None:
        store = self._store_of(edited)
        await store.edits.leave(edited)
        if (info := self._conversations.open) is not None:
            await self._session.editing.release(info.id)
        self.changed.emit()

    async def _reset(self, edited: str) -> None:
        edit = await self._store_of(edited).edits.reset(edited)
        if self._window.composer.edited == edited:
            self._window.composer.take_original(edit.text)
            self._attachments.show_draft()

    def _finish_shown(self, edited: str, text: str) -> None:
        self._do(self._finish(edited, text, self._attachments.take()))

    async def _finish(self, edited: str, text: str, attachments: tuple[Attachment, ...]) -> None:
        info = self._conversations.open
        edit = await self._store_of(edited).edits.open_in(info.id) if info is not None else None
        kind = self.queued if edit is not None and edit.is_queued else self.sent
        if info is None or kind is None:
            return
        try:
            await kind.finish(edited, text, attachments)
        except EngineError:
            shown = self._conversations.open
            if edit is not None and shown is not None and shown.id == info.id and not self._window.composer.edited:
                self._show(edit.model_copy(update={"text": text}))  # nothing that was typed is lost
            raise
        finally:
            self._attachments.show_draft()
            self.changed.emit()
        await self._session.editing.release(info.id)
