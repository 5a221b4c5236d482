"""Edits of messages in a window on a real store: kept as typed, shown again, left and taken up, with their files."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.engine.messages import Message
from desktop.engine.store.owner import this_process
from desktop.views.message_actions import EDIT
from tests.window_desk import WindowDesk, window_desk

os.environ["QT_QPA_PLATFORM"] = "offscreen"


@pytest.fixture
async def desk(qtbot: QtBot) -> AsyncIterator[WindowDesk]:
    async with window_desk(qtbot) as made:
        yield made


async def edit(desk: WindowDesk, message: Message) -> None:
    desk.window.transcript.message_action.emit(message.id, EDIT)
    await desk.settle()


def type_on(desk: WindowDesk, text: str) -> None:
    desk.window.composer.editor.insertPlainText(text)


def names(desk: WindowDesk) -> list[str]:
    return [one.name for one in desk.controller.desk.attachment_bar.attachments]


def written(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


async def attach(desk: WindowDesk, path: Path, text: str) -> None:
    desk.window.files_offered.emit([written(path, text)])
    await desk.settle()


async def test_an_edit_comes_back_with_its_conversation_and_the_draft_behind_it(desk: WindowDesk) -> None:
    await desk.send("what is 6*7?")
    here, (asked, _) = desk.open_id, await desk.messages()
    composer = desk.window.composer
    composer.editor.setPlainText("half a thought")
    await edit(desk, asked)
    type_on(desk, " or 6*8?")
    await desk.begin()
    assert (composer.text, composer.edited) == ("", "")
    await desk.open(here)
    assert (composer.text, composer.edited) == ("what is 6*7? or 6*8?", asked.id)
    QTest.keyClick(composer.editor, Qt.Key.Key_Escape)
    await desk.settle()
    assert (composer.text, composer.edited) == ("half a thought", "")
    await desk.open(here)
    assert (composer.text, composer.edited) == ("half a thought", "")


async def test_what_was_typed_into_an_edit_is_had_again_with_a_way_back_to_the_original(desk: WindowDesk) -> None:
    await desk.send("what is 6*7?")
    asked, _ = await desk.messages()
    composer = desk.window.composer
    await edit(desk, asked)
    assert not composer.edit_bar.reset.isVisible()
    type_on(desk, " or 6*8?")
    composer.edit_bar.cancel.click()
    await desk.settle()
    assert composer.text == ""
    await edit(desk, asked)
    assert composer.text == "what is 6*7? or 6*8?"
    assert composer.edit_bar.reset.isVisible()
    composer.edit_bar.reset.click()
    await desk.settle()
    assert composer.text == "what is 6*7?"
    assert not composer.edit_bar.reset.isVisible()
    composer.editor.undo()
    assert composer.text == "what is 6*7? or 6*8?"


async def test_what_an_edit_shows_of_files_is_what_is_sent(desk: WindowDesk, tmp_path: Path) -> None:
    await attach(desk, tmp_path / "one.txt", "one")
    await attach(desk, tmp_path / "two.txt", "two")
    await desk.send("what is 6*7?")
    asked, _ = await desk.messages()
    await attach(desk, tmp_path / "draft.txt", "draft")
    await edit(desk, asked)
    assert names(desk) == ["one.txt", "two.txt"]
    desk.controller.desk.attachment_bar.chips[0].removed.emit()
    await desk.settle()
    await attach(desk, tmp_path / "three.txt", "three")
    assert names(desk) == ["two.txt", "three.txt"]
    desk.window.composer.send.click()
    await desk.settle()
    anew, _ = await desk.messages()
    assert [one.name for one in anew.attachments] == ["two.txt", "three.txt"]
    assert names(desk) == ["draft.txt"]


async def test_a_left_edit_keeps_its_files_apart_from_the_draft(desk: WindowDesk, tmp_path: Path) -> None:
    await desk.send("what is 6*7?")
    asked, _ = await desk.messages()
    await edit(desk, asked)
    await attach(desk, tmp_path / "one.txt", "one")
    desk.window.composer.cancel_edit()
    await desk.settle()
    assert names(desk) == []
    await edit(desk, asked)
    assert names(desk) == ["one.txt"]
    desk.window.composer.edit_bar.reset.click()
    await desk.settle()
    assert names(desk) == []


async def test_an_edit_that_cannot_be_sent_is_still_there(desk: WindowDesk) -> None:
    await desk.send("what is 6*7?")
    asked, _ = await desk.messages()
    await edit(desk, asked)
    desk.window.composer.editor.setPlainText("")
    type_on(desk, "what is 7*8?")
    await desk.engine.store.database.write(
        lambda db: db.execute("UPDATE runs SET state = 'running', owner = ?", (this_process(),))
    )
    desk.window.composer.send.click()
    await desk.settle()
    assert (desk.window.composer.text, desk.window.composer.edited) == ("what is 7*8?", asked.id)
    edit_now = await desk.engine.store.edits.open_in(desk.open_id)
    assert edit_now is not None
    assert edit_now.text == "what is 7*8?"


async def queued(desk: WindowDesk) -> list[str]:
    return [each.text for each in await desk.engine.store.queue.of_conversation(desk.open_id)]


async def at_a_gate(desk: WindowDesk) -> None:
    """A run waits for a decision, and one message is queued behind it."""
    desk.window.composer.editor.setPlainText("run `true`")
    desk.window.composer.send.click()
    await desk.settle()
    desk.window.composer.editor.setPlainText("what is 6*7?")
    desk.window.composer.send.click()
    await desk.settle()
    assert await queued(desk) == ["what is 6*7?"]


async def test_a_queued_message_that_is_edited_says_so_and_offers_no_sending(desk: WindowDesk, tmp_path: Path) -> None:
    await at_a_gate(desk)
    rows, composer = desk.window.queue, desk.window.composer
    composer.editor.up_in_empty.emit()
    await desk.settle()
    assert composer.text == "what is 6*7?"
    assert [row.is_edited for row in rows.rows] == [True]
    assert not rows.send.isVisible()
    await attach(desk, tmp_path / "one.txt", "one")
    type_on(desk, " or 6*8?")
    composer.send.click()
    await desk.settle()
    (row,) = rows.rows
    assert (row.text, row.files, row.is_edited) == ("what is 6*7? or 6*8?", ("one.txt",), False)
    assert rows.send.isVisible()
    assert (composer.text, names(desk)) == ("", [])


async def test_a_withdrawn_message_is_edited_no_more(desk: WindowDesk) -> None:
    await at_a_gate(desk)
    desk.window.composer.editor.up_in_empty.emit()
    await desk.settle()
    desk.window.queue.withdraw_requested.emit(desk.window.queue.rows[0].id)
    await desk.settle()
    assert (desk.window.composer.text, desk.window.composer.edited, await queued(desk)) == ("", "", [])
