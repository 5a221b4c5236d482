"""What the window does with several conversations at once, on a real store."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop.engine.messages import ConversationInfo
from desktop.keeping_actions import UNDO, deletion_question, deletion_told
from desktop.views.ask_box import AskBox
from tests.engine.store.test_search import OPTIONS, say
from tests.test_audit_actions import Desk, made
from tests.test_secrets import MemoryKeyring

os.environ["QT_QPA_PLATFORM"] = "offscreen"


@pytest.fixture
async def desk(qtbot: QtBot) -> AsyncIterator[Desk]:
    made_desk = await made(qtbot, MemoryKeyring())
    yield made_desk
    await made_desk.controller.close()
    await made_desk.engine.close()


async def until(look: Callable[[], bool]) -> None:
    """Let the loop work until something is so."""
    async with asyncio.timeout(20):
        while not look():  # noqa: ASYNC110 - several tasks of the window's have to come through
            await asyncio.sleep(0)


def info(number: int, **marks: Any) -> ConversationInfo:
    at = datetime(2026, 11, 12, tzinfo=UTC)
    return ConversationInfo(id=f"c{number}", title=f"Title {number}", updated_at=at, workspace="/tmp", **marks)


def listed(desk: Desk) -> dict[str, ConversationInfo]:
    return {each.title: each for each in desk.window.conversations._conversations}


def ask_and_delete(desk: Desk, infos: tuple[ConversationInfo, ...]) -> str:
    """Say yes to the question; the question."""
    desk.window.conversations.delete_requested.emit(infos)
    box = desk.window.findChild(AskBox)
    assert isinstance(box, AskBox)
    words = box.accessibleDescription()
    box.do_button.click()
    return words


async def test_several_are_deleted_but_for_one_at_work_elsewhere_and_one_undoing_brings_all_back(desk: Desk) -> None:
    store, conversations = desk.engine.store, desk.controller.conversations
    for title in ("One", "Two", "Three"):
        await say(store, title)
    busy = (await store.conversations.create("/tmp")).id
    await store.runs.create(busy, "Busy", OPTIONS)  # no task of this window works on it
    private = await desk.engine.off_record.conversations.create("/tmp")
    await say(desk.engine.off_record, "Private", conversation=private.id)
    await conversations.show_list()
    found = listed(desk)
    await conversations.show(found["Two"].id)
    chosen = tuple(found[title] for title in ("Busy", "Two", "Private", "One"))

    words = ask_and_delete(desk, chosen)
    assert "4 conversations will be deleted" in words
    assert "The open one is among them. 1 run at work is stopped." in words
    await until(lambda: set(listed(desk)) == {"Three", "Busy"})
    assert desk.window.notice.said == (
        "Deleted 3 conversations. “Busy” stays: its run is at work in another process.",
        UNDO,
        "warning",
    )
    assert conversations.open is None

    desk.window.notice.action.click()
    await until(lambda: conversations.open is not None)
    assert set(listed(desk)) == set(found)
    assert conversations.open == found["Two"]
    assert desk.window.notice.said[0] == ""


async def test_where_all_are_at_work_elsewhere_none_is_deleted(desk: Desk) -> None:
    store = desk.engine.store
    for title in ("One", "Two"):
        busy = (await store.conversations.create("/tmp")).id
        await store.runs.create(busy, title, OPTIONS)
    await desk.controller.conversations.show_list()
    found = listed(desk)
    ask_and_delete(desk, (found["One"], found["Two"]))
    await desk.settle()
    assert desk.window.notice.said == (
        "Nothing was deleted. “One” and “Two” stay: their runs are at work in another process.",
        "",
        "warning",
    )
    assert set(listed(desk)) == {"One", "Two"}


async def test_several_are_pinned_and_archived_on_disk_and_off_the_record(desk: Desk) -> None:
    await say(desk.engine.store, "One")
    private = await desk.engine.off_record.conversations.create("/tmp")
    await say(desk.engine.off_record, "Private", conversation=private.id)
    await desk.controller.conversations.show_list()
    ids = tuple(each.id for each in listed(desk).values())
    desk.window.conversations.pin_requested.emit(ids, True)
    await desk.settle()
    assert [each.pinned for each in listed(desk).values()] == [True, True]
    desk.window.conversations.archive_requested.emit(ids, True)
    await desk.settle()
    assert [(each.pinned, each.archived) for each in listed(desk).values()] == [(False, True)] * 2


def test_the_question_names_some_and_counts_what_works_and_waits() -> None:
    many = [info(0), info(1, running=True), info(2, running=True), info(3, waiting=True), info(4)]
    assert deletion_question(many, None) == (
        "5 conversations will be deleted, with their messages and tool calls: “Title 0”, “Title 1”, “Title 2” and "
        "2 more. 2 runs at work are stopped. 1 run that waits for you goes too. For 30 seconds this can be undone."
    )
    assert deletion_question(many[:1], many[0]) == (
        "“Title 0” will be deleted, with its messages and tool calls. A run of it that is at work is stopped. "
        "For 30 seconds this can be undone."
    )


def test_a_single_deletion_is_told_by_its_title() -> None:
    assert deletion_told([info(0)], []) == "Deleted “Title 0”."
    stays = "“Title 0” stays: its run is at work in another process."
    assert deletion_told([], [info(0)]) == f"Nothing was deleted. {stays}"
