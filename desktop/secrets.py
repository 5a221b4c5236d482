"""API keys: from the OS keyring, the environment, or this session's memory; never from or to a file."""

import asyncio
import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from desktop.patient_thread import PatientThread

SERVICE = "cortex-desktop"
"""The name of our entries in the keyring; the user name is the key's: ``gemini``, or ``gemini/work``."""

KEYRING_ASKS = "Waiting for the system's keyring: it may be asking for its password, in a window of its own."
"""What is said where there is no window, while the keyring is waited for."""

_T = TypeVar("_T")


class Provider(StrEnum):
    """Whom a key belongs to; also its user name in the keyring."""

    GEMINI = "gemini"
    ANTHROPIC = "anthropic"
    OPENAI = "openai"


VARIABLES: Mapping[Provider, tuple[str, ...]] = {
    Provider.GEMINI: ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    Provider.ANTHROPIC: ("ANTHROPIC_API_KEY",),
    Provider.OPENAI: ("OPENAI_API_KEY",),
}
"""The environment's variables of each provider, first choice first."""


_LABEL = re.compile(r"[\w][\w .-]{0,39}")


def key_name(provider: Provider, label: str = "") -> str:
    """The name of a key, which is also its user name in the keyring.

    Args:
        provider: Whose it is.
        label: Which of them; empty for the default one.

    Raises:
        ValueError: The label cannot be one; says why.
    """
    if not label:
        return provider.value
    if not _LABEL.fullmatch(label):
        raise ValueError("A label of a key has letters, digits, blanks, dots and dashes: at most 40 of them.")
    return f"{provider.value}/{label}"


class KeySource(StrEnum):
    """Where a key comes from, or was put."""

    KEYRING = "keyring"
    ENVIRONMENT = "environment"
    SESSION = "session"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """Whether there is a key of a name. Holds no key.

    Attributes:
        provider: The provider; for a further key of it ``gemini/work``.
        source: Where its key comes from.
        variable: The environment's variable, where that is the source or holds an unusable key; else empty.
        problem: Why a key that is there is not used, in words; else empty.
    """

    provider: str
    source: KeySource
    variable: str = ""
    problem: str = ""


class KeyRefused(ValueError):
    """A text that cannot be an API key; says why, without the text."""


class KeyringFailed(Exception):
    """The system's keyring did not do what was asked; says why and what to do, in words, without a key."""


class KeyringLocked(KeyringFailed):
    """It is locked, and was not unlocked when the system asked for its password."""


class Keyring(Protocol):
    """What is asked of a keyring; calls may block."""

    def get_password(self, service: str, username: str) -> str | None:
        """The stored text; None where there is none."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store, or replace, a text."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Remove a text that is there."""
        ...


def checked_key(text: str) -> str:
    """A key as it was typed or pasted, made fit for use.

    Args:
        text: The text; blanks around it do not count.

    Returns:
        The key.

    Raises:
        KeyRefused: The text cannot be a key.
    """
    key = text.strip()
    if not key:
        raise KeyRefused("The key is empty. Paste the whole key.")
    if any(character.isspace() for character in key):
        raise KeyRefused("The key has a blank or a line break in it. Paste the key alone.")
    if not (key.isascii() and key.isprintable()):
        raise KeyRefused("The key has a character in it that no key has. Copy it again from the provider's page.")
    return key


