"""What those share who turn the wishes of one part of the window into calls of the engine."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtCore import QObject

from desktop.actions import Actions
from desktop.assembly import run_options
from desktop.conversations import Conversations
from desktop.engine.errors import EngineError
from desktop.engine.session import Session
from desktop.engine.store.records import RunOptions
from desktop.engine.store.store import Store
from desktop.engine_holder import EngineHolder
from desktop.settings import Settings, SettingsDamaged
from desktop.views.attachment_bar import AttachmentBar
from desktop.views.main_window import MainWindow


@dataclass(frozen=True, slots=True)
class Desk:
    """A window and what stands behind it.

    Attributes:
        window: The window.
        settings: What the person chose.
        holder: The engine, once it is open.
        actions: Runs what takes time, and shows what fails.
        conversations: Which one is open.
    """

    window: MainWindow
    settings: Settings
    holder: EngineHolder
    actions: Actions
    conversations: Conversations

    @property
    def attachment_bar(self) -> AttachmentBar:
        """The files of the next message."""
        bar = self.window.composer.attachments
        if bar is None:
            raise RuntimeError("the window is not furnished yet")
        return bar

    def run_options(self, root: Path | str, role: str | None = None) -> RunOptions:
        """What a message that is sent now would run with: role, models and tools as the window shows them.

        Args:
            root: The folder that its tools may touch.
            role: Another role than the chosen one.

        Raises:
            UnknownName: There is no such role, or it names no known model.
        """
        return run_options(
            self.holder.registry,
            self.settings,
            role=self.conversations.role_name if role is None else role,
            root=Path(root),
            tools_enabled=self.window.composer.tools.isChecked(),
            models=self.conversations.chosen_models,
        )


class WindowActions(QObject):
    """Wires one part of the window to the engine. It lives as long as the window.

    Args:
        desk: The window and what stands behind it.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk = desk
        self._window = desk.window
        self._settings = desk.settings
        self._holder = desk.holder
        self._conversations = desk.conversations

    def _do(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start what takes time; what fails is shown."""
        return self._desk.actions.do(work)

    @property
    def _session(self) -> Session:
        return self._holder.engine.session

    def _store_of(self, some_id: str) -> Store:
        """The store that keeps a conversation, a message or a run: on disk, or in memory off the record."""
        return self._session.store_of(some_id)

    async def _save_settings(self) -> str:
        """Write the settings; why they could not be written, empty where they were."""
        try:
            await asyncio.to_thread(self._settings.save)
        except (SettingsDamaged, OSError) as error:
            return str(error)
        return ""


class View(Protocol):
    """A view that lies over the window, and has a line of its own for what went wrong."""

    def show_problem(self, text: str) -> None:
        """Show what went wrong."""
        ...


_V = TypeVar("_V", bound=View)


class ViewActions(WindowActions, Generic[_V]):
    """Wires a view of its own, which is made when it is first opened; what fails is said there.

    Args:
        desk: The window and what stands behind it.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._view: _V | None = None

    @property
    def _shown(self) -> _V:
        assert self._view is not None
        return self._view

    def _do(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return super()._do(self._told(work))

    async def _told(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except EngineError as error:
            self._shown.show_problem(f"{error} {error.action}".strip())
        except OSError as error:
            self._shown.show_problem(f"The file could not be written: {error.strerror or error}.")
