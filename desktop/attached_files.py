"""Attached files that are seen in a window of their own, or saved: their bytes are loaded by hash."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from desktop.engine.errors import AttachmentRefused
from desktop.engine.media import decode_text
from desktop.engine.messages import Attachment
from desktop.file_choosing import DOWNLOADS, FileChooser
from desktop.pictures import whole_picture
from desktop.views.attachment_chips import chip_name
from desktop.views.picture_window import PictureWindow
from desktop.views.transcript.reader import text_reader
from desktop.window_actions import Desk, WindowActions

_ANY = "All files (*)"


class AttachedFiles(WindowActions):
    """Shows pictures and texts, and saves any file where the person says. No file is opened by another program.

    Args:
        desk: The window and what stands behind it.
        read: The bytes of a hash; None where there are none.
    """

    def __init__(self, desk: Desk, read: Callable[[str], Awaitable[bytes | None]]) -> None:
        super().__init__(desk)
        self._read = read
        self._files = FileChooser(DOWNLOADS)
        transcript = desk.window.transcript
        transcript.file_opened.connect(lambda attachment: self._do(self._open(attachment)))
        transcript.file_saving_requested.connect(self._ask_where)

    async def _bytes(self, attachment: Attachment) -> bytes:
        data = await self._read(attachment.hash)
        if data is None:
            raise AttachmentRefused(f"{chip_name(attachment)} is not here any more.")
        return data

    async def _open(self, attachment: Attachment) -> None:
        if not attachment.is_picture:
            text = await asyncio.to_thread(decode_text, await self._bytes(attachment))
            text_reader(chip_name(attachment), text or "", self._window.font(), self._window).show()
            return
        view = PictureWindow(chip_name(attachment), self._window)  # at once: what is typed from now on is for it
        view.show()
        try:
            view.show_picture(await asyncio.to_thread(whole_picture, await self._bytes(attachment)))
        except AttachmentRefused:
            view.close()
            raise

    def _ask_where(self, attachment: Attachment) -> None:
        suffix = Path(attachment.name).suffix.removeprefix(".")
        self._files.ask_target(
            self._window,
            "Save the attached file",
            {_ANY: suffix},
            chip_name(attachment).replace("/", "_"),
            lambda target, _kind: self._do(self._save(attachment, target)),
        )

    async def _save(self, attachment: Attachment, target: Path) -> None:
        data = await self._bytes(attachment)
        await asyncio.to_thread(target.write_bytes, data)
        self._window.set_notice(f"Saved as {target}.")
