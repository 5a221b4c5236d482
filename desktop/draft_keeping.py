"""What is typed and not sent, stored as it is typed; where that cannot be done, as soon as it can."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from desktop.engine.errors import StoreError, StoreFull
from desktop.engine.messages import ConversationInfo
from desktop.views.main_window import MainWindow

KEEP_EVERY_S = 2.0
NO_ROOM = "The disk is full. What you typed is not stored yet: it will be as soon as there is room."

Keep = Callable[[ConversationInfo | None, str], Awaitable[None]]
"""Stores the draft of a conversation; None for one that is not stored yet."""


class DraftKeeping:
    """Stores drafts, and tries again where that fails.

    Args:
        window: Says that a draft is not stored yet.
        keep: Stores one.
    """

    def __init__(self, window: MainWindow, keep: Keep) -> None:
        self._window = window
        self._keep = keep
        self._unkept: dict[str, tuple[ConversationInfo | None, str]] = {}
        self._told = ""
        self._trying: asyncio.Task[None] | None = None

    async def keep(self, info: ConversationInfo | None, text: str) -> None:
        """Store a draft in the place of what was typed before.

        Args:
            info: Its conversation; None for one that is not stored yet.
            text: All of it.
        """
        key = info.id if info is not None else ""
        try:
            await self._keep(info, text)
        except StoreError as fault:
            self._unkept[key] = info, text
            self._tell(fault)
            if self._trying is None or self._trying.done():
                self._trying = asyncio.create_task(self._keep_trying(), name="drafts")
        else:
            self._unkept.pop(key, None)
            self._take_back()

    def typed_in(self, conversation_id: str, stored: str) -> str:
        """What is typed in a conversation: the draft that is stored, or a newer one that could not be yet.

        Args:
            conversation_id: Which conversation.
            stored: Its draft in the store.
        """
        unkept = self._unkept.get(conversation_id)
        return unkept[1] if unkept is not None else stored

    async def close(self) -> None:
        """Try for the last time."""
        if self._trying is not None:
            self._trying.cancel()
            await asyncio.wait([self._trying])
        await self._keep_all()

    async def _keep_trying(self) -> None:
        while self._unkept:
            await asyncio.sleep(KEEP_EVERY_S)
            await self._keep_all()

    async def _keep_all(self) -> None:
        for key, draft in list(self._unkept.items()):
            with contextlib.suppress(StoreError):
                await self._keep(*draft)
                if self._unkept.get(key) == draft:
                    del self._unkept[key]
        self._take_back()

    def _tell(self, fault: StoreError) -> None:
        if not self._told:  # once: the person may have dismissed it
            self._told = NO_ROOM if isinstance(fault, StoreFull) else f"What you typed is not stored yet: {fault}"
            self._window.set_notice(self._told, kind="danger")

    def _take_back(self) -> None:
        if self._told and not self._unkept:
            if self._window.notice.said[0] == self._told:
                self._window.set_notice("")
            self._told = ""
