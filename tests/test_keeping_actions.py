"""What the window does with several conversations at once, on a real store."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PySide6.QtWidgets import QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from desktop.engine.errors import UnknownName
from desktop.engine.messages import ConversationInfo, utc_now
from desktop.exchange_actions import ExchangeActions
from desktop.keeping_actions import UNDO, deletion_question, deletion_told
from desktop.paths import Paths
from desktop.views.ask_box import AskBox
from desktop.window_commands import connect_commands
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
    *_earlier, box = desk.window.findChildren(AskBox)
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
    assert desk.window.undo_bar.said == (
        "Deleted 3 conversations. “Busy” stays: its run is at work in another process.",
        UNDO,
        "warning",
    )
    assert conversations.open is None

    desk.window.undo_bar.action.click()
    await until(lambda: conversations.open is not None)
    assert set(listed(desk)) == set(found)
    assert conversations.open == found["Two"]
    assert desk.window.undo_bar.said[0] == ""


async def three(desk: Desk) -> dict[str, ConversationInfo]:
    for title in ("One", "Two", "Three"):
        await say(desk.engine.store, title)
    await desk.controller.conversations.show_list()
    return listed(desk)


async def delete(desk: Desk, one: ConversationInfo) -> None:
    ask_and_delete(desk, (one,))
    await until(lambda: one.title not in listed(desk))


async def test_each_deletion_can_be_undone_the_last_one_first(desk: Desk) -> None:
    found = await three(desk)
    said = []
    for title in ("One", "Two", "Three"):
        await delete(desk, found[title])
        said.append(desk.window.undo_bar.said[0])
    assert said == [
        "Deleted “One”.",
        "Deleted “Two”. Undo takes back the last of 2 deletions.",
        "Deleted “Three”. Undo takes back the last of 3 deletions.",
    ]
    desk.window.set_notice("Something else.")
    desk.window.set_notice("")
    for number, title in enumerate(("Three", "Two", "One"), start=1):
        assert f"“{title}”" in desk.window.undo_bar.said[0]
        desk.window.undo_bar.action.click()
        await until(lambda number=number: len(listed(desk)) == number)  # type: ignore[misc]
        assert title in listed(desk)
    assert desk.window.undo_bar.said[0] == ""


async def test_the_end_of_one_deletion_leaves_the_next_one_its_time(desk: Desk) -> None:
    found, store = await three(desk), desk.engine.store
    desk.controller.keeping.undo_s = 0.0
    await delete(desk, found["One"])
    await until(lambda: desk.window.undo_bar.said[0] == "")
    desk.controller.keeping.undo_s = 30.0
    await delete(desk, found["Two"])
    await desk.controller.keeping.start()
    assert "“Two”" in desk.window.undo_bar.said[0]
    with pytest.raises(UnknownName):
        await store.keeping.restore(found["One"].id)
    await store.keeping.restore(found["Two"].id)


async def test_what_was_undone_and_deleted_again_has_its_time_anew(desk: Desk) -> None:
    found, store = await three(desk), desk.engine.store
    keeping = desk.controller.keeping
    await delete(desk, found["One"])
    (first,) = keeping._undoable
    desk.window.undo_bar.action.click()
    await until(lambda: "One" in listed(desk))
    await delete(desk, found["One"])
    keeping.undo_s = 0.0
    await keeping._offer(first)  # its time is over
    await store.keeping.restore(found["One"].id)


async def test_a_start_takes_what_was_deleted_long_ago_and_offers_to_undo_the_rest(desk: Desk) -> None:
    found, store = await three(desk), desk.engine.store
    await store.keeping.delete(found["One"].id)
    late = (utc_now() - timedelta(seconds=31)).isoformat()
    await store.database.write(
        lambda db: db.execute("UPDATE conversations SET deleted_at = ? WHERE id = ?", (late, found["One"].id))
    )
    await store.keeping.delete(found["Two"].id, found["Three"].id)
    await desk.controller.conversations.show_list()
    await desk.controller.keeping.start()
    await until(lambda: desk.window.undo_bar.said == ("Deleted 2 conversations.", UNDO, "info"))
    with pytest.raises(UnknownName):
        await store.keeping.restore(found["One"].id)
    desk.window.undo_bar.action.click()
    await until(lambda: set(listed(desk)) == {"Two", "Three"})


async def test_a_bar_that_was_closed_offers_none_of_what_was_deleted_before(desk: Desk) -> None:
    found = await three(desk)
    await delete(desk, found["One"])
    desk.window.undo_bar.close_button.click()
    await delete(desk, found["Two"])
    assert desk.window.undo_bar.said[0] == "Deleted “Two”."


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


def choose_in_menu(desk: Desk, words: str) -> None:
    desk.window.top_bar.menu_button.click()
    *_earlier, menu = desk.window.top_bar.menu_button.findChildren(QMenu)
    (action,) = [each for each in menu.actions() if each.text() == words]
    action.trigger()
    menu.close()


async def test_the_menu_renames_pins_archives_and_deletes_the_open_conversation(desk: Desk) -> None:
    window, controller = desk.window, desk.controller
    exchange = ExchangeActions(controller.desk, Paths.of_system(), str)
    connect_commands(window, controller, exchange, desk.actions)
    choose_in_menu(desk, "Rename conversation")
    assert window.notice.said[0] == "This conversation has no messages yet."
    found = await three(desk)
    await controller.conversations.show(found["Two"].id)
    choose_in_menu(desk, "Pin or unpin conversation")
    await desk.settle()
    assert [each.title for each in listed(desk).values() if each.pinned] == ["Two"]
    choose_in_menu(desk, "Archive conversation, or take it back")
    await desk.settle()
    assert [each.title for each in listed(desk).values() if each.archived] == ["Two"]
    choose_in_menu(desk, "Rename conversation")
    (field,) = [each for each in window.findChildren(QLineEdit) if each.accessibleName() == "Title"]
    assert field.text() == "Two"
    choose_in_menu(desk, "Delete conversation…")
    await desk.settle()
    *_earlier, box = window.findChildren(AskBox)
    assert "“Two” will be deleted" in box.accessibleDescription()


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
