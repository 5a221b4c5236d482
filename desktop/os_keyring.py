"""Finding the operating system's keyring, and nothing that would keep keys in a readable file."""

from contextlib import closing
from typing import cast

from desktop.secrets import Keyring, KeyringFailed

_ACCEPTED = frozenset(
    {
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.libsecret.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
        "keyring.backends.macOS.Keyring",
        "keyring.backends.Windows.WinVaultKeyring",
    }
)


def os_keyring() -> Keyring:
    """The system's keyring: Secret Service, KWallet, macOS Keychain or Windows Credential Locker.

    Slow at first (imports, D-Bus): call it on a worker thread. The person's configuration of the package ``keyring``
    can turn it off, or choose among these; other backends are refused.

    Returns:
        The keyring.

    Raises:
        KeyringFailed: There is none; says why in words.
    """
    import keyring
    from keyring.backend import KeyringBackend

    try:
        chosen = keyring.get_keyring()
    except Exception as error:  # a configured backend may raise anything when it is loaded
        raise KeyringFailed(
            f"The keyring that is configured for Python programs cannot be loaded ({type(error).__name__})."
        ) from error
    name = _name(type(chosen))
    if name in _ACCEPTED:
        return _asking_for_nothing(cast(Keyring, chosen))
    if name == "keyring.backends.null.Keyring":
        raise KeyringFailed("The system's keyring is turned off in the configuration of the Python package keyring.")
    # The choice made at first stays; a service that was started since then is found here.
    usable = [kind for kind in KeyringBackend.get_viable_backends() if _name(kind) in _ACCEPTED]
    if usable:
        return _asking_for_nothing(cast(Keyring, max(usable, key=_priority)()))
    if name in ("keyring.backends.fail.Keyring", "keyring.backends.chainer.ChainerBackend"):
        raise KeyringFailed(
            "This system has no keyring that programs can use. On Linux, install and start GNOME Keyring or KWallet."
        )
    raise KeyringFailed(f"The keyring backend {name!r} is not the system's, and may keep keys in a readable file.")


class _MadeWhenNeeded:
    """The Secret Service, where looking for a text makes no keyring.

    Args:
        service: The backend. Asked for a text where there is no keyring yet, it would make one, and the system would
            ask the person to choose a password for it before they have done anything that needs it.
    """

    def __init__(self, service: Keyring) -> None:
        self._service = service

    def get_password(self, service: str, username: str) -> str | None:
        """The stored text; None where there is none."""
        return self._service.get_password(service, username) if _has_collection() else None

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store, or replace, a text. Makes a keyring where there is none."""
        self._service.set_password(service, username, password)

    def delete_password(self, service: str, username: str) -> None:
        """Remove a text that is there."""
        self._service.delete_password(service, username)


def _asking_for_nothing(chosen: Keyring) -> Keyring:
    is_service = _name(type(chosen)) == "keyring.backends.SecretService.Keyring"
    # A collection that the person's configuration names is theirs to have made.
    return _MadeWhenNeeded(chosen) if is_service and not hasattr(chosen, "preferred_collection") else chosen


def _has_collection() -> bool:
    import secretstorage
    from secretstorage.exceptions import ItemNotFoundException

    with closing(secretstorage.dbus_init()) as bus:
        try:
            secretstorage.Collection(bus)
        except ItemNotFoundException:
            return False
    return True


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _priority(kind: type) -> float:
    return float(getattr(kind, "priority", 0))
