"""The personas of a window: the files behind the dialog, watched while it is open."""

import asyncio
from datetime import datetime

from PySide6.QtCore import QFileSystemWatcher

from desktop.engine.prompts import DIRECT, RESPONDER, system_prompt
from desktop.personas import DEFAULT, PersonaError, Personas
from desktop.views.persona_dialog import PersonaDialog, PersonaFile
from desktop.window_actions import Desk, WindowActions

_CHANGED = "This file was changed elsewhere. Save puts your text in its place; discard yours to see the other."


class PersonaActions(WindowActions):
    """Opens the dialog of the personas and does what it asks for.

    Args:
        desk: The window and what stands behind it.
        personas: The files.
    """

    def __init__(self, desk: Desk, personas: Personas) -> None:
        super().__init__(desk)
        self._personas = personas
        self._dialog: PersonaDialog | None = None
        self._last = ""
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(lambda _: self._do(self._look_again()))
        self._watcher.fileChanged.connect(lambda _: self._do(self._look_again()))

    def open(self) -> None:
        """Open the dialog on the persona in use."""
        if self._dialog is None:
            self._dialog = self._make()
        self._dialog.open()
        self._do(self._show(self._dialog.name or DEFAULT))

    def _make(self) -> PersonaDialog:
        dialog = PersonaDialog(self._window)
        dialog.chosen.connect(lambda name: self._do(self._show(name)))
        dialog.saved.connect(lambda name, text: self._do(self._save(name, text)))
        dialog.deleted.connect(lambda name: self._do(self._delete(name)))
        return dialog

    async def _show(self, name: str) -> None:
        """Show a file as it is on disk now."""
        dialog = self._shown
        text, problem = await self._read(name)
        self._last = text
        dialog.show_text(name, text)
        dialog.show_problem(problem)
        await self._list(name)
        dialog.show_sent(self._sent(text))

    async def _list(self, chosen: str) -> None:
        def look() -> list[PersonaFile]:
            return [PersonaFile(name, self._personas.is_own(name), name == DEFAULT) for name in self._personas.names()]

        self._shown.show_files(await asyncio.to_thread(look), chosen)
        folder = self._personas.folder
        if folder.is_dir():
            self._watcher.addPaths([str(folder), *(str(path) for path in [folder / chosen] if path.is_file())])

    async def _read(self, name: str) -> tuple[str, str]:
        try:
            return await asyncio.to_thread(self._personas.read, name), ""
        except PersonaError as error:
            return "", str(error)

    async def _save(self, name: str, text: str) -> None:
        if not text and name in await asyncio.to_thread(self._personas.names) and name != self._shown.name:
            await self._show(name)  # a new one by the name of one that is there
            return
        self._last = text
        try:
            await asyncio.to_thread(self._personas.write, name, text)
        except PersonaError as error:
            self._shown.show_problem(str(error))
            return
        await self._show(name)

    async def _delete(self, name: str) -> None:
        try:
            await asyncio.to_thread(self._personas.delete, name)
        except PersonaError as error:
            self._shown.show_problem(str(error))
            return
        await self._show(DEFAULT)

    async def _look_again(self) -> None:
        """The files were changed: by this program, or elsewhere."""
        dialog = self._shown
        if not dialog.isVisible():
            return
        text, problem = await self._read(dialog.name)
        if text == self._last and not problem:
            await self._list(dialog.name)
        elif dialog.is_changed:
            dialog.show_problem(_CHANGED)
        else:
            await self._show(dialog.name)

    @property
    def _shown(self) -> PersonaDialog:
        assert self._dialog is not None
        return self._dialog

    def _sent(self, persona: str) -> str:
        """What the writing model is told now, its parts under headings that are not sent."""
        off_record = self._window.top_bar.off_record.isChecked()
        tools = self._window.composer.tools.isChecked()
        parts = {
            "Persona": persona.strip() or "(empty)",
            "Instructions of the program": (RESPONDER if tools else DIRECT).strip(),
            "Date and mode, where the role tells them": system_prompt(
                now=datetime.now().astimezone(), off_record=off_record
            ),
        }
        return "\n\n".join(f"── {head} ──\n{text}" for head, text in parts.items())
