"""The personas of a window: the files behind the dialog, watched while it is open."""

import asyncio
from datetime import datetime

from PySide6.QtCore import QFileSystemWatcher, QObject

from desktop.controller import Controller
from desktop.engine.errors import UnknownName
from desktop.personas import DEFAULT, PersonaError, Personas
from desktop.told import Told, told
from desktop.views.main_window import MainWindow
from desktop.views.persona_dialog import PersonaDialog, PersonaFile, SentText

_CHANGED = "This file was changed elsewhere. Save puts your text in its place; discard yours to see the other."


class PersonaActions(QObject):
    """Opens the dialog of the personas and does what it asks for.

    Args:
        window: The window.
        personas: The files.
        controller: Runs what takes time, and knows what the next run is begun with.
    """

    def __init__(self, window: MainWindow, personas: Personas, controller: Controller) -> None:
        super().__init__(window)
        self._window = window
        self._personas = personas
        self._controller = controller
        self._actions = controller.actions
        self._role = ""
        self._dialog: PersonaDialog | None = None
        self._last = ""
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(lambda _: self._actions.do(self._look_again()))
        self._watcher.fileChanged.connect(lambda _: self._actions.do(self._look_again()))

    def open(self) -> None:
        """Open the dialog on the persona of the role that is chosen."""
        self._actions.do(self._open())

    async def _open(self) -> None:
        engine = await self._controller.opened()
        if self._dialog is None:
            self._dialog = self._make()
        self._role = self._controller.conversations.role_name
        self._dialog.show_roles(list(engine.session.runner.registry.roles), self._role)
        self._dialog.open()
        await self._show(self._file_of(self._role))

    def _make(self) -> PersonaDialog:
        dialog = PersonaDialog(self._window)
        dialog.chosen.connect(lambda name: self._actions.do(self._show(name)))
        dialog.saved.connect(lambda name, text: self._actions.do(self._save(name, text)))
        dialog.role_chosen.connect(lambda role: self._actions.do(self._choose_role(role)))
        dialog.deleted.connect(lambda name: self._actions.do(self._delete(name)))
        return dialog

    async def _show(self, name: str) -> None:
        """Show a file as it is on disk now."""
        dialog = self._shown
        text, problem = await self._read(name)
        self._last = text
        dialog.show_text(name, text)
        dialog.show_problem(problem)
        await self._list(name)

    async def _choose_role(self, role: str) -> None:
        self._role = role
        await self._list(self._shown.name)

    async def _list(self, chosen: str) -> None:
        """List the files, and show what the role sends of them."""
        registry = (await self._controller.opened()).session.runner.registry
        in_use = self._file_of(self._role)
        users: dict[str, list[str]] = {}
        for role in registry.roles.values():
            users.setdefault(role.persona or DEFAULT, []).append(role.name)

        def look() -> list[PersonaFile]:
            return [
                PersonaFile(name, self._personas.is_own(name), name == in_use, tuple(users.get(name, ())))
                for name in self._personas.names()
            ]

        await self._show_sent()
        self._shown.show_files(await asyncio.to_thread(look), chosen)
        folder = self._personas.folder
        if folder.is_dir():
            files = [path for name in {chosen, in_use} if (path := folder / name).is_file()]
            self._watcher.addPaths([str(folder), *map(str, files)])

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
            await self._show_sent()
        else:
            await self._show(dialog.name)

    @property
    def _shown(self) -> PersonaDialog:
        assert self._dialog is not None
        return self._dialog

    def _file_of(self, role: str) -> str:
        """The persona file of a role."""
        return self._controller.engine.session.runner.registry.role(role).persona or DEFAULT

    async def _show_sent(self) -> None:
        """Show what the models of the chosen role are told, made by what makes it for a run."""
        self._shown.show_sent([SentText(each.to, each.text, each.note) for each in await self._told()])

    async def _told(self) -> list[Told]:
        persona, problem = await self._read(self._file_of(self._role))
        if problem:
            return [Told("To the writing model", "", f"{problem} A run of this role ends here, and says so.")]
        try:
            options = self._controller.options_of(self._role)
        except UnknownName as error:
            return [Told("To the writing model", "", f"{error} {error.action}")]
        return told(
            options,
            self._controller.engine.session.runner.registry,
            persona,
            off_record=self._window.top_bar.off_record.isChecked(),
            now=datetime.now().astimezone(),
        )
