"""What the person does with a message: edits it, has it worked or written again, switches between its versions."""

from collections.abc import Callable, Sequence

from PySide6.QtGui import QGuiApplication

from desktop.edit_actions import EditActions, EditKind
from desktop.engine.messages import Attachment, Message
from desktop.views import message_actions as ids
from desktop.window_actions import Desk, WindowActions


class MessageActions(WindowActions):
    """Wires the actions of messages to the engine.

    Args:
        desk: The window and what stands behind it.
        is_busy: Whether a run of the open conversation works.
        edits: Edits of messages.
    """

    def __init__(self, desk: Desk, is_busy: Callable[[], bool], edits: EditActions) -> None:
        super().__init__(desk)
        self._is_busy = is_busy
        self._was_busy = False
        self._edits = edits
        edits.sent = EditKind("Editing an earlier message", "Send", self._send_anew)
        window, do, conversations = desk.window, self._do, desk.conversations
        window.transcript.set_actions(self._actions_of, lambda message: message.id in conversations.versions)
        window.transcript.message_action.connect(lambda message, action: do(self._act(message, action)))
        window.transcript.quote_requested.connect(window.composer.quote)
        window.composer.edit_last_requested.connect(lambda: do(self._edit_last()))

    def show_busy(self) -> None:
        """Show what can be done now that a run began or ended."""
        if self._is_busy() != self._was_busy:
            self._was_busy = not self._was_busy
            self._window.transcript.refresh_actions()

    def _actions_of(self, message: Message) -> Sequence[ids.MessageAction]:
        version = self._conversations.versions.get(message.id)
        return ids.actions_of(message, version, is_busy=self._is_busy())

    async def _act(self, message_id: str, action: str) -> None:
        message = await self._message(message_id)
        info = self._conversations.open
        if message is None or info is None:
            return
        session = self._session
        match action:
            case ids.COPY:
                QGuiApplication.clipboard().setText(message.text)
            case ids.EDIT:
                await self._edits.begin(message.id)
            case ids.WRITE_AGAIN if message.run_id is not None:
                await session.write_again(message.run_id)  # that it goes on brings its place into sight
            case ids.REGENERATE if message.run_id is not None:
                await session.editing.regenerate(message.run_id, self._desk.run_options(info.workspace))
                await self._conversations.refresh()
            case ids.PREVIOUS | ids.NEXT:
                await self._switch(message.id, action)

    async def _switch(self, message_id: str, action: str) -> None:
        version = self._conversations.versions.get(message_id)
        wanted = None if version is None else version.previous if action == ids.PREVIOUS else version.next
        if wanted is not None:
            transcript = self._window.transcript
            end = transcript.end_of(message_id)
            await self._store_of(wanted).branching.choose(wanted)
            await self._conversations.refresh()
            transcript.reveal(wanted)
            transcript.keep_end(wanted, end)

    async def edit_of_run(self, run_id: str) -> None:
        """Edit the message that a run worked on."""
        await self._edits.begin((await self._store_of(run_id).runs.get(run_id)).message_id)

    async def _edit_last(self) -> None:
        if self._window.queue.rows:
            self._window.queue.edit_requested.emit(self._window.queue.rows[-1].id)
        elif not self._is_busy():
            own = [message for message in await self._messages() if message.role == "user"]
            if own:
                await self._edits.begin(own[-1].id)

    async def _send_anew(self, message_id: str, text: str, attachments: tuple[Attachment, ...]) -> None:
        info = self._conversations.open
        if info is None:
            return
        self._window.set_notice("")
        options = self._desk.run_options(info.workspace)
        self._session.runner.check(options, attachments)
        await self._session.editing.send_anew(message_id, text, options, attachments)
        await self._conversations.refresh()

    async def _message(self, message_id: str) -> Message | None:
        return next((message for message in await self._messages() if message.id == message_id), None)

    async def _messages(self) -> list[Message]:
        info = self._conversations.open
        if info is None:
            return []
        return await self._store_of(info.id).conversations.messages(info.id)
