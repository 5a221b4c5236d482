"""What is typed is stored; where that fails it is said, tried again, and said no more once it is stored."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from pytestqt.qtbot import QtBot

from desktop.draft_keeping import NO_ROOM, DraftKeeping
from desktop.engine.errors import StoreError, StoreFull
from desktop.engine.messages import ConversationInfo
from desktop.views.main_window import MainWindow


class Disk:
    """Takes drafts while there is room."""

    def __init__(self) -> None:
        self.fault: StoreError | None = None
        self.kept: list[str] = []

    async def keep(self, info: ConversationInfo | None, text: str) -> None:
        if self.fault is not None:
            raise self.fault
        self.kept.append(text)


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    window = MainWindow()
    qtbot.addWidget(window)
    window.furnish()
    return window


async def until(look: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not look():  # noqa: ASYNC110 - nothing else tells of it
            await asyncio.sleep(0.01)


async def test_draft_that_finds_no_room_is_stored_when_there_is_some_and_the_words_go(window: MainWindow) -> None:
    disk = Disk()
    drafts = DraftKeeping(window, disk.keep)
    disk.fault = StoreFull("There is no room left on the disk.")
    await drafts.keep(None, "typ")
    await drafts.keep(None, "typed")
    assert window.notice.said[0] == NO_ROOM
    disk.fault = None
    await until(lambda: disk.kept == ["typed"])
    await until(lambda: window.notice.said[0] == "")
    await drafts.close()
    assert disk.kept == ["typed"]


async def test_draft_typed_on_later_takes_the_place_of_one_that_found_no_room(window: MainWindow) -> None:
    disk = Disk()
    drafts = DraftKeeping(window, disk.keep)
    disk.fault = StoreError("The disk is read-only.")
    await drafts.keep(None, "typ")
    assert window.notice.said[0] == "What you typed is not stored yet: The disk is read-only."
    disk.fault = None
    await drafts.keep(None, "typed")
    assert window.notice.said[0] == ""
    await drafts.close()
    assert disk.kept == ["typed"]


async def test_draft_is_tried_for_the_last_time_when_the_window_closes(window: MainWindow) -> None:
    disk = Disk()
    drafts = DraftKeeping(window, disk.keep)
    disk.fault = StoreFull("There is no room left on the disk.")
    await drafts.keep(None, "typed")
    disk.fault = None
    await drafts.close()
    assert disk.kept == ["typed"]


async def test_another_notice_is_not_taken_away(window: MainWindow) -> None:
    disk = Disk()
    drafts = DraftKeeping(window, disk.keep)
    disk.fault = StoreFull("There is no room left on the disk.")
    await drafts.keep(None, "typed")
    window.set_notice("Something else.")
    disk.fault = None
    await drafts.keep(None, "typed on")
    assert window.notice.said[0] == "Something else."
    await drafts.close()


async def test_draft_that_is_not_stored_yet_is_what_is_typed_in_its_conversation(window: MainWindow) -> None:
    disk = Disk()
    drafts = DraftKeeping(window, disk.keep)
    at = datetime(2026, 11, 30, tzinfo=UTC)
    info = ConversationInfo(id="c1", title="One", updated_at=at, workspace="/tmp")
    assert drafts.typed_in("c1", "stored") == "stored"
    disk.fault = StoreFull("There is no room left on the disk.")
    await drafts.keep(info, "typed")
    assert drafts.typed_in("c1", "stored") == "typed"
    disk.fault = None
    await drafts.close()
    assert drafts.typed_in("c1", "typed") == "typed"
    assert disk.kept == ["typed"]
