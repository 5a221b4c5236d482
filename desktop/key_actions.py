"""The dialog of the API keys at work: keys are kept, tried and removed, and a locked keyring is asked once more."""

import time
from collections.abc import Awaitable, Callable

from desktop.assembly import model_entry
from desktop.engine.errors import EngineError
from desktop.engine.models.address import host_of
from desktop.engine.models.registry import KEY_NAMES, ModelEntry
from desktop.engine.models.registry import Provider as Service
from desktop.secrets import KeyRefused, KeyringFailed, KeySource, KeyStore, Provider, checked_key, key_name
from desktop.views.key_row import KeySource as KeySourceShown
from desktop.views.key_row import KeyStatus
from desktop.views.keys_dialog import KeyringState, KeysDialog
from desktop.window_actions import Desk, WindowActions

LABELS = {
    Provider.GEMINI: "Google Gemini",
    Provider.ANTHROPIC: "Anthropic Claude",
    Provider.OPENAI: "OpenAI or compatible",
}
_SERVICES: dict[str, Service] = {
    "gemini": "gemini",
    "anthropic": "anthropic",
    "openai": "openai-compatible",
}
_OPENAI_URL = "https://api.openai.com/v1"


def label_of(name: str) -> str:
    """A key's name for the person: "Google Gemini, work" for ``gemini/work``."""
    provider, _, label = name.partition("/")
    words = LABELS[Provider(provider)]
    return f"{words}, {label}" if label else words


class KeyActions(WindowActions):
    """Wires the dialog of the API keys to the key store.

    Args:
        desk: The window and what stands behind it; its settings know which further keys there are.
        keys: The API keys.
        saved: Called when a key was saved, with whose it is.
        keyring_asked: Called when the keyring was asked once more.
    """

    def __init__(
        self,
        desk: Desk,
        keys: KeyStore,
        saved: Callable[[Provider], Awaitable[None]],
        keyring_asked: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__(desk)
        self._keys = keys
        self._saved = saved
        self._keyring_asked = keyring_asked
        self._dialog = KeysDialog(desk.window)
        do = self._do
        desk.window.keys_requested.connect(lambda: do(self.open()))
        self._dialog.key_entered.connect(lambda name, key: do(self._save(name, key)))
        self._dialog.key_added.connect(lambda provider, label, key: do(self._add(provider, label, key)))
        self._dialog.key_tested.connect(lambda name, typed: do(self._test(name, typed)))
        self._dialog.key_removed.connect(lambda name: do(self._remove(name)))
        self._dialog.keyring_tried.connect(lambda: do(self._try_keyring()))

    async def has_key(self) -> bool:
        """Whether there is any key. Keys that are found are kept out of logs and exports from now on."""
        statuses = await self._keys.status(self._settings.further_keys)
        return any(status.source is not KeySource.NONE for status in statuses)

    async def open(self) -> None:
        """Open the dialog."""
        self._dialog.open()
        await self._show()

    async def _show(self) -> None:
        statuses = await self._keys.status(self._settings.further_keys)
        shown: list[KeyStatus] = []
        for status in sorted(statuses, key=lambda one: list(Provider).index(Provider(one.provider.partition("/")[0]))):
            source: KeySourceShown = status.source.value
            if status.source is KeySource.NONE and self._keys.is_locked:
                source = "locked"
            shown.append(KeyStatus(status.provider, label_of(status.provider), source, status.variable))
        self._dialog.show_status(shown, keyring=self._keyring_state())

    def _keyring_state(self) -> KeyringState:
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
        try:
            await self._keys.save(name, key)
        except KeyRefused as error:
            self._dialog.show_problem(str(error))
            return
        self._dialog.show_problem("")
        await self._show()
        await self._saved(Provider(name.partition("/")[0]))

    async def _add(self, provider: str, label: str, key: str) -> None:
        try:
            name = key_name(Provider(provider), label)
            checked_key(key)
        except ValueError as error:
            self._dialog.show_problem(str(error))
            return
        await self._remember([*self._settings.added_keys, name])
        await self._save(name, key)

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
                self._dialog.show_problem(f"The key is removed, and still named by {', '.join(users)}.")
        self._dialog.show_result(name, "", works=True)
        await self._show()

    def _users_of(self, name: str) -> list[str]:
        models = [row.label or row.name for row in self._settings.models if _named_by(row.provider, row.key) == name]
        return models + [f"the role {row.name}" for row in self._settings.roles if name in row.keys]

    async def _remember(self, names: list[str]) -> None:
        """Keep in the settings which further keys there are."""
        self._settings.set_further_keys(list(dict.fromkeys(names)))
        if problem := await self._save_settings():
            self._dialog.show_problem(f"The label could not be kept in the settings: {problem}")

    async def _test(self, name: str, typed: str) -> None:
        """Ask the key's provider for its models, with exactly this key: that costs nothing and shows whether it works.

        Args:
            name: The key's name.
            typed: A key that is not saved; empty for the one that is.
        """
        self._dialog.show_testing(name)
        try:
            words = await self._ask_with(name, typed)
        except (EngineError, KeyRefused) as error:
            action = error.action if isinstance(error, EngineError) else ""
            self._dialog.show_result(name, f"{error} {action}".strip(), works=False)
        else:
            self._dialog.show_result(name, words, works=True)

    async def _ask_with(self, name: str, typed: str) -> str:
        from desktop.engine.models.probing import list_models

        if typed:
            self._keys.on_key(typed)
            key = checked_key(typed)
        else:
            key = checked_key(await self._keys.get(name) or "")
        connector = (await self._holder.opened()).connector
        entry = self._entry_of(name)
        if entry.provider == "openai-compatible" and not connector.base_url(entry):
            entry = entry.model_copy(update={"base_url": _OPENAI_URL})
        began = time.monotonic()
        count = len(await list_models(connector, entry, key=key))
        where = f" at {host_of(url)}" if (url := connector.base_url(entry)) else ""
        listed = f"{count:,} model{'' if count == 1 else 's'}"
        return f"The key works: {entry.label}{where} listed {listed} in {time.monotonic() - began:.1f} s."

    def _entry_of(self, name: str) -> ModelEntry:
        """Where the key is tried: at the model that names it, else at its provider's own place."""
        provider, _, label = name.partition("/")
        words = LABELS[Provider(provider)]
        for row in self._settings.models:
            if label and _named_by(row.provider, row.key) == name:
                return model_entry(row).model_copy(update={"label": words})
        return ModelEntry(key="", provider=_SERVICES[provider], name="any", label=words, key_label=label)


def _named_by(provider: str, label: str) -> str:
    return f"{KEY_NAMES[provider]}/{label}" if label else ""
