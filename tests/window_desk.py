"""A window with the real engine behind it and the demo's models, in one process, offscreen."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import shiboken6
from pytestqt.qtbot import QtBot

from desktop.assembly import Engine, open_engine
from desktop.controller import Controller
from desktop.engine.messages import Message
from desktop.paths import Paths
from desktop.secrets import KeyStore
from desktop.settings import Settings
from desktop.views.main_window import MainWindow
from tests.test_secrets import MemoryKeyring


class WindowDesk:
    """A window, its engine and what it does."""

    def __init__(self, window: MainWindow, engine: Engine, controller: Controller, qtbot: QtBot) -> None:
        self.window = window
        self.engine = engine
        self.controller = controller
        self.qtbot = qtbot

    async def settle(self) -> None:
        """Let all that was asked for be done, runs too."""
        while True:
            while self.controller.actions._tasks:
                await asyncio.gather(*self.controller.actions._tasks)
            running = self.engine.session.running
            if not running and not self.controller.actions._tasks:
                return
            for run_id in running:
                await self.engine.session.wait(run_id)

    async def send(self, text: str) -> None:
        """Send a message as the person does, and wait for the end of its run."""
        self.window.composer.editor.setPlainText(text)
        self.window.composer.send.click()
        await self.settle()

    async def begin(self) -> None:
        """Open a new conversation."""
        self.window._tell_new()
        await self.settle()

    async def open(self, conversation_id: str) -> None:
        """Open a conversation as the person does in the list."""
        self.window._tell_chosen(conversation_id)
        await self.settle()

    @property
    def open_id(self) -> str:
        """The id of the open conversation."""
        info = self.controller.conversations.open
        assert info is not None
        return info.id

    async def messages(self) -> list[Message]:
        """The messages of the open conversation, as stored."""
        return await self.engine.session.store_of(self.open_id).conversations.messages(self.open_id)


@contextlib.asynccontextmanager
async def window_desk(qtbot: QtBot) -> AsyncIterator[WindowDesk]:
    """A desk for the length of a block; its files are those of the test's home."""
    paths = Paths.of_system()
    paths.make()
    settings, _ = Settings.load(paths.settings_file)
    settings.demo = True
    window = MainWindow()
    window.furnish()
    controller = Controller(window, settings, paths)
    keys = KeyStore(on_key=lambda key: None, load=MemoryKeyring, environment={})
    engine = await open_engine(paths, settings, keys, controller.take)
    made = WindowDesk(window, engine, controller, qtbot)
    await controller.start(engine, None)
    window.resize(1100, 700)
    window.show()
    window.activateWindow()  # shortcuts need it, and a window of another test may have been the last
    qtbot.waitUntil(window.isActiveWindow)
    yield made
    window.composer.flush_draft()
    await made.settle()
    await controller.close()
    await engine.close()
    shiboken6.delete(window)  # its timers would begin tasks on a loop that is gone
