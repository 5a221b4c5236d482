"""What goes with the next message: files taken, kept with the draft or the edit, taken away, and what models take."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtGui import QImage

from desktop.attaching import (
    MOST_ATTACHMENTS,
    PASTED_PICTURE,
    PASTED_TEXT,
    Prepared,
    prepare_bytes,
    prepare_file,
    prepare_text,
)
from desktop.engine.errors import AttachmentRefused, EngineError, UnknownName
from desktop.engine.media import decode_text
from desktop.engine.messages import Attachment, ConversationInfo
from desktop.engine.store.attachments import Attachments
from desktop.engine.store.store import Store
from desktop.file_choosing import DOCUMENTS, FileChooser
from desktop.pictures import at_height, picture_of
from desktop.window_actions import Desk, WindowActions


@dataclass(frozen=True, slots=True)
class _Place:
    """What files go with: a conversation's draft, or the message of it that is being edited."""

    store: Store
    conversation_id: str
    edited: str

    async def files(self) -> tuple[Attachment, ...]:
        if self.edited:
            return await self.store.edits.files(self.edited)
        return await self.store.attachments.draft(self.conversation_id)

    async def add(self, prepared: Prepared) -> None:
        one, data, preview = prepared.attachment, prepared.data, prepared.preview
        if self.edited:
            await self.store.edits.add_file(self.edited, one, data, preview)
        else:
            await self.store.attachments.add_to_draft(self.conversation_id, one, data, preview)

    async def remove(self, hash: str) -> None:
        if self.edited:
            await self.store.edits.remove_file(self.edited, hash)
        else:
            await self.store.attachments.remove_from_draft(self.conversation_id, hash)