class KeyStore:
    """The keys of the providers.

    The keyring may block for long (it can be asking for its password), so it is only ever touched on a thread of its
    own and waited for inside a bound. After a failure it is left alone, so that nobody is asked again and again, until
    `status`, `save`, `remove` or `with_keyring` is called. One that stays locked is asked once, and then not before
    `try_again`; keys saved meanwhile last for this session, and are put into it then.

    Args:
        on_key: Called with each key before it is used or stored, so that it can be kept out of logs.
        load: Finds the system's keyring; raises KeyringFailed. Runs on another thread.
        environment: The environment's variables.
        timeout_s: How long one call waits for the keyring.
        told_after_s: How long it is waited for in silence.

    Attributes:
        thread: Where the keyring is asked; tells when that takes long: it is asking for its password, most likely.
    """

    def __init__(
        self,
        *,
        on_key: Callable[[str], None],
        load: Callable[[], Keyring],
        environment: Mapping[str, str] = os.environ,
        timeout_s: float = 30.0,
        told_after_s: float = 1.0,
    ) -> None:
        self.on_key = on_key
        self._load = load
        self._environment = environment
        self._timeout_s = timeout_s
        self._session: dict[str, str] = {}
        self._problem: str | None = None
        self._is_locked = False
        self._keyring: Keyring | None = None
        self.thread = PatientThread("keyring", timeout_s=timeout_s, told_after_s=told_after_s)
        self._turn = asyncio.Lock()

    def __repr__(self) -> str:
        return f"<KeyStore, {len(self._session)} keys for this session>"

    @property
    def keyring_problem(self) -> str | None:
        """Why the system's keyring is not in use, in words; None while it works or was not needed yet."""
        return self._problem

    @property
    def is_locked(self) -> bool:
        """Whether the keyring is there and locked."""
        return self._is_locked

    @property
    def is_silent(self) -> bool:
        """Whether the keyring has not answered yet: it may be waiting for its password."""
        return self.thread.is_silent

    async def try_again(self) -> bool:
        """Ask the keyring once more, which lets the system ask for its password; this session's keys go into it.

        Returns:
            Whether it works now; `keyring_problem` says why not.
        """
        kept = dict(self._session)

        def move(keyring: Keyring) -> None:
            keyring.get_password(SERVICE, Provider.GEMINI)
            for name, key in kept.items():
                keyring.set_password(SERVICE, name, key)

        self._is_locked = False
        try:
            await self.with_keyring(move)
        except KeyringFailed:
            return False
        self._session = {name: key for name, key in self._session.items() if kept.get(name) != key}
        return True

    async def get(self, provider: str) -> str | None:
        """The key of a name: this session's, else the keyring's, else, for a provider's default, the environment's.

        Args:
            provider: The key's name: a provider, or ``gemini/work``.

        Returns:
            The key; None where there is none, or none that is usable.
        """
        key = self._session.get(provider)
        if key is None and self._problem is None:
            with suppress(KeyringFailed):
                key = (await self._read([provider]))[provider]
        if key is None:
            key = self._of_environment(provider)[0]
        return key

    async def status(self, further: Sequence[str] = ()) -> list[KeyStatus]:
        """Whether there are keys. Tries the keyring, also where it failed before, but for a locked one.

        Args:
            further: Names of keys beside the providers' default ones.

        Returns:
            One status for each provider, in the order of `Provider`, and one for each further key.
        """
        names = list(dict.fromkeys((*Provider, *further)))
        stored: Mapping[str, str | None] = {}
        with suppress(KeyringFailed):
            stored = await self._read(names)
        return [self._status(name, stored.get(name)) for name in names]

    async def save(self, provider: str, key: str) -> KeySource:
        """Keep a key in the keyring, or where that cannot be for this session only (`keyring_problem` says why).

        Args:
            provider: The key's name.
            key: The key as typed.

        Returns:
            Where it was put: KEYRING or SESSION.

        Raises:
            KeyRefused: The text cannot be a key; nothing was changed.
        """
        key = checked_key(key)
        self.on_key(key)
        try:
            await self.with_keyring(lambda keyring: keyring.set_password(SERVICE, provider, key))
        except KeyringFailed:
            self._session[provider] = key
            return KeySource.SESSION
        self._session.pop(provider, None)
        return KeySource.KEYRING

    async def remove(self, provider: str) -> None:
        """Forget a key, in the keyring and in this session. The environment is not ours to change.

        Raises:
            KeyringFailed: The keyring could not be asked; a key that is in it is still there.
        """
        self._session.pop(provider, None)

        def delete(keyring: Keyring) -> None:
            if keyring.get_password(SERVICE, provider) is not None:
                keyring.delete_password(SERVICE, provider)

        await self.with_keyring(delete)

    def _status(self, provider: str, stored: str | None) -> KeyStatus:
        if provider in self._session:
            return KeyStatus(provider, KeySource.SESSION)
        if stored is not None:
            return KeyStatus(provider, KeySource.KEYRING)
        key, variable, problem = self._of_environment(provider)
        return KeyStatus(provider, KeySource.NONE if key is None else KeySource.ENVIRONMENT, variable, problem)

    def _of_environment(self, provider: str) -> tuple[str | None, str, str]:
        """The key, its variable, and why a key is not used; the first usable variable wins."""
        found: tuple[str | None, str, str] = (None, "", "")
        for variable in VARIABLES[Provider(provider)] if provider in set(Provider) else ():
            text = self._environment.get(variable, "")
            if not text.strip():
                continue
            self.on_key(text)
            try:
                return checked_key(text), variable, ""
            except KeyRefused as error:
                found = (None, variable, f"The variable {variable} is not used. {error}")
        return found

    def environment_variable(self, provider: str) -> str:
        """The environment's variable that serves where there is no other key of a name; empty for none."""
        key, variable, _ = self._of_environment(provider)
        return variable if key is not None else ""

    async def _read(self, providers: list[str]) -> dict[str, str | None]:
        def read(keyring: Keyring) -> dict[str, str | None]:
            return {provider: (keyring.get_password(SERVICE, provider) or "").strip() or None for provider in providers}

        stored = await self.with_keyring(read)
        for key in stored.values():
            if key is not None:
                self.on_key(key)
        return stored

    async def with_keyring(self, work: Callable[[Keyring], _T]) -> _T:
        """Do something with the keyring, on another thread.

        Args:
            work: Gets the keyring; one piece of work at a time.

        Raises:
            KeyringFailed: It did not work, or not in time; `keyring_problem` says the same.
        """
        async with self._turn:
            try:
                if self._is_locked:
                    raise KeyringLocked(_LOCKED)
                if self.is_silent:
                    raise KeyringFailed("The system's keyring still has not answered. Unlock it, then try again.")
                result = await self.thread.do(lambda: self._in_words(lambda: work(self._found_keyring())))
            except TimeoutError:
                self._keyring = None
                self._problem = (
                    f"The system's keyring did not answer within {self._timeout_s:g} seconds. It may be waiting for "
                    "its password: unlock it, then try again."
                )
                raise KeyringFailed(self._problem) from None
            except KeyringFailed as error:
                self._problem = str(error)
                self._keyring = None
                raise
            self._problem = None
            return result

    def _found_keyring(self) -> Keyring:
        keyring = self._keyring
        if keyring is None:
            keyring = self._keyring = self._load()
        return keyring

    def _in_words(self, work: Callable[[], _T]) -> _T:
        try:
            return work()
        except KeyringFailed:
            raise
        except Exception as failed:  # backends of four systems and of plug-ins: any type may come
            error = _in_words(failed)
            self._is_locked = isinstance(error, KeyringLocked)  # also where nobody waits for it any more
            raise error from None


_LOCKED = "The system's keyring is locked. Unlock it, then try again."


def _in_words(error: Exception) -> KeyringFailed:
    """What a backend's error means. Its own text is left out: it could hold anything."""
    kind = type(error).__name__
    if kind in ("KeyringLocked", "LockedException", "PromptDismissedException"):
        return KeyringLocked(_LOCKED)
    if kind == "InitError":
        return KeyringFailed("The system's keyring could not be opened. Open or create one in the system's settings.")
    return KeyringFailed(f"The system's keyring failed ({kind}).")
