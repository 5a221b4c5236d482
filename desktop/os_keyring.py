"""Finding the operating system's keyring, and nothing that would keep keys in a readable file."""

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
        return cast(Keyring, chosen)
    if name == "keyring.backends.null.Keyring":
        raise KeyringFailed("The system's keyring is turned off in the configuration of the Python package keyring.")
    # The choice made at first stays; a service that was started since then is found here.
    usable = [kind for kind in KeyringBackend.get_viable_backends() if _name(kind) in _ACCEPTED]
    if usable:
        return cast(Keyring, max(usable, key=_priority)())
    if name in ("keyring.backends.fail.Keyring", "keyring.backends.chainer.ChainerBackend"):
        raise KeyringFailed(
            "This system has no keyring that programs can use. On Linux, install and start GNOME Keyring or KWallet."
        )
    raise KeyringFailed(f"The keyring backend {name!r} is not the system's, and may keep keys in a readable file.")


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _priority(kind: type) -> float:
    return float(getattr(kind, "priority", 0))