class AttachmentActions(WindowActions):
    """Takes files for the open conversation's draft, or for the message that is being edited.

    Truth is the store's; here is only what is being read.

    Args:
        desk: The window and what stands behind it.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._one_at_a_time = asyncio.Lock()
        self._one_decoded_at_a_time = asyncio.Lock()
        self._bar = desk.attachment_bar
        self._files = FileChooser(DOCUMENTS)
        self._reading = 0
        self._last_pasted = ""
        window, settings, do = desk.window, desk.settings, self._do
        editor, bar = window.composer.editor, self._bar
        editor.most_characters, editor.most_lines = settings.paste_limit_characters, settings.paste_limit_lines
        window.files_offered.connect(self._take_files)
        window.picture_offered.connect(lambda image: self._take([partial(_prepare_picture, image)]))
        window.long_text_offered.connect(lambda text: self._take([partial(prepare_text, text)]))
        window.composer.attach_requested.connect(self._choose)
        window.composer.edited_changed.connect(self.show_draft)
        window.role_chosen.connect(lambda _name: self.show_problems())
        window.tools_toggled.connect(lambda _on: self.show_problems())
        window.top_bar.model_menu.model_chosen.connect(lambda _brain, _name: self.show_problems())
        editor.long_text_undone.connect(lambda: do(self._put_back_as_text("")))
        bar.removed.connect(lambda hash: do(self._remove(hash)))
        bar.text_wanted.connect(lambda hash: do(self._put_back_as_text(hash)))
        bar.pictures.wanted.connect(lambda hash: do(self._load_picture(hash)))
        bar.pictures.larger_wanted.connect(lambda hash, height: do(self._load_larger(hash, height)))
        desk.conversations.shown.connect(lambda _run: self.show_draft())

    @property
    def is_reading(self) -> bool:
        """Whether files are being read for the draft of a conversation."""
        return self._reading > 0

    def take(self) -> tuple[Attachment, ...]:
        """What goes with the message that is being sent; the row is empty then."""
        attachments = self._bar.attachments
        self._bar.show_attachments(())
        return attachments

    def show_draft(self) -> None:
        """Show what the open conversation's draft has, or the message that is being edited."""
        if (place := self._place()) is None:
            self._bar.show_attachments(())
        else:
            self._do(self._show(place))

    def _place(self) -> _Place | None:
        info = self._conversations.open
        return self._place_in(info, self._window.composer.edited) if info is not None else None

    def _place_in(self, info: ConversationInfo, edited: str) -> _Place:
        return _Place(self._holder.engine.session.store_of(info.id), info.id, edited)

    def show_problems(self) -> None:
        """Show what the chosen models do not take."""
        attachments = self._bar.attachments
        if self._holder.current is None or not attachments:
            self._bar.show_problems({})
            return
        try:
            found = self._session.runner.objections(self._desk.run_options(Path()), attachments)
        except UnknownName:  # sending says so
            found = []
        problems: dict[str, str] = {}
        for one in found:
            if one.hash:
                problems.setdefault(one.hash, one.words)
        self._bar.show_problems(problems, " ".join(dict.fromkeys(one.words for one in found if not one.hash)))

    def _choose(self) -> None:
        self._files.ask_files(self._window, "Attach files", self._take_files)

    def _take_files(self, paths: list[str]) -> None:
        self._take([partial(prepare_file, path) for path in paths])

    def _take(self, works: list[Callable[[], Prepared]]) -> None:
        self._reading += len(works)
        self._bar.set_reading(self._reading)
        self._do(self._take_all(works, self._window.composer.edited))

    async def _take_all(self, works: list[Callable[[], Prepared]], edited: str) -> None:
        refused: list[str] = []
        left = len(works)
        try:
            place = self._place_in(await self._conversations.stored(), edited)
            async with self._one_at_a_time:
                for work in works:
                    try:
                        await self._take_one(place, work)
                    except AttachmentRefused as error:
                        refused.append(f"{error} {error.action}".strip())
                    left -= 1
                    self._reading -= 1
                    await self._show(place)
        finally:
            self._reading -= left
            self._bar.set_reading(self._reading)
        if refused:
            shown = refused if len(refused) <= 3 else [*refused[:3], f"And {len(refused) - 3} more."]
            self._window.set_notice(" ".join(shown), kind="danger")
        await self._conversations.show_list()

    async def _take_one(self, place: _Place, work: Callable[[], Prepared]) -> None:
        if len(await place.files()) >= MOST_ATTACHMENTS:
            raise AttachmentRefused(f"A message takes at most {MOST_ATTACHMENTS} files.", action="Send it first.")
        prepared = await asyncio.to_thread(work)
        one = prepared.attachment
        await place.add(prepared)
        if one.name == PASTED_TEXT:
            self._last_pasted = one.hash

    async def _show(self, place: _Place) -> None:
        found = await place.files()
        if self._place() == place:
            pasted = frozenset(one.hash for one in found if one.is_text and one.name == PASTED_TEXT)
            self._bar.show_attachments(found, pasted)
            self._bar.set_reading(self._reading)
            self.show_problems()

    async def _remove(self, hash: str) -> None:
        if (place := self._place()) is not None:
            await place.remove(hash)
            await self._show(place)

    async def _put_back_as_text(self, hash: str) -> None:
        """Take a long paste back as text into the editor; the last one where no hash is given."""
        async with self._one_at_a_time:  # it may still be under way
            place, hash = self._place(), hash or self._last_pasted
            if place is None or hash not in {one.hash for one in await place.files()}:
                return
            text = decode_text(await place.store.attachments.data(hash) or b"") or ""
            await place.remove(hash)
            self._window.composer.editor.insert(text)
            self._window.composer.editor.setFocus()
            await self._show(place)

    async def _load_picture(self, hash: str) -> None:
        png = await self._read(lambda attachments: attachments.preview(hash))
        if png is not None:
            self._bar.pictures.put(hash, png)

    async def _load_larger(self, hash: str, height: int) -> None:
        async with self._one_decoded_at_a_time:  # a picture may take 256 MB until it is made smaller
            data = await self._read(lambda attachments: attachments.data(hash))
            if data is None:
                return
            try:
                image = await asyncio.to_thread(at_height, data, height)
            except AttachmentRefused:  # its preview shows
                return
        self._bar.pictures.put_larger(hash, image)

    async def read_bytes(self, hash: str) -> bytes | None:
        """The bytes of a file that is attached somewhere; None where there are none."""
        return await self._read(lambda attachments: attachments.data(hash))

    async def _read(self, read: Callable[[Attachments], Awaitable[bytes | None]]) -> bytes | None:
        """Read something of a file from the store that has it."""
        engine = await self._holder.opened()
        for store in (engine.off_record, engine.store):
            with contextlib.suppress(EngineError):  # a chip without its picture is a chip still
                if (found := await read(store.attachments)) is not None:
                    return found
        return None


def _prepare_picture(image: QImage) -> Prepared:
    return prepare_bytes(picture_of(image), PASTED_PICTURE)
