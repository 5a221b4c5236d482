"""What begins a run other than a new message: one edited, a run worked again, a queued message whose turn has come."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from desktop.engine.errors import EngineError, trace_of
from desktop.engine.events import Event, QueuedMessageSent, QueueHalted
from desktop.engine.messages import Attachment, Message
from desktop.engine.store.ids import OFF_RECORD_PREFIX
from desktop.engine.store.records import RunOptions
from desktop.engine.store.store import Store

_log = logging.getLogger(__name__)


class Editing:
    """Part of a session; runs that it begins are worked by the session as any other.

    Args:
        store_of: The store where something of an id lives.
        let_go: Puts aside what could not be stored before; awaited before a run begins.
        begin: Begins to work a stored run.
        listener: Called with every event.

    Attributes:
        sends_queue: Whether a run that ends well lets the next queued message of its conversation follow. Off until
            somebody stays to work it: a command line that waits for one run does not.
    """

    def __init__(
        self,
        *,
        store_of: Callable[[str], Store],
        let_go: Callable[[], Awaitable[None]],
        begin: Callable[[str], None],
        listener: Callable[[Event], None],
    ) -> None:
        self._store_of = store_of
        self._let_go = let_go
        self._begin = begin
        self._listener = listener
        self._held_back: set[str] = set()  # conversations whose queue would have gone on, but for an edit
        self._following: set[asyncio.Task[object]] = set()  # tasks that have let go of their run already
        self._is_closed = False
        self.sends_queue = False

    async def send_anew(
        self, message_id: str, text: str, options: RunOptions, attachments: Sequence[Attachment] = ()
    ) -> tuple[str, Message]:
        """Begin a run on another message in the place of an earlier one, which stays as a branch.

        Args:
            message_id: A message of the person's.
            text: The new one.
            options: What it runs with.
            attachments: The files that go with it, the earlier one's among them where they are to.

        Returns:
            The run's id and the message, both stored. Events follow.

        Raises:
            RunBusy: A run of the conversation is at work.
            UnknownName: The person sent no such message.
        """
        await self._let_go()
        run_id, message = await self._store_of(message_id).branching.send_anew(message_id, text, options, attachments)
        self._begin(run_id)
        return run_id, _marked(message)

    async def regenerate(self, run_id: str, options: RunOptions) -> str:
        """Work the message of a run again from the start, tools and gates too; the answers stay as versions.

        Args:
            run_id: The earlier run.
            options: What the new one runs with.

        Returns:
            The new run's id.

        Raises:
            RunBusy: A run of the conversation is at work.
            RunNotFound: There is no such run.
        """
        await self._let_go()
        new_id = await self._store_of(run_id).branching.work_again(run_id, options)
        self._begin(new_id)
        return new_id

    async def send_queued(self, conversation_id: str, queued_id: str | None = None) -> str | None:
        """Begin a run on a queued message.

        Args:
            conversation_id: Whose queue.
            queued_id: Which message; None for the first, if that is not being edited.

        Returns:
            The run's id; None where the queue is empty or held.

        Raises:
            RunBusy: A run of the conversation is at work.
            UnknownName: The message is not in the queue any more.
        """
        await self._let_go()
        sent = await self._store_of(conversation_id).queue.send(conversation_id, queued_id)
        if sent is None:
            return None
        run_id, message = sent
        self._begin(run_id)
        self._listener(QueuedMessageSent(run_id=run_id, conversation_id=conversation_id, message=_marked(message)))
        return run_id

    async def follow_up(self, run_id: str) -> None:
        """Send what is queued behind a run that has ended well."""
        task = asyncio.current_task()
        if task is None or self._is_closed or not self.sends_queue:
            return
        self._following.add(task)
        conversation_id = ""
        try:
            conversation_id = (await self._store_of(run_id).runs.get(run_id)).conversation_id
            self._held_back.add(conversation_id)  # before it is looked at: an edit that ends meanwhile finds it
            if await self.send_queued(conversation_id) is not None or not await self._is_held(conversation_id):
                self._held_back.discard(conversation_id)
        except Exception as fault:  # what is queued stays there, and the person is told
            _log.error("the queue behind run %s does not go on: %s", run_id, trace_of(fault))
            words = f"{fault} {fault.action}".strip() if isinstance(fault, EngineError) else ""
            self._listener(QueueHalted(run_id=run_id, conversation_id=conversation_id, error=words))
        finally:
            self._following.discard(task)

    async def _is_held(self, conversation_id: str) -> bool:
        return await self._store_of(conversation_id).queue.is_held(conversation_id)

    async def release(self, conversation_id: str) -> None:
        """Send what only the edit of a queued message held back, now that one ended."""
        if self._is_closed or conversation_id not in self._held_back or await self._is_held(conversation_id):
            return
        self._held_back.discard(conversation_id)
        if await self._store_of(conversation_id).queue.state_before(conversation_id) == "done":
            await self.send_queued(conversation_id)

    async def close(self) -> None:
        """Begin nothing any more."""
        self._is_closed = True
        if self._following:
            await asyncio.wait(self._following)


def _marked(message: Message) -> Message:
    return message.model_copy(update={"off_record": message.id.startswith(OFF_RECORD_PREFIX)})
