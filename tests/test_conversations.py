"""Which conversation and which message of it is shown, in a window on a real store."""

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator

import pytest
from pytestqt.qtbot import QtBot

from desktop.paths import Paths
from tests.window_desk import WindowDesk, window_desk

os.environ["QT_QPA_PLATFORM"] = "offscreen"


@pytest.fixture
async def desk(qtbot: QtBot) -> AsyncIterator[WindowDesk]:
    async with window_desk(qtbot) as made:
        yield made


async def test_a_hit_in_a_conversation_begun_just_now_is_gone_to(desk: WindowDesk) -> None:
    await desk.begin()
    await desk.send("what is 6*7?")
    asked, _ = await desk.messages()
    transcript = desk.window.transcript
    desk.window.tell_hit(desk.open_id, asked.id, "6*7")
    await desk.settle()
    assert transcript.current == 0
    assert transcript.finder.current is not None


async def test_a_hit_in_the_open_conversation_wins_over_one_that_is_still_being_read(desk: WindowDesk) -> None:
    await desk.send("what is 6*7?")
    other = desk.open_id
    await desk.begin()
    await desk.send("what is 7*8?")
    here, (asked, _) = desk.open_id, await desk.messages()
    desk.window.conversation_chosen.emit(other)
    desk.window.tell_hit(here, asked.id, "7*8")
    await desk.settle()
    assert desk.open_id == here
    assert desk.window.transcript.current == 0


async def test_what_is_sent_while_the_last_conversation_is_read_stays_in_sight(desk: WindowDesk) -> None:
    await desk.send("what is 6*7?")
    last = desk.open_id
    await desk.begin()
    start = asyncio.ensure_future(desk.controller.conversations.start(last))
    await desk.send("what is 7*8?")
    await start
    await desk.settle()
    assert "what is 7*8?" in [message.text for message in desk.window.transcript.column.messages]
    assert desk.open_id != last


def break_search() -> None:
    """Have every search fail, as in a database that is damaged."""
    with contextlib.closing(sqlite3.connect(Paths.of_system().database)) as database:
        database.execute("DROP TABLE message_index")
        database.commit()


async def test_a_search_that_fails_says_so_and_does_not_seem_to_go_on(desk: WindowDesk) -> None:
    await desk.send("what is 6*7?")
    rows = desk.window.conversations
    break_search()
    rows.search.setText("wombat")
    assert rows._nothing.text() == "Searching…"
    rows._pause.timeout.emit()
    await desk.settle()
    assert rows._nothing.text() == "The messages could not be searched."
    rows.search.setText("wombats")
    assert rows._nothing.text() == "Searching…"


async def test_the_palette_says_that_a_search_failed(desk: WindowDesk) -> None:
    await desk.send("what is 6*7?")
    palette = desk.controller.finding.palette
    break_search()
    palette.field.setText("wombat")
    palette._pause.timeout.emit()
    await desk.settle()
    assert palette._nothing.text() == "The messages could not be searched."
