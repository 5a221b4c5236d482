"""The dialog of the API keys at work: keys are kept, tried and removed, and a locked keyring is asked once more."""

import asyncio
from collections.abc import Awaitable, Callable

from PySide6.QtCore import QObject

from desktop.assembly import model_entry
from desktop.controller import Controller
from desktop.engine.errors import EngineError
from desktop.key_trial import in_order, label_of, try_key
from desktop.key_uses import listed, removal_words, users_of
from desktop.secrets import KeyRefused, KeyringFailed, KeySource, KeyStore, Provider, checked_key, key_name
from desktop.settings import Settings, SettingsDamaged
from desktop.views.ask_box import AskBox
from desktop.views.key_row import KeySource as KeySourceShown
from desktop.views.key_row import KeyStatus
from desktop.views.keys_dialog import KeyringState, KeysDialog
from desktop.views.main_window import MainWindow


class KeyActions(QObject):
    """Wires the dialog of the API keys to the key store.

    Args:
        window: The window.
        settings: What the person chose; knows which further keys there are.
        keys: The API keys.
        controller: Runs what takes time, and has the engine.
        saved: Called when a key was saved, with whose it is.
        keyring_asked: Called when the keyring was asked once more.
    """

    def __init__(
        self,
        window: MainWindow,
        settings: Settings,
        keys: KeyStore,
        controller: Controller,
        saved: Callable[[Provider], Awaitable[None]],
        keyring_asked: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__(window)
        self._settings = settings
        self._keys = keys
        self._controller = controller
        self._saved = saved
        self._keyring_asked = keyring_asked
        self._is_waiting = False
        self._dialog = KeysDialog(window)
        do = controller.actions.do
        window.keys_requested.connect(lambda: do(self.open()))
        self._dialog.key_entered.connect(lambda name, key: do(self._save(name, key)))
        self._dialog.key_added.connect(lambda provider, label, key: do(self._add(provider, label, key)))
        self._dialog.key_tested.connect(lambda name, typed: do(self._test(name, typed)))
        self._dialog.key_removed.connect(lambda name: do(self._ask_to_remove(name)))
        self._dialog.keyring_tried.connect(lambda: do(self._try_keyring()))

    async def has_key(self) -> bool:
        """Whether there is any key. Keys that are found are kept out of logs and exports from now on."""
        statuses = await self._keys.status(self._settings.further_keys)
        return any(status.source is not KeySource.NONE for status in statuses)

    async def open(self) -> None:
        """Open the dialog. Its rows are there at once, also where the keyring is long in coming."""
        self._dialog.open()
        further = self._settings.further_keys
        if not set(self._dialog.rows) >= {*Provider, *further}:
            asked = [KeyStatus(name, label_of(name), "asked") for name in in_order({*Provider, *further})]
            self._dialog.show_status(asked, keyring=self._keyring_state())
        await self._show()

    def show_waiting(self, is_waiting: bool) -> None:
        """Say in the dialog that the keyring is waited for, or what holds now."""
        self._is_waiting = is_waiting
        self._dialog.show_keyring(self._keyring_state())

    async def look_again(self) -> None:
        """Show what holds now, where the dialog is open."""
        if self._dialog.isVisible():
            await self._show()

    async def _show(self) -> None:
        statuses = {status.provider: status for status in await self._keys.status(self._settings.further_keys)}
        shown: list[KeyStatus] = []
        for name in in_order(statuses):
            status = statuses[name]
            source: KeySourceShown = status.source.value
            if status.source is KeySource.NONE and (self._keys.is_locked or self._keys.is_silent):
                source = "locked" if self._keys.is_locked else "silent"
            shown.append(KeyStatus(name, label_of(name), source, status.variable))
        self._dialog.show_status(shown, keyring=self._keyring_state())

    def _keyring_state(self) -> KeyringState:
        if self._is_waiting:
            return "waiting"
        if self._keys.keyring_problem is None:
            return "ready"
        if self._keys.is_locked:
            return "locked"
        return "silent" if self._keys.is_silent else "none"

    async def _try_keyring(self) -> None:
        self._dialog.show_asking_keyring()
        await self._keys.try_again()
        await self._show()
        await self._keyring_asked()

    async def _save(self, name: str, key: str) -> None:
        self._keys.on_key(key)  # before anything can fail with it
        try:
            await self._keys.save(name, key)
        except KeyRefused as error:
            self._dialog.show_problem(str(error))
            return
        self._dialog.show_problem("")
        await self._show()
        await self._saved(Provider(name.partition("/")[0]))

    async def _add(self, provider: str, label: str, key: str) -> None:
        self._keys.on_key(key)
        try:
            name = key_name(Provider(provider), label)
            checked_key(key)
        except ValueError as error:
            self._dialog.show_problem(str(error))
            return
        await self._remember([*self._settings.added_keys, name])
        await self._save(name, key)

    async def _ask_to_remove(self, name: str) -> None:
        """Say what stops working; a label without a key just goes."""
        status = next(each for each in await self._keys.status([name]) if each.provider == name)
        if status.source is KeySource.NONE:
            await self._remove(name)
            return
        words = removal_words(
            label_of(name),
            self._users_of(name),
            is_stored=status.source is KeySource.KEYRING,
            variable=self._keys.environment_variable(name),
        )
        do = self._controller.actions.do
        AskBox(self._dialog, "Remove API key", words, "Remove key", lambda: do(self._remove(name))).open()

    async def _remove(self, name: str) -> None:
        try:
            await self._keys.remove(name)
        except KeyringFailed as error:
            self._dialog.show_problem(str(error))
            return
        self._dialog.show_problem("")
        if "/" in name:
            await self._remember([each for each in self._settings.added_keys if each != name])
            if users := self._users_of(name):
                self._dialog.show_problem(f"The key is removed, and still named by {listed(users)}.")
        self._dialog.show_result(name, "", works=True)
        await self._show()

    def _users_of(self, name: str) -> list[str]:
        return users_of(name, [model_entry(row) for row in self._settings.models], self._settings.roles)

    async def _remember(self, names: list[str]) -> None:
        """Keep in the settings which further keys there are."""
        self._settings.set_further_keys(list(dict.fromkeys(names)))
        try:
            await asyncio.to_thread(self._settings.save)
        except (SettingsDamaged, OSError) as error:
            self._dialog.show_problem(f"The label could not be kept in the settings: {error}")

    async def _test(self, name: str, typed: str) -> None:
        """Ask the key's provider, with exactly this key.

        Args:
            name: The key's name.
            typed: A key that is not saved; empty for the one that is.
        """
        self._dialog.show_testing(name)
        try:
            connector = (await self._controller.opened()).connector
            words = await try_key(name, typed, keys=self._keys, settings=self._settings, connector=connector)
        except (EngineError, KeyRefused) as error:
            action = error.action if isinstance(error, EngineError) else ""
            self._dialog.show_result(name, f"{error} {action}".strip(), works=False)
        else:
            self._dialog.show_result(name, words, works=True)
