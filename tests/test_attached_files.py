"""Attached files that are seen or saved, on a real store."""

import asyncio
import hashlib
from pathlib import Path

from pytestqt.qtbot import QtBot

from desktop.attached_files import AttachedFiles
from desktop.engine.messages import Attachment
from desktop.views.picture_window import PictureWindow
from desktop.views.transcript.reader import Reader
from tests.test_attachment_actions import Desk, desk, keep, prepared

__all__ = ["desk"]  # the fixture


async def test_a_picture_opens_as_large_as_it_is(desk: Desk, qtbot: QtBot) -> None:
    file = prepared(900, 700, "#00ff00")
    await keep(desk.engine.store, file)
    window = desk.controller.desk.window
    window.transcript.file_opened.emit(file.attachment)
    await desk.settle()
    (view,) = window.findChildren(PictureWindow)
    assert view.view.natural_size.width() == 900
    view.close()


async def test_a_picture_that_is_gone_is_said(desk: Desk) -> None:
    window = desk.controller.desk.window
    window.transcript.file_opened.emit(prepared(9, 9, "#00ff00").attachment)
    await desk.settle()
    assert window.notice.said[0].startswith("a.png is not here any more.")


async def test_a_text_opens_in_the_reader_and_is_saved_byte_for_byte(desk: Desk, tmp_path: Path) -> None:
    data = "Gr\u00fc\u00dfe <b>x</b>\n".encode()
    text = Attachment(hash=hashlib.sha256(data).hexdigest(), name="a.txt", media_type="text/plain", size=len(data))
    info = await desk.engine.store.conversations.create("a", "/tmp")
    await desk.engine.store.attachments.add_to_draft(info.id, text, data)
    window = desk.controller.desk.window
    window.transcript.file_opened.emit(text)
    await desk.settle()
    (reader,) = window.findChildren(Reader)
    assert reader.page.toPlainText() == data.decode()
    reader.close()
    files = next(each for each in window.children() if isinstance(each, AttachedFiles))
    await asyncio.wait_for(files._save(text, tmp_path / "b.txt"), 10)
    assert (tmp_path / "b.txt").read_bytes() == data
    assert window.notice.said[0] == f"Saved as {tmp_path / 'b.txt'}."
