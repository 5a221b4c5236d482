"""Pictures of attachments in a window, on a real store."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from desktop.assembly import Engine, open_engine
from desktop.attaching import Prepared, prepare_bytes
from desktop.controller import Controller
from desktop.engine.store.store import Store
from desktop.paths import Paths
from desktop.secrets import KeyStore
from desktop.settings import Settings
from desktop.views.attachment_pictures import AttachmentPictures
from desktop.views.main_window import MainWindow
from tests.test_pictures import saved
from tests.test_secrets import MemoryKeyring

os.environ["QT_QPA_PLATFORM"] = "offscreen"


class Desk:
    """The pictures of a window, its engine and what it does."""

    def __init__(self, pictures: AttachmentPictures, engine: Engine, controller: Controller) -> None:
        self.pictures = pictures
        self.engine = engine
        self.controller = controller

    async def settle(self) -> None:
        """Let all that was asked for be done."""
        while self.controller.actions._tasks:
            await asyncio.gather(*self.controller.actions._tasks)


@pytest.fixture
async def desk(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    pictures = AttachmentPictures()
    monkeypatch.setattr("desktop.views.attachment_pictures.shared_pictures", lambda: pictures)
    paths = Paths.of_system()
    paths.make()
    settings, _ = Settings.load(paths.settings_file)
    window = MainWindow()
    qtbot.addWidget(window)
    window.furnish()
    controller = Controller(window, settings, paths)
    keys = KeyStore(on_key=lambda key: None, load=MemoryKeyring, environment={})
    engine = await open_engine(paths, settings, keys, controller.take)
    made = Desk(pictures, engine, controller)
    await controller.start(engine, None)
    yield made
    await made.settle()
    await controller.close()
    await engine.close()


def prepared(width: int, height: int, colour: str) -> Prepared:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    return prepare_bytes(saved(image, "PNG"), "a.png")


async def keep(store: Store, file: Prepared, data: bytes | None = None) -> str:
    info = await store.conversations.create("a", "/tmp")
    await store.attachments.add_to_draft(info.id, file.attachment, data or file.data, file.preview)
    return file.attachment.hash


@pytest.mark.parametrize("off_record", [False, True])
async def test_a_picture_comes_as_large_as_it_is_drawn(desk: Desk, off_record: bool) -> None:
    store = desk.engine.off_record if off_record else desk.engine.store
    hash = await keep(store, prepared(1600, 1200, "#ff0000"))
    assert desk.pictures.at_height(hash, 640) is None
    await desk.settle()
    small = desk.pictures.at_height(hash, 640)
    assert small is not None
    assert small.width() == 256
    await desk.settle()
    large = desk.pictures.at_height(hash, 640)
    assert large is not None
    assert (large.width(), large.height()) == (853, 640)


async def test_a_damaged_picture_keeps_its_preview_and_is_not_asked_for_again(desk: Desk) -> None:
    file = prepared(1600, 1200, "#00ff00")
    hash = await keep(desk.engine.store, file, file.data[:200])
    arrived: list[str] = []
    desk.pictures.arrived.connect(arrived.append)
    for _ in range(3):
        desk.pictures.at_height(hash, 640)
        await desk.settle()
    assert arrived == [hash]
    kept = desk.pictures.at_height(hash, 640)
    assert kept is not None
    assert kept.width() == 256


async def test_what_is_not_in_the_store_does_not_come(desk: Desk) -> None:
    for _ in range(2):
        assert desk.pictures.at_height("/etc/passwd", 640) is None
        await desk.settle()
