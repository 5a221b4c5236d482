"""What goes with the next message: files taken, kept with the draft, taken away, and what the models take of them."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from desktop.actions import Actions
from desktop.assembly import run_options
from desktop.attaching import (
    MOST_ATTACHMENTS,
    PASTED_PICTURE,
    PASTED_TEXT,
    Prepared,
    prepare_bytes,
    prepare_file,
    prepare_text,
)
from desktop.conversations import Conversations
from desktop.engine.errors import AttachmentRefused, EngineError, UnknownName
from desktop.engine.media import decode_text
from desktop.engine.messages import Attachment, ConversationInfo
from desktop.engine.models.attachment_limits import objections_of, readers
from desktop.engine.store.attachments import Attachments
from desktop.engine_holder import EngineHolder
from desktop.pictures import picture_of
from desktop.settings import Settings
from desktop.views.attachment_bar import AttachmentBar
from desktop.views.file_chooser import FileChooser
from desktop.views.main_window import MainWindow


class AttachmentActions(QObject):
    """Takes files for the open conversation's draft. Truth is the store's; here is only what is being read.

    Args:
        window: The window.
        settings: What the person chose.
        holder: The engine, once it is open.
        actions: Runs what takes time.
        conversations: Which one is open.
    """

    def __init__(
        self,
        window: MainWindow,
        settings: Settings,
        holder: EngineHolder,
        actions: Actions,
        conversations: Conversations,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self._holder = holder
        self._actions = actions
        self._conversations = conversations
        self._one_at_a_time = asyncio.Lock()
        self._choosing = FileChooser(QStandardPaths.StandardLocation.DocumentsLocation)
        self._reading = 0
        self._last_pasted = ""
        editor, bar = window.composer.editor, self._bar
        editor.most_characters, editor.most_lines = settings.paste_limit_characters, settings.paste_limit_lines
        window.files_offered.connect(self._take_files)
        window.picture_offered.connect(lambda image: self._take([partial(_prepare_picture, image)]))
        window.long_text_offered.connect(lambda text: self._take([partial(prepare_text, text)]))
        window.composer.attach_requested.connect(self._choose)
        window.role_chosen.connect(lambda _name: self.show_problems())
        window.tools_toggled.connect(lambda _on: self.show_problems())
        window.top_bar.model_menu.model_chosen.connect(lambda _brain, _name: self.show_problems())
        editor.long_text_undone.connect(lambda: actions.do(self._put_back_as_text("")))
        bar.removed.connect(lambda hash: actions.do(self._remove(hash)))
        bar.text_wanted.connect(lambda hash: actions.do(self._put_back_as_text(hash)))
        bar.pictures.wanted.connect(lambda hash: actions.do(self._load_picture(hash)))
        conversations.shown.connect(lambda _run: self.show_draft())

    @property
    def _bar(self) -> AttachmentBar:
        bar = self._window.composer.attachments
        if bar is None:
            raise RuntimeError("the window is not furnished yet")
        return bar

    def take(self) -> tuple[Attachment, ...]:
        """What goes with the message that is being sent; the row is empty then."""
        attachments = self._bar.attachments
        self._bar.show_attachments(())
        return attachments

    def show_draft(self) -> None:
        """Show what the open conversation's draft has."""
        info = self._conversations.open
        if info is None:
            self._bar.show_attachments(())
        else:
            self._actions.do(self._show(info))

    def show_problems(self) -> None:
        """Show what the chosen models do not take."""
        attachments = self._bar.attachments
        if self._holder.current is None or not attachments:
            self._bar.show_problems({})
            return
        registry = self._holder.registry
        try:
            options = run_options(
                registry,
                self._settings,
                role=self._conversations.role_name,
                root=Path(),
                tools_enabled=self._window.composer.tools.isChecked(),
                models=self._conversations.chosen_models,
            )
            found = objections_of(
                readers(
                    registry,
                    orchestrator=options.orchestrator,
                    responder=options.responder,
                    tools_enabled=options.tools_enabled,
                    answer=options.answer,
                ),
                attachments,
            )
        except UnknownName:  # sending says so
            found = []
        problems: dict[str, str] = {}
        for one in found:
            if one.hash:
                problems.setdefault(one.hash, one.words)
        self._bar.show_problems(problems, " ".join(dict.fromkeys(one.words for one in found if not one.hash)))

    def _choose(self) -> None:
        chooser = self._choosing.make(self._window, "Attach files")
        chooser.setFileMode(QFileDialog.FileMode.ExistingFiles)
        chooser.filesSelected.connect(self._take_files)
        chooser.open()

    def _take_files(self, paths: list[str]) -> None:
        self._take([partial(prepare_file, path) for path in paths])

    def _take(self, works: list[Callable[[], Prepared]]) -> None:
        self._reading += len(works)
        self._bar.set_reading(self._reading)
        self._actions.do(self._take_all(works))

    async def _take_all(self, works: list[Callable[[], Prepared]]) -> None:
        refused: list[str] = []
        left = len(works)
        try:
            info = await self._conversations.stored()
            async with self._one_at_a_time:
                for work in works:
                    try:
                        await self._take_one(info, work)
                    except AttachmentRefused as error:
                        refused.append(f"{error} {error.action}".strip())
                    left -= 1
                    self._reading -= 1
                    await self._show(info)
        finally:
            self._reading -= left
            self._bar.set_reading(self._reading)
        if refused:
            shown = refused if len(refused) <= 3 else [*refused[:3], f"And {len(refused) - 3} more."]
            self._window.set_notice(" ".join(shown), kind="danger")
        await self._conversations.show_list()

    async def _take_one(self, info: ConversationInfo, work: Callable[[], Prepared]) -> None:
        store = self._store(info)
        if len(await store.draft(info.id)) >= MOST_ATTACHMENTS:
            raise AttachmentRefused(f"A message takes at most {MOST_ATTACHMENTS} files.", action="Send it first.")
        prepared = await asyncio.to_thread(work)
        one = prepared.attachment
        await store.add_to_draft(info.id, one, prepared.data, prepared.preview)
        if one.name == PASTED_TEXT:
            self._last_pasted = one.hash

    async def _show(self, info: ConversationInfo) -> None:
        found = await self._store(info).draft(info.id)
        if self._conversations.open is not None and self._conversations.open.id == info.id:
            pasted = frozenset(one.hash for one in found if one.is_text and one.name == PASTED_TEXT)
            self._bar.show_attachments(found, pasted)
            self._bar.set_reading(self._reading)
            self.show_problems()

    async def _remove(self, hash: str) -> None:
        if (info := self._conversations.open) is not None:
            await self._store(info).remove_from_draft(info.id, hash)
            await self._show(info)

    async def _put_back_as_text(self, hash: str) -> None:
        """Take a long paste back as text into the editor; the last one where no hash is given."""
        async with self._one_at_a_time:  # it may still be under way
            info, hash = self._conversations.open, hash or self._last_pasted
            if info is None or hash not in {one.hash for one in await self._store(info).draft(info.id)}:
                return
            text = decode_text(await self._store(info).data(hash) or b"") or ""
            await self._store(info).remove_from_draft(info.id, hash)
            self._window.composer.editor.insertPlainText(text)
            self._window.composer.editor.setFocus()
            await self._show(info)

    async def _load_picture(self, hash: str) -> None:
        engine = await self._holder.opened()
        for store in (engine.off_record, engine.store):
            try:
                png = await store.attachments.preview(hash)
            except EngineError:  # a chip without its picture is a chip still
                continue
            if png is not None:
                self._bar.pictures.put(hash, png)
                return

    def _store(self, info: ConversationInfo) -> Attachments:
        return self._holder.engine.session.store_of(info.id).attachments


def _prepare_picture(image: QImage) -> Prepared:
    return prepare_bytes(picture_of(image), PASTED_PICTURE)
