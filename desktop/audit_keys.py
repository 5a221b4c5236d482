"""The audit log's key and anchored head in the operating system's keyring."""

import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from desktop.engine.audit import AuditHead, AuditLogId
from desktop.engine.errors import NoAuditKeys
from desktop.engine.store.audit_chain import KEY_BYTES
from desktop.secrets import SERVICE, Keyring, KeyringFailed, KeyStore

KEY_NAME = "audit-key"
HEAD_NAME = "audit-head"
"""What the user names of our entries begin with, the log's id behind it. Without one they are those of a time when a
keyring held one log: who has an earlier log reads them, and nobody writes them any more."""
PLACE_NAME = "audit-log"
"""What the entry of a database's place begins with; it holds the id of the log that belongs there."""

_T = TypeVar("_T")


class KeyringAuditKeys:
    """Keeps them there. The key is in this process's memory and in the keyring, and nowhere else.

    Which log lies in a database file is kept in the keyring too, once it was seen there, and from then on that counts,
    not the id in the file: who can write the file must not be able to pass its log for a new one.

    A keyring that failed is asked again for the key, which is what the person sees and waits for, but not for the head,
    which is written beside their work.

    Args:
        keys: Reaches the keyring.
        log_id: As the database has it.
        database: The database file.
    """

    def __init__(self, keys: KeyStore, log_id: AuditLogId, database: Path) -> None:
        self._keys = keys
        self._log_id = log_id
        place = hashlib.sha256(os.fsencode(database.resolve())).hexdigest()[:16]
        self._place_name = f"{PLACE_NAME}-{place}"

    async def load_key(self, *, make: bool) -> bytes | None:
        """The key.

        Args:
            make: Whether to make one where there is none.

        Raises:
            NoAuditKeys: The keyring cannot be used, or holds something else in the key's place.
        """

        def read(keyring: Keyring) -> tuple[str, str | None]:
            name, text = self._read(keyring, KEY_NAME)
            if make:
                self._keep_place(keyring)
                own_name = self._name(keyring, KEY_NAME)
                if keyring.get_password(SERVICE, own_name) is None:
                    keyring.set_password(SERVICE, own_name, secrets.token_hex(KEY_BYTES) if text is None else text)
                    # Another process may have had the same thought.
                    name, text = own_name, keyring.get_password(SERVICE, own_name)
            return name, text

        name, text = await self._ask(read)
        if text is None:
            return None
        self._keys.on_key(text)
        try:
            key = bytes.fromhex(text)
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise NoAuditKeys(
                f"What the keyring holds as {name!r} is no key of the audit log.",
                action="Remove that entry in the system's keyring; a new key is made then.",
            )
        return key

    async def load_head(self) -> AuditHead | None:
        """The head that was anchored last; None where none was.

        Raises:
            NoAuditKeys: The keyring cannot be used, or holds something else in the head's place.
        """
        self._refuse_where_it_failed()
        name, text = await self._ask(lambda keyring: self._read(keyring, HEAD_NAME))
        if text is None:
            return None
        try:
            return AuditHead.model_validate_json(text)
        except ValidationError as error:
            raise NoAuditKeys(
                f"What the keyring holds as {name!r} is no head of the audit log.",
                action="If you know why, take the log as it is with `cortex-desktop audit accept`.",
            ) from error

    async def save_head(self, head: AuditHead) -> None:
        """Anchor the head.

        Raises:
            NoAuditKeys: The keyring cannot be used.
        """
        self._refuse_where_it_failed()

        def write(keyring: Keyring) -> None:
            self._keep_place(keyring)
            keyring.set_password(SERVICE, self._name(keyring, HEAD_NAME), head.model_dump_json())

        await self._ask(write)

    def _read(self, keyring: Keyring, entry: str) -> tuple[str, str | None]:
        """The user name that an entry is found under, and what it holds."""
        name = self._name(keyring, entry)
        text = keyring.get_password(SERVICE, name)
        if text is None and self._log_id.is_earlier:
            name, text = entry, keyring.get_password(SERVICE, entry)
        return name, text

    def _name(self, keyring: Keyring, entry: str) -> str:
        log_id = keyring.get_password(SERVICE, self._place_name) or self._log_id.id
        return f"{entry}-{log_id}" if log_id else entry

    def _keep_place(self, keyring: Keyring) -> None:
        if self._log_id.id and keyring.get_password(SERVICE, self._place_name) is None:
            keyring.set_password(SERVICE, self._place_name, self._log_id.id)

    def _refuse_where_it_failed(self) -> None:
        if self._keys.keyring_problem is not None:
            raise NoAuditKeys(self._keys.keyring_problem)

    async def _ask(self, work: Callable[[Keyring], _T]) -> _T:
        try:
            return await self._keys.with_keyring(work)
        except KeyringFailed as error:
            raise NoAuditKeys(str(error)) from error
