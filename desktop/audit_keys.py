"""The audit log's key and anchored head in the operating system's keyring."""

import secrets
from collections.abc import Callable
from typing import TypeVar

from pydantic import ValidationError

from desktop.engine.audit import AuditHead
from desktop.engine.errors import NoAuditKeys
from desktop.engine.store.audit_chain import KEY_BYTES
from desktop.secrets import SERVICE, Keyring, KeyringFailed, KeyStore

KEY_NAME = "audit-key"
HEAD_NAME = "audit-head"
"""The user names of our two entries."""

_T = TypeVar("_T")


class KeyringAuditKeys:
    """Keeps them there. The key is in this process's memory and in the keyring, and nowhere else.

    A keyring that failed is asked again for the key, which is what the person sees and waits for, but not for the head,
    which is written beside their work.

    Args:
        keys: Reaches the keyring.
    """

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys

    async def load_key(self, *, make: bool) -> bytes | None:
        """The key.

        Args:
            make: Whether to make one where there is none.

        Raises:
            NoAuditKeys: The keyring cannot be used, or holds something else in the key's place.
        """

        def read(keyring: Keyring) -> str | None:
            text = keyring.get_password(SERVICE, KEY_NAME)
            if text is None and make:
                keyring.set_password(SERVICE, KEY_NAME, secrets.token_hex(KEY_BYTES))
                text = keyring.get_password(SERVICE, KEY_NAME)  # another process may have had the same thought
            return text

        text = await self._ask(read)
        if text is None:
            return None
        self._keys.on_key(text)
        try:
            key = bytes.fromhex(text)
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise NoAuditKeys(
                f"What the keyring holds as {KEY_NAME!r} is no key of the audit log.",
                action="Remove that entry in the system's keyring; a new key is made then.",
            )
        return key

    async def load_head(self) -> AuditHead | None:
        """The head that was anchored last; None where none was.

        Raises:
            NoAuditKeys: The keyring cannot be used, or holds something else in the head's place.
        """
        self._refuse_where_it_failed()
        text = await self._ask(lambda keyring: keyring.get_password(SERVICE, HEAD_NAME))
        if text is None:
            return None
        try:
            return AuditHead.model_validate_json(text)
        except ValidationError as error:
            raise NoAuditKeys(
                f"What the keyring holds as {HEAD_NAME!r} is no head of the audit log.",
                action="If you know why, take the log as it is with `cortex-desktop audit accept`.",
            ) from error

    async def save_head(self, head: AuditHead) -> None:
        """Anchor the head.

        Raises:
            NoAuditKeys: The keyring cannot be used.
        """
        self._refuse_where_it_failed()
        await self._ask(lambda keyring: keyring.set_password(SERVICE, HEAD_NAME, head.model_dump_json()))

    def _refuse_where_it_failed(self) -> None:
        if self._keys.keyring_problem is not None:
            raise NoAuditKeys(self._keys.keyring_problem)

    async def _ask(self, work: Callable[[Keyring], _T]) -> _T:
        try:
            return await self._keys.with_keyring(work)
        except KeyringFailed as error:
            raise NoAuditKeys(str(error)) from error
