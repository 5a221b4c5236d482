"""Export, import, backup and restore in the window."""

import asyncio
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from desktop.attaching import prepare_bytes
from desktop.engine.exchange.reading import read_conversations
from desktop.engine.exchange.values import ExportForm
from desktop.engine.exchange.writing import suffix_of
from desktop.engine.messages import utc_now
from desktop.engine.store.backup import back_up, stage_restore, staged
from desktop.exchange import count_of, export_conversations, import_words
from desktop.file_choosing import DOCUMENTS, DOWNLOADS, FileChooser
from desktop.paths import Paths
from desktop.views.ask_box import AskBox
from desktop.window_actions import Desk, WindowActions

_FORMS: dict[str, ExportForm] = {
    "Markdown (*.md)": "markdown",
    "Web page (*.html)": "html",
    "JSON with everything (*.json)": "json",
}
KEEP_PRESENT = "Do not restore"
"""The words of the notice's button that takes a staged backup away again."""


class ExchangeActions(WindowActions):
    """Asks for files and does the work off the window's thread.

    Args:
        desk: The window and what stands behind it.
        paths: Where the database lies.
        redact: Takes keys out of what is exported.
    """

    def __init__(self, desk: Desk, paths: Paths, redact: Callable[[str], str]) -> None:
        super().__init__(desk)
        self._paths = paths
        self._redact = redact
        self._working = asyncio.Lock()
        self._saving = FileChooser(DOCUMENTS)
        self._opening = FileChooser(DOWNLOADS)
        desk.window.conversations.export_requested.connect(self.choose_export)
        desk.window.notice_action.connect(self._act_on_notice)

    def export_open(self) -> None:
        """Ask for a file for the open conversation."""
        info = self._conversations.open
        if info is None:
            self._window.set_notice("This conversation has no messages yet.", of_conversation=True)
        elif info.off_record:
            words = "What is off the record is not exported: it leaves no text on disk."
            self._window.set_notice(words, of_conversation=True)
        else:
            self.choose_export((info.id,))

    def choose_export(self, conversation_ids: Sequence[str] | None) -> None:
        """Ask for a file for conversations.

        Args:
            conversation_ids: Which ones, in the order they are to stand in; None for all.
        """
        if conversation_ids is None:
            self._ask_target(None, "Export all conversations", "conversations")
        elif len(conversation_ids) == 1:
            self._do(self._choose_export_of(conversation_ids[0]))
        else:
            title = f"Export {count_of(len(conversation_ids), 'conversation')}"
            self._ask_target(conversation_ids, title, "conversations")

    async def _choose_export_of(self, conversation_id: str) -> None:
        """Ask for a file for one conversation, named by the title that it has now."""
        info = await self._store_of(conversation_id).conversations.get(conversation_id)
        self._ask_target((conversation_id,), "Export", file_name_of(info.title))

    def _ask_target(self, conversation_ids: Sequence[str] | None, title: str, name: str) -> None:
        self._saving.ask_target(
            self._window,
            title,
            {words: suffix_of(form) for words, form in _FORMS.items()},
            f"{name}.md",
            lambda path, chosen: self._do(self.export(conversation_ids, path, _FORMS[chosen])),
        )

    async def export(self, conversation_ids: Sequence[str] | None, path: Path, form: ExportForm) -> None:
        """Export to a file, and say so; a suffix that names another form has the last word.

        Args:
            conversation_ids: Which conversations, in order; None for all.
            path: The file.
            form: What to write.
        """
        by_suffix = {f".{suffix_of(each)}": each for each in _FORMS.values()}
        form = by_suffix.get(path.suffix.lower(), form)
        wanted = None if conversation_ids is None else list(conversation_ids)
        self._window.set_notice("Exporting…", leaves=False)
        count = await asyncio.to_thread(export_conversations, self._paths.database, path, form, wanted, self._redact)
        self._window.set_notice(f"Exported {count_of(count, 'conversation')} to {path}.")

    def choose_import(self) -> None:
        """Ask for a file to import."""
        kinds = ["Exports of Cortex Desktop, ChatGPT or Claude (*.json *.zip)", "All files (*)"]
        self._opening.ask_file(self._window, "Import conversations", kinds, lambda path: self._do(self.take_in(path)))

    async def take_in(self, path: Path) -> None:
        """Import a file, and say what came of it.

        Args:
            path: The file.
        """
        engine = self._holder.engine
        async with self._working:
            self._window.set_notice(f"Reading {path.name}…", leaves=False)
            done = await engine.store.importing.take(
                read_conversations(path),
                str(self._conversations.workspace),
                lambda read: self._window.set_notice(
                    f"Importing… {count_of(read, 'conversation')} read.", leaves=False
                ),
                prepare_bytes,
            )
        self._window.set_notice(import_words(done))
        await self._conversations.show_list()

    def choose_backup(self) -> None:
        """Ask for a file for a backup."""
        self._saving.ask_target(
            self._window,
            "Back up everything",
            {"Backups (*.cortex-backup)": "cortex-backup"},
            f"cortex-{utc_now().astimezone():%Y-%m-%d}.cortex-backup",
            lambda path, _kind: self._do(self.back_up(path)),
        )

    async def back_up(self, path: Path) -> None:
        """Back up to a file, and say so."""
        self._window.set_notice("Backing up…", leaves=False)
        size = await asyncio.to_thread(back_up, self._paths.database, path)
        self._window.set_notice(
            f"Backed up and checked: {path}, {size / 1e6:,.1f} MB. It holds everything but settings and keys."
        )

    def choose_restore(self) -> None:
        """Ask for a backup."""
        kinds = ["Backups (*.cortex-backup)", "All files (*)"]
        self._opening.ask_file(self._window, "Restore a backup", kinds, self._ask_to_restore)

    def _ask_to_restore(self, path: Path) -> None:
        text = (
            f"At the next start, all conversations, grants, notes and the audit log will be those of {path.name}. "
            "What is here now is put aside beside them, and not deleted."
        )
        AskBox(
            self._window,
            "Restore a backup",
            text,
            "Restore at the next start",
            lambda: self._do(self.stage(path)),
        ).open()

    async def stage(self, path: Path) -> None:
        """Check a backup and let it take the database's place at the next start."""
        self._window.set_notice("Checking the backup…", leaves=False)
        await asyncio.to_thread(stage_restore, path, self._paths.database)
        self._window.set_notice("The backup is whole. It takes effect when Cortex Desktop starts next.", KEEP_PRESENT)

    def _act_on_notice(self, action: str) -> None:
        if action == KEEP_PRESENT:
            staged(self._paths.database).unlink(missing_ok=True)
            self._window.set_notice("Everything stays as it is.")


def file_name_of(title: str) -> str:
    """A file name, without its suffix, from a conversation's title."""
    return " ".join(re.sub(r"[^\w .,()-]+", " ", title).split()).strip(" .")[:60] or "conversation"
