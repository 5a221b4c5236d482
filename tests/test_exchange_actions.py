"""Export in the window, on a real store."""

from collections.abc import AsyncIterator

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from desktop.exchange_actions import ExchangeActions, file_name_of
from desktop.paths import Paths
from tests.engine.store.test_search import say
from tests.test_audit_actions import Desk, made
from tests.test_secrets import MemoryKeyring


@pytest.fixture
async def desk(qtbot: QtBot) -> AsyncIterator[Desk]:
    made_desk = await made(qtbot, MemoryKeyring())
    yield made_desk
    await made_desk.controller.close()
    await made_desk.engine.close()


async def proposed(desk: Desk) -> str:
    """The name in the dialog that is opened next."""
    await desk.settle()
    *_earlier, dialog = desk.window.findChildren(QFileDialog)
    (name,) = dialog.selectedFiles()
    dialog.close()
    return name.rpartition("/")[2]


async def test_the_file_is_named_by_the_title_that_the_conversation_has_now(desk: Desk) -> None:
    exchange = ExchangeActions(desk.controller.desk, Paths.of_system(), str)
    other = await say(desk.engine.store, "Not open")
    opened = await desk.controller.conversations.stored()  # as a draft: it has no title yet
    await say(desk.engine.store, "Read the notes", conversation=opened.id)
    exchange.export_open()
    assert await proposed(desk) == "Read the notes.md"
    desk.window.conversations.export_requested.emit((other,))
    assert await proposed(desk) == "Not open.md"
    await desk.engine.store.keeping.rename(opened.id, "A: b/c?")
    exchange.export_open()
    assert await proposed(desk) == "A b c.md"
    exchange.choose_export(None)
    assert await proposed(desk) == "conversations.md"


def test_a_title_of_marks_alone_leaves_a_name() -> None:
    assert file_name_of("?!/") == "conversation"


async def test_a_fault_of_one_conversation_is_not_said_over_another_one(desk: Desk) -> None:
    conversations = desk.controller.conversations
    first, second = [await say(desk.engine.store, title) for title in ("First", "Second")]
    await conversations.show(first)
    desk.window.set_notice("'texts' is a folder.", kind="danger")
    await conversations.refresh()
    assert desk.window.notice.said[0] == "'texts' is a folder."
    await conversations.show(second)
    assert desk.window.notice.said[0] == ""
    desk.window.set_notice("'texts' is a folder.", kind="danger")
    conversations.begin()
    assert desk.window.notice.said[0] == ""
